"""sp_rename and extended properties."""

from typing import Any, Iterator

from ...ddl import Ddl, table_types
from ...ddl.rename import rename
from ...errors import NotSupported, SqlServerError
from ...interface import Event, ReturnStatus
from ...sqltypes import MAX, SqlType
from ...syntax import nodes
from .binding import Call

_OBJECT_TYPES = {
    "TABLE": ("U",), "VIEW": ("V",), "PROCEDURE": ("P",), "FUNCTION": ("FN", "IF", "TF"), "SEQUENCE": ("SO",),
    "SYNONYM": ("SN",),
}  # fmt: skip
_CHILD_TYPES = {"CONSTRAINT": ("PK", "UQ", "F", "C", "D"), "TRIGGER": ("TR",)}
# https://learn.microsoft.com/sql/t-sql/data-types/sql-variant-transact-sql
_NOT_IN_VARIANT = ("text", "ntext", "image", "xml", "json", "rowversion")
_LEVELS = ("name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name")


def sp_rename(call: Call) -> Iterator[Event]:
    """sp_rename @objname, @newname [, @objtype]."""
    name, new_name, kind = call.bind("objname", "newname", "objtype", required=2)
    ddl = Ddl(call.session, call.scope)
    rename(ddl, name, new_name, kind)
    ddl.flush()
    yield from ddl.events
    yield ReturnStatus(0)


def add_type(call: Call) -> Iterator[Event]:
    """sp_addtype @typename, @phystype [, @nulltype]: the predecessor of CREATE TYPE ... FROM.

    https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-addtype-transact-sql
    """
    name, base, null, _owner = call.bind("typename", "phystype", "nulltype", "owner", required=2)
    nullable = (null or "null").casefold() not in ("not null", "nonull")
    ddl = Ddl(call.session, call.scope)
    table_types.create(
        ddl, nodes.CreateType(nodes.Name((name,)), base=call.session.parse_type(base), nullable=nullable)
    )
    yield ReturnStatus(0)


def drop_type(call: Call) -> Iterator[Event]:
    """sp_droptype @typename."""
    (name,) = call.bind("typename", required=1)
    table_types.drop(Ddl(call.session, call.scope), nodes.Name((name,)), False)
    yield ReturnStatus(0)


# The property of a target and name.
_OF = " where class = $1 and major_id = $2 and minor_id = $3 and ms.key(name) = ms.key($4)"


def add_property(call: Call) -> Iterator[Event]:
    """sp_addextendedproperty. :raises SqlServerError: 15233 when it exists, 15135 for an unknown object."""
    name, value, *levels = call.bind(*_LEVELS, required=1)
    target, shown = _target(call, levels)
    if _exists(call, target, name):
        raise SqlServerError(15233, name=name, object=shown)
    call.session.connection.execute(
        "insert into ms.extended_properties values ($1, $2, $3, $4, $5, $6)", (*target, name, *_value(call, value))
    )
    yield ReturnStatus(0)


def update_property(call: Call) -> Iterator[Event]:
    """sp_updateextendedproperty. :raises SqlServerError: 15217 when there is none."""
    name, value, *levels = call.bind(*_LEVELS, required=1)
    target, shown = _target(call, levels)
    _require(call, target, name, shown)
    call.session.connection.execute(
        "update ms.extended_properties set value = $5, value_type = $6" + _OF,
        (*target, name, *_value(call, value)),
    )
    yield ReturnStatus(0)


def drop_property(call: Call) -> Iterator[Event]:
    """sp_dropextendedproperty. :raises SqlServerError: 15217 when there is none."""
    names = (_LEVELS[0], *_LEVELS[2:])
    name, *levels = call.bind(*names, required=1)
    target, shown = _target(call, levels)
    _require(call, target, name, shown)
    call.session.connection.execute("delete from ms.extended_properties" + _OF, (*target, name))
    yield ReturnStatus(0)


def _value(call: Call, value: Any) -> tuple[str | None, str]:
    """A value and the name of its type. :raises SqlServerError: 206 for types not allowed in sql_variant, 15097."""
    type_ = next((argument[2] for argument in call.arguments if argument[1] is value), SqlType("nvarchar"))
    kind = type_.name
    if type_.length == MAX or kind in _NOT_IN_VARIANT:
        raise SqlServerError(206, left=f"{kind}(max)" if type_.length == MAX else kind, right="sql_variant")
    if isinstance(value, (bytes, tuple)):
        raise NotSupported("an extended property that is not text or a number")
    if isinstance(value, str) and len(value) * (2 if type_.is_unicode else 1) > 7500:
        raise SqlServerError(15097)
    return (None if value is None else str(value)), kind


def _exists(call: Call, target: tuple[int, int, int], name: str) -> bool:
    return bool(call.query("select 1 from ms.extended_properties" + _OF, *target, name))


def _require(call: Call, target: tuple[int, int, int], name: str, shown: str) -> None:
    if not _exists(call, target, name):
        raise SqlServerError(15217, name=name, object=shown)


def _target(call: Call, levels: list[Any]) -> tuple[tuple[int, int, int], str]:
    """((class, major_id, minor_id), name for error texts)."""
    type0, name0, type1, name1, type2, name2 = levels
    if type0 is None:
        return (0, 0, 0), "object specified"
    if type0.upper() not in ("SCHEMA", "USER"):
        raise NotSupported(f"extended properties at level 0 {type0}")
    shown = ".".join(str(part) for part in (name0, name1, name2) if part is not None)
    schemas = call.query("select schema_id from ms.schemas where ms.key(name) = ms.key($1)", name0)
    if not schemas:
        raise _invalid(shown)
    if type1 is None:
        return (3, schemas[0][0], 0), shown
    kinds = _OBJECT_TYPES.get(type1.upper())
    if kinds is None:
        raise NotSupported(f"extended properties at level 1 {type1}")
    objects = call.query(
        "select object_id from ms.objects where schema_id = $1 and ms.key(name) = ms.key($2) and type = any($3)",
        schemas[0][0], name1, list(kinds),
    )  # fmt: skip
    if not objects:
        raise _invalid(shown)
    number = objects[0][0]
    return (_level2(call, number, type2, name2, shown) if type2 is not None else (1, number, 0)), shown


def _level2(call: Call, number: int, kind: str, name: str, shown: str) -> tuple[int, int, int]:
    kind = kind.upper()
    if kind == "COLUMN":
        sql, result = (
            "select column_id from ms.columns where object_id = $1 and ms.key(name) = ms.key($2)",
            (1, number),
        )
    elif kind == "INDEX":
        sql, result = (
            "select index_id from ms.indexes where object_id = $1 and ms.key(name) = ms.key($2)",
            (7, number),
        )
    elif kind in _CHILD_TYPES:
        rows = call.query(
            "select object_id from ms.objects where parent_object_id = $1 and ms.key(name) = ms.key($2)"
            " and type = any($3)",
            number, name, list(_CHILD_TYPES[kind]),
        )  # fmt: skip
        if not rows:
            raise _invalid(shown)
        return 1, rows[0][0], 0
    else:
        raise NotSupported(f"extended properties at level 2 {kind}")
    rows = call.query(sql, number, name)
    if not rows:
        raise _invalid(shown)
    return (*result, rows[0][0])


def _invalid(shown: str) -> SqlServerError:
    return SqlServerError(15135, object=shown)


PROCEDURES = {
    "sp_rename": sp_rename,
    "sp_addtype": add_type,
    "sp_droptype": drop_type,
    "sp_addextendedproperty": add_property,
    "sp_updateextendedproperty": update_property,
    "sp_dropextendedproperty": drop_property,
}
