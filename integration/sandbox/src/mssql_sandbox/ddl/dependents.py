"""Objects that block dropping or altering a column: errors 5074 and 4922."""

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
    """All dependents of a column: constraints and modules in order of creation, then the others."""
    rows = ddl.query(
        "select 1, o.object_id, case o.type when 'D' then 'default' when 'C' then 'check' when 'F' then 'foreign key'"
        "   else 'view' end, o.name from ms.objects o where o.object_id in ("
        "   select default_object_id from ms.columns where object_id = $1 and column_id = $2"
        "   union select d.referencing_id from ms.dependencies d"
        "     left join ms.modules m on m.object_id = d.referencing_id"
        "     where d.referenced_id = $1 and d.referenced_minor_id = $2 and d.referencing_id <> $1"
        "     and coalesce(m.is_schema_bound, 1) = 1"
        "   union select constraint_object_id from ms.foreign_key_columns"
        "     where (parent_object_id = $1 and parent_column_id = $2)"
        "     or (referenced_object_id = $1 and referenced_column_id = $2))"
        " union all select 2, -referencing_minor_id, 'filter', '' from ms.dependencies where referencing_id = $1"
        "   and referenced_id = $1 and referenced_minor_id = $2 and referencing_minor_id < 0"
        " union all select 3, stats_id, 'statistics', name from ms.statistics where object_id = $1"
        "   and ($2 = any(column_ids) or -stats_id in (select referencing_minor_id from ms.dependencies"
        "   where referencing_id = $1 and referenced_id = $1 and referenced_minor_id = $2))"
        " union all select 4, c.column_id, 'column', c.name from ms.dependencies d join ms.columns c"
        "   on c.object_id = d.referencing_id and c.column_id = d.referencing_minor_id"
        "   where d.referencing_id = $1 and d.referenced_id = $1 and d.referenced_minor_id = $2 order by 1, 2",
        table.id, column.id,
    )  # fmt: skip
    filtered = {number for _, number, kind, _ in rows if kind == "filter"}
    indexes = [
        Dependent("key" if index.constraint_id else "index", index.name, index)
        for index in table.indexes
        if column.id in index.columns + index.included or index.id in filtered
    ]
    return [
        *(Dependent(kind, name) for rank, _, kind, name in rows if rank == 1), *indexes,
        *(Dependent(kind, name) for rank, _, kind, name in rows if rank > 2),
    ]  # fmt: skip


def refuse(action: str, column: Column, blocking: list[Dependent]) -> None:
    """:raises SqlServerError: 5074 for each dependent, then 4922."""
    if not blocking:
        return
    dependents = [
        SqlServerError(5074, kind=dependent.noun, name=dependent.name, column=column.name) for dependent in blocking
    ]
    last = SqlServerError(4922, action=action, column=column.name)
    raise dependents[0].followed_by(*dependents[1:], last)
