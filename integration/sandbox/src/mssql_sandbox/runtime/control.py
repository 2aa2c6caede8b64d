"""Control flow, variables, messages and session statements of a batch."""

import re
import time
from dataclasses import replace
from typing import Any, Iterable, Iterator, Sequence

from .. import translate
from ..catalog.datatypes import is_system_name
from ..errors import NotSupported, SqlServerError
from ..interface import Done, Event, Info
from ..sqltypes import INT, MAX, nvarchar, varchar
from ..syntax import nodes
from .cursors import CursorStatements
from .execute import Execution
from .scope import BreakLoop, ContinueLoop, Jump, ReturnFromScope

_FORMAT = re.compile(
    r"%(?P<flag>[-+ 0#]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+))?(?:I64|[lh])?(?P<kind>[diouxXs%])"
)


class ControlFlow(CursorStatements, Execution):
    """Handlers, each of which yields the events of one statement."""

    run: Any
    running: list[Sequence[nodes.Statement]]

    # ---- blocks

    def do_block(self, statement: nodes.Block) -> Iterator[Event]:
        yield from self.run(statement.statements)

    def do_if(self, statement: nodes.If) -> Iterator[Event]:
        if self.test(statement.condition):
            yield from self.run([statement.then])
        elif statement.otherwise is not None:
            yield from self.run([statement.otherwise])

    def do_while(self, statement: nodes.While) -> Iterator[Event]:
        while self.test(statement.condition):
            self.session.check_cancelled()
            try:
                yield from self.run([statement.body])
            except BreakLoop:
                break
            except ContinueLoop:
                continue

    def do_break(self, statement: nodes.Break) -> Iterable[Event]:
        raise BreakLoop

    def do_continue(self, statement: nodes.Continue) -> Iterable[Event]:
        raise ContinueLoop

    def do_return(self, statement: nodes.Return) -> Iterable[Event]:
        value = 0
        if statement.value is not None:
            value = self.evaluate(statement.value, INT)
        raise ReturnFromScope(value or 0)

    def do_try(self, statement: nodes.TryCatch) -> Iterator[Event]:
        session = self.session
        session.tries.append(self.scope)
        try:
            yield from self.run(statement.body)
            return
        except SqlServerError as error:
            caught = error
        finally:
            session.tries.pop()
        if caught.severity >= 20 or caught.blind_scope is self.scope:
            raise caught
        session.caught.append(caught)
        try:
            yield from self.run(statement.handler)
        finally:
            session.caught.pop()

    # ---- variables

    def do_declare(self, statement: nodes.Declare) -> Iterator[Event]:
        for item in statement.items:
            if item.type.name.lower() == "cursor":
                self.scope.cursors.variables[item.name] = None
                continue
            if not is_system_name(item.type.name) and (table := self._of_table_type(item)) is not None:
                yield from self.do_ddl(table)
                continue
            type_ = self.type_of(item.type)
            # A variable that is declared again, as in a loop, keeps its value.
            if item.name not in self.scope.types:
                self.scope.declare(item.name, type_)
            if item.value is not None:
                self.scope.values[item.name] = self.evaluate(item.value, type_)

    def _of_table_type(self, item: nodes.DeclareItem) -> nodes.Statement | None:
        """DECLARE @t TABLE (...) for a variable of a table type; None when there is no such type."""
        schema, _, leaf = item.type.name.rpartition(".")
        text = self.session.catalog.table_type(schema or None, leaf)
        if text is None:
            return None
        if item.value is not None:
            raise NotSupported("a value for a table variable", item.line)
        table: nodes.DeclareTable = self.session.parse(text).batch.statements[0]
        return replace(table, variable=item.name)

    def do_set_variable(self, statement: nodes.SetVariable) -> Iterable[Event]:
        value = statement.value
        if (self.scope.cursors.variables or isinstance(value, nodes.CursorValue)) and self.set_cursor(statement):
            return ()
        type_ = self.scope.type_of(statement.name)
        if statement.operator != "=":
            value = nodes.Binary(statement.operator[:-1], nodes.Variable(statement.name), value)
        self.scope.values[statement.name] = self.evaluate(value, type_)
        self.session.rowcount = 1
        return ()

    # ---- messages

    def do_print(self, statement: nodes.Print) -> Iterator[Event]:
        """https://learn.microsoft.com/sql/t-sql/language-elements/print-transact-sql: 8,000 bytes."""
        plan = translate.translate_expression(statement.value, self.session.context(self.scope), None)
        unicode = plan.columns[0].type.is_unicode
        text = self.evaluate(statement.value, nvarchar(4000) if unicode else varchar(8000))
        yield Info(0, " " if text is None or text == "" else text, 0, 1, statement.line)
        yield from self._end_of_message()

    def _end_of_message(self) -> Iterator[Event]:
        """End a result of its own, as PRINT and low-severity RAISERROR are for SQLMoreResults.

        https://learn.microsoft.com/sql/relational-databases/native-client-odbc-error-messages/processing-errors-and-messages
        """
        if not self.session.settings.nocount:
            yield Done(alone=True)

    def do_throw(self, statement: nodes.Throw) -> Iterable[Event]:
        if statement.number is None:
            if not self.session.caught:
                raise SqlServerError(10704)
            error = self.session.caught[-1]
            again = self.thrown(error.number, error.message, error.severity, error.state, error.line)
            again.procedure, again.schema = error.procedure, error.schema
            raise again
        number = self.evaluate(statement.number, INT)
        message = self.evaluate(statement.message, nvarchar(2048)) or ""
        state = self.evaluate(statement.state, INT)
        if number is None or number < 50000:
            raise SqlServerError(35100, number=number)
        if state is None or not 0 <= state <= 255:
            raise NotSupported(f"THROW with state {state}", statement.line)
        raise self.thrown(number, message, 16, state, statement.line)

    def thrown(self, number: int, message: str, severity: int, state: int, line: int) -> SqlServerError:
        error = SqlServerError.worded(number, message, severity, state, line)
        error.from_throw = True
        return error

    def do_raiserror(self, statement: nodes.RaiseError) -> Iterator[Event]:
        if isinstance(statement.message, nodes.Literal) and statement.message.kind == "int":
            self._refuse_message_number(int(statement.message.text), statement)
        message = self.evaluate(statement.message, nvarchar(MAX)) or ""
        severity = self.evaluate(statement.severity, INT)
        state = self.evaluate(statement.state, INT)
        if state is None or state > 255:
            raise NotSupported(f"RAISERROR with state {state}", statement.line)
        state = state if state >= 0 else 1
        if severity > 18 and "LOG" not in statement.options:
            raise SqlServerError(2754)
        arguments = [self.evaluate(argument, None) for argument in statement.arguments]
        text = format_message(message, arguments)
        if len(text) > 2047:
            # https://learn.microsoft.com/sql/t-sql/language-elements/raiserror-transact-sql, msg_str
            text = f"{text[:2044]}..."
        if severity <= 10:
            yield Info(50000, text, severity, state, statement.line)
            yield from self._end_of_message()
            return
        error = SqlServerError.worded(50000, text, min(severity, 25), state, statement.line)
        error.from_raiserror = True
        raise error

    def _refuse_message_number(self, number: int, statement: nodes.RaiseError) -> None:
        """Refuse RAISERROR by number: sys.messages is not modelled. :raises SqlServerError: 2732, 18054."""
        if number < 13000 or number == 50000:
            raise SqlServerError(2732, number=number)
        if number < 50000:
            raise NotSupported("RAISERROR with the number of a system message")
        severity, state = (self.evaluate(value, INT) for value in (statement.severity, statement.state))
        raise SqlServerError(18054, number=number, given_severity=severity, given_state=state)

    # ---- labels

    def do_goto(self, statement: nodes.Goto) -> Iterable[Event]:
        """GOTO; unknown labels were refused at compile time (133)."""
        label = statement.label.casefold()
        if not any(label_position(statements, label) is not None for statements in self.running):
            raise NotSupported("GOTO into a block")
        raise Jump(label)

    def do_label(self, statement: nodes.Label) -> Iterable[Event]:
        return ()

    # ---- session

    def do_set_option(self, statement: nodes.SetOption) -> Iterable[Event]:
        value = statement.value
        if value.startswith("@"):
            type_, given = self.scope.type_of(value.lower()), self.scope.values[value.lower()]
            if statement.names == ["ROWCOUNT"] and not (type_.is_integer and given is not None and given >= 0):
                raise SqlServerError(507)
            value = str(given)
        for name in statement.names:
            # A body keeps what these were as it was made: SET statements page, "Considerations".
            if not self.scope.procedure or name not in ("ANSI_NULLS", "QUOTED_IDENTIFIER"):
                self.session.set_option(name, value)
        return ()

    def do_set_identity_insert(self, statement: nodes.SetIdentityInsert) -> Iterable[Event]:
        table = self.session.find_table(statement.table)
        settings = self.session.settings
        if all(column.identity is None for column in table.columns):
            raise SqlServerError(8106, table=table.name)
        if not statement.on:
            if settings.identity_insert == table.id:
                settings.identity_insert = None
        elif settings.identity_insert not in (None, table.id):
            raise SqlServerError(8107, other=self.session.table_label(settings.identity_insert), table=table.name)
        else:
            settings.identity_insert = table.id
        return ()

    def do_set_isolation(self, statement: nodes.SetIsolation) -> Iterable[Event]:
        if self.session.version.is_warehouse:
            # https://learn.microsoft.com/fabric/data-warehouse/tsql-surface-area
            raise NotSupported(
                "SET TRANSACTION ISOLATION LEVEL in a warehouse, which has SNAPSHOT alone", statement.line
            )
        self.session.transactions.set_isolation(statement.level)
        self.session.settings.isolation = statement.level
        return ()

    def do_begin(self, statement: nodes.BeginTransaction) -> Iterator[Event]:
        transactions = self.session.transactions
        if statement.marked and statement.name is None:
            raise SqlServerError(3901)
        if statement.marked and transactions.count:
            raise NotSupported("WITH MARK inside a transaction")
        name = self.transaction_label(statement.name)
        if not transactions.count:
            self.session.transaction_name = name
        yield from transactions.begin()

    def do_commit(self, statement: nodes.CommitTransaction) -> Iterator[Event]:
        session = self.session
        if session.inserting is not None and session.transactions.count <= session.inserting:
            raise SqlServerError(3916)
        yield from self.session.commit()
        self.close_cursors()

    def do_rollback(self, statement: nodes.RollbackTransaction) -> Iterator[Event]:
        if self.session.inserting is not None:
            raise SqlServerError(3915)
        name = self.transaction_label(statement.name)
        if name is None or name == self.session.transaction_name and self.session.transactions.count:
            self.scope.cursors.unsettle()
            yield from self.session.rollback()
            self.close_cursors()
        else:
            self.session.transactions.rollback_to(name)

    def close_cursors(self) -> None:
        if self.session.settings.switches["CURSOR_CLOSE_ON_COMMIT"] and not self.session.transactions.count:
            self.scope.cursors.close()

    def do_save(self, statement: nodes.SaveTransaction) -> Iterable[Event]:
        self.session.transactions.save(self.transaction_label(statement.name) or "")
        return ()

    def transaction_label(self, name: str | None) -> str | None:
        """The name of a transaction or savepoint, from a variable its first 32 characters.

        https://learn.microsoft.com/sql/t-sql/language-elements/begin-transaction-transact-sql

        :raises SqlServerError: 103 for one that is longer as written.
        """
        if name is None or not name.startswith("@"):
            if name and len(name) > 32:
                raise SqlServerError(103, start=name[:32], maximum=32)
            return name
        self.scope.type_of(name.lower())
        value: str | None = self.scope.values[name.lower()]
        return value and value[:32]

    def do_use(self, statement: nodes.Use) -> Iterator[Event]:
        yield from self.session.use(statement.database)

    def do_waitfor(self, statement: nodes.WaitFor) -> Iterable[Event]:
        if statement.kind != "DELAY":
            raise NotSupported("WAITFOR TIME")
        text = self.evaluate(statement.value, nvarchar(30)) or ""
        match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d{1,3}))?)?", text)
        if not match:
            raise SqlServerError(148, text=text)
        hours, minutes, seconds, fraction = (part or "0" for part in match.groups())
        deadline = time.monotonic() + int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        deadline += int(fraction.ljust(3, "0")) / 1000
        while (left := deadline - time.monotonic()) > 0:
            self.session.check_cancelled()
            time.sleep(min(left, 0.02))
        return ()


def label_position(statements: Sequence[nodes.Statement], label: str) -> int | None:
    """The position of a label directly among statements, None if absent."""
    for position, statement in enumerate(statements):
        if isinstance(statement, nodes.Label) and statement.name.casefold() == label:
            return position
    return None


def format_message(message: str, arguments: list[Any]) -> str:
    """RAISERROR's printf format (FORMATMESSAGE). :raises SqlServerError: 2786, 2787."""
    remaining, position = iter(arguments), [0]
    wrong = re.search(
        r"%(?![-+ 0#]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:I64|[lh])?[diouxXs])(.{0,1})", message.replace("%%", "")
    )
    if wrong:
        raise SqlServerError(2787, format=f"%{wrong[1]}")

    def replace(match: re.Match[str]) -> str:
        if match["kind"] == "%":
            return "%"
        width, precision = (sized(match[name]) for name in ("width", "precision"))
        value: object = next(remaining, None)
        position[0] += 1
        if value is None:
            return "(null)"
        if isinstance(value, str) != (match["kind"] == "s"):
            raise mismatch()
        kind = "d" if match["kind"] in "diu" else match["kind"]
        return f"%{match['flag']}{width}{'.' if precision else ''}{precision}{kind}" % value

    def sized(text: str | None) -> str:
        """A width or precision; ``*`` consumes the next argument, an int."""
        if text != "*":
            return text or ""
        value = next(remaining, None)
        position[0] += 1
        if not isinstance(value, int):
            raise mismatch()
        return str(value)

    def mismatch() -> SqlServerError:
        return SqlServerError(2786, position=position[0])

    return _FORMAT.sub(replace, message)


HANDLERS = {
    nodes.Block: ControlFlow.do_block,
    nodes.If: ControlFlow.do_if,
    nodes.While: ControlFlow.do_while,
    nodes.Break: ControlFlow.do_break,
    nodes.Continue: ControlFlow.do_continue,
    nodes.Return: ControlFlow.do_return,
    nodes.TryCatch: ControlFlow.do_try,
    nodes.Declare: ControlFlow.do_declare,
    nodes.SetVariable: ControlFlow.do_set_variable,
    nodes.Print: ControlFlow.do_print,
    nodes.Throw: ControlFlow.do_throw,
    nodes.RaiseError: ControlFlow.do_raiserror,
    nodes.SetOption: ControlFlow.do_set_option,
    nodes.SetIdentityInsert: ControlFlow.do_set_identity_insert,
    nodes.SetIsolation: ControlFlow.do_set_isolation,
    nodes.BeginTransaction: ControlFlow.do_begin,
    nodes.CommitTransaction: ControlFlow.do_commit,
    nodes.RollbackTransaction: ControlFlow.do_rollback,
    nodes.SaveTransaction: ControlFlow.do_save,
    nodes.Use: ControlFlow.do_use,
    nodes.WaitFor: ControlFlow.do_waitfor,
    nodes.Goto: ControlFlow.do_goto,
    nodes.Label: ControlFlow.do_label,
}
