"""Cursors: placeholders, deliberate parameter types, errors by number.

The underlying cursors are kept for reuse: the driver then replaces the old
prepared handle in the message of the next statement, instead of sending one
more message to free it.
"""

import datetime
import decimal
import itertools
import uuid

from . import driver, errors

# Few lengths, so that the server's plan cache keeps few plans of a statement.
_STRING_LENGTHS = (64, 450, 4000)
_BINARY_LENGTHS = (64, 8000)
_MAX_INT64 = 2**63


def placeholders(sql, params):
    """``%s`` and ``%%`` as ODBC writes them, and the values in order; None inside becomes NULL itself.

    A NULL written into the statement takes its target's type without asking the
    server for it (sp_describe_undeclared_parameters).
    """
    if params is None:
        return sql, ()
    if isinstance(params, dict):
        names = []
        sql = sql % _Named(names)
        return sql, [params[name] for name in names]
    pieces = sql.split("%s")
    if len(pieces) == 1:
        return sql.replace("%%", "%"), ()
    if len(pieces) - 1 != len(params):
        raise errors.ProgrammingError(
            "07002", "The statement has %d placeholders, %d values were given." % (len(pieces) - 1, len(params))
        )
    text, values = [pieces[0].replace("%%", "%")], []
    for piece, value in zip(pieces[1:], params):
        if value is None:
            text.append("NULL")
        else:
            text.append("?")
            values.append(value)
        text.append(piece.replace("%%", "%"))
    return "".join(text), values


class _Named:
    def __init__(self, names):
        self.names = names

    def __getitem__(self, name):
        self.names.append(name)
        return "?"


def adapt(values):
    """(values for the driver, their sizes for setinputsizes or None when the defaults are right)."""
    adapted, sizes, special = [], [], False
    for value in values:
        new, size = _adapt(value)
        adapted.append(new)
        sizes.append(size)
        special = special or size is not None
    return adapted, sizes if special else None


def _adapt(value):
    if isinstance(value, str):
        value = str(value)
        length = len(value)
        if length * 2 > _STRING_LENGTHS[0]:
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
        for limit in _STRING_LENGTHS:
            if length <= limit:
                return value, (driver.SQL_WVARCHAR, limit, 0)
        return value, (driver.SQL_WVARCHAR, 0, 0)
    if isinstance(value, bool):
        return value, None
    if isinstance(value, int):
        value = int(value)
        if -_MAX_INT64 <= value < _MAX_INT64:
            return value, None
        return decimal.Decimal(value), (driver.SQL_DECIMAL, 38, 0)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return value, None
        return _offset_text(value), (driver.SQL_SS_TIMESTAMPOFFSET, 34, 7)
    if isinstance(value, datetime.time):
        return value.replace(tzinfo=None).isoformat(), (driver.SQL_SS_TIME2, 16, 6)
    if isinstance(value, (bytes, bytearray, memoryview)):
        value = bytes(value)
        for limit in _BINARY_LENGTHS:
            if len(value) <= limit:
                return value, (driver.SQL_VARBINARY, limit, 0)
        return value, (driver.SQL_VARBINARY, 0, 0)
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(microseconds=1), None
    if isinstance(value, (float, decimal.Decimal, datetime.date, uuid.UUID)):
        return value, None
    return value, None


def _offset_text(value):
    text = value.isoformat(sep=" ", timespec="microseconds")
    # isoformat writes seconds of odd offsets; the server takes hours and minutes.
    return "%s %s" % (text[:26], text[26:32])


class CursorPool:
    """The driver's cursors of one connection, kept by kind of statement.

    :ivar reader: the wrapper whose rows are still on the wire, if any.
    """

    def __init__(self, connection, driver_error):
        self.connection = connection
        self.error = driver_error
        self._idle = {True: [], False: []}
        self.reader = None

    def take(self, with_parameters):
        idle = self._idle[with_parameters]
        return idle.pop() if idle else self.connection.cursor()

    def give(self, with_parameters, cursor):
        self._idle[with_parameters].append(cursor)


class CursorWrapper:
    """A DB-API cursor with ``%s`` placeholders."""

    def __init__(self, pool, before_statement=None):
        self.pool = pool
        self.before_statement = before_statement
        self.raw = None
        self.with_parameters = False
        self.rowcount = -1
        self.arraysize = 1
        self._buffer = None
        self._closed = False

    # ---- running -----------------------------------------------------------------

    def execute(self, sql, params=None):
        sql, values = placeholders(sql, params)
        values, sizes = adapt(values)
        if self.before_statement is not None:
            self.before_statement()
        self._run(sql, values, sizes)
        return self

    def executemany(self, sql, param_list):
        total = 0
        for params in param_list:
            self.execute(sql, params)
            total = -1 if self.rowcount < 0 or total < 0 else total + self.rowcount
        self.rowcount = total
        return self

    def callproc(self, procname, params=None, kparams=None):
        """EXEC procname with positional parameters."""
        if kparams:
            raise errors.NotSupportedError("0A000", "Named parameters of a procedure are not supported; use EXEC.")
        values = list(params or ())
        marks = ", ".join(["%s"] * len(values))
        self.execute(("EXEC %s %s" % (procname, marks)).strip(), values or None)
        return params

    def _run(self, sql, values, sizes):
        self._release()
        pool = self.pool
        if pool.reader is not None:
            pool.reader.buffer_rest()
        self.with_parameters = bool(values)
        self.raw = pool.take(self.with_parameters)
        try:
            if values:
                self.raw.setinputsizes(sizes)
                self.raw.execute(sql, values)
            else:
                self.raw.execute(sql)
            self.rowcount = self.raw.rowcount
            # Row counts that come before the rows must not hide them, nor an error behind them.
            while self.raw.description is None:
                if not self.raw.nextset():
                    break
                if self.rowcount < 0:
                    self.rowcount = self.raw.rowcount
        except pool.error as error:
            self._discard()
            raise errors.translate(error) from None
        if self.raw.description is not None:
            pool.reader = self

    # ---- rows ------------------------------------------------------------------------

    @property
    def description(self):
        return self.raw.description if self.raw is not None else None

    def fetchone(self):
        row = self._fetch("fetchone")
        if row is None:
            self._exhausted()
        return row

    def fetchmany(self, size=None):
        size = self.arraysize if size is None else size
        rows = self._fetch("fetchmany", size)
        if len(rows) < size:
            self._exhausted()
        return rows

    def fetchall(self):
        rows = self._fetch("fetchall")
        self._exhausted()
        return rows

    def _fetch(self, method, *arguments):
        if self._buffer is not None:
            return self._from_buffer(method, *arguments)
        if self.raw is None:
            raise errors.ProgrammingError("24000", "No statement has been executed.")
        try:
            result = getattr(self.raw, method)(*arguments)
        except self.pool.error as error:
            self._discard()
            raise errors.translate(error) from None
        if method == "fetchone":
            return None if result is None else tuple(result)
        return [tuple(row) for row in result]

    def _from_buffer(self, method, *arguments):
        if method == "fetchone":
            return next(self._buffer, None)
        if method == "fetchmany":
            return list(itertools.islice(self._buffer, arguments[0]))
        return list(self._buffer)

    def buffer_rest(self):
        """Read the remaining rows, so that the connection can run something else."""
        if self._buffer is None:
            self._buffer = iter(self._fetch("fetchall"))
            self._exhausted()

    def _exhausted(self):
        if self.pool.reader is self:
            self.pool.reader = None

    def nextset(self):
        try:
            more = self.raw is not None and self.raw.nextset()
        except self.pool.error as error:
            self._discard()
            raise errors.translate(error) from None
        self._buffer = None
        return bool(more)

    def __iter__(self):
        while True:
            row = self.fetchone()
            if row is None:
                return
            yield row

    # ---- end --------------------------------------------------------------------------

    def _release(self):
        """Give the driver's cursor back, its result read to the end."""
        raw, self.raw, self._buffer = self.raw, None, None
        if self.pool.reader is self:
            self.pool.reader = None
        if raw is None:
            return
        try:
            while raw.nextset():
                pass
        except self.pool.error:
            raw.close()
            return
        self.pool.give(self.with_parameters, raw)

    def _discard(self):
        raw, self.raw = self.raw, None
        if self.pool.reader is self:
            self.pool.reader = None
        if raw is not None:
            try:
                raw.close()
            except self.pool.error:
                pass

    def close(self):
        if not self._closed:
            self._closed = True
            self._release()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()
