"""CREATE TYPE and DROP TYPE.

An alias type is a row of ms.types with its base type. A table type's columns are those of a hidden table, like the
server's object of type TT; a variable of the type is declared from the type's text.
https://learn.microsoft.com/sql/t-sql/statements/create-type-transact-sql
"""

import secrets

from ..catalog import datatypes
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import tables
from .context import Ddl, written

_SYS = 4
_NEXT_ID = (
    "(select greatest(256, max(user_type_id)) + 1"
    " from (select user_type_id from ms.types union all select user_type_id from ms.table_types) t)"
)
_PREFIX = "DECLARE @t TABLE "


def create(ddl: Ddl, statement: nodes.CreateType) -> None:
    """:raises SqlServerError: 219 name taken, 2760 schema, and errors of columns and constraints."""
    if ddl.session.version.is_warehouse:
        raise NotSupported("a table type in a warehouse")
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    if ddl.catalog.table_type(schema, name) is not None or ddl.catalog.dealias(type_name(schema, name)).alias:
        raise SqlServerError(219, name=written(statement.name))
    if statement.base is not None:
        _create_alias(ddl, statement, schema_id, name)
        return
    number = tables.create_hidden(ddl, f"TT_{name[:20]}_{secrets.token_hex(4).upper()}", _SYS, statement.table)
    ddl.write("update ms.objects set type = 'TT' where object_id = $1", number)
    ddl.write(
        "insert into ms.table_types (user_type_id, name, schema_id, object_id, definition) values"
        f" ({_NEXT_ID}, $1, $2, $3, $4)",
        name, schema_id, number, _PREFIX + statement.text,
    )  # fmt: skip
    ddl.touch()


def type_name(schema: str, name: str) -> nodes.TypeName:
    return nodes.TypeName(f"{schema}.{name}")


def _create_alias(ddl: Ddl, statement: nodes.CreateType, schema_id: int, name: str) -> None:
    """CREATE TYPE ... FROM. :raises NotSupported: for base types that the server may refuse."""
    base = statement.base
    type_ = datatypes.resolve(base, ddl.catalog.collation, subject=name, version=ddl.version)
    if type_.name in ("xml", "json", "rowversion", "sql_variant") or not datatypes.is_system_name(base.name):
        raise NotSupported(f"an alias type of {base.name}")
    length, precision, scale = datatypes.facets(type_)
    ddl.write(
        "insert into ms.types (user_type_id, name, system_type_id, schema_id, max_length, precision, scale, is_character,"
        f" is_nullable, definition) values ({_NEXT_ID}, $1, $2, $3, $4, $5, $6, $7, $8, $9)",
        name, datatypes.type_ids(base, type_)[0], schema_id, length, precision, scale, int(type_.is_character),
        int(statement.nullable), " ".join((base.name, *base.arguments)),
    )  # fmt: skip
    ddl.catalog.touch()


def _drop_alias(ddl: Ddl, number: int, name: nodes.Name) -> None:
    """:raises SqlServerError: 3732 for a type in use."""
    user = ddl.value(
        "select o.name from ms.objects o where exists (select from ms.columns c where c.object_id = o.object_id"
        " and c.user_type_id = $1) or exists (select from ms.parameters p where p.object_id = o.object_id"
        " and p.user_type_id = $1) order by o.object_id limit 1",
        number,
    )
    if user is not None:
        raise SqlServerError(3732, name=written(name), user=user)
    ddl.write("delete from ms.types where user_type_id = $1", number)
    ddl.catalog.touch()


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 218 no such type."""
    schema, leaf = ddl.split(name)
    if alias := ddl.catalog.dealias(type_name(schema, leaf)).alias:
        _drop_alias(ddl, alias, name)
        return
    rows = ddl.query(
        "delete from ms.table_types where ms.key(name) = ms.key($2) and schema_id ="
        " (select schema_id from ms.schemas where ms.key(name) = ms.key($1)) returning object_id",
        schema, leaf,
    )  # fmt: skip
    if not rows:
        if if_exists:
            return
        raise SqlServerError(218, name=written(name))
    ddl.run(f"drop table u.t{rows[0][0]}")
    ddl.value("select ms.forget_table($1)", rows[0][0])
    ddl.touch()
