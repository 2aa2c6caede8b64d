"""Predicates and values: T-SQL keeps them apart, Django does not.

A predicate can be tested but neither selected nor compared nor passed to a
function (errors 102, 156, 4145); a bit is a value and has to be compared.
"""

from django.db.models import BooleanField
from django.db.models.expressions import (
    Case,
    Col,
    CombinedExpression,
    Exists,
    ExpressionList,
    ExpressionWrapper,
    F,
    Func,
    OrderBy,
    RawSQL,
    Star,
    Value,
    When,
    Window,
)
from django.db.models.lookups import Exact, Lookup
from django.db.models.sql.datastructures import BaseTable, Join
from django.db.models.sql.where import NothingNode, WhereNode


def is_predicate(node):
    """Whether a node compiles to a condition rather than to a value."""
    if isinstance(node, (Lookup, WhereNode, NothingNode, Exists)):
        return True
    if type(node).__name__ == "NegatedExpression":
        return True
    if isinstance(node, ExpressionWrapper):
        return is_predicate(node.expression)
    return False


def as_value(node):
    """A node as a value: predicates become 1 or 0."""
    if node is not None and is_predicate(node):
        return Case(When(node, then=Value(True)), default=Value(False), output_field=BooleanField())
    return node


def as_predicate(node):
    """A node as a condition: boolean values are compared with 1."""
    return node if is_predicate(node) else Exact(node, True)


def with_values(node):
    """The node with predicates among its source expressions turned into values, or None if there are none."""
    sources = node.get_source_expressions()
    if not any(source is not None and is_predicate(source) for source in sources):
        return None
    copy = node.copy()
    copy.set_source_expressions([as_value(source) for source in sources])
    return copy


def compile_func(node, compiler, connection, **extra):
    copy = with_values(node)
    if copy is None:
        return NotImplemented
    return compiler.compile(copy)


def compile_when(node, compiler, connection, **extra):
    condition, result = node.condition, node.result
    if is_predicate(condition) and not is_predicate(result):
        return NotImplemented
    copy = node.copy()
    copy.condition, copy.result = as_predicate(condition), as_value(result)
    return copy.as_sql(compiler, connection, **extra)


def compile_case(node, compiler, connection, **extra):
    if not is_predicate(node.default):
        return NotImplemented
    copy = node.copy()
    copy.default = as_value(node.default)
    return compiler.compile(copy)


def compile_lookup(node, compiler, connection, **extra):
    """A comparison whose sides are predicates."""
    lhs, rhs = node.lhs, node.rhs
    direct = isinstance(node, Exact) and isinstance(rhs, bool)
    change_left = is_predicate(lhs) and not direct
    change_right = is_predicate(rhs)
    if not (change_left or change_right):
        return NotImplemented
    copy = node.copy()
    if change_left:
        copy.lhs = as_value(lhs)
    if change_right:
        copy.rhs = as_value(rhs)
    return compiler.compile(copy)


def compile_order_by(node, compiler, connection, **extra):
    """NULLS FIRST and NULLS LAST as a leading CASE; NULL is the lowest value."""
    expression = as_value(node.expression)
    sql, params = compiler.compile(expression)
    direction = "DESC" if node.descending else "ASC"
    test = None
    if node.nulls_last and not node.descending:
        test = "CASE WHEN %s IS NULL THEN 1 ELSE 0 END, "
    elif node.nulls_first and node.descending:
        test = "CASE WHEN %s IS NULL THEN 0 ELSE 1 END, "
    if test is None:
        return "%s %s" % (sql, direction), params
    return "%s%s %s" % (test % sql, sql, direction), type(params)([*params, *params])


def compile_base_table(node, compiler, connection, **extra):
    sql, params = node.as_sql(compiler, connection)
    return sql + _hint(compiler, node.table_alias), params


def compile_join(node, compiler, connection, **extra):
    hint = _hint(compiler, node.table_alias)
    if not hint:
        return NotImplemented
    sql, params = node.as_sql(compiler, connection)
    quote = getattr(compiler, "quote_name_unless_alias", None) or compiler.quote_name
    alias = "" if node.table_alias == node.table_name else " %s" % node.table_alias
    head = "%s %s%s" % (node.join_type, quote(node.table_name), alias)
    if not sql.startswith(head):
        head = "%s %s %s" % (node.join_type, quote(node.table_name), quote(node.table_alias))
    return head + hint + sql[len(head) :], params


def _hint(compiler, alias):
    lock_hint = getattr(compiler, "lock_hint", None)
    return lock_hint(alias) if lock_hint else ""


def compile_exists(node, compiler, connection, **extra):
    """EXISTS needs no order and no columns; the test stays a predicate."""
    return NotImplemented


def compile_window(node, compiler, connection, **extra):
    """Ranking and offset functions need an ORDER BY (error 4112); any order will do."""
    if node.order_by is not None or node.frame is not None:
        return NotImplemented
    name = getattr(node.source_expression, "function", None)
    if name not in (
        "ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE", "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "PERCENT_RANK",
        "CUME_DIST",
    ):  # fmt: skip
        return NotImplemented
    copy = node.copy()
    copy.order_by = ExpressionList(RawSQL("(SELECT NULL)", ()))
    copy.order_by.template = "ORDER BY %(expressions)s"
    return copy.as_sql(compiler, connection)


def compile_value(node, compiler, connection, **extra):
    """A constant NULL has no type of its own where only such values meet (errors 8133, 4127)."""
    if node.value is not None:
        return NotImplemented
    field = node._output_field_or_none
    if field is None or extra.get("plain"):
        return NotImplemented
    try:
        cast = field.cast_db_type(connection)
    except (AttributeError, TypeError):
        return NotImplemented
    if not cast:
        return NotImplemented
    return "CAST(NULL AS %s)" % cast, ()


COMPILERS = {
    BaseTable: compile_base_table,
    Case: compile_case,
    CombinedExpression: compile_func,
    Func: compile_func,
    Join: compile_join,
    Lookup: compile_lookup,
    OrderBy: compile_order_by,
    Value: compile_value,
    When: compile_when,
    Window: compile_window,
}

__all__ = ["COMPILERS", "Col", "F", "Star", "as_predicate", "as_value", "is_predicate", "with_values"]
