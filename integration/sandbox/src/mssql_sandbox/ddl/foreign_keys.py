"""FOREIGN KEY constraints: engine constraints over columns with the keys by which SQL Server compares values."""

from collections import defaultdict
from typing import Any, Sequence

import psycopg

from ..catalog import datatypes
from ..catalog.model import Column, Index, Table
from ..errors import SqlServerError
from ..syntax import nodes
from ..types.collation import key_sql
from .context import Ddl, written
from .errors import with_1750
from .expressions import is_plain_key, key

_ACTIONS = {"NO ACTION": 0, "CASCADE": 1, "SET NULL": 2, "SET DEFAULT": 3}
_ACTION_NAMES = {number: name for name, number in _ACTIONS.items()}


def add(ddl: Ddl, table: Table, constraint: nodes.Constraint, name: str, constraint_id: int, check: bool) -> None:
    """Write a foreign key to catalogue and engine.

    :param check: whether existing rows are verified (WITH CHECK).
    :raises SqlServerError: 1767, 1769, 1770, 1773, 1776, 1778, 1753, 1757, 1785 (followed by 1750), 547.
    """
    reference = constraint.reference
    target = _target(ddl, table, reference, name)
    parents = _parent_columns(table, constraint, name)
    referenced, index = _referenced_columns(target, reference, parents, name)
    for parent, other in zip(parents, referenced):
        _check_types(table, parent, target, other, name)
    actions = _ACTIONS[reference.on_delete], _ACTIONS[reference.on_update]
    _check_actions(table, parents, name, actions)
    _check_paths(ddl, table, target, name, actions)
    ddl.insert(
        "foreign_keys",
        object_id=constraint_id,
        parent_object_id=table.id,
        referenced_object_id=target.id,
        key_index_id=index.id,
        # Rows written by replication are not verified.
        is_not_trusted=int(not check or constraint.not_for_replication),
        is_not_for_replication=int(constraint.not_for_replication),
        delete_referential_action=actions[0],
        update_referential_action=actions[1],
    )
    for position, (parent, other) in enumerate(zip(parents, referenced), start=1):
        ddl.insert(
            "foreign_key_columns",
            constraint_object_id=constraint_id,
            constraint_column_id=position,
            parent_object_id=table.id,
            parent_column_id=parent.id,
            referenced_object_id=target.id,
            referenced_column_id=other.id,
        )
    ddl.changed(target)
    enforce(ddl, constraint_id, name, table, parents, target, referenced, index, actions, check)


def enforce(
    ddl: Ddl, constraint_id: int, name: str, table: Table, parents: Sequence[Column], target: Table,
    referenced: Sequence[Column], index: Index, actions: tuple[int, int], check: bool,
) -> None:  # fmt: skip
    """Create the engine's constraint. :raises SqlServerError: 547 when a row has no match."""
    own = [_comparison_column(ddl, table, column) for column in parents]
    others = [_comparison_column(ddl, target, column) for column in referenced]
    if any(not is_plain_key(column) for column in referenced):
        if any(name.startswith("h") for name in own):
            actions = _act_on_hidden(
                ddl, constraint_id, table, list(zip(parents, own)), target, list(zip(referenced, others)), actions
            )
        ddl.run(
            f"create unique index if not exists x{target.id}_{index.id} on {target.physical} "
            f"({', '.join(others)}) nulls not distinct"
        )
    sql = (
        f"alter table {table.physical} add constraint k{constraint_id} foreign key ({', '.join(own)}) "
        f"references {target.physical} ({', '.join(others)}) on delete {_ACTION_NAMES[actions[0]]} "
        f"on update {_ACTION_NAMES[actions[1]]}{'' if check else ' not valid'}"
    )
    try:
        ddl.run(sql)
    except psycopg.errors.ForeignKeyViolation:
        same = "SAME TABLE" if table.id == target.id else ""
        column = f", column '{referenced[0].name}'" if len(referenced) == 1 else ""
        raise SqlServerError(
            547,
            statement="ALTER TABLE",
            kind=f"FOREIGN KEY{(' ' + same if same else '')}",
            constraint=name,
            database=ddl.database,
            schema=target.schema,
            table=target.name,
            column=column,
        ) from None


def _act_on_hidden(
    ddl: Ddl, constraint_id: int, table: Table, own: Sequence[tuple[Column, str]], target: Table,
    others: Sequence[tuple[Column, str]], actions: tuple[int, int],
) -> tuple[int, int]:  # fmt: skip
    """Create triggers for actions that the engine cannot do on generated columns; the actions left to the engine.

    Their names sort before those of the engine's own triggers.

    :param own: (column, comparison column) of the referencing table, ``others`` of the referenced one.
    """
    where = " and ".join(f"{column} = ($1).{other}" for (_, column), (_, other) in zip(own, others))
    changed = " or ".join(f"old.{c.physical} is distinct from new.{c.physical}" for c, _ in others)
    left = list(actions)
    for number, (event, condition) in enumerate((("delete", "true"), ("update", changed))):
        action = actions[number]
        if not action or event == "delete" and action == _ACTIONS["CASCADE"]:
            continue
        values = [("default", f"($2).{c.physical}", "null", "default")[action] for c, _ in others]
        sets = ", ".join(f"{column.physical} = {value}" for (column, _), value in zip(own, values))
        ddl.run(
            f'create or replace trigger "A_k{constraint_id}_{event}" after {event} on {target.physical} for each row'
            f" when ({condition}) execute function ms.act_on_key("
            f"'k{constraint_id}', 'update {table.physical} set {sets} where {where}')"
        )
        left[number] = 0
    return left[0], left[1]


def enforce_again(ddl: Ddl, constraint_id: int, check: bool) -> None:
    """Re-create the engine's constraint after NOCHECK or a change of a column."""
    name, table_id, target_id, index_id, on_delete, on_update = ddl.query(
        "select o.name, f.parent_object_id, f.referenced_object_id, f.key_index_id, f.delete_referential_action,"
        " f.update_referential_action from ms.foreign_keys f join ms.objects o using (object_id)"
        " where f.object_id = $1",
        constraint_id,
    )[0]
    table, target = ddl.load(table_id), ddl.load(target_id)
    pairs = ddl.query(
        "select parent_column_id, referenced_column_id from ms.foreign_key_columns where constraint_object_id = $1"
        " order by constraint_column_id",
        constraint_id,
    )
    parents = [column_by_id(table, pair[0]) for pair in pairs]
    referenced = [column_by_id(target, pair[1]) for pair in pairs]
    index = next(index for index in target.indexes if index.id == index_id)
    enforce(
        ddl, constraint_id, name, table, parents, target, referenced, index, (on_delete, on_update), check
    )  # fmt: skip


def column_by_id(table: Table, number: int) -> Column:
    return next(column for column in table.columns if column.id == number)


def drop_hidden_columns(ddl: Ddl, table: Table, column: Column) -> None:
    """Drop the comparison column that a foreign key may have needed, before the column changes."""
    ddl.write(f"alter table {table.physical} drop column if exists h{column.id}")


def _comparison_column(ddl: Ddl, table: Table, column: Column) -> str:
    """The engine column whose equality is SQL Server's: for strings a hidden generated one."""
    # The key of uniqueidentifier is for ordering only.
    if is_plain_key(column) or column.type.name == "uniqueidentifier":
        return column.physical
    hidden = f"h{column.id}"
    if ddl.value(
        "select 1 from pg_attribute where attrelid = to_regclass($1) and attname = $2", table.physical, hidden
    ):
        return hidden
    null = f"null::{datatypes.engine_type(column.type)}"
    type_ = ddl.value(f"select pg_typeof({key_sql(null, column.type)})::text")
    ddl.alter(table, f"add column {hidden} {type_} generated always as ({key(column)}) stored")
    return hidden


def _target(ddl: Ddl, table: Table, reference: nodes.ReferenceClause, name: str) -> Table:
    schema, leaf = ddl.split(reference.table)
    if len(reference.table.parts) == 1:
        schema = table.schema
    target = ddl.catalog.table(schema, leaf)
    if target is None and len(reference.table.parts) == 1:
        target = ddl.catalog.table(None, leaf)
    if target is None or target.kind != "table":
        raise with_1750(SqlServerError(1767, name=name, table=written(reference.table)))
    return table if target.id == table.id else target


def _parent_columns(table: Table, constraint: nodes.Constraint, name: str) -> list[Column]:
    columns = []
    for wanted in constraint.columns:
        column = table.column(wanted.name)
        if column is None:
            raise with_1750(SqlServerError(1769, name=name, column=wanted.name, table=table.name))
        if column.computed is not None and not column.persisted:
            raise with_1750(SqlServerError(1764, column=column.name, table=table.name, use="FOREIGN KEY"))
        columns.append(column)
    return columns


def _referenced_columns(
    target: Table, reference: nodes.ReferenceClause, parents: Sequence[Column], name: str
) -> tuple[list[Column], Index]:
    if not reference.columns:
        primary = next((index for index in target.indexes if index.primary_key), None)
        if primary is None:
            raise with_1750(SqlServerError(1773, name=name, schema=target.schema, table=target.name))
        columns = [column_by_id(target, number) for number in primary.columns]
    else:
        columns = []
        for wanted in reference.columns:
            column = target.column(wanted)
            if column is None:
                raise with_1750(SqlServerError(1770, name=name, column=wanted, table=target.name))
            columns.append(column)
    if len(columns) != len(parents):
        raise SqlServerError(8139, schema=target.schema, table=target.name)
    wanted_ids = sorted(column.id for column in columns)
    for index in sorted(target.indexes, key=lambda index: not index.primary_key):
        if index.unique and index.filter is None and sorted(index.columns) == wanted_ids:
            return columns, index
    raise with_1750(SqlServerError(1776, schema=target.schema, table=target.name, name=name))


def _check_types(table: Table, parent: Column, target: Table, other: Column, name: str) -> None:
    pair: dict[str, Any] = {
        "referenced": f"{target.schema}.{target.name}.{other.name}",
        "referencing": f"{table.name}.{parent.name}",
        "name": name,
    }
    if parent.type.name != other.type.name:
        raise with_1750(SqlServerError(1778, **pair))
    if parent.type.collation != other.type.collation:
        raise with_1750(SqlServerError(1757, **pair))
    # Lengths must be equal even for variable-length types; precision may differ if scale is equal.
    own, expected = datatypes.facets(parent.type), datatypes.facets(other.type)
    if parent.type.name == "decimal":
        differs = (own.precision, own.scale) != (expected.precision, expected.scale)
    else:
        differs = own != expected
    if differs:
        raise with_1750(SqlServerError(1753, **pair))


def _check_actions(table: Table, parents: Sequence[Column], name: str, actions: tuple[int, int]) -> None:
    if 2 in actions and any(not column.nullable for column in parents):
        raise with_1750(SqlServerError(1761, name=name))
    if 3 in actions and any(not column.nullable and not column.default_id for column in parents):
        raise with_1750(SqlServerError(1762, name=name))


def _check_paths(ddl: Ddl, table: Table, target: Table, name: str, actions: tuple[int, int]) -> None:
    """Refuse a cycle or a second cascading path to a table (1785)."""
    for action, column in zip(actions, ("delete_referential_action", "update_referential_action")):
        if not action:
            continue
        children: dict[int, set[int]] = defaultdict(set)
        parents: dict[int, set[int]] = defaultdict(set)
        for child, parent in ddl.query(
            f"select parent_object_id, referenced_object_id from ms.foreign_keys where {column} > 0"
        ):
            children[parent].add(child)
            parents[child].add(parent)
        below = _closure(children, table.id)
        above = _closure(parents, target.id)
        if target.id in below or any(_closure(children, start) - {start} & below for start in above):
            raise with_1750(SqlServerError(1785, name=name, table=table.name))


def _closure(edges: dict[int, set[int]], start: int) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        for number in edges[waiting.pop()]:
            if number not in reached:
                reached.add(number)
                waiting.append(number)
    return reached
