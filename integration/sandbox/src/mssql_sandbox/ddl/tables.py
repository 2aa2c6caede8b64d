"""CREATE TABLE, DECLARE @t TABLE, DROP TABLE, TRUNCATE TABLE."""

from typing import Sequence

import psycopg

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import columns, constraints, errors, indexes, warehouse
from .binding import detach
from .compiling import revive
from .context import Ddl, is_local, refuse_odd_name, written

_MAX_TEMPORARY_NAME = 116
_HARMLESS_OPTIONS = frozenset(("DATA_COMPRESSION", "XML_COMPRESSION"))


def create(ddl: Ddl, statement: nodes.CreateTable) -> None:
    """CREATE TABLE. :raises SqlServerError: 2714, 2760, 2705 and errors of columns and constraints."""
    schema, name = ddl.split(statement.name)
    refuse_odd_name(name, statement.line)
    for option in statement.options:
        if option.upper() not in _HARMLESS_OPTIONS:
            raise NotSupported(f"CREATE TABLE ... WITH ({option})")
    if statement.filegroup is not None and statement.filegroup.casefold() not in ("primary", "default"):
        raise SqlServerError(1921, name=statement.filegroup)
    if name.startswith("#") and not name.startswith("##"):
        if len(name) > _MAX_TEMPORARY_NAME:
            raise SqlServerError(193, start=name[:30], maximum=116)
        ddl.scope.created.append(name)
        _create(ddl, name, ddl.temporary_schema(), "pg_temp", statement)
        return
    schema_id = ddl.schema_id(schema, name)
    if ddl.catalog.table(schema, name) is not None:
        raise errors.name_taken(name)
    if ddl.session.version.is_warehouse:
        warehouse.check(statement)
    _create(ddl, name, schema_id, "u", statement)
    revive(ddl)  # views and functions that need a table of this name


def declare(ddl: Ddl, statement: nodes.DeclareTable) -> None:
    """DECLARE @t TABLE: make an empty table; again in a loop, keep its rows."""
    name = statement.variable
    if name in ddl.scope.created:
        return
    caller = ddl.scope.parent
    while caller is not None:
        if name in caller.created:
            raise NotSupported(f"the table variable {name} in a module or text whose caller has one of that name")
        caller = caller.parent
    ddl.catalog.drop_temporary(name)
    ddl.scope.created.append(name)
    if not _is_plain(statement):
        _create(ddl, name, ddl.temporary_schema(), "pg_temp", statement)
        return
    new_columns = columns.resolve_columns(ddl, name, statement.columns, frozenset())
    table = ddl.catalog.declare_variable(name, tuple(new.column for new in new_columns))
    if table is None:
        _create(ddl, name, ddl.temporary_schema(), "pg_temp", statement)
        return
    definitions = ", ".join(columns.engine_definition(ddl, table.id, new) for new in new_columns)
    ddl.run(ddl.catalog.empty_variable_sql(table, definitions))


def _is_plain(statement: nodes.DeclareTable) -> bool:
    """Whether a table variable has nothing but columns."""
    return not statement.constraints and not any(
        column.constraints or column.index or column.computed or column.identity for column in statement.columns
    )


def create_hidden(ddl: Ddl, name: str, schema_id: int, statement: nodes.DeclareTable) -> int:
    """Create the hidden table of a table type; its object id."""
    return _create(ddl, name, schema_id, "u", statement)


def _create(
    ddl: Ddl, name: str, schema_id: int, engine_schema: str, statement: nodes.CreateTable | nodes.DeclareTable
) -> int:
    inline = [(definition, constraint) for definition in statement.columns for constraint in definition.constraints]
    _check_inline(inline)
    keys = [constraint for _, constraint in inline] + statement.constraints
    new_columns = columns.resolve_columns(ddl, name, statement.columns, _primary_key_columns(keys))
    if not any(new.definition.computed is None for new in new_columns):
        raise NotSupported(f"the table {name} of computed columns alone")
    number = ddl.new_object(name, schema_id, "U")
    temporary = "temporary " if engine_schema == "pg_temp" else ""
    table_name = f"t{number}" if temporary else f"{engine_schema}.t{number}"
    try:
        definitions = ", ".join(columns.engine_definition(ddl, number, new) for new in new_columns)
        ddl.run(f"create {temporary}table {table_name} ({definitions})")
    except psycopg.errors.InvalidObjectDefinition:
        computed = next(new for new in new_columns if new.engine_sql is not None)
        raise columns.not_deterministic(computed, name) from None
    for new in new_columns:
        columns.register_column(ddl, number, new)
        if new.column.rowversion:
            columns.create_rowversion(ddl, table_name, new.column)
        if new.column.identity is not None:
            columns.create_identity(ddl, number, new.column, engine_schema)
    ddl.insert("indexes", object_id=number, index_id=0, type=0)
    ddl.touch(temporary=bool(temporary))
    _add_constraints(ddl, number, inline, statement)
    return number


def _add_constraints(
    ddl: Ddl, number: int, inline: Sequence[tuple[nodes.ColumnDefinition, nodes.Constraint]],
    statement: nodes.CreateTable | nodes.DeclareTable,
) -> None:  # fmt: skip
    """Add keys first, clustered ones before others: other constraints may refer to them."""
    wanted: list[tuple[str | None, nodes.Constraint]] = [
        (definition.name, constraint) for definition, constraint in inline
    ]
    wanted += [(None, constraint) for constraint in statement.constraints]
    order = {"PRIMARY KEY": 1, "UNIQUE": 2, "DEFAULT": 3, "CHECK": 4, "FOREIGN KEY": 5}
    wanted.sort(key=lambda pair: (not pair[1].clustered, order[pair[1].kind]))
    own_indexes = [definition.index for definition in statement.columns if definition.index is not None]
    own_indexes += getattr(statement, "indexes", [])
    # Beside an explicitly clustered key or index the primary key is nonclustered.
    clustered_elsewhere = any(index.clustered for index in own_indexes)
    table = ddl.load(number)
    for column, constraint in wanted:
        if constraint.kind == "DEFAULT":
            constraint.for_column = column or constraint.for_column
        if clustered_elsewhere and constraint.kind == "PRIMARY KEY" and constraint.clustered is None:
            constraint.clustered = False
        constraints.add(ddl, table, constraint, column=column if constraint.kind == "CHECK" else None, creating=True)
        if constraint.kind in ("PRIMARY KEY", "UNIQUE", "DEFAULT"):
            table = ddl.reload(table)
    for index in own_indexes:
        table = ddl.reload(table)
        indexes.build_inline(ddl, table, index)
    if wanted or own_indexes:
        ddl.touch(temporary=is_local(table))


def _check_inline(inline: Sequence[tuple[nodes.ColumnDefinition, nodes.Constraint]]) -> None:
    for definition, constraint in inline:
        if definition.computed is not None and constraint.kind in ("CHECK", "FOREIGN KEY") and not definition.persisted:
            raise SqlServerError(8183)


def _primary_key_columns(keys: Sequence[nodes.Constraint]) -> frozenset[str]:
    return frozenset(column.name.casefold() for key in keys if key.kind == "PRIMARY KEY" for column in key.columns)


# ---- DROP TABLE


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701 unknown, 3705 not a table, 3726 referenced by a foreign key."""
    table = ddl.find_table(name)
    if table is None or table.kind == "system":
        if if_exists:
            return
        raise errors.cannot_drop("table", written(name))
    if table.kind == "view":
        if if_exists:
            return
        raise SqlServerError(3705, used="TABLE", name=written(name), kind="view", right="VIEW")
    if is_local(table):
        ddl.catalog.drop_temporary(table.name)
        return
    _refuse_when_referenced(ddl, table, name)
    _refuse_when_schema_bound(ddl, table, name)
    detach(ddl, table.id)
    ddl.write("select ms.forget_table($1)", table.id)
    ddl.run(f"drop table {table.physical}")
    ddl.touch()


def _refuse_when_referenced(ddl: Ddl, table: Table, name: nodes.Name) -> None:
    if ddl.value(
        "select 1 from ms.foreign_keys where referenced_object_id = $1 and parent_object_id <> $1 limit 1", table.id
    ):
        raise SqlServerError(3726, name=written(name))


def _refuse_when_schema_bound(ddl: Ddl, table: Table, name: nodes.Name) -> None:
    binder = ddl.value(
        "select o.name from ms.dependencies d join ms.modules m on m.object_id = d.referencing_id"
        " join ms.objects o on o.object_id = d.referencing_id"
        " where d.referenced_id = $1 and m.is_schema_bound = 1 limit 1",
        table.id,
    )
    if binder:
        raise SqlServerError(3729, action="DROP TABLE", name=written(name), user=binder)


# ---- TRUNCATE TABLE


def truncate(ddl: Ddl, statement: nodes.Truncate) -> None:
    """:raises SqlServerError: 4701 unknown, 4708 a view, 4712 referenced by a foreign key (even a disabled one)."""
    table = ddl.find_table(statement.table)
    name = written(statement.table)
    if table is not None and table.kind == "view":
        raise SqlServerError(4708, name=name)
    if table is None or table.kind == "system":
        raise SqlServerError(4701, name=name)
    if ddl.value(
        "select 1 from ms.foreign_keys where referenced_object_id = $1 and parent_object_id <> $1 limit 1", table.id
    ):
        raise SqlServerError(4712, name=name)
    ddl.run(f"truncate table {table.physical} restart identity")
