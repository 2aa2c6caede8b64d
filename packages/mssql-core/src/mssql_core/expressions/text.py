"""Text functions. Lengths count trailing blanks; searching and replacing are case-sensitive."""

from typing import Any, List, Optional, Sequence

from django.db import NotSupportedError
from django.db.models.functions import (
    MD5,
    SHA1,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    Chr,
    ConcatPair,
    Left,
    Length,
    Lower,
    LPad,
    LTrim,
    Ord,
    Repeat,
    Replace,
    Reverse,
    Right,
    RPad,
    RTrim,
    StrIndex,
    Substr,
    Trim,
    Upper,
)

from mssql_core.expressions import text_length
from mssql_core.expressions.float_text import with_text
from mssql_core.plugin.types import Capability

from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Compiled, CompileFunction, Translation

# Compares by code points.
_BINARY = "Latin1_General_100_BIN2"
_UTF8 = "Latin1_General_100_CI_AS_SC_UTF8"
_ALGORITHMS = {"MD5": "MD5", "SHA1": "SHA1", "SHA256": "SHA2_256", "SHA512": "SHA2_512"}
_LONGEST = 2147483647


def _function(name: Optional[str], template: Optional[str] = None) -> CompileFunction:
    def compile_function(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
        return node.as_sql(compiler, connection, function=name, template=template, **extra)

    return compile_function


def _text(sql: str) -> str:
    return "CAST(%s AS nvarchar(max))" % sql


def _length(sql: str) -> str:
    # LEN ignores trailing blanks, and is a bigint for (max) types.
    return "(CAST(LEN(%s + N'.') AS int) - 1)" % _text(sql)


def compile_length(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    sql, params = compiler.compile(node.get_source_expressions()[0])
    return _length(sql), params


def _compiled(node: Expression, compiler: Compiler) -> List[Compiled]:
    return [compiler.compile(expression) for expression in node.get_source_expressions()]


def compile_lpad(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Filled from the left to the length, or cut at the right."""
    (text, text_params), (size, size_params), (fill, fill_params) = _compiled(node, compiler)
    missing = "CASE WHEN %s > %s THEN %s - %s ELSE 0 END" % (size, _length(text), size, _length(text))
    sql = "LEFT(LEFT(REPLICATE(%s, %s), %s) + %s, %s)" % (_text(fill), size, missing, _text(text), size)
    params = [*fill_params, *size_params]
    params += [*size_params, *text_params, *size_params, *text_params]
    return sql, [*params, *text_params, *size_params]


def compile_rpad(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    (text, text_params), (size, size_params), (fill, fill_params) = _compiled(node, compiler)
    sql = "LEFT(%s + REPLICATE(%s, %s), %s)" % (_text(text), _text(fill), size, size)
    return sql, [*text_params, *fill_params, *size_params, *size_params]


def compile_repeat(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    (text, text_params), (number, number_params) = _compiled(node, compiler)
    return "REPLICATE(%s, %s)" % (_text(text), number), [*text_params, *number_params]


def compile_replace(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """REPLACE compares by collation, the default of which ignores case."""
    return text_length.compile_replace(node, compiler, connection, _BINARY)


def compile_str_index(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    (text, text_params), (part, part_params) = _compiled(node, compiler)
    return "CHARINDEX(%s, %s COLLATE %s)" % (part, text, _BINARY), [*part_params, *text_params]


def compile_substr(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The length may be left out since SQL Server 2025 only."""
    if len(node.get_source_expressions()) == 3:
        return node.as_sql(compiler, connection, **extra)
    (text, text_params), (start, start_params) = _compiled(node, compiler)
    return "SUBSTRING(%s, %s, %d)" % (text, start, _LONGEST), [*text_params, *start_params]


def compile_hash(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """
    The hash of the text's UTF-8 bytes, as lower-case hexadecimal digits.

    https://learn.microsoft.com/sql/t-sql/functions/hashbytes-transact-sql
    """
    algorithm = _ALGORITHMS.get(node.function)
    if algorithm is None:
        raise NotSupportedError("%s is not supported on SQL Server: HASHBYTES has no such algorithm." % node.function)
    if not connection.server.has(Capability.UTF8_COLLATION):
        raise NotSupportedError(
            "%s needs the UTF-8 bytes of a text, which SQL Server has from version 2019." % node.function
        )
    sql, params = compiler.compile(node.get_source_expressions()[0])
    data = "CAST(%s COLLATE %s AS varchar(max))" % (_text(sql), _UTF8)
    return "LOWER(CONVERT(nvarchar(128), HASHBYTES('%s', %s), 2))" % (algorithm, data), params


def _over_text(
    function: Optional[CompileFunction] = None, positions: Optional[Sequence[int]] = None
) -> CompileFunction:
    """A compile function that sees the text of floats; without `function`, Django's own translation of it."""

    def compile_over_text(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
        changed = with_text(node, positions)
        if function is not None:
            return function(changed, compiler, connection, **extra)
        return NotImplemented if changed is node else changed.as_sql(compiler, connection, **extra)

    return compile_over_text


_FIRST, _FIRST_AND_THIRD = (0,), (0, 2)
COMPILERS = {
    **dict.fromkeys((MD5, SHA1, SHA224, SHA256, SHA384, SHA512), _over_text(compile_hash)),
    ConcatPair: _over_text(text_length.compile_concat_pair),
    **dict.fromkeys((Lower, LTrim, Reverse, RTrim, Upper), _over_text()),
    Chr: _function("NCHAR"),
    Left: _over_text(positions=_FIRST),
    Length: _over_text(compile_length),
    LPad: _over_text(compile_lpad, _FIRST_AND_THIRD),
    Ord: _over_text(_function("UNICODE")),
    Repeat: _over_text(compile_repeat, _FIRST),
    Replace: _over_text(compile_replace),
    Right: _over_text(positions=_FIRST),
    RPad: _over_text(compile_rpad, _FIRST_AND_THIRD),
    StrIndex: _over_text(compile_str_index),
    Substr: _over_text(compile_substr, _FIRST),
    # TRIM came with 2017; these two are everywhere.
    Trim: _over_text(_function(None, "LTRIM(RTRIM(%(expressions)s))")),
}
