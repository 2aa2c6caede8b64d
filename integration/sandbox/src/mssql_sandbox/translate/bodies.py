"""The body of a scalar function as an engine function.

https://learn.microsoft.com/sql/t-sql/statements/create-function-transact-sql: statements allowed in a body.
"""

from dataclasses import dataclass, replace
from typing import Any, Callable, TypeVar

from ..catalog.model import UserFunction
from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from ..types.typenames import engine_cast
from . import folding, functions
from .bound import Bound, Scope
from .operands import convert
from .plan import Context
from .translation import Setting, Translation

# Makes a translation.
Translates = Callable[[Setting], Translation]

_DEEPEST = 32
_SIDE_EFFECTS = {
    nodes.Insert: "INSERT", nodes.Update: "UPDATE", nodes.Delete: "DELETE", nodes.Merge: "MERGE",
    nodes.Truncate: "TRUNCATE TABLE", nodes.Print: "PRINT", nodes.RaiseError: "RAISERROR", nodes.Throw: "THROW",
    nodes.TryCatch: "BEGIN TRY", nodes.BeginTransaction: "BEGIN TRANSACTION", nodes.WaitFor: "WAITFOR",
    nodes.CommitTransaction: "COMMIT TRANSACTION", nodes.RollbackTransaction: "ROLLBACK TRANSACTION",
    nodes.SaveTransaction: "SAVE TRANSACTION", nodes.SetOption: "SET OPTION ON",
}  # fmt: skip

T = TypeVar("T")


@dataclass
class Body:
    """The parts of CREATE FUNCTION between the name and the volatility."""

    parameters: str
    returns: str
    sql: str


def compile_body(function: UserFunction, context: Context, translator: Translates) -> Body:
    """:raises SqlServerError: 443 side effects, 444 a result set, 455 no RETURN at the end, binding errors."""
    return _Writer(function, context, translator).body()


class _Writer:
    def __init__(self, function: UserFunction, context: Context, translator: Translates) -> None:
        self.function = function
        self.translator = translator
        self.module = functions.parse(function.definition)
        self.types: dict[str, SqlType] = {}
        self.frame: dict[str, Bound] = {}
        self.context = replace(context, variables=self.types)
        self.declared: list[str] = []
        self.recursive = False

    def body(self) -> Body:
        block: Any = self.module.body[0]
        if not isinstance(block.statements[-1], nodes.Return):
            raise SqlServerError(455, line=block.line)
        parameters = [f"{self._variable(name, type_)} {engine_cast(type_)}" for name, type_ in self.function.parameters]
        lines = self._statements(block.statements)
        if self.recursive:
            lines.insert(
                0,
                f'if "@depth" > {_DEEPEST} then perform ms.fail(217); end if;',
            )
        parameters.append('"@depth" int default 1')
        declarations = f"declare {' '.join(self.declared)}\n" if self.declared else ""
        text = "\n".join(lines)
        return Body(", ".join(parameters), engine_cast(self.function.returns), f"{declarations}begin\n{text}\nend")

    def _variable(self, name: str, type_: SqlType) -> str:
        """The engine's variable for one of the function."""
        physical = f'"@{len(self.frame) + 1}"'
        self.types[name] = type_
        self.frame[name] = Bound(physical, type_, True)
        return physical

    # ---- expressions

    def _translated(self, translate: Callable[[Translation], T]) -> T:
        t = self.translator(Setting(self.context, self.frame, compiling=self.function.id))
        result, statement = translate(t), t.statement
        if statement.parameters:
            raise NotSupported(f"{statement.parameters[0]} in a function", self.module.line)
        if statement.before or statement.locks or any(access.hints for access in statement.accesses):
            raise NotSupported("locking hints in a function", self.module.line)
        self.recursive = self.recursive or statement.calls_itself
        return result

    def _value(self, expression: Any, target: SqlType) -> str:
        return self._translated(lambda t: convert(t.expression(expression, Scope()), target))

    def _condition(self, predicate: nodes.Predicate) -> str:
        return self._translated(lambda t: t.predicate(predicate, Scope()))

    # ---- statements

    def _statements(self, statements: list[nodes.Statement]) -> list[str]:
        return [line for statement in statements for line in self._statement(statement)]

    def _statement(self, statement: nodes.Statement) -> list[str]:
        handler = _HANDLERS.get(type(statement))
        if handler is not None:
            return handler(self, statement)
        effect = _SIDE_EFFECTS.get(type(statement))
        if isinstance(statement, nodes.Execute) and statement.text is not None:
            effect = "EXECUTE STRING"
        if effect is None:
            raise NotSupported(f"{type(statement).__name__} in a function", statement.line)
        raise side_effect(effect, statement.line)

    def _block(self, statement: nodes.Block) -> list[str]:
        return self._statements(statement.statements)

    def _if(self, statement: nodes.If) -> list[str]:
        lines = [f"if {self._condition(statement.condition)} then", *self._statement(statement.then)]
        if statement.otherwise is not None:
            lines += ["else", *self._statement(statement.otherwise)]
        return [*lines, "end if;"]

    def _while(self, statement: nodes.While) -> list[str]:
        return [f"while {self._condition(statement.condition)} loop", *self._statement(statement.body), "end loop;"]

    def _break(self, statement: nodes.Break) -> list[str]:
        return ["exit;"]

    def _continue(self, statement: nodes.Continue) -> list[str]:
        return ["continue;"]

    def _return(self, statement: nodes.Return) -> list[str]:
        return [f"return {self._value(statement.value, self.function.returns)};"]

    def _declare(self, statement: nodes.Declare) -> list[str]:
        lines = []
        for item in statement.items:
            type_ = self.context.type_of(self.context.catalog.dealias(item.type), "declare")
            physical = self._variable(item.name, type_)
            self.declared.append(f"{physical} {engine_cast(type_)};")
            if item.value is not None:
                lines.append(f"{physical} := {self._value(item.value, type_)};")
        return lines

    def _set(self, statement: nodes.SetVariable) -> list[str]:
        value = statement.value
        if statement.operator != "=":
            value = nodes.Binary(statement.operator[:-1], nodes.Variable(statement.name), value)
        return [self._assignment(statement.name, value, statement.line)]

    def _assignment(self, name: str, value: nodes.Expression, line: int) -> str:
        if name not in self.types:
            raise SqlServerError(137, name=name, line=line)
        return f"{self.frame[name].sql} := {self._value(value, self.types[name])};"

    def _select(self, statement: nodes.SelectStatement) -> list[str]:
        """SELECT @x = ...: each row assigns, so the last one wins; without rows nothing changes."""
        body = statement.query.body
        if not isinstance(body, nodes.Select) or not all(item.assign for item in body.items):
            raise SqlServerError(444, line=statement.line)
        parts = folding.Parts({item.assign for item in body.items})
        templates = [(item.assign, parts.template(folding.assigned(item))) for item in body.items]
        row = f'"@row{len(self.declared) + 1}"'
        self.declared.append(f"{row} record;")
        query = folding.rows_query(statement.query, parts.extracted)
        relation = self._translated(lambda t: t.relation(query, None))
        for number, output in enumerate(relation.outputs, 1):
            self.frame[folding.part_name(number)] = Bound(
                f"{row}.o{number}", output.type, output.nullable, output.coercibility
            )
        lines = [self._assignment(name, template, statement.line) for name, template in templates]
        for number in range(1, len(relation.outputs) + 1):
            del self.frame[folding.part_name(number)]
        return [f"for {row} in {relation.sql} loop", *lines, "end loop;"]


def side_effect(operator: str, line: int) -> SqlServerError:
    return SqlServerError(443, operator=operator, line=line)


_HANDLERS: dict[type, Callable[..., list[str]]] = {
    nodes.Block: _Writer._block,
    nodes.If: _Writer._if,
    nodes.While: _Writer._while,
    nodes.Break: _Writer._break,
    nodes.Continue: _Writer._continue,
    nodes.Return: _Writer._return,
    nodes.Declare: _Writer._declare,
    nodes.SetVariable: _Writer._set,
    nodes.SelectStatement: _Writer._select,
}
