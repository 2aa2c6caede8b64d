"""A JSON value beside an expression: a column, another key, a query; the JSON value may stand on either side.

The document's number is compared with a numeric expression, its text with a text, and other types in their JSON form.
"""

import copy
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from django.db.models import CharField, DecimalField, DurationField, FloatField, IntegerField, TextField
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IExact,
    In,
    LessThan,
    LessThanOrEqual,
    PatternLookup,
    Range,
    Regex,
)

from mssql_core.plugin import Compiled, Compiler, Connection, Expression, Field, Params, Translation

from . import definitions, functions, values
from ._compat import field_of, is_json, members
from .documents import BINARY, Beside, Item, Outside, in_array, may_name_a_column
from .transforms import as_text, is_key, item_of

# The operator of a lookup whose right side becomes its left side.
_TURNED = {GreaterThan: "<", GreaterThanOrEqual: "<=", LessThan: ">", LessThanOrEqual: ">="}
# A condition, its parameters, and what it names beside the Item.
_Condition = Tuple[str, Sequence[Any], Optional[Beside]]


class _Side(NamedTuple):
    """An expression that is no JSON.

    :ivar field: of its values; None if it is not known.
    """

    sql: str
    params: Params
    field: Optional[Field]

    @property
    def is_number(self) -> bool:
        return isinstance(self.field, (IntegerField, FloatField, DecimalField, DurationField))

    @property
    def is_text(self) -> bool:
        return isinstance(self.field, (CharField, TextField))


def _side(expression: Any, compiler: Compiler) -> _Side:
    return _Side(*value_sql(expression, compiler), field_of(expression))


def value_sql(expression: Any, compiler: Compiler) -> Compiled:
    """An expression's SQL, in parentheses if it is a query."""
    sql, params = compiler.compile(expression)
    return (sql if sql.startswith("(") or not sql.startswith("SELECT") else "(%s)" % sql), params


def beside_text(expression: Any) -> Any:
    """What is compared with a text: a key as text, any other expression unchanged."""
    return as_text(expression) if is_key(expression) else expression


def joined(word: str, tests: Sequence[Compiled]) -> Compiled:
    """Some conditions as one: (condition, params).

    :param word: between them, with blanks around.
    """
    return "(%s)" % word.join([sql for sql, _ in tests]), [param for _, params in tests for param in params]


def is_query(expression: Any) -> bool:
    """Whether an expression is a query or a subquery."""
    return hasattr(expression, "get_compiler") or hasattr(expression, "query")


# ---- a JSON value on the left side --------------------------------------------------


def equals(lhs: Expression, rhs: Any, compiler: Compiler) -> Compiled:
    """Condition that the JSON value `lhs` equals an expression: (condition, params)."""
    item = item_of(lhs, compiler)
    if is_json(rhs):
        other = item_of(rhs, compiler, prefix="o")
        return item.test(values.same(item.alias, other.alias, values.DEEPEST), (), other)
    return item.test(*_equals(item.alias, _side(rhs, compiler)))


def equals_some(lhs: Expression, candidates: Sequence[Any], compiler: Compiler) -> List[Compiled]:
    """Conditions that the JSON value `lhs` equals one of some expressions; several documents are compared by one."""
    documents = [candidate for candidate in candidates if is_json(candidate) and _is_in_reach(candidate, compiler)]
    if len(documents) < 2:
        return [equals(lhs, candidate, compiler) for candidate in candidates]
    others = [equals(lhs, candidate, compiler) for candidate in candidates if candidate not in documents]
    return [*others, _equals_some_document(lhs, documents, compiler)]


def _is_in_reach(document: Expression, compiler: Compiler) -> bool:
    """Whether a document has the same SQL in a subquery beside OPENJSON's row: see _in_reach()."""
    return not may_name_a_column(compiler.compile(document)[0])


def _equals_some_document(lhs: Expression, documents: Sequence[Any], compiler: Compiler) -> Compiled:
    """Condition that the JSON value `lhs` equals one of some documents; UNKNOWN if not, and one of them is missing."""
    item = item_of(lhs, compiler)
    selects, all_params = [], []
    for document in documents:
        other = item_of(document, compiler, prefix="o")
        # Their collations may differ, but one column has one.
        columns = "{0}.[key], {0}.[value] COLLATE {1} AS [value], {0}.[type]".format(other.alias, BINARY)
        selects.append("SELECT TOP (1) %s FROM %s%s" % (columns, other.from_sql, other.where_sql))
        all_params += other.params
    rows = "SELECT IIF(%s, 1, 0) AS [n] FROM (%s) AS [c]" % (
        values.same(item.alias, "[c]", values.DEEPEST),
        " UNION ALL ".join(selects),
    )
    answer = "CASE WHEN MAX([t].[n]) = 1 THEN 1 WHEN COUNT(*) = %d THEN 0 END" % len(documents)
    sql, params = item.select("(SELECT %s FROM (%s) AS [t])" % (answer, rows), all_params)
    return "%s = 1" % sql, params


def orders(lhs: Expression, operator: str, rhs: Any, compiler: Compiler) -> Compiled:
    """Condition that the JSON value `lhs` is less or greater than an expression: (condition, params)."""
    item = item_of(lhs, compiler)
    if is_json(rhs):
        other = item_of(rhs, compiler, prefix="o")
        return item.test(values.orders(item.alias, operator, other.alias), (), other)
    return item.test(*_orders(item.alias, operator, _side(rhs, compiler)))


def is_one_of(lhs: Expression, query: Any, compiler: Compiler, sql: str, params: Params) -> Compiled:
    """
    Condition that the JSON value `lhs` equals a row of a query: (condition, params).

    :param sql: the query in parentheses; `params` are its parameters.
    """
    item, side = item_of(lhs, compiler), _Side("[__q].[__v]", (), field_of(query))
    if may_name_a_column(sql):
        return _beside_rows(item, _rows(sql), params, _equals_document(item.alias, side, query))
    if side.is_text:
        return item.test("%s.[value] COLLATE %s IN %s" % (item.alias, BINARY, sql), params)
    if side.field is None or is_json(query):
        rows = "%s CROSS APPLY OPENJSON(%s) AS [c]" % (_rows(sql), in_array("[__q].[__v]"))
        condition = values.same(item.alias, "[c]", values.DEEPEST)
        return item.test("EXISTS (SELECT 1 FROM %s WHERE %s)" % (rows, condition), params)
    return item.test(*_exists(_rows(sql), params, _equals(item.alias, side)))


def _equals_document(alias: str, side: _Side, query: Any) -> _Condition:
    """As _equals(); the expression may be a document."""
    if side.field is None or is_json(query):
        other = Item(side.sql, (), prefix="o")
        return values.same(alias, other.alias, values.DEEPEST), (), other
    return _equals(alias, side)


def _beside_rows(item: Item, rows: str, params: Params, equality: _Condition) -> Compiled:
    """
    Condition that one of some rows equals an item; UNKNOWN without an item: (condition, params).

    The rows stand beside OPENJSON, whose columns the names without a table in their query are not: see _in_reach().
    """
    condition, condition_params, other = equality
    if other is not None:
        condition = "EXISTS (SELECT 1 FROM %s WHERE %s)" % (other.from_sql, condition)
        condition_params = [*other.params, *condition_params]
    row, row_params = item.select("{0}.[key], {0}.[value], {0}.[type]".format(item.alias))
    sql = (
        "(SELECT TOP (1) CASE WHEN %s THEN 1 ELSE 0 END FROM %s AS %s LEFT OUTER JOIN %s ON 1 = 1 ORDER BY 1 DESC) = 1"
    )
    return sql % (condition, row, item.alias, rows), [*condition_params, *row_params, *params]


def _rows(sql: str) -> str:
    return "(SELECT * FROM %s AS [__q0] ([__v])) AS [__q]" % sql


def _exists(rows: str, params: Params, equality: _Condition) -> Compiled:
    condition, condition_params, other = equality
    if other is not None:
        rows, params = "%s CROSS JOIN %s" % (rows, other.from_sql), [*params, *other.params]
    return "EXISTS (SELECT 1 FROM %s WHERE %s)" % (rows, condition), [*params, *condition_params]


def _equals(alias: str, side: _Side) -> _Condition:
    """Condition that a row of OPENJSON equals an expression."""
    if side.is_number:
        return _compares_number(alias, "=", side)
    if side.is_text:
        sql, params, outside = _in_reach(side)
        return "%s.[value] COLLATE %s = %s" % (alias, BINARY, sql), params, outside
    other = _as_item(side)
    return values.same_scalar(alias, other.alias), (), other


def _orders(alias: str, operator: str, side: _Side) -> _Condition:
    """Condition that a row of OPENJSON is less or greater than an expression."""
    if side.is_number:
        return _compares_number(alias, operator, side)
    if side.is_text or side.field is None:
        sql, params, outside = _in_reach(side)
        return "%s.[type] = 1 AND %s.[value] %s %s" % (alias, alias, operator, sql), params, outside
    other = _as_item(side)
    return values.orders(alias, operator, other.alias), (), other


def _as_item(side: _Side) -> Item:
    """The expression's value as a document: booleans, dates and the rest in their JSON form."""
    return Item(functions.as_json(side.sql, side.field), side.params, prefix="o")


def _compares_number(alias: str, operator: str, side: _Side) -> _Condition:
    """Comparison of a row's number: an integer with all its digits, another number as float."""
    sql, params, outside = _in_reach(side)
    as_float = "%s %s %s" % (values.as_float(alias), operator, sql)
    if isinstance(side.field, FloatField):
        return "%s.[type] = 2 AND %s" % (alias, as_float), params, outside
    as_integer = "%s %s %s" % (values.as_integer(alias), operator, sql)
    condition = "%s.[type] = 2 AND IIF(%s, IIF(%s, 1, 0), IIF(%s, 1, 0)) = 1"
    condition %= (alias, values.is_float(alias), as_float, as_integer)
    return condition, [*params, *params], outside


def _in_reach(side: _Side) -> _Condition:
    """
    An expression as a condition on OPENJSON's row takes it: its SQL, its parameters, and where it is worked out.

    A name without its table is that of the next table: there of OPENJSON, which has a `key`, a `value` and a `type`.
    """
    if not may_name_a_column(side.sql):
        return side.sql, side.params, None
    outside = Outside(side.sql, side.params)
    return outside.value, (), outside


# ---- a JSON value on the right side -------------------------------------------------


def _is_turned(node: Expression, compiler: Compiler) -> bool:
    """Whether the right side alone is a JSON value. In a definition its text is compared, which JSON_VALUE returns."""
    if node.rhs_is_direct_value() or not is_json(node.rhs):
        return False
    return not is_json(node.lhs) and not definitions.applies(compiler)


def compile_exact(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A column equals a JSON value."""
    return equals(node.rhs, node.lhs, compiler) if _is_turned(node, compiler) else NotImplemented


def compile_order(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A column is less or greater than a JSON value; what a number is said to be JSON of is compared as a number."""
    number = functions.plain(node.lhs)
    if number is not node.lhs:
        return _with_side(node, compiler, lhs=number)
    if not _is_turned(node, compiler):
        return NotImplemented
    operator = next(_TURNED[kind] for kind in type(node).__mro__ if kind in _TURNED)
    return orders(node.rhs, operator, node.lhs, compiler)


def compile_range(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A column is between two values, of which one is a JSON value."""
    number = functions.plain(node.lhs)
    if number is not node.lhs:
        return _with_side(node, compiler, lhs=number)
    bounds = members(node.rhs)
    if not any(is_key(bound) for bound in bounds):
        return NotImplemented
    tests = [
        compiler.compile(kind(node.lhs, bound)) for kind, bound in zip((GreaterThanOrEqual, LessThanOrEqual), bounds)
    ]
    return joined(" AND ", tests)


def compile_pattern(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A column contains the text of a key, is like it, or matches it."""
    if not is_key(node.rhs) or is_json(node.lhs):
        return NotImplemented
    return _with_side(node, compiler, rhs=as_text(node.rhs))


def _with_side(node: Expression, compiler: Compiler, **side: Expression) -> Compiled:
    """A lookup with another left or right side: (condition, params)."""
    changed = copy.copy(node)
    changed.__dict__.update(side)
    sql: Compiled = compiler.compile(changed)
    return sql


def compile_in(node: In, compiler: Compiler) -> Translation:
    """A column is one of the JSON values of a query, or of keys."""
    if is_query(node.rhs):
        return _in_query(node, compiler) if _is_turned(node, compiler) else NotImplemented
    candidates = members(node.rhs)
    # Of a list of thousands of values, the types are found in a fraction of the time that a look at each value takes.
    if not any(hasattr(kind, "resolve_expression") for kind in set(map(type, candidates))):
        return NotImplemented
    keys = [value for value in candidates if is_key(value)]
    if not keys or definitions.applies(compiler):
        return NotImplemented
    tests = [equals(key, node.lhs, compiler) for key in keys]
    others = [value for value in candidates if value is not None and not is_key(value)]
    if others:
        tests.append(compiler.compile(In(node.lhs, others)))
    return joined(" OR ", tests)


def _in_query(node: In, compiler: Compiler) -> Compiled:
    sql, params = node.process_rhs(compiler, compiler.connection)
    rows = "%s CROSS APPLY OPENJSON(%s) AS [__c]" % (_rows(sql), in_array("[__q].[__v]"))
    return _exists(rows, params, _equals("[__c]", _side(node.lhs, compiler)))


COMPILERS = {
    Exact: compile_exact,
    Range: compile_range,
    **dict.fromkeys(_TURNED, compile_order),
    **dict.fromkeys((IExact, PatternLookup, Regex), compile_pattern),
}
