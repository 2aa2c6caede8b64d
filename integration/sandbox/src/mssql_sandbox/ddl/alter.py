"""ALTER TABLE: ADD, DROP, SWITCH and triggers (ALTER COLUMN has its own module)."""

from typing import Any

import psycopg

from ..catalog.model import Index, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import columns, constraints, dependents, foreign_keys, indexes
from .binding import detach
from .compiling import revive
from .context import Ddl, written


def add(ddl: Ddl, statement: nodes.AlterTableAdd) -> None:
    """ALTER TABLE ADD columns and constraints.

    :raises SqlServerError: 4902, 2705, 4901 and errors of columns and constraints.
    """
    table = ddl.table(statement.table)
    keys = [c for definition in statement.columns for c in definition.constraints] + statement.constraints
    key_columns = frozenset(
        column.name.casefold() for key in keys if key.kind == "PRIMARY KEY" for column in key.columns
    )
    new_columns = columns.resolve_columns(ddl, table.name, statement.columns, key_columns, existing=table)
    if any(not _may_be_empty(new) for new in new_columns) and ddl.value(
        f"select exists (select from {table.physical})"
    ):
        name = next(new.column.name for new in new_columns if not _may_be_empty(new))
        raise SqlServerError(4901, name=name, table=table.name)
    for new in new_columns:
        _add_column(ddl, table, new)
    for new in new_columns:
        definition = new.definition
        for constraint in definition.constraints:
            if constraint.kind != "DEFAULT":
                column = definition.name if constraint.kind == "CHECK" else None
                constraints.add(ddl, ddl.reload(table), constraint, column=column)
        if definition.index is not None:
            indexes.build_inline(ddl, ddl.reload(table), definition.index)
    if new_columns:
        ddl.changed(table)
    for number, constraint in enumerate(statement.constraints):
        table = ddl.reload(table) if number or new_columns else table
        _add_constraint(ddl, table, constraint, statement.check_existing is not False)


def _may_be_empty(new: columns.NewColumn) -> bool:
    return (
        new.column.nullable
        or new.column.rowversion
        or new.engine_sql is not None
        or new.column.identity is not None
        or any(constraint.kind == "DEFAULT" for constraint in new.definition.constraints)
    )


def _add_column(ddl: Ddl, table: Table, new: columns.NewColumn) -> None:
    column = new.column
    defaults = [constraint for constraint in new.definition.constraints if constraint.kind == "DEFAULT"]
    if column.identity is not None:
        _add_identity(ddl, table, new)
        return
    if column.rowversion:
        if defaults:
            raise constraints.rowversion_default(table.name, column.name)
        ddl.alter(table, f"add column {columns.engine_definition(ddl, table.id, new)}")
        columns.register_column(ddl, table.id, new)
        columns.create_rowversion(ddl, table.physical, column)
        return
    fills = defaults and (not column.nullable or defaults[0].with_values)
    if not fills:
        try:
            ddl.alter(table, f"add column {columns.engine_definition(ddl, table.id, new)}")
        except psycopg.errors.InvalidObjectDefinition:
            raise columns.not_deterministic(new, table.name) from None
        columns.register_column(ddl, table.id, new)
        for constraint in defaults:
            constraint.for_column = column.name
            constraints.add(ddl, ddl.reload(table), constraint)
        return
    constraint = defaults[0]
    constraint.for_column = column.name
    sql = constraints.default_sql(ddl, column, constraint)
    ddl.alter(table, f"add column {columns.engine_definition(ddl, table.id, new)} default {sql}")
    columns.register_column(ddl, table.id, new)
    constraints.add(ddl, ddl.reload(table), constraint)


def _add_identity(ddl: Ddl, table: Table, new: columns.NewColumn) -> None:
    column = new.column
    if any(constraint.kind == "DEFAULT" for constraint in new.definition.constraints):
        raise SqlServerError(1754, table=table.name, column=column.name)
    if table.instead:
        raise NotSupported(f"an identity column added to {table.name}, which has INSTEAD OF triggers")
    schema = table.physical.split(".")[0]
    definition = columns.engine_definition(ddl, table.id, new).removesuffix(" not null")
    ddl.alter(table, f"add column {definition}")
    columns.register_column(ddl, table.id, new)
    columns.create_identity(ddl, table.id, column, schema)
    ddl.run(
        f"update {table.physical} set {column.physical} = nextval('{schema}.s{table.id}'); "
        f"alter table {table.physical} alter column {column.physical} set not null"
    )


def _add_constraint(ddl: Ddl, table: Table, constraint: nodes.Constraint, check: bool) -> None:
    constraints.add(ddl, table, constraint, check=check)
    if constraint.kind == "DEFAULT" and constraint.with_values:
        raise NotSupported("WITH VALUES on an existing column", constraint.line)


# ---- DROP


def drop(ddl: Ddl, statement: nodes.AlterTableDrop) -> None:
    """ALTER TABLE DROP. :raises SqlServerError: 4902, 4924, 4923, 5074 with 4922, 3728 with 3727."""
    table = ddl.table(statement.table)
    detached = False
    for number, (kind, name, if_exists) in enumerate(statement.items):
        table = ddl.reload(table) if number else table
        if kind == "CONSTRAINT":
            if if_exists and not _has_constraint(ddl, table, name):
                continue
            constraints.drop(ddl, table, name)
            continue
        if not detached:
            detach(ddl, table.id)
            detached = True
        _drop_column(ddl, table, name, if_exists)
    ddl.changed(table)
    if detached:
        revive(ddl)


def _has_constraint(ddl: Ddl, table: Table, name: str) -> bool:
    return bool(
        ddl.value("select 1 from ms.objects where parent_object_id = $1 and ms.key(name) = ms.key($2)", table.id, name)
    )


def _drop_column(ddl: Ddl, table: Table, name: str, if_exists: bool) -> None:
    column = table.column(name)
    if column is None:
        if if_exists:
            return
        raise SqlServerError(4924, action="DROP", column=name, table=table.name)
    dependents.refuse("DROP COLUMN", column, dependents.find(ddl, table, column))
    if len(table.columns) == 1 or not any(other.computed is None for other in table.columns if other.id != column.id):
        raise SqlServerError(4923, column=column.name, table=table.name)
    foreign_keys.drop_hidden_columns(ddl, table, column)
    if column.rowversion:
        ddl.run(f"drop trigger rowversion on {table.physical}")
    ddl.write(f"alter table {table.physical} drop column {column.physical}")
    ddl.write("delete from ms.columns where object_id = $1 and column_id = $2", table.id, column.id)
    ddl.write(
        "delete from ms.dependencies where referencing_id = $1 and referencing_minor_id = $2", table.id, column.id
    )
    ddl.write(
        "delete from ms.extended_properties where class = 1 and major_id = $1 and minor_id = $2", table.id, column.id
    )


# ---- SWITCH and triggers


def switch(ddl: Ddl, statement: nodes.AlterTableSwitch) -> None:
    """Move all rows to an empty table of the same shape.

    :raises SqlServerError: 4902, 4905 target not empty, 4943 and 4944 other columns, 4967 referenced by foreign keys.
    """
    source, target = ddl.table(statement.table), ddl.table(statement.target)
    names = [f"{ddl.database}.{table.schema}.{table.name}" for table in (source, target)]
    if ddl.value(f"select exists (select from {target.physical})"):
        raise SqlServerError(4905, table=names[1])
    if len(source.columns) != len(target.columns):
        raise SqlServerError(
            4943, source=names[0], source_count=len(source.columns), target=names[1], target_count=len(target.columns)
        )
    for own, other in zip(source.columns, target.columns):
        if own.name.casefold() != other.name.casefold() or own.nullable != other.nullable:
            raise NotSupported(f"SWITCH between different columns {own.name} and {other.name}")
        if own.type != other.type:
            raise SqlServerError(
                4944, column=own.name, source=names[0], source_type=own.type, target=names[1], target_type=other.type
            )
    referencing = ddl.value(
        "select o.name from ms.foreign_keys f join ms.objects o using (object_id) where f.referenced_object_id = $1",
        source.id,
    )
    if referencing:
        raise SqlServerError(4967, source=names[0], constraint=referencing)
    if [_shape(index, source) for index in source.indexes] != [_shape(index, target) for index in target.indexes]:
        raise NotSupported("SWITCH between tables with different indexes")
    own_columns = ", ".join(column.physical for column in source.columns if column.computed is None)
    others = ", ".join(column.physical for column in target.columns if column.computed is None)
    ddl.run(f"insert into {target.physical} ({others}) select {own_columns} from {source.physical}")
    ddl.run(f"truncate table {source.physical}")


def _shape(index: Index, table: Table) -> tuple[Any, ...]:
    names = {column.id: column.name.casefold() for column in table.columns}
    return (tuple(names[number] for number in index.columns), index.unique, index.primary_key, index.filter)


def triggers(ddl: Ddl, statement: nodes.AlterTableTrigger) -> None:
    """ENABLE / DISABLE TRIGGER.

    :raises SqlServerError: 4902 unknown table, 4920 unknown trigger; without ALTER TABLE 1088 for either (probes,
        RyanLamansky/sql-server-simulator SimulatedSqlException.TriggerErrors.cs).
    """
    if not statement.of_table and ddl.find_table(statement.table) is None:
        raise SqlServerError(1088, name=written(statement.table), state=21)
    table = ddl.table(statement.table)
    known = {
        name.casefold(): number
        for number, name in ddl.query(
            "select o.object_id, o.name from ms.triggers t join ms.objects o using (object_id)"
            " where t.parent_object_id = $1",
            table.id,
        )
    }
    switched = list(known.values())
    if statement.names is not None:
        switched = [_trigger(name, known, table, statement.of_table) for name in statement.names]
    for number in switched:
        ddl.write("update ms.triggers set is_disabled = $2 where object_id = $1", number, int(not statement.enable))
    ddl.value("select ms.capture_changes($1)", table.id)
    ddl.changed(table)


def _trigger(name: nodes.Name, known: dict[str, int], table: Table, of_table: bool) -> int:
    leaf, schemas = name.parts[-1], name.parts[:-1]
    number = known.get(leaf.casefold())
    if number is not None and all(schema.casefold() == table.schema.casefold() for schema in schemas):
        return number
    if of_table:
        raise SqlServerError(4920, name=leaf, table=table.name)
    raise SqlServerError(1088, name=written(name), state=119)
