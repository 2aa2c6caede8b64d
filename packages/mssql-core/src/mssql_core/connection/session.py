"""Session options, and the isolation level of schema changes.

The server's ``user options``, the login's defaults, and whoever used a pooled connection before may have left anything:
NOCOUNT ON hides the row counts that ``save()`` goes by, XACT_ABORT ON ends transactions that Django goes on with,
IMPLICIT_TRANSACTIONS ON opens one that nobody commits.
https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql
https://learn.microsoft.com/sql/database-engine/configure-windows/configure-the-user-options-server-configuration-option
"""

import re
from types import TracebackType
from typing import Any, List, Optional, Type

from ..plugin.django_types import Mixin
from ..plugin.types import ConnectionSettings, ServerInfo

_OFF = "NOCOUNT, XACT_ABORT, IMPLICIT_TRANSACTIONS, NUMERIC_ROUNDABORT, CURSOR_CLOSE_ON_COMMIT"
# What indexes on computed columns and filtered indexes need (error 1934), and ISO's rules for NULL.
_ON = (
    "ANSI_NULLS, ANSI_NULL_DFLT_ON, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER"
)
SNAPSHOT = "SNAPSHOT"
# Levels at which what was read stays locked until the transaction ends.
KEEP_READ_LOCKS = ("REPEATABLE READ", "SERIALIZABLE")
_DEFAULT_LEVEL = "READ COMMITTED"
_UNLESS_WAREHOUSE = "IF SERVERPROPERTY('EngineEdition') NOT IN (6, 11) "
# A warehouse takes few SET statements, and none for the isolation level; these are the names of its endpoints.
# https://learn.microsoft.com/fabric/data-warehouse/connectivity
# https://learn.microsoft.com/fabric/data-warehouse/tsql-surface-area
_WAREHOUSES = (".datawarehouse.", ".sql.azuresynapse.net")


def statements(settings: ConnectionSettings, server: Optional[ServerInfo]) -> List[str]:
    """The SET statements that prepare a session.

    :param settings: ConnectionSettings.
    :param server: ServerInfo, or None where the server is not known yet.
    """
    # LANGUAGE sets the formats of dates too, so it comes first.
    dates = ["SET DATEFORMAT ymd", "SET DATEFIRST %d" % settings.options.get("datefirst", 7)]
    if is_warehouse(settings, server):
        return dates
    fixed = ["SET %s OFF" % _OFF, "SET %s ON" % _ON, "SET ROWCOUNT 0", "SET TEXTSIZE 2147483647", "SET LOCK_TIMEOUT -1"]
    if not (settings.options.get("Language") or settings.extra_value("Language")):
        fixed.append("SET LANGUAGE us_english")
    level = settings.options.get("isolation_level")
    # Behind another name than its own, a warehouse shows itself when asked.
    unless_warehouse = _UNLESS_WAREHOUSE if server is None and not level else ""
    return [*fixed, *dates, unless_warehouse + isolation(level)]


def is_warehouse(settings: ConnectionSettings, server: Optional[ServerInfo]) -> bool:
    """Whether the server is a warehouse, judged by its address while the server is unknown."""
    if server is not None:
        return not server.edition.is_supported
    return any(name in settings.host.casefold() for name in _WAREHOUSES)


def isolation(level: Optional[str]) -> str:
    """The statement that sets the level; None is the server's default.

    A pooled connection keeps the level that was set last: its reset does not undo it.
    https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
    """
    return "SET TRANSACTION ISOLATION LEVEL %s" % (level or _DEFAULT_LEVEL)


# Statements that a snapshot transaction refuses, as most of CREATE, ALTER and DROP; temporary tables are a session's own.
_CHANGES_SCHEMA = re.compile(r"\s*(?:CREATE|ALTER|DROP)\s+(?!TABLE\s+(?:IF\s+EXISTS\s+)?\[?#)", re.IGNORECASE)


class SnapshotLevel(Mixin):
    """The part of DatabaseWrapper that runs schema changes at READ COMMITTED where the alias has SNAPSHOT.

    In a snapshot transaction ALTER TABLE, CREATE INDEX and others are refused (error 3964), and it is one from its begin
    to its end. So the level is changed before: by the schema editor, and where such a statement is a transaction's first,
    as in createcachetable and flush. A single statement outside of transactions is no snapshot transaction.
    https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
    """

    # READ COMMITTED holds until the schema editor returns, or until another statement comes behind the transaction;
    # None is not known.
    _editor_left_snapshot = False
    _left_snapshot: Optional[bool] = False

    @property
    def _is_snapshot(self) -> bool:
        return bool(self.options_read().options.get("isolation_level") == SNAPSHOT)

    def leave_snapshot(self) -> bool:
        """Set READ COMMITTED where the alias has SNAPSHOT and no transaction is open; return whether it was set."""
        if self.in_atomic_block or not self._is_snapshot:
            return False
        self._set_isolation(None)
        self._editor_left_snapshot = True
        return True

    def return_to_snapshot(self) -> None:
        self._editor_left_snapshot = False
        if self.connection is not None and not self.in_atomic_block:
            self._set_isolation(SNAPSHOT)

    def before_transaction(self, sql: str) -> None:
        """Called before each statement where no transaction is open, with its text."""
        leaves = not self.autocommit and bool(_CHANGES_SCHEMA.match(sql))
        if leaves is self._left_snapshot or self._editor_left_snapshot or not self._is_snapshot:
            return
        self._set_isolation(None if leaves else SNAPSHOT)

    def _set_isolation(self, level: Optional[str]) -> None:
        self.ensure_connection()
        # Until the answer is read: either level may hold, and the next statement sets it anew.
        self._left_snapshot = None
        with self.wrap_database_errors, self._own_cursor() as cursor:
            cursor.execute(isolation(level))
        self._left_snapshot = level != SNAPSHOT


class LeavesSnapshot(Mixin):
    """The part of the schema editor for SnapshotLevel. Inside an application's atomic block the server refuses the change."""

    _left_snapshot = False

    def __enter__(self) -> Any:
        self._left_snapshot = not self.collect_sql and self.connection.leave_snapshot()
        return super().__enter__()

    def __exit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc_value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> Any:
        try:
            return super().__exit__(exc_type, exc_value, traceback)
        finally:
            if self._left_snapshot:
                self.connection.return_to_snapshot()
