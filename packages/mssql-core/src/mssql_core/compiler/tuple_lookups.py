"""Lookups of composite keys: there are no row values, (a, b) = (c, d) is error 4145. EXISTS compares the columns.

https://learn.microsoft.com/sql/t-sql/language-elements/exists-transact-sql
"""

from django.db.models import Subquery
from django.db.models.sql.query import Query

from ..compat.orm import tuple_lookup
from ..plugin.types import Capability
from .field_values import compared, untyped
from .json_values import carrier, json_array
from .value_lists import list_limit

# Up to here each tuple is a condition of its own.
_SHORT = 16


def compile_tuple_in(node, compiler, connection, **extra):
    """(a, b) IN a subquery, or a long list of tuples."""
    query = _query(node.rhs)
    if query is not None:
        return _matches_row_of(query, node, compiler, connection)
    if not node.rhs_is_direct_value() or not connection.server.has(Capability.OPENJSON):
        return NotImplemented
    rows = [tuple(row) for row in node.rhs if not any(value is None for value in row)]
    if len(rows) <= min(_SHORT, list_limit(connection)) or any(
        hasattr(value, "as_sql") for row in rows for value in row
    ):
        return NotImplemented
    return _in_long_list(rows, list(node.lhs), compiler, connection)


def compile_tuple_exact(node, compiler, connection, **extra):
    """(a, b) = (SELECT ...)."""
    query = _query(node.rhs)
    return NotImplemented if query is None else _matches_row_of(query, node, compiler, connection)


def _query(rhs):
    """The query of a right side that is one, explicitly or not; else None."""
    if isinstance(rhs, Subquery):
        return rhs.query
    return rhs if isinstance(rhs, Query) else None


def _matches_row_of(query, node, compiler, connection):
    """The subquery stays whole: a limit, DISTINCT or groups of it come before the comparison."""
    sql, params = query.get_compiler(connection=connection).as_sql(with_col_aliases=True)
    names, matches, params = [], [], list(params)
    for index, column in enumerate(node.lhs):
        column_sql, found = compiler.compile(column)
        names.append("[c%d]" % index)
        matches.append("[v].[c%d] = %s" % (index, column_sql))
        params.extend(found)
    return "EXISTS(SELECT 1 FROM (%s) AS [v] (%s) WHERE %s)" % (sql, ", ".join(names), " AND ".join(matches)), params


def _in_long_list(rows, columns, compiler, connection):
    """One JSON parameter holds all tuples; NotImplemented where it cannot hold a value without loss."""
    prepared = [
        [column.output_field.get_db_prep_value(value, connection) for column, value in zip(columns, row)]
        for row in rows
    ]
    definitions, matches, params, encoded = [], [], [], []
    for index, column in enumerate(columns):
        field = column.output_field
        values = [untyped(compared(field, row[index], connection, "in")[1]) for row in prepared]
        carried = carrier(field, values, connection, is_compared=True)
        if carried is None:
            return NotImplemented
        sql, found = compiler.compile(column)
        definitions.append(carried.definition("[c%d]" % index, "$[%d]" % index))
        matches.append("%s = %s" % (carried.value("[v].[c%d]" % index), sql))
        params.extend(found)
        encoded.append(carried.encoded(values))
    sql = "EXISTS(SELECT 1 FROM OPENJSON(%%s) WITH (%s) AS [v] WHERE %s)" % (
        ", ".join(definitions),
        " AND ".join(matches),
    )
    return sql, [json_array(list(zip(*encoded))), *params]


COMPILERS = {
    **dict.fromkeys(tuple_lookup("TupleIn"), compile_tuple_in),
    **dict.fromkeys(tuple_lookup("TupleExact"), compile_tuple_exact),
}
