"""Cursors: placeholders, typed parameters, errors by number, results read without MARS.

The driver's cursors are kept for reuse: it then replaces the old prepared handle in
the message of the next statement instead of sending one more message to free it.

A connection answers one statement at a time. The first rows of a result are read
with the statement; while more are to come and another statement runs, the rest is read first, into
a temporary file where it is long, so that ``iterator()`` and queries inside its loop need no MARS.

A cursor that is left early cancels what is on the wire (an attention) where the statement only reads, and reads the
rest elsewhere: a cancelled statement is undone, and with XACT_ABORT ON its transaction.
"""

import os
import re
from contextlib import suppress
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NoReturn, Optional, Tuple, Type, Union, cast

from .. import errors
from ..plugin.types import Driver, Params
from . import procedures
from .parameters import TypedParam, adapt
from .placeholders import placeholders
from .spool import Spool

# Rows read together with the statement; Django asks for 100 at a time.
FIRST_ROWS = 101
# Rows read at a time when all of them go into a file.
_CHUNK = 1000

_READS = re.compile(r"[\s(]*(?:SELECT|WITH)\b", re.IGNORECASE)
# Words of statements with an effect, or that begin another statement. One in a name or a literal costs the reading of
# the rest.
_HAS_EFFECT = re.compile(
    r";\s*\S|\b(?:INTO|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|EXEC|EXECUTE|SET|DECLARE|BEGIN|COMMIT|ROLLBACK|"
    r"SAVE|IF|WHILE|USE|OPEN|FETCH|CLOSE|WAITFOR|DBCC|KILL|GRANT|DENY|REVOKE|BACKUP|RESTORE|BULK|RECEIVE|SEND|WRITETEXT|"
    r"UPDATETEXT|NEXT\s+VALUE|OPENQUERY|OPENROWSET|OPENDATASOURCE|"
    # Hints that keep locks until the transaction ends; undoing the statement may release them.
    r"UPDLOCK|XLOCK|TABLOCKX?|HOLDLOCK|SERIALIZABLE|REPEATABLEREAD)\b",
    re.IGNORECASE,
)


def _only_reads(statement: str) -> bool:
    """Whether the statement changes nothing that a cancel would undo."""
    return bool(_READS.match(statement)) and not _HAS_EFFECT.search(statement.rstrip("; \r\n"))


_Row = Tuple[Any, ...]

# Up to so many columns a pyodbc row is read faster by its places than by its iterator: three in 57 ns instead of 119.
_FEW_COLUMNS = 16


@lru_cache(maxsize=None)
def _as_tuple(columns: int) -> Callable[[Any], _Row]:
    """What makes a tuple of a driver's row."""
    return itemgetter(*range(columns)) if 1 < columns <= _FEW_COLUMNS else tuple


class CursorPool:
    """The driver's cursors of one connection, kept by kind of statement.

    :param driver: see plugin.Driver.
    :ivar reader: the wrapper whose rows are still on the wire, if any.
    :ivar cancels: whether a cancelled statement leaves the transaction and its locks alone, as it does with XACT_ABORT
        OFF at levels up to READ COMMITTED and in snapshots.
    :ivar process: the one that opened the connection.
    :ivar closed: whether the connection is closed, lost, or a parent process's; its cursors are then unusable.
    """

    def __init__(self, connection: Any, driver: Driver) -> None:
        self.connection = connection
        self.error = driver.error
        self.null = driver.null
        self.reader: Optional[CursorWrapper] = None
        self.cancels = True
        self.process = os.getpid()
        self._closed = False
        # Known procedures, see procedures.outputs().
        self.procedures: Dict[str, Dict[int, Tuple[str, str]]] = {}
        self._idle: Dict[bool, List[Any]] = {True: [], False: []}

    @property
    def closed(self) -> bool:
        return self._closed or self.process != os.getpid()

    def take(self, with_parameters: bool) -> Any:
        idle = self._idle[with_parameters]
        return idle.pop() if idle else self.connection.cursor()

    def give(self, with_parameters: bool, cursor: Any) -> None:
        self._idle[with_parameters].append(cursor)

    def discard(self) -> None:
        """Discard the rows still on the wire: their transaction is being rolled back."""
        if self.reader is not None:
            self.reader.discard_rest()

    def clear(self) -> None:
        """Forget the cursors of a connection that is closed or lost."""
        self.reader = None
        self._closed = True
        self._idle = {True: [], False: []}


class _Talk:
    """Calls of the driver by a cursor; as a generator it would take three times as long, twice for each statement."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: "CursorWrapper") -> None:
        self._cursor = cursor

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        if error is None:
            return
        if isinstance(error, self._cursor.pool.error):
            self._cursor.fail(error)
        self._cursor.interrupted(error)


class CursorWrapper:
    """A DB-API cursor with ``%s`` placeholders that returns rows as tuples.

    :param owner: told before and after each statement (see Transactions), None for the connection's own statements.
    :param on_error: called with each error, and with the statement, before it is raised; by default the owner's.
    :ivar statement: the text last executed, as it was given.
    """

    arraysize = 1
    statement: Optional[str] = None

    def __init__(
        self, pool: CursorPool, owner: Any = None, on_error: Optional[Callable[[BaseException, str], None]] = None
    ) -> None:
        self.pool = pool
        self._owner = owner
        self._on_error = on_error or (owner and owner.after_error)
        self._reset()
        self._closed = False

    def _reset(self) -> None:
        self.description: Any = None
        self.rowcount = -1
        # The driver's cursor.
        self._raw: Any = None
        self._with_parameters = False
        self._rows: Optional[Iterator[_Row]] = None
        self._tuple: Callable[[Any], _Row] = tuple
        # Description and rows of the following results; None for one still on the wire.
        self._later: List[Optional[Tuple[Any, Iterator[_Row]]]] = []
        # Row counts before the rows.
        self._passed = 0
        # Why the rest of the results can no longer be read.
        self._gone: Optional[str] = None

    # ---- running ---------------------------------------------------------------------

    def execute(self, sql: str, params: Union[Params, Mapping[str, Any], None] = None) -> "CursorWrapper":
        """Run a statement or batch.

        :raises mssql_core.errors.Error: also for an error that the server sent behind a row count.
        """
        self._check_open()
        self._release()
        self.statement = sql
        sql, values = placeholders(sql, params)
        values, sizes = adapt(values, self.pool.null)
        if self._owner is not None:
            self._owner.before_statement(sql)
        if self.pool.reader is not None:
            self.pool.reader.buffer_rest()
        self._with_parameters = bool(values)
        with self._talking():
            self._send(sql, values, sizes)
        if self._owner is not None:
            self._owner.after_statement(sql)
        return self

    def _check_open(self) -> None:
        if self._closed:
            raise errors.ProgrammingError("HY010", "The cursor is closed.")
        if self.pool.closed:
            raise errors.InterfaceError("08003", "The cursor's connection is closed.")

    def _send(self, sql: str, values: Params, sizes: Any) -> None:
        self._raw = raw = self.pool.take(self._with_parameters)
        if values:
            raw.setinputsizes(sizes)
            raw.execute(sql, values)
        else:
            raw.execute(sql)
        self.rowcount = raw.rowcount
        self._to_rows(raw.description is not None)

    def executemany(self, sql: str, param_list: Iterable[Params]) -> "CursorWrapper":
        total = 0
        for params in param_list:
            self.execute(sql, params)
            total = -1 if self.rowcount < 0 or total < 0 else total + self.rowcount
        self.rowcount = total
        return self

    def callproc(
        self, procname: str, params: Optional[Params] = None, kparams: Optional[Mapping[str, Any]] = None
    ) -> Optional[Params]:
        """EXEC a procedure.

        Output parameters are declared, passed and read back, where their arguments stand by position; then all results are
        read before this returns. The first call of a procedure asks the server for its parameters.
        https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql

        :param procname: as T-SQL writes it: ``dbo.name``, ``[a schema].[a name]``.
        :param params: arguments by position, in the order of the procedure's parameters.
        :param kparams: parameter's name, with or without @ -> argument; they come behind those by position (error 119).
        :returns: ``params``; a list with the values of output parameters, where there are any.
        :raises mssql_core.errors.ProgrammingError: a name that no parameter has.
        :raises mssql_core.errors.NotSupportedError: an output parameter by name: its value has no place to go.
        """
        outputs = procedures.outputs(self, procname) if params or kparams else {}
        sql, values = procedures.call(procname, params or (), kparams or {}, outputs)
        self.execute(sql, values or None)
        if params is None or not any(place < len(params) for place in outputs):
            return params
        self.buffer_rest()
        if self._later:
            _, rows = cast("Tuple[Any, Iterator[_Row]]", self._later.pop())
        else:
            rows, self._rows, self.description = self._check(), None, None
        return procedures.replaced(params, outputs, next(rows))

    def _to_rows(self, has_rows: bool) -> bool:
        """Advance to the next result with rows, past row counts; an error among them is raised."""
        raw = self._raw
        while not has_rows:
            if not raw.nextset():
                self._finish()
                return False
            has_rows = raw.description is not None
            self._passed += 1
            if not has_rows and raw.rowcount >= 0:
                # Each statement of a batch counts; the last one is the batch's own.
                self.rowcount = raw.rowcount
        self.description = raw.description
        self._tuple = _as_tuple(len(self.description))
        first = list(map(self._tuple, raw.fetchmany(FIRST_ROWS)))
        self._rows = iter(first)
        if len(first) < FIRST_ROWS:
            self._look_ahead()
        else:
            self.pool.reader = self
        return True

    def _look_ahead(self) -> None:
        """Look for another result, or an error, behind a result whose rows are all read."""
        raw = self._raw
        while raw.nextset():
            if raw.description is not None:
                self.pool.reader = self
                self._later.append(None)
                return
            if raw.rowcount >= 0:
                # A trigger's rows come before the count of its statement.
                self.rowcount = raw.rowcount
        self._finish()

    def _finish(self) -> None:
        """Release the driver's cursor: nothing is left on the wire."""
        raw, self._raw = self._raw, None
        if self.pool.reader is self:
            self.pool.reader = None
        self.pool.give(self._with_parameters, raw)

    def _talking(self) -> _Talk:
        """Translate the driver's errors, and tell the owner of an interruption."""
        if self.pool.closed:
            raise errors.InterfaceError("08003", "The cursor's connection is closed.")
        return _Talk(self)

    def fail(self, error: BaseException) -> NoReturn:
        """:raises mssql_core.errors.Error: the driver's error as ours; it is told to the owner first."""
        self._drop_rest("an error ended their statement. Run it again.")
        translated = errors.translate(error)
        if self._on_error is not None:
            self._on_error(translated, self.statement or "")
        raise translated from None

    def interrupted(self, interruption: BaseException) -> None:
        """Note that something other than the driver ended the statement, such as a signal handler: its effect is unknown."""
        self._drop_rest("an exception interrupted their statement. Run it again.")
        if self._on_error is not None:
            self._on_error(interruption, self.statement or "")

    def _drop_rest(self, reason: str) -> None:
        """Close the driver's cursor, which cancels the rest of its results; reading on is an error with this reason."""
        if self._rows is not None or self._later:
            self._gone, self._rows, self._later = reason, None, []
        raw, self._raw = self._raw, None
        if self.pool.reader is self:
            self.pool.reader = None
        if raw is not None:
            with suppress(self.pool.error):
                raw.close()

    def discard_rest(self) -> None:
        """Discard the rows still on the wire, whose transaction is rolled back."""
        self._drop_rest("their transaction was rolled back. Read them before it ends, with list() or fetchall().")

    # ---- rows ------------------------------------------------------------------------

    @property
    def _streams(self) -> bool:
        """Whether rows of the current result are still on the wire."""
        return self._raw is not None and not self._later

    def _more(self, method: str, *arguments: int) -> List[Tuple[Any, ...]]:
        with self._talking():
            rows = list(map(self._tuple, getattr(self._raw, method)(*arguments)))
            if not arguments or len(rows) < arguments[0]:
                self._look_ahead()
        return rows

    def _check(self) -> Iterator[_Row]:
        self._passed = 0
        if self._rows is None:
            self._check_kept()
            raise errors.ProgrammingError("24000", "There are no rows: the last statement returned none.")
        return self._rows

    def _check_kept(self) -> None:
        """:raises mssql_core.errors.ProgrammingError: the rest of the results is gone."""
        if self._gone:
            raise errors.ProgrammingError("24000", "The rows that were not read are gone: %s" % self._gone)

    def fetchone(self) -> Optional[Tuple[Any, ...]]:
        row = next(self._check(), None)
        if row is None and self._streams:
            self._rows = iter(self._more("fetchmany", FIRST_ROWS))
            row = next(self._rows, None)
        return row

    def fetchmany(self, size: Optional[int] = None) -> List[Tuple[Any, ...]]:
        size = self.arraysize if size is None else size
        rows = list(islice(self._check(), size))
        if len(rows) < size and self._streams:
            rows += self._more("fetchmany", size - len(rows))
        return rows

    def fetchall(self) -> List[Tuple[Any, ...]]:
        rows = list(self._check())
        if self._streams:
            rows += self._more("fetchall")
        return rows

    def __iter__(self) -> Iterator[Tuple[Any, ...]]:
        return iter(self.fetchone, None)

    def buffer_rest(self) -> None:
        """Read the rest of the results, so that the connection can run another statement."""
        with self._talking():
            if self._streams:
                self._rows = chain(self._rows or (), self._spooled())
                self._look_ahead()
            while self._raw is not None:
                self._later[-1:] = [(self._raw.description, self._spooled())]
                self._look_ahead()

    def _spooled(self) -> Iterator[Tuple[Any, ...]]:
        """The rest of the current result, off the wire."""
        spool = Spool()
        while True:
            rows = list(map(tuple, self._raw.fetchmany(_CHUNK)))
            spool.add(rows)
            if len(rows) < _CHUNK:
                return spool.rows()

    def nextset(self) -> Optional[bool]:
        """Advance to the batch's next result with rows; None when there is none.

        The first calls after a statement stay on its rows, one for each row count before them: pyodbc stops at these, so
        ``execute("INSERT ...; SELECT SCOPE_IDENTITY()"); nextset(); fetchone()`` is a common idiom.
        """
        if self._passed and self._rows is not None:
            self._passed -= 1
            return True
        streams = self._streams
        self.description = self._rows = None
        known = self._later.pop(0) if self._later else None
        if known is not None:
            self.description, self._rows = known
            return True
        if self._raw is None:
            self._check_kept()
            return None
        with self._talking():
            # Looking ahead may have advanced to the next rows already.
            return self._to_rows(not streams) or None

    # ---- end -------------------------------------------------------------------------

    def _release(self) -> None:
        """Give the driver's cursor back, the rest of its results unread."""
        raw, with_parameters, statement = self._raw, self._with_parameters, self.statement or ""
        self._reset()
        if self.pool.reader is self:
            self.pool.reader = None
        if raw is None or self.pool.closed:
            return
        try:
            if self.pool.cancels and _only_reads(statement):
                raw.close()
                return
            while raw.nextset():
                pass
            self.pool.give(with_parameters, raw)
        except self.pool.error as error:
            self._tell(raw, errors.translate(error), statement)
        except BaseException as interruption:
            # This cancels the statements of the rest, too.
            self._tell(raw, interruption, statement)
            raise

    def _tell(self, raw: Any, error: BaseException, statement: str) -> None:
        with suppress(self.pool.error):
            raw.close()
        if self._on_error is not None:
            self._on_error(error, statement)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            description, rowcount = self.description, self.rowcount
            self._release()
            # Django logs and tests read these after the end.
            self.description, self.rowcount = description, rowcount

    def setinputsizes(self, sizes: Any) -> None:
        """DB-API; parameters have their types from :mod:`mssql_core.parameters`."""

    def setoutputsize(self, size: int, column: Optional[int] = None) -> None:
        """DB-API; without effect: long values are read whole."""

    def __enter__(self) -> "CursorWrapper":
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()


__all__ = ["CursorPool", "CursorWrapper", "TypedParam", "placeholders"]
