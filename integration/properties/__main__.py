"""``hatch run properties --count 10000``: random values of every kind of field, on each server; prints a table.

Options: --count values of each kind (1,000), --version 2016 to 2025, several too (2016 2022), --kinds names. Moments and
UUIDs are tried once for each column type that they may have: --datetime-type, --uuid-type (all of them). With --keep
the results are kept beside those of other kinds, and the documentation's page is written. With MSSQL_TEST_URL the server that it names is the only one.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Iterator

from harness.project import configure
from harness.server import serve

from . import page, results
from .results import PASSED

# Kinds whose column's type is an option of the alias: the option, and the types.
TYPES = {
    "DateTimeField": ("datetime_type", ("datetimeoffset", "datetime2")),
    "UUIDField": ("uuid_type", ("uniqueidentifier", "char(32)")),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="properties", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    versions = ("2016", "2017", "2019", "2022", "2025")
    parser.add_argument("--version", nargs="+", choices=versions, default=["2016", "2022"])
    parser.add_argument("--kinds", nargs="+")
    parser.add_argument("--keep", action="store_true", help="keep the results, and write the documentation's page")
    for name, types in TYPES.values():
        parser.add_argument("--" + name.replace("_", "-"), nargs="+", choices=types, default=list(types), dest=name)
    arguments = parser.parse_args()
    configure()
    failed = False
    print("| field | column | server | values | result | seconds |\n|---|---|---|---|---|---|")
    for version in arguments.version:
        with serve(version) as server:
            lines = []
            for options, kinds in _runs(arguments):
                for line in _on(server.database("properties", plugins=["json"], **options), kinds, arguments.count):
                    print(
                        "| `{field}` | {column} | {0} | {values} | {result} | {seconds} |".format(version, **line),
                        flush=True,
                    )
                    failed |= line["result"] != PASSED
                    lines.append(line)
            if arguments.keep:
                results.keep(server.sandbox and version, lines)
                page.write()
    return failed


def _runs(arguments) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Options of an alias, and the kinds to try with them: all with the first types, then those whose type is another."""
    from .kinds import KINDS

    kinds = arguments.kinds or list(KINDS)
    columns = {kind: getattr(arguments, name) for kind, (name, _) in TYPES.items()}
    for number in range(max(map(len, columns.values()))):
        options = {TYPES[kind][0]: types[min(number, len(types) - 1)] for kind, types in columns.items()}
        yield options, [kind for kind in kinds if number == 0 or len(columns.get(kind, ())) > number]


def _on(database, kinds, count) -> Iterator[dict[str, Any]]:
    """What came of each kind."""
    from django.db import connection, connections

    from .run import check

    connections.databases["default"] = connections.configure_settings({"default": database})["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    for name in kinds:
        start, tried, result = time.monotonic(), 0, PASSED
        try:
            tried = check(name, count)
        except Exception as error:
            result = f"{type(error).__name__}: {error}".replace("\n", " ")[:1000]
        column = database["OPTIONS"][TYPES[name][0]] if name in TYPES else ""
        seconds = round(time.monotonic() - start)
        yield {"field": name, "column": column, "values": tried, "result": result, "seconds": seconds}
    connection.creation.destroy_test_db("properties", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
