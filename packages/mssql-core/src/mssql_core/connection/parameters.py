"""The type of each parameter.

Left alone, the ODBC driver declares a string by the length of its value, a long
one as ntext, cuts the fraction of a time, drops the offset of a datetime and
asks the server what a None might be. Here values get one of few types, so that
the server's plan cache keeps few plans of a statement.
"""

import datetime
import decimal
import functools
import math
import re
import uuid
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from .. import errors
from ..literals import MAX_PRECISION, fitted, literal
from ..plugin.types import Params

# ODBC type numbers (sql.h, sqlext.h, msodbcsql.h).
SQL_DECIMAL, SQL_FLOAT, SQL_REAL, SQL_INTEGER, SQL_SMALLINT, SQL_BIGINT = 3, 6, 7, 4, 5, -5
SQL_TINYINT, SQL_BIT, SQL_GUID = -6, -7, -11
SQL_VARCHAR, SQL_WVARCHAR, SQL_VARBINARY, SQL_WCHAR, SQL_CHAR, SQL_BINARY = 12, -9, -3, -8, 1, -2
SQL_TYPE_DATE, SQL_TYPE_TIMESTAMP, SQL_SS_TIME2, SQL_SS_TIMESTAMPOFFSET = 91, 93, -154, -155
SQL_SS_UDT = -151
# ODBC type, size, scale.
Size = Tuple[int, int, int]
# C types of integers in a sql_variant (SQL_C_SLONG, SQL_C_SSHORT, SQL_C_SBIGINT, SQL_C_UTINYINT) -> whether signed.
VARIANT_INTEGERS = {-16: True, -15: True, -25: True, -28: False}

# Few lengths; nvarchar ends at 4,000 UTF-16 units, varbinary at 8,000 bytes, then comes (max).
STRING_LENGTHS = (50, 450, 4000)
VARCHAR_LENGTHS = (50, 450, 8000)
BINARY_LENGTHS = (50, 8000)
# Few classes of digits before and behind the point, both exact.
_INTEGER_DIGITS = (9, 18, 28, 38)
_SCALES = (0, 2, 4, 6, 10, 15, 20, 38)
_INT64 = 2**63

_OFFSET = (SQL_SS_TIMESTAMPOFFSET, 34, 7)
_TIME = (SQL_SS_TIME2, 16, 6)
_UTC = datetime.timezone.utc
# As the driver reads it. isoformat() takes twice as long, and so does %02d.
_IN_UTC = "%04d-%s-%s %s:%s:%s.%06d +00:00"
_TWO_DIGITS = ["%02d" % number for number in range(60)]


class TypedParam:
    """A value, perhaps None, that is sent as a given type.

    :param value: what is sent.
    :param sql_type: the type as T-SQL writes it, e.g. ``nvarchar(50)`` or ``decimal(10, 2)``;
        lengths are rounded up to one of few, which no comparison or assignment notices.

    A None so typed costs no question to the server; an untyped None becomes the
    word NULL in the statement.
    """

    __slots__ = ("sql_type", "value")

    def __init__(self, value: Any, sql_type: str) -> None:
        self.value = value
        self.sql_type = sql_type

    def literal(self) -> str:
        """
        Return the value as a T-SQL expression of the type, where no parameters are taken: in a filter of an index, too.

        :raises ValueError: the value has no literal form.
        """
        return "CAST(%s AS %s)" % (literal(self.value), self.sql_type)

    def __repr__(self) -> str:
        return repr(self.value)

    def __str__(self) -> str:
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TypedParam):
            return (self.value, self.sql_type) == (other.value, other.sql_type)
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self.sql_type, self.value))


def adapt(values: Params, null: Any) -> Tuple[Params, Optional[List[Optional[Size]]]]:
    """The values as the driver takes them, and a list for ``setinputsizes`` or None.

    :param null: what the driver sends as a NULL of the type in the list.
    :raises mssql_core.errors.DataError: a value that no type of the server holds.
    """
    adapted, sizes, special = [], [], False
    for value in values:
        # Not by _adapted(): a call takes a twentieth of a microsecond.
        handler = _HANDLERS.get(type(value))
        if handler is not None:
            new, size = handler(value)
        elif isinstance(value, TypedParam):
            new, size = _typed(value, null)
        else:
            new, size = _adapted(value)
        adapted.append(new)
        sizes.append(size)
        special = special or size is not None
    return adapted, sizes if special else None


def check(value: Any) -> None:
    """:raises mssql_core.errors.DataError: a value that no type of the server holds."""
    _adapted(value)


def _typed(param: TypedParam, null: Any) -> Tuple[Any, Optional[Size]]:
    """The requested type where it holds the value without loss, else the value's own."""
    value, size = param.value, odbc_type(param.sql_type)
    if value is None:
        return null, size
    if type(value) is decimal.Decimal and size[0] == SQL_DECIMAL and _fits(size, _plain_digits(value)):
        return value, size
    new, natural = _adapted(value)
    if natural is None:
        return new, size if _holds(size[0], new) else None
    if size[0] == SQL_VARCHAR and natural[0] == SQL_WVARCHAR and new.isascii():
        # What has no other characters is the same in each code page.
        needed = _class(len(new), VARCHAR_LENGTHS)
        return new, (SQL_VARCHAR, max(size[1], needed) if size[1] and needed else 0, 0)
    if natural[0] != size[0]:
        return new, natural
    if size[0] in (SQL_WVARCHAR, SQL_VARBINARY):
        return new, (size[0], max(size[1], natural[1]) if size[1] and natural[1] else 0, 0)
    if size[0] == SQL_DECIMAL:
        return new, size if _fits(size, _digits(new)) else natural
    return new, natural


def _holds(kind: int, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == SQL_BIT
    if isinstance(value, int):
        bits = _INTEGER_BITS.get(kind)
        return bits is not None and -(2**bits) <= value < 2**bits
    return _SAME.get(type(value)) == kind


def _fits(size: Size, digits: Optional[Tuple[int, int]]) -> bool:
    """Whether the type holds so many digits before and behind the point."""
    return digits is not None and digits[1] <= size[2] and digits[0] <= size[1] - size[2]


_INTEGER_BITS = {SQL_SMALLINT: 15, SQL_INTEGER: 31, SQL_BIGINT: 63}
_SAME = {
    float: SQL_FLOAT,
    datetime.datetime: SQL_TYPE_TIMESTAMP,
    datetime.date: SQL_TYPE_DATE,
    uuid.UUID: SQL_GUID,
}


# ---- by the value ------------------------------------------------------------------


def _adapted(value: Any) -> Tuple[Any, Optional[Size]]:
    """(value for the driver, its entry for setinputsizes or None where the default is right)."""
    handler = _HANDLERS.get(type(value))
    if handler is not None:
        return handler(value)
    for kind, handler in _HANDLERS.items():
        if isinstance(value, kind):
            return handler(value)
    if isinstance(value, (list, tuple)) and value and not any(map(_is_row, value)):
        raise errors.ProgrammingError(
            "HY105",
            "A list cannot be sent as a parameter: write a placeholder for each of its values, as in IN (%s, %s).",
        )
    return value, None


def _is_row(value: Any) -> bool:
    """Whether a value of a list may be a row of a table-valued parameter, which pyodbc sends."""
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes, bytearray))


def _unchanged(value: Any) -> Tuple[Any, None]:
    return value, None


def check_text(value: str) -> int:
    """
    Return the length of a text in UTF-16 units; characters beyond the basic plane count twice.

    :raises mssql_core.errors.DataError: half of a surrogate pair, which no encoding sends.
    """
    if value.isascii():
        return len(value)
    try:
        return len(value.encode("utf-16-le")) // 2
    except UnicodeEncodeError as error:
        raise errors.DataError(
            "22021",
            "A text with the lone surrogate U+%04X at position %d cannot be stored: it is no character."
            % (ord(value[error.start]), error.start),
        ) from None


def _string(value: str) -> Tuple[str, Size]:
    value = str.__str__(value)
    return value, (SQL_WVARCHAR, _class(check_text(value), STRING_LENGTHS), 0)


def _binary(value: Any) -> Tuple[bytes, Size]:
    value = bytes(value)
    return value, (SQL_VARBINARY, _class(len(value), BINARY_LENGTHS), 0)


def _class(length: int, limits: Sequence[int]) -> int:
    """The smallest limit that holds ``length``; 0 stands for (max)."""
    for limit in limits:
        if length <= limit:
            return limit
    return 0


def _integer(value: int) -> Tuple[Any, Optional[Size]]:
    value = int(value)
    if -_INT64 <= value < _INT64:
        return value, None
    return _decimal(decimal.Decimal(value))


def _float(value: float) -> Tuple[float, None]:
    if not math.isfinite(value):
        raise errors.DataError(
            "22003", "%r cannot be stored: SQL Server's float has no infinity and no NaN (error 8023)." % value
        )
    return float(value), None


def _decimal(value: decimal.Decimal) -> Tuple[decimal.Decimal, Size]:
    digits = _plain_digits(value)
    if digits is None or sum(digits) > MAX_PRECISION:
        if not value.is_finite():
            raise errors.DataError("22003", "%s cannot be stored: SQL Server's decimal has digits only." % value)
        value = _without_exponent(fitted(value))
        digits = _digits(value)
        if digits[0] > MAX_PRECISION:
            raise errors.DataError(
                "22003", "A decimal of %d digits cannot be stored: SQL Server's end at 38 digits." % digits[0]
            )
    return value, (SQL_DECIMAL, *_decimal_class(*digits))


def _plain_digits(value: decimal.Decimal) -> Optional[Tuple[int, int]]:
    """As :func:`_digits` in half the time, or None for what is written with an exponent or is no number."""
    text = decimal.Decimal.__str__(value)
    if "E" in text or not value.is_finite():
        return None
    whole, _, fraction = text.lstrip("-").partition(".")
    return 0 if whole == "0" else len(whole), len(fraction)


def _digits(value: decimal.Decimal) -> Tuple[int, int]:
    """The numbers of digits before and behind the point."""
    exponent: Any
    _, digits, exponent = value.as_tuple()
    return max(len(digits) + exponent, 0), max(-exponent, 0)


def _without_exponent(value: decimal.Decimal) -> decimal.Decimal:
    """The same number with all its digits before the point: pyodbc reads no positive exponent."""
    exponent: Any
    sign, digits, exponent = value.as_tuple()
    return decimal.Decimal((sign, digits + (0,) * exponent, 0)) if exponent > 0 else value


@functools.lru_cache(maxsize=1024)
def _decimal_class(whole: int, scale: int) -> Tuple[int, int]:
    """(precision, scale) from a short list, so that plans are reused; the exact digits where none fits."""
    wide_scale = _class(scale, _SCALES)
    for digits in _INTEGER_DIGITS:
        if whole <= digits and digits + wide_scale <= MAX_PRECISION:
            return digits + wide_scale, wide_scale
    return max(whole + scale, 1), scale


def _datetime(value: datetime.datetime) -> Tuple[Any, Optional[Size]]:
    form = _IN_UTC if value.tzinfo is _UTC else _forms[value.utcoffset()]
    if form is None:
        return value if value.tzinfo is None else value.replace(tzinfo=None), None
    if not form:
        value, form = whole_minutes(value), _IN_UTC
    text = form % (
        value.year,
        _TWO_DIGITS[value.month],
        _TWO_DIGITS[value.day],
        _TWO_DIGITS[value.hour],
        _TWO_DIGITS[value.minute],
        _TWO_DIGITS[value.second],
        value.microsecond,
    )
    return text, _OFFSET


class _Forms(Dict[Optional[datetime.timedelta], Optional[str]]):
    """How moments at a distance from UTC are written: '' for one with seconds, which datetimeoffset has not."""

    def __missing__(self, distance: Optional[datetime.timedelta]) -> Optional[str]:
        form = None
        if distance is not None:
            minutes, seconds = divmod(distance, datetime.timedelta(minutes=1))
            sign = "-" if minutes < 0 else "+"
            form = "" if seconds else _IN_UTC[:-6] + "%s%02d:%02d" % (sign, *divmod(abs(minutes), 60))
        self[distance] = form
        return form


# The zones of the world have few distances; a function with a cache takes 0.04 microseconds more.
_forms = _Forms()


def whole_minutes(value: datetime.datetime) -> datetime.datetime:
    """
    `value`, in UTC if its offset has seconds: historical offsets have, datetimeoffset knows hours and minutes.

    https://learn.microsoft.com/sql/t-sql/data-types/datetimeoffset-transact-sql

    :raises mssql_core.errors.DataError: in UTC its year is not among 1 to 9999, which the server refuses as well.
    """
    offset = value.utcoffset()
    if offset is None or not offset % datetime.timedelta(minutes=1):
        return value
    try:
        return value.astimezone(datetime.timezone.utc)
    except OverflowError:
        raise errors.DataError(
            "22007", "%s cannot be stored: in UTC it is out of the years 1 to 9999." % value
        ) from None


def _time(value: datetime.time) -> Tuple[str, Size]:
    return (value if value.tzinfo is None else value.replace(tzinfo=None)).isoformat(), _TIME


def _duration(value: datetime.timedelta) -> Tuple[Any, Optional[Size]]:
    return _integer(value // datetime.timedelta(microseconds=1))


# Subclasses stand before their bases.
_HANDLERS: Dict[type, Callable[[Any], Tuple[Any, Optional[Size]]]] = {
    str: _string,
    type(None): _unchanged,
    bool: _unchanged,
    int: _integer,
    float: _float,
    decimal.Decimal: _decimal,
    datetime.datetime: _datetime,
    datetime.date: _unchanged,
    datetime.time: _time,
    datetime.timedelta: _duration,
    uuid.UUID: _unchanged,
    bytes: _binary,
    bytearray: _binary,
    memoryview: _binary,
}

# ---- by the name of a type ---------------------------------------------------------------

_TYPE = re.compile(r"^\s*(\w+)(?:\s*\(\s*(\w+)\s*(?:,\s*(\d+)\s*)?\))?", re.ASCII)
_FIXED = {
    "bigint": (SQL_BIGINT, 19, 0),
    "bit": (SQL_BIT, 1, 0),
    "date": (SQL_TYPE_DATE, 10, 0),
    "datetime": (SQL_TYPE_TIMESTAMP, 27, 7),
    "datetime2": (SQL_TYPE_TIMESTAMP, 27, 7),
    "datetimeoffset": _OFFSET,
    "float": (SQL_FLOAT, 53, 0),
    "int": (SQL_INTEGER, 10, 0),
    "integer": (SQL_INTEGER, 10, 0),
    "money": (SQL_DECIMAL, 19, 4),
    "real": (SQL_REAL, 24, 0),
    "smalldatetime": (SQL_TYPE_TIMESTAMP, 27, 7),
    "smallint": (SQL_SMALLINT, 5, 0),
    "smallmoney": (SQL_DECIMAL, 10, 4),
    "time": _TIME,
    "tinyint": (SQL_TINYINT, 3, 0),
    "uniqueidentifier": (SQL_GUID, 36, 0),
}
_BINARIES = ("binary", "varbinary", "image", "rowversion", "timestamp")


@functools.lru_cache(maxsize=1024)
def odbc_type(sql_type: str) -> Size:
    """(ODBC type, size, scale) of a type as T-SQL writes it; unknown names are taken for strings."""
    match = _TYPE.match(sql_type)
    name, size, scale = match.groups() if match else ("", None, None)
    name = name.lower()
    if name in _FIXED:
        return _FIXED[name]
    if name in ("decimal", "numeric"):
        # Without digits decimal is decimal(18, 0).
        return SQL_DECIMAL, int(size or 18), int(scale or 0)
    if name in _BINARIES:
        return SQL_VARBINARY, _declared(size, BINARY_LENGTHS), 0
    if name in ("char", "varchar"):
        return SQL_VARCHAR, _declared(size, VARCHAR_LENGTHS), 0
    return SQL_WVARCHAR, _declared(size, STRING_LENGTHS), 0


def _declared(size: Optional[str], limits: Sequence[int]) -> int:
    if size is None or not size.isdigit():
        return 0
    return _class(int(size), limits)
