"""The page of feature flags: a row for each flag that Django's newest version has."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterator

from django.db.backends.base.features import BaseDatabaseFeatures

from figures.flags.record import PEERS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = Path(__file__).parents[3] / "packages" / "mssql-core" / "docs" / "flags.md"
REASONS = Path(__file__).with_name("reasons.toml")
# The page shows the first, with the differences of the others beside it.
VERSIONS = ("2022", "2016", "2025")
_WORDS = {True: "yes", False: "no", None: "asks the server"}

HEAD = """# Feature flags

The flags by which Django asks a backend for its features: on PostgreSQL 18, with mssql-django 2.0.0, and with mssql-core and its
plugin `json` on SQL Server 2022; where 2016, or 2025 with the type `json`, differ, their value is added. These are all boolean
flags of Django {version}. Yes is not always better: some flags mean a workaround. Where mssql-core says no, or differs from
PostgreSQL, the last column has T-SQL's rule. `hatch run flags --write` writes this page.

| flag | PostgreSQL | mssql-django | mssql-core | why |
|---|---|---|---|---|
"""


def recorded() -> dict[str, Any]:
    """The flags that ``hatch run flags-peers:record`` kept."""
    return json.loads(PEERS.read_text(encoding="utf-8"))


def reasons() -> dict[str, str]:
    """Flag -> reason, for flags that need one."""
    return tomllib.loads(REASONS.read_text(encoding="utf-8"))


def ours(version: str) -> dict[str, bool]:
    """The flags of mssql-core with the plugin ``json``; a flag that it does not set has the default of the newest Django."""
    from mssql_core.testing import fake_connection

    options = {"native": True} if version == "2025" else {}
    connection = fake_connection(version=version, plugins={"json": options})
    own = [kind for kind in type(connection.features).__mro__ if not issubclass(BaseDatabaseFeatures, kind)]
    flags = {}
    for name, columns in recorded()["flags"].items():
        is_own = any(name in vars(kind) for kind in own)
        flags[name] = getattr(connection.features, name) if is_own else columns["django"]
    return flags


def needs_reason(value: bool, postgresql: bool | None) -> bool:
    """Whether a flag is False, or differs from PostgreSQL's."""
    return value != postgresql or not value


def rows() -> Iterator[tuple[str, ...]]:
    """(flag, PostgreSQL, mssql-django, mssql-core, reason), as words."""
    by_version = {version: ours(version) for version in VERSIONS}
    why = reasons()
    for name, columns in recorded()["flags"].items():
        shown = by_version[VERSIONS[0]][name]
        words = [_WORDS[shown]]
        others = {version: by_version[version][name] for version in VERSIONS[1:]}
        words += [f"{version}: {_WORDS[value]}" for version, value in others.items() if value != shown]
        peers = (_WORDS[columns[peer]] for peer in ("postgresql", "mssql-django"))
        yield (f"`{name}`", *peers, "; ".join(words), why.get(name, ""))


def text() -> str:
    """The whole page."""
    return HEAD.format(version=recorded()["version"]) + "".join(f"| {' | '.join(row)} |\n" for row in rows())
