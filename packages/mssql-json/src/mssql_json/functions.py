"""Values of SQL types as JSON: JSONObject, JSONArray, casts; aggregates over keys.

JSON_OBJECT and JSON_ARRAY (2022) cannot embed a scalar that is JSON already, so the
text is concatenated, in the same way on every version.
"""

import json
from typing import Any, Iterator, List, Optional

from django.db import NotSupportedError
from django.db.models import (
    Avg,
    BinaryField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    FloatField,
    IntegerField,
    JSONField,
    Max,
    Min,
    StdDev,
    Sum,
    TextField,
    TimeField,
    UUIDField,
    Value,
    Variance,
    Window,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Random

from mssql_core.plugin import Compiled, Compiler, Connection, Expression, Field, Params, Translation

from . import definitions
from ._compat import JSONArray, JSONObject, field_of, is_json
from .path import literal

_NUMBER_AGGREGATES = (Avg, StdDev, Sum, Variance)
_NO_DOCUMENTS = (IntegerField, FloatField, DecimalField, DurationField, DateField, TimeField, UUIDField)
# `+` cuts text at 4,000 characters unless one part is (max).
_EMPTY = "CAST(N'' AS nvarchar(max))"


def is_text(expression: Any) -> bool:
    """Whether an expression is text that a cast takes for a document."""
    return isinstance(field_of(expression), (CharField, TextField))


def json_text(expression: Any, compiler: Compiler, nulls: bool = False) -> Compiled:
    """
    An expression's value as JSON text; (sql, params).

    :param nulls: NULL stays NULL; by default it becomes null.
    :raises NotSupportedError: the value is bytes, which JSON does not have.
    """
    expression = plain(expression)
    sql, params = compiler.compile(expression)
    field = field_of(expression)
    if (
        isinstance(field, FloatField)
        and not _is_random(expression)
        and not compiler.connection.features.supports_primitives_in_json_field
    ):
        text, params = _plain_float(expression, sql, params, compiler)
    else:
        text = as_json(sql, field)
    return (text if nulls else "ISNULL(%s, N'null')" % text), params


def as_json(sql: str, field: Optional[Field]) -> str:
    """The JSON text of SQL with the values of `field`; values without a field are JSON already.

    :raises NotSupportedError: they are bytes, which JSON does not have.
    """
    if field is None or isinstance(field, (JSONField, IntegerField, DecimalField, DurationField)):
        return "CAST(%s AS nvarchar(max))" % sql
    if isinstance(field, BooleanField):
        return "CASE %s WHEN 1 THEN N'true' WHEN 0 THEN N'false' END" % sql
    if isinstance(field, FloatField):
        # 17 digits, which are read as the same float.
        return "CONVERT(nvarchar(max), CAST(%s AS float), 3)" % sql
    if isinstance(field, DateTimeField):
        return _quoted("CONVERT(nvarchar(40), %s, 126)" % sql)
    if isinstance(field, (DateField, TimeField)):
        return _quoted("CONVERT(nvarchar(40), %s, 126)" % sql)
    if isinstance(field, UUIDField):
        return _quoted("LOWER(CONVERT(nvarchar(36), %s))" % sql)
    if isinstance(field, BinaryField):
        raise NotSupportedError("JSON has no bytes: a BinaryField cannot be part of a JSON document.")
    return _quoted("STRING_ESCAPE(CAST(%s AS nvarchar(max)), N'json')" % sql)


def plain(expression: Any) -> Any:
    """
    The expression whose value an expression has as JSON; the expression itself if its value is JSON already.

    Arithmetic with keys and an aggregate over one are floats.
    """
    inner = expression
    while isinstance(inner, ExpressionWrapper):
        inner = inner.expression
    if not is_json(expression):
        return expression
    if isinstance(inner, CombinedExpression) and any(isinstance(part, KeyTransform) for part in _parts(inner)):
        return CombinedExpression(inner.lhs, inner.connector, inner.rhs, output_field=FloatField())
    if isinstance(inner, _NUMBER_AGGREGATES):
        numbers = _of_numbers(inner)
        if numbers is not None:
            return ExpressionWrapper(numbers, output_field=FloatField())
    return inner if isinstance(field_of(inner), _NO_DOCUMENTS) else expression


def compile_wrapper(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Numbers and moments that are said to be JSON, as JSON; text is taken for a document."""
    inner = plain(node)
    if inner is node or not is_json(node):
        return NotImplemented
    sql, params = compiler.compile(inner)
    return as_json(sql, field_of(inner)), params


def _is_random(expression: Any) -> bool:
    """Whether a subquery would have one value for all rows; of a random number no digit is missed."""
    return any(isinstance(part, Random) for part in _parts(expression))


def _parts(expression: Any) -> Iterator[Any]:
    """The expression and all that it is made of; flatten() of older Djangos fails at a query."""
    yield expression
    for source in expression.get_source_expressions():
        if hasattr(source, "get_source_expressions"):
            yield from _parts(source)


def _plain_float(expression: Any, sql: str, params: Params, compiler: Compiler) -> Compiled:
    """
    A float as JSON without exponent, for the type json, which keeps ten decimals of a number with one; (sql, params).

    It would round a number of more than 38 digits, too: for such a one a conversion fails (error 245), whose message shows it.
    """
    # Always 17 digits, a sign and three digits: 1.2345678901234567e-012.
    text = "CONVERT(nvarchar(40), CAST(%s AS float), 3)" % sql
    # Only a subquery names the expression once, so that it has one value; definitions and aggregates take none.
    is_beyond_subqueries = expression.contains_aggregate or expression.contains_over_clause
    if not (is_beyond_subqueries or definitions.applies(compiler) or isinstance(expression, Value)):
        return "(SELECT %s FROM (SELECT %s AS [t]) AS [f])" % (_PLAIN.format(t="[t]"), text), params
    plain = _PLAIN.format(t=text)
    return plain, [*params] * plain.count(text)


_PLAIN = (
    "CASE WHEN {e} < -21 THEN CAST(CAST({{t}} + N' has more than 38 digits' AS int) AS nvarchar(40)) "
    "WHEN {e} < 0 THEN STUFF({d}, LEN({{t}}) - 22, 0, N'0.' + REPLICATE(N'0', -1 - {e})) "
    "ELSE STUFF({d} + REPLICATE(N'0', IIF({e} > 15, {e} - 15, 0)), LEN({{t}}) - 21 + {e}, 0, N'.') END"
).format(e="CAST(RIGHT({t}, 4) AS int)", d="REPLACE(LEFT({t}, LEN({t}) - 5), N'.', N'')")


def _quoted(sql: str) -> str:
    return "(%s + N'\"' + %s + N'\"')" % (_EMPTY, sql)


def compile_array(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    parts: List[str] = []
    params: List[Any] = []
    for expression in node.get_source_expressions():
        sql, value_params = json_text(expression, compiler)
        parts.append(sql)
        params += value_params
    if not parts:
        return "N'[]'", []
    return "(%s + N'[' + %s + N']')" % (_EMPTY, " + N',' + ".join(parts)), params


def compile_object(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    expressions = node.get_source_expressions()
    parts: List[str] = []
    params: List[Any] = []
    for key, value in zip(expressions[::2], expressions[1::2]):
        sql, value_params = json_text(value, compiler)
        parts.append("%s + %s" % (literal(_name(key) + ":"), sql))
        params += value_params
    if not parts:
        return "N'{}'", []
    return "(%s + N'{' + %s + N'}')" % (_EMPTY, " + N',' + ".join(parts)), params


def _name(key: Any) -> str:
    if not isinstance(key, Value):
        raise NotSupportedError("The keys of JSONObject() are constants.")
    return json.dumps(str(key.value), ensure_ascii=False)


# ---- aggregates ------------------------------------------------------------------------


def compile_number_aggregate(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """SUM, AVG and the like over a key as a number; the server refuses a string (error 8114)."""
    numbers = _of_numbers(node)
    if numbers is None:
        return NotImplemented
    sql, params = compiler.compile(numbers)
    return ("CONVERT(nvarchar(40), %s, 3)" % sql if is_json(node) else sql), params


def compile_window(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """An aggregate over a key, or over arithmetic with keys, in a window: OVER follows the aggregate, not a conversion."""
    aggregate = node.source_expression
    numbers = _of_numbers(aggregate) if isinstance(aggregate, (*_NUMBER_AGGREGATES, Max, Min)) else None
    if numbers is None or _key_argument(aggregate) is not None and isinstance(aggregate, (Max, Min)):
        return NotImplemented
    copy = node.copy()
    copy.source_expression, copy.output_field = numbers, FloatField()
    sql, params = compiler.compile(copy)
    return (as_json(sql, FloatField()) if is_json(node) else sql), params


def _of_numbers(node: Expression) -> Optional[Expression]:
    """The aggregate of the numbers of a key, or of arithmetic with keys; None if it is over none of them as JSON."""
    key = _key_argument(node)
    if key is None:
        number = plain(node.source_expressions[0])
        if number is node.source_expressions[0]:
            return None
    else:
        number = Cast(KeyTextTransform(key.key_name, *key.source_expressions, **key.extra), FloatField())
    copy = node.copy()
    copy.source_expressions = [number, *node.source_expressions[1:]]
    copy.output_field = FloatField()
    return copy


def compile_extreme(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """
    MAX and MIN of arithmetic with keys; refusal of those over a key as JSON, since values of several types have no common maximum.

    :raises NotSupportedError: the argument is a key as JSON.
    """
    key = _key_argument(node)
    if key is None:
        return compile_number_aggregate(node, compiler, connection)
    raise NotSupportedError(
        "%s() over the key %r of a JSONField: say what it is, Cast(KT(...), FloatField()) or KT(...) for text."
        % (type(node).__name__, key.key_name)
    )


def _key_argument(node: Expression) -> Optional[Expression]:
    argument: Expression = node.source_expressions[0]
    is_json_key = isinstance(argument, KeyTransform) and not isinstance(argument, KeyTextTransform)
    return argument if is_json_key else None


COMPILERS = {
    ExpressionWrapper: compile_wrapper,
    JSONArray: compile_array,
    JSONObject: compile_object,
    Window: compile_window,
    **dict.fromkeys(_NUMBER_AGGREGATES, compile_number_aggregate),
    **dict.fromkeys((Max, Min), compile_extreme),
}
