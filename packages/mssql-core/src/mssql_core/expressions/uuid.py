"""UUIDs."""

from typing import Any

from django.db.models import functions

from mssql_core.compat.orm import optional

from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Params, Translation

_NEW = "CONVERT(char(36), NEWID())"
# RFC 9562: the milliseconds since 1970, then the random part of a version 4 UUID, which has the variant already.
_NOW = "DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())"
_VERSION_7 = "STUFF(CONVERT(char(12), CONVERT(binary(6), %s), 2), 9, 0, '-') + '-7' + SUBSTRING(" + _NEW + ", 16, 21)"


def _uuid(text: str, connection: Connection) -> str:
    """A text of 36 characters as the column has it."""
    if connection.features.has_native_uuid_field:
        return "CONVERT(uniqueidentifier, %s)" % text
    return "LOWER(REPLACE(%s, '-', ''))" % text


def compile_uuid4(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """NEWID() is a version 4 UUID."""
    return "NEWID()" if connection.features.has_native_uuid_field else _uuid(_NEW, connection), []


def compile_uuid7(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A UUID of version 7, for which there is no function: NEWSEQUENTIALID() has another layout, and only in defaults.

    https://learn.microsoft.com/sql/t-sql/functions/newsequentialid-transact-sql
    """
    milliseconds = _NOW
    params: Params = []
    for shift in node.source_expressions:
        sql, params = compiler.compile(shift)
        # A duration is a number of microseconds.
        milliseconds += " + (%s) / 1000" % sql
    return _uuid(_VERSION_7 % milliseconds, connection), params


COMPILERS = {
    **dict.fromkeys(optional(functions, "UUID4"), compile_uuid4),
    **dict.fromkeys(optional(functions, "UUID7"), compile_uuid7),
}
