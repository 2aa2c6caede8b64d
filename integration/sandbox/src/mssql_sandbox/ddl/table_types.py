"""CREATE TYPE ... AS TABLE and DROP TYPE.

A hidden table holds the columns, as the server's own object of type TT does; a variable of the type is declared from
the text. https://learn.microsoft.com/sql/t-sql/statements/create-type-transact-sql
"""

from __future__ import annotations

import secrets

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import tables
from .context import Ddl, written

_SYS = 4
_PREFIX = "DECLARE @t TABLE "


def create(ddl: Ddl, statement: nodes.CreateTableType) -> None:
    """:raises SqlServerError: 219 name taken, 2760 schema, and what columns and constraints raise."""
    if ddl.session.version.is_warehouse:
        raise NotSupported("a table type in a warehouse", statement.line)
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    if ddl.catalog.table_type(schema, name) is not None:
        raise SqlServerError(219, name=written(statement.name))
    number = tables.create_hidden(ddl, f"TT_{name[:20]}_{secrets.token_hex(4).upper()}", _SYS, statement.table)
    ddl.write("update ms.objects set type = 'TT' where object_id = $1", number)
    ddl.write(
        "insert into ms.table_types (user_type_id, name, schema_id, object_id, definition) values"
        " ((select greatest(coalesce(max(user_type_id), 256), 256) + 1 from ms.table_types), $1, $2, $3, $4)",
        name, schema_id, number, _PREFIX + statement.text,
    )  # fmt: skip
    ddl.catalog.touch()


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 218 no such type."""
    schema, leaf = ddl.split(name)
    found = ddl.query(
        "delete from ms.table_types where casefold(name) = casefold($2) and schema_id ="
        " (select schema_id from ms.schemas where casefold(name) = casefold($1)) returning object_id",
        schema, leaf,
    )  # fmt: skip
    if not found:
        if if_exists:
            return
        raise SqlServerError(218, name=written(name))
    ddl.run(f"drop table u.t{found[0][0]}")
    ddl.value("select ms.forget_table($1)", found[0][0])
    ddl.catalog.touch()
