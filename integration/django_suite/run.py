"""``hatch run suite APP...``: Django's test apps on the sandbox (or MSSQL_TEST_URL), with a report."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

from harness.server import serve_each

from .expectations import load_refused
from .process import Run, save_journal
from .report import write_report
from .source import Python

REPORTS = Path(__file__).parent / "reports"

DEFAULT_APPS = (
    "basic bulk_create lookup queries aggregation annotations expressions expressions_case expressions_window "
    "many_to_many many_to_one one_to_one ordering pagination prefetch_related select_related select_for_update "
    "transactions update delete get_or_create model_fields constraints indexes introspection inspectdb schema "
    "migrations backends db_functions datetimes dates timezones validation auth_tests contenttypes_tests"
).split()


def parser(description: str | None) -> argparse.ArgumentParser:
    """What each of the commands that run Django's tests takes."""
    found = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("apps", nargs="*", metavar="APP", help="test apps or test ids; default: the main apps")
    found.add_argument("-k", help="only tests whose name contains this")
    found.add_argument("--jobs", type=int, default=1, help="apps at a time, each on a sandbox of its own")
    found.add_argument("--timeout", type=float, default=1800, help="seconds an app may take")
    found.add_argument("--version", default="2022", help="version the sandbox plays")
    return found


def folder(reports: Path, python: Python, version: str) -> Path:
    """The folder for the report of a Django and a server version."""
    out = reports / f"django-{python.django}-{version}"
    out.mkdir(parents=True, exist_ok=True)
    return out


def wanted(apps: list[str]) -> list[str]:
    """The apps without those whose models no SQL Server can make; these are named with the rule."""
    refused = load_refused()
    for app in sorted(refused.keys() & set(apps)):
        print(f"{app:<24} not run: {refused[app]}")
    return [app for app in apps if app not in refused]


def dead(runs: list[dict[str, Any]]) -> list[str]:
    """The apps that did not run to their end, told as well."""
    apps = [run["summary"]["app"] for run in runs if run["summary"]["dead"]]
    if apps:
        print(f"did not run to the end: {', '.join(apps)}")
    return apps


def main(argv: list[str] | None = None, python: Python | None = None, options: dict[str, Any] | None = None) -> int:
    """Run, report, and tell by the exit status whether everything passed.

    :param python: which runs the tests; this process's own by default.
    :param options: more entries of ``OPTIONS`` for the sandbox.
    """
    command = parser(__doc__)
    command.add_argument("--all", action="store_true", help="all of Django's test apps")
    command.add_argument("--minimum", type=float, help="fail when less than this per cent passes")
    arguments = command.parse_args(argv)
    python = python or Python()
    apps = wanted(arguments.apps or (python.test_apps() if arguments.all else DEFAULT_APPS))
    run = Run(folder(REPORTS, python, arguments.version), python, keyword=arguments.k, timeout=arguments.timeout)
    python.tests_folder()
    with serve_each(arguments.jobs, arguments.version, journal=True) as servers:
        if options:
            servers = [
                dataclasses.replace(server, options={**server.options, **options}) if server.sandbox else server
                for server in servers
            ]
        runs = run.apps(apps, servers)
        save_journal(servers, run.out)
    passed, failed, skipped = write_report(runs, run.out, python.django)
    print(f"report: {os.path.relpath(run.out)}/report.md")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    unfinished = dead(runs)
    if arguments.minimum is not None:
        return int(100 * passed < arguments.minimum * max(passed + failed, 1) or bool(unfinished))
    return int(bool(failed or unfinished))


if __name__ == "__main__":
    sys.exit(main())
