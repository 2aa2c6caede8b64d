"""Keys as values: JSON, text, sort keys; casts; NULL and null."""

from typing import Any, List, Optional, Tuple

from django.db import DataError, NotSupportedError
from django.db.models import FloatField, TextField, Value
from django.db.models.expressions import CombinedExpression, Ref
from django.db.models.fields.json import JSONField, KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from mssql_core.plugin import Capability, Compiled, Compiler, Connection, Expression, Translation, UnaryExpression

from . import definitions, functions, native
from ._compat import field_of, is_json
from .documents import BINARY, Item


def unwrapped(node: Expression) -> Tuple[Expression, List[Any]]:
    """(expression of the document, keys) of nested key transforms."""
    keys = [node.key_name]
    previous = node.lhs
    while isinstance(previous, KeyTransform):
        keys.insert(0, previous.key_name)
        previous = previous.lhs
    return previous, keys


def item_of(node: Any, compiler: Compiler, prefix: str = "j") -> Item:
    """
    The Item of a key transform, or of an expression that is a document itself, such as a key that is grouped by.

    :raises NotSupportedError: the database has no OPENJSON.
    """
    grouped = compiler.hoisted(node) if is_key(node) else None
    if grouped is not None:
        # Of a group the server knows the key alone (error 8121).
        return Item(grouped, (), (), prefix)
    document, keys = unwrapped(node) if isinstance(node, KeyTransform) else (node, ())
    sql, params = compiler.compile(document)
    require_openjson(compiler.connection)
    if sql.startswith("SELECT "):
        sql = "(%s)" % sql
    return Item(sql, params, keys, prefix)


def require_openjson(connection: Connection) -> None:
    """Refuse a database whose compatibility level is too low for OPENJSON.

    :raises NotSupportedError: the level is below 130.
    """
    if not connection.server.has(Capability.OPENJSON):
        raise NotSupportedError(
            "Lookups of a JSONField need OPENJSON, which the database has from compatibility level 130 on, and its "
            "level is %d: ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 130." % connection.server.compatibility_level
        )


def is_key(node: Any) -> bool:
    """Whether a node stands for a key as JSON, not as text."""
    return isinstance(node, KeyTransform) and not isinstance(node, KeyTextTransform)


def as_text(node: Expression) -> Expression:
    """A key transform as text."""
    text: Expression = KeyTextTransform(node.key_name, *node.source_expressions, **node.extra)
    return text


def compile_key_transform(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The value as JSON: strings in quotes, null as null, SQL NULL if there is no such key."""
    if definitions.applies(compiler):
        return definitions.text(node, compiler)
    item = item_of(node, compiler)
    alias = item.alias
    return item.select(
        "CASE {a}.[type] WHEN 0 THEN N'null' WHEN 1 THEN N'\"' + STRING_ESCAPE({a}.[value], N'json') + N'\"' "
        "ELSE {a}.[value] END COLLATE {binary}".format(a=alias, binary=BINARY)
    )


def compile_key_text(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The value as text: null is NULL."""
    if definitions.applies(compiler):
        return definitions.text(node, compiler)
    item = item_of(node, compiler)
    return item.select("%s.[value]" % item.alias)


def compile_value(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A None of a JSONField: JSON null, or NULL where Django compiles it to NULL."""
    if node.value is not None or not is_json(node):
        return NotImplemented
    sql, params = node.as_sql(compiler, connection)
    return ("CAST(NULL AS nvarchar(max))", []) if sql == "NULL" else (sql, params)


def compile_native_value(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A document inside an expression that a column of the type json may be set to, in a form that the type keeps."""
    if node.value is None or not is_json(node) or getattr(node.output_field, "model", None):
        return compile_value(node, compiler, connection)
    sql, params = node.as_sql(compiler, connection)
    try:
        return sql, [native.exact_text(param) for param in params]
    except ValueError as error:
        if not node.for_save:
            return sql, params
        raise DataError("The document cannot be stored as the type json: %s" % error) from None


def compile_cast(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A cast to JSON of a value, or of text that is a document already; a cast of a key takes the key's text."""
    (source,) = node.get_source_expressions()
    if isinstance(node.output_field, JSONField):
        if isinstance(source, KeyTextTransform) or functions.is_text(source):
            sql, params = compiler.compile(source)
            return "CAST(%s AS nvarchar(max))" % sql, params
        return functions.json_text(source, compiler, nulls=True)
    if is_key(source):
        copy = node.copy()
        copy.set_source_expressions([as_text(source)])
        return compiler.compile(copy)
    return NotImplemented


def compile_native_column(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A column of the type json as text, since json has no comparison and no order (error 13636).

    https://learn.microsoft.com/sql/t-sql/data-types/json-data-type
    """
    if not isinstance(node.output_field, JSONField):
        return NotImplemented
    sql, params = node.as_sql(compiler, connection)
    return "CAST(%s AS nvarchar(max))" % sql, params


# ---- arithmetic -----------------------------------------------------------------------


def compile_combined(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Keys in arithmetic are numbers, and so is arithmetic with them; said to be JSON, its result is JSON text."""
    number = functions.plain(node)
    if number is not node:
        sql, params = compiler.compile(number)
        return functions.as_json(sql, FloatField()), params
    sides = [_number(side) for side in (node.lhs, node.rhs)]
    if sides == [node.lhs, node.rhs]:
        return NotImplemented
    copy = node.copy()
    copy.set_source_expressions(sides)
    return compiler.compile(copy)


def _number(node: Expression) -> Expression:
    number: Expression = Cast(as_text(node), FloatField()) if is_key(node) else functions.plain(node)
    return number


# ---- order ------------------------------------------------------------------------------


class SortKey(UnaryExpression):
    """One part of a key's sort order: null, strings, numbers, booleans, arrays, objects."""

    def __init__(self, expression: Expression, part: str) -> None:
        super().__init__(expression, TextField())
        self.part = part

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        if self.part == "kind":
            return (
                "CASE LEFT(%s, 1) WHEN N'n' THEN 0 WHEN N'\"' THEN 1 WHEN N't' THEN 3 WHEN N'f' THEN 3 "
                "WHEN N'[' THEN 4 WHEN N'{' THEN 5 ELSE LEN(LEFT(%s, 1)) + 1 END" % (sql, sql)
            ), [*params, *params]
        if self.part == "number":
            return "TRY_CAST(%s AS float)" % sql, params
        return "(%s) COLLATE %s" % (sql, connection.server.collation), params


def sort_expressions(expression: Any) -> Optional[List[Expression]]:
    """The expressions that sort a key as JSON, or arithmetic with keys; None for other expressions."""
    source = expression
    while isinstance(source, Ref):
        source = source.source
    if not is_key(source):
        number = functions.plain(source)
        if number is source:
            return None
        # Of a float, by the text that is selected, which a group or a set operation has under a name.
        return [SortKey(source, "number") if isinstance(field_of(number), FloatField) else number]
    return [SortKey(source, part) for part in ("kind", "number", "text")]


COMPILERS = {
    Cast: compile_cast,
    CombinedExpression: compile_combined,
    KeyTextTransform: compile_key_text,
    KeyTransform: compile_key_transform,
    Value: compile_value,
}
