"""Remote procedure calls: prepared statements, sp_executesql and the describe procedures."""

import re
from typing import Any, Iterator, Sequence

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..interface import Columns, Done, Error, Event, Parameter, ResultColumn, ReturnStatus, ReturnValue, Rows
from ..sqltypes import INT, SqlType
from ..syntax import nodes
from ..syntax.walk import below
from . import procedures
from .parsed import QUERIES
from .scope import DEFAULT, ReturnFromScope, Scope, StopBatch
from .settings import SessionSettings

_PROCEDURE = "\0"  # in place of declarations: a procedure's handle
_DECLARATION = re.compile(r"\s*(@[\w@#$]+)\s+(?:AS\s+)?", re.I)
_SUFFIX = re.compile(r"\s+(OUTPUT|OUT|READONLY)\s*$", re.I)


SHOWN = 64  # characters of a query in error 8178, as clients quote it


def split_declarations(text: str) -> list[tuple[str, str, bool]]:
    """``@P1 int, @x decimal(10,2) OUTPUT`` as (name, type text, output)."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and not depth:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    result = []
    for part in parts:
        if not part.strip():
            continue
        match = _DECLARATION.match(part)
        if not match:
            raise SqlServerError(102, near=part.strip().split()[0])
        rest = part[match.end() :].strip()
        suffix = _SUFFIX.search(rest)
        if suffix and suffix.group(1).upper() == "READONLY":
            raise NotSupported("table-valued parameters")
        output = bool(suffix)
        result.append((match.group(1), rest[: suffix.start()] if suffix else rest, output))
    return result


class RemoteCalls:
    """The client's calls, as a base class of the session."""

    settings: SessionSettings
    handles: dict[int, tuple[str, str | None]]
    next_handle: int
    declarations: dict[str | None, list[tuple[str, SqlType, bool]]]
    argument_value: Any
    call: Any
    context: Any
    end_of_batch: Any
    parse: Any
    parse_type: Any
    reset: Any
    resolve_type: Any
    run_text: Any
    while_alive: Any

    def execute_rpc(self, procedure: str, parameters: Sequence[Parameter]) -> Iterator[Event]:
        """RPC by name. Statement errors are events; the call always ends with its return status."""
        yield from self.while_alive(self._execute_rpc(procedure, parameters))

    def _execute_rpc(self, procedure: str, parameters: Sequence[Parameter]) -> Iterator[Event]:
        name = procedure.casefold().replace("[", "").replace("]", "").removeprefix("sys.").removeprefix("dbo.")
        handler = _CALLS.get(name)
        try:
            if self.settings.switches["SHOWPLAN_XML"]:
                raise NotSupported("remote procedure calls under SET SHOWPLAN_XML ON")
            if handler is not None:
                yield from handler(self, list(parameters))
            else:
                yield from self._call_procedure(procedure, parameters)
        except StopBatch:
            yield ReturnStatus(-6)
        except SqlServerError as error:
            yield Error(error.number, error.message, error.severity, error.state, error.line or 1, error.procedure)
            yield Done(error=True)
            yield ReturnStatus(-6)
        yield from self.end_of_batch()

    # ---- sp_executesql and prepared statements

    def _executesql(self, parameters: list[Parameter]) -> Iterator[Event]:
        text, declarations, values = self._statement_arguments(parameters)
        yield from self._run_prepared(text, declarations, values)

    def _prepexec(self, parameters: list[Parameter]) -> Iterator[Event]:
        handle, declarations, text, values = parameters[0], parameters[1].value, parameters[2].value, parameters[3:]
        if handle.value is not None:
            self.handles.pop(handle.value, None)
        self.declared(declarations)
        number = self._new_handle(text, declarations)
        try:
            yield from self._run_prepared(text, declarations, values)
        except StopBatch:
            self.handles.pop(number, None)
            raise
        yield ReturnValue(handle.name, 0, INT, number)

    def _prepexecrpc(self, parameters: list[Parameter]) -> Iterator[Event]:
        """Prepare and call a procedure: ODBC's ``{CALL p (?)}``."""
        handle, procedure = parameters[0], parameters[1].value
        self.handles.pop(handle.value, None)
        number = self._new_handle(procedure, _PROCEDURE)
        try:
            yield from self._call_procedure(procedure, parameters[2:])
        except StopBatch:
            del self.handles[number]
            raise
        yield ReturnValue(handle.name, 0, INT, number)

    def _prepare(self, parameters: list[Parameter]) -> Iterator[Event]:
        handle, declarations, text = parameters[:3]
        declared = self.declared(declarations.value)
        options = parameters[3].value if len(parameters) > 3 else 1
        number = self._new_handle(text.value, declarations.value)
        if options:
            columns = self.describe(text.value, declared)
            if columns:
                yield Columns(columns)
                yield Done()
        yield ReturnStatus(0)
        yield ReturnValue(handle.name, 0, INT, number)

    def _execute(self, parameters: list[Parameter]) -> Iterator[Event]:
        text, declarations = self._handle(parameters[0].value)
        if declarations is _PROCEDURE:
            yield from self._call_procedure(text, parameters[1:])
            return
        yield from self._run_prepared(text, declarations, parameters[1:])

    def _unprepare(self, parameters: list[Parameter]) -> Iterator[Event]:
        self._handle(parameters[0].value)
        del self.handles[parameters[0].value]
        yield ReturnStatus(0)

    def _new_handle(self, text: str, declarations: str | None) -> int:
        self.next_handle += 1
        self.handles[self.next_handle] = (text, declarations)
        return self.next_handle

    def _handle(self, number: Any) -> tuple[str, str | None]:
        try:
            return self.handles[number]
        except KeyError:
            raise SqlServerError(8179, handle=number or 0) from None

    def _statement_arguments(self, parameters: list[Parameter]) -> tuple[str, str, list[Parameter]]:
        if not parameters or parameters[0].value is None:
            raise SqlServerError(214, parameter="@statement", type="ntext/nchar/nvarchar")
        if not parameters[0].type.is_unicode:
            raise SqlServerError(214, parameter="@statement", type="ntext/nchar/nvarchar")
        declarations = parameters[1].value if len(parameters) > 1 else ""
        return parameters[0].value, declarations or "", parameters[2:]

    def declared(self, text: str | None) -> list[tuple[str, SqlType, bool]]:
        """(name, type, output) of each parameter that a text declares."""
        parameters = self.declarations.get(text)
        if parameters is None:
            parameters = [
                (name, self.resolve_type(self.parse_type(type_)), output)
                for name, type_, output in split_declarations(text or "")
            ]
            if len(self.declarations) > 2000:
                self.declarations.clear()
            self.declarations[text] = parameters
        return parameters

    def _run_prepared(self, text: str, declarations: str | None, values: Sequence[Parameter]) -> Iterator[Event]:
        if len(values) > 2100:
            raise SqlServerError(8003)
        declared = self.declared(declarations)
        scope = Scope(level=1)
        self._bind(scope, declared, values, f"({declarations or ''}){text}")
        yield from self.run_text(text, scope)
        yield ReturnStatus(0)
        for position, (name, type_, output) in enumerate(declared):
            if output:
                yield ReturnValue(name, position, type_, scope.values[name.lower()])

    def _bind(
        self, scope: Scope, declared: list[tuple[str, SqlType, bool]], values: Sequence[Parameter], query: str
    ) -> None:
        if len(values) > len(declared):
            raise SqlServerError(8144, name="", state=1)
        by_name = {value.name.lower(): value for value in values if value.name}
        for position, (name, type_, _output) in enumerate(declared):
            given = by_name.get(name.lower())
            if given is None and position < len(values) and not values[position].name:
                given = values[position]
            if given is None:
                raise SqlServerError(8178, query=query[:SHOWN], name=name)
            scope.declare(name.lower(), type_, self.argument_value(given.value, given.type, type_))

    # ---- describing

    def describe(self, text: str, declared: list[tuple[str, SqlType, bool]]) -> list[ResultColumn] | None:
        """Columns of a batch's first result; None if only running it can tell, [] if there is no result."""
        parsed = self.parse(text)
        scope = Scope(level=1)
        for name, type_, _output in declared:
            scope.declare(name.lower(), type_)
        if not parsed.bind_ahead:
            return None
        for statement in parsed.batch.statements:
            if isinstance(statement, nodes.Declare):
                for item in statement.items:
                    scope.declare(item.name, self.resolve_type(item.type))
            elif isinstance(statement, QUERIES) and (columns := translate.describe(statement, self.context(scope))):
                return columns
        return []

    def _describe_undeclared(self, parameters: list[Parameter]) -> Iterator[Event]:
        parsed = self.parse(parameters[0].value)
        declared = self.declared(parameters[1].value) if len(parameters) > 1 else []
        scope = Scope(level=1)
        for name, type_, _output in declared:
            scope.declare(name.lower(), type_)
        suggestions: list[tuple[str, SqlType]] = []
        for statement in parsed.batch.statements:
            _refuse_temporary(statement, parameters[0].value)
            suggestions += translate.undeclared_parameters(statement, self.context(scope))
        written = {name.lower(): name for name in re.findall(r"@[\w@#$]+", parameters[0].value)}
        columns, rows = procedures.undeclared_rows([(written.get(name, name), type_) for name, type_ in suggestions])
        yield Columns(columns)
        yield Rows(rows)
        yield Done(len(rows), 0xC1)
        yield ReturnStatus(0)

    def _reset_connection(self, parameters: list[Parameter]) -> Iterator[Event]:
        yield from self.reset(False)
        yield ReturnStatus(0)

    # ---- other procedures

    def _call_procedure(self, procedure: str, parameters: Sequence[Parameter]) -> Iterator[Event]:
        arguments = [(p.name or None, DEFAULT if p.default else p.value, p.type, p.output) for p in parameters]
        outputs: dict[int, Any] = {}
        scope = Scope(level=0)
        try:
            yield from self.call(procedure, arguments, scope, outputs)
        except ReturnFromScope as signal:
            yield ReturnStatus(signal.status)
        for position, value in outputs.items():
            given = parameters[position]
            if given.output:
                yield ReturnValue(given.name, position, given.type, value)


def _refuse_temporary(statement: nodes.Statement, text: str) -> None:
    """https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-describe-undeclared-parameters-transact-sql

    :raises SqlServerError: 11525 for a statement that names a temp table.
    """
    for node in below(statement):
        if isinstance(node, nodes.Name) and node.parts[-1].startswith("#"):
            raise SqlServerError(11525, statement=text)


_CALLS = {
    "sp_executesql": RemoteCalls._executesql,
    "sp_prepexec": RemoteCalls._prepexec,
    "sp_prepexecrpc": RemoteCalls._prepexecrpc,
    "sp_prepare": RemoteCalls._prepare,
    "sp_execute": RemoteCalls._execute,
    "sp_unprepare": RemoteCalls._unprepare,
    "sp_describe_undeclared_parameters": RemoteCalls._describe_undeclared,
    "sp_reset_connection": RemoteCalls._reset_connection,
}
