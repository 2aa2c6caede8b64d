"""Key transforms and lookups of JSONField in T-SQL."""

import json

from django.db.models.fields.json import (
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

from .path import compile_path, literal


def _unwrap(node, compiler):
    """(SQL of the document, params, keys) below nested key transforms."""
    keys = [node.key_name]
    previous = node.lhs
    while isinstance(previous, KeyTransform):
        keys.insert(0, previous.key_name)
        previous = previous.lhs
    sql, params = _guarded(*compiler.compile(previous))
    return sql, params, keys


def _guarded(sql, params):
    """The document where it is an object or an array, else NULL: the JSON functions refuse scalars (13609).

    https://learn.microsoft.com/sql/t-sql/functions/isjson-transact-sql
    """
    return "CASE WHEN ISJSON(%s) = 1 THEN %s END" % (sql, sql), [*params, *params]


def compile_key_transform(node, compiler, connection, **extra):
    """The value as JSON would show it: objects and arrays as JSON, scalars as text."""
    sql, params, keys = _unwrap(node, compiler)
    path = literal(compile_path(keys))
    text = "COALESCE(JSON_QUERY(%s, %s), JSON_VALUE(%s, %s))" % (sql, path, sql, path)
    return text, [*params, *params]


def compile_key_text(node, compiler, connection, **extra):
    sql, params, keys = _unwrap(node, compiler)
    path = literal(compile_path(keys))
    return "COALESCE(JSON_QUERY(%s, %s), JSON_VALUE(%s, %s))" % (sql, path, sql, path), [*params, *params]


def _parent(keys):
    return literal(compile_path(keys[:-1])), str(keys[-1])


def _item(sql, keys):
    """A row of OPENJSON for the key: tells JSON null, types, and long strings."""
    parent, key = _parent(keys)
    return "SELECT 1 FROM OPENJSON(%s, %s) AS [item] WHERE [item].[key] = %s" % (sql, parent, literal(key))


def compile_has_key(node, compiler, connection, **extra):
    """A key is there even when its value is null."""
    sql, params, lhs_keys = _document(node.lhs, compiler)
    rhs = node.rhs if isinstance(node.rhs, (list, tuple)) else [node.rhs]
    tests, all_params = [], []
    for key in rhs:
        keys = list(lhs_keys)
        if isinstance(key, KeyTransform):
            previous = key
            own = []
            while isinstance(previous, KeyTransform):
                own.insert(0, previous.key_name)
                previous = previous.lhs
            keys += own
            parent, last = _parent(keys)
        else:
            keys.append(key)
            # The last key of has_key is a key even when it looks like a number.
            parent, last = literal(compile_path(keys[:-1])), str(key)
        tests.append(
            "EXISTS (SELECT 1 FROM OPENJSON(%s, %s) AS [item] WHERE [item].[key] COLLATE Latin1_General_100_BIN2 = %s)"
            % (sql, parent, literal(last))
        )
        all_params += params
    joined = (node.logical_operator or " AND ").join(tests)
    return "(%s)" % joined if len(tests) > 1 else joined, all_params


def _document(lhs, compiler):
    if isinstance(lhs, KeyTransform):
        return _unwrap(lhs, compiler)
    sql, params = _guarded(*compiler.compile(lhs))
    return sql, params, []


def compile_is_null(node, compiler, connection, **extra):
    """``key__isnull=True``: the key is missing; JSON null is there."""
    sql, params, keys = _unwrap(node.lhs, compiler)
    test = "EXISTS (%s)" % _item(sql, keys)
    if node.rhs:
        return "(NOT %s)" % test, params
    return test, params


def _scalar_test(sql, keys, value):
    """A condition on one key for one value, with its type: 1 is not "1", true is not "true"."""
    parent, key = _parent(keys)
    head = "EXISTS (SELECT 1 FROM OPENJSON(%s, %s) AS [item] WHERE [item].[key] = %s AND " % (sql, parent, literal(key))
    if value is None:
        return head + "[item].[type] = 0)", []
    if isinstance(value, bool):
        return head + "[item].[type] = 3 AND [item].[value] = %s)", ["true" if value else "false"]
    if isinstance(value, (int, float)):
        return head + "[item].[type] = 2 AND CAST([item].[value] AS float) = CAST(%s AS float))", [value]
    if isinstance(value, str):
        return head + "[item].[type] = 1 AND [item].[value] COLLATE Latin1_General_100_BIN2 = %s)", [value]
    kind = 5 if isinstance(value, dict) else 4
    return head + "[item].[type] = %d AND [item].[value] COLLATE Latin1_General_100_BIN2 = %%s)" % kind, [
        json.dumps(value)
    ]


def compile_key_exact(node, compiler, connection, **extra):
    rhs = node.rhs
    if hasattr(rhs, "as_sql") or hasattr(rhs, "resolve_expression"):
        return NotImplemented
    sql, params, keys = _unwrap(node.lhs, compiler)
    test, values = _scalar_test(sql, keys, _plain(node, rhs))
    return test, [*params, *values]


def compile_key_in(node, compiler, connection, **extra):
    if not node.rhs_is_direct_value() or any(hasattr(value, "as_sql") for value in node.rhs):
        return NotImplemented
    sql, params, keys = _unwrap(node.lhs, compiler)
    tests, all_params = [], []
    for value in node.rhs:
        test, values = _scalar_test(sql, keys, _plain(node, value))
        tests.append(test)
        all_params += [*params, *values]
    if not tests:
        from django.core.exceptions import EmptyResultSet

        raise EmptyResultSet
    return "(%s)" % " OR ".join(tests), all_params


def _plain(node, value):
    """The Python value that the lookup compares with."""
    return value


def compile_json_exact(node, compiler, connection, **extra):
    """A whole document; JSON null is the text 'null'."""
    if hasattr(node.rhs, "as_sql"):
        return NotImplemented
    sql, params = compiler.compile(node.lhs)
    value = node.rhs if isinstance(node.rhs, str) else json.dumps(node.rhs)
    return "%s COLLATE Latin1_General_100_BIN2 = %%s" % sql, [*params, value]


COMPILERS = {
    HasAnyKeys: compile_has_key,
    HasKey: compile_has_key,
    HasKeyLookup: compile_has_key,
    HasKeys: compile_has_key,
    JSONExact: compile_json_exact,
    KeyTextTransform: compile_key_text,
    KeyTransform: compile_key_transform,
    KeyTransformExact: compile_key_exact,
    KeyTransformIn: compile_key_in,
    KeyTransformIsNull: compile_is_null,
}
