"""What the server is and can do: asked once, and the only place that compares versions."""

from typing import Any, Dict, FrozenSet, Iterable, Sequence, Tuple

from .plugin.types import Capability, Edition, ServerInfo

__all__ = ["Capability", "Edition", "ServerInfo", "QUERY", "capabilities", "from_row"]

QUERY = (
    "SELECT CAST(SERVERPROPERTY('EngineEdition') AS int), "
    "CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), "
    "d.compatibility_level, d.collation_name, d.is_read_committed_snapshot_on, SCHEMA_NAME() "
    "FROM sys.databases AS d WHERE d.name = DB_NAME()"
)

OLDEST = (13,)  # SQL Server 2016
# Capability -> (major version, compatibility level) that brings it. Sources: see Capability.
_SINCE: Dict[Capability, Tuple[int, int]] = {
    Capability.OPENJSON: (13, 130),
    Capability.STRING_AGG: (14, 100),
    Capability.TRIM: (14, 100),
    Capability.UTF8_COLLATION: (15, 100),
    Capability.GREATEST_LEAST: (16, 100),
    Capability.DATETRUNC: (16, 100),
    Capability.SHIFT: (16, 100),
    Capability.IS_DISTINCT_FROM: (16, 100),
    Capability.JSON_CONSTRUCTORS: (16, 100),
    Capability.JSON_PATH_EXISTS: (16, 100),
    Capability.JSON_TYPE: (17, 100),
    Capability.JSON_CONTAINS: (17, 100),
    Capability.REGEXP: (17, 170),
}
# SQL Server 2025 only so far (json-contains-transact-sql, "Applies to").
_NOT_IN_CLOUD = (Capability.JSON_CONTAINS,)
_NEWEST = 17


def from_row(row: Sequence[Any]) -> ServerInfo:
    """The answer to :data:`QUERY`, with core's capabilities."""
    edition_number, version, level, collation, snapshot, schema = row
    edition = _edition(int(edition_number))
    numbers = tuple(int(part) for part in version.split("."))
    return ServerInfo(
        edition,
        numbers,
        int(level),
        collation or "",
        bool(snapshot),
        schema or "dbo",
        capabilities(edition, numbers, int(level)),
    )


def _edition(number: int) -> Edition:
    try:
        return Edition(number)
    except ValueError:
        return Edition.ENTERPRISE


def capabilities(edition: Edition, version: Iterable[int], level: int) -> FrozenSet[Capability]:
    """Core's own table; plugins may correct it (hook mssql_capabilities)."""
    major = tuple(version)[0] if edition.is_versioned else _NEWEST
    found = {capability for capability, (first, least) in _SINCE.items() if major >= first and level >= least}
    if not edition.is_versioned:
        found.difference_update(_NOT_IN_CLOUD)
    return frozenset(found)
