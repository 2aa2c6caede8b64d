"""Environments with mssql-django and mssql-core on one Django, made by uv and kept in the cache."""

from __future__ import annotations

import os

from django_suite.past import TOP, interpreter
from django_suite.source import CACHE
from harness import needs

_PACKAGES = ("mssql-core", "mssql-json")


def python(peer: str, django: str) -> str:
    """The interpreter of an environment with these versions.

    :param peer: the version of mssql-django.
    :param django: major and minor version; the newest patch is taken.
    :raises needs.Missing: uv, a fitting Python or a package index.
    """
    folder = CACHE / f"mssql-django-{peer}-{django}"
    executable = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    editable = [argument for name in _PACKAGES for argument in ("--editable", TOP / "packages" / name)]
    try:
        _uv("venv", "--allow-existing", "--python", interpreter(django), folder)
        _uv("pip", "install", "--python", executable, f"mssql-django=={peer}", f"django~={django}.0", *editable)
    except FileNotFoundError:
        raise needs.Missing("uv is not on PATH; `pip install uv` brings it") from None
    return str(executable)


def _uv(*arguments: object) -> None:
    # What uv installs is not for the environment that this process runs in.
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    needs.fetch(["uv", *map(str, arguments)], "mssql-django and a Django for it", environment)
