"""``hatch run compatibility [VERSION ...]``: what each server has, and the page that says so; status 1 if any differs.

Without versions the sandbox plays all of them; with MSSQL_TEST_URL the one real server is asked.
"""

from __future__ import annotations

import argparse
import os
import sys

from harness.project import configure
from harness.server import VARIABLE, Server, given_server


def main(argv: list[str] | None = None) -> int:
    configure()
    from . import page, runs

    parser = argparse.ArgumentParser(prog="hatch run compatibility", description=__doc__)
    parser.add_argument("versions", nargs="*", metavar="VERSION", help=f"of {', '.join(runs.NAMES)}; default: all")
    parser.add_argument("--page", action="store_true", help="only write the page again, from the kept runs")
    arguments = parser.parse_args(argv)
    unknown = set(arguments.versions) - set(runs.NAMES)
    if unknown:
        parser.error(f"no version {', '.join(sorted(unknown))}; known: {', '.join(runs.NAMES)}")
    wrong = 0
    if not arguments.page:
        outcomes = [_real()] if os.environ.get(VARIABLE) else map(sandbox, arguments.versions or runs.NAMES)
        for outcome in outcomes:
            runs.keep(outcome)
            differing = runs.contradictions(outcome)
            wrong += bool(differing)
            print(f"{outcome['name']} {outcome['version']}: {', '.join(differing) or 'as expected'}", flush=True)
    page.write()
    return int(bool(wrong))


def _real() -> dict:
    from .runs import run

    server = given_server()
    return run(server.database(server.name), None)


def sandbox(version: str) -> dict:
    """The run of one version of the sandbox."""
    from mssql_sandbox.api import Sandbox

    from .runs import SERVICES, run

    with Sandbox(version, databases=("app",)) as played:
        if version not in SERVICES:
            return run(Server.of_sandbox(played).database("app"), version)
        # Fabric knows no SQL logins.
        plugins = {"fabric": {}, "azure": {"token": lambda: played.token}}
        return run(Server.of_sandbox(played).database("app", login=False, plugins=plugins), version)


if __name__ == "__main__":
    sys.exit(main())
