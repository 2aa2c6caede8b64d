"""Lookups of documents and keys: exact, in, isnull, has_key, contains."""

import copy

from django.core.exceptions import EmptyResultSet
from django.db.models import Value
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

from . import definitions, functions, text, values
from ._compat import HasKeyOrArrayIndex, JSONIn, is_json, members, python_value
from .documents import BINARY, Item, in_array
from .path import compile_path, is_path_key, literal
from .transforms import item_of, require_openjson, unwrapped

# JSON_VALUE gives up to so many characters.
_LONGEST = 4000


def _is_expression(value):
    return hasattr(value, "resolve_expression") or hasattr(value, "as_sql")


def _is_constant(value):
    return isinstance(value, Value) or not _is_expression(value)


def _field(node):
    return node.lhs.output_field


# ---- exact -------------------------------------------------------------------------


def compile_exact(node, compiler, connection, **extra):
    """A document or a key equals a constant, or another document."""
    if isinstance(node.lhs, KeyTextTransform):
        return text.compile_text_exact(node, compiler, connection)
    if node.rhs is None:
        # Django warns of it.
        node.process_rhs(compiler, connection)
    if _is_constant(node.rhs):
        value = python_value(node.rhs, _field(node))
        if definitions.applies(compiler):
            return definitions.exact(node.lhs, value, compiler)
        return _equals_any(node.lhs, [value], compiler)
    definitions.refuse(compiler, "a comparison of two JSON values")
    return _equals_expression(node.lhs, node.rhs, compiler)


def _equals_any(lhs, constants, compiler):
    item = item_of(lhs, compiler)
    tests, params = [], []
    for value in constants:
        test, found = values.equals(item, value)
        tests.append("(%s)" % test)
        params += found
    sql, params = item.test(" OR ".join(tests), params)
    if len(constants) == 1 and isinstance(constants[0], (str, bool)):
        return _with_index(lhs, constants[0], sql, params, compiler)
    return sql, params


def _with_index(lhs, value, sql, params, compiler):
    """
    Say it again in the words of an index over the key; it is the test that decides.

    Texts and booleans are written in one way; a number in many (1, 1.0, 1e0), which no text finds.
    """
    if not isinstance(lhs, KeyTransform) or isinstance(value, str) and len(value) > _LONGEST // 2:
        return sql, params
    document, keys = unwrapped(lhs)
    column, found = compiler.compile(document)
    if found or not all(map(is_path_key, keys)):
        return sql, params
    indexed = "JSON_VALUE(%s, %s)" % (definitions.container(column), literal(compile_path(keys)))
    if isinstance(value, bool):
        # A literal, as all booleans: filtered indexes are found by them.
        return "(%s = N'%s' AND %s)" % (indexed, "true" if value else "false", sql), params
    return "(%s = %%s AND %s)" % (indexed, sql), [value, *params]


def _equals_expression(lhs, rhs, compiler):
    item = item_of(lhs, compiler)
    if is_json(rhs):
        other = item_of(rhs, compiler, prefix="o")
        return item.test(values.same(item.alias, other.alias, values.DEEPEST), (), other)
    if text.is_number(rhs) or isinstance(rhs, KeyTextTransform) or functions.is_text(rhs):
        return _equals_column(item, rhs, compiler)
    # Booleans, dates and the rest as JSON writes them.
    other = Item(*functions.json_text(rhs, compiler, nulls=True), prefix="o")
    return item.test(values.same_scalar(item.alias, other.alias), (), other)


def _equals_column(item, rhs, compiler):
    """Numbers with numbers, text with what the key reads as text."""
    sql, params = text.value_sql(rhs, compiler)
    if text.is_number(rhs):
        return item.test("%s.[type] = 2 AND TRY_CAST(%s.[value] AS float) = %s" % (item.alias, item.alias, sql), params)
    return item.test("%s.[value] COLLATE %s = %s" % (item.alias, BINARY, sql), params)


# ---- in ------------------------------------------------------------------------------


def compile_in(node, compiler, connection, **extra):
    """A document or a key is one of some values; case matters of a key as text, too."""
    if isinstance(node.lhs, KeyTextTransform):
        changed = copy.copy(node)
        changed.lhs = text.Collated(node.lhs, BINARY)
        return compiler.compile(changed)
    if not is_json(node.lhs):
        return NotImplemented
    if _is_subquery(node.rhs):
        return _in_subquery(node, compiler)
    found = list(members(node.rhs))
    constants, expressions = [], []
    for value in found:
        if value is None or _is_null_of_another_type(value):
            continue
        if _is_constant(value):
            constants.append(python_value(value, _field(node)))
        else:
            expressions.append(value)
    if not constants and not expressions:
        raise EmptyResultSet
    if definitions.applies(compiler):
        definitions.refuse(compiler if expressions else None, "a comparison of two JSON values")
        tests = [definitions.exact(node.lhs, value, compiler) for value in constants]
    else:
        tests = [_equals_expression(node.lhs, value, compiler) for value in expressions]
        if constants:
            tests.insert(0, _equals_some(node.lhs, constants, compiler))
    return "(%s)" % " OR ".join(sql for sql, _ in tests), [param for _, params in tests for param in params]


def _is_null_of_another_type(value):
    return isinstance(value, Value) and value.value is None and not is_json(value)


def _is_subquery(rhs):
    return hasattr(rhs, "get_compiler") or hasattr(rhs, "query")


def _equals_some(lhs, constants, compiler):
    if len(constants) <= 8 and not any(isinstance(value, (dict, list)) for value in constants):
        return _equals_any(lhs, constants, compiler)
    # All of them in one parameter.
    item = item_of(lhs, compiler)
    levels = max(map(values.depth, constants))
    condition = "EXISTS (SELECT 1 FROM OPENJSON(%%s) AS [c] WHERE %s)" % values.same(item.alias, "[c]", levels)
    return item.test(condition, [values.text_of(constants)])


def _in_subquery(node, compiler):
    definitions.refuse(compiler, "a subquery")
    sql, params = node.process_rhs(compiler, compiler.connection)
    item = item_of(node.lhs, compiler)
    rhs = node.rhs if hasattr(node.rhs, "output_field") else node.rhs.query
    try:
        documents = isinstance(rhs.output_field, type(_field(node)))
    except AttributeError:
        documents = True
    if not documents:
        return item.test("%s.[value] COLLATE %s IN %s" % (item.alias, BINARY, sql), params)
    rows = "(SELECT * FROM %s AS [q0] ([v])) AS [q] CROSS APPLY OPENJSON(%s) AS [c]" % (
        sql,
        in_array("[q].[v]"),
    )
    condition = "EXISTS (SELECT 1 FROM %s WHERE %s)" % (rows, values.same(item.alias, "[c]", values.DEEPEST))
    return item.test(condition, params)


# ---- isnull, has_key -----------------------------------------------------------------


def compile_is_null(node, compiler, connection, **extra):
    """``key__isnull=True``: there is no such key; JSON null is a value. Of a key as text: NULL."""
    if isinstance(node.lhs, KeyTextTransform):
        return NotImplemented
    if definitions.applies(compiler):
        sql, params = definitions.exists(node.lhs, compiler)
    else:
        sql, params = item_of(node.lhs, compiler).exists()
    return ("(NOT %s)" % sql if node.rhs else sql), params


def compile_has_key(node, compiler, connection, **extra):
    """An object has the keys; the last of them is a name even if it is a number."""
    as_array_index = isinstance(node, HasKeyOrArrayIndex)
    rhs = node.rhs if isinstance(node.rhs, (list, tuple)) else [node.rhs]
    document, lhs_keys = unwrapped(node.lhs) if isinstance(node.lhs, KeyTransform) else (node.lhs, [])
    tests, all_params = [], []
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
        # No key of none is missing, and none is there.
        return ("1 = 1" if isinstance(node, HasKeys) and not isinstance(node, HasAnyKeys) else "1 = 0"), []
    joined = (node.logical_operator or " AND ").join(tests)
    return "(%s)" % joined if len(tests) > 1 else joined, all_params


# ---- contains --------------------------------------------------------------------------


def compile_contains(node, compiler, connection, **extra):
    return _containment(node, compiler, connection, lambda x, y, levels: values.contains(x, y, levels))


def compile_contained_by(node, compiler, connection, **extra):
    return _containment(node, compiler, connection, lambda x, y, levels: values.contains(y, x, levels))


def _containment(node, compiler, connection, condition):
    definitions.refuse(compiler, "contains and contained_by")
    item = item_of(node.lhs, compiler)
    if _is_constant(node.rhs):
        value = python_value(node.rhs, _field(node))
        other, levels = values.constant(value), values.depth(value)
    else:
        other, levels = item_of(node.rhs, compiler, prefix="o"), values.DEEPEST_CONTAINED
    return item.test(condition(item.alias, other.alias, levels), (), other)


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
