"""What stands in the way of dropping or altering a column: errors 5074 and 4922."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalog.model import Column, Index, Table
from ..errors import SqlServerError
from .context import Ddl


@dataclass(frozen=True)
class Dependent:
    """kind: 'default', 'check', 'foreign key', 'key', 'index', 'statistics', 'column' (computed) or 'view' (schema-bound)."""

    kind: str
    name: str
    index: Index | None = None

    @property
    def noun(self) -> str:
        return self.kind if self.kind in ("index", "statistics", "column") else "object"


def find(ddl: Ddl, table: Table, column: Column) -> list[Dependent]:
    """All dependents of a column: constraints and modules in the order in which they were made, then the others."""
    return [*_objects(ddl, table, column), *_indexes(ddl, table, column), *_statistics_and_columns(ddl, table, column)]


def _objects(ddl: Ddl, table: Table, column: Column) -> list[Dependent]:
    rows = ddl.query(
        "select o.object_id, case o.type when 'D' then 'default' when 'C' then 'check' when 'F' then 'foreign key'"
        "   else 'view' end, o.name from ms.objects o where o.object_id in ("
        "   select default_object_id from ms.columns where object_id = $1 and column_id = $2"
        "   union select d.referencing_id from ms.dependencies d"
        "     left join ms.modules m on m.object_id = d.referencing_id"
        "     where d.referenced_id = $1 and d.referenced_minor_id = $2 and d.referencing_id <> $1"
        "     and coalesce(m.is_schema_bound, 1) = 1"
        "   union select constraint_object_id from ms.foreign_key_columns"
        "     where (parent_object_id = $1 and parent_column_id = $2)"
        "     or (referenced_object_id = $1 and referenced_column_id = $2)) order by 1",
        table.id, column.id,
    )  # fmt: skip
    return [Dependent(kind, name) for _, kind, name in rows]


def _indexes(ddl: Ddl, table: Table, column: Column) -> list[Dependent]:
    filtered = {
        -row[0]
        for row in ddl.query(
            "select referencing_minor_id from ms.dependencies where referencing_id = $1 and referenced_id = $1"
            " and referenced_minor_id = $2 and referencing_minor_id < 0",
            table.id, column.id,
        )
    }  # fmt: skip
    return [
        Dependent("key" if index.constraint_id else "index", index.name, index)
        for index in table.indexes
        if column.id in index.columns + index.included or index.id in filtered
    ]


def _statistics_and_columns(ddl: Ddl, table: Table, column: Column) -> list[Dependent]:
    statistics = ddl.query(
        "select name from ms.statistics where object_id = $1 and ($2 = any(column_ids) or -stats_id in ("
        " select referencing_minor_id from ms.dependencies where referencing_id = $1 and referenced_id = $1"
        " and referenced_minor_id = $2)) order by stats_id",
        table.id, column.id,
    )  # fmt: skip
    computed = ddl.query(
        "select c.name from ms.dependencies d join ms.columns c on c.object_id = d.referencing_id"
        " and c.column_id = d.referencing_minor_id"
        " where d.referencing_id = $1 and d.referenced_id = $1 and d.referenced_minor_id = $2",
        table.id, column.id,
    )  # fmt: skip
    return [Dependent("statistics", name) for (name,) in statistics] + [
        Dependent("column", name) for (name,) in computed
    ]


def refuse(action: str, column: Column, blocking: list[Dependent]) -> None:
    """:raises SqlServerError: 5074 for each dependent, then 4922."""
    if not blocking:
        return
    dependents = [
        SqlServerError(5074, kind=dependent.noun, name=dependent.name, column=column.name) for dependent in blocking
    ]
    last = SqlServerError(4922, action=action, column=column.name)
    raise dependents[0].followed_by(*dependents[1:], last)
