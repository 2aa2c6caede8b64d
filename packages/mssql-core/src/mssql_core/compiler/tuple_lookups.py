"""Lookups of composite keys: there are no row values, (a, b) = (c, d) is error 4145. EXISTS compares the columns.

https://learn.microsoft.com/sql/t-sql/language-elements/exists-transact-sql
"""

from django.db.models import Subquery
from django.db.models.sql.query import Query

from ..compat.orm import tuple_lookups
from ..plugin.types import Capability
from . import byte_lists
from .field_values import compared, untyped
from .json_values import carrier, json_array
from .value_lists import list_limit

# Up to here each tuple is a condition of its own.
_SHORT = 16
# The subquery's column stands on the left.
_OPERATORS = {"gt": "<", "gte": "<=", "lt": ">", "lte": ">="}


def compile_tuple_in(node, compiler, connection, **extra):
    """(a, b) IN a subquery, or in a list of tuples."""
    query = _query(node.rhs)
    if query is not None:
        return _compares_row_of(query, node, compiler, connection)
    if not node.rhs_is_direct_value():
        return node.get_fallback_sql(compiler, connection)
    rows = [tuple(row) for row in node.rhs if not any(value is None for value in row)]
    if len(rows) <= _short(len(node.lhs), connection) or any(hasattr(value, "as_sql") for row in rows for value in row):
        return node.get_fallback_sql(compiler, connection)
    compiled = _in_long_list(rows, list(node.lhs), compiler, connection)
    return node.get_fallback_sql(compiler, connection) if compiled is None else compiled


def _short(width, connection):
    """Up to how many tuples are conditions; without OPENJSON as many as a statement has parameters for."""
    if connection.server.has(Capability.OPENJSON):
        return min(_SHORT, list_limit(connection))
    return list_limit(connection) // width


def compile_tuple_comparison(node, compiler, connection, **extra):
    """(a, b) = (SELECT ...), (a, b) < (c, d) and the like, column by column."""
    query = _query(node.rhs)
    if query is None:
        return node.get_fallback_sql(compiler, connection)
    if node.lookup_name in _OPERATORS and not getattr(
        connection.features, "supports_tuple_comparison_against_subquery", True
    ):
        # Where a plugin switches it off, Django says so.
        return NotImplemented
    return _compares_row_of(query, node, compiler, connection)


def _query(rhs):
    """The query of a right side that is one, explicitly or not; else None."""
    if isinstance(rhs, Subquery):
        return rhs.query
    return rhs if isinstance(rhs, Query) else None


def _compares_row_of(query, node, compiler, connection):
    """The subquery stays whole: a limit, DISTINCT or groups of it come before the comparison."""
    sql, params = query.get_compiler(connection=connection).as_sql(with_col_aliases=True)
    columns = [compiler.compile(column) for column in node.lhs]
    names = ", ".join("[c%d]" % index for index in range(len(columns)))
    condition, condition_params = _comparison(columns, _OPERATORS.get(node.lookup_name, "="))
    return "EXISTS(SELECT 1 FROM (%s) AS [v] (%s) WHERE %s)" % (sql, names, condition), [*params, *condition_params]


def _comparison(columns, operator):
    """(condition, params) of columns with those of [v], the first column counting most."""
    *first, (sql, params) = columns
    condition, params = "[v].[c%d] %s %s" % (len(first), operator, sql), list(params)
    for index, (sql, found) in reversed(list(enumerate(first))):
        column = "[v].[c%d]" % index
        if operator == "=":
            condition, params = "%s = %s AND %s" % (column, sql, condition), [*found, *params]
        else:
            names = (column, operator[0], sql, column, sql, condition)
            condition, params = "(%s %s %s OR (%s = %s AND %s))" % names, [*found, *found, *params]
    return condition, params


def _in_long_list(rows, columns, compiler, connection):
    """One JSON parameter, or two of bytes, hold all tuples; None where they cannot hold a value without loss."""
    prepared = [
        [column.output_field.get_db_prep_value(value, connection) for column, value in zip(columns, row)]
        for row in rows
    ]
    definitions, compiled, carriers, plain = [], [], [], []
    for index, column in enumerate(columns):
        field = column.output_field
        values = [untyped(compared(field, row[index], connection, "in")[1]) for row in prepared]
        carried = carrier(field, values, connection, is_compared=True)
        if carried is None:
            return None
        compiled.append(compiler.compile(column))
        definitions.append(carried.definition("[c%d]" % index, "$[%d]" % index))
        carriers.append(carried)
        plain.append(values)
    if connection.server.has(Capability.OPENJSON):
        expressions = [carried.value("[v].[c%d]" % index) for index, carried in enumerate(carriers)]
        source = "FROM OPENJSON(%%s) WITH (%s) AS [v] WHERE " % ", ".join(definitions)
        params = [json_array(list(zip(*(carried.encoded(values) for carried, values in zip(carriers, plain)))))]
    else:
        expressions, source, params = byte_lists.rows_source(list(zip(*plain)), carriers)
        source += " AND "
    matches = " AND ".join("%s = %s" % pair for pair in zip(expressions, (sql for sql, _ in compiled)))
    return "EXISTS(SELECT 1 %s%s)" % (source, matches), [*params, *(value for _, found in compiled for value in found)]


COMPILERS = {
    **dict.fromkeys(tuple_lookups("TupleIn"), compile_tuple_in),
    **dict.fromkeys(
        tuple_lookups(
            "TupleExact", "TupleGreaterThan", "TupleGreaterThanOrEqual", "TupleLessThan", "TupleLessThanOrEqual"
        ),
        compile_tuple_comparison,
    ),
}
