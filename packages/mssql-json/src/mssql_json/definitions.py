"""Keys in CHECK constraints, indexes and computed columns.

They allow no subquery (error 1046), and so no OPENJSON: the JSON functions
compare the text of scalars of up to 4,000 characters, so that "1" and 1 are
equal. https://learn.microsoft.com/sql/relational-databases/json/index-json-data
"""

import json
from typing import Any, List, Optional, Sequence, Tuple

from django.db import NotSupportedError
from django.db.models.fields.json import KeyTransform

from mssql_core.plugin import Capability, Compiled, Compiler, Expression

from .documents import BINARY
from .path import compile_path, literal, position


def applies(compiler: Compiler) -> bool:
    """Whether a definition is compiled: Django names columns without their table there."""
    return getattr(compiler.query, "alias_cols", True) is False


def refuse(compiler: Optional[Compiler], construct: str) -> None:
    """Refuse what a definition cannot have.

    :param construct: named in the message.
    :raises NotSupportedError: a definition is compiled.
    """
    if compiler is not None and applies(compiler):
        raise NotSupportedError(
            "A constraint, an index or a generated field cannot have %s of a JSONField: SQL Server allows no subquery "
            "there (error 1046)." % construct
        )


def container(document: str) -> str:
    """The document if it is an object or an array, else NULL, since JSON_VALUE refuses scalars (13609)."""
    return "CASE WHEN ISJSON(%s) = 1 THEN %s END" % (document, document)


def _document(node: Any, compiler: Compiler) -> Tuple[str, List[Any], List[Any]]:
    keys: List[Any] = []
    while isinstance(node, KeyTransform):
        keys.insert(0, node.key_name)
        node = node.lhs
    sql, params = compiler.compile(node)
    return sql, list(params), keys


def _path(keys: Sequence[Any], only_property: bool = False) -> str:
    if any((position(key) or 0) < 0 for key in keys):
        raise NotSupportedError(
            "A constraint, an index or a generated field cannot count from the end of a JSON array: JSON paths have no "
            "negative positions."
        )
    if only_property:
        return literal("%s.%s" % (compile_path(keys[:-1]), json.dumps(str(keys[-1]), ensure_ascii=False)))
    return literal(compile_path(keys))


def text(node: Expression, compiler: Compiler) -> Compiled:
    """A key's scalar as text; (sql, params)."""
    sql, params, keys = _document(node, compiler)
    return "JSON_VALUE(%s, %s)" % (container(sql), _path(keys)), params * 2


def exists(node: Expression, compiler: Compiler) -> Compiled:
    """Condition that the key exists; (sql, params)."""
    sql, params, keys = _document(node, compiler)
    return _exists(sql, params, keys, compiler)


def has_path(document: Expression, keys: Sequence[Any], compiler: Compiler) -> Compiled:
    """Condition that a document has the keys, the last of them as the name of a member; (sql, params)."""
    sql, params = compiler.compile(document)
    return _exists(sql, list(params), keys, compiler, only_property=True)


def _exists(
    sql: str, params: List[Any], keys: Sequence[Any], compiler: Compiler, only_property: bool = False
) -> Compiled:
    document, path = container(sql), _path(keys, only_property)
    if compiler.connection.server.has(Capability.JSON_PATH_EXISTS):
        return "JSON_PATH_EXISTS(%s, %s) = 1" % (document, path), params * 2
    if only_property or position(keys[-1]) is None:
        # NULL removes a member, so the document changes only if it has one.
        # https://learn.microsoft.com/sql/t-sql/functions/json-modify-transact-sql
        removed = "JSON_MODIFY(%s, %s, NULL)" % (document, path)
        return "%s COLLATE %s <> %s" % (_without_blanks(removed), BINARY, _without_blanks(document)), params * 4
    # Two changes of an element have different results only if there is one.
    zero, one = ("JSON_MODIFY(%s, %s, %d)" % (document, path, value) for value in (0, 1))
    return "%s COLLATE %s <> %s" % (zero, BINARY, one), params * 4


def _without_blanks(text: str) -> str:
    """A document without blanks: no page says whether JSON_MODIFY keeps those between values."""
    for code in (9, 10, 13, 32):
        text = "REPLACE(%s, NCHAR(%d), N'')" % (text, code)
    return text


def exact(lhs: Expression, value: Any, compiler: Compiler) -> Compiled:
    """
    Condition that a key or a document equals a constant; (sql, params).

    :raises NotSupportedError: the constant is an object or an array that is not empty.
    """
    if not isinstance(lhs, KeyTransform):
        return _is_document(lhs, value, compiler)
    sql, params = text(lhs, compiler)
    if value is None:
        present, present_params = exists(lhs, compiler)
        document, more, keys = _document(lhs, compiler)
        nested = "JSON_QUERY(%s, %s)" % (container(document), _path(keys))
        return "(%s AND %s IS NULL AND %s IS NULL)" % (present, sql, nested), [*present_params, *params, *more, *more]
    if isinstance(value, bool):
        return "%s = %s" % (sql, "N'true'" if value else "N'false'"), params
    if isinstance(value, (int, float)):
        return "TRY_CAST(%s AS float) = %%s" % sql, [*params, float(value)]
    if isinstance(value, str):
        return "%s COLLATE %s = %%s" % (sql, BINARY), [*params, value]
    refuse(compiler, "a comparison with an object or an array")
    raise AssertionError


def _is_document(lhs: Expression, value: Any, compiler: Compiler) -> Compiled:
    sql, params = compiler.compile(lhs)
    if isinstance(value, (dict, list)) and value:
        refuse(compiler, "a comparison with an object or an array")
    if isinstance(value, str):
        # JSON has several forms of the same string.
        refuse(compiler, "a comparison with a string")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "(ISJSON(%s) = 0 AND TRY_CAST(%s AS float) = %%s)" % (sql, sql), [*params, *params, float(value)]
    expected = json.dumps(value)
    return "%s COLLATE %s = N'%s'" % (_without_blanks(sql), BINARY, expected), params


def order(lhs: Expression, operator: str, value: Any, compiler: Compiler) -> Compiled:
    """Condition that a key is less or greater than a number or a string; (sql, params)."""
    sql, params = text(lhs, compiler)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "TRY_CAST(%s AS float) %s %%s" % (sql, operator), [*params, float(value)]
    if isinstance(value, str):
        return "%s COLLATE %s %s %%s" % (sql, BINARY, operator), [*params, value]
    refuse(compiler, "an order of %r" % (value,))
    raise AssertionError
