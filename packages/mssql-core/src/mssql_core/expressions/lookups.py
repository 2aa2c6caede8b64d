"""Lookups: case, regular expressions; sets of values are in compiler/value_lists.py."""

from copy import copy

from django.db.models.functions import Collate
from django.db.models.lookups import IContains, IEndsWith, IExact, IRegex, IStartsWith, Regex

from ..compiler import tuple_lookups
from ..compiler import value_lists as value_sets
from ..operations.regex import insensitive_collation, like_pattern, needs_like

# Case and accents count, and ranges go by code points.
BINARY_COLLATION = "Latin1_General_100_BIN2"


def _collation(node, connection):
    return getattr(node.lhs.output_field, "db_collation", None) or connection.server.collation


def compile_case_insensitive(node, compiler, connection, **extra):
    """Only a case-sensitive column needs another collation: the others keep their index."""
    collation = _collation(node, connection)
    if not hasattr(node.lhs.output_field, "db_collation") or "_CI" in collation or isinstance(node.lhs, Collate):
        return NotImplemented
    # A lookup has no copy() of its own before Django 4.0.
    found = copy(node)
    found.lhs = Collate(node.lhs, insensitive_collation(collation))
    return found.as_sql(compiler, connection)


def compile_regex(node, compiler, connection, **extra):
    """Without REGEXP_LIKE, what LIKE can say, by code points: in a linguistic collation [a-z] holds B and é too."""
    if not needs_like(connection) or not node.rhs_is_direct_value() or node.bilateral_transforms:
        return NotImplemented
    pattern = like_pattern(str(node.rhs))
    sql, params = node.process_lhs(compiler, connection)
    if node.lookup_name == "iregex":
        sql, pattern = "LOWER(%s)" % sql, pattern.lower()
    return "%s COLLATE %s LIKE %%s ESCAPE '\\'" % (sql, BINARY_COLLATION), [*params, pattern]


COMPILERS = {
    **value_sets.COMPILERS,
    **tuple_lookups.COMPILERS,
    **dict.fromkeys((IExact, IContains, IStartsWith, IEndsWith), compile_case_insensitive),
    **dict.fromkeys((Regex, IRegex), compile_regex),
}
