"""The page ``compatibility.md``, of the kept runs and the kept results of Django's own tests."""

from __future__ import annotations

from typing import Any, Iterable, Iterator

from django_suite import page as suite_page
from django_suite import results
from django_suite.state import TOP

from mssql_core.connection.server import capabilities
from mssql_core.plugin import Capability, Edition

from . import runs

PAGE = TOP / "packages/mssql-core/docs/compatibility.md"
DOCUMENTATION = "from documentation"
PYTHONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_LEVELS = (100, 110, 120, 130, 140, 150, 160, 170)

_TEXT = """\
# Compatibility

mssql-core runs on Python 3.8 to 3.14 with Django 3.2 to 6.1, against SQL Server 2016 to 2025 (compatibility levels
from 100; below 130 without JSON lookups, and with slower long lists), Azure SQL Database, Azure SQL Managed Instance and
SQL database in Fabric, through the ODBC driver 18 (17 with a warning). Azure Synapse and Fabric warehouses enforce no keys and
are refused; the plugin `fabric` [can read a warehouse](../../mssql-fabric/docs/index.md#warehouses).

Each row names its evidence: a run *on the sandbox* (the repository's local stand-in for a server, which refuses what is not
certain), a run *on SQL Server*, each with its date and version, or only the *documentation*. `hatch run compatibility` makes the
runs and this page; with `MSSQL_TEST_URL`, on the server that it names.

The main modules are written for the newest Django. What older versions need stands in `compat`, one module for each
boundary (`pre_41` to `pre_61`), which is deleted when its versions are no longer supported. No shim is loaded on the
newest Django.

## Servers

On each, a table was created, filled, changed, read and dropped.

{servers}

## Django and Python

The results of Django's own tests; the page [Django's own tests](django-suite.md) accounts for each. The packages' unit tests, which
need no server, run on each supported pair of Python and Django: `hatch run matrix:unit`.

{djangos}

{pythons}

## Capabilities

`connection.server.has(Capability.X)`. A process asks with its first connection to a database, and again after a connection
was lost or refused, or a test database was made. Restart it after others changed the compatibility level or the collation,
made the database again, or upgraded the server.

On Azure and in Fabric the version number is not significant: they have the capabilities of the newest release, except where
the documentation says otherwise; a managed instance follows its update policy. The evidence for a row is runs in which each
server with the capability executed a statement that needs it, and each other one refused it.

<!-- capabilities -->
{capabilities}
"""


def text(kept: list[runs.Run], suites: list[results.Result]) -> str:
    """The page."""
    return _TEXT.format(
        servers=_table(("server", "rests on"), _servers(kept)),
        djangos=_table(("Django", "tests", "rests on"), _djangos(suites)),
        pythons=_table(("Python", "rests on"), _pythons(suites)),
        capabilities=_table(("capability", "since", "level", "rests on", "source"), _capabilities(kept)),
    )


def _table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    columns = list(columns)
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, cells)) + " |" for cells in rows])


def basis(shown: Iterable[runs.Run], each: bool = False) -> str:
    """The basis of a claim.

    :param shown: the runs that demonstrate it.
    :param each: name the sandbox's date and version too.
    """
    shown = list(shown)
    played = [run for run in shown if run["sandbox"]]
    real = [f"on SQL Server ({run['date']}, {run['version']})" for run in shown if not run["sandbox"]]
    words = (
        [f"on the sandbox ({run['date']}, {run['version']})" for run in played]
        if each
        else ["on the sandbox"] * bool(played)
    )
    return ", ".join([*words, *real]) or DOCUMENTATION


def _servers(kept: list[runs.Run]) -> Iterator[tuple[str, str]]:
    for name in runs.NAMES.values():
        yield name, basis((run for run in kept if run["name"] == name and run["works"]), each=True)
    yield "compatibility level 100", basis(run for run in kept if run.get("works_at_lowest_level"))
    yield "the ODBC driver 18", basis(run for run in kept if " 18." in run["driver"] or "-18" in run["driver"])
    yield "the ODBC driver 17", basis(run for run in kept if " 17." in run["driver"] or "-17" in run["driver"])


def _djangos(suites: list[results.Result]) -> Iterator[tuple[str, str, str]]:
    for suite in suites:
        passed, failed = (sum(app[key] for app in suite["apps"].values()) for key in ("passed", "failed"))
        apps = "all apps" if suite["scope"] == results.ALL else f"{len(suite['apps'])} apps"
        yield suite["django"], f"{apps}: {passed} passed, {failed} failed", _suite_basis(suite)


def _suite_basis(suite: results.Result) -> str:
    where = "on the sandbox" if suite["sandbox"] else "on SQL Server"
    return f"{where} ({suite_page.days(suite)}, {suite['server']}), Python {suite['python']}"


def _pythons(suites: list[results.Result]) -> Iterator[tuple[str, str]]:
    for python in PYTHONS:
        ran = [suite for suite in suites if suite["python"].split(".")[:2] == python.split(".")]
        places = dict.fromkeys("on the sandbox" if suite["sandbox"] else "on SQL Server" for suite in ran)
        djangos = ", ".join(dict.fromkeys(suite["django"] for suite in ran))
        yield python, f"{', '.join(places)}, with Django {djangos}" if ran else f"{DOCUMENTATION}, and unit tests"


def _capabilities(kept: list[runs.Run]) -> Iterator[tuple[str, ...]]:
    for capability in sorted(Capability, key=_order):
        since, level = _since(capability)
        shown = [run for run in kept if run["has"].get(capability.name) is not None]
        wrong = [run for run in shown if run["has"][capability.name] != run["claims"][capability.name]]
        rests = f"contradicted {basis(wrong, each=True)}" if wrong else basis(shown)
        page = capability.source.rpartition("/")[2]
        yield f"`{capability.name}`", since, level, rests, f"[{page}]({capability.source})"


def _order(capability: Capability) -> tuple[bool, str]:
    """By release, then in the order of their declaration; those that only a plugin grants come last."""
    since, _ = _since(capability)
    return not since.isdigit(), since


def _since(capability: Capability) -> tuple[str, str]:
    """The release, and the compatibility level where one is needed."""
    for major, release in runs.RELEASES.items():
        if capability in capabilities(Edition.ENTERPRISE, (major,), _LEVELS[-1]):
            least = next(one for one in _LEVELS if capability in capabilities(Edition.ENTERPRISE, (major,), one))
            return release, "" if least == _LEVELS[0] else str(least)
    return "never: the plugin `fabric` grants it", ""


def write() -> None:
    """Write the page again from the kept runs."""
    PAGE.write_text(text(runs.load(), results.load()), encoding="utf-8")
