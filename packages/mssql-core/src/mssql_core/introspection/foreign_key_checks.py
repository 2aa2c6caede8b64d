"""Foreign keys switched off and on again, for fixtures.

A table's keys are switched off at the first write to it: which tables a fixture fills is not known beforehand, and
ALTER TABLE locks each table it names (Sch-M). Without the right to alter a table its keys stay on, and the order of the
fixture's rows matters. NOCHECK leaves a key untrusted, so that the optimizer does not use it; only WITH CHECK
validates the rows and makes it trusted again. Where it finds a row without its parent it rolls back the whole
transaction, as failed schema changes do. So a query looks for such rows first.
https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
https://learn.microsoft.com/sql/t-sql/language-elements/try-catch-transact-sql (errors that end a transaction)
"""

import re
from collections import namedtuple
from itertools import groupby
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from django.db import IntegrityError

from ..names import TableName, bare_identifier, quote_bare
from .queries import rows

_KEYS = (
    "SELECT s.name AS schema_name, t.name AS table_name, f.name AS name, rs.name AS referenced_schema, "
    "rt.name AS referenced_table%s FROM sys.foreign_keys AS f "
    "JOIN sys.tables AS t ON t.object_id = f.parent_object_id JOIN sys.schemas AS s ON s.schema_id = t.schema_id "
    "JOIN sys.tables AS rt ON rt.object_id = f.referenced_object_id "
    "JOIN sys.schemas AS rs ON rs.schema_id = rt.schema_id%s "
    "WHERE f.is_ms_shipped = 0 AND %s "
    "AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(t.name), N'OBJECT', N'ALTER') = 1 ORDER BY f.object_id"
)
_ENABLED = _KEYS % ("", "", "f.is_disabled = 0")
_DISABLED = _KEYS % ("", "", "f.is_disabled = 1")
_MAY_SELECT = "HAS_PERMS_BY_NAME(QUOTENAME(%s.name) + N'.' + QUOTENAME(%s.name), N'OBJECT', N'SELECT')"
_DOUBTFUL = _KEYS % (
    ", c.name AS column_name, rc.name AS referenced_column, "
    + " * ".join(_MAY_SELECT % names for names in (("s", "t"), ("rs", "rt")))
    + " AS may_select",
    " JOIN sys.foreign_key_columns AS fc ON fc.constraint_object_id = f.object_id "
    "JOIN sys.columns AS c ON c.object_id = fc.parent_object_id AND c.column_id = fc.parent_column_id "
    "JOIN sys.columns AS rc ON rc.object_id = fc.referenced_object_id AND rc.column_id = fc.referenced_column_id",
    "(f.is_disabled = 1 OR f.is_not_trusted = 1)",
)

_PART = r'(?:\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+"|[\w@#$]+)'
_NAME = re.compile(_PART)
_WRITE = re.compile(
    r"\b(INSERT(?:\s+INTO)?|MERGE(?:\s+INTO)?|UPDATE|DELETE(?:\s+FROM)?)\s+(%s(?:\.+%s)*)" % (_PART, _PART),
    re.IGNORECASE,
)


_Key = namedtuple("_Key", "schema_name table_name name referenced_schema referenced_table")


class ForeignKeyChecks:
    """The foreign keys of one connection's database.

    :ivar active: whether writes switch keys off.
    """

    def __init__(self) -> None:
        # Keys that were switched off here; those that others switched off stay as they are.
        self._ours: Set[_Key] = set()
        self.active = False
        # The keys that were on, asked once; those that are off now; and the writes that need no further question.
        self._keys: Optional[List[Any]] = None
        self._off: Set[_Key] = set()
        self._done: Set[Tuple[bool, Optional[Tuple[str, str]]]] = set()

    def disable(self) -> None:
        """Switch a table's keys off at the first write to it; rows stay unchecked until :meth:`check`."""
        self.active = True
        self.rolled_back()

    def before_write(self, cursor: Any, sql: str, default_schema: str) -> None:
        """Switch off the keys that the statement could violate before the whole fixture is there.

        An insert or update concerns the table's own keys; a delete, the keys that reference the table.

        :param cursor: one whose statements do not call this method.
        """
        for action, name in _WRITE.findall(sql):
            write = (action[:6].upper() == "DELETE", _of_text(name, default_schema))
            if write in self._done:
                continue
            self._done.add(write)
            if self._keys is None:
                self._keys = rows(cursor, _ENABLED)
            deletes, table = write
            keys = [key for key in self._keys if table == (_referenced(key) if deletes else _table(key))]
            # Before: where the answer is lost, they may be off.
            self._ours.update(keys)
            self._alter(cursor, [key for key in keys if key not in self._off], "NOCHECK")
            self._off.update(keys)

    def rolled_back(self) -> None:
        """Forget what is off: a rollback undoes ALTER TABLE too, so that the next write asks again."""
        self._keys = None
        self._done.clear()
        self._off.clear()

    def enable(self, cursor: Any) -> None:
        """Switch the keys on for new rows; :meth:`check` is for existing ones."""
        self.active = False
        if not self._ours:
            return
        # Tables may have been dropped in the meantime.
        keys = [key for key in rows(cursor, _DISABLED) if key in self._ours]
        self._alter(cursor, keys, "CHECK")

    def check(self, cursor: Any, tables: Optional[Iterable[TableName]] = None) -> None:
        """Check the rows of keys that are off or untrusted, and trust them again.

        :param tables: TableNames with their schemas, besides the tables whose keys were switched off here; None for all.
        :raises django.db.IntegrityError: a row without its parent; an open transaction stays usable.
        """
        doubtful = _doubtful(cursor)
        if tables is not None:
            names = {(str(table.schema).casefold(), table.name.casefold()) for table in tables}
            doubtful = {key: columns for key, columns in doubtful.items() if key in self._ours or _table(key) in names}
        _look_for_orphans(cursor, doubtful)
        self._alter(cursor, doubtful, "WITH CHECK CHECK")
        self._ours.difference_update(doubtful)

    def _alter(self, cursor: Any, keys: Iterable[_Key], action: str) -> None:
        statements = [
            "ALTER TABLE %s %s CONSTRAINT %s"
            % (TableName(key.schema_name, key.table_name), action, TableName(None, key.name))
            for key in keys
        ]
        if statements:
            cursor.execute("; ".join(statements))


def _doubtful(cursor: Any) -> Dict[_Key, List[Any]]:
    """The rows of each key's columns, for keys that are off or untrusted."""
    every = groupby(rows(cursor, _DOUBTFUL), key=lambda column: column[:5])
    return {_Key._make(key): list(columns) for key, columns in every}


def _look_for_orphans(cursor: Any, keys: Mapping[_Key, Sequence[Any]]) -> None:
    """Raise IntegrityError for rows without a parent, of the keys whose tables the login may read."""
    readable = [key for key, columns in keys.items() if all(column.may_select for column in columns)]
    if not readable:
        return
    cursor.execute(
        " UNION ALL ".join(
            "SELECT %d AS place WHERE EXISTS (%s)" % (place, _orphans(key, keys[key]))
            for place, key in enumerate(readable)
        )
    )
    broken = [readable[place] for (place,) in cursor.fetchall()]
    if broken:
        raise IntegrityError(
            "Rows name others that are not there, against %s. Add the rows that they name, or correct the columns."
            % ", ".join(
                "the foreign key %r of the table %r to %r" % (key.name, key.table_name, key.referenced_table)
                for key in broken
            )
        )


def _orphans(key: _Key, columns: Sequence[Any]) -> str:
    """A query for rows whose key has a value in every column, and no parent."""
    pairs = [(quote_bare(column.column_name), quote_bare(column.referenced_column)) for column in columns]
    return "SELECT 1 FROM %s AS c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s AS p WHERE %s)" % (
        TableName(key.schema_name, key.table_name),
        " AND ".join("c.%s IS NOT NULL" % name for name, _ in pairs),
        TableName(key.referenced_schema, key.referenced_table),
        " AND ".join("p.%s = c.%s" % (other, name) for name, other in pairs),
    )


def _table(key: _Key) -> Tuple[str, str]:
    return key.schema_name.casefold(), key.table_name.casefold()


def _referenced(key: _Key) -> Tuple[str, str]:
    return key.referenced_schema.casefold(), key.referenced_table.casefold()


def _of_text(name: str, default_schema: str) -> Optional[Tuple[str, str]]:
    """(schema, name) of a table in SQL, as :func:`_table` returns it; None for a table of another database."""
    parts = [bare_identifier(part).casefold() for part in _NAME.findall(name)]
    if len(parts) > 2 or ".." in name:
        return None
    return (parts[-2] if len(parts) > 1 else default_schema.casefold()), parts[-1]
