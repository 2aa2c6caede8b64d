"""T-SQL literals for statements that take no parameters (DDL, scripts)."""

import datetime
import decimal
import math
import uuid
from typing import Any, Callable, Tuple, cast

from .plugin import string_literal as string_literal

# decimal ends at 38 digits, as a literal too (error 1007).
# https://learn.microsoft.com/sql/t-sql/data-types/decimal-and-numeric-transact-sql
MAX_PRECISION = 38
# As the server rounds.
_ROUNDING = decimal.Context(prec=MAX_PRECISION + 1, rounding=decimal.ROUND_HALF_UP)


def literal(value: Any) -> str:
    """
    Return `value` as a T-SQL expression that has the value's own type.

    :raises ValueError: the type has no literal form, or the number none
        (NaN and infinities do not exist on the server).
    """
    for types, render in _RENDERERS:
        if isinstance(value, types):
            return render(value)
    raise ValueError("A value of type %s cannot be written as a T-SQL literal." % type(value).__qualname__)


def with_texts(template: str, *texts: str) -> str:
    """
    Return a statement with strings in places for constants and variables, where expressions are refused (error 102).

    Such are the arguments of EXEC, BACKUP and RESTORE. A string that takes several literals becomes a variable,
    in a batch of its own, so that its name clashes with none in a script.
    https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql

    :param template: with one `%s` for each of the strings; other percent signs are doubled.
    """
    literals = [string_literal(text) for text in texts]
    if all(map(is_constant, literals)):
        return template % tuple(literals)
    names = ["@text_%d" % number for number in range(1, len(texts) + 1)]
    declarations = "".join(map("DECLARE %s %s = %s; ".__mod__, zip(names, map(_kind, texts), literals)))
    return with_texts("EXEC sys.sp_executesql %s", declarations + template % tuple(names))


def is_constant(expression: str) -> bool:
    """Whether a result of string_literal() is a single literal, and no concatenation."""
    return expression.startswith("N'")


def _kind(text: str) -> str:
    # sql_variant, the type of an extended property's value, takes no nvarchar(max) (error 206).
    return "nvarchar(max)" if len(text.encode("utf-16-le", "surrogatepass")) > 8000 else "nvarchar(4000)"


def _integer(value: int) -> str:
    value = int(value)
    if -(2**63) <= value < 2**63 and not -(2**31) <= value < 2**31:
        # Beyond int the server reads a literal as numeric.
        return "CAST(%d AS bigint)" % value
    return "%d" % value


def fitted(value: decimal.Decimal) -> decimal.Decimal:
    """A decimal within the server's 38 digits: one with more, such as Decimal(0.1), is rounded as the server would."""
    if not value.is_finite():
        return value
    digits, exponent = value.as_tuple().digits, cast(int, value.as_tuple().exponent)
    scale = MAX_PRECISION - max(len(digits) + exponent, 0)
    if scale < 0 or -exponent <= scale:
        return value
    return value.quantize(decimal.Decimal(1).scaleb(-scale), context=_ROUNDING)


def _decimal(value: decimal.Decimal) -> str:
    if not value.is_finite():
        raise ValueError("%s cannot be stored in a numeric column." % value)
    return format(fitted(value), "f")


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("%s cannot be stored in a float column." % value)
    text = repr(float(value))
    return text if "e" in text else text + "e0"


def _datetime(value: datetime.datetime) -> str:
    offset = value.utcoffset()
    kind = "datetime2" if offset is None else "datetimeoffset"
    if offset is not None and offset % datetime.timedelta(minutes=1):
        # datetimeoffset knows hours and minutes: with seconds the text is none (error 241).
        value = value.astimezone(datetime.timezone.utc)
    return "CAST(N'%s' AS %s)" % (value.isoformat(), kind)


def _time(value: datetime.time) -> str:
    return "CAST(N'%s' AS time)" % value.replace(tzinfo=None).isoformat()


def _microseconds(value: datetime.timedelta) -> str:
    return _integer(value // datetime.timedelta(microseconds=1))


_RENDERERS: Tuple[Tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda value: "NULL"),
    (bool, lambda value: "1" if value else "0"),
    (int, _integer),
    (float, _float),
    (decimal.Decimal, _decimal),
    (datetime.datetime, _datetime),
    (datetime.date, lambda value: "CAST(N'%s' AS date)" % value.isoformat()),
    (datetime.time, _time),
    (datetime.timedelta, _microseconds),
    (uuid.UUID, lambda value: "CAST(N'%s' AS uniqueidentifier)" % value),
    ((bytes, bytearray, memoryview), lambda value: "0x" + bytes(value).hex()),
    (str, string_literal),
)
