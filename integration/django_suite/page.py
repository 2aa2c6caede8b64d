"""``python -m django_suite.page``: the documentation's page of results of Django's own tests.

It is made from the kept results alone; a whole run (``hatch run suite --all``) writes both.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator

from .expectations import entries, unconstrained
from .results import ALL, TELLING, Result, load
from .state import TOP

PAGE = TOP / "packages/mssql-core/docs/django-suite.md"

_INTRODUCTION = """\
# Django's own tests

Django's test apps, unmodified, from the source distribution of the version. `hatch run suite --all` runs all of them
on Django 5.2, `hatch run past 6.0 --all` and `hatch run past 6.1 --all` on those, and `hatch run suite-past` the 20 most telling
apps on each older Django. An interrupted run resumes where it stopped; at its end it writes this page. The apps for spatial
databases and for PostgreSQL are left out.

*By flag* are tests that Django itself skips because a flag of `DatabaseFeatures` says that the database lacks a feature.
*Not for here* are tests for another database or of something that was not installed, such as a browser or a cache
server. *Other words* are tests that assert another dialect's SQL; a test of this repository asserts the same behaviour.
*Impossible* are tests that no SQL Server of the version passes, by a rule of the server. *Machine* are tests of the machine
itself: its speed, or the permissions of its user.
"""
_COLUMNS = ("Django", "Python", "server", "run on", "apps", "passed", "failed")
_SKIPS = {
    "flags": "by flag",
    "other": "not for here",
    "words": "other words",
    "impossible": "impossible",
    "machine": "machine",
}


def text(results: Iterable[Result]) -> str:
    """The page."""
    results = list(results)
    whole = [result for result in results if result["scope"] == ALL]
    part = [result for result in results if result["scope"] == TELLING]
    lines = [_INTRODUCTION]
    lines += _section("All apps", whole, _runs)
    lines += _section("The 20 most telling apps", part, _runs)
    lines += _section("Failing tests", [result for result in results if result["failed"]], _failing)
    lines += _section("Tests that assert another dialect's words", results, _words)
    lines += _section("Tests that no such server passes", results, lambda given: _by_rule(given, "impossible"))
    lines += _section("Tests of the machine", results, lambda given: _by_rule(given, "machine"))
    lines += _section(
        "Keys without a constraint", [result for result in whole if result["unconstrained"]], _unconstrained
    )
    lines += _section("Flags of one app", whole, _flags)
    lines += _section("Skipped by flag", results, lambda given: _counted(given, "flags"))
    lines += _section("Not for here", results, lambda given: _counted(given, "other"))
    lines += _section("Each app", whole, _apps)
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, results: list[Result], content: Any) -> Iterator[str]:
    lines = list(content(results)) if results else []
    if lines:
        yield from (f"## {title}", "", *lines, "")


def server(result: Result) -> str:
    """The server of a result, as the documentation names it."""
    played = f"sandbox, {result['sandbox']}" if result["sandbox"] else "SQL Server"
    return f"{played} ({result['server']})"


def days(result: Result) -> str:
    """The day of the run, or its first and last."""
    return " to ".join(dict.fromkeys((result["dates"][0], result["dates"][-1])))


def _table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    columns = list(columns)
    yield "| " + " | ".join(columns) + " |"
    yield "|---" * len(columns) + "|"
    for cells in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _runs(results: list[Result]) -> Iterator[str]:
    def cells(result: Result) -> Iterator[Any]:
        yield from (result["django"], result["python"], server(result), days(result), len(result["apps"]))
        yield from (sum(counts[key] for counts in result["apps"].values()) for key in ("passed", "failed"))
        for kind in _SKIPS:
            yield sum(count if isinstance(count, int) else len(count) for count in result[kind].values())

    yield from _table((*_COLUMNS, *_SKIPS.values()), map(cells, results))
    for result in results:
        if result["states_of_code"] > 1:
            yield ""
            yield (
                f"Of {result['django']}, apps that had passed were not run again after each change of the code: "
                f"they are of {result['states_of_code']} states of it."
            )


def _failing(results: list[Result]) -> Iterator[str]:
    for result in results:
        yield from (f"- {result['django']}: `{test}`" for test in result["failed"])


def _words(results: list[Result]) -> Iterator[str]:
    run = {test for result in results for tests in result["words"].values() for test in tests}
    for entry in entries("words"):
        tests = [(test, ours) for test, ours in entry["tests"].items() if test in run]
        if tests:
            yield from (entry["rule"], "")
            yield from _table(("Django's test", "the same behaviour"), ([f"`{one}`" for one in pair] for pair in tests))
            yield ""


def _by_rule(results: list[Result], kind: str) -> Iterator[str]:
    for rule, tests in _together(results, kind).items():
        yield f"- {rule}"
        for test, versions in tests.items():
            yield f"    - `{test}` ({', '.join(versions)})"


def _together(results: list[Result], kind: str) -> dict[str, dict[str, list[str]]]:
    """Rule -> test -> the runs that left it out."""
    together: dict[str, dict[str, list[str]]] = {}
    for result in results:
        for rule, tests in result[kind].items():
            for test in tests:
                together.setdefault(rule, {}).setdefault(test, []).append(_short(result))
    return {rule: dict(sorted(tests.items())) for rule, tests in sorted(together.items())}


def _short(result: Result) -> str:
    return f"{'.'.join(result['django'].split('.')[:2])} on {result['sandbox'] or result['server']}"


def _unconstrained(results: list[Result]) -> Iterator[str]:
    rules = unconstrained()
    fields = [field for field in rules if any(field in result["unconstrained"] for result in results)]
    yield "These fields get `db_constraint=False` before the app's tables are made, and all tests of the app run:"
    yield ""
    yield from (f"- `{field}`: {rules[field]}" for field in fields)


def _flags(results: list[Result]) -> Iterator[str]:
    run = {app for result in results for app in result["apps"]}
    given = [entry for entry in entries("flag") if entry["app"] in run]
    if given:
        yield "Flags of `DatabaseFeatures` that are set otherwise for an app whose models the server does not take:"
        yield ""
    for entry in given:
        flags = ", ".join(f"`{name} = {value}`" for name, value in entry["flags"].items())
        yield f"- `{entry['app']}`, {flags}: {entry['rule']}"


def _counted(results: list[Result], kind: str) -> Iterator[str]:
    reasons = sorted({reason for result in results for reason in result[kind]})
    columns = ("reason", *map(_short, results))
    rows = ([reason, *(result[kind].get(reason, "") for result in results)] for reason in reasons)
    return _table(columns, rows) if reasons else iter(())


def _apps(results: list[Result]) -> Iterator[str]:
    """Passed tests of each app."""
    apps = sorted({app for result in results for app in result["apps"]})

    def cell(result: Result, app: str) -> Any:
        counts = result["apps"].get(app)
        return (
            ""
            if counts is None
            else f"{counts['passed']}" + (f" ({counts['failed']} failed)" if counts["failed"] else "")
        )

    rows = ([app, *(cell(result, app) for result in results)] for app in apps)
    return _table(("passed tests of", *map(_short, results)), rows)


def write() -> None:
    """Write the page again from the kept results."""
    PAGE.write_text(text(load()), encoding="utf-8")


if __name__ == "__main__":
    write()
