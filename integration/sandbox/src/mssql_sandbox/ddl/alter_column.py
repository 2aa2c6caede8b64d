"""ALTER TABLE ALTER COLUMN: type, collation and nullability of an existing column."""

from dataclasses import replace
from typing import Any

from ..catalog import datatypes
from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import columns, dependents, foreign_keys
from .binding import detach
from .compiling import revive
from .context import Ddl
from .expressions import check_collation, convert, parse_expression, value_sql

_VARIABLE = ("varchar", "nvarchar", "varbinary")


def alter(ddl: Ddl, statement: nodes.AlterColumn) -> None:
    """Change one column.

    :raises SqlServerError: 4902, 4924, 4928 computed, 5074 with 4922 dependents, 515 NULL in a column made NOT NULL,
        206/257 types that do not convert, 245/2628/8115 ... values that do not.
    """
    table = ddl.table(statement.table)
    column = _column(table, statement)
    new = _resolve(ddl, table, column, statement)
    blocking = [dependent for dependent in dependents.find(ddl, table, column) if _blocks(dependent, column, new)]
    dependents.refuse("ALTER COLUMN", column, blocking)
    if new.type != column.type:
        _change_type(ddl, table, column, new)
    if new.nullable != column.nullable:
        verb = "drop" if new.nullable else "set"
        ddl.alter(table, f"alter column {column.physical} {verb} not null")
    length, precision, scale = datatypes.facets(new.type)
    ddl.write(
        "update ms.columns set system_type_id = $3, user_type_id = $4, max_length = $5, precision = $6, scale = $7,"
        " collation_name = $8, is_nullable = $9 where object_id = $1 and column_id = $2",
        table.id, column.id, *datatypes.type_ids(statement.type, new.type), length, precision, scale,
        new.type.collation, int(new.nullable),
    )  # fmt: skip
    ddl.changed(table)
    if new.type != column.type:
        _renew_default(ddl, table, new)
        revive(ddl)


def _column(table: Table, statement: nodes.AlterColumn) -> Column:
    column = table.column(statement.column_name)
    if column is None:
        raise SqlServerError(4924, action="ALTER", column=statement.column_name, table=table.name)
    if statement.action is not None:
        raise NotSupported(f"ALTER COLUMN {statement.action}")
    if column.computed is not None:
        raise SqlServerError(4928, column=column.name, property="COMPUTED")
    if column.rowversion:
        raise SqlServerError(4928, column=column.name, property="timestamp")
    return column


def _resolve(ddl: Ddl, table: Table, column: Column, statement: nodes.AlterColumn) -> Column:
    collation = statement.collation or column.type.collation or ddl.catalog.collation
    if statement.collation is not None:
        collation = ddl.catalog.collation if collation.casefold() == "database_default" else collation
        check_collation(collation, ddl.version)
    statement.type = ddl.catalog.dealias(statement.type)
    type_ = datatypes.resolve(statement.type, collation, ordinal=column.id, subject=column.name, version=ddl.version)
    nullable = statement.nullable is not False
    if column.identity is not None:
        if nullable and statement.nullable is not None:
            raise SqlServerError(8147, column=column.name, table=table.name)
        nullable = False
        if type_.name not in ("int", "bigint", "smallint", "tinyint", "decimal") or type_.scale:
            raise SqlServerError(2749, column=column.name)
    return replace(column, type=type_, nullable=nullable)


def _blocks(dependent: dependents.Dependent, old: Column, new: Column) -> bool:
    """Whether a dependent blocks the change.

    https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql (ALTER COLUMN): a variable-length column
    of an index, CHECK or UNIQUE may grow; a default allows another length, precision or scale of the same type;
    foreign keys allow only a change of nullability.
    """
    same_type = old.type == new.type
    widening = (
        old.type.name == new.type.name
        and old.type.collation == new.type.collation
        and old.type.name in _VARIABLE
        and (new.type.length == -1 or old.type.length != -1 and (new.type.length or 0) >= (old.type.length or 0))
    )
    if dependent.kind in ("index", "key"):
        index: Any = dependent.index
        if old.id in index.columns and new.type.length == -1 and old.type.length != -1:
            return True
        if index.primary_key and old.nullable != new.nullable:
            return True
        if old.nullable and not new.nullable:
            return True
        return not (same_type or widening)
    if dependent.kind == "default":
        return old.type.name != new.type.name or old.type.collation != new.type.collation
    if dependent.kind == "statistics":
        return not (same_type or widening) or old.nullable and not new.nullable
    if dependent.kind == "check":
        return not (same_type or widening)
    if dependent.kind == "foreign key":
        return not same_type
    return not same_type or old.nullable != new.nullable


def _change_type(ddl: Ddl, table: Table, old: Column, new: Column) -> None:
    detach(ddl, table.id)
    foreign_keys.drop_hidden_columns(ddl, table, old)
    if old.default_id:
        ddl.alter(table, f"alter column {old.physical} drop default")
    sql = convert(old.physical, old.type, new.type, (ddl.full_name(table), old.name))
    if old.identity is not None:
        _change_identity(ddl, table, new)
    if sql != old.physical or datatypes.engine_type(old.type) != datatypes.engine_type(new.type):
        ddl.run(
            f"alter table {table.physical} alter column {old.physical} type {datatypes.engine_type(new.type)} "
            f"using {sql}"
        )


def _change_identity(ddl: Ddl, table: Table, new: Column) -> None:
    if table.instead:
        raise NotSupported(f"ALTER COLUMN of the identity of {table.name}, which has INSTEAD OF triggers")
    schema = table.physical.split(".")[0]
    minimum, maximum = columns.identity_range(new.type)
    ddl.run(
        f"alter table {table.physical} alter column {new.physical} drop default; "
        f"alter sequence {schema}.s{table.id} minvalue {max(minimum, -(2**63) + 1)} "
        f"maxvalue {min(maximum, 2**63 - 1)}; "
        f"alter table {table.physical} alter column {new.physical} type {datatypes.engine_type(new.type)}; "
        f"alter table {table.physical} alter column {new.physical} set default nextval('{schema}.s{table.id}')"
    )


def _renew_default(ddl: Ddl, table: Table, new: Column) -> None:
    """Convert the column's default to its new type."""
    if not new.default_id:
        return
    definition = ddl.value("select definition from ms.default_constraints where object_id = $1", new.default_id)
    sql = value_sql(ddl, parse_expression(definition), None, new.type)[0]
    ddl.write("update ms.default_constraints set engine_sql = $2 where object_id = $1", new.default_id, sql)
    ddl.alter(table, f"alter column {new.physical} set default {sql}")
