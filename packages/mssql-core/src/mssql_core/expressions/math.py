"""Mathematics. Several functions keep their argument's integer type, and truncate or overflow."""

from typing import Any

from django.db.models import DecimalField, FloatField, Value
from django.db.models.functions import ATan2, Degrees, Ln, Log, Mod, Power, Radians, Random, Round

from mssql_core.compat.orm import known_field
from mssql_core.expressions.aggregates import As
from mssql_core.expressions.core import float_remainder

from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import CompileFunction, Translation


def _renamed(function: str) -> CompileFunction:
    def compile_renamed(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
        return node.as_sql(compiler, connection, function=function, **extra)

    return compile_renamed


def compile_over_float(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """POWER, DEGREES and RADIANS have the type of their (first) argument."""
    copy = node.copy()
    first, *others = node.get_source_expressions()
    copy.set_source_expressions([As(first, "float", FloatField()), *others])
    return copy.as_sql(compiler, connection, **extra)


def compile_log(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The base comes second."""
    copy = node.copy()
    base, value = node.get_source_expressions()
    copy.set_source_expressions([As(value, "float", FloatField()), As(base, "float", FloatField())])
    return copy.as_sql(compiler, connection, **extra)


def compile_mod(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """`%` has the dividend's sign; float has no `%` (error 8117)."""
    dividend, divisor = node.get_source_expressions()
    if any(isinstance(known_field(side), FloatField) for side in (dividend, divisor)):
        return float_remainder(dividend, divisor, compiler)
    return node.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" %% ", **extra)


def compile_random(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """RAND() is one value for all rows; seeded by NEWID() it is one per row."""
    return node.as_sql(compiler, connection, template="RAND(CHECKSUM(NEWID()))", **extra)


def compile_round(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """ROUND keeps the precision of decimals, in which 9.9 has no 10 (8115), and needs its second argument (189)."""
    first, *others = node.get_source_expressions()
    field = known_field(first)
    if isinstance(field, DecimalField) and field.max_digits is not None:
        first = As(first, "numeric(38, %d)" % field.decimal_places, field)
    elif others:
        return NotImplemented
    copy = node.copy()
    copy.set_source_expressions([first, *(others or [Value(0)])])
    return copy.as_sql(compiler, connection, **extra)


COMPILERS = {
    ATan2: _renamed("ATN2"),
    Degrees: compile_over_float,
    Ln: _renamed("LOG"),
    Log: compile_log,
    Mod: compile_mod,
    Power: compile_over_float,
    Radians: compile_over_float,
    Random: compile_random,
    Round: compile_round,
}
