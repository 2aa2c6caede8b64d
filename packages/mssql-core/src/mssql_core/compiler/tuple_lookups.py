"""Lookups of composite keys by EXISTS, since SQL Server has no row values: (a, b) = (c, d) is error 4145.

https://learn.microsoft.com/sql/t-sql/language-elements/exists-transact-sql
"""

from typing import Any, List, Optional, Sequence, Tuple

from django.db.models import Subquery
from django.db.models.sql.query import Query

from ..compat.orm import tuple_lookups
from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Capability, Compiled, Translation
from . import byte_lists
from .field_values import compared, untyped
from .json_values import Carrier, carrier, json_array
from .value_lists import list_limit

# Up to here each tuple is a condition of its own.
_SHORT = 16
# The subquery's column stands on the left.
_OPERATORS = {"gt": "<", "gte": "<=", "lt": ">", "lte": ">="}


def compile_tuple_in(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """(a, b) IN (a subquery or a list of tuples)."""
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


def _short(width: int, connection: Connection) -> int:
    """The longest list whose tuples are conditions; without OPENJSON all for which a statement has parameters."""
    if connection.server.has(Capability.OPENJSON):
        return min(_SHORT, list_limit(connection))
    return list_limit(connection) // width


def compile_tuple_comparison(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """(a, b) = (SELECT ...), (a, b) < (c, d) and the like, column by column."""
    query = _query(node.rhs)
    if query is None:
        return node.get_fallback_sql(compiler, connection)
    if node.lookup_name in _OPERATORS and not getattr(
        connection.features, "supports_tuple_comparison_against_subquery", True
    ):
        # If a plugin switches it off, Django raises an error.
        return NotImplemented
    return _compares_row_of(query, node, compiler, connection)


def _query(rhs: Any) -> Optional[Query]:
    """The query of a right side that is a query or a Subquery; else None."""
    if isinstance(rhs, Subquery):
        return rhs.query
    return rhs if isinstance(rhs, Query) else None


def _compares_row_of(query: Query, node: Expression, compiler: Compiler, connection: Connection) -> Compiled:
    """EXISTS over the whole subquery, since its limit, DISTINCT and groups come before the comparison."""
    sql, params = query.get_compiler(connection=connection).as_sql(with_col_aliases=True)
    columns = [compiler.compile(column) for column in node.lhs]
    names = ", ".join("[__c%d]" % index for index in range(len(columns)))
    condition, condition_params = _comparison(columns, _OPERATORS.get(node.lookup_name, "="))
    return "EXISTS(SELECT 1 FROM (%s) AS [__v] (%s) WHERE %s)" % (sql, names, condition), [*params, *condition_params]


def _comparison(columns: Sequence[Compiled], operator: str) -> Compiled:
    """The comparison of `columns` with those of [__v], of which the first counts most."""
    *others, (sql, last_params) = columns
    condition, params = "[__v].[__c%d] %s %s" % (len(others), operator, sql), list(last_params)
    for index, (sql, column_params) in reversed(list(enumerate(others))):
        column = "[__v].[__c%d]" % index
        if operator == "=":
            condition, params = "%s = %s AND %s" % (column, sql, condition), [*column_params, *params]
        else:
            names = (column, operator[0], sql, column, sql, condition)
            condition = "(%s %s %s OR (%s = %s AND %s))" % names
            params = [*column_params, *column_params, *params]
    return condition, params


def _in_long_list(
    rows: Sequence[Tuple[Any, ...]], columns: Sequence[Expression], compiler: Compiler, connection: Connection
) -> Optional[Compiled]:
    """EXISTS over tuples in one JSON parameter, or two of bytes; None if these cannot hold a value without loss."""
    prepared = [
        [column.output_field.get_db_prep_value(value, connection) for column, value in zip(columns, row)]
        for row in rows
    ]
    definitions: List[str] = []
    compiled: List[Compiled] = []
    carriers: List[Carrier] = []
    lists: List[List[Any]] = []
    for index, column in enumerate(columns):
        field = column.output_field
        values = [untyped(compared(field, row[index], connection)[1]) for row in prepared]
        carried = carrier(field, values, connection, is_compared=True)
        if carried is None:
            return None
        compiled.append(compiler.compile(column))
        definitions.append(carried.definition("[__c%d]" % index, "$[%d]" % index))
        carriers.append(carried)
        lists.append(values)
    if connection.server.has(Capability.OPENJSON):
        expressions = [carried.value("[__v].[__c%d]" % index) for index, carried in enumerate(carriers)]
        source = "FROM OPENJSON(%%s) WITH (%s) AS [__v] WHERE " % ", ".join(definitions)
        params = [json_array(list(zip(*(carried.encoded(values) for carried, values in zip(carriers, lists)))))]
    else:
        expressions, source, params = byte_lists.rows_source(list(zip(*lists)), carriers)
        source += " AND "
    matches = " AND ".join("%s = %s" % pair for pair in zip(expressions, (sql for sql, _ in compiled)))
    column_params = [param for _, params_of_column in compiled for param in params_of_column]
    return "EXISTS(SELECT 1 %s%s)" % (source, matches), [*params, *column_params]


COMPILERS = {
    **dict.fromkeys(tuple_lookups("TupleIn"), compile_tuple_in),
    **dict.fromkeys(
        tuple_lookups(
            "TupleExact", "TupleGreaterThan", "TupleGreaterThanOrEqual", "TupleLessThan", "TupleLessThanOrEqual"
        ),
        compile_tuple_comparison,
    ),
}
