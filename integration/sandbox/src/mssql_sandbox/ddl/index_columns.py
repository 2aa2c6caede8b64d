"""Columns, ids and names of indexes and statistics."""

from ..catalog.model import Column, Table
from ..errors import SqlServerError
from ..syntax import nodes
from ..syntax.filters import check_filter
from ..syntax.walk import below
from .calls import deterministic_names
from .context import Ddl, referenced_columns
from .determinism import is_deterministic
from .errors import invalid_column
from .expressions import parse_expression


def existing_column(table: Table, name: str) -> Column:
    column = table.column(name)
    if column is None:
        raise SqlServerError(1911, name=name)
    return column


def filter_columns(name: str, table: Table, where: nodes.Predicate) -> list[Column]:
    """The columns of the filter of an index or statistics. :raises SqlServerError: 207, 10735."""
    check_filter(name, table.name, where)
    for node in below(where):
        if isinstance(node, nodes.ColumnRef) and table.column(node.parts[-1]) is None:
            raise invalid_column(node.parts[-1])
    return referenced_columns(where, table)


def check_computed(ddl: Ddl, table: Table, column: Column, name: str) -> None:
    """Check a computed column of an index or statistics.

    :raises SqlServerError: 2729 non-deterministic, 2799 imprecise and not persisted.
    """
    if column.computed is None:
        return
    if not is_deterministic(parse_expression(column.computed), table, deterministic_names(ddl)):
        raise SqlServerError(2729, column=column.name, schema=table.schema, table=table.name)
    if column.type.is_approximate and not column.persisted:
        raise SqlServerError(2799, name=name, schema=table.schema, table=table.name, column=column.name)


def taken(ddl: Ddl, table: Table) -> tuple[set[str], int]:
    """The case-folded names of a table's indexes and statistics, and the next free id."""
    statistics, number = ddl.query(
        "select array(select name from ms.statistics where object_id = $1), greatest(1,"
        " (select max(index_id) from ms.indexes where object_id = $1),"
        " (select max(stats_id) from ms.statistics where object_id = $1)) + 1",
        table.id,
    )[0]
    return {table.key(name) for name in (*statistics, *(index.name for index in table.indexes))}, number
