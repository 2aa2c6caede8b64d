"""The hooks. Each returns data; arguments are opt-in (pluggy)."""

from typing import Any, Iterable, Mapping, Optional, Sequence, Tuple, Union

import pluggy

from .types import (
    Capability,
    CompileFunction,
    ConnectionSettings,
    Credentials,
    DataType,
    Driver,
    ExaminedDatabase,
    Finding,
    ServerInfo,
)  # fmt: skip

PROJECT = "mssql_core"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

# ---- when the wrapper is built: no I/O here -----------------------------------


@hookspec(firstresult=True)
def mssql_driver(settings: ConnectionSettings) -> Optional[Driver]:
    """Called once per wrapper for the driver that connects.

    Stops at the first non-None result; core's own, which OPTIONS['python_driver'] chooses, comes last.

    :param settings: the alias's settings.
    :returns: a driver, or None to leave it to the next.
    """


@hookspec
def mssql_features() -> Mapping[str, Any]:  # type: ignore[empty-body]
    """Called once per wrapper for Django feature flags.

    Merged: a flag has one plugin owner; two plugins on one flag are an error naming both.

    :returns: flag -> value, or -> ``function(ServerInfo)``, called when the flag is first read.
    """


@hookspec
def mssql_compilers() -> Mapping[type, CompileFunction]:  # type: ignore[empty-body]
    """Called once per wrapper for functions that translate expression classes to T-SQL.

    Chained: nearest class first, plugins before core, NotImplemented passes on.

    :returns: class -> ``function(node, compiler, connection, **extra) -> (sql, params)``.
    """


@hookspec
def mssql_mixins() -> Mapping[str, type]:  # type: ignore[empty-body]
    """Called once per wrapper for mixins of the backend's components.

    A mixin overrides public methods, and those that Django's own backends override; it finds its plugin, with the
    options, by ``own_plugin(Mixin, self)``.

    :returns: client, creation, introspection, operations, schema or validation -> class.
    """


@hookspec
def mssql_checks(settings: ConnectionSettings) -> Iterable[Any]:  # type: ignore[empty-body]
    """Called by ``manage.py check --database``; results are concatenated.

    :param settings: the alias's settings.
    :returns: Django check messages.
    """


# ---- each new connection ----------------------------------------------------------


@hookspec(firstresult=True)
def mssql_credentials(settings: ConnectionSettings) -> Optional[Credentials]:
    """Called for every new connection.

    Stops at the first non-None result; core's user and password come last.

    :param settings: the alias's settings.
    :returns: credentials, or None to leave it to the next.
    """


@hookspec
def mssql_connection_keywords(settings: ConnectionSettings) -> Mapping[str, str]:  # type: ignore[empty-body]
    """Called for every new connection, after the credentials; merged. OPTIONS go over them.

    :param settings: the alias's settings.
    :returns: ODBC keyword -> value.
    """


@hookspec(firstresult=True)
def mssql_is_transient_error(error: Exception, settings: ConnectionSettings) -> Optional[bool]:
    """Called when a connection attempt failed: try again?

    Stops at the first non-None result.

    :param error: has ``number``, the server's native error number, or None.
    :param settings: the alias's settings.
    :returns: True, False, or None to leave it to the next.
    """


@hookspec(firstresult=True)
def mssql_retry_delay(error: Exception, attempt: int, settings: ConnectionSettings) -> Optional[float]:
    """Called before a connection attempt is repeated: how long to wait?

    Stops at the first non-None result; core waits as long as ``connection_retry_backoff_time`` says.

    :param error: as in ``mssql_is_transient_error``.
    :param attempt: how many attempts have failed, from 1.
    :param settings: the alias's settings.
    :returns: seconds, or None to leave it to the next.
    """


@hookspec
def mssql_session_sql(server: ServerInfo) -> Sequence[str]:  # type: ignore[empty-body]
    """Called when a connection is initialised; statements of all plugins run in one message.

    :param server: the server.
    :returns: T-SQL statements.
    """


# ---- the server -----------------------------------------------------------------------


@hookspec
def mssql_capabilities(server: ServerInfo) -> Mapping[Capability, bool]:  # type: ignore[empty-body]
    """Called when the server is first known; merged over core's own table.

    :param server: the server, with core's capabilities.
    :returns: capability -> whether this server has it.
    """


@hookspec
def mssql_data_types(server: ServerInfo) -> Mapping[str, DataType]:  # type: ignore[empty-body]
    """Called when the column types are first needed; merged over core's own.

    :param server: the server; reading an attribute of it connects, if nothing has before.
    :returns: Django's internal type -> column type.
    """


@hookspec(firstresult=True)
def mssql_field_type(column: Any) -> Union[str, Tuple[str, Mapping[str, Any]], None]:
    """Called by inspectdb for each column.

    Stops at the first non-None result.

    :param column: Django's description of the column, with ``data_type`` (its name in sys.types)
        and ``checks`` (texts of the CHECK constraints that name it).
    :returns: a name of django.db.models or the dotted path of a field, or (name, arguments): inspectdb then adds no
        length, digits or collation of its own. None leaves it to the next.
    :raises ImproperlyConfigured: in inspectdb, for arguments that it writes anyway: null, blank, unique, primary_key,
        db_column, db_comment.
    """


@hookspec
def mssql_findings(database: ExaminedDatabase, settings: ConnectionSettings) -> Iterable[Finding]:  # type: ignore[empty-body]
    """Called by mssql_doctor on an open connection; results are concatenated, behind core's own.

    :param database: asks the server, and knows the project's tables.
    :param settings: the alias's settings.
    :returns: findings; what the server refuses to tell (django.db.Error) becomes one by itself.
    """
