"""The kept run of ``hatch run compile`` as the documentation shows it."""

from __future__ import annotations

from typing import Any

from figures import chart, kept

from .querysets import ENGINES

KEPT = kept.beside(__file__)
PICTURE = kept.IMAGES / "compile.svg"
_NAMES = {"mssql_core": "mssql-core", "mssql": "mssql-django", "django.db.backends.postgresql": "PostgreSQL's backend"}
_SECTION = """\
## Compiling

Django {django}, {date}; `hatch run compile --keep` measures again. Microseconds of the processor, the least of {rounds} rounds,
for querysets that are built and compiled, as a view does for each request.

![Building and compiling a queryset](../images/compile.svg)

| queryset | compile: {names} | build and compile: {names} |
|---|---|---|
"""


def keep(figures: dict[str, dict[str, dict[str, float]]], rounds: int) -> None:
    """Keep a run.

    :param figures: queryset -> engine -> microseconds of "compile" and "both".
    """
    kept.save(KEPT, figures, rounds=rounds)


def section() -> str:
    """The section of the page of figures."""
    run = kept.load(KEPT)
    text = _SECTION.format(names=", ".join(_names()), **run)
    for name, engines in run["figures"].items():
        compiled, both = (
            " / ".join(f"{engines[engine][key]:.0f}" for engine in ENGINES) for key in ("compile", "both")
        )
        text += f"| {name} | {compiled} | {both} |\n"
    return text


def pictures() -> dict[Any, str]:
    """Files of pictures and what they hold."""
    figures = kept.load(KEPT)["figures"]
    rows = {name: [engines[engine]["both"] for engine in ENGINES] for name, engines in figures.items()}
    return {PICTURE: chart.bars("Microseconds to build and compile a queryset", _names(), rows, "{:.0f}")}


def _names() -> list[str]:
    return [_NAMES.get(engine, engine) for engine in ENGINES]
