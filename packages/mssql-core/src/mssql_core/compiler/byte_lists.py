"""Values in one parameter of bytes, for compatibility levels below 130, which have no OPENJSON.

The values follow one another as UTF-16 text; a second parameter says where each begins and how long it is, four bytes
for each number. Numbers up to the count of the values, from crossed lists of digits, take them apart.
https://learn.microsoft.com/sql/t-sql/functions/substring-transact-sql
"""

from .json_values import carrier, json_value

_DIGITS = "(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS [d%d] ([d])"


def scalar_table(values, field, connection):
    """(subquery, parameters) as :func:`.value_lists.scalar_table`; None if nothing carries the values."""
    carried = carrier(field, values, connection, is_compared=True)
    if carried is None:
        return None
    (value,), source, params = rows_source([(value,) for value in values], [carried])
    return "(SELECT %s %s)" % (value, source), params


def rows_source(rows, carriers):
    """
    Rows of values: (expressions of their columns, the clauses from FROM on, parameters).

    :param carriers: of each column, see json_values.carrier().
    """
    pieces = [_bytes(value) for row in rows for value in row]
    places, start = [], 1
    for piece in pieces:
        places.append(start.to_bytes(4, "big") + len(piece).to_bytes(4, "big"))
        start += len(piece)
    values = [
        _value(
            "SUBSTRING([b].[v], %s, %s)" % (_number(place, 1, carriers), _number(place, 5, carriers)), carried.sql_type
        )
        for place, carried in enumerate(carriers)
    ]
    source = (
        "FROM (SELECT CAST(%%s AS varbinary(max)) AS [v], CAST(%%s AS varbinary(max)) AS [p]) AS [b] "
        "CROSS JOIN (%s) AS [n] WHERE [n].[n] < %%s" % _numbers(len(str(len(rows))))
    )
    return values, source, [b"".join(pieces), b"".join(places), len(rows)]


def _bytes(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    value = json_value(value)
    return (value if isinstance(value, str) else repr(value)).encode("utf-16-le")


def _number(place, offset, columns):
    return "CAST(SUBSTRING([b].[p], [n].[n] * %d + %d, 4) AS int)" % (8 * len(columns), 8 * place + offset)


def _numbers(digits):
    """The numbers of so many digits."""
    total = " + ".join("[d%d].[d] * %d" % (digit, 10**digit) for digit in range(digits))
    return "SELECT %s AS [n] FROM %s" % (total, " CROSS JOIN ".join(_DIGITS % digit for digit in range(digits)))


def _value(piece, sql_type):
    if sql_type.startswith("varbinary"):
        return piece
    # A text that comes out of bytes takes the collation of the column it is compared with.
    if sql_type.startswith("nvarchar"):
        return "CAST(%s AS %s)" % (piece, sql_type)
    text = "CAST(%s AS nvarchar(4000))" % piece
    if sql_type in ("datetime", "smalldatetime"):
        # These read no text with six digits of seconds.
        text = "CAST(%s AS datetime2)" % text
    return "CAST(%s AS %s)" % (text, sql_type)
