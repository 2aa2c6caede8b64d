"""Text functions."""

from django.db import NotSupportedError
from django.db.models.functions import (
    MD5,
    SHA1,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    Chr,
    Length,
    LPad,
    Ord,
    Repeat,
    Replace,
    RPad,
    StrIndex,
    Substr,
    Trim,
)

from ..server import Capability

_EXACT = "COLLATE Latin1_General_100_BIN2"


def _compiled(node, compiler):
    return [compiler.compile(source) for source in node.get_source_expressions()]


def _join(*parts):
    return [value for part in parts for value in part]


def compile_chr(node, compiler, connection, **extra):
    ((sql, params),) = _compiled(node, compiler)
    return "NCHAR(%s)" % sql, params


def compile_ord(node, compiler, connection, **extra):
    ((sql, params),) = _compiled(node, compiler)
    return "UNICODE(%s)" % sql, params


def compile_length(node, compiler, connection, **extra):
    """LEN ignores trailing blanks, so something is put behind them."""
    ((sql, params),) = _compiled(node, compiler)
    return "(LEN(CAST(%s AS nvarchar(max)) + N'.') - 1)" % sql, params


def _pad(left):
    def compile_pad(node, compiler, connection, **extra):
        (value, v), (length, n), (fill, f) = _compiled(node, compiler)
        padding = "REPLICATE(CAST(%s AS nvarchar(max)), %s)" % (fill, length)
        if left:
            # The filling is cut at its own end, the value is kept from its start.
            sql = (
                "CASE WHEN LEN(CAST({v} AS nvarchar(max)) + N'.') - 1 >= {n} THEN LEFT({v}, {n}) ELSE "
                "LEFT({p}, {n} - (LEN(CAST({v} AS nvarchar(max)) + N'.') - 1)) + {v} END"
            ).format(v=value, n=length, p=padding)
            params = _join(v, n, v, n, f, n, n, v, v)
            return sql, params
        return "LEFT(CAST(%s AS nvarchar(max)) + %s, %s)" % (value, padding, length), _join(v, f, n, n)

    return compile_pad


def compile_repeat(node, compiler, connection, **extra):
    (value, v), (count, n) = _compiled(node, compiler)
    return "REPLICATE(CAST(%s AS nvarchar(max)), %s)" % (value, count), _join(v, n)


def compile_replace(node, compiler, connection, **extra):
    """Django's Replace tells case; the server's follows the collation."""
    (value, v), (old, o), (new, n) = _compiled(node, compiler)
    return "REPLACE(%s %s, %s, %s) COLLATE DATABASE_DEFAULT" % (value, _EXACT, old, new), _join(v, o, n)


def compile_str_index(node, compiler, connection, **extra):
    (value, v), (part, p) = _compiled(node, compiler)
    return "CHARINDEX(%s, %s %s)" % (part, value, _EXACT), _join(p, v)


def compile_substr(node, compiler, connection, **extra):
    parts = _compiled(node, compiler)
    (value, v), (position, p) = parts[:2]
    if len(parts) > 2:
        length, n = parts[2]
        return "SUBSTRING(%s, %s, %s)" % (value, position, length), _join(v, p, n)
    return "SUBSTRING(%s, %s, 2147483647)" % (value, position), _join(v, p)


def compile_trim(node, compiler, connection, **extra):
    ((sql, params),) = _compiled(node, compiler)
    if connection.server.has(Capability.TRIM):
        return "TRIM(%s)" % sql, params
    return "LTRIM(RTRIM(%s))" % sql, params


def _hash(algorithm):
    def compile_hash(node, compiler, connection, **extra):
        """The hash of the text's UTF-8 bytes, as other databases compute it."""
        if algorithm is None:
            raise NotSupportedError("SQL Server's HASHBYTES has no %s." % node.function)
        ((sql, params),) = _compiled(node, compiler)
        if connection.server.has(Capability.UTF8_COLLATION):
            sql = "%s COLLATE Latin1_General_100_CI_AS_SC_UTF8" % sql
        size = {"MD5": 32, "SHA1": 40, "SHA2_256": 64, "SHA2_512": 128}[algorithm]
        text = "CAST(%s AS varchar(max))" % sql
        return "LOWER(CONVERT(varchar(%d), HASHBYTES('%s', %s), 2))" % (size, algorithm, text), params

    return compile_hash


COMPILERS = {
    MD5: _hash("MD5"),
    SHA1: _hash("SHA1"),
    SHA224: _hash(None),
    SHA256: _hash("SHA2_256"),
    SHA384: _hash(None),
    SHA512: _hash("SHA2_512"),
    Chr: compile_chr,
    LPad: _pad(True),
    Length: compile_length,
    Ord: compile_ord,
    RPad: _pad(False),
    Repeat: compile_repeat,
    Replace: compile_replace,
    StrIndex: compile_str_index,
    Substr: compile_substr,
    Trim: compile_trim,
}
