"""``hatch run properties --count 10000``: random values of every kind of field, on each server; prints a table.

Options: --count values of each kind (1,000), --servers versions (2016 2022), --kinds names, and the column types
--datetime-type and --uuid-type. With MSSQL_TEST_URL the server that it names is the only one.
"""

from __future__ import annotations

import argparse
import sys
import time

from harness.project import configure
from harness.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="properties", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--servers", nargs="+", default=["2016", "2022"])
    parser.add_argument("--kinds", nargs="+")
    parser.add_argument("--datetime-type", choices=("datetimeoffset", "datetime2"))
    parser.add_argument("--uuid-type", choices=("uniqueidentifier", "char(32)"))
    arguments = parser.parse_args()
    given = {"datetime_type": arguments.datetime_type, "uuid_type": arguments.uuid_type}
    options = {name: value for name, value in given.items() if value}
    configure()
    failed = False
    print("| field | server | values | result | seconds |\n|---|---|---|---|---|")
    for version in arguments.servers:
        with serve(version) as server:
            failed |= _on(server.database("properties", **options), version, arguments)
    return failed


def _on(database, version, arguments) -> bool:
    from django.db import connection, connections

    from .kinds import KINDS
    from .run import check

    connections.databases["default"] = connections.configure_settings({"default": database})["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    failed = False
    for name in arguments.kinds or KINDS:
        start, tried, result = time.monotonic(), 0, "comes out and is found"
        try:
            tried = check(name, arguments.count)
        except Exception as error:
            failed, result = True, f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
        print(f"| `{name}` | {version} | {tried} | {result} | {time.monotonic() - start:.0f} |", flush=True)
    connection.creation.destroy_test_db("properties", verbosity=0)
    return failed


if __name__ == "__main__":
    sys.exit(main())
