"""The server's version and capabilities: asked once; the only place that compares versions."""

from typing import Any, Dict, FrozenSet, Optional, Sequence, Tuple

from ..plugin.types import Capability, Edition, ServerInfo

__all__ = ["QUERY", "Capability", "Edition", "ServerInfo", "capabilities", "from_row", "is_too_old"]

QUERY = (
    "SELECT CAST(SERVERPROPERTY('EngineEdition') AS int), "
    "CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), "
    "d.compatibility_level, d.collation_name, d.is_read_committed_snapshot_on, SCHEMA_NAME(), "
    "CAST(SERVERPROPERTY('ProductUpdateType') AS nvarchar(128)) "
    "FROM sys.databases AS d WHERE d.name = DB_NAME()"
)

OLDEST = 13
OLDEST_NAME = "SQL Server 2016 (13.0)"
# For what a plugin alone grants.
_NEVER = 99
# Capability -> (major version, compatibility level) that brings it. Sources: Capability.source.
_SINCE: Dict[Capability, Tuple[int, int]] = {
    Capability.OPENJSON: (13, 130),
    Capability.STRING_SPLIT: (13, 130),
    Capability.STRING_AGG: (14, 100),
    Capability.CONCAT_WS: (14, 100),
    Capability.TRANSLATE: (14, 100),
    Capability.TRIM: (14, 100),
    Capability.UTF8_COLLATION: (15, 100),
    Capability.TRUNCATION_DETAILS: (15, 150),
    Capability.GREATEST_LEAST: (16, 100),
    Capability.DATETRUNC: (16, 100),
    Capability.DATE_BUCKET: (16, 100),
    Capability.SHIFT: (16, 100),
    Capability.IS_DISTINCT_FROM: (16, 100),
    Capability.IGNORE_NULLS: (16, 100),
    Capability.WINDOW_CLAUSE: (16, 160),
    Capability.GENERATE_SERIES: (16, 160),
    Capability.TRIM_CHARACTERS: (16, 160),
    Capability.JSON_CONSTRUCTORS: (16, 100),
    Capability.JSON_PATH_EXISTS: (16, 100),
    Capability.ISJSON_TYPE: (16, 100),
    Capability.JSON_TYPE: (17, 100),
    Capability.JSON_AGGREGATES: (17, 100),
    Capability.JSON_CONTAINS: (17, 100),
    Capability.PRODUCT: (17, 100),
    Capability.REGEXP: (17, 170),
    Capability.CREATE_DATABASE: (OLDEST, 100),
    Capability.WAREHOUSE_READING: (_NEVER, 0),
}
_NEWEST = 17
_ON_NO_SERVICE = frozenset((Capability.JSON_CONTAINS,))


def from_row(answer: Sequence[Any]) -> ServerInfo:
    """The ServerInfo of an answer to :data:`QUERY`, with core's capabilities."""
    number, version, level, collation, snapshot, schema, policy = answer
    edition = _edition(int(number))
    numbers = tuple(int(part) for part in version.split("."))
    return ServerInfo(
        edition,
        numbers,
        int(level),
        collation or "",
        bool(snapshot),
        schema or "dbo",
        capabilities(edition, numbers, int(level), policy),
        policy,
    )


def _edition(number: int) -> Edition:
    try:
        return Edition(number)
    except ValueError:
        # A number of the future: taken for what its version says.
        return Edition.ENTERPRISE


def _major(edition: Edition, version: Sequence[int], level: int, policy: Optional[str]) -> int:
    """The release whose T-SQL the server speaks."""
    if edition.is_versioned:
        return version[0]
    managed = edition in (Edition.MANAGED_INSTANCE, Edition.ARC_MANAGED_INSTANCE)
    if managed and (policy or "").upper() == "CU":
        # The update policies "SQL Server 2022" and "SQL Server 2025"; level 170 came with the latter.
        # https://learn.microsoft.com/azure/azure-sql/managed-instance/update-policy
        return max(16, level // 10)
    return _NEWEST


def capabilities(
    edition: Edition, version: Sequence[int], level: int, policy: Optional[str] = None
) -> FrozenSet[Capability]:
    """The capabilities in core's own table; plugins may correct them (hook ``mssql_capabilities``)."""
    major = _major(edition, version, level, policy)
    known = {capability for capability, (first, least) in _SINCE.items() if major >= first and level >= least}
    if not edition.is_versioned:
        known -= _ON_NO_SERVICE
    if edition is Edition.FABRIC_SQL_DATABASE:
        known.discard(Capability.CREATE_DATABASE)
    return frozenset(known)


def is_too_old(server: ServerInfo) -> bool:
    """Whether the release is older than mssql-core supports."""
    return server.edition.is_versioned and server.version[0] < OLDEST
