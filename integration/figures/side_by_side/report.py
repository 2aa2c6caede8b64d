"""The kept run as the documentation shows it: a section, a picture, and the README's block."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from django_suite.order import DEFAULT_APPS

from figures import chart, kept

from .workload import ENGINES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = kept.TOP
KEPT = kept.beside(__file__)
README = TOP / "README.md"
PICTURE = kept.IMAGES / "messages.svg"
# Operations of the README and of the picture.
SHOWN = (
    "reconnect", "get()", "create()", "atomic and a SELECT", "a savepoint rolled back", "update_or_create()",
    "prefetch_related, 50 authors", "pk__in of 2,500", "bulk_create of 1,000", "bulk_update of 500",
)  # fmt: skip
BEGIN, END = "<!-- figures: hatch run side-by-side --keep -->\n", "<!-- end of figures -->\n"
_SECTION = """\
## Beside mssql-django

{about} `hatch run side-by-side --keep` measures again and writes this page.

![Messages to the server]({picture})

Messages are counted, a round trip each: what that saves depends on how far away the server is. Times are those of mssql-django
as multiples of mssql-core's, each the best of the run: elapsed, in which is the sandbox's own time, and the client's processor
time.

| operation | messages: mssql-core | messages: mssql-django | elapsed | processor time |
|---|---|---|---|---|
"""


def keep(operations: dict[str, dict], version: str, rounds: int) -> None:
    """Keep a run.

    :param operations: operation -> engine -> ms, cpu, messages or error.
    :param version: what the sandbox played.
    """
    facts = {"mssql-django": metadata.version("mssql-django"), "server": version, "rounds": rounds}
    kept.save(KEPT, operations, **facts)


def pictures() -> dict[Path, str]:
    """The files of pictures, and their content."""
    run = kept.load(KEPT)
    shown = {name: tuple(_messages(run, name)) for name in SHOWN}
    peer = f"mssql-django {run['mssql-django']}"
    return {PICTURE: chart.bars("Messages to the server for one call", ("mssql-core", peer), shown)}


def readme() -> dict[Path, str]:
    """The README with its block."""
    return {README: with_block(README.read_text(encoding="utf-8"), block(kept.load(KEPT)))}


def _results(run: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [run["figures"][name][engine] for engine in ENGINES]


def _messages(run: dict[str, Any], name: str) -> list[int]:
    return [result["messages"] for result in _results(run, name)]


def _about(run: dict[str, Any]) -> str:
    return (
        f"mssql-core and mssql-django {run['mssql-django']} on Django {run['django']} and the sandbox as SQL Server "
        f"{run['server']}, {run['date']}."
    )


def section() -> str:
    """The section of the page of figures."""
    run = kept.load(KEPT)
    text = _SECTION.format(about=_about(run), picture="../images/messages.svg")
    for name, engines in run["figures"].items():
        results = [engines[engine] for engine in ENGINES]
        cells = [str(result.get("messages", result.get("error"))).replace("|", "\\|") for result in results]
        text += f"| {name} | {' | '.join([*cells, *_ratios(*results)])} |\n"
    return text


def _ratios(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Elapsed and processor time of mssql-django as multiples of mssql-core's; empty where one of them failed."""
    if "error" in ours or "error" in theirs:
        return ["", ""]
    return [f"{theirs[key] / ours[key]:.1f}x" for key in ("ms", "cpu")]


def block(run: dict[str, Any]) -> str:
    """The README's block."""
    rows = [[_as_code(name), *map(str, _messages(run, name)), *_ratios(*_results(run, name))] for name in SHOWN]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    peer = f"mssql-django {run['mssql-django']}"
    return (
        f"{suite(peer)}\n\nMessages to the server for one call, on Django {run['django']} and the sandbox as SQL Server "
        f"{run['server']} ({run['date']}), and mssql-django's\ntimes as multiples of mssql-core's (elapsed, with the sandbox's own; "
        f"the client's processor time):\n\n| | mssql-core | {peer} | elapsed | processor |\n|---|---|---|---|---|\n{table}"
    )


def _as_code(name: str) -> str:
    return f"`{name}`" if name.endswith("()") else name


def suite(peer: str) -> str:
    """Each backend's results of Django's tests, from the kept results and mssql-django's own list."""
    with open(TOP / "integration/django_suite/peer/explained.toml", "rb") as file:
        left_out = sum(map(len, tomllib.load(file)["published"].values()))
    path = TOP / "integration/django_suite/results/django-5.2-sandbox-2022.json"
    results = json.loads(path.read_text(encoding="utf-8"))
    passed = sum(results["apps"][app]["passed"] for app in DEFAULT_APPS)
    failed = sum(results["apps"][app]["failed"] for app in DEFAULT_APPS)
    no_server = sum(map(len, results["impossible"].values()))
    return (
        f"Of Django 5.2's tests in {len(DEFAULT_APPS)} apps mssql-core passes {passed:,} and fails {failed or 'none'}; {no_server} "
        f"more no SQL Server passes, each\nby a [rule of the server](packages/mssql-core/docs/django-suite.md). {peer} leaves out, in its "
        f"own settings, {left_out} that fail."
    )


def with_block(text: str, table: str) -> str:
    """The README's text with the table between its markers.

    :raises ValueError: it has no markers.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"README.md has no {BEGIN.strip()} ... {END.strip()}")
    return f"{before}{begin}\n{table}\n{end}{after}"
