"""PRIMARY KEY, UNIQUE, CHECK and DEFAULT constraints: ADD, DROP, NOCHECK and CHECK."""

from typing import Sequence

import psycopg

from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..syntax.walk import below
from . import foreign_keys, indexes, normalise
from .calls import register_calls
from .context import Ddl, column_names, column_references, is_temporary, quote, referenced_columns
from .errors import with_1750
from .expressions import condition_sql, value_sql

_PREFIXES = {"PRIMARY KEY": "PK", "UNIQUE": "UQ", "FOREIGN KEY": "FK", "CHECK": "CK", "DEFAULT": "DF"}
_KINDS = {"PRIMARY KEY": "PK", "UNIQUE": "UQ", "FOREIGN KEY": "F", "CHECK": "C", "DEFAULT": "D"}


def add(
    ddl: Ddl, table: Table, constraint: nodes.Constraint, *, column: str | None = None, check: bool = True,
    creating: bool = False,
) -> None:  # fmt: skip
    """Add one constraint.

    :param column: name of the column whose definition has the constraint; None for a table constraint.
    :param check: whether existing rows are verified (CHECK and FOREIGN KEY).
    :param creating: whether it is part of CREATE TABLE.
    :raises SqlServerError: 2714, 1779, 8110, 8111, 1781, 8141, 547 ... mostly followed by 1750.
    """
    if constraint.kind == "FOREIGN KEY" and is_temporary(table):
        ddl.info(1756, name=constraint.name or "")
        return
    name = constraint.name or _system_name(ddl, table, constraint)
    try:
        number = ddl.new_object(
            name, None, _KINDS[constraint.kind], table.id, system_named=constraint.name is None,
            state=5 if not creating else 4,
        )  # fmt: skip
    except SqlServerError as error:
        raise with_1750(error) from None
    if constraint.kind in ("PRIMARY KEY", "UNIQUE"):
        _add_key(ddl, table, constraint, name, number, creating)
        return
    ddl.changed(table)
    if constraint.kind == "FOREIGN KEY":
        foreign_keys.add(ddl, table, constraint, name, number, check)
    elif constraint.kind == "CHECK":
        _add_check(ddl, table, constraint, name, number, column, check)
    else:
        _add_default(ddl, table, constraint, number)


def drop(ddl: Ddl, table: Table, name: str) -> None:
    """ALTER TABLE DROP CONSTRAINT. :raises SqlServerError: 3728, 3725 (followed by 3727)."""
    rows = ddl.query(
        "select o.object_id, o.type, coalesce(d.parent_column_id, f.referenced_object_id, i.index_id) from ms.objects o"
        " left join ms.default_constraints d using (object_id) left join ms.foreign_keys f using (object_id)"
        " left join ms.indexes i on i.object_id = $1 and i.constraint_id = o.object_id"
        " where o.parent_object_id = $1 and ms.key(o.name) = ms.key($2) and o.type in ('PK', 'UQ', 'F', 'C', 'D')",
        table.id, name,
    )  # fmt: skip
    if not rows:
        raise _with_3727(SqlServerError(3728, name=name))
    number, kind, target = rows[0]
    if kind in ("PK", "UQ"):
        _drop_key(ddl, table, number, target, name)
    elif kind == "D":
        ddl.write(
            "update ms.columns set default_object_id = 0 where object_id = $1 and column_id = $2", table.id, target
        )
        ddl.write(f"alter table {table.physical} alter column c{target} drop default")
    elif kind == "C":
        ddl.write(f"alter table {table.physical} drop constraint if exists k{number}")
    else:
        ddl.write("delete from ms.foreign_key_columns where constraint_object_id = $1", number)
        ddl.write(f"alter table {table.physical} drop constraint if exists k{number}")
        if target != table.id:
            ddl.modified(target)
    ddl.delete_object(number, "default_constraints", "check_constraints", "foreign_keys")


def switch(ddl: Ddl, table: Table, statement: nodes.AlterTableCheck) -> None:
    """CHECK / NOCHECK CONSTRAINT. :raises SqlServerError: 4917 unknown, 11415 a key, 547 with WITH CHECK."""
    for number, name, kind, disabled in _switched(ddl, table, statement.names):
        catalog = "check_constraints" if kind == "C" else "foreign_keys"
        if not statement.enable:
            ddl.write(f"update ms.{catalog} set is_disabled = 1, is_not_trusted = 1 where object_id = $1", number)
            ddl.alter(table, f"drop constraint if exists k{number}")
            continue
        verify = bool(statement.check_existing)
        if disabled or verify:
            ddl.alter(table, f"drop constraint if exists k{number}")
            if kind == "F":
                foreign_keys.enforce_again(ddl, number, verify)
            else:
                sql = ddl.value("select engine_sql from ms.check_constraints where object_id = $1", number)
                column_id = ddl.value("select parent_column_id from ms.check_constraints where object_id = $1", number)
                _enforce_check(ddl, table, name, number, sql, column_id, verify)
        trusted = ", is_not_trusted = is_not_for_replication" if verify else ""
        ddl.write(f"update ms.{catalog} set is_disabled = 0{trusted} where object_id = $1", number)


def _switched(ddl: Ddl, table: Table, names: Sequence[str] | None) -> list[tuple[int, str, str, int]]:
    rows = ddl.query(
        "select o.object_id, o.name, o.type, coalesce(f.is_disabled, c.is_disabled, 0) from ms.objects o"
        " left join ms.foreign_keys f on f.object_id = o.object_id"
        " left join ms.check_constraints c on c.object_id = o.object_id"
        " where o.parent_object_id = $1 and o.type in ('F', 'C', 'PK', 'UQ', 'D') order by o.object_id",
        table.id,
    )
    if names is None:
        return [row for row in rows if row[2] in ("F", "C")]
    chosen = []
    for name in names:
        row = next((row for row in rows if table.key(row[1]) == table.key(name)), None)
        if row is None:
            raise SqlServerError(4917, name=name).followed_by(SqlServerError(4916))
        if row[2] not in ("F", "C"):
            raise SqlServerError(11415, name=name).followed_by(SqlServerError(4916))
        chosen.append(row)
    return chosen


# ---- keys


def _add_key(ddl: Ddl, table: Table, constraint: nodes.Constraint, name: str, number: int, creating: bool) -> None:
    primary = constraint.kind == "PRIMARY KEY"
    if primary and any(index.primary_key for index in table.indexes):
        if creating:
            raise SqlServerError(8110, table=table.name)
        raise with_1750(SqlServerError(1779, table=table.name))
    if primary:
        for wanted in constraint.columns:
            column = table.column(wanted.name)
            if column is not None and column.nullable:
                raise with_1750(SqlServerError(8111, table=table.name))
    clustered = constraint.clustered
    if clustered is None:
        clustered = primary and not any(index.id == 1 for index in table.indexes)
    if clustered and creating and any(index.id == 1 for index in table.indexes):
        raise SqlServerError(8112, table=table.name)
    plan = indexes.IndexPlan(
        name, constraint.columns, True, clustered, options=constraint.options,
        constraint=(number, "PK" if primary else "UQ"),
    )  # fmt: skip
    try:
        indexes.build(ddl, table, plan)
    except NotSupported:
        raise
    except SqlServerError as error:
        raise with_1750(error) from None


def _drop_key(ddl: Ddl, table: Table, number: int, index_id: int, name: str) -> None:
    rows = ddl.query(
        "select t.name, o.name from ms.foreign_keys f join ms.objects o using (object_id)"
        " join ms.objects t on t.object_id = f.parent_object_id"
        " where f.referenced_object_id = $1 and f.key_index_id = $2 order by f.object_id",
        table.id, index_id,
    )  # fmt: skip
    if rows:
        child, key = rows[0]
        raise _with_3727(SqlServerError(3725, name=name, table=child, constraint=key))
    indexes.forget(ddl, table, index_id)
    schema = table.physical.split(".")[0]
    ddl.write(f"drop index if exists {schema}.k{number}; drop index if exists {schema}.x{table.id}_{index_id}")


def _with_3727(error: SqlServerError) -> SqlServerError:
    return error.followed_by(SqlServerError(3727))


# ---- CHECK


def _add_check(
    ddl: Ddl, table: Table, constraint: nodes.Constraint, name: str, number: int, column: str | None, check: bool
) -> None:
    _refuse_subqueries(constraint.check)
    used = referenced_columns(constraint.check, table)
    for other in used:
        if other.computed is not None and not other.persisted:
            raise with_1750(SqlServerError(1764, column=other.name, table=table.name, use="CHECK CONSTRAINT"))
    if column is not None and any(other.name.casefold() != column.casefold() for other in used):
        raise with_1750(SqlServerError(8141, column=column, table=table.name))
    sql = condition_sql(ddl, constraint.check, table)
    column_id = used[0].id if len(used) == 1 else 0
    ddl.insert(
        "check_constraints",
        object_id=number,
        parent_object_id=table.id,
        parent_column_id=column_id,
        definition=normalise.check_definition(constraint.check, column_names(table)),
        engine_sql=sql,
        is_not_trusted=int(not check or constraint.not_for_replication),
        is_not_for_replication=int(constraint.not_for_replication),
    )
    for other in used:
        ddl.insert("dependencies", referencing_id=number, referenced_id=table.id, referenced_minor_id=other.id)
    register_calls(ddl, constraint.check, number)
    _enforce_check(ddl, table, name, number, sql, column_id, check)


def _enforce_check(ddl: Ddl, table: Table, name: str, number: int, sql: str, column_id: int, check: bool) -> None:
    try:
        ddl.alter(table, f"add constraint k{number} check ({sql}){'' if check else ' not valid'}")
    except psycopg.errors.CheckViolation:
        column = next((column.name for column in table.columns if column.id == column_id), None)
        raise SqlServerError(
            547,
            statement="ALTER TABLE",
            kind="CHECK",
            constraint=name,
            database=ddl.database,
            schema=table.schema,
            table=table.name,
            column=f", column {quote(column)}" if column else "",
        ) from None


def _refuse_subqueries(root: nodes.Node) -> None:
    for node in below(root):
        if isinstance(node, (nodes.ScalarSubquery, nodes.Exists, nodes.InQuery, nodes.QuantifiedComparison)):
            raise SqlServerError(1046)


# ---- DEFAULT


def _add_default(ddl: Ddl, table: Table, constraint: nodes.Constraint, number: int) -> None:
    column = default_column(table, constraint)
    sql = default_sql(ddl, column, constraint)
    register_default(ddl, table.id, column, constraint, number, sql)
    ddl.write(f"alter table {table.physical} alter column {column.physical} set default {sql}")


def default_column(table: Table, constraint: nodes.Constraint) -> Column:
    """The column of a DEFAULT. :raises SqlServerError: 1752, 1781, 1754 (followed by 1750)."""
    column = table.column(constraint.for_column or "")
    if column is None or column.computed is not None:
        raise with_1750(SqlServerError(1752, column=constraint.for_column, table=table.name))
    if column.rowversion:
        raise rowversion_default(table.name, column.name)
    if column.default_id:
        raise with_1750(SqlServerError(1781))
    if column.identity is not None:
        raise with_1750(SqlServerError(1754, table=table.name, column=column.name))
    return column


def rowversion_default(table: str, column: str) -> SqlServerError:
    return with_1750(SqlServerError(1755, table=table, column=column))


def default_sql(ddl: Ddl, column: Column, constraint: nodes.Constraint) -> str:
    """:raises SqlServerError: 128 for column names, 1046 for subqueries."""
    _refuse_subqueries(constraint.default)
    for reference in column_references(constraint.default):
        if not _is_argument_word(constraint.default, reference):
            raise SqlServerError(128, name=".".join(reference.parts))
    return value_sql(ddl, constraint.default, None, column.type)[0]


def register_default(
    ddl: Ddl, table_id: int, column: Column, constraint: nodes.Constraint, number: int, sql: str
) -> None:
    ddl.insert(
        "default_constraints",
        object_id=number,
        parent_object_id=table_id,
        parent_column_id=column.id,
        definition=normalise.default_definition(constraint.default),
        engine_sql=sql,
    )
    ddl.write(
        "update ms.columns set default_object_id = $3 where object_id = $1 and column_id = $2",
        table_id, column.id, number,
    )  # fmt: skip
    register_calls(ddl, constraint.default, number)


def _is_argument_word(expression: nodes.Expression, reference: nodes.ColumnRef) -> bool:
    """Whether a column reference is a datepart or a sequence name, which the tree does not distinguish."""
    return any(
        isinstance(call, nodes.FunctionCall)
        and call.arguments
        and call.arguments[0] is reference
        and (call.name.upper() == "NEXT VALUE FOR" or call.name.upper().startswith("DATE"))
        for call in below(expression)
    )


def _system_name(ddl: Ddl, table: Table, constraint: nodes.Constraint) -> str:
    name = table.name.lstrip("@")
    if constraint.kind in ("PRIMARY KEY", "UNIQUE"):
        return ddl.system_name(_PREFIXES[constraint.kind], name, digits=16)
    column = None
    if constraint.kind == "DEFAULT":
        column = constraint.for_column
    elif constraint.kind == "CHECK":
        used = referenced_columns(constraint.check, table)
        column = used[0].name if len(used) == 1 else None
    elif constraint.columns:
        column = constraint.columns[0].name
    return ddl.system_name(_PREFIXES[constraint.kind], name, column)
