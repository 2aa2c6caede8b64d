"""What indexes and statistics share: their columns, ids and names."""

from __future__ import annotations

from ..catalog.model import Column, Table
from ..errors import SqlServerError
from .calls import deterministic_names
from .context import Ddl
from .determinism import is_deterministic
from .expressions import parse_expression


def existing_column(table: Table, name: str) -> Column:
    column = table.column(name)
    if column is None:
        raise SqlServerError(1911, name=name)
    return column


def check_computed(ddl: Ddl, table: Table, column: Column, name: str) -> None:
    """Of an index or statistics of that name.

    :raises SqlServerError: 2729 non-deterministic, 2799 imprecise and not persisted.
    """
    if column.computed is None:
        return
    if not is_deterministic(parse_expression(column.computed), table, deterministic_names(ddl)):
        raise SqlServerError(2729, column=column.name, schema=table.schema, table=table.name)
    if column.type.is_approximate and not column.persisted:
        raise SqlServerError(2799, name=name, schema=table.schema, table=table.name, column=column.name)


def free_id(ddl: Ddl, table: Table) -> int:
    """The next id that neither an index nor statistics of the table have."""
    return ddl.value(
        "select greatest(coalesce(max(number), 1), 1) + 1 from (select index_id from ms.indexes where object_id = $1"
        " union all select stats_id from ms.statistics where object_id = $1) taken (number)",
        table.id,
    )


def statistics_names(ddl: Ddl, table: Table) -> set[str]:
    """The names of CREATE STATISTICS of a table, folded."""
    return {row[0].casefold() for row in ddl.query("select name from ms.statistics where object_id = $1", table.id)}
