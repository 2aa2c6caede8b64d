"""Foreign keys switched off and on again, for fixtures.

NOCHECK leaves a key untrusted, which the optimizer then does not use; only WITH CHECK
validates the rows and makes it trusted again.
https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
"""

from ..names import quote_identifier
from .queries import rows

_KEYS = (
    "SELECT s.name AS schema_name, t.name AS table_name, f.name AS name FROM sys.foreign_keys AS f "
    "JOIN sys.tables AS t ON t.object_id = f.parent_object_id JOIN sys.schemas AS s ON s.schema_id = t.schema_id "
    "WHERE f.is_ms_shipped = 0 AND %s ORDER BY f.object_id"
)
_ENABLED = _KEYS % "f.is_disabled = 0"
_DISABLED = _KEYS % "f.is_disabled = 1"
_DOUBTFUL = _KEYS % "(f.is_disabled = 1 OR f.is_not_trusted = 1)"


class ForeignKeyChecks:
    """The foreign keys of one connection's database."""

    def __init__(self):
        # Keys that were switched off here; those that others switched off stay as they are.
        self._ours = set()

    def disable(self, cursor):
        """Switch all enabled keys off; rows are not checked until :meth:`check`."""
        keys = rows(cursor, _ENABLED)
        self._alter(cursor, keys, "NOCHECK")
        self._ours.update(keys)

    def enable(self, cursor):
        """Switch them on for new rows; present rows are the business of :meth:`check`."""
        # Tables may have been dropped in the meantime.
        keys = [key for key in rows(cursor, _DISABLED) if key in self._ours]
        self._alter(cursor, keys, "CHECK")

    def check(self, cursor, tables=None):
        """Check the rows of keys that are off or untrusted, and trust them again.

        :param tables: TableNames with their schemas, besides those whose keys were switched off here; None for all.
        :raises mssql_core.errors.IntegrityError: a row without its parent (error 547).
        """
        doubtful = rows(cursor, _DOUBTFUL)
        if tables is not None:
            names = {(table.schema.casefold(), table.name.casefold()) for table in tables}
            doubtful = [key for key in doubtful if key in self._ours or _table(key) in names]
        self._alter(cursor, doubtful, "WITH CHECK CHECK")
        self._ours.difference_update(doubtful)

    def _alter(self, cursor, keys, action):
        quote = quote_identifier
        statements = [
            "ALTER TABLE %s.%s %s CONSTRAINT %s"
            % (quote(key.schema_name), quote(key.table_name), action, quote(key.name))
            for key in keys
        ]
        if statements:
            cursor.execute("; ".join(statements))


def _table(key):
    return key.schema_name.casefold(), key.table_name.casefold()
