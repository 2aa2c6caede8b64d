"""``hatch run plugin-table [NAME ...] [--count N]``: the plugins' tables, all without a name; status 1 if anything fails."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import sys
from typing import Any, Mapping, Sequence

from . import __path__ as folder


def text_table(title: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """The rows as Markdown: numbers, pass or fail; a column that a row lacks stays empty."""
    columns = list(dict.fromkeys(column for _, cells in rows for column in cells))
    lines = ["| %s | %s |" % (title, " | ".join(columns)), "|---" * (len(columns) + 1) + "|"]
    for name, cells in rows:
        lines.append("| %s | %s |" % (name, " | ".join(_shown(cells.get(column)) for column in columns)))
    return "\n".join(lines)


def _shown(cell: Any) -> str:
    if isinstance(cell, bool):
        return "pass" if cell else "FAIL"
    return "" if cell is None else f"{cell:,}"


def main(argv: list[str] | None = None) -> int:
    tables = [module.name for module in pkgutil.iter_modules(folder) if not module.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="hatch run plugin-table", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="NAME", help=f"of {', '.join(tables)}; default: all")
    parser.add_argument("--count", type=int, help="random cases in all, where the table is made of them")
    arguments = parser.parse_args(argv)
    unknown = set(arguments.tables) - set(tables)
    if unknown:
        parser.error(f"no table {', '.join(sorted(unknown))}; known: {', '.join(tables)}")
    sound = True
    for table in arguments.tables or tables:
        rows = importlib.import_module(f"{__package__}.{table}").rows
        takes_count = arguments.count is not None and "count" in inspect.signature(rows).parameters
        outcomes = rows(count=arguments.count) if takes_count else rows()
        print(text_table(table, outcomes), end="\n\n", flush=True)
        sound = sound and all(all(cells.values()) for _, cells in outcomes)
    return int(not sound)


if __name__ == "__main__":
    sys.exit(main())
