"""Sets of values: no statement meets the limit of 2,100 parameters (error 8003).

A short list travels as parameters, padded to a few lengths so that the server keeps few plans; a long one in one
parameter, of which the server makes a table. Where a condition is asked row by row, that table would be made for each
row: inside NOT, OR and CASE a list is parameters as long as there is room for them.
"""

from typing import Any, Callable, TypeVar

from django.db.models import Value
from django.db.models.lookups import BuiltinLookup, Exact, In

from ..compat.orm import ColPairs
from ..plugin.django_types import Connection
from ..plugin.types import Capability
from . import byte_lists
from .field_values import compared, untyped
from .json_values import carrier, json_array

# The server allows 2,100, of which the driver needs some for itself.
MAX_PARAMETERS = 2050
# Lengths that a list of parameters is padded to.
_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256, 512, 1024, 2000)
#: How long a list of parameters may be: where the server reads a list once, and where it may do so for each row.
SHORT, SHORT_BY_ROW = 64, 2000
# What is tried where a statement has too many parameters.
_NARROWER = (64, 2)

_Built = TypeVar("_Built")


def within_limit(connection, build, *arguments):
    """``build(*arguments)``, with longer value lists in one parameter each as far as parameters are too many otherwise."""
    sql, params = build(*arguments)
    if len(params) > MAX_PARAMETERS and connection.list_limit is None:
        for limit in _NARROWER:
            if len(params) <= MAX_PARAMETERS:
                break
            connection.list_limit = limit
            try:
                sql, params = build(*arguments)
            finally:
                connection.list_limit = None
    return sql, tuple(params)


def row_by_row(connection: Connection, build: Callable[..., _Built], *arguments: Any, **extra: Any) -> _Built:
    """``build(*arguments, **extra)``, which compiles a condition that the server may ask for each row."""
    before, connection.lists_by_row = connection.lists_by_row, True
    try:
        return build(*arguments, **extra)
    finally:
        connection.lists_by_row = before


def list_limit(connection):
    """How many values may be parameters of their own, in the part of the statement that is being compiled."""
    by_row = connection.lists_by_row or not connection.server.has(Capability.OPENJSON)
    usual = SHORT_BY_ROW if by_row else SHORT
    return usual if connection.list_limit is None else min(usual, connection.list_limit)


def padded(values, connection):
    """`values` repeated to one of few lengths, or None where they should travel in one parameter."""
    # Before the limit is known: it depends on the server, which a short list does not ask.
    if len(values) > _NARROWER[-1] and len(values) > list_limit(connection):
        return None
    length = next(length for length in _LENGTHS if len(values) <= length)
    return [*values, *[values[-1]] * (length - len(values))]


def scalar_table(values, field, connection):
    """
    (subquery, parameters): the `values` in one column, to be compared with `field`; None if nothing carries them.

    No value is NULL, and the server is told so: NOT IN then is an anti-join, as without NULLs it may be.
    """
    if not connection.server.has(Capability.OPENJSON):
        return byte_lists.scalar_table(values, field, connection)
    carried = carrier(field, values, connection, is_compared=True)
    if carried is None:
        return None
    sql = "(SELECT %s FROM OPENJSON(%%s) WITH (%s) WHERE [v] IS NOT NULL)"
    return sql % (carried.value("[v]"), carried.definition("[v]", "$")), [json_array(carried.encoded(values))]


# ---- lookups ---------------------------------------------------------------------


def compile_in(node, compiler, connection, **extra):
    """IN over a list: padded parameters, or one parameter that holds them all."""
    if not node.rhs_is_direct_value() or isinstance(node.lhs, (ColPairs, tuple)):
        return NotImplemented
    if type(node).process_rhs is not In.process_rhs or getattr(node, "bilateral_transforms", None):
        return NotImplemented
    values = _distinct_values(node)
    if not values:
        # Django says that nothing matches.
        return NotImplemented
    marks, params = node.batch_process_rhs(compiler, connection, values)
    params = list(params)
    if any(mark != "%s" for mark in marks) or len(params) != len(marks):
        return NotImplemented
    lhs_sql, lhs_params = node.process_lhs(compiler, connection)
    if all(isinstance(param, bool) for param in params):
        # Literals, as in expressions/lookups.py: a filtered index serves no parameter.
        return "%s IN (%s)" % (lhs_sql, ", ".join(str(int(param)) for param in params)), lhs_params
    field = getattr(node.lhs, "output_field", None)
    typed = [compared(field, value, connection, "in") for value in params]
    short = padded(typed, connection)
    if short is not None:
        rhs = ", ".join(mark for mark, _ in short)
        return "%s IN (%s)" % (lhs_sql, rhs), [*lhs_params, *(value for _, value in short)]
    return _in_table(lhs_sql, list(lhs_params), [untyped(value) for _, value in typed], field, connection)


def _in_table(lhs_sql, lhs_params, values, field, connection):
    """IN over tables of values; one table may not hold decimals of many digits before and behind the point."""
    table = scalar_table(values, field, connection)
    tables = [table]
    if table is None:
        tables = [scalar_table(group, field, connection) for group in _by_scale(values)]
    if None in tables:
        return NotImplemented
    conditions = ["%s IN %s" % (lhs_sql, sql) for sql, _ in tables]
    params = [param for _, found in tables for param in [*lhs_params, *found]]
    return (conditions[0] if len(conditions) == 1 else "(%s)" % " OR ".join(conditions)), params


def _by_scale(values):
    groups = {}
    for value in values:
        scale = max(-value.as_tuple().exponent, 0) if hasattr(value, "as_tuple") else 0
        groups.setdefault(scale, []).append(value)
    return groups.values()


def _distinct_values(node):
    try:
        return [value for value in dict.fromkeys(node.rhs) if value is not None]
    except TypeError:  # Unhashable values.
        return [value for value in node.rhs if value is not None]


def compile_comparison(node, compiler, connection, **extra):
    """A comparison with values: they are sent as the column's field wants them, see field_values.compared."""
    if type(node).as_sql not in _COMPARISONS or getattr(node, "bilateral_transforms", None):
        return NotImplemented
    if not (node.rhs_is_direct_value() or type(node.rhs) is Value) or isinstance(node.rhs, bool):
        return NotImplemented
    rhs, params = node.process_rhs(compiler, connection)
    field = getattr(node.lhs, "output_field", None)
    if rhs == "%s" and len(params) == 1:
        mark, value = compared(field, params[0], connection, node.lookup_name)
        marks, values = mark, (value,)
    elif len(params) == len(rhs) and all([mark == "%s" for mark in rhs]):
        # A range has two.
        marks, values = zip(*[compared(field, value, connection, node.lookup_name) for value in params])
    else:
        return NotImplemented
    lhs, lhs_params = node.process_lhs(compiler, connection)
    return "%s %s" % (lhs, node.get_rhs_op(connection, marks)), [*lhs_params, *values]


# Others compile themselves.
_COMPARISONS = (BuiltinLookup.as_sql, Exact.as_sql)

COMPILERS = {In: compile_in, BuiltinLookup: compile_comparison}
