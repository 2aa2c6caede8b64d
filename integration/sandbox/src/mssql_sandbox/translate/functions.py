"""Calls of user-defined functions: scalar ones run in the engine, inline table-valued ones are expanded."""

from functools import lru_cache
from typing import Any

from ..catalog.model import UserFunction
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..syntax.parser import parse_batch
from ..types.typenames import engine_cast
from .bound import Bound, Relation, Scope
from .operands import convert
from .plan import Context
from .translation import Translation


@lru_cache(maxsize=500)
def parse(definition: str) -> Any:
    """The nodes.CreateModule of a function's definition."""
    return parse_batch(definition, quoted_identifier=True).statements[0]


def find(context: Context, written: str) -> UserFunction | None:
    """The function of a name of one to three parts. :raises NotSupported: for another database."""
    parts = written.split(".")
    if len(parts) > 2 and parts[-3] and parts[-3].casefold() != context.database.casefold():
        raise NotSupported(f"a function of another database ({written})")
    schema = parts[-2] if len(parts) > 1 and parts[-2] else None
    function: UserFunction | None = context.catalog.function(schema, parts[-1])
    if function is None and context.catalog.synonym(schema, parts[-1]):
        raise NotSupported(f"a function by its synonym ({written})")
    return function


# ---- scalar functions


def call(t: Translation, node: nodes.FunctionCall, scope: Scope) -> Bound | None:
    """A call ``dbo.f(...)``; None if there is no scalar function of the name.

    :raises SqlServerError: 313 too few arguments, 8144 too many, binding errors of the body.
    """
    function = find(t.context, node.name)
    if function is None or function.kind != "FN":
        return None
    _check_call(node)
    recursive = t.setting.compiling == function.id
    if not function.compiled and not recursive:
        raise t.why_broken(function)
    if t.setting.stored and function.reads and scope.sources:
        raise NotSupported(f"{function.label}, which reads tables, in a CHECK constraint or computed column", node.line)
    # The engine has one compiled body for all sessions. DATEFORMAT does not matter: the formats that the sandbox
    # supports read the same texts, others are refused.
    if t.context.settings.datefirst != 7:
        raise NotSupported("user-defined functions under a DATEFIRST other than 7", node.line)
    arguments = _arguments(t, node, scope, function)
    columns = any(argument.columns for argument in arguments)
    written = [f"({argument.sql})::{engine_cast(argument.type)}" for argument in arguments]
    if recursive:
        t.statement.calls_itself = True
        written.append('"@depth" + 1')
    return Bound(f"{function.physical}({', '.join(written)})", function.returns, True, columns=columns)


def _check_call(node: nodes.FunctionCall) -> None:
    if (
        node.over is not None
        or node.distinct
        or node.within_group
        or any(isinstance(argument, nodes.Star) for argument in node.arguments)
    ):
        raise NotSupported(f"OVER, DISTINCT or * with the user-defined function {node.name}", node.line)


def _arguments(t: Translation, node: nodes.FunctionCall, scope: Scope, function: UserFunction) -> list[Bound]:
    """The arguments, converted to the parameters' types. :raises SqlServerError: 313, 8144."""
    if len(node.arguments) < len(function.parameters):
        raise SqlServerError(313, name=node.name, state=2, line=node.line)
    if len(node.arguments) > len(function.parameters):
        raise SqlServerError(8144, name=node.name, line=node.line)
    bound = []
    for position, (argument, (name, type_)) in enumerate(zip(node.arguments, function.parameters)):
        if isinstance(argument, nodes.DefaultValue):
            argument = parse(function.definition).parameters[position].default
            if argument is None:
                raise NotSupported(f"DEFAULT for the parameter {name} of {function.label}, which has none", node.line)
        value = t.expression(argument, scope)
        bound.append(Bound(convert(value, type_), type_, value.nullable, columns=value.columns))
    return bound


# ---- table-valued functions


def expand(t: Translation, source: nodes.FunctionSource, scope: Scope) -> Relation | None:
    """The query of an inline function with its arguments; None if there is no such function.

    :raises SqlServerError: 208 for a scalar function, 313, 8144, 4413 if the query no longer binds.
    """
    function = find(t.context, source.call.name)
    if function is None or function.kind != "IF":
        return None
    if source.with_columns is not None:
        raise NotSupported(f"WITH (...) after {source.call.name}", source.line)
    arguments = _arguments(t, source.call, scope, function)
    alias = t.statement.alias("f")
    frame = {
        name: Bound(f"{alias}.p{number}", type_, True)
        for number, (name, type_) in enumerate(function.parameters, 1)
    }  # fmt: skip
    body = _query(t, function, frame)
    if not arguments:
        return body
    given = ", ".join(
        f"({argument.sql})::{engine_cast(argument.type)} AS p{number}" for number, argument in enumerate(arguments, 1)
    )
    inner = t.statement.alias("q")
    outputs = ", ".join(f"{inner}.o{number}" for number in range(1, len(body.outputs) + 1))
    return Relation(
        f"SELECT {outputs} FROM (SELECT {given}) AS {alias} CROSS JOIN LATERAL ({body.sql}) AS {inner}", body.outputs
    )


def _query(t: Translation, function: UserFunction, frame: dict[str, Bound]) -> Relation:
    """The function's query, which sees its parameters but nothing of the enclosing query."""
    inner = t.within(frame, dict(function.parameters))
    try:
        return inner.relation(parse(function.definition).query, None)
    except SqlServerError as error:
        if isinstance(error, NotSupported):
            raise
        raise SqlServerError(4413, name=function.label) from None


def refuse_as_table(context: Context, name: nodes.Name) -> None:
    """Refuse a name that is not a table with the reason, if it is known.

    :raises SqlServerError: 216 a table-valued function without parentheses, 5313 a synonym of a missing object.
    """
    parts = name.parts
    schema = parts[-2] if len(parts) > 1 and parts[-2] else None
    base = context.catalog.synonym(schema, parts[-1])
    if base is not None:
        if context.catalog.function(*base) or context.catalog.synonym(*base):
            raise NotSupported(f"the synonym {'.'.join(parts)} of a function or synonym", name.line)
        raise SqlServerError(5313, name=".".join(parts), line=name.line)
    function = context.catalog.function(schema, parts[-1])
    if function is not None and function.kind == "IF":
        raise SqlServerError(216, name=".".join(parts), line=name.line)
