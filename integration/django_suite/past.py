"""``hatch run past 3.2 APP...``: the tests of another Django, on a Python that it supports.

The sandbox needs a newer Python than old Djangos run on, so it runs in this one and the
suite in an environment that uv makes, with an interpreter from PATH. Both share Microsoft's
ODBC driver, whose wheel does not exist for old Pythons.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from mssql_core.connection.driver import bundled_driver
from mssql_sandbox.api import Sandbox

TOP = Path(__file__).resolve().parents[2]
PACKAGES = ("mssql-core", "mssql-json", "mssql-azure-auth", "mssql-fabric")
TOOLS = ("jinja2", "pillow", "pip", "tblib", "tomli; python_version < '3.11'")
# The Python of each Django: the oldest of 3.2, the newest of 6.1, so that all are met.
PYTHONS = {
    "3.2": "3.8",
    "4.0": "3.8",
    "4.1": "3.9",
    "4.2": "3.9",
    "5.0": "3.10",
    "5.1": "3.11",
    "5.2": "3.12",
    "6.0": "3.13",
    "6.1": "3.14",
}


def command(django: str) -> list[str]:
    """The command that runs Python in an environment with this Django (major.minor)."""
    found = ["uv", "run", "--quiet", "--no-project", "--isolated", "--python", PYTHONS[django]]
    for requirement in (f"django~={django}.0", *TOOLS):
        found += ["--with", requirement]
    for package in PACKAGES:
        found += ["--with-editable", str(TOP / "packages" / package)]
    return [*found, "python"]


def server_url(sandbox: Sandbox) -> str:
    """The sandbox as ``MSSQL_TEST_URL``; holds its password."""
    options = {"TrustServerCertificate": "yes"}
    if driver := bundled_driver():
        options["driver"] = driver
    return f"mssql://{sandbox.user}:{quote(sandbox.password)}@{sandbox.host}:{sandbox.port}/app?{urlencode(options)}"


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in PYTHONS:
        print(f"Name a Django first, one of {', '.join(PYTHONS)}: hatch run past 3.2 basic lookup")
        return 2
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    with Sandbox() as sandbox:
        environment["MSSQL_TEST_URL"] = server_url(sandbox)
        environment["PYTHONPATH"] = str(TOP / "integration")
        return subprocess.run(
            [*command(sys.argv[1]), "-m", "django_suite", *sys.argv[2:]], cwd=TOP, env=environment
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
