"""Lookups of documents and keys: exact, in, isnull, has_key, contains."""

from typing import Any, List, Sequence

from django.core.exceptions import EmptyResultSet
from django.db.models import Value
from django.db.models.expressions import Col
from django.db.models.fields.json import (
    ContainedBy,
    DataContains,
    HasAnyKeys,
    HasKey,
    HasKeyLookup,
    HasKeys,
    JSONExact,
    KeyTextTransform,
    KeyTransform,
    KeyTransformExact,
    KeyTransformIn,
    KeyTransformIsNull,
)
from django.db.models.lookups import In

from mssql_core.plugin import Compiled, Compiler, Connection, Expression, Field, Params, Translation

from . import constants, definitions, sides, text, values
from ._compat import HasKeyOrArrayIndex, JSONIn, is_json, members, python_value
from .documents import Item
from .path import compile_path, is_path_key, literal
from .transforms import item_of, require_openjson, unwrapped

# The longest string that JSON_VALUE returns, in characters.
_LONGEST = 4000
# Keys that get a condition of their own: an index has one key, and each is read from the document's beginning.
_INDEXED = 4
_CONTAINMENT = "contains and contained_by"


def _is_expression(value: Any) -> bool:
    return hasattr(value, "resolve_expression") or hasattr(value, "as_sql")


def _is_constant(value: Any) -> bool:
    return isinstance(value, Value) or not _is_expression(value)


def _field(node: Expression) -> Field:
    field: Field = node.lhs.output_field
    return field


# ---- exact -------------------------------------------------------------------------


def compile_exact(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A document or a key equals a constant, or another document."""
    if isinstance(node.lhs, KeyTextTransform):
        return text.compile_text_exact(node, compiler, connection)
    if node.rhs is None:
        # Django warns of None here.
        node.process_rhs(compiler, connection)
    if _is_constant(node.rhs):
        value = python_value(node.rhs, _field(node))
        if definitions.applies(compiler):
            return definitions.exact(node.lhs, value, compiler)
        return _equals_any(node.lhs, [value], compiler)
    definitions.refuse(compiler, "a comparison of two JSON values")
    return sides.equals(node.lhs, node.rhs, compiler)


def _equals_any(lhs: Expression, candidates: Sequence[Any], compiler: Compiler) -> Compiled:
    item = item_of(lhs, compiler)
    tests = [constants.equals(item.alias, value) for value in candidates]
    condition = " OR ".join("(%s)" % sql for sql, _ in tests)
    sql, params = item.test(condition, [param for _, params in tests for param in params])
    return _with_index(lhs, candidates[0], sql, params, compiler) if len(candidates) == 1 else (sql, params)


def _with_index(lhs: Expression, value: Any, sql: str, params: Params, compiler: Compiler) -> Compiled:
    """
    The test, after conditions on up to _INDEXED keys in the form that an index over a key serves.

    The test decides: where it is true or NULL, so are the conditions. They are cheaper, too, and few documents pass them.
    Strings and booleans have one form, but a number has many (1, 1.0, 1e0), of which a comparison of text finds one.
    """
    document, keys = unwrapped(lhs) if isinstance(lhs, KeyTransform) else (lhs, [])
    if not isinstance(document, Col) or not all(map(is_path_key, keys)):
        return sql, params
    column, _ = compiler.compile(document)
    tests: List[str] = []
    test_params: List[Any] = []
    for path, text_value in constants.texts(value, keys):
        if len(tests) == _INDEXED or isinstance(text_value, str) and len(text_value) > _LONGEST // 2:
            continue
        indexed = "JSON_VALUE(%s, %s)" % (definitions.container(column), literal(compile_path(path)))
        if isinstance(text_value, bool):
            # A literal, like all booleans, as filtered indexes serve no parameters.
            tests.append("%s = N'%s'" % (indexed, "true" if text_value else "false"))
        else:
            tests.append("%s = %%s" % indexed)
            test_params.append(text_value)
    return ("(%s)" % " AND ".join([*tests, sql]) if tests else sql), [*test_params, *params]


# ---- in ------------------------------------------------------------------------------


def compile_in(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A document or a key is one of some values; comparisons of a key as text are case-sensitive, too."""
    if isinstance(node.lhs, KeyTextTransform):
        return text.compile_text_in(node, compiler)
    if not is_json(node.lhs):
        return sides.compile_in(node, compiler)
    if sides.is_query(node.rhs):
        return _in_subquery(node, compiler)
    known, expressions = [], []
    for value in members(node.rhs):
        if value is None or _is_null_of_another_type(value):
            continue
        if _is_constant(value):
            known.append(python_value(value, _field(node)))
        else:
            expressions.append(value)
    if not known and not expressions:
        raise EmptyResultSet
    if definitions.applies(compiler):
        definitions.refuse(compiler if expressions else None, "a comparison of two JSON values")
        tests = [definitions.exact(node.lhs, value, compiler) for value in known]
    else:
        tests = sides.equals_some(node.lhs, expressions, compiler)
        if known:
            tests.insert(0, _equals_some(node.lhs, known, compiler))
    return sides.joined(" OR ", tests)


def _is_null_of_another_type(value: Any) -> bool:
    return isinstance(value, Value) and value.value is None and not is_json(value)


def _equals_some(lhs: Expression, known: Sequence[Any], compiler: Compiler) -> Compiled:
    if len(known) == 1 or len(known) <= 8 and not any(isinstance(value, (dict, list)) for value in known):
        return _equals_any(lhs, known, compiler)
    # All of them in one parameter.
    item, known = item_of(lhs, compiler), [spelling for value in known for spelling in values.spellings(value)]
    levels = max(map(values.depth, known))
    condition = "EXISTS (SELECT 1 FROM OPENJSON(%%s) AS [c] WHERE %s)" % values.same(item.alias, "[c]", levels)
    return item.test(condition, [values.text_of(known)])


def _in_subquery(node: Expression, compiler: Compiler) -> Compiled:
    definitions.refuse(compiler, "a subquery")
    sql, params = node.process_rhs(compiler, compiler.connection)
    query = node.rhs if hasattr(node.rhs, "output_field") else node.rhs.query
    return sides.is_one_of(node.lhs, query, compiler, sql, params)


# ---- isnull, has_key -----------------------------------------------------------------


def compile_is_null(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """``key__isnull=True``: there is no such key; JSON null is a value. Of a key as text: NULL."""
    if isinstance(node.lhs, KeyTextTransform):
        return NotImplemented
    if definitions.applies(compiler):
        sql, params = definitions.exists(node.lhs, compiler)
    else:
        sql, params = item_of(node.lhs, compiler).exists()
    return ("(NOT %s)" % sql if node.rhs else sql), params


def compile_has_key(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """An object has the keys; the last of them is a name even if it is a number."""
    as_array_index = isinstance(node, HasKeyOrArrayIndex)
    rhs = node.rhs if isinstance(node.rhs, (list, tuple)) else [node.rhs]
    document, lhs_keys = unwrapped(node.lhs) if isinstance(node.lhs, KeyTransform) else (node.lhs, [])
    tests: List[str] = []
    all_params: List[Any] = []
    for key in rhs:
        keys = [*lhs_keys, *(unwrapped(key)[1] if isinstance(key, KeyTransform) else [str(key)])]
        if definitions.applies(compiler):
            sql, params = definitions.has_path(document, keys, compiler)
        else:
            require_openjson(connection)
            sql, params = compiler.compile(document)
            sql, params = Item(sql, params, keys, only_property=not as_array_index).exists()
        tests.append(sql)
        all_params += params
    if not tests:
        # has_keys=[] is always true, has_any_keys=[] never.
        return ("1 = 1" if isinstance(node, HasKeys) and not isinstance(node, HasAnyKeys) else "1 = 0"), []
    joined = (node.logical_operator or " AND ").join(tests)
    return "(%s)" % joined if len(tests) > 1 else joined, all_params


# ---- contains --------------------------------------------------------------------------


def compile_contains(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A document or a key contains a constant, or another document, by the rules of PostgreSQL's @>."""
    definitions.refuse(compiler, _CONTAINMENT)
    item = item_of(node.lhs, compiler)
    if not _is_constant(node.rhs):
        other = item_of(node.rhs, compiler, prefix="o")
        return item.test(values.contains(item.alias, other.alias, values.DEEPEST_CONTAINED), (), other)
    value = python_value(node.rhs, _field(node))
    sql, params = item.test(*constants.contains(item.alias, value))
    # A scalar may be the element of an array.
    return _with_index(node.lhs, value, sql, params, compiler) if isinstance(value, dict) else (sql, params)


def compile_contained_by(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A document or a key is contained in a constant, or in another document."""
    definitions.refuse(compiler, _CONTAINMENT)
    item = item_of(node.lhs, compiler)
    if not _is_constant(node.rhs):
        other = item_of(node.rhs, compiler, prefix="o")
        return item.test(values.contains(other.alias, item.alias, values.DEEPEST_CONTAINED), (), other)
    return item.test(*constants.contained_by(item.alias, python_value(node.rhs, _field(node))))


COMPILERS = {
    ContainedBy: compile_contained_by,
    DataContains: compile_contains,
    HasAnyKeys: compile_has_key,
    HasKey: compile_has_key,
    HasKeyLookup: compile_has_key,
    HasKeys: compile_has_key,
    In: compile_in,
    JSONExact: compile_exact,
    JSONIn: compile_in,
    KeyTransformExact: compile_exact,
    KeyTransformIn: compile_in,
    KeyTransformIsNull: compile_is_null,
}
