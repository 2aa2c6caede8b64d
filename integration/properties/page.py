"""``python -m properties.page``: the documentation's page about random values.

It is made from the kept results alone; ``hatch run properties --keep`` writes both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterable

from .results import PASSED, Result, load

PAGE = Path(__file__).parents[2] / "packages/mssql-core/docs/values.md"

_INTRODUCTION = """\
# What becomes of random values

`hatch run properties --count 10000 --version 2016 2017 2019 2022 2025` draws random values of every kind of field, stores
them on every path, reads them back and looks for them. What goes in comes out, and is found; what cannot be stored is
refused. On failure it names the path or the lookup, and the values.

| path or lookup | of the values |
|---|---|
| `bulk_create()`, `bulk_create()` with an expression among the rows, `bulk_update()` | all |
| `in` with up to 40 values, with 500 and more (documents: 150), excluded; `order_by()` | all |
| `exact`, `exclude()`, `range`, `gt`, `gte`, `lt`, `lte`; annotations with the value and of the column; raw parameters | 1 in 10 |
| literals of scripts | 1 in 20 |
| `create()`, `save()`, `update()` | 1 in 25 |
| `db_default` | 1 in 50 |
| values that no path may store, one for 200 others | `create()`, `save()`, `update()` and all bulk paths |

Orders and ranges of text, bytes and UUIDs are the server's own, not Python's, so only their ends are looked at; a `JSONField`
has none. `SlugField`, `EmailField`, `URLField` and files are stored as `CharField` is. U+0000 is not among the characters: a
server stores it, the sandbox refuses it.
"""


def text(results: Iterable[Result]) -> str:
    """The page."""
    lines = [_INTRODUCTION]
    for result in results:
        lines += _section(result)
    return "\n".join(lines).rstrip() + "\n"


def _section(result: Result) -> Iterable[str]:
    yield f"## {'Sandbox' if result['sandbox'] else 'SQL Server'}, {result['sandbox'] or result['server']}"
    yield ""
    failed = [line for line in result["lines"] if line["result"] != PASSED]
    values = sum(line["values"] for line in result["lines"])
    yield f"{result['date']}, {result['server']}: {values:,} values, {len(failed) or 'no'} kinds of field failed."
    yield ""
    yield "| field | column | values | result |"
    yield "|---|---|---|---|"
    for line in result["lines"]:
        told = line["result"].replace("|", "\\|")
        yield f"| `{line['field']}` | {line['column']} | {line['values']:,} | {told} |"
    yield ""


def write() -> None:
    """Write the page."""
    PAGE.write_text(text(load()), encoding="utf-8")


if __name__ == "__main__":
    write()
