"""Types of the hooks' arguments and results."""

import enum
from dataclasses import dataclass, field
from typing import (
    Any,
    Callable,
    Collection,
    Dict,
    FrozenSet,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Protocol,
    Sequence,
    Tuple,
    Type,
    Union,
)  # fmt: skip

#: The values for the ``%s`` of a statement, in their order.
Params = Sequence[Any]
#: T-SQL with ``%s`` for parameters, and these.
Compiled = Tuple[str, Params]
#: What a function of the hook ``mssql_compilers`` returns: :data:`Compiled`, or NotImplemented, which is an Any.
Translation = Union[Compiled, Any]
#: ``function(node, compiler, connection, **extra)``
CompileFunction = Callable[..., Translation]

_DOCUMENTATION = "https://learn.microsoft.com/sql/"


class Secret:
    """A value whose repr, str and messages are redacted, and that refuses to be pickled or written as JSON.

    It is not a str: code that needs the value calls :meth:`reveal` in the expression that passes it on, so that no
    variable of a frame holds it when an error is reported.

    :param value: a text, bytes, or anything else that holds a secret; a Secret stands for its own value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> Any:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return bool(self._value == (other.reveal() if isinstance(other, Secret) else other))

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: Any) -> "Secret":
        return self

    def __reduce__(self) -> Any:
        raise TypeError("A secret is not pickled.")


def revealed(value: Any) -> Any:
    """The value of a Secret; any other value as it is."""
    return value.reveal() if isinstance(value, Secret) else value


class Edition(enum.Enum):
    """SERVERPROPERTY('EngineEdition').

    https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql
    """

    PERSONAL = 1
    STANDARD = 2
    ENTERPRISE = 3
    EXPRESS = 4
    AZURE_SQL_DATABASE = 5
    SYNAPSE = 6
    STRETCH = 7
    MANAGED_INSTANCE = 8
    EDGE = 9
    ARC_MANAGED_INSTANCE = 10
    FABRIC_WAREHOUSE = 11
    FABRIC_SQL_DATABASE = 12

    @property
    def is_versioned(self) -> bool:
        """Whether ProductVersion tells the feature level; the services always say 12."""
        return self not in _SERVICES

    @property
    def is_supported(self) -> bool:
        """Synapse and Fabric warehouses enforce no keys, which Django relies on."""
        return self not in (Edition.SYNAPSE, Edition.FABRIC_WAREHOUSE)

    @property
    def can_set_single_user(self) -> bool:
        """ALTER DATABASE ... SET SINGLE_USER WITH ROLLBACK IMMEDIATE."""
        return self not in (Edition.AZURE_SQL_DATABASE, Edition.FABRIC_SQL_DATABASE)

    @property
    def copies_databases(self) -> bool:
        """CREATE DATABASE ... AS COPY OF."""
        return self is Edition.AZURE_SQL_DATABASE


_SERVICES = frozenset(
    (
        Edition.AZURE_SQL_DATABASE,
        Edition.SYNAPSE,
        Edition.MANAGED_INSTANCE,
        Edition.ARC_MANAGED_INSTANCE,
        Edition.FABRIC_WAREHOUSE,
        Edition.FABRIC_SQL_DATABASE,
    )
)


class Capability(enum.Enum):
    """What a server can do. Each member's ``__doc__`` tells since when, and its source.

    "level" is the database's compatibility level, where the server asks for one.
    """

    def __new__(cls, value: str, doc: str) -> "Capability":
        member = object.__new__(cls)
        member._value_ = value
        member.__doc__ = doc
        return member

    OPENJSON = "openjson", "2016 at level 130: t-sql/functions/openjson-transact-sql"
    STRING_SPLIT = "string_split", "2016 at level 130: t-sql/functions/string-split-transact-sql"
    STRING_AGG = "string_agg", "2017: t-sql/functions/string-agg-transact-sql"
    CONCAT_WS = "concat_ws", "2017: t-sql/functions/concat-ws-transact-sql"
    TRANSLATE = "translate", "2017: t-sql/functions/translate-transact-sql"
    TRIM = "trim", "2017: t-sql/functions/trim-transact-sql"
    UTF8_COLLATION = "utf8_collation", "2019: relational-databases/collations/collation-and-unicode-support"
    TRUNCATION_DETAILS = (
        "truncation_details",
        "2019 at level 150, error 2628 names column and value: relational-databases/errors-events/mssqlserver-2628",
    )
    GREATEST_LEAST = "greatest_least", "2022: t-sql/functions/logical-functions-greatest-transact-sql"
    DATETRUNC = "datetrunc", "2022: t-sql/functions/datetrunc-transact-sql"
    DATE_BUCKET = "date_bucket", "2022: t-sql/functions/date-bucket-transact-sql"
    SHIFT = "shift", "2022: t-sql/functions/left-shift-transact-sql"
    IS_DISTINCT_FROM = "is_distinct_from", "2022: t-sql/queries/is-distinct-from-transact-sql"
    IGNORE_NULLS = "ignore_nulls", "2022, in FIRST_VALUE and its like: t-sql/functions/first-value-transact-sql"
    WINDOW_CLAUSE = "window_clause", "2022 at level 160: t-sql/queries/select-window-transact-sql"
    GENERATE_SERIES = "generate_series", "2022 at level 160: t-sql/functions/generate-series-transact-sql"
    TRIM_CHARACTERS = "trim_characters", "2022 at level 160, LTRIM(s, chars): t-sql/functions/ltrim-transact-sql"
    JSON_CONSTRUCTORS = "json_constructors", "2022: t-sql/functions/json-object-transact-sql"
    JSON_PATH_EXISTS = "json_path_exists", "2022: t-sql/functions/json-path-exists-transact-sql"
    ISJSON_TYPE = "isjson_type", "2022, ISJSON(s, VALUE): t-sql/functions/isjson-transact-sql"
    JSON_TYPE = "json_type", "2025: t-sql/data-types/json-data-type"
    JSON_AGGREGATES = "json_aggregates", "2025: t-sql/functions/json-arrayagg-transact-sql"
    JSON_CONTAINS = "json_contains", "2025, on no service yet: t-sql/functions/json-contains-transact-sql"
    PRODUCT = "product", "2025: t-sql/functions/product-aggregate-transact-sql"
    REGEXP = "regexp", "2025 at level 170: t-sql/functions/regexp-like-transact-sql"
    WAREHOUSE_READING = (
        "warehouse_reading",
        "a warehouse enforces no keys; the plugin 'fabric' reads one: t-sql/statements/create-table-azure-sql-data-warehouse",
    )
    CREATE_DATABASE = "create_database", "not in Fabric: t-sql/statements/create-database-transact-sql"

    @property
    def source(self) -> str:
        """The page of Microsoft's documentation that says so."""
        return _DOCUMENTATION + (self.__doc__ or "").rpartition(": ")[2]


@dataclass(frozen=True)
class ServerInfo:
    """Facts about the server, queried once per connection; immutable.

    :param version: ProductVersion as numbers, e.g. (16, 0, 4185, 3); (12, 0, ...) on the services.
    :param compatibility_level: of the database, e.g. 160.
    :param collation: of the database.
    :param read_committed_snapshot: whether readers do not wait for writers.
    :param default_schema: of the login's user in the database.
    :param update_policy: ProductUpdateType of a managed instance: ``CU`` or ``Continuous``.
    """

    edition: Edition
    version: Tuple[int, ...]
    compatibility_level: int
    collation: str
    read_committed_snapshot: bool
    default_schema: str = "dbo"
    capabilities: FrozenSet[Capability] = field(default_factory=frozenset)
    update_policy: Optional[str] = None

    @property
    def ignores_case(self) -> bool:
        """Whether names of schemas, tables and columns are the same in any case, as the database's collation says.

        https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
        """
        return not self.collation or "_CI_" in self.collation.upper()

    def has(self, capability: Capability) -> bool:
        return capability in self.capabilities


@dataclass(frozen=True)
class ConnectionSettings:
    """One alias's settings as plugins see them.

    :param options: OPTIONS without ``plugins``, ODBC keywords spelled as the driver documents them.
    :param password: a :class:`Secret`.
    :param token: the top-level TOKEN: an access token as a :class:`Secret`, or a function that returns one.
    :param extra: the ODBC keywords of ``extra_params``; values that may be secret are :class:`Secret`.
    """

    alias: str
    name: Optional[str]
    host: str
    port: str
    user: str
    password: Secret = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    token: Any = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def authentication(self) -> str:
        """The mode that ``Authentication`` names, in ``extra_params`` or OPTIONS; empty without one."""
        return str(self.extra_value("Authentication")) or str(self.options.get("Authentication") or "")

    def extra_value(self, keyword: str) -> Any:
        """The value of a keyword in ``extra_params``, in any case; empty without it; a password is a Secret."""
        folded = keyword.casefold()
        return next((value for key, value in self.extra.items() if key.casefold() == folded), "")


@dataclass(frozen=True)
class Credentials:
    """Authentication of a connection: ODBC keywords, or an access token.

    :param keywords: ODBC keywords (UID, PWD, Authentication, Trusted_Connection); a password better as a Secret.
    :param access_token: an Entra access token, better as a Secret, instead of keywords; those of the settings are left out.
    :param max_age: seconds after which the connection is not used for another request, such as the token's life.
    """

    keywords: Dict[str, Any] = field(default_factory=dict, repr=False)
    access_token: Union[Secret, str, None] = field(default=None, repr=False)
    max_age: Optional[float] = None


@dataclass(frozen=True)
class DataType:
    """The column type of a Django field.

    :param db_type: a type, a %-template of the field's attributes, or a function of them.
    :param check: template of a CHECK constraint over ``%(qn_column)s``.
    """

    db_type: Any
    check: Optional[str] = None


class Driver(Protocol):
    """The interface of a driver; see the hook ``mssql_driver``."""

    # Properties, for a type checker: a driver may have them as attributes of a narrower type.
    @property
    def error(self) -> Type[BaseException]:
        """Base class of the errors that :meth:`connect`, cursors and connections raise."""

    @property
    def null(self) -> Any:
        """The value that its cursors send as a NULL of the type given to ``setinputsizes``."""

    @property
    def without_effect(self) -> Mapping[str, str]:
        """Options without effect -> why; the system check mssql_core.W001 reports them."""

    @property
    def absent_database(self) -> Collection[int]:
        """Error numbers of a login to a missing database: 4060, and others that may stand for it."""

    def keyword(self, driver: Optional[str]) -> Optional[str]:
        """The value of DRIVER in the connection string. :param driver: OPTIONS['driver'], or None."""

    def accepted(self, keywords: Mapping[str, Any]) -> Mapping[str, Any]:
        """The ODBC keywords that go into its connection string.

        :param keywords: all those of core, plugins and settings; values that may be secret are Secrets.
        :raises ImproperlyConfigured: an unknown one that may not be left out.
        """

    def connect(
        self,
        connection_string: Secret,
        access_token: Optional[Secret] = None,
        timeout: int = 0,
        query_timeout: int = 0,
        encodings: Sequence[Any] = (),
    ) -> Any:
        """A DB-API connection in autocommit mode whose cursors have ``setinputsizes`` and ``nextset``.

        Core calls ``cursor()`` and ``close()`` of it. Its cursors take ``?`` for parameters, and have ``execute``,
        ``description``, ``rowcount``, ``fetchmany``, ``fetchall`` and ``close``, too (PEP 249).

        :param connection_string: to be revealed in the very call that connects, like the token.
        :param timeout: seconds for the login, 0 = the driver's default.
        :param query_timeout: seconds a statement may run, 0 = no limit.
        :param encodings: (method name, arguments) of the options setencoding and setdecoding.
        """

    def set_pooling(self, enabled: bool) -> None:
        """Switch the driver's own connection pool on or off."""

    def version(self, connection: Any) -> str:
        """Name and version of the driver, for the reports of mssql_doctor.

        :param connection: an open one, of :meth:`connect`.
        """


class Finding(NamedTuple):
    """A finding of mssql_doctor.

    :ivar text: what is so, naming the object.
    :ivar remedy: what to do: a statement, a setting.
    :ivar page: of the documentation, without suffix: ``reference/rights``.
    :ivar level: ``"error"`` where something of the project cannot work, else ``"warning"``.
    """

    text: str
    remedy: str
    page: str
    level: str = "warning"


class ExaminedDatabase(Protocol):
    """The database that mssql_doctor examines; see the hook ``mssql_findings``."""

    alias: str
    server: ServerInfo

    def rows(self, sql: str) -> List[Tuple[Any, ...]]:
        """All rows of a SELECT. :raises django.db.Error: the login may not ask."""

    def of_project(self, rows: Iterable[Tuple[Any, ...]]) -> List[Tuple[Any, ...]]:
        """The rows, which begin with schema and table, that are about tables of the project's models."""

    def model(self, schema: str, table: str) -> Any:
        """The model of a table, or None."""
