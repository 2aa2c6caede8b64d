"""The tests that no SQL Server can pass, each with its rule: expectations/*.toml."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

import django
from django.conf import settings
from django.utils.module_loading import import_string

from mssql_core.plugin import Capability, ServerInfo

EXPECTATIONS = Path(__file__).parent / "expectations"


def _entries(kind: str) -> Iterator[dict]:
    for path in sorted(EXPECTATIONS.glob("*.toml")):
        with path.open("rb") as file:
            yield from tomllib.load(file).get(kind, ())


def load_expectations(server: ServerInfo) -> dict[str, set[str]]:
    """Reason -> test ids, from expectations/*.toml, as far as they concern the server.

    Each entry is ``[[impossible]]`` with ``rule`` (the server's rule, with its error
    number or documentation page) and ``tests``; where only some servers have the rule,
    ``without``, the capability that the others have; where newer tests keep the rule,
    ``before_django``, their version.
    """
    skips: dict[str, set[str]] = {}
    for entry in _entries("impossible"):
        newer = django.VERSION[:2] >= tuple(entry.get("before_django", (99,)))
        if not newer and ("without" not in entry or not server.has(Capability[entry["without"]])):
            skips.setdefault(entry["rule"], set()).update(filter(_is_here, entry["tests"]))
    return skips


def _is_here(test: str) -> bool:
    """Whether this Django has the test; of apps that are not installed nothing can be said, or asked."""
    if test.split(".")[0] not in settings.INSTALLED_APPS:
        return True
    case, _, method = test.rpartition(".")
    try:
        return hasattr(import_string(case), method)
    except ImportError:
        return False


def load_flags(app: str) -> dict[str, bool]:
    """Feature flags for one app whose models the server refuses: ``[[flag]]`` with rule, app and flags."""
    return {name: value for entry in _entries("flag") if entry["app"] == app for name, value in entry["flags"].items()}


def load_refused() -> dict[str, str]:
    """App -> rule, of apps with models that no SQL Server can make: ``[[refused]]`` with rule and app."""
    return {entry["app"]: entry["rule"] for entry in _entries("refused")}
