"""Procedures made by CREATE PROCEDURE."""

from typing import Any, Iterator, Sequence

from ...ddl.rename import split_name
from ...errors import NotSupported, SqlServerError
from ...interface import Event, ReturnStatus
from ...syntax import nodes
from ..parsed import Parsed
from ..scope import DEFAULT, MAX_NESTING, ReturnFromScope, Scope


def find(name: str, session: Any) -> str | None:
    """The definition of a user procedure, or None."""
    parts = split_name(name)
    schema = parts[-2] if len(parts) > 1 and parts[-2] else "dbo"
    rows = session.connection.execute(
        "select m.definition, o.type from ms.modules m join ms.objects o using (object_id) join ms.schemas s using (schema_id)"
        " where o.type in ('P', 'FN') and ms.key(s.name) = ms.key($1) and ms.key(o.name) = ms.key($2)",
        (schema, parts[-1]),
        prepare=True,
    ).fetchall()
    if rows and rows[0][1] == "FN":
        raise NotSupported("EXECUTE of a function")
    if not rows and (base := session.catalog.synonym(schema, parts[-1])):
        if session.catalog.synonym(*base):
            raise NotSupported("a synonym of a synonym")
        return find(".".join(f"[{part.replace(']', ']]')}]" for part in base), session)
    return rows[0][0] if rows else None


def run(
    definition: str, arguments: Sequence[tuple[Any, ...]], session: Any, scope: Any, outputs: dict[int, Any]
) -> Iterator[Event]:
    """Run a procedure's body in a new scope.

    :param arguments: (parameter name or None, value, type, output) in order.
    :raises SqlServerError: 201 a parameter without a value, 8144 too many, 8145 unknown name, 217 nesting.
    """
    module = session.parse_module(definition)
    name = module.name.parts[-1]
    inner = Scope(parent=scope, level=scope.level + 1, procedure=name, schema=("dbo", *module.name.parts)[-2] or "dbo")
    if inner.level > MAX_NESTING:
        raise SqlServerError(217)
    interpreter = session.interpreter(inner, Parsed(nodes.Batch(module.body), False))
    positions = _bind(module, name, arguments, session, interpreter)
    status = 0
    try:
        with session.lending_settings(QUOTED_IDENTIFIER=True):
            yield from interpreter.run(module.body)
    except ReturnFromScope as signal:
        status = signal.status
    finally:
        for created in inner.created:
            session.catalog.drop_temporary(created)
    for parameter in module.parameters:
        position = positions.get(parameter.name.casefold())
        if parameter.output and position is not None:
            outputs[position] = inner.values[parameter.name.lower()]
    yield ReturnStatus(status)


def _bind(
    module: nodes.CreateModule, name: str, arguments: Sequence[tuple[Any, ...]], session: Any, interpreter: Any
) -> dict[str, int]:
    """Declare the parameters with their values; returns parameter -> position of its argument."""
    known = {parameter.name.casefold(): parameter for parameter in module.parameters}
    given: dict[str, int] = {}
    if arguments and not known:
        raise SqlServerError(8146, name=name)
    for position, (parameter_name, *_rest) in enumerate(arguments):
        if parameter_name:
            if parameter_name.casefold() not in known:
                raise SqlServerError(8145, parameter=parameter_name, name=name)
            if parameter_name.casefold() in given:
                raise SqlServerError(8143, name=parameter_name)
            given[parameter_name.casefold()] = position
        elif position >= len(module.parameters):
            raise SqlServerError(8144, name=name)
        else:
            given[module.parameters[position].name.casefold()] = position
    for key, parameter in known.items():
        type_ = session.resolve_type(parameter.type)
        if key in given and arguments[given[key]][1] is not DEFAULT:
            _, value, source, output = arguments[given[key]]
            if output and not parameter.output:
                raise SqlServerError(8162, parameter=parameter.name)
            converted = session.argument_value(value, source, type_)
        elif parameter.default is not None:
            converted = interpreter.evaluate(parameter.default, type_)
        else:
            raise SqlServerError(201, procedure=name, parameter=parameter.name)
        interpreter.scope.declare(parameter.name.lower(), type_, converted)
    return given
