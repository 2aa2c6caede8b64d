"""``hatch run peer APP...``: mssql-django, unmodified, on the sandbox.

mssql-django is known to work on SQL Server, so each of its failures here needs a reason: its own published list of
excluded tests (left out here too), a defect of its own with the server's rule, or a defect of the sandbox.
``explained.toml`` holds the first two; what is left is the figure that has to be 0.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

from harness.needs import Missing
from harness.server import serve_each

from mssql_core.connection.drivers.odbc_library import bundled_driver

from ..order import DEFAULT_APPS
from ..process import Run, save_journal
from ..report import FAILURES, write_report
from ..run import dead, folder, parser
from ..source import Python

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
REPORTS = HERE / "reports"


def _explained() -> dict[str, Any]:
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
    """An odbcinst.ini that names the driver of the mssql-python-odbc wheel: mssql-django needs a registered one.

    :raises Missing: the wheel has none for this system.
    """
    library = bundled_driver()
    if library is None:
        raise Missing(
            "the wheel mssql-python-odbc has no ODBC driver for this system; it has for Linux (x86-64, ARM) and macOS"
        )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "odbcinst.ini").write_text(f"[ODBC Driver 18 for SQL Server]\nDriver={library}\n")
        os.environ["ODBCSYSINI"] = folder
        yield


def unexplained(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The failing results that explained.toml does not name."""
    reasons = defects()
    return [
        result
        for run in runs
        for result in run["results"]
        if result["outcome"] in FAILURES and result["id"].split(" ")[0] not in reasons
    ]


def main(argv: list[str] | None = None) -> int:
    arguments = parser(__doc__).parse_args(argv)
    python = Python()
    out = folder(REPORTS, python, arguments.version)
    run = Run(out, python, "django_suite.peer.peer_settings", arguments.k, arguments.timeout)
    python.tests_folder()
    with registered_driver(), serve_each(arguments.jobs or 1, arguments.version, journal=True) as servers:
        runs = run.apps(arguments.apps or DEFAULT_APPS, servers)
        save_journal(servers, out)
    passed, failed, skipped = write_report(runs, out, python.django)
    open_failures = unexplained(runs)
    for result in open_failures:
        print(f"{result['id']}: {result['reason']}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped; unexplained failures: {len(open_failures)}")
    return int(bool(dead(runs) or open_failures))


if __name__ == "__main__":
    sys.exit(main())
