"""A driver that uses the server's freedom: rows without ORDER BY come, and are inserted, in another order.

A result keeps its order only where its statement has ORDER BY, and OUTPUT promises none.
https://learn.microsoft.com/sql/t-sql/queries/select-order-by-clause-transact-sql
"""

from __future__ import annotations

import json
import random
import re
from typing import Any

from mssql_core.connection.drivers.pyodbc_driver import PyodbcDriver
from mssql_core.plugin import hookimpl

# ORDER BY of the statement itself, behind its last FROM; one in a window or a subquery is closed by a parenthesis.
_ORDERED = re.compile(r"\bORDER BY\b[^()]*(?:\([^()]*\)[^()]*)*;?\s*$", re.IGNORECASE)
_ROWS = re.compile(r"^\[\[\d")


class Plugin:
    """For ``OPTIONS['plugins']``: each result is read at once, so memory cannot be measured with it."""

    @hookimpl
    def mssql_driver(self, settings: Any) -> Any:
        return _Driver()


class _Driver(PyodbcDriver):
    def connect(self, *arguments: Any, **options: Any) -> Any:
        return _Connection(super().connect(*arguments, **options))


class _Wrapper:
    """Attributes that the subclass lacks are the wrapped object's."""

    def __init__(self, wrapped: Any) -> None:
        object.__setattr__(self, "_wrapped", wrapped)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._wrapped, name, value)


class _Connection(_Wrapper):
    def cursor(self) -> Any:
        return _Cursor(self._wrapped.cursor())


class _Cursor(_Wrapper):
    _rows: Any = None
    _shuffle = random.Random(1).shuffle

    def execute(self, sql: str, *values: Any) -> Any:
        self._sql, self._rows = sql, None
        self._wrapped.execute(sql, *([self._reordered(one) for one in value] for value in values))
        return self

    def _reordered(self, value: Any) -> Any:
        """The rows of an INSERT, each with its ordinal, in an order that a server may use."""
        if isinstance(value, str) and _ROWS.match(value):
            rows = json.loads(value, parse_float=str)
            self._shuffle(rows)
            return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
        return value

    def nextset(self) -> Any:
        self._rows = None
        return self._wrapped.nextset()

    def fetchall(self) -> Any:
        return self.fetchmany(None)

    def fetchmany(self, size: int | None) -> Any:
        if self._rows is None:
            self._rows = self._wrapped.fetchall()
            if not _ORDERED.search(self._sql):
                self._shuffle(self._rows)
        size = len(self._rows) if size is None else size
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows
