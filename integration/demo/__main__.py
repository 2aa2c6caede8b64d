"""Starts a sandbox, migrates, loads data, runs queries and prints them with their T-SQL.

``--serve`` also opens the admin on localhost (user and password: admin).
"""

import argparse
import os
import sys
import time

import django
from django.core.management import call_command


def main():
    parser = argparse.ArgumentParser(prog="hatch run demo", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="open the admin on localhost afterwards")
    parser.add_argument("--port", type=int, default=8000, help="port of the admin")
    parser.add_argument("--orders", type=int, default=500, help="orders to load")
    parser.add_argument("--version", default="2022", help="SQL Server version the sandbox plays")
    arguments = parser.parse_args()
    from harness.server import VARIABLE, Server

    from mssql_sandbox.api import Sandbox

    with Sandbox(version=arguments.version, databases=("demo",)) as sandbox:
        os.environ[VARIABLE] = Server.of_sandbox(sandbox).url
        os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"
        django.setup()
        prepare(arguments.orders)
        show_queries()
        if arguments.serve:
            print(f"\nThe admin: http://localhost:{arguments.port}/admin/ (user admin, password admin; Ctrl+C ends)")
            call_command("runserver", f"127.0.0.1:{arguments.port}", use_reloader=False, skip_checks=True)


def prepare(orders):
    """Migrate, create the admin user, load the data."""
    from django.contrib.auth import get_user_model

    from . import data

    call_command("migrate", verbosity=1)
    get_user_model().objects.create_superuser("admin", "admin@example.com", "admin")
    started = time.monotonic()
    data.load(orders, _bar)
    print(f"\nloaded in {time.monotonic() - started:.1f} s")


def _bar(done, total):
    width = 40 * done // total
    sys.stdout.write(f"\rloading [{'#' * width}{' ' * (40 - width)}] {done}/{total}")
    sys.stdout.flush()


def show_queries():
    """Run each query of :mod:`demo.queries` and print question, T-SQL, answer and time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from .queries import QUERIES

    for query in QUERIES:
        with CaptureQueriesContext(connection) as captured:
            started = time.monotonic()
            result = query()
            rows = [result] if isinstance(result, dict) else list(result)
            elapsed = 1000 * (time.monotonic() - started)
        print(f"\n== {query.__doc__}")
        for entry in captured.captured_queries:
            print(f"   {_shortened(entry['sql'])}")
        for row in rows[:9]:
            print("  ", ", ".join(str(value) for value in (row.values() if isinstance(row, dict) else row)))
        print(f"   {len(rows)} rows, {len(captured)} statement(s), {elapsed:.0f} ms")


def _shortened(sql, limit=900):
    return sql if len(sql) <= limit else f"{sql[:limit]} ... ({len(sql):,} characters)"


if __name__ == "__main__":
    main()
