"""Expectations about Django's tests, expectations/*.toml: tests that cannot pass, each with its rule.

``[[impossible]]``
    ``rule``, the server's rule with its error number or documentation page, and ``tests``.
``[[words]]``
    Tests that assert another dialect's words: ``rule``, and ``tests``, a table of each test and the test of this
    repository (file::test) that asserts the same behaviour.
``[[machine]]``
    Tests that ask something of the machine: ``rule`` and ``tests``; with ``only_as = "root"`` those that ask for
    another user than root.
``[[unconstrained]]``
    ``rule`` and ``fields`` (app.Model.field): foreign keys that get ``db_constraint=False``.
``[[flag]]``
    ``rule``, ``app`` and ``flags``: feature flags for one app whose models the server refuses.

Of the first two, where only some servers have the rule, ``without`` names the capability that the others have; where
newer tests keep the rule, ``before_django`` is their version.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXPECTATIONS = Path(__file__).parent / "expectations"
SKIPPED = ("impossible", "words", "machine")


def entries(kind: str) -> Iterator[dict]:
    """The entries of a kind, of all files."""
    for path in sorted(EXPECTATIONS.glob("*.toml")):
        with path.open("rb") as file:
            yield from tomllib.load(file).get(kind, ())


def kinds() -> dict[str, str]:
    """Rule -> kind, for each rule by which tests are skipped."""
    return {entry["rule"]: kind for kind in SKIPPED for entry in entries(kind)}


def load_expectations(server) -> dict[str, set[str]]:
    """Reason -> test ids, as far as they concern the server, this Django and this machine.

    :param server: a ``mssql_core.plugin.ServerInfo``.
    """
    skips: dict[str, set[str]] = {}
    for kind in SKIPPED:
        for entry in entries(kind):
            if _concerns(entry, server):
                skips.setdefault(entry["rule"], set()).update(filter(_is_here, entry["tests"]))
    return skips


def _concerns(entry: dict, server) -> bool:
    import django

    from mssql_core.plugin import Capability

    if django.VERSION[:2] >= tuple(entry.get("before_django", (99,))):
        return False
    if "without" in entry and server.has(Capability[entry["without"]]):
        return False
    return entry.get("only_as") != "root" or (hasattr(os, "geteuid") and os.geteuid() == 0)


def _is_here(test: str) -> bool:
    """Whether this Django has the test; always true for apps that are not installed."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    if test.split(".")[0] not in settings.INSTALLED_APPS:
        return True
    case, _, method = test.rpartition(".")
    try:
        return hasattr(import_string(case), method)
    except ImportError:
        return False


def load_flags(app: str) -> dict[str, bool]:
    """The feature flags for one app."""
    return {name: value for entry in entries("flag") if entry["app"] == app for name, value in entry["flags"].items()}


def unconstrained(app: str | None = None) -> dict[str, str]:
    """Field (app.Model.field) -> rule, of the keys that get no constraint; of one app or of all."""
    return {
        name: entry["rule"]
        for entry in entries("unconstrained")
        for name in entry["fields"]
        if app in (None, name.split(".")[0])
    }
