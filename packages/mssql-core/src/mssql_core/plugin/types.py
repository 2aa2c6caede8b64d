"""Values that go through the hooks."""

import enum
from dataclasses import dataclass, field
from typing import Any, Dict, FrozenSet, Mapping, Optional, Tuple


class Edition(enum.Enum):
    """SERVERPROPERTY('EngineEdition').

    https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql
    """

    STANDARD = 2
    ENTERPRISE = 3
    EXPRESS = 4
    AZURE_SQL_DATABASE = 5
    SYNAPSE = 6
    MANAGED_INSTANCE = 8
    EDGE = 9
    FABRIC_WAREHOUSE = 11
    FABRIC_SQL_DATABASE = 12

    @property
    def is_versioned(self) -> bool:
        """Whether ProductVersion tells the feature level; the cloud editions always say 12."""
        return self in (Edition.STANDARD, Edition.ENTERPRISE, Edition.EXPRESS, Edition.EDGE)

    @property
    def can_set_single_user(self) -> bool:
        """ALTER DATABASE ... SET SINGLE_USER WITH ROLLBACK IMMEDIATE."""
        return self not in (Edition.AZURE_SQL_DATABASE, Edition.FABRIC_SQL_DATABASE)

    @property
    def copies_databases(self) -> bool:
        """CREATE DATABASE ... AS COPY OF."""
        return self is Edition.AZURE_SQL_DATABASE


class Capability(enum.Enum):
    """What a server can do; each value is (first version, compatibility level) with its source."""

    STRING_AGG = "string_agg"  # 2017: string-agg-transact-sql
    TRIM = "trim"  # 2017: trim-transact-sql
    UTF8_COLLATION = "utf8_collation"  # 2019: collation-and-unicode-support
    GREATEST_LEAST = "greatest_least"  # 2022: logical-functions-greatest-transact-sql
    DATETRUNC = "datetrunc"  # 2022: datetrunc-transact-sql
    SHIFT = "shift"  # 2022: left-shift-transact-sql
    IS_DISTINCT_FROM = "is_distinct_from"  # 2022: is-distinct-from-transact-sql
    JSON_CONSTRUCTORS = "json_constructors"  # 2022: json-object-transact-sql
    JSON_PATH_EXISTS = "json_path_exists"  # 2022: json-path-exists-transact-sql
    JSON_TYPE = "json_type"  # 2025: json-data-type
    JSON_CONTAINS = "json_contains"  # 2025: json-contains-transact-sql
    REGEXP = "regexp"  # 2025 at level 170: regexp-like-transact-sql
    OPENJSON = "openjson"  # level 130: openjson-transact-sql


@dataclass(frozen=True)
class ServerInfo:
    """What one query told about the server; every later decision reads this.

    :param version: ProductVersion as numbers, e.g. (16, 0, 4185, 3).
    :param compatibility_level: of the database, e.g. 160.
    :param collation: of the database.
    """

    edition: Edition
    version: Tuple[int, ...]
    compatibility_level: int
    collation: str
    read_committed_snapshot: bool
    default_schema: str = "dbo"
    capabilities: FrozenSet[Capability] = field(default_factory=frozenset)

    def has(self, capability: Capability) -> bool:
        return capability in self.capabilities


@dataclass(frozen=True)
class ConnectionSettings:
    """One alias's settings as plugins see them.

    :param options: OPTIONS without ``plugins``.
    """

    alias: str
    name: Optional[str]
    host: str
    port: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    token: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Credentials:
    """How a connection proves who it is.

    :param keywords: ODBC keywords (UID, PWD, Authentication, Trusted_Connection).
    :param access_token: an Entra access token, instead of keywords.
    """

    keywords: Dict[str, str] = field(default_factory=dict, repr=False)
    access_token: Optional[str] = field(default=None, repr=False)
