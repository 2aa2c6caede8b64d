"""Lookups of keys as text and as numbers: startswith and the like, iexact, regex, less and greater.

They are case-sensitive whatever the database's collation; the lookups with i are not.
"""

import copy
import json
from typing import Any

from django.db.models import DecimalField, DurationField, FloatField, IntegerField, TextField
from django.db.models.fields.json import (
    KeyTextTransform,
    KeyTransform,
    KeyTransformEndsWith,
    KeyTransformGt,
    KeyTransformGte,
    KeyTransformIContains,
    KeyTransformIEndsWith,
    KeyTransformIExact,
    KeyTransformIStartsWith,
    KeyTransformLt,
    KeyTransformLte,
    KeyTransformStartsWith,
)
from django.db.models.lookups import Contains

from mssql_core.plugin import Compiled, CompileFunction, Compiler, Connection, Expression, Translation, UnaryExpression

from . import definitions, values
from ._compat import JSONIContains, is_json, python_value
from .documents import BINARY
from .transforms import item_of

_INSENSITIVE = "Latin1_General_100_CI_AS"
_OPERATORS = {KeyTransformGt: ">", KeyTransformGte: ">=", KeyTransformLt: "<", KeyTransformLte: "<="}


class Collated(UnaryExpression):
    """Text with a collation of its own."""

    def __init__(self, expression: Expression, collation: str) -> None:
        super().__init__(expression, TextField())
        self.collation = collation

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        return "(%s) COLLATE %s" % (sql, self.collation), params


def _with_collation(collation: str) -> CompileFunction:
    def compile_with_collation(
        node: Expression, compiler: Compiler, connection: Connection, **extra: Any
    ) -> Translation:
        if isinstance(node.lhs, Collated):
            return NotImplemented
        changed = copy.copy(node)
        changed.lhs = Collated(node.lhs, collation)
        return changed.as_sql(compiler, connection)

    return compile_with_collation


_sensitive = _with_collation(BINARY)
_insensitive = _with_collation(_INSENSITIVE)


def compile_text_contains(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    if not isinstance(node.lhs, KeyTextTransform):
        return NotImplemented
    return _sensitive(node, compiler, connection)


def compile_iexact(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    return _same_text(node, compiler, connection, _INSENSITIVE)


def compile_text_exact(node: Expression, compiler: Compiler, connection: Connection) -> Compiled:
    """A key as text equals a string, with its trailing blanks."""
    return _same_text(node, compiler, connection, BINARY)


def _same_text(node: Expression, compiler: Compiler, connection: Connection, collation: str) -> Compiled:
    """Equality of a key as text in a collation; None is JSON null."""
    if node.rhs is None:
        key = KeyTransform(node.lhs.key_name, *node.lhs.source_expressions)
        return compiler.compile(key.get_lookup("exact")(key, None))
    lhs, lhs_params = compiler.compile(node.lhs)
    if hasattr(node.rhs, "as_sql"):
        rhs, rhs_params = value_sql(node.rhs, compiler)
        return "(%s) COLLATE %s = %s" % (lhs, collation, rhs), [*lhs_params, *rhs_params]
    return "(%s + N'.') COLLATE %s = %%s" % (lhs, collation), [*lhs_params, "%s." % (node.rhs,)]


def value_sql(expression: Any, compiler: Compiler) -> Compiled:
    """An expression of the right side, in parentheses if it is a query."""
    sql, params = compiler.compile(expression)
    return (sql if sql.startswith("(") or not sql.startswith("SELECT") else "(%s)" % sql), params


def is_number(expression: Any) -> bool:
    """Whether an expression's values are numbers."""
    field = getattr(expression, "_output_field_or_none", None)
    return isinstance(field, (IntegerField, FloatField, DecimalField, DurationField))


# ---- less and greater -------------------------------------------------------------------


def compile_order(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Comparison of numbers with numbers and strings with strings; other types are neither less nor greater."""
    operator = next(_OPERATORS[kind] for kind in type(node).__mro__ if kind in _OPERATORS)
    if definitions.applies(compiler):
        value = python_value(node.rhs, node.lhs.output_field)
        return definitions.order(node.lhs, operator, value, compiler)
    if isinstance(node.lhs, KeyTextTransform):
        return _text_order(node, operator, compiler)
    item = item_of(node.lhs, compiler)
    if not hasattr(node.rhs, "as_sql") or getattr(node.rhs, "value", None) is not None:
        value = python_value(node.rhs, node.lhs.output_field)
        return item.test(*values.compares(item, operator, value))
    if is_json(node.rhs) and not isinstance(node.rhs, KeyTextTransform):
        other = item_of(node.rhs, compiler, prefix="o")
        return item.test(values.orders(item.alias, operator, other.alias), (), other)
    sql, params = value_sql(node.rhs, compiler)
    if is_number(node.rhs):
        condition = "%s.[type] = 2 AND TRY_CAST(%s.[value] AS float)" % (item.alias, item.alias)
    else:
        condition = "%s.[type] = 1 AND %s.[value]" % (item.alias, item.alias)
    return item.test("%s %s %s" % (condition, operator, sql), params)


def _text_order(node: Expression, operator: str, compiler: Compiler) -> Compiled:
    lhs, lhs_params = compiler.compile(node.lhs)
    if hasattr(node.rhs, "as_sql"):
        rhs, rhs_params = value_sql(node.rhs, compiler)
        return "%s %s %s" % (lhs, operator, rhs), [*lhs_params, *rhs_params]
    try:
        number = float(json.loads(str(node.rhs)))
    except (TypeError, ValueError):
        return "%s %s %%s" % (lhs, operator), [*lhs_params, str(node.rhs)]
    return "TRY_CAST(%s AS float) %s %%s" % (lhs, operator), [*lhs_params, number]


COMPILERS = {
    Contains: compile_text_contains,
    JSONIContains: _insensitive,
    KeyTransformIExact: compile_iexact,
    **dict.fromkeys((KeyTransformEndsWith, KeyTransformStartsWith), _sensitive),
    **dict.fromkeys((KeyTransformIContains, KeyTransformIEndsWith, KeyTransformIStartsWith), _insensitive),
    **dict.fromkeys(_OPERATORS, compile_order),
}
