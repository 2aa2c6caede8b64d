"""Expressions: typed NULLs, durations, modulo, conditional values."""

import datetime
from typing import Any

from django.db.models import Case, DecimalField, DurationField, Exists, FloatField, TimeField, Value
from django.db.models.expressions import CombinedExpression, DurationExpression

from ..compat.orm import NegatedExpression, known_field, output_field, shallow_copy
from ..compiler import order_by as ordering
from ..compiler import predicates
from ..compiler.field_values import stored
from ..compiler.output_clause import column_type
from ..operations.dates import add_microseconds, mentions
from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Compiled, Params, Translation
from . import text_length


def compile_value(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """NULL with its field's type: untyped it is an int, and CASE and COALESCE of NULLs have no type (8133, 4127)."""
    if node.value is not None:
        # A custom field may convert a value to NULL.
        sql, params = node.as_sql(compiler, connection)
        if sql != "NULL":
            return sql, _assigned(node, params, connection) if node.for_save else params
    field = known_field(node)
    if field is None:
        return "NULL", []
    if isinstance(field, DecimalField) and field.max_digits is None:
        # Beside other decimals this type leaves them theirs.
        return "CAST(NULL AS numeric(1, 0))", []
    db_type = column_type(field, connection)
    return ("CAST(NULL AS %s)" % db_type if db_type else "NULL"), []


def _assigned(node: Expression, params: Params, connection: Connection) -> Params:
    """Values for a column, as bulk_update has them, are stored like any other."""
    field = node._output_field_or_none
    if getattr(field, "model", None) is None:
        return params
    return [stored(field, param, connection) for param in params]


def compile_case(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A CASE of which every result is NULL needs a type from its output field (errors 8133, 4127 and 8117)."""
    sql, params = node.as_sql(compiler, connection, **extra)
    # Conditions that are never true leave with their results.
    if sql != "NULL" and not (sql.endswith(" ELSE NULL END") and sql.count(" THEN ") == sql.count(" THEN NULL ")):
        return sql, params
    field = known_field(node)
    if field is None or known_field(node.default) is not None:
        return sql, params
    copy = node.copy()
    copy.default = Value(None, output_field=field)
    return copy.as_sql(compiler, connection, **extra)


def compile_combined(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """`%` is not defined for float (error 8117); `+` cuts texts."""
    if node.connector == node.ADD:
        return text_length.compile_sum(node, compiler, connection)
    if node.connector != node.MOD or not any(_is_float(side) for side in (node.lhs, node.rhs)):
        return NotImplemented
    return float_remainder(node.lhs, node.rhs, compiler)


def _is_float(side: Expression) -> bool:
    return isinstance(known_field(side), FloatField)


def float_remainder(dividend: Expression, divisor: Expression, compiler: Compiler) -> Compiled:
    """The remainder with the dividend's sign, as `%` has it: a - b * trunc(a / b)."""
    a, a_params = compiler.compile(dividend)
    b, b_params = compiler.compile(divisor)
    a, b = "CAST(%s AS float)" % a, "CAST(%s AS float)" % b
    sql = "(%s - %s * ROUND(%s / %s, 0, 1))" % (a, b, a, b)
    return sql, [*a_params, *b_params, *a_params, *b_params]


# ---- durations ---------------------------------------------------------------------


def _is_duration(side: Expression) -> bool:
    return isinstance(output_field(side), DurationField)


def compile_duration(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A moment plus or minus a duration; durations alone are numbers."""
    moment, duration = (node.rhs, node.lhs) if _is_duration(node.lhs) else (node.lhs, node.rhs)
    if _is_duration(moment) or not _is_moment(moment) or node.connector not in (node.ADD, node.SUB):
        lhs, lhs_params = compiler.compile(node.lhs)
        rhs, rhs_params = compiler.compile(node.rhs)
        sql = connection.ops.combine_expression(node.connector, ["(%s)" % lhs, "(%s)" % rhs])
        return "(%s)" % sql, [*lhs_params, *rhs_params]
    moment_sql, moment_params = compiler.compile(moment)
    field = output_field(moment)
    is_time = isinstance(field, TimeField)
    if field is not None and field.get_internal_type() == "DateField":
        # date has no time to add to.
        moment_sql = "CAST(%s AS datetime2)" % moment_sql
    if isinstance(duration, Value) and duration.value is not None:
        return _add_constant(moment_sql, moment_params, duration.value, node.connector == node.SUB, is_time)
    duration_sql, duration_params = compiler.compile(duration)
    if node.connector == node.SUB:
        duration_sql = "-(%s)" % duration_sql
    sql = add_microseconds(moment_sql, duration_sql, is_time)
    return sql, [*list(duration_params) * mentions(is_time), *moment_params]


def _is_moment(side: Expression) -> bool:
    field = output_field(side)
    return field is not None and field.get_internal_type() in ("DateField", "DateTimeField", "TimeField")


def _add_constant(moment: str, params: Params, duration: datetime.timedelta, negative: bool, is_time: bool) -> Compiled:
    if negative:
        duration = -duration
    parts = (("microsecond", duration.microseconds), ("second", duration.seconds), ("day", duration.days))
    for part, count in parts:
        if count and not (is_time and part == "day"):
            moment, params = "DATEADD(%s, %%s, %s)" % (part, moment), [count, *params]
    return moment, params


def compile_negated(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """NOT of a condition; the negation of a bit is a condition as well."""
    if predicates.is_predicate(node.expression):
        return NotImplemented
    sql, params = compiler.compile(node.expression)
    return "~CAST(%s AS bit)" % sql, params


def compile_exists(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A limit changes nothing about whether there is a row, but would need an order."""
    query = node.query
    if not query.is_sliced or query.low_mark or query.distinct_fields:
        return NotImplemented
    copy = shallow_copy(node)
    copy.query = shallow_copy(query)
    copy.query.clear_limits()
    return copy.as_sql(compiler, connection, **extra)


COMPILERS = {
    Exists: compile_exists,
    Value: compile_value,
    Case: compile_case,
    CombinedExpression: compile_combined,
    DurationExpression: compile_duration,
    NegatedExpression: compile_negated,
    **predicates.COMPILERS,
    **ordering.COMPILERS,
}
