"""The connection: Django's contract and the wiring of components and plugins."""

import time
from dataclasses import replace

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import cached_property

from . import components, connection_string, driver, errors, server
from . import data_types as types
from . import settings as core_settings
from .client import DatabaseClient
from .compilers import COMPILERS
from .creation import DatabaseCreation
from .cursor import CursorPool, CursorWrapper
from .defaults import Defaults
from .dispatch import CompilerDispatch
from .features import DatabaseFeatures
from .introspection import DatabaseIntrospection
from .operations import DatabaseOperations
from .plugin import manager
from .schema import DatabaseSchemaEditor
from .validation import DatabaseValidation

_ISOLATION_LEVELS = ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SNAPSHOT", "SERIALIZABLE")
# What one query told about each server, for all connections of the process.
_servers = {}


class DatabaseWrapper(BaseDatabaseWrapper):
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
    # The wildcards of a column's value are taken literally.
    pattern_esc = r"REPLACE(REPLACE(REPLACE(REPLACE({}, N'\', N'\\'), N'%%', N'\%%'), N'_', N'\_'), N'[', N'\[')"
    pattern_ops = {
        "contains": "LIKE N'%%' + {} + N'%%' ESCAPE '\\'",
        "icontains": "LIKE N'%%' + {} + N'%%' ESCAPE '\\'",
        "startswith": "LIKE {} + N'%%' ESCAPE '\\'",
        "istartswith": "LIKE {} + N'%%' ESCAPE '\\'",
        "endswith": "LIKE N'%%' + {} ESCAPE '\\'",
        "iendswith": "LIKE N'%%' + {} ESCAPE '\\'",
    }

    client_class = DatabaseClient
    creation_class = DatabaseCreation
    features_class = DatabaseFeatures
    introspection_class = DatabaseIntrospection
    ops_class = DatabaseOperations
    validation_class = DatabaseValidation
    SchemaEditorClass = DatabaseSchemaEditor

    def __init__(self, settings_dict, alias="default"):
        options = settings_dict.get("OPTIONS") or {}
        self.plugins = manager.build(alias, options.get("plugins"), Defaults())
        self._compose()
        self.compiler_dispatch = CompilerDispatch(self._compiler_tables())
        super().__init__(settings_dict, alias)
        self.odbc = self.plugins.hook.mssql_driver(settings=self.options_read())
        self._pool = None
        self._transaction_open = False
        # Tables whose inserts return columns through a table variable (error 334).
        self.tables_with_triggers = set()

    def _compose(self):
        """Classes of this wrapper alone: core's with the plugins' mixins and flags."""
        self.features_class = components.features(self.plugins, type(self).features_class)
        for attribute, name in (
            ("client_class", "client"),
            ("creation_class", "creation"),
            ("introspection_class", "introspection"),
            ("ops_class", "operations"),
            ("SchemaEditorClass", "schema"),
            ("validation_class", "validation"),
        ):
            setattr(self, attribute, components.compose(self.plugins, name, getattr(type(self), attribute)))

    def _compiler_tables(self):
        tables = [table for _, table in manager.results(self.plugins, "mssql_compilers") if table]
        return [*tables, COMPILERS]

    # ---- settings and server ----------------------------------------------------

    def options_read(self):
        """The alias's settings as plugins see them (settings_dict may change: test databases)."""
        return core_settings.read(self.alias, self.settings_dict)

    @property
    def server(self):
        """What the server is and can do; the first use connects."""
        key = self._server_key()
        if key not in _servers:
            self.ensure_connection()
        return _servers[key]

    def _server_key(self):
        settings = self.settings_dict
        return (self.alias, settings.get("HOST"), str(settings.get("PORT")), settings.get("NAME"))

    def _remember_server(self, row):
        if row is None:
            raise errors.OperationalError("HY000", "The server did not tell its version; is the database readable?")
        info = server.from_row(row)
        if info.edition is server.Edition.SYNAPSE:
            raise ImproperlyConfigured(
                "DATABASES[%r]: Azure Synapse has no enforced keys; Django cannot work on it." % self.alias
            )
        changes = manager.merged(
            [(name, mapping) for name, mapping in manager.results(self.plugins, "mssql_capabilities", server=info)],
            "the capability",
        )
        found = set(info.capabilities) | {c for c, value in changes.items() if value}
        found -= {c for c, value in changes.items() if not value}
        _servers[self._server_key()] = replace(info, capabilities=frozenset(found))

    @cached_property
    def _column_types(self):
        options = self.options_read().options
        default = "datetimeoffset" if django_settings.USE_TZ else "datetime2"
        found = types.data_types(
            options.get("datetime_type", default), options.get("uuid_type", "uniqueidentifier")
        )
        checks = dict(types.DATA_TYPE_CHECKS)
        plugin_types = manager.merged(
            manager.results(self.plugins, "mssql_data_types", server=None), "the column type of"
        )
        for name, value in plugin_types.items():
            if isinstance(value, tuple):
                found[name], checks[name] = value
            else:
                found[name] = value
        return found, checks

    @property
    def data_types(self):
        return self._column_types[0]

    @property
    def data_type_check_constraints(self):
        return self._column_types[1]

    data_types_suffix = types.DATA_TYPES_SUFFIX

    def get_database_version(self):
        return self.server.version

    # ---- connecting -----------------------------------------------------------------

    def get_connection_params(self):
        settings = self.options_read()
        credentials = self.plugins.hook.mssql_credentials(settings=settings)
        extra = manager.merged(
            manager.results(self.plugins, "mssql_connection_keywords", settings=settings), "the connection keyword"
        )
        options = settings.options
        dsn = options.get("dsn")
        name = None if dsn else driver.find_driver(options.get("driver"))
        return {
            "connection_string": connection_string.build(
                core_settings.keywords(settings, name, credentials, extra)
            ),
            "access_token": credentials.access_token,
            "timeout": int(options.get("connection_timeout", 0)),
            "query_timeout": int(options.get("query_timeout", 0)),
        }

    def get_new_connection(self, conn_params):
        options = self.options_read().options
        if not getattr(django_settings, "DATABASE_CONNECTION_POOLING", True):
            self.odbc.set_pooling(False)
        attempts = int(options.get("connection_retries", 5)) + 1
        wait = float(options.get("connection_retry_backoff_time", 5))
        for attempt in range(1, attempts + 1):
            try:
                connection = self.odbc.connect(**conn_params)
                break
            except self.odbc.error as raw:
                error = errors.translate(raw, (self.settings_dict.get("PASSWORD"),))
                transient = self.plugins.hook.mssql_is_transient_error(error=error)
                # 4060 is also a plain wrong name: it is told at once.
                if attempt == attempts or not transient or error.number == 4060:
                    raise self._explained(error) from None
                time.sleep(wait)
        self._pool = CursorPool(connection, self.odbc)
        self._transaction_open = False
        return connection

    def _explained(self, error):
        """The error with the setting and the remedy."""
        where = "DATABASES[%r]" % self.alias
        remedy = {
            18456: "Check %s['USER'] and ['PASSWORD']." % where,
            4060: "Check %s['NAME'], and that the login may use this database." % where,
        }.get(error.number)
        text = str(error.args[-1])
        if remedy is None and "certificate" in text.lower():
            remedy = (
                "The server's certificate is not trusted: install its authority, or set OPTIONS['TrustServerCertificate'] "
                "= 'yes' in %s for a server that you know." % where
            )
        elif remedy is None and (error.sqlstate or "").startswith(("08", "HYT")):
            remedy = "Check %s['HOST'] and ['PORT'], and that the server accepts TCP connections." % where
        elif remedy is None and (error.sqlstate or "").startswith("FA"):
            remedy = "Check the authentication settings of %s: they contradict each other." % where
        if remedy:
            return errors.make(type(error), error.number, error.sqlstate, "%s %s" % (text, remedy))
        return error

    def init_connection_state(self):
        statements = ["SET DATEFORMAT ymd", "SET DATEFIRST %d" % int(self.options_read().options.get("datefirst", 7))]
        level = self.options_read().options.get("isolation_level")
        if level:
            statements.append("SET TRANSACTION ISOLATION LEVEL %s" % self._isolation_level(level))
        known = self._server_key() in _servers
        text = "; ".join(statements)
        with self._raw_cursor() as cursor:
            if not known:
                cursor.execute("%s; %s" % (text, server.QUERY))
                self._remember_server(cursor.fetchone())
            else:
                cursor.execute(text)
            session = [
                statement
                for _, found in manager.results(self.plugins, "mssql_session_sql", server=self.server)
                for statement in found or ()
            ]
            if session:
                cursor.execute("; ".join(session))
        super().init_connection_state()

    def _isolation_level(self, level):
        text = " ".join(str(level).upper().split())
        if text not in _ISOLATION_LEVELS:
            raise ImproperlyConfigured(
                "DATABASES[%r]['OPTIONS']['isolation_level'] is %r; it is one of: %s."
                % (self.alias, level, ", ".join(_ISOLATION_LEVELS))
            )
        return text

    def create_cursor(self, name=None):
        return CursorWrapper(self._pool, self._begin_if_needed)

    def chunked_cursor(self):
        return self.cursor()

    def _raw_cursor(self):
        return CursorWrapper(self._pool)

    def is_usable(self):
        try:
            with self._raw_cursor() as cursor:
                cursor.execute("SELECT 1")
        except errors.Error:
            return False
        return True

    # ---- transactions ---------------------------------------------------------------
    # The driver stays in autocommit mode; BEGIN goes out with the first statement that
    # needs it, so that an atomic block costs two messages beside its own statements.

    def _set_autocommit(self, autocommit):
        if autocommit and self._transaction_open:
            self._command("COMMIT TRANSACTION")

    def _begin_if_needed(self):
        if not self.autocommit and not self._transaction_open:
            self._transaction_open = True
            with self._raw_cursor() as cursor:
                cursor.execute("BEGIN TRANSACTION")

    def _command(self, text):
        self._transaction_open = False
        with self._raw_cursor() as cursor:
            cursor.execute(text)

    def _commit(self):
        if self.connection is not None and self._transaction_open:
            with self.wrap_database_errors:
                return self._command("COMMIT TRANSACTION")

    def _rollback(self):
        if self.connection is not None and self._transaction_open:
            # After a deadlock the server has rolled back already.
            with self.wrap_database_errors:
                return self._command("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")

    def _savepoint_commit(self, sid):
        """SAVE TRANSACTION has no release."""

    def _close(self):
        if self.connection is not None:
            self._pool = None
            with self.wrap_database_errors:
                return self.connection.close()

    # ---- constraints -------------------------------------------------------------------

    def disable_constraint_checking(self):
        with self.cursor() as cursor:
            for table in self.introspection.table_names(cursor):
                cursor.execute("ALTER TABLE %s NOCHECK CONSTRAINT ALL" % self.ops.quote_name(table))
        return True

    def enable_constraint_checking(self):
        self.needs_rollback, needs_rollback = False, self.needs_rollback
        try:
            self.check_constraints()
        finally:
            self.needs_rollback = needs_rollback

    def check_constraints(self, table_names=None):
        """Check all constraints again; rows that break one raise IntegrityError (547)."""
        with self.cursor() as cursor:
            for table in table_names or self.introspection.table_names(cursor):
                cursor.execute("ALTER TABLE %s WITH CHECK CHECK CONSTRAINT ALL" % self.ops.quote_name(table))
