"""``hatch run suite APP...``: Django's test apps on the sandbox (or MSSQL_TEST_URL), with a report."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

from harness.server import DRIVER_VARIABLE, VARIABLE, Server, given_server, serve_each

from . import page, results, state
from .order import DEFAULT_APPS, TELLING_APPS, longest_first
from .process import Run, save_journal
from .report import write_report
from .source import Python
from .state import Outcome, State, code

REPORTS = Path(__file__).parent / "reports"


def parser(description: str | None) -> argparse.ArgumentParser:
    """The arguments of each command that runs Django's tests."""
    command = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("apps", nargs="*", metavar="APP", help="test apps or test ids; default: the main apps")
    command.add_argument("-k", help="only tests whose name contains this")
    command.add_argument(
        "--jobs", type=int, help="apps at a time, each on a sandbox of its own; default: 2 for many, else 1"
    )
    command.add_argument("--timeout", type=float, default=3600, help="seconds an app may take")
    command.add_argument("--version", default="2022", help="version the sandbox plays")
    return command


def folder(reports: Path, python: Python, version: str) -> Path:
    """The folder for the report of a Django and a server version."""
    out = reports / f"django-{python.django}-{version}"
    out.mkdir(parents=True, exist_ok=True)
    return out


def dead(runs: list[dict[str, Any]]) -> list[str]:
    """The apps that did not run to their end, which are also printed."""
    apps = [run["summary"]["app"] for run in runs if run["summary"]["dead"]]
    if apps:
        print(f"did not run to the end: {', '.join(apps)}")
    return apps


def main(argv: list[str] | None = None, python: Python | None = None, options: dict[str, Any] | None = None) -> int:
    """Run, report, and tell by the exit status whether everything passed.

    :param python: which runs the tests; this process's own by default.
    :param options: more entries of ``OPTIONS`` for the sandbox.
    """
    arguments = _parser().parse_args(argv)
    if arguments.python_driver:
        os.environ[DRIVER_VARIABLE] = arguments.python_driver
    python = python or Python()
    python.tests_folder()
    scope = _scope(arguments)
    apps = _apps(arguments, python)
    run = Run(
        folder(REPORTS, python, "-".join(filter(None, (arguments.version, arguments.python_driver)))),
        python,
        keyword=arguments.k,
        timeout=arguments.timeout,
        state=State(python.django, _server(arguments.version), code()),
    )
    kept = {} if scope is None or arguments.fresh else _finished(run, apps, arguments.mend)
    runs = [*kept.values(), *_run(run, [app for app in apps if app not in kept], arguments, options)]
    passed, failed, skipped = write_report(runs, run.out, python.django)
    print(f"report: {os.path.relpath(run.out)}/report.md")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    unfinished = dead(runs)
    if scope and not unfinished:
        _keep(run, apps, scope, arguments.version)
    if arguments.minimum is not None:
        return int(100 * passed < arguments.minimum * max(passed + failed, 1) or bool(unfinished))
    return int(bool(failed or unfinished))


def _parser() -> argparse.ArgumentParser:
    command = parser(__doc__)
    command.add_argument(
        "--all", action="store_true", help="all of Django's test apps; goes on where it was interrupted"
    )
    command.add_argument("--telling", action="store_true", help="the 20 most telling apps; resumes too")
    command.add_argument("--fresh", action="store_true", help="run again what ran to its end on the same code")
    command.add_argument("--mend", action="store_true", help="keep what passed on other code, too; the page says so")
    command.add_argument("--python-driver", help="pyodbc or mssql_python; then no result is kept as the page's")
    command.add_argument("--minimum", type=float, help="fail when less than this per cent passes")
    return command


def _scope(arguments: argparse.Namespace) -> str | None:
    """The apps of a whole run; None if apps are named, only some of their tests run, or another driver is used."""
    if arguments.apps or arguments.k or arguments.python_driver:
        return None
    return results.ALL if arguments.all else results.TELLING if arguments.telling else None


def _apps(arguments: argparse.Namespace, python: Python) -> list[str]:
    if arguments.all and not arguments.apps:
        return python.test_apps()
    return arguments.apps or (TELLING_APPS if arguments.telling else DEFAULT_APPS)


def _server(version: str) -> str:
    """The sandbox's version, or the address of the real server."""
    if not os.environ.get(VARIABLE):
        return version
    server = given_server()
    return f"{server.host}:{server.port}"


def _finished(run: Run, apps: list[str], sound: bool) -> dict[str, Outcome]:
    """The outcomes of the apps that need not run again."""
    outcomes = {app: run.state.finished(run.out, app, sound) for app in apps}
    kept = {app: outcome for app, outcome in outcomes.items() if outcome is not None}
    if kept:
        print(f"{len(kept)} of {len(apps)} apps ran to their end before (--fresh: run them again)", flush=True)
    return kept


def _run(run: Run, apps: list[str], arguments: argparse.Namespace, options: dict[str, Any] | None) -> list[Outcome]:
    if not apps:
        return []
    jobs = arguments.jobs or (2 if arguments.all or arguments.telling else 1)
    with serve_each(jobs, arguments.version, journal=True) as servers:
        servers = [_with_options(server, options or {}) for server in servers]
        runs = run.apps(longest_first(apps, run.out), servers)
        save_journal(servers, run.out)
    return runs


def _with_options(server: Server, options: dict[str, Any]) -> Server:
    if not options or not server.sandbox:
        return server
    return dataclasses.replace(server, options={**server.options, **options})


def _keep(run: Run, apps: list[str], scope: str, version: str) -> None:
    """Write the result of a whole run as data, and as a page of the documentation."""
    outcomes = [state.load(run.out, app) for app in apps]
    sandbox = None if os.environ.get(VARIABLE) else version
    path = results.keep(results.result(outcomes, scope, sandbox))
    page.write()
    print(f"kept: {os.path.relpath(path)}, {os.path.relpath(page.PAGE)}")


if __name__ == "__main__":
    sys.exit(main())
