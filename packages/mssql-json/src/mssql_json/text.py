"""Lookups of keys as text and as numbers: startswith and the like, iexact, regex, less and greater.

They are case-sensitive whatever the database's collation; the lookups with i are not.
"""

import copy
import json
from typing import Any

from django.db.models import TextField
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

from . import definitions, sides, values
from ._compat import JSONIContains, members, python_value
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


class Exactly(Collated):
    """Text with a full stop behind it, since `=` ignores trailing blanks; what it is compared with needs one, too."""

    def __init__(self, expression: Expression, collation: str = BINARY) -> None:
        super().__init__(expression, collation)

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        return "(%s + N'.') COLLATE %s" % (sql, self.collation), params


def exactly(value: Any) -> str:
    """The value of a text to compare with :class:`Exactly`."""
    return "%s." % (value,)


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


def compile_text_in(node: Expression, compiler: Compiler) -> Compiled:
    """A key as text is one of some texts, with their trailing blanks, or of expressions."""
    changed = copy.copy(node)
    if sides.is_query(node.rhs) or any(hasattr(value, "as_sql") for value in members(node.rhs)):
        changed.lhs = Collated(node.lhs, BINARY)
    else:
        changed.lhs = Exactly(node.lhs)
        changed.rhs = [exactly(value) for value in node.rhs if value is not None]
    return compiler.compile(changed)


def _same_text(node: Expression, compiler: Compiler, connection: Connection, collation: str) -> Compiled:
    """Equality of a key as text in a collation; None is JSON null."""
    if node.rhs is None:
        key = KeyTransform(node.lhs.key_name, *node.lhs.source_expressions)
        return compiler.compile(key.get_lookup("exact")(key, None))
    if hasattr(node.rhs, "as_sql"):
        lhs, lhs_params = compiler.compile(Collated(node.lhs, collation))
        rhs, rhs_params = sides.value_sql(sides.beside_text(node.rhs), compiler)
        return "%s = %s" % (lhs, rhs), [*lhs_params, *rhs_params]
    lhs, lhs_params = compiler.compile(Exactly(node.lhs, collation))
    return "%s = %%s" % lhs, [*lhs_params, exactly(node.rhs)]


# ---- less and greater -------------------------------------------------------------------


def compile_order(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Comparison of numbers with numbers and strings with strings; other types are neither less nor greater."""
    operator = next(_OPERATORS[kind] for kind in type(node).__mro__ if kind in _OPERATORS)
    if definitions.applies(compiler):
        value = python_value(node.rhs, node.lhs.output_field)
        return definitions.order(node.lhs, operator, value, compiler)
    if isinstance(node.lhs, KeyTextTransform):
        return _text_order(node, operator, compiler)
    if hasattr(node.rhs, "as_sql") and getattr(node.rhs, "value", None) is None:
        return sides.orders(node.lhs, operator, node.rhs, compiler)
    item = item_of(node.lhs, compiler)
    value = python_value(node.rhs, node.lhs.output_field)
    return item.test(*values.compares(item, operator, value))


def _text_order(node: Expression, operator: str, compiler: Compiler) -> Compiled:
    lhs, lhs_params = compiler.compile(node.lhs)
    if hasattr(node.rhs, "as_sql"):
        rhs, rhs_params = sides.value_sql(sides.beside_text(node.rhs), compiler)
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
