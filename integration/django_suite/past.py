"""``hatch run past 3.2 APP...``: the tests of another Django, on a Python that it supports.

The sandbox needs a newer Python than old Djangos run on, so it runs in this one and the suite in an environment that
uv makes in the cache, with an interpreter from PATH, or one that uv installs. Both share Microsoft's ODBC driver, whose wheel does not exist for old Pythons.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from harness import needs

from mssql_core.connection.drivers.odbc_library import bundled_driver

from . import run
from .source import CACHE, Python

TOP = Path(__file__).resolve().parents[2]
PACKAGES = ("mssql-core", "mssql-json", "mssql-azure-auth", "mssql-fabric")
TOOLS = ("jinja2", "pillow", "pip", "tblib", "tomli; python_version < '3.11'")
# The Pythons of each Django that mssql-core runs on, those first that others do not try: all are met.
# https://docs.djangoproject.com/en/stable/faq/install/#what-python-version-can-i-use-with-django
PYTHONS = {
    "3.2": ("3.8", "3.9", "3.10"),
    "4.0": ("3.8", "3.9", "3.10"),
    "4.1": ("3.9", "3.8", "3.10", "3.11"),
    "4.2": ("3.9", "3.8", "3.10", "3.11", "3.12"),
    "5.0": ("3.10", "3.11", "3.12"),
    "5.1": ("3.11", "3.10", "3.12", "3.13"),
    "5.2": ("3.12", "3.10", "3.11", "3.13", "3.14"),
    "6.0": ("3.13", "3.12", "3.14"),
    "6.1": ("3.14", "3.13", "3.12"),
}


def interpreter(django: str, only_present: bool = False) -> str:
    """The path of the first Python of this Django that is here, else of one that uv installs.

    :param only_present: install none.
    :raises needs.Missing: there is none.
    """
    if only_present:
        for version in PYTHONS[django]:
            path = needs.find_python(version)
            if path:
                return path
        raise needs.Missing(f"Django {django}: {needs.no_python(PYTHONS[django])}")
    try:
        return needs.python(PYTHONS[django])
    except needs.Missing as missing:
        raise needs.Missing(f"Django {django}: {missing}") from None


def python(django: str, only_present: bool = False) -> Python:
    """An environment with the newest patch of this Django (major.minor) and the packages, kept in the cache.

    Compiled once: Django's tests start hundreds of processes.

    :raises needs.Missing: no Python of this Django, or no package index.
    """
    folder = CACHE / f"python-{django}"
    executable = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    _uv("venv", "--allow-existing", "--python", interpreter(django, only_present), folder)
    editable = [argument for package in PACKAGES for argument in ("--editable", TOP / "packages" / package)]
    install = ("pip", "install", "--compile-bytecode", "--upgrade-package", "django", "--python", executable)
    _uv(*install, f"django~={django}.0", *TOOLS, *editable)
    return Python((str(executable),))


def _uv(*arguments: object) -> None:
    needs.fetch(["uv", arguments[0], "--quiet", *map(str, arguments[1:])], "the packages of this Django's environment")


def main() -> int:
    parser = argparse.ArgumentParser(prog="hatch run past", description=__doc__, add_help=False)
    parser.add_argument("django", choices=PYTHONS)
    parser.add_argument(
        "--if-possible", action="store_true", help="succeed without a fitting Python, except where CI=true"
    )
    arguments, others = parser.parse_known_args()
    # What uv installs is not for the environment that this process runs in.
    os.environ.pop("VIRTUAL_ENV", None)
    try:
        chosen = python(arguments.django, arguments.if_possible)
    except needs.Missing as missing:
        if arguments.if_possible and os.environ.get("CI", "").lower() != "true":
            print(f"not run: {missing}")
            return 0
        raise
    driver = bundled_driver()
    return run.main(others, chosen, {"driver": driver} if driver else None)


if __name__ == "__main__":
    sys.exit(needs.told(main))
