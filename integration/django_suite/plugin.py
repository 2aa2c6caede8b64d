"""A plugin for these runs only: the tests that no SQL Server can pass, each with its rule."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from mssql_core.plugin import hookimpl

EXPECTATIONS = Path(__file__).parent / "expectations"


def load_expectations() -> dict[str, set[str]]:
    """Reason -> test ids, from expectations/*.toml.

    Each entry is ``[[impossible]]`` with ``rule`` (the server's rule, with its error
    number or documentation page) and ``tests``.
    """
    skips: dict[str, set[str]] = {}
    for path in sorted(EXPECTATIONS.glob("*.toml")):
        with path.open("rb") as file:
            for entry in tomllib.load(file).get("impossible", ()):
                skips.setdefault(entry["rule"], set()).update(entry["tests"])
    return skips


class ExpectationsPlugin:
    @hookimpl
    def mssql_features(self):
        return {"django_test_skips": load_expectations()}
