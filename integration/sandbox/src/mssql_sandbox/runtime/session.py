"""A connection to the sandbox."""

import json
import time
from contextlib import contextmanager, nullcontext, suppress
from copy import copy
from typing import Any, Callable, Iterator, Sequence

import psycopg

from .. import translate
from ..catalog.store import SessionCatalog
from ..ddl.rename import split_name
from ..errors import NotSupported, SqlServerError
from ..interface import Done, EnvChange, Error, Event, Info, Login, ResultColumn, ReturnStatus
from ..sqltypes import MAX, SqlType, nvarchar
from ..syntax import nodes
from ..types.conversion import convert_sql
from ..types.pairs import label
from ..types.typenames import from_pg, pg_type, resolve_type, to_pg
from ..versions import Version
from . import bulk, procedures, showplan
from .batch import Interpreter
from .cursors import Cursors
from .parsed import LONGEST, Parsed
from .pgerrors import ObjectLookup, translate_error
from .rpc import SHOWN, RemoteCalls
from .scope import DEFAULT, MAX_NESTING, ReturnFromScope, Scope, StopBatch
from .settings import SessionSettings
from .specials import SPECIALS, cursor_status
from .transactions import Transactions

# sys.dm_exec_sessions.transaction_isolation_level
_LEVEL_NUMBERS = {
    "READ UNCOMMITTED": 1, "READ COMMITTED": 2, "REPEATABLE READ": 3, "SERIALIZABLE": 4, "SNAPSHOT": 5,
}  # fmt: skip


class Session(RemoteCalls):
    """Implements :class:`mssql_sandbox.interface.Session`.

    :param server: the SandboxServer.
    :param connection: psycopg connection to the session's database, in autocommit mode.
    """

    def __init__(self, server: Any, spid: int, login: Login, database: str, connection: psycopg.Connection) -> None:
        self.server = server
        self.spid = spid
        self.began = time.time()
        self.login = login
        self.handles = {}
        self.next_handle = 0
        self.cancelled = False
        self.hang_up: Callable[[], None] = lambda: None
        self._options_at_risk = False
        self._roll_back_cancelled = False
        self._attach(database, connection)
        self._clear_state()

    @property
    def version(self) -> Version:
        """The server's version at the database's compatibility level."""
        level = self.server.databases.find(self.database).compatibility
        played: Version = self.server.version_info
        return played if level == played.compatibility else played.at_level(level)

    def _attach(self, database: str, connection: psycopg.Connection) -> None:
        self.database = database
        self.connection = connection
        self._told_dateformat = "mdy"
        self.declarations = {}  # their collation is the database's
        self.cursor = psycopg.RawCursor(connection)
        self.transactions = Transactions(connection)
        self.catalog = SessionCatalog(self.server.catalog(self.database), connection)
        self.catalog.before_change = self.transactions.settle
        self.transactions.before_begin.append(self.catalog.make_variables)
        self.transactions.after_commit.append(self.catalog.committed)
        self.transactions.after_rollback += (self.catalog.rolled_back, self._keep_options)

    def tell_sessions(self, sql: str) -> None:
        """Supply the rows of sys.dm_exec_sessions if a statement reads it."""
        if "sys.dm_exec_sessions" in sql:
            facts = json.dumps([session.facts(session is self) for session in self.server.open_sessions()])
            self.query("select set_config('ms.sessions', $1, false)", (facts,))

    def facts(self, asking: bool) -> dict[str, Any]:
        return {
            "spid": self.spid, "began": self.began, "host": self.login.host, "program": self.login.application,
            "login": self.login.user, "status": "running" if asking else "sleeping",
            "isolation": _LEVEL_NUMBERS[self.transactions.isolation], "timeout": self.settings.lock_timeout,
            "transactions": self.transactions.count, "database": self.server.databases.find(self.database).id,
        }  # fmt: skip

    @property
    def row_versions(self) -> bool:
        """READ_COMMITTED_SNAPSHOT of the session's database."""
        return bool(self.server.databases.find(self.database).read_committed_snapshot)

    def _clear_state(self) -> None:
        self.settings = SessionSettings.starting(self.server.user_options)
        self.rowcount = 0
        self.last_error = 0
        self.identity: Any = None
        self.scope_identity: Any = None
        self.caught: list[Any] = []
        self.tries: list[Scope] = []  # the scopes of the running TRY blocks
        self.transaction_name: str | None = None
        self.bulk: Any = None
        # key -> (value as text, read-only)
        self.session_context: dict[str, tuple[str | None, bool]] = {}
        self.running_triggers: list[int] = []
        self.cursors = Cursors()  # the GLOBAL ones
        self.fetch_status = 0
        self.cursor_rows: int | None = 0  # of the cursor opened last; None if unknown
        self.inserting: int | None = None  # @@TRANCOUNT at the start of the running INSERT ... EXEC
        self.writes = 0  # number of statements that changed something, watched by cursors

    # ---- interface

    @property
    def in_transaction(self) -> bool:
        return self.transactions.count > 0

    def while_alive(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events of a request; error 596 if another session ended this one (ALTER DATABASE ... SET SINGLE_USER)."""
        try:
            yield from events
            if self._roll_back_cancelled and self.transactions.count:
                yield from self.rollback()
            self._roll_back_cancelled = False
        except psycopg.OperationalError:
            if not self.connection.closed:
                raise
            yield Error(596, "Cannot continue the execution because the session is in the kill state.", 21)
            yield Done(error=True)

    def execute_batch(self, text: str) -> Iterator[Event]:
        yield from self.while_alive(self._execute_batch(text))

    def _execute_batch(self, text: str) -> Iterator[Event]:
        # Keep SCOPE_IDENTITY(): a session's batches are one scope.
        scope = Scope(identity=self.scope_identity)
        try:
            yield from self.run_text(text, scope)
        except StopBatch:
            pass
        except ReturnFromScope:
            pass
        except SqlServerError as error:
            yield Error(error.number, error.message, error.severity, error.state, error.line or 1, error.procedure)
            yield Done(error=True)
        self.scope_identity = scope.identity
        yield from self.end_of_batch()

    def transaction_request(self, request: str, name: str, isolation: int, begin_again: bool) -> Iterator[Event]:
        yield from self.while_alive(self._transaction_request(request, name, isolation, begin_again))

    def _transaction_request(self, request: str, name: str, isolation: int, begin_again: bool) -> Iterator[Event]:
        levels = ("", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "SNAPSHOT")
        try:
            if request == "begin":
                if isolation:
                    self.transactions.set_isolation(levels[isolation])
                if not self.transactions.count:
                    self.transaction_name = name or None
                yield from self.transactions.begin()
            elif request == "commit":
                yield from self.commit()
            elif request == "rollback":
                if name and name != self.transaction_name:
                    self.transactions.rollback_to(name)
                else:
                    yield from self.rollback()
            else:
                self.transactions.save(name)
            if begin_again and request in ("commit", "rollback"):
                yield from self.transactions.begin()
        except SqlServerError as error:
            yield Error(error.number, error.message, error.severity, error.state)
            yield Done(error=True)

    def reset(self, keep_transaction: bool) -> Iterator[Event]:
        if self.transactions.count and not keep_transaction:
            yield from self.rollback()
        self.catalog.drop_all_temporary()
        self._clear_state()
        self.transactions.isolation = "READ COMMITTED"
        self.handles.clear()
        self._apply_options()
        if self.database != self.server.login_database(self.login):
            yield from self.use(self.server.login_database(self.login))
        yield EnvChange("reset")

    def bulk_load(self, columns: Sequence[ResultColumn], rows: Iterator[Sequence[Any]]) -> Iterator[Event]:
        yield from bulk.load(self, columns, rows)

    def cancel(self) -> None:
        self.cancelled = True
        self.connection.cancel_safe(timeout=5)

    def close(self) -> None:
        self.server.forget(self)
        if self.catalog.globals:
            with suppress(psycopg.Error):  # the session ends even if the table or the connection is blocked
                self.connection.execute("rollback; set lock_timeout = '5s'")
                self.catalog.drop_globals()
        self.connection.close()

    # ---- running texts

    def parse(self, text: str) -> Parsed:
        parsed: Parsed = self.server.texts.parse(text, self.settings.quoted_identifier)
        return parsed

    def parse_module(self, definition: str) -> nodes.CreateModule:
        """A module's tree: its text means what it meant as it was made, under QUOTED_IDENTIFIER ON."""
        module: nodes.CreateModule = self.server.texts.parse(definition, True).batch.statements[0]
        return module

    def parse_type(self, text: str) -> nodes.TypeName:
        declaration: Any = self.parse(f"DECLARE @p {text}").batch.statements[0]
        type_: nodes.TypeName = declaration.items[0].type
        return type_

    def run_text(self, text: str, scope: Scope) -> Iterator[Event]:
        """Parse and run a text, then drop the scope's temp objects.

        :raises StopBatch: after a reported error that ended the batch.
        """
        if scope.level > MAX_NESTING:
            raise SqlServerError(217)
        scope.text = text
        parsed = self.parse(text)
        if scope.level and showplan.is_switch(parsed.batch):
            raise SqlServerError(1067)
        with self.lending_settings() if scope.level and not parsed.keeps_settings else nullcontext():
            yield from self._run_parsed(parsed, scope)

    def _run_parsed(self, parsed: Parsed, scope: Scope) -> Iterator[Event]:
        interpreter = self.interpreter(scope, parsed)
        if self.settings.switches["SHOWPLAN_XML"] and not showplan.is_switch(parsed.batch):
            yield from showplan.explain(interpreter, scope.text)
            return
        try:
            yield from interpreter.run_all()
        finally:
            for name in scope.created if scope.level else scope.created[:0]:
                self.catalog.drop_temporary(name)
            if not scope.level:
                self.catalog.drop_table_variables()

    def interpreter(self, scope: Scope, parsed: Parsed) -> Interpreter:
        """The interpreter of a text, a procedure or a trigger."""
        return Interpreter(self, scope, parsed)

    def end_of_batch(self) -> Iterator[Event]:
        if self.transactions.doomed:
            yield Error(
                3998,
                "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.",
            )
            yield from self.rollback()
            yield Done(error=True)

    def check_cancelled(self) -> None:
        if self.cancelled:
            raise self.cancel_signal()

    def cancel_signal(self) -> Exception:
        # Under XACT_ABORT ON an attention rolls back: probed, RyanLamansky/sql-server-simulator transactions.md
        self._roll_back_cancelled = self.settings.xact_abort
        return StopBatch("attention")

    # ---- used by statements

    def context(self, scope: Scope) -> translate.Context:
        return translate.Context(
            catalog=self.catalog,
            variables=scope.types,
            settings=self.settings,
            version=self.version,
            database=self.database,
        )

    def plan_key(self) -> tuple[Any, ...]:
        return (self.database, self.catalog.token, self.settings.translation_key, self.settings.isolation, self.version)

    def special(self, name: str, scope: Scope) -> Any:
        function, _, key = name.partition(":")
        if function == "cursor_status":
            return cursor_status(self, scope, key)
        if key:  # SESSION_CONTEXT(N'key')
            return self.session_context.get(key, (None, False))[0]
        return SPECIALS[function](self, scope)

    def query(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.cursor.execute(sql, arguments, prepare=len(sql) < LONGEST)
        return self.cursor.fetchall()

    def object_lookup(self) -> ObjectLookup:
        return ObjectLookup(self.query, self.database, self.catalog.temporary_by_id(), self.spid)

    def find_table(self, name: nodes.Name) -> Any:
        """:raises SqlServerError: 1088 for an unknown table."""
        parts = [part for part in name.parts]
        table = self.catalog.table(parts[-2] if len(parts) > 1 and parts[-2] else None, parts[-1])
        if table is None:
            raise SqlServerError(1088, name=".".join(parts), state=11)
        if table.name.casefold() != parts[-1].casefold():
            raise NotSupported(f"the synonym {parts[-1]} here", name.line)
        return table

    def table_label(self, object_id: int) -> str:
        schema, name = self.object_lookup().table(object_id) or ("dbo", "?")
        return f"{self.database}.{schema}.{name}"

    def resolve_type(self, name: nodes.TypeName) -> SqlType:
        return resolve_type(self.catalog.dealias(name), "declare", self.version, self.catalog.collation)

    def convert_value(self, value: Any, source: SqlType, target: SqlType) -> Any:
        """A parameter's value, converted from its type on the wire to the declared type."""
        if source.name == "xml":  # the client's text
            source = nvarchar(MAX)
        if value is None or source == target or source.name == "null":
            return value
        if source.is_unicode and target.is_unicode and (target.length == -1 or len(value) <= (target.length or 0)):
            return value
        self.transactions.before_statement()
        sql = convert_sql("$1::" + pg_type(source), source, target, explicit=False)
        return from_pg(self.query(f"select {sql}", [to_pg(value, source)])[0][0], target)

    def argument_value(self, value: Any, source: SqlType, target: SqlType) -> Any:
        """An argument of EXEC converted to its parameter's type. :raises SqlServerError: 8114 if that fails."""
        try:
            return self.convert_value(value, source, target)
        except (SqlServerError, psycopg.Error) as fault:
            error = fault if isinstance(fault, SqlServerError) else self._conversion_error(fault)
            if error.number not in (245, 241, 242, 248, 8169):
                raise error from None
            raise SqlServerError(8114, source=label(source), target=label(target)) from None

    def _conversion_error(self, fault: psycopg.Error) -> SqlServerError:
        self.transactions.undo_statement()
        return translate_error(fault, self.object_lookup(), "")

    @contextmanager
    def lending_settings(self, **switches: bool) -> Iterator[None]:
        """Restore, however it ends, the settings that a procedure, a trigger or dynamic SQL changes.

        These are SET options and IDENTITY_INSERT, the isolation level and the database:
        https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql#remarks,
        https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql#remarks,
        https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql#remarks

        :param switches: options of a module's body.
        """
        lent, database = copy(self.settings), self.database
        self.settings.switches = {**self.settings.switches, **switches}
        try:
            yield
        finally:
            changed, self.settings = self.settings, lent
            if not self.connection.closed:
                if database != self.database:
                    self._switch(database)
                if (changed.lock_timeout, changed.dateformat) != (lent.lock_timeout, lent.dateformat):
                    self._apply_options()
                if changed.isolation != lent.isolation:
                    self.transactions.isolation = lent.isolation

    def set_option(self, name: str, value: str) -> None:
        self.settings.set_option(name, value)
        if name in ("LOCK_TIMEOUT", "DATEFORMAT"):
            self._apply_options()

    def _apply_options(self) -> None:
        self.transactions.settle()
        self._options_at_risk = self.transactions.count > 0  # a rollback in the engine takes it back
        timeout = self.settings.lock_timeout
        dateformat = self.settings.dateformat
        sql = f"SET lock_timeout = {0 if timeout < 0 else max(timeout, 1)}; SET ms.dateformat = '{dateformat}'"
        if dateformat != self._told_dateformat:
            self._told_dateformat = dateformat
            sql += "; DISCARD PLANS"  # which hold dates that were read under the other format
        self.connection.execute(sql)

    def _keep_options(self) -> None:
        if self._options_at_risk:
            self._apply_options()

    def commit(self) -> list[Event]:
        events = self.transactions.commit()
        if self.settings.switches["CURSOR_CLOSE_ON_COMMIT"] and not self.transactions.count:
            self.cursors.close()
        return events

    def rollback(self) -> list[Event]:
        if self.catalog.table_variables and self.transactions.count:
            self.catalog.refuse_table_variable_rollback()
        events = self.transactions.rollback()
        self.writes += 1
        self.cursors.unsettle()
        if self.settings.switches["CURSOR_CLOSE_ON_COMMIT"]:
            self.cursors.close()
        self.transaction_name = None
        return events

    def use(self, database: str) -> Iterator[Event]:
        """USE: move the session to another database. :raises SqlServerError: 911, 40508."""
        name = self.server.database_name(database)
        if name is None:
            raise SqlServerError(911, name=database)
        old = self.database
        if name != old:
            if not self.version.allows("use"):
                raise SqlServerError(40508)
            self._switch(name)
        yield EnvChange("database", new=name, old=old)
        yield EnvChange("collation", new=self.catalog.collation)
        yield Info.of(5701, name=name)

    def _switch(self, name: str) -> None:
        if self.transactions.count or self.catalog.has_temporary() or self.catalog.globals:
            raise NotSupported("USE inside a transaction or with temp tables")
        old = self.connection
        self._attach(name, self.server.engine_connection(name))
        old.close()
        self._apply_options()
        self.transactions.isolation = self.settings.isolation

    def announce_bulk(self, statement: nodes.InsertBulk) -> None:
        self.bulk = statement

    def call(
        self, name: str, arguments: Sequence[tuple[Any, ...]], scope: Scope, outputs: dict[int, Any]
    ) -> Iterator[Event]:
        """Call a stored procedure.

        :param arguments: (parameter name or None, value, type, output) in order.
        :param outputs: receives the values of output arguments by position.
        """
        parts = split_name(name.casefold())
        plain = parts[-1]
        if parts[-3:-2] not in ([], [""], [self.database.casefold()]):
            raise NotSupported(f"a procedure of another database ({name})")
        if plain == "sp_executesql":
            yield from self._call_executesql(arguments, scope, outputs)
            return
        definition = None if plain.startswith("sp_") else procedures.user.find(name, self)
        if definition is not None:
            yield from procedures.user.run(definition, arguments, self, scope, outputs)
            return
        if any(argument[1] is DEFAULT for argument in arguments):
            raise NotSupported(f"DEFAULT as an argument of {name}")
        with self.transactions.atomic():
            self.transactions.before_statement()
            try:
                yield from procedures.call(name, arguments, self, scope, outputs)
            except SqlServerError:
                self.transactions.undo_statement()
                raise

    def _call_executesql(
        self, arguments: Sequence[tuple[Any, ...]], scope: Scope, outputs: dict[int, Any]
    ) -> Iterator[Event]:
        if not arguments or not arguments[0][2].is_unicode:
            raise SqlServerError(214, parameter="@statement", type="ntext/nchar/nvarchar")
        text = arguments[0][1]
        declared = self.declared(arguments[1][1]) if len(arguments) > 1 else []
        inner = Scope(parent=scope, level=scope.level + 1)
        by_name = {(argument[0] or "").lower(): argument for argument in arguments[2:]}
        positional = [argument for argument in arguments[2:] if argument[0] is None]
        for position, (parameter, type_, _output) in enumerate(declared):
            given = by_name.get(parameter.lower()) or (positional[position] if position < len(positional) else None)
            if given is None:
                raise SqlServerError(8178, query=f"({arguments[1][1]}){text}"[:SHOWN], name=parameter)
            inner.declare(parameter.lower(), type_, self.argument_value(given[1], given[2], type_))
        try:
            yield from self.run_text(text, inner)
        except ReturnFromScope:
            pass
        for parameter, _type, output in declared:
            if output:
                for position, argument in enumerate(arguments):
                    if (argument[0] or "").lower() == parameter.lower():
                        outputs[position] = inner.values[parameter.lower()]
        yield ReturnStatus(0)
