"""Lookups: case, regular expressions; sets of values are in compiler/value_lists.py."""

from copy import copy
from typing import Any, Optional

from django.db.models import BooleanField, CharField, TextField
from django.db.models.functions import Collate
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    IContains,
    IEndsWith,
    IExact,
    IRegex,
    IStartsWith,
    Regex,
    StartsWith,
)

from ..compat.orm import known_field
from ..compiler import tuple_lookups
from ..compiler import value_lists as value_sets
from ..operations.regex import insensitive_collation, like_pattern, needs_like
from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import CompileFunction, Translation
from .aggregates import As
from .float_text import FloatText, is_float

# Case and accents count, and ranges go by code points.
BINARY_COLLATION = "Latin1_General_100_BIN2"


def _collation(node: Expression, connection: Connection) -> str:
    return getattr(node.lhs.output_field, "db_collation", None) or connection.server.collation


def compile_case_insensitive(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Only a case-sensitive column needs another collation: the others keep their index."""
    if not hasattr(node.lhs.output_field, "db_collation") or isinstance(node.lhs, Collate):
        return NotImplemented
    collation = _collation(node, connection)
    if "_CI" in collation:
        return NotImplemented
    # A lookup has no copy() of its own before Django 4.0.
    collated = copy(node)
    collated.lhs = Collate(node.lhs, insensitive_collation(collation))
    return collated.as_sql(compiler, connection)


def compile_regex(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Without REGEXP_LIKE, LIKE if it can express the pattern; by code points, as [a-z] may contain B and é otherwise."""
    if not needs_like(connection) or not node.rhs_is_direct_value() or node.bilateral_transforms:
        return NotImplemented
    ignores_case = node.lookup_name == "iregex"
    pattern = like_pattern(str(node.rhs), ignores_case)
    sql, params = node.process_lhs(compiler, connection)
    if ignores_case:
        sql = "LOWER(%s)" % sql
    return "%s COLLATE %s LIKE %%s ESCAPE '\\'" % (sql, BINARY_COLLATION), [*params, pattern]


def _compares_text(function: Optional[CompileFunction] = None) -> CompileFunction:
    """A compile function that sees numbers as texts: LIKE has them so, and ``iexact`` compares text on every database."""

    def compile_text_lookup(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
        changed = _with_text_sides(node)
        if changed is not node:
            return compiler.compile(changed)
        return NotImplemented if function is None else function(node, compiler, connection, **extra)

    return compile_text_lookup


def _with_text_sides(node: Expression) -> Expression:
    lhs, rhs = node.lhs, node.rhs
    lhs = FloatText(lhs) if is_float(lhs) else lhs
    if isinstance(rhs, str):
        if lhs is node.lhs:
            return node
    elif is_float(rhs):
        rhs = FloatText(rhs)
    elif isinstance(node, IExact) and _is_no_text(rhs):
        rhs = As(rhs, "nvarchar(64)", CharField(max_length=64))
    if lhs is node.lhs and rhs is node.rhs:
        return node
    changed = copy(node)
    changed.lhs, changed.rhs = lhs, rhs
    return changed


def _is_no_text(side: Any) -> bool:
    field = known_field(side)
    return field is not None and not isinstance(field, (CharField, TextField))


def compile_exact(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """True and False as literals: a filtered index over the rows where the column is 1 serves no parameter.

    https://learn.microsoft.com/sql/relational-databases/indexes/create-filtered-indexes
    """
    if not isinstance(node.rhs, bool) or not isinstance(getattr(node.lhs, "output_field", None), BooleanField):
        return NotImplemented
    # A condition, Django compiles to itself or to its negation.
    is_condition = connection.ops.conditional_expression_supported_in_where_clause(node.lhs)
    if is_condition or getattr(node, "bilateral_transforms", None):
        return NotImplemented
    sql, params = node.process_lhs(compiler, connection)
    return "%s = %d" % (sql, node.rhs), params


COMPILERS = {
    Exact: compile_exact,
    **value_sets.COMPILERS,
    **tuple_lookups.COMPILERS,
    **dict.fromkeys((Contains, StartsWith, EndsWith), _compares_text()),
    **dict.fromkeys((IExact, IContains, IStartsWith, IEndsWith), _compares_text(compile_case_insensitive)),
    **dict.fromkeys((Regex, IRegex), _compares_text(compile_regex)),
}
