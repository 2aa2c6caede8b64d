"""``python -m plugin_table NAME [--count N]``: the table of one plugin; the exit status is 1 if anything fails."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import sys

from . import __path__ as folder


def text_table(title: str, rows: list[tuple[str, dict[str, bool]]]) -> str:
    """The rows as Markdown; a column that a row does not have stays empty."""
    columns = list(dict.fromkeys(column for _, cells in rows for column in cells))
    lines = ["| %s | %s |" % (title, " | ".join(columns)), "|---" * (len(columns) + 1) + "|"]
    for name, cells in rows:
        found = [{True: "pass", False: "FAIL", None: ""}[cells.get(column)] for column in columns]
        lines.append("| %s | %s |" % (name, " | ".join(found)))
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    tables = [module.name for module in pkgutil.iter_modules(folder) if not module.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="plugin_table", description=__doc__)
    parser.add_argument("table", choices=tables)
    parser.add_argument("--count", type=int, help="random cases in all, where the table is made of them")
    arguments = parser.parse_args(argv)
    rows = importlib.import_module(f"{__package__}.{arguments.table}").rows
    takes_count = arguments.count is not None and "count" in inspect.signature(rows).parameters
    found = rows(count=arguments.count) if takes_count else rows()
    print(text_table(arguments.table, found))
    return int(not all(all(cells.values()) for _, cells in found))


if __name__ == "__main__":
    sys.exit(main())
