"""``hatch run bench``: medians of one run, and each figure as a ratio to the raw pyodbc round trip.

``MSSQL_TEST_URL`` measures a real server instead of the sandbox. For the sandbox the time of its start and its own
time for a statement, without the engine's, follow. ``--schema`` measures each kind of schema change, ``--client`` the
client's processor time beside the least that reading and bulk inserts need.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any, Callable, Iterator, NamedTuple

from harness.project import configure
from harness.server import serve

from figures.bench import client, client_report, report
from figures.bench.schema import schema_rows

APPS = ("django.contrib.contenttypes", "django.contrib.auth", "demo.shop", "figures.side_by_side")


class Measure(NamedTuple):
    """Milliseconds of one call: the median, and the minimum, which other work on the machine affects less."""

    median: float
    least: float


def measure(function: Callable[[], Any], repeat: int) -> Measure:
    """Measure ``repeat`` calls, after a tenth as many for warming up."""
    for _ in range(max(repeat // 10, 5)):
        function()
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return Measure(1000 * statistics.median(times), 1000 * min(times))


def rows(repeat: int) -> Iterator[tuple[str, Measure]]:
    from demo.shop.models import Customer, Order
    from django.db import connection, transaction

    connection.ensure_connection()
    raw = connection.connection.cursor()
    pk = Customer.objects.values_list("pk", flat=True)[0]
    counter = iter(range(10**9))

    def pyodbc_select() -> None:
        raw.execute("SELECT 1").fetchall()

    def pyodbc_parameter() -> None:
        raw.execute("SELECT ?", (7,)).fetchall()

    def create() -> None:
        Customer.objects.create(
            name="Bench", email=f"bench{next(counter)}@example.com", country="DE", created="2026-01-01T00:00Z"
        )

    def atomic() -> None:
        with transaction.atomic():
            Customer.objects.filter(pk=pk).update(name="Bench")

    yield "pyodbc: SELECT 1", measure(pyodbc_select, repeat)
    yield "pyodbc: SELECT ?", measure(pyodbc_parameter, repeat)
    yield "get()", measure(lambda: Customer.objects.get(pk=pk), repeat)
    yield "list of 100", measure(lambda: list(Customer.objects.all()[:100]), repeat // 4)
    yield "select_related, 50 rows", measure(lambda: list(Order.objects.select_related("customer")[:50]), repeat // 4)
    yield "create()", measure(create, repeat // 2)
    yield "atomic update", measure(atomic, repeat // 2)
    yield "pk__in of 2,500", measure(lambda: list(Order.objects.filter(pk__in=range(2500))), repeat // 10)


def schema_measures(repeat: int) -> Iterator[tuple[str, Measure]]:
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    cursor = raw.cursor()
    yield "pyodbc: SELECT 1", measure(lambda: cursor.execute("SELECT 1").fetchall(), repeat)
    for name, value in schema_rows(raw, max(repeat // 10, 5)):
        yield name, Measure(value, value)


def sandbox_rows(version: str) -> Iterator[tuple[str, float]]:
    """Time from start to first answer, and the sandbox's own time for known and for new statements."""
    from figures.evidence.__main__ import Client, start_server
    from figures.evidence.own_time import own_times
    from mssql_sandbox.api import Sandbox

    started = time.perf_counter()
    with Sandbox(version=version):
        yield "sandbox: start", 1000 * (time.perf_counter() - started)
    server = start_server(version)
    try:
        for kind, value in own_times(Client(server)):
            yield f"sandbox: {kind} statement", value
    finally:
        server.close()


def printed(measures: Iterator[tuple[str, Measure]]) -> dict[str, Measure]:
    """Print each measure as it comes, with its ratio to the first; all of them."""
    print(f"{'operation':<28}{'median ms':>10}{'ratio':>8}")
    values: dict[str, Measure] = {}
    for name, value in measures:
        values[name] = value
        print(f"{name:<28}{value.median:>10.3f}{value.median / first(values):>8.1f}")
    return values


def first(values: dict[str, Measure]) -> float:
    """The median of the bare round trip."""
    return next(iter(values.values())).median


def main() -> None:
    parser = argparse.ArgumentParser(prog="hatch run bench", description=__doc__)
    parser.add_argument("--repeat", type=int, default=200)
    parser.add_argument("--version", default="2022")
    parser.add_argument("--schema", action="store_true", help="measure schema changes instead")
    parser.add_argument("--client", action="store_true", help="measure the client's processor time instead")
    parser.add_argument("--keep", action="store_true", help="keep the run, and show it in the documentation")
    arguments = parser.parse_args()
    with serve(arguments.version) as server:
        configure({"default": server.database("bench", plugins=["json"])}, APPS)
        from demo import data
        from django.db import connection

        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            data.load(orders=200)
            if arguments.client:
                ratios = client.printed(arguments.repeat)
                if arguments.keep:
                    client_report.keep(ratios)
                return
            values = printed(schema_measures(arguments.repeat) if arguments.schema else rows(arguments.repeat))
            if arguments.schema:
                return
            for name, value in sandbox_rows(arguments.version) if server.sandbox else ():
                print(f"{name:<28}{value:>10.3f} {value / first(values):>9.2f}")
            if arguments.keep:
                report.keep({name: value.least for name, value in values.items()})
        finally:
            connection.creation.destroy_test_db("bench", verbosity=0)


if __name__ == "__main__":
    main()
