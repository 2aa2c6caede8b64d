"""Moments in columns of another type than the alias's DateTimeField has.

A `datetime`, `smalldatetime` or `datetime2` column holds local time of the connection's zone, without USE_TZ of the
project's, and next to datetimeoffset the server takes it for UTC; assigned to such a column a datetimeoffset loses its
offset. So they are converted here. The conversions fit values with and without an offset, because the type of an
expression is not always known.

https://learn.microsoft.com/sql/t-sql/data-types/datetimeoffset-transact-sql (conversion from and to datetime2)
https://learn.microsoft.com/sql/t-sql/queries/at-time-zone-transact-sql
"""

from typing import Any, Callable, List, Optional, Sequence
from weakref import ref

from django.conf import settings
from django.db.models import Aggregate, Case, DateTimeField, Func, Value, When
from django.db.models.expressions import Col, CombinedExpression, ExpressionList
from django.db.models.functions import Extract, TruncDate, TruncTime
from django.db.models.functions.datetime import TruncBase
from django.db.models.lookups import Lookup, YearLookup
from django.db.models.sql.query import Query

from ..compat.orm import copied, known_field
from ..plugin import UnaryExpression
from ..plugin.django_types import Compiler, Connection, Expression, Field
from ..plugin.types import Compiled, Translation
from .field_values import base_type, stored
from .select_plan import Selected

WITH_OFFSET, LOCAL = "datetimeoffset", "datetime2"
_OTHERS = ("datetime", "smalldatetime")


class Moment(UnaryExpression):
    """
    A moment in one of the two types.

    :param sql_type: :data:`WITH_OFFSET`, or :data:`LOCAL` for local time of the connection's zone.
    """

    def __init__(self, expression: Any, sql_type: str) -> None:
        super().__init__(expression, DateTimeField())
        self.sql_type = sql_type

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        return _converted_sql(sql, self.sql_type, connection), params


def _converted_sql(sql: str, sql_type: str, connection: Connection) -> str:
    if sql == "NULL":
        return sql
    converted: str = connection.ops.moment_sql(sql, sql_type == LOCAL)
    return converted


def _type(field: Optional[Field], connection: Connection) -> Optional[str]:
    """Which of the two types a field's column is like; None if it holds no moments."""
    if not isinstance(field, DateTimeField):
        return None
    kind = base_type(field, connection)
    return LOCAL if kind in _OTHERS else kind if kind in (WITH_OFFSET, LOCAL) else None


def _usual(connection: Connection) -> str:
    return WITH_OFFSET if connection.ops.stores_offset else LOCAL


def _is_other(node: Any, connection: Connection) -> bool:
    """Whether an expression may have another type than the alias's DateTimeField."""
    # What a query selects is converted there.
    if isinstance(node, (Moment, Query, When)) or not hasattr(node, "resolve_expression"):
        return False
    field = known_field(node)
    if not isinstance(field, DateTimeField):
        return False
    kind, usual = _type(field, connection), _usual(connection)
    if isinstance(node, TruncBase) and kind is not None and usual == LOCAL and settings.USE_TZ:
        # It has the wall clock of its time zone, for which it needs an offset: see TruncBase.convert_value().
        return True
    return kind is not None and kind != usual


def _has_other(expression: Expression, connection: Connection) -> bool:
    if type(expression) is Col:
        # Most are: flatten() takes 4 microseconds, and the longer way a half of one.
        kind = _type(expression.output_field, connection)
        return kind is not None and kind != _usual(connection)
    return any([_is_other(node, connection) for node in expression.flatten()])


# ---- assigned ------------------------------------------------------------------------


def may_need_conversion(field: Field, value: Any) -> bool:
    """Whether the value assigned to a field is an expression of moments."""
    return isinstance(field, DateTimeField) and hasattr(value, "resolve_expression")


def assigned(field: Field, expression: Any, connection: Connection) -> Any:
    """`expression`, or its value in the type of the field's column."""
    if not may_need_conversion(field, expression):
        return expression
    kind, usual = _type(field, connection), _usual(connection)
    if type(expression) is Col:
        converts = _type(known_field(expression), connection) != kind
    else:
        converts = kind != usual or _has_other(expression, connection)
    if kind is None or not converts:
        return expression
    return Moment(expression, kind)


def default_sql(field: Field, expression: Any, sql: str, connection: Connection) -> str:
    """The SQL of a column's default, `expression`, in the type of the column."""
    converted = assigned(field, expression, connection)
    return _converted_sql(sql, converted.sql_type, connection) if isinstance(converted, Moment) else sql


# ---- parts of a moment ---------------------------------------------------------------


def compile_part(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A part, a truncation, the date or the time of a moment: the operations take the alias's type."""
    if isinstance(node.lhs, Moment) or not isinstance(known_field(node.lhs), DateTimeField):
        return NotImplemented
    if not _has_other(node.lhs, connection):
        return NotImplemented
    copy = copied(node)
    copy.set_source_expressions([Moment(node.lhs, _usual(connection))])
    return compiler.compile(copy)


def compile_year(node: Lookup, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A year's first and last moment, compared like other values."""
    field = known_field(node.lhs.lhs)
    if not node.rhs_is_direct_value() or not isinstance(field, DateTimeField):
        return NotImplemented
    sql, params = node.as_sql(compiler, connection)
    return sql, [stored(field, param, connection) for param in params]


COMPILERS = {
    **dict.fromkeys((Extract, TruncBase, TruncDate, TruncTime), compile_part),
    YearLookup: compile_year,
}


# ---- among other moments -------------------------------------------------------------


def converting(connection: Connection) -> Callable[[type], Optional[Callable[[Any], Any]]]:
    """The function from a class to that which converts arguments of its nodes to the alias's type.

    To look at the arguments takes about a fiftieth of building and compiling a query, of one with CASE a seventh.
    """

    # No cycle is left to the garbage collector.
    owner: Callable[[], Any] = ref(connection)

    def of_arguments(node: Any) -> Any:
        return _with_moments(node, node.get_source_expressions(), owner())

    def of_sides(node: Any) -> Any:
        return _comparable(node, owner())

    def function_of(kind: type) -> Optional[Callable[[Any], Any]]:
        if issubclass(kind, Lookup):
            return of_sides
        takes_moments = issubclass(kind, (Func, CombinedExpression, Case, When)) and not issubclass(kind, Aggregate)
        return of_arguments if takes_moments else None

    return function_of


def _with_moments(node: Any, sources: Sequence[Any], connection: Connection) -> Any:
    if not any([_is_other(source, connection) for source in sources]):
        return node
    copy = copied(node)
    copy.set_source_expressions(_converted(sources, connection))
    return copy


def _converted(sources: Sequence[Any], connection: Connection) -> List[Any]:
    usual = _usual(connection)
    return [Moment(source, usual) if _is_other(source, connection) else source for source in sources]


def convert_selected(select: List[Selected], compiler: Compiler) -> None:
    """Convert the columns of a branch of a set operation, or of a subquery, which the statement around compares."""
    connection = compiler.connection
    for index, (expression, _, alias) in enumerate(select):
        if _is_other(expression, connection):
            name = alias or getattr(getattr(expression, "target", None), "column", None)
            select[index] = expression, compiler.compile(Moment(expression, _usual(connection))), name


def _comparable(node: Any, connection: Connection) -> Any:
    """A comparison of two expressions, or with a list of them; a column beside a value is compared in its own type."""
    # Since Django 5.2 a list with expressions is an expression, too, whose parts are compiled one by one.
    is_expression = type(node.rhs) is ExpressionList
    if not (is_expression or node.rhs_is_direct_value() or type(node.rhs) is Value):
        return _with_moments(node, node.get_source_expressions(), connection)
    values = node.rhs.get_source_expressions() if is_expression else node.rhs
    values = values if isinstance(values, (list, tuple)) else ()
    expressions = [value for value in values if hasattr(value, "resolve_expression")]
    if (type(node.lhs) is Col or isinstance(node.lhs, Aggregate)) and not expressions:
        return node
    if not any([_is_other(each, connection) for each in (node.lhs, *expressions)]):
        return node
    copy = copied(node)
    (copy.lhs,) = _converted([node.lhs], connection)
    if is_expression:
        # Its values, since Django 6.1 with the left side's field, are moments of the alias's type.
        values = [Value(each.value, DateTimeField()) if type(each) is Value else each for each in values]
        copy.rhs = ExpressionList(*_converted(values, connection))
    elif expressions:
        copy.rhs = _converted(values, connection)
    return copy
