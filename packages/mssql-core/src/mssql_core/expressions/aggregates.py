"""Aggregates. None takes FILTER, subqueries (error 130) or outer columns among others (8124)."""

from typing import Any, Optional

from django.db import NotSupportedError
from django.db.models import (
    Aggregate,
    Avg,
    BooleanField,
    Case,
    Count,
    DecimalField,
    DurationField,
    FloatField,
    IntegerField,
    Max,
    Min,
    OrderBy,
    StdDev,
    Sum,
    Value,
    Variance,
    When,
    aggregates,
)
from django.db.models import Field as ModelField
from django.db.models.expressions import Col, Ref, Star

from ..compat.orm import PARAMS, filter_condition, known_field, optional
from ..compiler.cross_apply import aggregate_refuses
from ..compiler.field_values import decimal_digits
from ..compiler.order_by import terms
from ..literals import MAX_PRECISION
from ..plugin import UnaryExpression
from ..plugin.django_types import Compiler, Connection, Expression, Field
from ..plugin.types import Capability, Compiled, Translation
from .float_text import with_text

_FUNCTIONS = {"STDDEV_SAMP": "STDEV", "STDDEV_POP": "STDEVP", "VAR_SAMP": "VAR", "VAR_POP": "VARP"}


class As(UnaryExpression):
    """An expression cast to a type of the server."""

    def __init__(self, expression: Expression, db_type: str, output_field: Optional[Field]) -> None:
        super().__init__(expression, output_field)
        self.db_type = db_type

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        return "CAST(%s AS %s)" % (sql, self.db_type), params


def prepared(node: Expression, compiler: Compiler) -> Expression:
    """`node` with its filter as CASE, and arguments that it refuses hoisted beside the tables."""
    if node.filter is not None:
        copy = node.copy()
        copy.filter = None
        copy.source_expressions = list(node.source_expressions)
        when = When(filter_condition(node), then=copy.source_expressions[0])
        # NULL with a type: an aggregate of nothing but NULL is error 8117.
        field = known_field(copy.source_expressions[0])
        # Of mixed types no field is known, and an aggregate such as COUNT needs none.
        copy.source_expressions[0] = Case(
            when, default=Value(None, output_field=field), output_field=field or ModelField()
        )
        node = copy
    for argument in node.source_expressions:
        if not isinstance(argument, Star) and _refuses(argument, compiler):
            compiler.hoists.add(argument, compiler)
    return node


def _refuses(argument: Expression, compiler: Compiler) -> bool:
    if isinstance(argument, Col):
        # Alone, an outer column would make it an aggregate of the outer query.
        return argument.alias is not None and argument.alias not in compiler.query.alias_map
    return aggregate_refuses(argument, compiler)


def _argument(node: Expression) -> Expression:
    argument: Expression = node.source_expressions[0]
    return argument


def _with_argument(node: Expression, argument: Expression) -> Expression:
    copy = node.copy()
    copy.source_expressions = [argument, *node.source_expressions[1:]]
    return copy


def _cast(node: Expression, db_type: str, compiler: Compiler) -> Expression:
    """`node` over its argument as `db_type`."""
    argument = _argument(node)
    if aggregate_refuses(argument, compiler):
        compiler.hoists.add(argument, compiler)
    return _with_argument(node, As(argument, db_type, known_field(node)))


def _field(node: Expression) -> Optional[Field]:
    return known_field(_argument(node))


def compile_aggregate(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    return prepared(node, compiler).as_sql(compiler, connection, **extra)


def compile_count(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """COUNT is an int, and overflows."""
    if type(node) is Count and not (node.distinct or node.filter or node.extra or extra):
        # Most are one of these two. Django's as_sql() would take a sixth of compiling a count().
        argument = node.source_expressions[0]
        if type(argument) is Star:
            return "COUNT_BIG(*)", PARAMS()
        if type(argument) is Col and not _refuses(argument, compiler):
            sql, params = compiler.compile(argument)
            return "COUNT_BIG(%s)" % sql, params
    return prepared(node, compiler).as_sql(compiler, connection, function="COUNT_BIG", **extra)


def compile_sum(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """SUM of int is an int, and overflows (8115); bit has none (8117)."""
    node = prepared(node, compiler)
    if isinstance(_field(node), (IntegerField, BooleanField)):
        return _of_cast(node, "bigint", compiler, connection, **extra)
    return node.as_sql(compiler, connection, **extra)


def compile_avg(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """
    AVG of integers is an integer; that of decimals is cut at six places, or at those of its argument if it has more.

    https://learn.microsoft.com/sql/t-sql/functions/avg-transact-sql
    """
    argument = _argument(node)
    if isinstance(argument, Ref):
        # Of a statement inside, such as a slice.
        argument = argument.source
    node = prepared(node, compiler)
    field = _field(node)
    output = known_field(node)
    if isinstance(output, DecimalField) and isinstance(field, (IntegerField, BooleanField)):
        return _of_cast(node, "numeric(38, 10)", compiler, connection, **extra)
    if isinstance(field, (IntegerField, BooleanField, DurationField)) or isinstance(output, FloatField):
        return _of_cast(node, "float", compiler, connection, **extra)
    places = _places_of_average(argument.output_field) if isinstance(argument, Col) else None
    if places is not None:
        return _of_cast(node, "numeric(38, %d)" % places, compiler, connection, **extra)
    return node.as_sql(compiler, connection, **extra)


def _of_cast(node: Expression, db_type: str, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The aggregate of its argument as `db_type`."""
    argument = _argument(node)
    is_plain = type(node) in (Avg, Sum) and not (node.distinct or node.filter or node.extra or extra)
    if is_plain and type(argument) is Col:
        # Most are: with copies it would take three times as long.
        sql, params = compiler.compile(argument)
        return "%s(CAST(%s AS %s))" % (node.function, sql, db_type), params
    return _cast(node, db_type, compiler).as_sql(compiler, connection, **extra)


def _places_of_average(field: Field) -> Optional[int]:
    """
    Ten more decimal places than a column has, or as many as leave room for the sum of ten billion values.

    None where these are no more than the server gives.
    """
    digits, places = decimal_digits(field)
    if digits is None or places is None:
        return None
    more = min(places + 10, MAX_PRECISION - 10 - (digits - places))
    return more if more > max(places, 6) else None


def compile_extreme(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """bit has no MAX and no MIN (8117)."""
    node = prepared(node, compiler)
    if isinstance(_field(node), BooleanField):
        node = _cast(node, "tinyint", compiler)
    return node.as_sql(compiler, connection, **extra)


def compile_any_value(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """There is no ANY_VALUE: the least is one of the values."""
    node = prepared(node, compiler)
    if isinstance(_field(node), BooleanField):
        node = _cast(node, "tinyint", compiler)
    return node.as_sql(compiler, connection, function="MIN", **extra)


def compile_statistics(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    node = prepared(node, compiler)
    if isinstance(_field(node), BooleanField):
        node = _cast(node, "float", compiler)
    return node.as_sql(compiler, connection, function=_FUNCTIONS[node.function], **extra)


# ---- bits ----------------------------------------------------------------------------

_BITS = {"SmallIntegerField": 15, "PositiveSmallIntegerField": 15, "BigIntegerField": 63, "PositiveBigIntegerField": 63}
# The value of one bit over all rows, from `x & bit`.
_BIT_TEMPLATES = {
    "BIT_AND": ("MIN({x} & {bit})", "{bit} * MIN(CASE WHEN {x} < 0 THEN 1 WHEN {x} >= 0 THEN 0 END)"),
    "BIT_OR": ("MAX({x} & {bit})", "{bit} * MAX(CASE WHEN {x} < 0 THEN 1 WHEN {x} >= 0 THEN 0 END)"),
    "BIT_XOR": (
        "{bit} * (SUM(({x} & {bit}) / {bit}) %% 2)",
        "{bit} * (SUM(CASE WHEN {x} < 0 THEN 1 WHEN {x} >= 0 THEN 0 END) %% 2)",
    ),
}


def compile_bits(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Aggregate each bit by itself, the sign last, as there are no aggregates of bits."""
    node = prepared(node, compiler)
    argument = _argument(node)
    if not isinstance(argument, Col):
        # Named once per bit, so that it must be a column.
        compiler.hoists.add(argument, compiler)
    sql, params = compiler.compile(argument)
    if params:
        raise NotSupportedError("%s over an expression with parameters is not supported here." % node.name)
    count = _BITS.get(argument.output_field.get_internal_type(), 31)
    template, sign = _BIT_TEMPLATES[node.function]
    bits = [template.format(x=sql, bit=_bit(2**index)) for index in range(count)]
    bits.append(sign.format(x=sql, bit=_bit(-(2**count))))
    return "(%s)" % " + ".join(bits), []


def _bit(value: int) -> str:
    return str(value) if -(2**31) < value < 2**31 else "CAST(%d AS bigint)" % value


# ---- strings -------------------------------------------------------------------------


def compile_string_agg(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """https://learn.microsoft.com/sql/t-sql/functions/string-agg-transact-sql"""
    if not connection.server.has(Capability.STRING_AGG):
        raise NotSupportedError("StringAgg needs STRING_AGG, which SQL Server has from version 2017.")
    if node.distinct:
        raise NotSupportedError(
            "StringAgg does not support distinct with multiple expressions on this database backend. STRING_AGG takes no "
            "DISTINCT: take the values from a subquery with distinct()."
        )
    node = prepared(with_text(node, positions=(0,)), compiler)
    text, delimiter = node.source_expressions
    separator = delimiter
    while not isinstance(separator, Value) and getattr(separator, "source_expressions", None):
        (separator,) = separator.source_expressions
    if not isinstance(separator, Value):
        raise NotSupportedError("The delimiter of STRING_AGG must be a constant (error 8733).")
    sql, params = compiler.compile(text)
    delimiter_sql, delimiter_params = compiler.compile(delimiter)
    # Otherwise the result ends at 8,000 bytes (error 9829).
    sql = "STRING_AGG(CAST(%s AS nvarchar(max)), %s)" % (sql, delimiter_sql)
    params = [*params, *delimiter_params]
    order_by = getattr(node, "order_by", None)
    if order_by is not None:
        ordering = []
        for item in order_by.get_source_expressions():
            item = item if isinstance(item, OrderBy) else OrderBy(item)
            for expression, direction in terms(item, connection):
                if aggregate_refuses(expression, compiler):
                    compiler.hoists.add(expression, compiler)
                item_sql, item_params = compiler.compile(expression)
                ordering.append("%s %s" % (item_sql, direction))
                params.extend(item_params)
        sql += " WITHIN GROUP (ORDER BY %s)" % ", ".join(ordering)
    return sql, params


COMPILERS = {
    Aggregate: compile_aggregate,
    Avg: compile_avg,
    Count: compile_count,
    Max: compile_extreme,
    Min: compile_extreme,
    StdDev: compile_statistics,
    Sum: compile_sum,
    Variance: compile_statistics,
    **dict.fromkeys(optional(aggregates, "AnyValue"), compile_any_value),
    **dict.fromkeys(optional(aggregates, "BitAnd", "BitOr", "BitXor"), compile_bits),
    **dict.fromkeys(optional(aggregates, "StringAgg"), compile_string_agg),
}
