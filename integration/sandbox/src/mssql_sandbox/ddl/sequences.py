"""CREATE, ALTER and DROP SEQUENCE over the engine's sequences ``u.q<id>``."""

from typing import Any

from ..catalog import datatypes
from ..errors import NotSupported, SqlServerError
from ..sqltypes import BIGINT, SqlType
from ..syntax import nodes
from . import errors
from .columns import identity_range
from .context import Ddl, written


def create(ddl: Ddl, statement: nodes.CreateSequence) -> None:
    """:raises SqlServerError: 2714, 2760, 11700-11705 (options), 208 (ALTER of an unknown sequence)."""
    if statement.mode == "ALTER":
        _alter(ddl, statement)
        return
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    type_name = ddl.catalog.dealias(statement.type) if statement.type else None
    type_ = datatypes.resolve(type_name, version=ddl.version) if type_name else BIGINT
    if type_.name not in ("int", "bigint", "smallint", "tinyint", "decimal") or type_.scale:
        raise SqlServerError(11702, name=written(statement.name))
    options = _options(type_, statement)
    _check(written(statement.name), options)
    number = ddl.new_object(name, schema_id, "SO")
    system_type, user_type = datatypes.type_ids(type_name, type_)
    _, precision, scale = datatypes.facets(type_)
    ddl.insert(
        "sequences",
        object_id=number,
        system_type_id=system_type,
        user_type_id=user_type,
        precision=precision,
        scale=scale,
        **options,
    )
    ddl.run(
        f"create sequence u.q{number} as bigint increment {options['increment']} "
        f"minvalue {_bounded(options['minimum_value'])} "
        f"maxvalue {_bounded(options['maximum_value'])} start {options['start_value']}"
        f"{' cycle' if options['is_cycling'] else ''}"
    )
    ddl.touch()


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701, 3729 used by a default."""
    number, _type = ddl.find_object(name, "SO")
    if number is None:
        if if_exists:
            return
        raise errors.cannot_drop("sequence object", written(name))
    user = ddl.value(
        "select o.name from ms.default_constraints d join ms.objects o using (object_id)"
        " where d.engine_sql like '%u.q' || $1::text || '''%' limit 1",
        number,
    )
    if user:
        raise SqlServerError(3729, action="DROP SEQUENCE", name=written(name), user=user)
    ddl.run(f"drop sequence u.q{number}")
    ddl.delete_object(number, "sequences")
    ddl.touch()


def _options(type_: SqlType, statement: nodes.CreateSequence) -> dict[str, Any]:
    given = statement.options
    low, high = identity_range(type_)
    increment = _number(given, "INCREMENT BY", 1)
    minimum, maximum = _number(given, "MINVALUE", low), _number(given, "MAXVALUE", high)
    return {
        "start_value": _number(given, "START WITH", minimum if increment > 0 else maximum),
        "increment": increment,
        "minimum_value": minimum,
        "maximum_value": maximum,
        "is_cycling": int("CYCLE" in given),
        "is_cached": int("NO CACHE" not in given),
        "cache_size": _number(given, "CACHE", None),
    }


def _number(options: dict[str, str | None], name: str, default: Any) -> Any:
    value = options.get(name)
    return default if value is None else int(value)


def _check(name: str, options: dict[str, int]) -> None:
    low, high, increment = options["minimum_value"], options["maximum_value"], options["increment"]
    if increment == 0:
        raise SqlServerError(11700, name=name)
    if low >= high:
        raise SqlServerError(11705, name=name)
    if abs(increment) > high - low:
        raise SqlServerError(11701, name=name)
    if not low <= options["start_value"] <= high:
        raise SqlServerError(11703, name=name)
    if not -(2**63) <= options["start_value"] < 2**63:
        raise NotSupported("a sequence beyond the range of bigint")


def _bounded(value: int) -> int:
    return max(-(2**63), min(value, 2**63 - 1))


def _alter(ddl: Ddl, statement: nodes.CreateSequence) -> None:
    number, _type = ddl.find_object(statement.name, "SO")
    if number is None:
        raise SqlServerError(208, name=written(statement.name), state=6)
    names = ("start_value", "increment", "minimum_value", "maximum_value", "is_cycling")
    row = ddl.query(f"select {', '.join(names)} from ms.sequences where object_id = $1", number)[0]
    options = {name: int(value) for name, value in zip(names, row)}
    given = statement.options
    options["increment"] = _number(given, "INCREMENT BY", options["increment"])
    options["minimum_value"] = _number(given, "MINVALUE", options["minimum_value"])
    options["maximum_value"] = _number(given, "MAXVALUE", options["maximum_value"])
    if "CYCLE" in given or "NO CYCLE" in given:
        options["is_cycling"] = int("CYCLE" in given)
    restart = "RESTART" in given or "RESTART WITH" in given
    if restart:
        options["start_value"] = _number(given, "RESTART WITH", options["start_value"])
    _check(written(statement.name), options)
    ddl.write(
        "update ms.sequences set start_value = $2, increment = $3, minimum_value = $4, maximum_value = $5,"
        " is_cycling = $6 where object_id = $1",
        number, *options.values(),
    )  # fmt: skip
    sql = (
        f"alter sequence u.q{number} increment {options['increment']} minvalue {_bounded(options['minimum_value'])} "
        f"maxvalue {_bounded(options['maximum_value'])} start {options['start_value']}"
        f"{' cycle' if options['is_cycling'] else ' no cycle'}"
    )
    ddl.run(sql + (f" restart with {options['start_value']}" if restart else ""))
    ddl.modified(number)
    ddl.touch()
