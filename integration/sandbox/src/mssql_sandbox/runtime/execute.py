"""Queries, DDL and EXEC inside a batch."""

from dataclasses import replace
from typing import Any, Iterable, Iterator

import psycopg

from .. import ddl, translate
from ..ddl.select_into import create_from_columns, settle_identity
from ..errors import NotSupported, SqlServerError
from ..interface import Columns, Done, Error, Event, ReturnStatus, Rows
from ..sqltypes import INT, MAX, SqlType, nvarchar
from ..syntax import nodes
from ..types.typenames import from_pg, rows_decoder, to_pg
from . import isolation, late_errors, limits, locking
from .parsed import LONGEST
from .scope import DEFAULT, Scope
from .triggers import CHANGES, run_with_triggers

# CurCmd values of DONE tokens (MS-TDS).
COMMANDS = {"select": 0xC1, "assign": 0xC1, "insert": 0xC3, "delete": 0xC4, "update": 0xC5, "merge": 0x117}
_CHUNK = 500


class Execution:
    """Handlers of queries, data changes, DDL and EXEC."""

    session: Any
    scope: Scope
    parsed: Any

    # ---- plans

    def plan(self, statement: nodes.Statement) -> translate.Plan:
        """The statement's plan, cached by types and settings."""
        session = self.session
        key = (id(statement), session.plan_key(), tuple(self.scope.types.items()))
        rows = session.settings.rowcount
        if rows:
            # Not cached: a statement made here has no lasting id().
            return translate.translate(limits.limited(statement, rows), session.context(self.scope))
        plan: translate.Plan | None = self.parsed.plans.get(key)
        if plan is None:
            plan = translate.translate(statement, session.context(self.scope))
            self.parsed.keep(key, plan)
        return plan

    def arguments(self, plan: translate.Plan) -> list[Any]:
        scope = self.scope
        values = []
        for name in plan.parameters:
            if name in scope.types:
                values.append(to_pg(scope.values[name], scope.types[name]))
            else:
                values.append(self.session.special(name, scope))
        return values

    # ---- single values

    def evaluate(self, expression: nodes.Expression, target: SqlType | None) -> Any:
        """The value of an expression, converted to ``target`` as in an assignment to a variable."""
        if isinstance(expression, nodes.Variable) and expression.name in self.scope.types:
            if target in (None, self.scope.types[expression.name]):
                return self.scope.values[expression.name]
        if target is None and isinstance(expression, nodes.Literal) and expression.kind in ("string", "nstring"):
            if expression.text.isascii() and "\0" not in expression.text:
                return expression.text
        return self._single(translate.translate_expression(expression, self.session.context(self.scope), target))

    def test(self, predicate: nodes.Predicate) -> bool:
        plan = translate.translate_predicate(predicate, self.session.context(self.scope))
        return bool(self._single(plan))

    def _single(self, plan: translate.Plan) -> Any:
        session = self.session
        session.transactions.before_statement()
        arguments = self.arguments(plan)
        isolation.before_reading(session, plan, arguments)
        session.tell_sessions(plan.sql)
        rows = session.query(plan.sql, arguments)
        if len(rows) != 1:
            raise NotSupported("a scalar expression without exactly one value")
        return from_pg(rows[0][0], plan.columns[0].type) if plan.columns else rows[0][0]

    def type_of(self, name: nodes.TypeName) -> SqlType:
        """:raises SqlServerError: 2739 for a type not allowed for variables."""
        if name.name.lower() in ("text", "ntext", "image"):
            raise SqlServerError(2739)
        type_: SqlType = self.session.resolve_type(name)
        return type_

    # ---- queries

    def do_query(self, statement: nodes.Statement) -> Iterator[Event]:
        session = self.session
        plan = self.plan(statement)
        if plan.writes and session.transactions.doomed:
            raise _doomed()
        session.transactions.before_statement()
        if plan.writes:
            session.writes += 1
        sent = False
        try:
            while True:
                try:
                    for event in self._run_statement(plan):
                        sent = sent or isinstance(event, Columns)
                        yield event
                    return
                except locking.Blocked as blocked:
                    session.transactions.undo_statement()
                    locking.wait(session, blocked.ticket)
        except psycopg.Error as fault:
            if not sent and plan.assign is None:
                yield from late_errors.before(fault, plan, self.arguments(plan), session)
            raise

    def _run_statement(self, plan: translate.Plan) -> Iterator[Event]:
        session = self.session
        if plan.kind == "into":
            with session.transactions.atomic():
                yield self._run_into(plan)
        elif plan.kind in CHANGES and session.catalog.has_triggers():
            yield from run_with_triggers(self, lambda: self._run_whole(plan))
        elif plan.before or plan.after or isolation.holds(session, plan):
            with session.transactions.atomic():
                events = self._run_whole(plan)
            yield from events
        else:
            yield from self._run_plan(plan)

    def _run_whole(self, plan: translate.Plan) -> list[Event]:
        """Run a plan of several engine statements in the caller's transaction."""
        for sql in plan.before:
            self.session.cursor.execute(sql)
        events = list(self._run_plan(plan))
        for sql in plan.after:
            self.session.cursor.execute(sql)
        return events

    def _run_plan(self, plan: translate.Plan) -> Iterator[Event]:
        session = self.session
        cursor = session.cursor
        session.tell_sessions(plan.sql)
        arguments, kept = self.arguments(plan), len(plan.sql) < LONGEST
        isolation.before_reading(session, plan, arguments)
        if plan.images and session.transactions.ticket:
            cursor.execute(plan.watched, arguments, prepare=kept)
            locking.note_changes(session, plan.images, cursor)
        else:
            cursor.execute(plan.sql, arguments, prepare=kept)
        if isolation.releases(session, plan):
            session.transactions.release()
        if plan.assign is not None:
            yield from self._assign(plan, cursor)
        elif plan.columns:
            yield from self._rows(plan, cursor)
        else:
            if plan.identity:
                self._keep_identity(cursor.fetchall(), plan)
            session.rowcount = max(cursor.rowcount, 0)
            yield self._done(plan)

    def _done(self, plan: translate.Plan) -> Done:
        count = None if self.session.settings.nocount else self.session.rowcount
        return Done(count, COMMANDS.get(plan.kind, 0))

    def _assign(self, plan: translate.Plan, cursor: Any) -> Iterator[Event]:
        """SELECT @x = ...: the last row wins; without rows the variables keep their values."""
        limit = self.session.settings.rowcount
        rows = cursor.fetchmany(limit) if limit else cursor.fetchall()
        if rows:
            for name, value, column in zip(plan.assign or (), rows[-1], plan.columns):
                self.scope.values[name] = from_pg(value, column.type)
        self.session.rowcount = len(rows)
        yield self._done(plan)

    def _keep_identity(self, rows: list[tuple[Any, ...]], plan: translate.Plan) -> None:
        """Keep the last inserted row's value for SCOPE_IDENTITY() and @@IDENTITY."""
        if rows:
            self.scope.identity = self.session.identity = rows[-1][len(plan.columns)]

    def _run_into(self, plan: translate.Plan) -> Done:
        """SELECT ... INTO: make a table from the query's columns, then insert its rows."""
        session = self.session
        table = create_from_columns(plan.into, plan.columns, session, self.scope)
        columns = ", ".join(column.physical for column in table.columns)
        isolation.before_reading(session, plan, self.arguments(plan))
        session.cursor.execute(f"insert into {table.physical} ({columns}) {plan.sql}", self.arguments(plan))
        session.rowcount = max(session.cursor.rowcount, 0)
        settle_identity(table, session)
        return Done(None if session.settings.nocount else session.rowcount, COMMANDS["select"])

    def _rows(self, plan: translate.Plan, cursor: Any) -> Iterator[Event]:
        session = self.session
        yield Columns(plan.columns, plan.order)
        decode = rows_decoder([column.type for column in plan.columns])
        settings = session.settings
        limit = cursor.rowcount  # saves the fetch that would find the end
        if plan.kind == "select" and settings.rowcount:
            limit = min(limit, settings.rowcount)
        cut = limits.TextSize(plan.columns, settings.textsize).cut if settings.textsize < limits.UNLIMITED else None
        count = 0
        while count < limit and (chunk := cursor.fetchmany(min(_CHUNK, limit - count))):
            session.check_cancelled()
            count += len(chunk)
            if plan.identity:
                self._keep_identity(chunk, plan)
            yield Rows(decode(chunk) if cut is None else cut(decode(chunk)))
        session.rowcount = count
        yield self._done(plan)

    # ---- DDL

    def do_ddl(self, statement: nodes.Statement) -> Iterator[Event]:
        session = self.session
        if session.transactions.doomed:
            raise _doomed()
        session.writes += 1
        if session.transactions.count and session.transactions.isolation == "SNAPSHOT":
            isolation.refuse_ddl(statement)
        with session.transactions.atomic():
            session.transactions.before_statement()
            try:
                events = list(ddl.execute(statement, session, self.scope))
            except SqlServerError:
                session.transactions.undo_statement()
                raise
        session.rowcount = 0
        yield from events

    # ---- EXEC

    def do_execute(self, statement: nodes.Execute) -> Iterator[Event]:
        if statement.text is not None:
            text = self.evaluate(statement.text, nvarchar(MAX)) or ""
            inner = Scope(parent=self.scope, level=self.scope.level + 1)
            yield from self.session.run_text(text, inner)
            return
        arguments = [
            (argument.name, self._argument(argument), self._argument_type(argument), argument.output)
            for argument in statement.arguments
        ]
        outputs: dict[int, Any] = {}
        status, failed, count = 0, False, self.session.transactions.count
        name = self._procedure_name(statement)
        of_batch = self.scope.parent is None and not self.scope.level
        for event in self.session.call(name, arguments, self.scope, outputs):
            failed = failed or isinstance(event, Error)
            if isinstance(event, ReturnStatus):
                status = event.value
            else:
                yield replace(event, in_procedure=True) if of_batch and isinstance(event, Done) else event
        for position, value in outputs.items():
            target = statement.arguments[position]
            if target.output and isinstance(target.value, nodes.Variable):
                self.scope.values[target.value.name] = value
        if statement.result is not None:
            if failed and not status:
                raise NotSupported("the return status of a procedure in which an error occurred", statement.line)
            self.scope.type_of(statement.result)
            self.scope.values[statement.result] = status
        now = self.session.transactions.count
        if now != count:
            raise SqlServerError(266, count=count, now=now)
        if of_batch:
            yield ReturnStatus(status)

    def _procedure_name(self, statement: nodes.Execute) -> str:
        """The procedure's name, perhaps from a variable."""
        if statement.procedure is not None:
            return ".".join(statement.procedure.parts)
        self.scope.type_of(statement.procedure_variable)
        return self.scope.values[statement.procedure_variable] or ""

    def _argument(self, argument: nodes.ExecuteArgument) -> Any:
        if isinstance(argument.value, nodes.DefaultValue):
            return DEFAULT
        if isinstance(argument.value, nodes.Variable) and argument.value.name in self.scope.cursors.variables:
            raise NotSupported("a cursor as an argument", argument.value.line)
        return self.evaluate(argument.value, None)

    def _argument_type(self, argument: nodes.ExecuteArgument) -> SqlType:
        if isinstance(argument.value, nodes.DefaultValue):
            return INT
        if isinstance(argument.value, nodes.Variable):
            return self.scope.type_of(argument.value.name)
        return translate.translate_expression(argument.value, self.session.context(self.scope), None).columns[0].type

    def do_insert_bulk(self, statement: nodes.InsertBulk) -> Iterable[Event]:
        self.session.announce_bulk(statement)
        return ()


def _doomed() -> SqlServerError:
    return SqlServerError(3930)
