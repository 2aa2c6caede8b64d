"""Indexes, also those of PRIMARY KEY and UNIQUE constraints."""

from dataclasses import dataclass, field
from typing import Sequence

import psycopg

from ..catalog import datatypes
from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..translate.sources import column_value
from ..types.code_pages import datalength_sql
from . import errors, normalise
from .context import Ddl, column_names, key_value, referenced_columns, written
from .expressions import condition_sql, key
from .index_columns import check_computed, existing_column, filter_columns, taken

MAX_KEY_COLUMNS = 32
_VARIABLE = ("varchar", "nvarchar", "varbinary")
_NO_KEY_TYPES = ("text", "ntext", "image", "xml", "json")
# Options that change only storage or timing.
_HARMLESS_OPTIONS = frozenset(
    ("FILLFACTOR", "PAD_INDEX", "STATISTICS_NORECOMPUTE", "STATISTICS_INCREMENTAL", "SORT_IN_TEMPDB", "ONLINE",
     "ALLOW_ROW_LOCKS", "ALLOW_PAGE_LOCKS", "MAXDOP", "DATA_COMPRESSION", "OPTIMIZE_FOR_SEQUENTIAL_KEY",
     "RESUMABLE", "MAX_DURATION", "XML_COMPRESSION")
)  # fmt: skip


@dataclass
class IndexPlan:
    """``constraint`` is (object id, 'PK' or 'UQ') for the index of a constraint."""

    name: str
    columns: Sequence[nodes.IndexColumn]
    unique: bool = False
    clustered: bool = False
    include: Sequence[str] = ()
    where: nodes.Predicate | None = None
    options: dict[str, str] = field(default_factory=dict)
    constraint: tuple[int, str] | None = None


def create(ddl: Ddl, statement: nodes.CreateIndex) -> None:
    """CREATE INDEX.

    :raises SqlServerError: 1088, 1913, 1911, 1909, 1919, 1944, 1902, 10735, 1505 ...
    """
    check_duplicates_option(statement)
    table = ddl.indexable(statement.table)
    if table.kind == "view":
        raise _on_view(ddl, table, statement)
    _check_filegroup(statement.filegroup)
    if _is_on(statement.options, "DROP_EXISTING"):
        table = _drop_existing(ddl, table, statement)
    plan = IndexPlan(
        statement.name, statement.columns, statement.unique, bool(statement.clustered), statement.include,
        statement.where, statement.options,
    )  # fmt: skip
    build(ddl, table, plan)


def build_inline(ddl: Ddl, table: Table, index: nodes.InlineIndex) -> None:
    """An index in CREATE TABLE or beside a new column. :raises SqlServerError: as :func:`create`."""
    check_duplicates_option(index)
    kind = index.unique, bool(index.clustered)
    build(ddl, table, IndexPlan(index.name, index.columns, *kind, (), index.where, index.options))


def _drop_existing(ddl: Ddl, table: Table, statement: nodes.CreateIndex) -> Table:
    """The table after dropping the index of this name. :raises SqlServerError: 7999 when there is none."""
    index = next((i for i in table.indexes if table.key(i.name) == table.key(statement.name)), None)
    if index is None:
        raise SqlServerError(7999, name=statement.name, table=written(statement.table))
    if index.constraint_id or (index.id == 1) != bool(statement.clustered):
        raise NotSupported("DROP_EXISTING of a constraint's index or of another kind")
    drop(ddl, table, statement.name)
    return ddl.load(table.id)


def _on_view(ddl: Ddl, table: Table, statement: nodes.CreateIndex) -> SqlServerError:
    """The error for an index on a view: 1939, 1940, or that indexed views are not supported."""
    name = f"{table.schema}.{table.name}"
    if not ddl.value("select is_schema_bound from ms.modules where object_id = $1", table.id):
        return SqlServerError(1939, name=name)
    if not (statement.unique and statement.clustered):
        return SqlServerError(1940, name=name)
    return NotSupported("indexed views")


def build(ddl: Ddl, table: Table, plan: IndexPlan) -> int:
    """Create an index in catalogue and engine; its index_id."""
    _check_options(table, plan)
    index_id = _new_index_id(ddl, table, plan)
    keys = _key_columns(ddl, table, plan)
    included = _included(table, plan, keys)
    if not ddl.session.settings.quoted_identifier and (plan.where or any(c.computed for c in keys + included)):
        raise SqlServerError(1934, statement="CREATE INDEX")
    _check_size(ddl, plan, keys)
    if plan.clustered:
        ddl.write("delete from ms.indexes where object_id = $1 and index_id = 0", table.id)
    definition, engine_filter = _filter(ddl, table, plan)
    constraint_id, kind = plan.constraint or (0, "")
    ddl.insert(
        "indexes", object_id=table.id, index_id=index_id, name=plan.name, type=1 if plan.clustered else 2,
        is_unique=int(plan.unique), is_primary_key=int(kind == "PK"), is_unique_constraint=int(kind == "UQ"),
        constraint_id=constraint_id, filter_definition=definition, engine_filter=engine_filter,
    )  # fmt: skip
    _register_columns(ddl, table, plan, index_id, keys, included)
    ddl.changed(table)
    _limit_entries(ddl, table, index_id, plan, keys, engine_filter)
    create_in_engine(ddl, table, engine_name(table, index_id, plan.constraint), plan, keys, engine_filter)
    return index_id


def _register_columns(
    ddl: Ddl, table: Table, plan: IndexPlan, index_id: int, keys: list[Column], included: list[Column]
) -> None:
    """Register the columns of an index and of its filter."""
    descending = [column.descending for column in plan.columns] + [False] * len(included)
    for position, column in enumerate(keys + included, start=1):
        ddl.insert(
            "index_columns", object_id=table.id, index_id=index_id, index_column_id=position, column_id=column.id,
            key_ordinal=position if position <= len(keys) else 0, is_descending_key=int(descending[position - 1]),
        )  # fmt: skip
    for column in referenced_columns(plan.where, table):
        ddl.insert(
            "dependencies", referencing_id=table.id, referencing_minor_id=-index_id, referenced_id=table.id,
            referenced_minor_id=column.id,
        )  # fmt: skip


def engine_name(table: Table, index_id: int, constraint: tuple[int, str] | None) -> str:
    return f"k{constraint[0]}" if constraint else f"i{table.id}_{index_id}"


def create_in_engine(
    ddl: Ddl, table: Table, name: str, plan: IndexPlan, keys: Sequence[Column], engine_filter: str | None
) -> None:
    """:raises SqlServerError: 1505 when rows have the same key."""
    parts = [
        f"({key(column)}) {'desc nulls last' if wanted.descending else 'nulls first'}"
        for column, wanted in zip(keys, plan.columns)
    ]
    unique = "unique " if plan.unique else ""
    distinct = " nulls not distinct" if plan.unique else ""
    where = f" where {engine_filter}" if engine_filter else ""
    try:
        ddl.run(f"create {unique}index {name} on {table.physical} ({', '.join(parts)}){distinct}{where}")
    except psycopg.errors.UniqueViolation as fault:
        errors.reraise_as_1505(f"{table.schema}.{table.name}", plan.name, key_value(fault.diag.message_detail))


def _limit_entries(
    ddl: Ddl, table: Table, index_id: int, plan: IndexPlan, keys: Sequence[Column], where: str | None
) -> None:
    """Check in each row that a key is not too long (1946) and that its computed columns do not fail."""
    limit, kind = _limit(plan)
    relation = table.physical.split(".")[-1]
    values = [column_value(table, column, relation) for column in keys if column.computed and not column.persisted]
    tests = [f"({value} is null) in (true, false)" for value in values]
    if sum(_size(column) for column in keys) > limit:
        size = " + ".join(
            f"coalesce({datalength_sql(column.physical, column.type)}, 0)"
            if column.type.name in _VARIABLE
            else str(_size(column))
            for column in keys
        )
        tests.append(f"ms.index_entry({size}, {limit}, '{kind}', {table.id}, {index_id})")
    if tests:
        condition = (f"({where}) is not true or " if where else "") + " and ".join(tests)
        ddl.alter(table, f"add constraint w{table.id}_{index_id} check ({condition})")


def drop(ddl: Ddl, table: Table, name: str) -> None:
    """DROP INDEX name ON table. :raises SqlServerError: 3701, 3723."""
    index = next((index for index in table.indexes if table.key(index.name) == table.key(name)), None)
    disabled = None
    if index is None:
        disabled = ddl.value(
            "select index_id from ms.indexes"
            " where object_id = $1 and ms.key(name) = ms.key($2) and is_disabled = 1",
            table.id, name,
        )  # fmt: skip
        if disabled is None:
            raise errors.cannot_drop("index", f"{table.schema}.{table.name}.{name}")
    if index is not None and index.constraint_id:
        kind = "PRIMARY KEY" if index.primary_key else "UNIQUE KEY"
        raise SqlServerError(3723, schema=table.schema, table=table.name, index=index.name, kind=kind)
    index_id = index.id if index is not None else int(disabled or 0)
    _refuse_when_referenced(ddl, table, index_id, name)
    forget(ddl, table, index_id)
    ddl.changed(table)
    schema = table.physical.split(".")[0]
    ddl.run(
        f"drop index if exists {schema}.i{table.id}_{index_id}; drop index if exists {schema}.x{table.id}_{index_id}"
    )


def forget(ddl: Ddl, table: Table, index_id: int) -> None:
    """Remove an index from the catalogue; without its clustered index the table is a heap."""
    ddl.write("delete from ms.index_columns where object_id = $1 and index_id = $2", table.id, index_id)
    ddl.write("delete from ms.indexes where object_id = $1 and index_id = $2", table.id, index_id)
    ddl.write(
        "delete from ms.extended_properties where class = 7 and major_id = $1 and minor_id = $2", table.id, index_id
    )
    ddl.write(
        "delete from ms.dependencies where referencing_id = $1 and referencing_minor_id = $2", table.id, -index_id
    )
    if index_id == 1:
        ddl.insert("indexes", object_id=table.id, index_id=0, type=0)
    ddl.alter(table, f"drop constraint if exists w{table.id}_{index_id}")


def alter(ddl: Ddl, statement: nodes.AlterIndex) -> None:
    """ALTER INDEX: REBUILD and REORGANIZE have no visible effect; DISABLE is not modelled.

    :raises SqlServerError: 1088, 2727; of IGNORE_DUP_KEY = ON 1915, 1979, 10618.
    """
    table = ddl.find_table(statement.table)
    if table is None and statement.of_table:
        raise errors.cannot_find(written(statement.table))
    if table is None:
        raise errors.cannot_find_object(written(statement.table))
    if statement.name is not None and not any(
        table.key(index.name) == table.key(statement.name) for index in table.indexes
    ):
        raise SqlServerError(2727, name=statement.name)
    _set_options(table, statement)
    if statement.action.upper().split()[0] not in ("REBUILD", "REORGANIZE", "SET"):
        raise NotSupported(f"ALTER INDEX {statement.action}")


def _set_options(table: Table, statement: nodes.AlterIndex) -> None:
    if not _is_on(statement.options, "IGNORE_DUP_KEY"):
        return
    for index in table.indexes:
        if statement.name is not None and table.key(index.name) != table.key(statement.name):
            continue
        if not index.unique:
            raise SqlServerError(1915, index=index.name)
        if index.constraint_id:
            raise SqlServerError(1979, index=index.name)
        if index.filter:
            raise SqlServerError(10618, action="alter", name=index.name, table=table.name)
        raise NotSupported("IGNORE_DUP_KEY")


def _refuse_when_referenced(ddl: Ddl, table: Table, index_id: int, name: str) -> None:
    rows = ddl.query(
        "select o.name from ms.foreign_keys f join ms.objects o using (object_id)"
        " where f.referenced_object_id = $1 and f.key_index_id = $2",
        table.id, index_id,
    )  # fmt: skip
    if rows:
        raise SqlServerError(3723, schema=table.schema, table=table.name, index=name, kind="FOREIGN KEY", state=6)


# ---- checks


def _check_filegroup(name: str | None) -> None:
    if name is not None and name.casefold() not in ("primary", "default"):
        raise SqlServerError(1921, name=name)


def check_duplicates_option(statement: nodes.CreateIndex | nodes.InlineIndex) -> None:
    """Refuse IGNORE_DUP_KEY of a non-unique index, before the table is looked up. :raises SqlServerError: 1916."""
    if not statement.unique and _is_on(statement.options, "IGNORE_DUP_KEY"):
        raise SqlServerError(1916)


def _is_on(options: dict[str, str], wanted: str) -> bool:
    return any(name.upper() == wanted and value.strip().upper() == "ON" for name, value in options.items())


def _check_options(table: Table, plan: IndexPlan) -> None:
    """:raises SqlServerError: 10618 IGNORE_DUP_KEY with a filter."""
    if plan.where is not None and _is_on(plan.options, "IGNORE_DUP_KEY"):
        raise SqlServerError(10618, action="create", name=plan.name, table=table.name)
    for name, value in plan.options.items():
        if name.upper() in (*_HARMLESS_OPTIONS, "DROP_EXISTING") or value.strip().upper() == "OFF":
            continue
        raise NotSupported(f"index option {name.upper()}")


def _new_index_id(ddl: Ddl, table: Table, plan: IndexPlan) -> int:
    names, index_id = taken(ddl, table)
    if table.key(plan.name) in names:
        raise SqlServerError(1913, name=plan.name, schema=table.schema, table=table.name)
    for index in table.indexes:
        if plan.clustered and index.id == 1:
            raise SqlServerError(1902, schema=table.schema, table=table.name, index=index.name)
    return 1 if plan.clustered else index_id


def _key_columns(ddl: Ddl, table: Table, plan: IndexPlan) -> list[Column]:
    if len(plan.columns) > MAX_KEY_COLUMNS:
        raise SqlServerError(
            1904,
            name=plan.name,
            schema=table.schema,
            table=table.name,
            count=len(plan.columns),
            maximum=MAX_KEY_COLUMNS,
        )
    keys: list[Column] = []
    for wanted in plan.columns:
        column = existing_column(table, wanted.name)
        if column in keys:
            raise SqlServerError(1909, column=column.name)
        if column.type.name in _NO_KEY_TYPES or column.type.length == -1:
            raise SqlServerError(1919, column=column.name, schema=table.schema, table=table.name)
        if column.type.name == "sql_variant":
            raise NotSupported(f"the sql_variant column {column.name} in an index")
        check_computed(ddl, table, column, plan.name)
        keys.append(column)
    return keys


def _included(table: Table, plan: IndexPlan, keys: Sequence[Column]) -> list[Column]:
    included: list[Column] = []
    if plan.include and plan.clustered:
        raise SqlServerError(10601)
    for name in plan.include:
        column = existing_column(table, name)
        if column in keys or column in included:
            raise SqlServerError(1909, column=column.name)
        if column.type.name in ("text", "ntext", "image"):
            raise SqlServerError(1999, column=column.name, schema=table.schema, table=table.name)
        included.append(column)
    return included


def _limit(plan: IndexPlan) -> tuple[int, str]:
    """(maximum bytes of the key, kind) of an index."""
    return (900, "clustered") if plan.clustered else (1700, "nonclustered")


def _size(column: Column) -> int:
    return datatypes.facets(column.type).max_length


def _check_size(ddl: Ddl, plan: IndexPlan, keys: Sequence[Column]) -> None:
    limit, kind = _limit(plan)
    total = sum(_size(column) for column in keys)
    if total <= limit:
        return
    fixed = sum(_size(column) for column in keys if column.type.name not in _VARIABLE)
    if fixed > limit:
        raise SqlServerError(1944, name=plan.name, length=fixed, maximum=limit)
    ddl.info(1945, kind=kind, maximum=limit, name=plan.name, length=total)


# ---- filters


def _filter(ddl: Ddl, table: Table, plan: IndexPlan) -> tuple[str | None, str | None]:
    if plan.where is None:
        return None, None
    if plan.clustered:
        raise NotSupported("a filtered clustered index")  # the grammar does not take it
    for column in filter_columns(plan.name, table, plan.where):
        if column.computed is not None:
            raise SqlServerError(10609, name=plan.name, schema=table.schema, table=table.name, column=column.name)
    definition = normalise.filter_definition(plan.where, column_names(table))
    return definition, condition_sql(ddl, plan.where, table)
