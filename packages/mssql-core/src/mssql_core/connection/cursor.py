"""Cursors: placeholders, typed parameters, errors by number, results read without MARS.

The driver's cursors are kept for reuse: it then replaces the old prepared handle in
the message of the next statement instead of sending one more message to free it.

A connection answers one statement at a time. The first rows of a result are read
with the statement; while more are to come and another statement runs, the rest is read into
memory first, so that ``iterator()`` and queries inside its loop need no MARS.
"""

import re
from contextlib import suppress
from itertools import chain, islice

from .. import errors
from .parameters import TypedParam, adapt

# Rows read together with the statement; Django asks for 100 at a time.
FIRST_ROWS = 101
# Identifiers: letters, digits, @, $, # and _ behind the first @.
# https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
_PARAMETER_NAME = re.compile(r"@?([\w$#][\w@$#]*)\Z")


def placeholders(sql, params):
    """``%s`` and ``%%`` as ODBC writes them, and the values in order.

    An untyped None becomes the word NULL, which takes its target's type without
    a question to the server (sp_describe_undeclared_parameters).

    :param params: a sequence, a mapping for ``%(name)s``, or None: the text is taken as it is.
    """
    if params is None:
        return sql, ()
    if isinstance(params, dict):
        named = _Named(params)
        return sql % named, named.values
    pieces = sql.split("%s") if "%%" not in sql else _split(sql)
    if len(pieces) - 1 != len(params):
        raise errors.ProgrammingError(
            "07002", "The statement has %d placeholders and %d values." % (len(pieces) - 1, len(params))
        )
    if None not in params:
        return "?".join(pieces), params
    text, values = [pieces[0]], []
    for piece, value in zip(pieces[1:], params):
        if value is None:
            text.append("NULL")
        else:
            text.append("?")
            values.append(value)
        text.append(piece)
    return "".join(text), values


def _split(sql):
    """Pieces between placeholders, with ``%%`` read as one percent sign: ``%%s`` is no placeholder."""
    pieces, current = [], []
    for number, part in enumerate(sql.split("%%")):
        if number:
            current.append("%")
        found = part.split("%s")
        current.append(found[0])
        for piece in found[1:]:
            pieces.append("".join(current))
            current = [piece]
    pieces.append("".join(current))
    return pieces


class _Named:
    """Stands for the mapping in ``sql % mapping`` and collects the values in order."""

    def __init__(self, params):
        self.params = params
        self.values = []

    def __getitem__(self, name):
        value = self.params[name]
        if value is None:
            return "NULL"
        self.values.append(value)
        return "?"


class CursorPool:
    """The driver's cursors of one connection, kept by kind of statement.

    :param driver: see plugin.Driver.
    :ivar reader: the wrapper whose rows are still on the wire, if any.
    :ivar closed: the connection is closed or gone; its cursors are of no use.
    """

    def __init__(self, connection, driver):
        self.connection = connection
        self.error = driver.error
        self.null = driver.null
        self.reader = None
        self.closed = False
        self._idle = {True: [], False: []}

    def take(self, with_parameters):
        idle = self._idle[with_parameters]
        return idle.pop() if idle else self.connection.cursor()

    def give(self, with_parameters, cursor):
        self._idle[with_parameters].append(cursor)

    def discard(self):
        """Drop what is still on the wire, when the transaction that it belongs to is rolled back."""
        if self.reader is not None:
            self.reader.discard_rest()

    def clear(self):
        """The connection is closed or gone."""
        self.reader = None
        self.closed = True
        self._idle = {True: [], False: []}


class CursorWrapper:
    """A DB-API cursor with ``%s`` placeholders that returns rows as tuples.

    :param owner: told before and after each statement (see Transactions), None for the connection's own statements.
    :param on_error: called with each error, and with the statement, before it is raised; by default the owner's.
    :ivar statement: the text last executed, as it was given.
    """

    arraysize = 1
    statement = None

    def __init__(self, pool, owner=None, on_error=None):
        self.pool = pool
        self._owner = owner
        self._on_error = on_error or (owner and owner.after_error)
        self._reset()
        self._closed = False

    def _reset(self):
        self.description = None
        self.rowcount = -1
        self._raw = None
        self._with_parameters = False
        self._rows = None
        self._later = []

    # ---- running ---------------------------------------------------------------------

    def execute(self, sql, params=None):
        """Run a statement or batch.

        :raises mssql_core.errors.Error: also for an error that the server sent behind a row count.
        """
        self.statement = sql
        self._check_open()
        sql, values = placeholders(sql, params)
        values, sizes = adapt(values, self.pool.null)
        self._release()
        if self._owner is not None:
            self._owner.before_statement()
        if self.pool.reader is not None:
            self.pool.reader.buffer_rest()
        self._with_parameters = bool(values)
        try:
            self._send(sql, values, sizes)
        except self.pool.error as error:
            self._fail(error)
        except BaseException as interruption:
            self._interrupted(interruption)
            raise
        if self._owner is not None:
            self._owner.after_statement(sql)
        return self

    def _check_open(self):
        if self._closed:
            raise errors.ProgrammingError("HY010", "The cursor is closed.")
        if self.pool.closed:
            raise errors.InterfaceError("08003", "The cursor's connection is closed.")

    def _send(self, sql, values, sizes):
        self._raw = raw = self.pool.take(self._with_parameters)
        if values:
            raw.setinputsizes(sizes)
            raw.execute(sql, values)
        else:
            raw.execute(sql)
        self.rowcount = raw.rowcount
        self._to_rows(raw.description is not None)

    def executemany(self, sql, param_list):
        total = 0
        for params in param_list:
            self.execute(sql, params)
            total = -1 if self.rowcount < 0 or total < 0 else total + self.rowcount
        self.rowcount = total
        return self

    def callproc(self, procname, params=None, kparams=None):
        """EXEC a procedure; returns ``params``.

        https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql

        :param procname: as T-SQL writes it: ``dbo.name``, ``[a schema].[a name]``.
        :param params: arguments by position, in the order of the procedure's parameters.
        :param kparams: parameter's name, with or without @ -> argument; they come behind those by position (error 119).
        :raises ProgrammingError: a name that no parameter has.
        """
        values = list(params or ())
        marks = ["%s"] * len(values)
        for name, value in (kparams or {}).items():
            match = _PARAMETER_NAME.match(str(name))
            if match is None:
                raise errors.ProgrammingError("42000", "%r is not the name of a procedure's parameter." % name)
            marks.append("@%s = %%s" % match.group(1))
            values.append(value)
        procedure = procname.replace("%", "%%") if values else procname
        self.execute(("EXEC %s %s" % (procedure, ", ".join(marks))).strip(), values or None)
        return params

    def _to_rows(self, has_rows):
        """Go on to the next rows, past row counts; an error among them surfaces here."""
        raw = self._raw
        while not has_rows:
            if not raw.nextset():
                self._finish()
                return False
            has_rows = raw.description is not None
            if not has_rows and raw.rowcount >= 0:
                # Each statement of a batch counts; the last one is the batch's own.
                self.rowcount = raw.rowcount
        self.description = raw.description
        first = list(map(tuple, raw.fetchmany(FIRST_ROWS)))
        self._rows = iter(first)
        if len(first) < FIRST_ROWS:
            self._look_ahead()
        else:
            self.pool.reader = self
        return True

    def _look_ahead(self):
        """All rows of a result are read: is another result behind it, or an error?"""
        raw = self._raw
        while raw.nextset():
            if raw.description is not None:
                self.pool.reader = self
                self._later.append(None)
                return
        self._finish()

    def _finish(self):
        """Nothing is left on the wire: the driver's cursor is free for others."""
        raw, self._raw = self._raw, None
        if self.pool.reader is self:
            self.pool.reader = None
        self.pool.give(self._with_parameters, raw)

    def _fail(self, error):
        self._close_raw()
        translated = errors.translate(error)
        if self._on_error is not None:
            self._on_error(translated, self.statement)
        raise translated from None

    def _interrupted(self, interruption):
        """Something else than the driver ended the statement, such as a signal's handler: what ran is not known."""
        self._close_raw()
        if self._on_error is not None:
            self._on_error(interruption, self.statement)

    def _close_raw(self):
        """Close the driver's cursor; what is left of its results is cancelled."""
        raw, self._raw = self._raw, None
        if self.pool.reader is self:
            self.pool.reader = None
        if raw is not None:
            with suppress(self.pool.error):
                raw.close()

    def discard_rest(self):
        """Drop the rows that are still on the wire; reading on is an error."""
        self._close_raw()
        self._later = []
        self._rows = None

    # ---- rows ------------------------------------------------------------------------

    @property
    def _streams(self):
        """Whether rows of the current result are still on the wire."""
        return self._raw is not None and not self._later

    def _more(self, method, *arguments):
        try:
            rows = list(map(tuple, getattr(self._raw, method)(*arguments)))
            if not arguments or len(rows) < arguments[0]:
                self._look_ahead()
        except self.pool.error as error:
            self._fail(error)
        return rows

    def _check(self):
        if self._rows is None:
            raise errors.ProgrammingError("24000", "There are no rows: the last statement returned none.")

    def fetchone(self):
        self._check()
        row = next(self._rows, None)
        if row is None and self._streams:
            self._rows = iter(self._more("fetchmany", FIRST_ROWS))
            row = next(self._rows, None)
        return row

    def fetchmany(self, size=None):
        self._check()
        size = self.arraysize if size is None else size
        rows = list(islice(self._rows, size))
        if len(rows) < size and self._streams:
            rows += self._more("fetchmany", size - len(rows))
        return rows

    def fetchall(self):
        self._check()
        rows = list(self._rows)
        if self._streams:
            rows += self._more("fetchall")
        return rows

    def __iter__(self):
        return iter(self.fetchone, None)

    def buffer_rest(self):
        """Read everything that is left, so that the connection can run something else."""
        if self._streams:
            self._rows = chain(self._rows, self._more("fetchall"))
        while self._raw is not None:
            try:
                raw = self._raw
                self._later[-1:] = [(raw.description, iter(list(map(tuple, raw.fetchall()))))]
                self._look_ahead()
            except self.pool.error as error:
                self._fail(error)

    def nextset(self):
        """Go on to the next result with rows of a batch; None when there is none."""
        streams = self._streams
        self.description = self._rows = None
        known = self._later.pop(0) if self._later else None
        if known is not None:
            self.description, self._rows = known
            return True
        if self._raw is None:
            return None
        try:
            # A look ahead has gone to the next rows already, else they are to be found.
            return self._to_rows(not streams) or None
        except self.pool.error as error:
            self._fail(error)

    # ---- end -------------------------------------------------------------------------

    def _release(self):
        """Give the driver's cursor back, what is left of its results unread."""
        raw, with_parameters = self._raw, self._with_parameters
        self._reset()
        if self.pool.reader is self:
            self.pool.reader = None
        if raw is None:
            return
        try:
            while raw.nextset():
                pass
            self.pool.give(with_parameters, raw)
        except self.pool.error as error:
            with suppress(self.pool.error):
                raw.close()
            if self._on_error is not None:
                self._on_error(errors.translate(error), self.statement)

    def close(self):
        if not self._closed:
            self._closed = True
            description, rowcount = self.description, self.rowcount
            self._release()
            # Django logs and tests read these after the end.
            self.description, self.rowcount = description, rowcount

    def setinputsizes(self, sizes):
        """DB-API; parameters have their types from :mod:`mssql_core.parameters`."""

    def setoutputsize(self, size, column=None):
        """DB-API; results come whole."""

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()


__all__ = ["CursorPool", "CursorWrapper", "TypedParam", "placeholders"]
