"""Values in one JSON parameter, of which OPENJSON makes a table (database compatibility level 130).

https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql
"""

import datetime
import decimal
import json
import math
import re
import uuid
from functools import lru_cache, partial
from operator import methodcaller
from typing import Any, Callable, List, Optional, Sequence, Set, Tuple

from django.db import DataError
from django.db.models import JSONField

from .. import errors
from ..connection import code_pages
from ..connection.parameters import TypedParam, whole_minutes
from ..literals import MAX_PRECISION, fitted
from ..plugin.django_types import Connection, Field
from .field_values import base_type, compared, decimal_digits, named, stored

_NONE = type(None)


class Carrier:
    """
    The JSON form of one column's values: the type that OPENJSON reads, and the expression that restores the value.

    :param sql_type: the type of the restored values.
    :param wire_type: the type of the column of OPENJSON; by default `sql_type`.
    :param template: the expression that restores the value, with ``%s`` for the column of OPENJSON.
    :param collation: of the column of OPENJSON; by default the database's.
    :param encode: function from a value to its JSON form; by default :func:`json_value`.
    """

    def __init__(
        self,
        sql_type: str,
        wire_type: Optional[str] = None,
        template: str = "%s",
        collation: Optional[str] = None,
        encode: Optional[Callable[[Any], str]] = None,
    ) -> None:
        self.sql_type = sql_type
        self.wire_type = wire_type or sql_type
        self.template = template
        self.collation = collation
        self.encode = encode

    def definition(self, column: str, path: str) -> str:
        """The column's definition in OPENJSON's WITH clause."""
        collation = " COLLATE %s" % self.collation if self.collation else ""
        return "%s %s%s '%s'" % (column, self.wire_type, collation, path)

    def value(self, column: str) -> str:
        """The expression that restores the value from the OPENJSON column."""
        return self.template % column

    def encoded(self, values: Sequence[Any]) -> List[Any]:
        """The values in their JSON form."""
        encode = self.encode
        if encode is None:
            return [value if type(value) in _PLAIN else json_value(value) for value in values]
        return (
            list(map(encode, values)) if all(values) else [None if value is None else encode(value) for value in values]
        )


#: How a column's values travel, and their JSON form.
Carried = Tuple[Carrier, List[Any]]


def carried_values(
    field: Field, values: List[Any], connection: Connection, is_compared: bool = False
) -> Optional[Carried]:
    """
    Return the JSON form of a column's values in an INSERT or UPDATE, or None if JSON cannot hold them without loss.

    :param values: prepared by the field.
    :param is_compared: see :func:`carrier`.
    :raises DataError: the column cannot store one of them; the message names the field.
    """
    kinds = set(map(type, values))
    if kinds - {_NONE} == {decimal.Decimal}:
        plain = _plain_decimals(field, values)
        if plain is not None:
            return plain
    if not _need_no_check(field, values, kinds - {_NONE}, connection):
        values = [stored(field, value, connection) for value in values]
        kinds = set(map(type, values))
    if str in kinds and any(["\0" in value for value in values if isinstance(value, str)]):
        return None
    carried = carrier(field, values, connection, is_compared, kinds)
    if carried is None:
        return None
    # The values of most columns are in their JSON form already.
    is_plain = carried.encode is None and kinds - {_NONE} <= _PLAIN
    return carried, (values if is_plain else carried.encoded(values))


def _need_no_check(field: Field, values: Sequence[Any], kinds: Set[type], connection: Connection) -> bool:
    """Whether stored() would return the values unchanged."""
    if isinstance(field, JSONField):
        return False
    if kinds == {str}:
        return all([value is None or value.isascii() for value in values])
    if kinds == {datetime.datetime} and base_type(field, connection) == "datetimeoffset":
        # Datetimes that no column holds are refused where they become texts.
        return True
    return kinds <= {bool, int, uuid.UUID}


def _plain_decimals(field: Field, values: Sequence[Optional[decimal.Decimal]]) -> Optional[Carried]:
    """Decimals as their str(), if the column's type holds all of them: in a fifth of the time of other decimals."""
    digits, places = decimal_digits(field)
    if not digits or places is None or digits == places:
        return None
    texts = [None if value is None else str(value) for value in values]
    if not all(map(_digits(digits - places, places), filter(None, texts))):
        return None
    return Carrier("numeric(%d, %d)" % (digits, places)), texts


@lru_cache(maxsize=256)
def _digits(whole: int, places: int) -> Callable[[str], object]:
    """A pattern for the text of a number with at most so many digits before and after the point."""
    fraction = r"(?:\.[0-9]{1,%d})?" % places if places else ""
    return re.compile("-?[0-9]{1,%d}%s" % (whole, fraction)).fullmatch


def carrier(
    field: Optional[Field],
    values: Sequence[Any],
    connection: Connection,
    is_compared: bool = False,
    kinds: Optional[Set[type]] = None,
) -> Optional[Carrier]:
    """
    Return the :class:`Carrier` that holds `values` of `field` without loss, or None if there is none.

    The field's own length is not used: a longer value must not be cut to one that then matches, or that the
    column takes.

    :param is_compared: the values are compared with the field's column. A column of OPENJSON has the database's
        collation, which cannot be compared with a column of another one (error 468): so the field's is given. A field
        without a collation may stand for a column that has one: then the text is made of bytes, and takes the
        column's collation, whatever that is (CAST and CONVERT, "Output collation").
        https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql
    :param kinds: the types of all values, where they are known.
    """
    kinds = set(map(type, values)) if kinds is None else kinds
    if _NONE in kinds:
        values = [value for value in values if value is not None]
        kinds = kinds - {_NONE}
    if TypedParam in kinds:
        values = [value.value if isinstance(value, TypedParam) else value for value in values]
        kinds = set(map(type, values))
    if not kinds or all([issubclass(kind, str) for kind in kinds]):
        return _text(field, values, connection, is_compared)
    if kinds <= {int, decimal.Decimal} and decimal.Decimal in kinds:
        sql_type = _decimal_type(field, values)
    elif all(issubclass(kind, datetime.datetime) for kind in kinds):
        return _moments(field, values, connection, is_compared)
    elif all(issubclass(kind, (bytes, bytearray, memoryview)) for kind in kinds):
        return Carrier("varbinary(max)", "nvarchar(max)", "CONVERT(varbinary(max), %s, 2)")
    else:
        sql_type = _plain_type(kinds, values)
    return None if sql_type is None else Carrier(sql_type)


def _plain_type(kinds: Set[type], values: Sequence[Any]) -> Optional[str]:
    if kinds <= {bool}:
        return "bit"
    if kinds <= {int, bool}:
        if min(values) >= -(2**63) and max(values) < 2**63:
            return "bigint"
        return "numeric(%d, 0)" % MAX_PRECISION if max(map(abs, values)) < 10**MAX_PRECISION else None
    if kinds <= {int, float, bool}:
        return "float"
    for base, name in ((datetime.date, "date"), (datetime.time, "time"), (uuid.UUID, "uniqueidentifier")):
        if all(issubclass(kind, base) for kind in kinds):
            return name
    return None


def _decimal_type(field: Optional[Field], values: Sequence[Any]) -> Optional[str]:
    """The column's own type, if it holds all values (its index then needs no conversion), or one that does."""
    whole = scale = 0
    # Only the exponent of NaN and infinity is no int.
    exponent: Any
    for value in values:
        if isinstance(value, int):
            value = decimal.Decimal(value)
        if not value.is_finite():
            return None
        _, coefficient, exponent = fitted(value).as_tuple()
        scale = max(scale, -exponent)
        whole = max(whole, len(coefficient) + exponent)
    digits, places = decimal_digits(field)
    if digits and places is not None and scale <= places and whole <= digits - places:
        return "numeric(%d, %d)" % (digits, places)
    return "numeric(%d, %d)" % (MAX_PRECISION, scale) if whole + scale <= MAX_PRECISION else None


def _text(field: Optional[Field], values: Sequence[str], connection: Connection, is_compared: bool) -> Carrier:
    longest = max(map(len, values), default=0)
    if 2000 < longest <= 4000:
        # A character has one UTF-16 unit or two.
        longest = max(map(_length, values))
    sql_type = "nvarchar(4000)" if longest <= 4000 else "nvarchar(max)"
    if not is_compared:
        return Carrier(sql_type)
    collation = getattr(field, "db_collation", None)
    # With nvarchar beside it the server would convert the column, row by row.
    is_coded = longest <= 2000 and base_type(field, connection) in ("char", "varchar")
    if collation is not None:
        if is_coded and all(code_pages.hold(value, collation) for value in values):
            sql_type = "varchar(8000)"
        return Carrier(sql_type, collation=collation)
    encode = _units
    if is_coded and all([value.isascii() for value in values]):
        # These bytes are the same in each code page.
        sql_type, encode = "varchar(8000)", _ascii
    template = "CAST(CONVERT(varbinary(max), %%s, 2) AS %s)" % sql_type
    return Carrier(sql_type, "nvarchar(max)", template, None, encode)


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _units(text: str) -> str:
    """The bytes of nvarchar as hexadecimal digits."""
    return text.encode("utf-16-le").hex()


def _ascii(text: str) -> str:
    """The bytes of varchar as hexadecimal digits."""
    return text.encode("ascii").hex()


def _moments(
    field: Optional[Field], values: Sequence[datetime.datetime], connection: Connection, is_compared: bool
) -> Optional[Carrier]:
    zones = {value.tzinfo for value in values}
    if None in zones and len(zones) > 1:
        return None
    sql_type = "datetime2" if None in zones else "datetimeoffset"
    if is_compared:
        (mark, _), *others = (compared(field, value, connection) for value in values)
        # A legacy type reads no text with six digits of seconds.
        if mark != "%s" and all([other == mark for other, _ in others]):
            return Carrier(base_type(field, connection), sql_type, mark)
    # Without a zone, or in UTC, an offset has no seconds.
    is_whole = zones <= {None, datetime.timezone.utc}
    return Carrier(sql_type, encode=_iso_text if is_whole else partial(_offset_text, field))


def _offset_text(field: Optional[Field], value: datetime.datetime) -> str:
    try:
        return _moment_text(value)
    except DataError as error:
        raise DataError(error.args[0], "%s: %s" % (named(field), error.args[1])) from error


_iso_text = methodcaller("isoformat", timespec="microseconds")


def json_value(value: Any) -> Any:
    """Return the form in which OPENJSON reads `value` without loss into the type of its :class:`Carrier`.

    :raises DataError: NaN or infinity, which the server does not have; a datetime whose UTC is outside years 1 to 9999.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, TypedParam):
        return json_value(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise DataError("%r cannot be stored: float has no NaN and no infinity." % value)
        return float(value)
    if isinstance(value, decimal.Decimal):
        return format(fitted(value), "f")
    if isinstance(value, datetime.datetime):
        return _moment_text(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return str(value)


def _moment_text(value: datetime.datetime) -> str:
    try:
        return (whole_minutes(value) if value.tzinfo else value).isoformat(timespec="microseconds")
    except errors.DataError as error:
        raise DataError(*error.args) from error


# Types with a JSON form of their own; most values have one, and there may be a million.
_PLAIN = frozenset((bool, int, str, _NONE))


def json_array(values: Sequence[Any]) -> TypedParam:
    """One JSON parameter of all `values`: scalars, or rows of scalars."""
    if values and isinstance(values[0], (list, tuple)):
        return json_text([[value if type(value) in _PLAIN else json_value(value) for value in row] for row in values])
    return json_text([value if type(value) in _PLAIN else json_value(value) for value in values])


def json_text(values: Sequence[Any]) -> TypedParam:
    """One JSON parameter of values in their JSON form; of one type, so that one plan serves any number of them."""
    return TypedParam(json.dumps(values, separators=(",", ":")), "nvarchar(max)")
