"""Cursors, whose rows are read at OPEN.

A cursor that is neither STATIC nor INSENSITIVE shows later changes of its rows: if the session has changed rows not
fetched yet, the sandbox refuses to continue.

https://learn.microsoft.com/sql/t-sql/language-elements/declare-cursor-transact-sql and related pages; texts: system
messages 16900 to 16999.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..interface import Columns, Done, Event, ResultColumn, Rows
from ..sqltypes import INT
from ..syntax import nodes
from ..types.pairs import label
from ..types.typenames import rows_decoder
from . import isolation

_FETCH_COMMAND = 0xC1


@dataclass
class Cursor:
    """A declared cursor.

    :param arguments: values of the query's variables, fixed when the cursor was declared.
    :param position: 0 before the first row, 1 on it, row count + 1 after the last.
    :param without_places: dynamic if the query allows it, so that rows have no position.
    :param plain: whether the query certainly allows it.
    :param writes: the session's count of changes when the rows were read.
    """

    name: str
    plan: translate.Plan
    arguments: list[Any]
    scroll: bool
    dynamic: bool
    static: bool
    opened: bool = False
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    position: int = 0
    writes: int = 0
    unsure: bool = False
    without_places: bool = False
    plain: bool = True
    database: str = ""

    @property
    def columns(self) -> list[ResultColumn]:
        return self.plan.columns

    @property
    def status(self) -> int:
        """The value of CURSOR_STATUS."""
        if not self.opened:
            return -1
        return 1 if self.rows or self.dynamic else 0


@dataclass
class Cursors:
    """Cursors of a scope, or the global ones of a session, by case-folded name."""

    named: dict[str, Cursor] = field(default_factory=dict)
    variables: dict[str, Cursor | None] = field(default_factory=dict)

    def close(self) -> None:
        """Close all at the end of a transaction under CURSOR_CLOSE_ON_COMMIT.

        https://learn.microsoft.com/sql/t-sql/statements/set-cursor-close-on-commit-transact-sql
        """
        for cursor in (*self.named.values(), *self.variables.values()):
            if cursor is not None:
                cursor.opened = False

    def unsettle(self) -> None:
        """Mark cursors that are not STATIC: ROLLBACK closes some of them."""
        for cursor in (*self.named.values(), *self.variables.values()):
            if cursor is not None and cursor.opened:
                cursor.unsure = not cursor.static


class CursorStatements:
    """Mixin of the interpreter."""

    session: Any
    scope: Any
    arguments: Any
    evaluate: Any

    def do_declare_cursor(self, statement: nodes.DeclareCursor) -> Iterable[Event]:
        place = self._place(statement)
        name = statement.name.casefold()
        if name in place.named:
            raise SqlServerError(16915, name=statement.name)
        place.named[name] = self.new_cursor(statement)
        return ()

    def _place(self, statement: nodes.DeclareCursor) -> Cursors:
        place: Cursors = (self.scope if "LOCAL" in statement.options else self.session).cursors
        return place

    def new_cursor(self, statement: nodes.DeclareCursor) -> Cursor:
        """:raises SqlServerError: 1048 options that exclude one another, binding errors of the query."""
        options = set(statement.options)
        _check_options(statement)
        select = nodes.SelectStatement(statement.query, line=statement.line)
        plan = translate.translate(select, self.session.context(self.scope))
        if plan.kind != "select":
            raise NotSupported("a cursor over a SELECT that assigns or makes a table")
        static = bool(options & {"STATIC", "INSENSITIVE"})
        kept = static or bool(options & {"KEYSET", "DYNAMIC"})
        return Cursor(
            statement.name, plan, self.arguments(plan),
            scroll="SCROLL" in options or kept and not options & {"FORWARD_ONLY", "INSENSITIVE"},
            dynamic=not static and not options & {"KEYSET", "FAST_FORWARD"}, static=static,
            without_places="DYNAMIC" in options or not kept and not options & {"SCROLL", "FAST_FORWARD"},
            plain=_is_plain(statement.query), database=self.session.database,
        )  # fmt: skip

    # ---- cursor variables

    def set_cursor(self, statement: nodes.SetVariable) -> bool:
        """SET @c = CURSOR FOR ..., a cursor's name or another variable; False if @c is not a cursor variable."""
        variables = self.scope.cursors.variables
        value = statement.value
        if statement.name not in variables:
            if isinstance(value, nodes.CursorValue):
                raise SqlServerError(16948, name=statement.name)
            return False
        if isinstance(value, nodes.CursorValue):
            variables[statement.name] = self.new_cursor(value.declaration)
        elif isinstance(value, nodes.Variable):
            variables[statement.name] = self._allocated(value.name)
        elif isinstance(value, nodes.ColumnRef) and len(value.parts) == 1:
            variables[statement.name] = self._find(value.parts[0], False)[0]
        else:
            raise NotSupported("the value of a cursor variable")
        return True

    def _allocated(self, name: str) -> Cursor:
        variables = self.scope.cursors.variables
        if name not in variables:
            if name in self.scope.types:
                raise SqlServerError(16948, name=name)
            raise SqlServerError(137, name=name)
        cursor: Cursor | None = variables[name]
        if cursor is None:
            raise SqlServerError(16950, name=name)
        return cursor

    def _find(self, name: str, global_: bool) -> tuple[Cursor, Cursors]:
        if name.startswith("@"):
            return self._allocated(name), self.scope.cursors
        for place in (self.session.cursors,) if global_ else (self.scope.cursors, self.session.cursors):
            if name.casefold() in place.named:
                return place.named[name.casefold()], place
        raise SqlServerError(16916, name=name)

    # ---- OPEN, CLOSE, DEALLOCATE

    def do_cursor_command(self, statement: nodes.CursorCommand) -> Iterator[Event]:
        """:raises SqlServerError: 16905, 16911, 16916, 16917, 16922, 16924, 16925, 16950."""
        cursor, place = self._find(statement.name, statement.global_)
        if statement.command == "OPEN":
            self._open(cursor)
        elif statement.command == "FETCH":
            yield from self._fetch(cursor, statement)
        elif statement.command == "CLOSE":
            _check_open(cursor)
            cursor.opened = False
        elif statement.name.startswith("@"):
            place.variables[statement.name] = None
        else:
            del place.named[statement.name.casefold()]

    def _open(self, cursor: Cursor) -> None:
        if cursor.opened:
            raise SqlServerError(16905)
        if self.session.settings.switches["CURSOR_CLOSE_ON_COMMIT"] and not self.session.transactions.count:
            raise NotSupported("OPEN outside a transaction under SET CURSOR_CLOSE_ON_COMMIT ON")
        cursor.rows, cursor.opened = self._read(cursor), True
        cursor.position, cursor.writes, cursor.unsure = 0, self.session.writes, False
        self.session.cursor_rows = len(cursor.rows) if cursor.static else None

    def _read(self, cursor: Cursor) -> list[tuple[Any, ...]]:
        if cursor.database != self.session.database:
            raise NotSupported("a cursor of another database after USE")
        self.session.transactions.before_statement()
        if self.session.settings.rowcount:
            raise NotSupported("a cursor under SET ROWCOUNT")
        isolation.before_reading(self.session, cursor.plan, cursor.arguments)
        rows = self.session.query(cursor.plan.sql, cursor.arguments)
        decode = rows_decoder([column.type for column in cursor.columns])
        return [tuple(row) for row in decode(rows)] if rows else []

    # ---- FETCH

    def _fetch(self, cursor: Cursor, statement: nodes.CursorCommand) -> Iterator[Event]:
        _check_open(cursor)
        _check_direction(cursor, statement.direction)
        if statement.into and len(statement.into) != len(cursor.columns):
            raise SqlServerError(16924)
        self._check_changes(cursor)
        cursor.position = self._target(cursor, statement)
        on_row = 1 <= cursor.position <= len(cursor.rows)
        self.session.fetch_status = 0 if on_row else -1
        self.session.rowcount = int(on_row)
        if not statement.into:
            yield Columns(cursor.columns)
            if on_row:
                yield Rows(cursor.rows[cursor.position - 1 : cursor.position])
            yield Done(None if self.session.settings.nocount else int(on_row), _FETCH_COMMAND)
        elif on_row:
            self._assign_row(cursor, statement, cursor.rows[cursor.position - 1])

    def _assign_row(self, cursor: Cursor, statement: nodes.CursorCommand, row: tuple[Any, ...]) -> None:
        for name, value, column in zip(statement.into, row, cursor.columns):
            target = self.scope.type_of(name)
            try:
                self.scope.values[name] = self.session.convert_value(value, column.type, target)
            except SqlServerError as error:
                if error.number not in (206, 257):
                    raise
                raise SqlServerError(16922, source=label(column.type), target=label(target)) from None

    def _target(self, cursor: Cursor, statement: nodes.CursorCommand) -> int:
        """The position to move to, limited to before the first and after the last row."""
        last = len(cursor.rows)
        if statement.direction in ("ABSOLUTE", "RELATIVE"):
            amount: int | None = self.evaluate(statement.amount, INT)
            if amount is None:
                raise NotSupported(f"FETCH {statement.direction} NULL")
            wanted = cursor.position + amount
            if statement.direction == "ABSOLUTE":
                wanted = amount if amount >= 0 else last + 1 + amount
        else:
            step = {"NEXT": cursor.position + 1, "PRIOR": cursor.position - 1, "FIRST": 1, "LAST": last}
            wanted = step[statement.direction]
        return max(0, min(wanted, last + 1))

    def _check_changes(self, cursor: Cursor) -> None:
        """:raises NotSupported: when rows not fetched yet have changed below a cursor that shows changes."""
        if cursor.static or (cursor.writes == self.session.writes and not cursor.unsure):
            return
        now = self._read(cursor)
        if len(now) > len(cursor.rows) or Counter(cursor.rows[cursor.position :]) - Counter(now):
            raise NotSupported("rows that changed below a cursor which is not STATIC")
        if cursor.scroll and Counter(cursor.rows) - Counter(now):
            raise NotSupported("rows that changed below a scrollable cursor which is not STATIC")
        cursor.writes = self.session.writes


def _check_open(cursor: Cursor) -> None:
    if not cursor.opened:
        raise SqlServerError(16917)
    if cursor.unsure:
        raise NotSupported("a cursor which is not STATIC after ROLLBACK")


def _check_direction(cursor: Cursor, direction: str) -> None:
    """https://learn.microsoft.com/sql/t-sql/language-elements/fetch-transact-sql: SCROLL has all, DYNAMIC no ABSOLUTE.

    The server converts a dynamic cursor over DISTINCT, no table, or an order without an index to another type.

    :raises SqlServerError: 16925, also for a cursor without options, and 16911.
    """
    if direction == "ABSOLUTE" and cursor.without_places:
        if not cursor.plain:
            raise NotSupported("FETCH ABSOLUTE of a cursor that the server may not keep dynamic")
        raise SqlServerError(16925)
    if direction != "NEXT" and not cursor.scroll:
        raise SqlServerError(16911, direction=direction.lower())


def _is_plain(query: nodes.Query) -> bool:
    select = query.body
    return (
        isinstance(select, nodes.Select)
        and len(select.sources) == 1
        and isinstance(select.sources[0], nodes.TableSource)
        and not any((select.distinct, select.top, select.group_by, select.having, query.order_by, query.ctes))
    )


_EXCLUSIVE = (
    ("LOCAL", "GLOBAL"), ("FORWARD_ONLY", "SCROLL"), ("STATIC", "KEYSET", "DYNAMIC", "FAST_FORWARD"),
    ("READ_ONLY", "SCROLL_LOCKS", "OPTIMISTIC", "FOR UPDATE"), ("FAST_FORWARD", "SCROLL"),
    ("FAST_FORWARD", "SCROLL_LOCKS", "OPTIMISTIC"), ("FAST_FORWARD", "FOR UPDATE"), ("STATIC", "SCROLL_LOCKS"),
)  # fmt: skip
_AGREEING = {("SCROLL_LOCKS", "FOR UPDATE"), ("OPTIMISTIC", "FOR UPDATE"), ("SCROLL_LOCKS", "OPTIMISTIC")}


def _check_options(statement: nodes.DeclareCursor) -> None:
    """:raises SqlServerError: 1048."""
    options = ["FOR UPDATE" if option.startswith("FOR UPDATE") else option for option in statement.options]
    for group in _EXCLUSIVE:
        given = [option for option in group if option in options]
        if len(given) > 1 and not (len(given) == 2 and tuple(given) in _AGREEING):
            raise SqlServerError(1048, first=given[0], second=given[1])
    if ("STATIC" in options or "INSENSITIVE" in options) and "FOR UPDATE" in options:
        raise NotSupported("FOR UPDATE of a STATIC cursor")


HANDLERS = {
    nodes.DeclareCursor: CursorStatements.do_declare_cursor,
    nodes.CursorCommand: CursorStatements.do_cursor_command,
}
