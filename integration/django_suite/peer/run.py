"""``hatch run peer APP...``: mssql-django, unmodified, on the sandbox.

mssql-django is known to work on SQL Server, so each of its failures here needs a reason: its own published list of
excluded tests (left out here too), a defect of its own with the server's rule, or a defect of the sandbox.
``explained.toml`` holds the first two; what is left is the figure that has to be 0.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Iterator

import django

from .. import run as suite
from .. import source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
REPORTS = HERE / "reports"
FAILURES = ("failed", "error", "unexpected success")


def _explained() -> dict:
    with open(HERE / "explained.toml", "rb") as file:
        return tomllib.load(file)


def published() -> set[str]:
    """The tests that mssql-django's own settings leave out."""
    return {f"{case}.{test}" for case, tests in _explained()["published"].items() for test in tests}


def defects() -> dict[str, str]:
    """Test id -> why it fails with mssql-django on any SQL Server."""
    return {test: entry["rule"] for entry in _explained().get("defect", ()) for test in entry["tests"]}


@contextlib.contextmanager
def registered_driver() -> Iterator[None]:
    """An odbcinst.ini that names the driver of the mssql-python-odbc wheel: mssql-django needs a registered one."""
    import mssql_python_odbc

    library = next(Path(mssql_python_odbc.__file__).parent.glob("libs/linux/debian_ubuntu/*/lib/libmsodbcsql-18*"))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "odbcinst.ini").write_text(f"[ODBC Driver 18 for SQL Server]\nDriver={library}\n")
        os.environ["ODBCSYSINI"] = folder
        yield


def unexplained(runs: list[dict]) -> list[dict]:
    """The failing results that explained.toml does not name."""
    reasons = defects()
    return [
        result
        for run in runs
        for result in run["results"]
        if result["outcome"] in FAILURES and result["id"].split(" ")[0] not in reasons
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="*", metavar="APP", help="test apps or test ids; default: the main apps")
    parser.add_argument("-k", help="only tests whose name contains this")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds an app may take")
    parser.add_argument("--version", default="2022", help="version the sandbox plays")
    arguments = parser.parse_args(argv)
    out = REPORTS / f"django-{django.get_version()}-{arguments.version}"
    out.mkdir(parents=True, exist_ok=True)
    source.tests_folder()
    from mssql_sandbox.api import Sandbox

    with registered_driver(), Sandbox(version=arguments.version, journal=True) as sandbox:
        server = {"host": sandbox.host, "port": sandbox.port, "user": sandbox.user, "password": sandbox.password}
        runs = [
            suite.run_app(app, server, out, arguments, settings="django_suite.peer.peer_settings")
            for app in arguments.apps or suite.DEFAULT_APPS
        ]
        suite.save_journal(sandbox, out)
    passed, failed, skipped = suite.write_report(runs, out)
    open_failures = unexplained(runs)
    for result in open_failures:
        print(f"{result['id']}: {result['reason']}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped; unexplained failures: {len(open_failures)}")
    dead = [run["summary"]["app"] for run in runs if run["summary"]["dead"]]
    if dead:
        print(f"did not run to the end: {', '.join(dead)}")
    return int(bool(open_failures or dead))


if __name__ == "__main__":
    sys.exit(main())
