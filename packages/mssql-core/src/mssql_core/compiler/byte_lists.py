"""Values in one parameter of bytes, for compatibility levels below 130, which have no OPENJSON.

The values follow one another as UTF-16 text; a second parameter holds the offset and the length of each, four bytes for
each number. A derived table of the numbers below their count, from crossed lists of digits, takes them apart.
https://learn.microsoft.com/sql/t-sql/functions/substring-transact-sql
"""

import struct
from typing import Any, List, Optional, Sequence, Tuple

from ..plugin.django_types import Connection, Field
from ..plugin.types import Compiled
from .json_values import Carrier, carrier, json_value

_DIGITS = "(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS [__d%d] ([__d])"


def scalar_table(values: Sequence[Any], field: Optional[Field], connection: Connection) -> Optional[Compiled]:
    """The `values` in one column, as :func:`.value_lists.scalar_table` returns them; None if nothing carries them."""
    carried = carrier(field, values, connection, is_compared=True)
    if carried is None:
        return None
    (value,), source, params = rows_source([(value,) for value in values], [carried])
    return "(SELECT %s %s)" % (value, source), params


def rows_source(rows: Sequence[Sequence[Any]], carriers: Sequence[Carrier]) -> Tuple[List[str], str, List[Any]]:
    """
    Return (expressions of the columns, clauses from FROM to WHERE, parameters) for rows of values.

    :param carriers: one for each column, see :func:`.json_values.carrier`.
    """
    pieces = [_bytes(value) for row in rows for value in row]
    places: List[int] = []
    start = 1
    for piece in pieces:
        places += (start, len(piece))
        start += len(piece)
    width = len(carriers)
    values = [
        _value(
            "SUBSTRING([__b].[__v], %s, %s)" % (_number(place, 1, width), _number(place, 5, width)), carried.sql_type
        )
        for place, carried in enumerate(carriers)
    ]
    source = (
        "FROM (SELECT CAST(%%s AS varbinary(max)) AS [__v], CAST(%%s AS varbinary(max)) AS [__p]) AS [__b] "
        "CROSS JOIN (%s) AS [__n] WHERE [__n].[__n] < %%s" % _numbers(len(str(len(rows))))
    )
    return values, source, [b"".join(pieces), struct.pack(">%di" % len(places), *places), len(rows)]


def _bytes(value: Any) -> bytes:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    value = json_value(value)
    return (value if isinstance(value, str) else repr(value)).encode("utf-16-le")


def _number(place: int, offset: int, columns: int) -> str:
    return "CAST(SUBSTRING([__b].[__p], [__n].[__n] * %d + %d, 4) AS int)" % (8 * columns, 8 * place + offset)


def _numbers(digits: int) -> str:
    """SELECT of all numbers of up to so many digits."""
    total = " + ".join("[__d%d].[__d] * %d" % (digit, 10**digit) for digit in range(digits))
    return "SELECT %s AS [__n] FROM %s" % (total, " CROSS JOIN ".join(_DIGITS % digit for digit in range(digits)))


def _value(piece: str, sql_type: str) -> str:
    if sql_type.startswith("varbinary"):
        return piece
    # A string made of bytes takes the collation of the column it is compared with.
    if sql_type.startswith("nvarchar"):
        return "CAST(%s AS %s)" % (piece, sql_type)
    text = "CAST(%s AS nvarchar(4000))" % piece
    if sql_type in ("datetime", "smalldatetime"):
        # These read no text with six digits of seconds.
        text = "CAST(%s AS datetime2)" % text
    return "CAST(%s AS %s)" % (text, sql_type)
