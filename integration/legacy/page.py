"""The page of the documentation about legacy databases."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple

from .rules import RULES, rule_of
from .schemas import STAND_INS, Schema
from .trials import Outcome

PAGE = Path(__file__).parents[2] / "packages/mssql-core/docs/legacy.md"

_INTRODUCTION = """\
# Legacy databases that were tried

`hatch run legacy` loads eight databases as a migration would (`RunSQL`, with `GO` lines), runs `inspectdb` over the whole database
and over each schema (`--schema`, `--include-views`, `--include-partitions`), and `manage.py check` over the models. Then each model
is counted, read, read by `raw()`, saved unchanged (`save()`, `update()`, `bulk_update()`) and inserted (`save()`, `bulk_create()`);
each column is filtered (`isnull`, `exact`, `in` short and long, `exclude()`) by every value that was read, and ordered in both
directions. A failure that none of the rules below explains fails the run. The scripts are in `integration/legacy/scripts`;
[Legacy databases](../../../docs/how-to/legacy-databases.md) explains how to work with such models.
"""


class Result(NamedTuple):
    """What happened with one database.

    :ivar modules: those that inspectdb wrote; the last one of the whole.
    """

    schema: Schema
    modules: list[str]
    outcomes: list[Outcome]


def text(results: Iterable[Result]) -> str:
    """The page."""
    results = list(results)
    lines = [_INTRODUCTION, *_databases(results), "", "## Rules", "", *_rules(results)]
    lines += ["", "## What the sandbox does not play", "", *_stand_ins()]
    return "\n".join(lines) + "\n"


def _databases(results: list[Result]) -> Iterator[str]:
    yield "| database | modelled on | models | columns | trials | passed | failed by a rule |"
    yield "|---|---|---|---|---|---|---|"
    for result in results:
        models = len(re.findall(r"^class \w+\(models\.Model\):", result.modules[-1], re.MULTILINE))
        columns = len({(outcome.table, outcome.column) for outcome in result.outcomes if outcome.column})
        failed = sum(bool(outcome.error) for outcome in result.outcomes)
        total = len(result.outcomes)
        yield f"| `{result.schema.name}` | {result.schema.shape} | {models} | {columns} | {total} | {total - failed} | {failed} |"


def _rules(results: list[Result]) -> Iterator[str]:
    count: Counter[int] = Counter()
    places: dict[int, dict[str, None]] = {}
    for result in results:
        for outcome in result.outcomes:
            rule = rule_of(outcome) if outcome.error else None
            if rule is not None:
                place = f"{outcome.table}.{outcome.column}" if outcome.column else outcome.table
                count[RULES.index(rule)] += 1
                places.setdefault(RULES.index(rule), {})[f"{result.schema.name}: {place}"] = None
    yield "| rule | error | trials | where |"
    yield "|---|---|---|---|"
    for number, rule in enumerate(RULES):
        if count[number]:
            says = f"[{rule.says}]({rule.source})" if rule.source else rule.says
            error = rule.error if rule.error.isdigit() else ""
            yield f"| {says} | {error} | {count[number]} | {_listed(list(places[number]))} |"


def _listed(names: list[str]) -> str:
    some = ", ".join(f"`{name}`" for name in names[:3])
    return some if len(names) <= 3 else f"{some} and {len(names) - 3} more"


def _stand_ins() -> Iterator[str]:
    yield "There the scripts have something else in its place; a real server (`MSSQL_TEST_URL`) gets them as they are."
    yield "What the types and tables that are missing here need is tested with rows of the catalogue."
    yield ""
    yield from (f"- {said}" for _, _, said in STAND_INS if said)
