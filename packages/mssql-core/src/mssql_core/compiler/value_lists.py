"""Lists of values, short of the limit of 2,100 parameters (error 8003).

A short list is sent as parameters, padded to a few lengths so that the server keeps few plans; a long one in one
parameter, of which the server makes a table. It would make that table for each row of a condition that it evaluates row
by row: inside NOT, OR and CASE a list is sent as parameters as long as there is room for them.
"""

import decimal
from bisect import bisect_left
from contextlib import suppress
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, TypeVar, Union

from django.core.exceptions import EmptyResultSet
from django.db.models import Value
from django.db.models.expressions import Col, ExpressionList, RawSQL
from django.db.models.fields.related_lookups import RelatedLookupMixin
from django.db.models.lookups import BuiltinLookup, Exact, In, IsNull

from ..compat.orm import ColPairs, known_field, referred
from ..connection.parameters import STRING_LENGTHS, TypedParam
from ..literals import MAX_PRECISION
from ..plugin.django_types import Compiler, Connection, Field
from ..plugin.types import Capability, Compiled, Translation
from . import byte_lists
from .field_values import compared, decimal_digits, untyped
from .json_values import carrier, json_array

# The server allows 2,100, of which the driver needs some for itself.
MAX_PARAMETERS = 2050
# Lengths to which a list of parameters is padded.
_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256, 512, 1024, 2000)
#: The longest list that is sent as parameters: if the server reads a list once, and if it may read it for each row.
SHORT, SHORT_BY_ROW = 64, 2000
# The limits of a statement that has too many parameters otherwise, in the order in which they are tried.
_NARROWER = (64, 2)

# The driver sends an integer beyond it as bigint.
_INT32 = 2**31
_BEYOND_ALL_TYPES = 10**MAX_PRECISION

_Built = TypeVar("_Built")
_Value = TypeVar("_Value")


def within_limit(
    connection: Connection, build: Callable[..., Compiled], *arguments: Any
) -> Tuple[str, Tuple[Any, ...]]:
    """Compile by ``build(*arguments)``, with shorter and shorter lists as parameters until these are not too many."""
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
    """Compile by ``build(*arguments, **extra)`` a condition that the server may evaluate for each row."""
    before, connection.lists_by_row = connection.lists_by_row, True
    try:
        return build(*arguments, **extra)
    finally:
        connection.lists_by_row = before


def list_limit(connection: Connection) -> int:
    """The longest list that is sent as parameters, in the part of the statement that is being compiled."""
    by_row = connection.lists_by_row or not connection.server.has(Capability.OPENJSON)
    usual = SHORT_BY_ROW if by_row else SHORT
    limit: Optional[int] = connection.list_limit
    return usual if limit is None else min(usual, limit)


def padded(values: Sequence[_Value], connection: Connection) -> Optional[List[_Value]]:
    """`values` repeated to one of few lengths, or None if they are to be sent in one parameter."""
    count = len(values)
    # Before the limit is known, since that depends on the server: a short list does not ask for it.
    if count > (_NARROWER[-1] if connection.list_limit else SHORT) and count > list_limit(connection):
        return None
    length = _LENGTHS[bisect_left(_LENGTHS, count)]
    return [*values, *[values[-1]] * (length - count)]


def scalar_table(values: Sequence[Any], field: Optional[Field], connection: Connection) -> Optional[Compiled]:
    """
    The `values` in one column, to be compared with `field`: (subquery, parameters); None if nothing carries them.

    No value is NULL, and the subquery says so, which allows the server an anti-join for NOT IN.
    """
    if not connection.server.has(Capability.OPENJSON):
        return byte_lists.scalar_table(values, field, connection)
    carried = carrier(field, values, connection, is_compared=True)
    if carried is None:
        return None
    sql = "(SELECT %s FROM OPENJSON(%%s) WITH (%s) WHERE [__v] IS NOT NULL)"
    return sql % (carried.value("[__v]"), carried.definition("[__v]", "$")), [json_array(carried.encoded(values))]


# ---- lookups ---------------------------------------------------------------------


def compile_in(node: In, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """IN over a list: padded parameters, or one parameter that holds them all."""
    if not _is_list(node) or isinstance(node.lhs, (ColPairs, tuple)):
        return NotImplemented
    if type(node).process_rhs is not In.process_rhs:
        return NotImplemented
    values, expressions = _parted(node)
    if getattr(node, "bilateral_transforms", None):
        is_long = not expressions and len(values) > (connection.list_limit or SHORT_BY_ROW)
        return _in_transformed(node, values, compiler, connection) if is_long else NotImplemented
    if not values:
        # Without expressions either, Django raises EmptyResultSet.
        return NotImplemented
    marks, params = _processed(node, values, compiler, connection)
    if set(marks) != {"%s"} or len(params) != len(marks):
        return NotImplemented
    computed = _processed(node, expressions, compiler, connection)
    lhs = left_side(node, compiler, connection)
    if isinstance(params[0], bool) and not expressions and all([isinstance(param, bool) for param in params]):
        # Literals, as in expressions/lookups.py: a filtered index serves no parameter.
        return _in(lhs, [str(int(param)) for param in params], [])
    field = referred(getattr(node.lhs, "output_field", None))
    typed = [compared(field, value, connection) for value in params]
    short = padded(typed, connection)
    if short is None:
        return _in_tables(lhs, [untyped(value) for _, value in typed], field, connection, computed)
    listed = _of_one_type([value for _, value in short], field)
    return _in(lhs, [mark for mark, _ in short] + computed[0], [*listed, *computed[1]])


def _in_tables(
    lhs: Compiled,
    values: List[Any],
    field: Optional[Field],
    connection: Connection,
    computed: Tuple[List[str], List[Any]],
) -> Translation:
    """IN over tables of values, or over what is `computed`: placeholders, and their parameters."""
    tables = _tables(values, field, connection)
    if tables is None:
        return NotImplemented
    conditions: List[Compiled] = [("%s IN %s" % (lhs[0], sql), [*lhs[1], *params]) for sql, params in tables]
    conditions += [_in(lhs, *computed)] if computed[0] else []
    sql = " OR ".join([condition for condition, _ in conditions])
    all_params = [param for _, condition_params in conditions for param in condition_params]
    return sql if len(conditions) == 1 else "(%s)" % sql, all_params


def left_side(node: BuiltinLookup, compiler: Compiler, connection: Connection) -> Compiled:
    """The left side of a lookup as process_lhs() has it."""
    if type(node.lhs) is not Col or type(node).process_lhs is not BuiltinLookup.process_lhs:
        sql, params = node.process_lhs(compiler, connection)
        return sql, params
    # Most are columns, which Django would copy: that takes three of four microseconds.
    sql, params = compiler.compile(node.lhs)
    cast: str = connection.ops.lookup_cast(node.lookup_name, node.lhs.output_field.get_internal_type())
    return sql if cast == "%s" else cast % sql, params


def _in_transformed(node: In, values: List[Any], compiler: Compiler, connection: Connection) -> Translation:
    """IN over one parameter, whose values are transformed like the left side: too many for parameters."""
    field = node.lhs.output_field
    tables = _tables([field.get_db_prep_value(value, connection) for value in values], field, connection)
    if tables is None:
        return NotImplemented
    transformed: Any = RawSQL("[__t].[__u]", [], output_field=field)
    for transform in node.bilateral_transforms:
        transformed = transform(transformed)
    sql, sql_params = compiler.compile(transformed.resolve_expression(compiler.query))
    lhs, lhs_params = node.process_lhs(compiler, connection)
    condition = "%s IN (SELECT %s FROM %%s AS [__t] ([__u]))" % (lhs.replace("%", "%%"), sql.replace("%", "%%"))
    parts = [(condition % table, [*lhs_params, *sql_params, *params]) for table, params in tables]
    return "(%s)" % " OR ".join([part for part, _ in parts]), [param for _, params in parts for param in params]


def _processed(node: In, values: List[Any], compiler: Compiler, connection: Connection) -> Tuple[List[str], List[Any]]:
    """The placeholders of values or expressions, and their parameters."""
    if not values:
        return [], []
    marks, params = node.batch_process_rhs(compiler, connection, values)
    return list(marks), list(params)


def _in(lhs: Compiled, marks: Iterable[str], params: Iterable[Any]) -> Compiled:
    return "%s IN (%s)" % (lhs[0], ", ".join(marks)), [*lhs[1], *params]


def _of_one_type(values: List[Any], field: Optional[Field]) -> List[Any]:
    """
    Parameters of one type: by its own value each would have one of several, and a list of 16 as many plans as these have
    orders. A value that the type does not hold is sent as its own.
    """
    kinds = set(map(type, values))
    sql_type = None
    # Most lists are of keys.
    if kinds == {int}:
        sql_type = None if max(values) < _INT32 and min(values) >= -_INT32 else "bigint"
    elif all([issubclass(kind, str) for kind in kinds]):
        longest = max(map(len, values))
        sql_type = "nvarchar(%d)" % longest if longest > STRING_LENGTHS[0] else None
    elif kinds == {decimal.Decimal}:
        digits, places = decimal_digits(field)
        sql_type = None if digits is None or places is None else "decimal(%d, %d)" % (digits, places)
    return values if sql_type is None else [TypedParam(value, sql_type) for value in values]


def _tables(values: Sequence[Any], field: Optional[Field], connection: Connection) -> Optional[List[Compiled]]:
    """Tables of all values; one may not hold decimals of many digits before and after the point."""
    table = scalar_table(values, field, connection)
    if table is not None:
        return [table]
    tables: List[Compiled] = []
    for group in _by_scale(values):
        table = scalar_table(group, field, connection)
        if table is None:
            return None
        tables.append(table)
    return tables


def _by_scale(values: Iterable[Any]) -> Iterable[List[Any]]:
    groups: Dict[int, List[Any]] = {}
    for value in values:
        scale = max(-value.as_tuple().exponent, 0) if hasattr(value, "as_tuple") else 0
        groups.setdefault(scale, []).append(value)
    return groups.values()


def _is_list(node: In) -> bool:
    """Whether the right side is no query; since Django 5.2 a list with expressions is an expression, too."""
    return node.rhs_is_direct_value() or type(node.rhs) is ExpressionList


def _parted(node: In) -> Tuple[List[Any], List[Any]]:
    """
    The different values of a list, and its expressions; without NULL, which is in no list.

    :raises EmptyResultSet: they are numbers that no column holds.
    """
    values, expressions = list(node.rhs) if node.rhs_is_direct_value() else node.rhs.get_source_expressions(), []
    kinds = set(map(type, values))
    if any([hasattr(kind, "resolve_expression") for kind in kinds]):
        # A list that is an expression has its values in Value(), since Django 6.1 without preparation.
        prepare = getattr(getattr(node.lhs, "output_field", None), "get_prep_value", lambda value: value)
        given = [
            prepare(value.value) if type(value) is Value and _is_of_field(value, node.lhs) else value
            for value in values
        ]
        expressions = [value for value in given if hasattr(value, "resolve_expression")]
        values = [value for value in given if not hasattr(value, "resolve_expression")]
        kinds = set(map(type, values))
    with suppress(TypeError):  # Unhashable values.
        values = list(dict.fromkeys(values))
    if type(None) in kinds:
        values = [value for value in values if value is not None]
        kinds.remove(type(None))
    is_beyond = kinds == {int} and max(max(values), -min(values)) >= _BEYOND_ALL_TYPES
    if is_beyond and not getattr(node, "bilateral_transforms", None):
        values = [value for value in values if abs(value) < _BEYOND_ALL_TYPES]
        if not values and not expressions:
            raise EmptyResultSet
    return values, expressions


def _is_of_field(value: Value, lhs: Any) -> bool:
    """Whether a Value() has no field, the left side's, or the one that such a value has by itself."""
    field = vars(value).get("output_field")
    if field is None or field is getattr(lhs, "output_field", None):
        return True
    return type(field) is type(known_field(Value(value.value)))


def compile_comparison(node: BuiltinLookup, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A comparison with values in the form that the column needs, see :func:`.field_values.compared`."""
    if not _is_comparison(node) or getattr(node, "bilateral_transforms", None):
        return NotImplemented
    if not (node.rhs_is_direct_value() or type(node.rhs) is Value) or isinstance(node.rhs, bool):
        return NotImplemented
    rhs, params = node.process_rhs(compiler, connection)
    field = referred(getattr(node.lhs, "output_field", None))
    marks: Union[str, Tuple[str, ...]]
    if rhs in ("%s", "(%s)") and len(params) == 1:
        # Before Django 5.2 a Value() stands in parentheses.
        mark, value = compared(field, params[0], connection, node.lookup_name)
        marks, values = mark, (value,)
    elif len(params) == len(rhs) and all([mark == "%s" for mark in rhs]):
        # A range has two.
        marks, values = zip(*[compared(field, value, connection, node.lookup_name) for value in params])
    else:
        return NotImplemented
    lhs, lhs_params = left_side(node, compiler, connection)
    return "%s %s" % (lhs, node.get_rhs_op(connection, marks)), [*lhs_params, *values]


def _is_comparison(node: BuiltinLookup) -> bool:
    """Whether a lookup is compiled here; one with an as_sql() of its own compiles itself."""
    as_sql = type(node).as_sql
    if as_sql is RelatedLookupMixin.as_sql:
        # That of a foreign key is the usual one, but for several columns.
        return type(node.lhs) is Col and not isinstance(node, IsNull)
    return as_sql in (BuiltinLookup.as_sql, Exact.as_sql)


COMPILERS = {In: compile_in, BuiltinLookup: compile_comparison}
