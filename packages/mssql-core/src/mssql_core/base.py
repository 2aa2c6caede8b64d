"""The connection: Django's contract and the wiring of components and plugins."""

import contextlib
import re
from dataclasses import replace
from typing import Any, Callable, Dict, Iterable, List, Optional, Set, Tuple

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import NotSupportedError, OperationalError
from django.utils.functional import SimpleLazyObject

from . import compat, components, errors
from . import data_types as types
from .checks.validation import DatabaseValidation
from .client import DatabaseClient
from .compiler import moments
from .compiler.dispatch import CompilerDispatch
from .connection import connector as connecting
from .connection import django_cursors, server, session
from .connection import settings as core_settings
from .connection.cursor import CursorPool, CursorWrapper
from .connection.token_expiry import Lifetime, bounded
from .connection.transactions import State, Transactions
from .creation import DatabaseCreation
from .defaults import Defaults
from .expressions.registry import COMPILERS
from .features import DatabaseFeatures
from .introspection.base import DatabaseIntrospection
from .introspection.foreign_key_checks import ForeignKeyChecks
from .names import TableName
from .operations import timezones
from .operations.base import DatabaseOperations
from .plugin import Capability, manager
from .plugin.django_types import cached_property
from .plugin.types import ConnectionSettings, ServerInfo
from .schema.editor import DatabaseSchemaEditor
from .schema.unenforced_keys import OPTION, UnenforcedKeys

# What was learned of each server, for all connections of the process.
_servers: Dict[Tuple[Any, ...], ServerInfo] = {}


class SchemaEditor(session.LeavesSnapshot, DatabaseSchemaEditor):
    """The schema editor of a connection."""


class DatabaseWrapper(Transactions, session.SnapshotLevel, compat.Wrapper, BaseDatabaseWrapper):
    """One alias's connection.

    :ivar plugins: the alias's plugins, a ``pluggy.PluginManager``.
    :ivar compiler_dispatch: which function translates an expression.
    :ivar driver: what connects, see plugin.Driver.
    :ivar mixin_plugins: (mixin of a component, the plugin that brought it), see plugin.own_plugin.
    """

    vendor = "microsoft"
    display_name = "SQL Server"
    Database = errors

    operators = {
        "exact": "= %s",
        "iexact": "= %s",
        "contains": "LIKE %s ESCAPE '\\'",
        "icontains": "LIKE %s ESCAPE '\\'",
        "gt": "> %s",
        "gte": ">= %s",
        "lt": "< %s",
        "lte": "<= %s",
        "startswith": "LIKE %s ESCAPE '\\'",
        "endswith": "LIKE %s ESCAPE '\\'",
        "istartswith": "LIKE %s ESCAPE '\\'",
        "iendswith": "LIKE %s ESCAPE '\\'",
    }
    # The wildcards of a column's value are taken literally; as nvarchar(max) it is not cut when it grows.
    pattern_esc = r"REPLACE(REPLACE(REPLACE(REPLACE(CAST({} AS nvarchar(max)), N'\', N'\\'), N'%%', N'\%%'), N'_', N'\_'), N'[', N'\[')"
    pattern_ops = {
        "contains": "LIKE N'%%' + {} + N'%%' ESCAPE '\\'",
        "icontains": "LIKE N'%%' + {} + N'%%' ESCAPE '\\'",
        "startswith": "LIKE {} + N'%%' ESCAPE '\\'",
        "istartswith": "LIKE {} + N'%%' ESCAPE '\\'",
        "endswith": "LIKE N'%%' + {} ESCAPE '\\'",
        "iendswith": "LIKE N'%%' + {} ESCAPE '\\'",
    }

    data_types_suffix = types.DATA_TYPES_SUFFIX
    client_class = DatabaseClient
    creation_class = DatabaseCreation
    features_class = DatabaseFeatures
    introspection_class = DatabaseIntrospection
    ops_class = DatabaseOperations
    validation_class = DatabaseValidation
    SchemaEditorClass = SchemaEditor
    # The settings of the open connection.
    _opened_with: ConnectionSettings
    # On the monotonic clock.
    close_at: Optional[float]
    # How lists are written in the part of a statement that is being compiled: see compiler/value_lists.py, which alone
    # sets and resets it. Here, because the connection is all that Django hands to the compiler of a subquery.
    lists_by_row = False
    list_limit: Optional[int] = None

    def __init__(self, settings_dict: Dict[str, Any], alias: str = "default") -> None:
        # For repr(), also of a wrapper that is refused below. The variable goes: an error's frames show no settings.
        self.alias, self.settings_dict = alias, settings_dict
        del settings_dict
        self.plugins = manager.build(alias, (self.settings_dict.get("OPTIONS") or {}).get("plugins"), Defaults())
        self._plugins_owner = id(self)
        self._compose()
        tables = [table for _, table in manager.results(self.plugins, "mssql_compilers") if table]
        self.compiler_dispatch = CompilerDispatch([*tables, moments.COMPILERS, COMPILERS], self._converting())
        self.base_types: Dict[str, Optional[str]] = {}
        super().__init__(self.settings_dict, alias)
        self._collate_like(self.options_read().options.get("collation"))
        self.driver = self.plugins.hook.mssql_driver(settings=self.options_read())
        self.foreign_key_checks = ForeignKeyChecks()
        self.lifetime = Lifetime()
        # Names as in INSERT; see compiler/output_clause.py.
        self.tables_with_triggers: Set[str] = set()

    def _converting(self) -> Optional[Callable[[type], Optional[Callable[[Any], Any]]]]:
        """See CompilerDispatch. In UTC the server's own conversions of moments are right."""
        zone = self.settings_dict.get("TIME_ZONE") or ("" if django_settings.USE_TZ else django_settings.TIME_ZONE)
        return moments.converting(self) if zone and not timezones.is_utc(zone) else None

    def __del__(self) -> None:
        # As Django's components do: no cycle is left to the garbage collector.
        plugins = self.__dict__.pop("plugins", None)
        # A shallow copy of the wrapper shares the plugins of the original, which goes on.
        if plugins is not None and self.__dict__.get("_plugins_owner") == id(self):
            vars(plugins.hook).clear()

    def _compose(self) -> None:
        """Set this wrapper's classes: core's, with the plugins' mixins and flags."""
        self.features_class = components.features(self.plugins, type(self).features_class)
        mixins = components.mixins(self.plugins)
        self.mixin_plugins = [(mixin, plugin) for _, mixin, plugin in mixins]
        for attribute, name in (
            ("client_class", "client"),
            ("creation_class", "creation"),
            ("introspection_class", "introspection"),
            ("ops_class", "operations"),
            ("SchemaEditorClass", "schema"),
            ("validation_class", "validation"),
        ):
            setattr(self, attribute, components.compose(mixins, name, getattr(type(self), attribute)))

    def _collate_like(self, collation: Optional[str]) -> None:
        """Apply the option ``collation`` to pattern lookups, as mssql-django does."""
        if not collation:
            return
        if not re.match(r"^\w+$", collation, re.ASCII):
            raise ImproperlyConfigured(
                "DATABASES[%r]['OPTIONS']['collation'] is not the name of a collation: %r." % (self.alias, collation)
            )
        self.operators = {
            name: sql.replace("LIKE %s", "LIKE %s COLLATE " + collation) for name, sql in self.operators.items()
        }

    # ---- settings and server ---------------------------------------------------------

    @cached_property
    def unenforced_keys(self) -> UnenforcedKeys:
        """The foreign keys that the alias leaves out."""
        return UnenforcedKeys(self.alias, self.options_read().options.get(OPTION) or ())

    def options_read(self) -> ConnectionSettings:
        """The alias's settings as plugins see them.

        :raises ImproperlyConfigured: see settings.read.
        """
        # settings_dict changes while tests run: it is read each time.
        return core_settings.read(self.alias, self.settings_dict)

    @property
    def server(self) -> ServerInfo:
        """What the server is and can do (ServerInfo); the first use connects."""
        key = self._server_key()
        known = _servers.get(key)
        if known is not None:
            return known
        try:
            self.ensure_connection()
        except OperationalError as error:
            # Features are asked before the test database is made.
            if (
                getattr(error.__cause__, "number", None) not in self.driver.absent_database
                or self.settings_dict["NAME"] is None
            ):
                raise
            return self._server_without_database(error)
        if key not in _servers:
            with self._raw_cursor() as cursor:
                cursor.execute(server.QUERY)
                self._remember_server(cursor.fetchone())
        return _servers[key]

    def server_if_known(self) -> Optional[ServerInfo]:
        """The ServerInfo, or None while it is unknown; never connects."""
        return _servers.get(self._server_key())

    def _server_without_database(self, error: Exception) -> ServerInfo:
        other = type(self)({**self.settings_dict, "NAME": None}, self.alias)
        try:
            return other.server
        except OperationalError:
            raise error from error.__cause__
        finally:
            other.close()

    def _server_key(self) -> Tuple[Any, ...]:
        settings = self.settings_dict
        return self.alias, settings.get("HOST"), settings.get("PORT"), settings.get("NAME"), settings.get("USER")

    def _forget_server(self) -> None:
        """Forget the ServerInfo: after an upgrade or a failover the server may be another."""
        _servers.pop(self._server_key(), None)

    def forget_database(self, name: str) -> None:
        """Forget what is known of a database of this server, which is made or dropped: the next one of its name is another.

        :param name: the database, of whichever alias and user.
        """
        place = (self.settings_dict.get("HOST"), self.settings_dict.get("PORT"), name)
        for key in [key for key in list(_servers) if key[1:4] == place]:
            # A thread may have forgotten it in between.
            _servers.pop(key, None)

    def _remember_server(self, answer: Any) -> None:
        if answer is None:
            raise errors.OperationalError("HY000", "The server did not tell its version: sys.databases has no row.")
        info = server.from_row(answer)
        if server.is_too_old(info):
            raise NotSupportedError(
                "DATABASES[%r] is version %s; mssql-core needs %s or newer."
                % (self.alias, ".".join(map(str, info.version)), server.OLDEST_NAME)
            )
        changes = manager.merged(manager.results(self.plugins, "mssql_capabilities", server=info), "the capability")
        available = set(info.capabilities) | {capability for capability, has in changes.items() if has}
        available -= {capability for capability, has in changes.items() if not has}
        if not info.edition.is_supported and Capability.WAREHOUSE_READING not in available:
            raise NotSupportedError(
                "DATABASES[%r] is a warehouse (%s), which enforces no keys; Django needs a SQL database. "
                "The plugin 'fabric' reads one: {'fabric': {'warehouse': 'read'}}." % (self.alias, info.edition.name)
            )
        _servers[self._server_key()] = replace(info, capabilities=frozenset(available))

    @cached_property
    def _column_types(self) -> Tuple[types.ColumnTypes, Dict[str, str]]:
        options = self.options_read().options
        default = "datetimeoffset" if django_settings.USE_TZ else "datetime2"
        column_types = types.data_types(
            options.get("datetime_type", default), options.get("uuid_type", "uniqueidentifier")
        )
        checks = dict(types.DATA_TYPE_CHECKS)
        # Connects only when a plugin looks at it.
        info = SimpleLazyObject(lambda: self.server)
        plugin_types = manager.merged(
            manager.results(self.plugins, "mssql_data_types", server=info), "the column type of"
        )
        for name, data_type in plugin_types.items():
            column_types[name] = data_type.db_type
            checks.pop(name, None)
            if data_type.check:
                checks[name] = data_type.check
        return column_types, checks

    @property
    def data_types(self) -> types.ColumnTypes:
        return self._column_types[0]

    @property
    def data_type_check_constraints(self) -> Dict[str, str]:
        return self._column_types[1]

    def get_database_version(self) -> Tuple[int, ...]:
        return self.server.version

    # ---- connecting ------------------------------------------------------------------

    def get_connection_params(self) -> connecting.Parameters:
        return connecting.parameters(self)

    def get_new_connection(self, conn_params: connecting.Parameters) -> Any:
        pools = getattr(django_settings, "DATABASE_CONNECTION_POOLING", False)
        connecting.check_pooling(self.alias, pools, conn_params)
        self.driver.set_pooling(bool(pools))
        try:
            connection = connecting.open_connection(self, conn_params)
        except errors.Error:
            self._forget_server()
            raise
        self.pool = CursorPool(connection, self.driver)
        self._opened_with = conn_params.settings
        self.pool.cancels = self._opened_with.options.get("isolation_level") not in session.KEEP_READ_LOCKS
        self.transaction = State.NONE
        self._left_snapshot = self._is_off_course = self._is_of_text = False
        # No request uses the connection longer than its credentials hold.
        self.close_at = bounded(self.close_at, conn_params.max_age)
        self.lifetime = Lifetime(conn_params.max_age)
        return connection

    def init_connection_state(self) -> None:
        """Prepare the session; a connection that was lost before its first answer is opened once more.

        :raises NotSupportedError: a server that mssql-core does not serve.
        """
        try:
            try:
                self._prepare_session()
            except errors.Error as error:
                if not self._is_lost_at_once(error):
                    raise
                with contextlib.suppress(self.driver.error):
                    self.connection.close()
                self.connection = self.get_new_connection(self.get_connection_params())
                self._prepare_session()
            super().init_connection_state()
        except BaseException:
            # Left open, the next query would use it unprepared.
            self.close()
            raise

    def _is_lost_at_once(self, error: errors.Error) -> bool:
        settings = self.options_read()
        if not settings.options.get("connection_retries", 5):
            return False
        hook = self.plugins.hook.mssql_is_transient_error
        return error.is_disconnect or bool(hook(error=error, settings=settings))

    def _prepare_session(self) -> None:
        """Session options in one message; with the server's description, where it is not known yet."""
        known = self.server_if_known()
        statements = session.statements(self._opened_with, known)
        with self._raw_cursor() as cursor:
            if known:
                cursor.execute("; ".join([*statements, *self._session_sql(known)]))
                return
            cursor.execute("; ".join([*statements, server.QUERY]))
            self._remember_server(cursor.fetchone())
            more = self._session_sql(self.server)
            if more:
                cursor.execute("; ".join(more))

    def _session_sql(self, info: Optional[ServerInfo]) -> List[str]:
        results = manager.results(self.plugins, "mssql_session_sql", server=info)
        statements = [statement for _, statements in results for statement in statements or ()]
        self._look_at_options("; ".join(statements).upper())
        return statements

    def create_cursor(self, name: Optional[str] = None) -> CursorWrapper:
        self.lifetime.warn(self.alias)
        return CursorWrapper(self.pool, self)

    def make_cursor(self, cursor: Any) -> Any:
        return django_cursors.CursorWrapper(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> Any:
        return django_cursors.CursorDebugWrapper(cursor, self)

    def _raw_cursor(self, on_error: Optional[Callable[[BaseException, str], None]] = None) -> CursorWrapper:
        """A cursor for the connection's own statements: it opens no transaction."""
        return CursorWrapper(self.pool, on_error=on_error)

    def is_usable(self) -> bool:
        if self.connection is None or self.lifetime.is_over:
            return False
        try:
            with self._raw_cursor() as cursor:
                cursor.execute("SELECT 1")
        except (errors.Error, self.driver.error):
            return False
        return True

    # ---- constraints -----------------------------------------------------------------

    def disable_constraint_checking(self) -> bool:
        """Let the first write to each table switch its keys off; not in snapshots, which refuse ALTER TABLE (3964)."""
        if self.options_read().options.get("isolation_level") == session.SNAPSHOT:
            return False
        self.foreign_key_checks.disable()
        return True

    def before_statement(self, sql: str) -> None:
        super().before_statement(sql)
        if self.foreign_key_checks.active:
            # The statements that switch keys off do not count as writes.
            self.foreign_key_checks.active = False
            try:
                with self.create_cursor() as cursor:
                    self.foreign_key_checks.before_write(cursor, sql, self._default_schema)
            finally:
                self.foreign_key_checks.active = True

    @property
    def _default_schema(self) -> str:
        return self.ops.schema_option or self.server.default_schema

    def _rollback(self) -> None:
        super()._rollback()
        self.foreign_key_checks.rolled_back()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self.foreign_key_checks.rolled_back()

    def enable_constraint_checking(self) -> None:
        if self.transaction in (State.OVER, State.LOST):
            # The keys are on again: switching them off was undone with all else.
            self.foreign_key_checks.active = False
            return
        # Also after an error, before the transaction is rolled back.
        self.needs_rollback, needs_rollback = False, self.needs_rollback
        try:
            with self.cursor() as cursor:
                self.foreign_key_checks.enable(cursor)
        finally:
            self.needs_rollback = needs_rollback

    def check_constraints(self, table_names: Optional[Iterable[str]] = None) -> None:
        tables = None
        if table_names is not None:
            tables = [TableName.parse(name, self._default_schema) for name in table_names]
            tables = [table for table in tables if table.database is None]
        with self.cursor() as cursor:
            self.foreign_key_checks.check(cursor, tables)
