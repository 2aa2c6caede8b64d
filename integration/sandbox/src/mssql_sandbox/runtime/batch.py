"""The interpreter of the statements of a batch, a procedure body or an EXEC text."""

from itertools import islice
from typing import Any, Iterator, Sequence

import psycopg

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..interface import Done, Error, Event, Info
from ..syntax import nodes
from ..syntax.walk import below
from . import administration, control, cursors, failures, insert_exec, pgerrors
from .execute import Execution
from .parsed import QUERIES, is_scalar
from .scope import Jump, Scope, StopBatch

_DDL = (
    *failures.DDL, nodes.DeclareTable, nodes.Drop, nodes.CreateDatabase, nodes.AlterDatabase, nodes.CreatePrincipal,
    nodes.CreateStatistics, nodes.UpdateStatistics, nodes.Dbcc, nodes.Truncate,
)  # fmt: skip

_MODULES = (nodes.CreateModule, nodes.CreateView)


class Interpreter(control.ControlFlow, insert_exec.InsertStatements):
    """Executes one scope of a session.

    :param session: the connection.
    :param scope: variables and temp objects.
    :param parsed: the parsed text with its plan cache.
    """

    def __init__(self, session: Any, scope: Scope, parsed: Any) -> None:
        self.session = session
        self.scope = scope
        self.parsed = parsed
        self.running: list[Sequence[nodes.Statement]] = []  # outermost first

    # ---- running

    def run_all(self) -> Iterator[Event]:
        """Run all statements; report errors that end the batch as events."""
        try:
            self._compile()
        except SqlServerError as error:
            self.session.last_error = error.number
            if self.session.tries and error.number not in failures.SANDBOX:
                error.blind_scope = self.scope
                raise
            yield self.error_event(error)
            yield Done(error=True)
            raise StopBatch(error.number, self.scope) from error
        yield from self.run(self.parsed.batch.statements)

    def run(self, statements: Sequence[nodes.Statement]) -> Iterator[Event]:
        position = 0
        self.running.append(statements)
        try:
            while True:
                try:
                    for statement in islice(statements, position, None):
                        yield from self._statement(statement)
                    return
                except Jump as jump:
                    target = control.label_position(statements, jump.label)
                    if target is None:
                        raise
                    position = target
        finally:
            self.running.pop()

    def _statement(self, statement: nodes.Statement) -> Iterator[Event]:
        session = self.session
        session.check_cancelled()
        try:
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                raise NotSupported(type(statement).__name__)
            yield from handler(self, statement)
        except psycopg.Error as fault:
            error = self._engine_error(fault, statement)
        except SqlServerError as raised:
            error = raised
        except StopBatch as stop:
            if stop.scope in (None, self.scope):
                raise
            session.last_error = stop.number
            return
        else:
            session.last_error = 0
            return
        if not error.line:
            error.line = statement.line or 1
        yield from self._failed(error, statement)

    def _failed(self, error: SqlServerError, statement: nodes.Statement | None) -> Iterator[Event]:
        session = self.session
        session.last_error = error.number
        session.rowcount = 0
        effect = failures.effect(error, statement, session.settings.xact_abort)
        if not effect.caught and error.blind_scope is None:
            error.blind_scope = self.scope
        if any(scope is not error.blind_scope for scope in session.tries) and error.number not in failures.SANDBOX:
            session.transactions.doomed |= effect.dooms and session.transactions.count > 0
            if not error.procedure:
                error.procedure, error.schema = self.scope.procedure, self.scope.schema
            raise error
        # DONE comes last: after an error a client reads only to the end of the statement's response.
        yield self.error_event(error)
        for follower in error.followers:
            follower.line = error.line
            yield self.error_event(follower)
        if not effect.ends_batch and failures.tells(error, statement):
            yield Info.of(3621, line=error.line)
        if effect.rolls_back and session.transactions.count:
            yield from session.rollback()
        yield Done(error=True)
        if effect.ends_batch:
            raise StopBatch(error.number, self.scope if effect.of_scope else None) from error

    def error_event(self, error: SqlServerError) -> Error:
        procedure = error.procedure or self.scope.procedure
        return Error(error.number, error.message, error.severity, error.state, error.line or 1, procedure)

    def _shifts_keys(self, statement: Any) -> bool:
        """Whether a statement gives several rows keys that depend on theirs: a server compares the keys at its end."""
        if not isinstance(statement, nodes.Update):
            return False
        if any(0 < len(a.columns) == a.keys.count("hashtextextended") for a in self.plan(statement).accesses):
            return False  # one row, by its key
        values = [assignment.value for assignment in statement.assignments]
        return any(isinstance(part, nodes.ColumnRef) for part in below(values))

    def _engine_error(self, fault: psycopg.Error, statement: Any) -> SqlServerError:
        session = self.session
        if session.connection.closed:
            raise fault  # another session ended this one
        if isinstance(fault, psycopg.errors.QueryCanceled) and session.cancelled:
            session.transactions.undo_statement()
            raise session.cancel_signal()
        if isinstance(fault, psycopg.errors.DeadlockDetected) and not session.tries:
            return pgerrors.translate_error(fault, session.object_lookup(), "")
        session.transactions.undo_statement()
        if isinstance(fault, psycopg.errors.UniqueViolation) and self._shifts_keys(statement):
            return NotSupported("an UPDATE whose rows may take one another's unique keys", statement.line)
        lookup = session.object_lookup()
        names = (node.name.parts for node in below(statement) if isinstance(node, nodes.TableSource))
        tables = (session.catalog.table(parts[-2] if len(parts) > 1 else None, parts[-1]) for parts in names)
        lookup.table_in_use = next((f"{table.schema}.{table.name}" for table in tables if table), "?")
        error = pgerrors.translate_error(fault, lookup, _verb(statement))
        if error.number == 8672 and any(node.action == "DELETE" for node in statement.actions):
            return NotSupported("MERGE of one row with several, and DELETE", statement.line)
        return error

    # ---- before the first statement

    def _compile(self) -> None:
        """Bind every query of a batch before it runs; missing tables are left to run time.

        In batches that make objects, declare table variables or branch, only column names are checked.

        :raises SqlServerError: 137 for an undeclared variable.
        """
        statements = self.parsed.batch.statements
        for name, line in self.parsed.undeclared.items():
            if name not in self.scope.types:
                raise SqlServerError(137, name=name, line=line)
        if not self.parsed.bind_ahead:
            self._bind_names(statements)
        if len(statements) < 2 or not self.parsed.bind_ahead:
            return
        for statement in statements:
            if isinstance(statement, nodes.Declare):
                for item in statement.items:
                    if not is_scalar(item):
                        continue
                    self.scope.declare(item.name, self.type_of(item.type))
            elif isinstance(statement, QUERIES):
                try:
                    self.plan(statement)
                except SqlServerError as error:
                    if error.number not in (208, 50999) and not self._switches_quotes(error):
                        error.line = error.line or statement.line
                        raise

    def _bind_names(self, statements: Sequence[nodes.Statement]) -> None:
        """Check the columns of existing tables in every branch, as the batch is compiled as a whole.

        :raises SqlServerError: 207, 209, 1934, 4104.
        """
        inside = [node for statement in statements if not isinstance(statement, _MODULES) for node in below(statement)]
        if any(isinstance(node, nodes.Use) for node in inside):
            return
        for item in inside:
            # A declaration counts even in a branch not taken.
            if not isinstance(item, nodes.DeclareItem) or not is_scalar(item):
                continue
            if item.name not in self.scope.types:
                self.scope.declare(item.name, self.type_of(item.type))
        context = self.session.context(self.scope)
        for node in inside:
            if isinstance(node, QUERIES):
                try:
                    translate.translate(node, context)
                except SqlServerError as error:
                    if error.number in (207, 209, 1934, 4104) and not self._switches_quotes(error):
                        error.line = error.line or node.line
                        raise
            elif isinstance(node, nodes.CreateIndex) and node.where is not None:
                self._bind_filter(node)

    def _switches_quotes(self, error: SqlServerError) -> bool:
        """Whether the SET option behind an error 1934 is another where the statement stands: known when it runs."""
        options = (node for node in below(self.parsed.batch.statements) if isinstance(node, nodes.SetOption))
        return error.number == 1934 and any("QUOTED_IDENTIFIER" in option.names for option in options)

    def _bind_filter(self, node: nodes.CreateIndex) -> None:
        """Bind an index's WHERE, the only part of DDL bound with the batch. :raises SqlServerError: 207."""
        schema, leaf = (None, *node.table.parts)[-2:]
        table = self.session.catalog.table(schema or None, leaf)
        for item in below(node.where):
            if table is not None and isinstance(item, nodes.ColumnRef) and table.column(item.parts[-1]) is None:
                raise SqlServerError(207, name=item.parts[-1], line=node.line)


def _verb(statement: nodes.Statement) -> str:
    if isinstance(statement, nodes.CreateIndex):
        return "CREATE INDEX"
    if isinstance(statement, _DDL):
        return "ALTER TABLE"
    return type(statement).__name__.upper()


_HANDLERS: dict[type[nodes.Node], Any] = {
    **control.HANDLERS,
    **cursors.HANDLERS,
    **dict.fromkeys(_DDL, Execution.do_ddl),
    **dict.fromkeys(QUERIES, Execution.do_query),
    nodes.Insert: insert_exec.InsertStatements.do_insert,
    nodes.Execute: Execution.do_execute,
    nodes.InsertBulk: Execution.do_insert_bulk,
    nodes.ServerCommand: administration.run,
}
