"""``hatch run past 3.2 APP...``: the tests of another Django, on a Python that it supports.

The sandbox needs a newer Python than old Djangos run on, so it runs in this one and the suite in an environment that
uv makes in the cache, with an interpreter from PATH. Both share Microsoft's ODBC driver, whose wheel does not exist for old Pythons.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from mssql_core.connection.driver import bundled_driver

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


class NoInterpreter(LookupError):
    """No Python that the Django supports is on PATH."""


def interpreter(django: str) -> str:
    """The path of the first Python of this Django that is here; none is downloaded.

    :raises NoInterpreter: when there is none.
    """
    for version in PYTHONS[django]:
        search = ["uv", "python", "find", "--no-project", "--no-python-downloads", "--system", version]
        answer = subprocess.run(search, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if answer.returncode == 0:
            return answer.stdout.strip()
    raise NoInterpreter(f"Django {django} needs one of Python {', '.join(PYTHONS[django])} on PATH")


def python(django: str) -> Python:
    """An environment with the newest patch of this Django (major.minor) and the packages, kept in the cache.

    Compiled once: Django's tests start hundreds of processes.

    :raises NoInterpreter: when no Python of this Django is here.
    """
    folder = CACHE / f"python-{django}"
    executable = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    _uv("venv", "--allow-existing", "--python", interpreter(django), folder)
    editable = [argument for package in PACKAGES for argument in ("--editable", TOP / "packages" / package)]
    install = ("pip", "install", "--compile-bytecode", "--upgrade-package", "django", "--python", executable)
    _uv(*install, f"django~={django}.0", *TOOLS, *editable)
    return Python((str(executable),))


def _uv(*arguments: object) -> None:
    subprocess.run(["uv", arguments[0], "--quiet", *map(str, arguments[1:])], check=True)


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
        chosen = python(arguments.django)
    except NoInterpreter as error:
        print(f"not run: {error}")
        return int(not arguments.if_possible or os.environ.get("CI", "").lower() == "true")
    driver = bundled_driver()
    return run.main(others, chosen, {"driver": driver} if driver else None)


if __name__ == "__main__":
    sys.exit(main())
