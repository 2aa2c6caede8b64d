"""Values that travel in one JSON parameter, which OPENJSON makes a table of (database compatibility level 130).

https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql
"""

import datetime
import decimal
import json
import math
import uuid

from django.db import DataError

from .. import errors
from ..connection import code_pages
from ..connection.parameters import TypedParam, whole_minutes
from ..literals import MAX_PRECISION, fitted
from .field_values import base_type, compared, decimal_digits, stored


class Carrier:
    """
    How the values of one column travel: the type that OPENJSON reads, and what is made of it.

    :param sql_type: the type of the values for the server.
    :param wire_type: the type of the column of OPENJSON.
    :param template: makes the value of that column.
    :param collation: of the column of OPENJSON; by default the database's.
    :param encode: makes what JSON holds; by default :func:`json_value`.
    """

    def __init__(self, sql_type, wire_type=None, template="%s", collation=None, encode=None):
        self.sql_type = sql_type
        self.wire_type = wire_type or sql_type
        self.template = template
        self.collation = collation
        self.encode = encode

    def definition(self, column, path):
        """The column in OPENJSON's WITH."""
        collation = " COLLATE %s" % self.collation if self.collation else ""
        return "%s %s%s '%s'" % (column, self.wire_type, collation, path)

    def value(self, column):
        """The value of the OPENJSON column, as SQL."""
        return self.template % column

    def encoded(self, values):
        """What JSON holds of the values."""
        encode = self.encode
        if encode is None:
            return [value if type(value) in _PLAIN else json_value(value) for value in values]
        return [None if value is None else encode(value) for value in values]


def carried_values(field, values, connection, is_compared=False):
    """
    (Carrier, what JSON holds of the values): those of a column that an INSERT writes; None if nothing carries them.

    :param values: prepared, as they come from the objects; refused with the field's name where they cannot be stored.
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds == {decimal.Decimal}:
        carried = _plain_decimals(field, values)
        if carried is not None:
            return carried
    if not _need_no_check(field, values, kinds, connection):
        values = [stored(field, value, connection) for value in values]
    if str in kinds and any(["\0" in value for value in values if isinstance(value, str)]):
        return None
    carried = carrier(field, values, connection, is_compared)
    if carried is None:
        return None
    # Most columns are written as they are.
    return carried, (values if kinds <= _PLAIN and carried.encode is None else carried.encoded(values))


def _need_no_check(field, values, kinds, connection):
    """Whether stored() would give the values back as they are."""
    if kinds == {str}:
        return all([value is None or value.isascii() for value in values])
    if kinds == {datetime.datetime} and base_type(field, connection) == "datetimeoffset":
        return all([value is None or value.tzinfo is datetime.timezone.utc for value in values])
    return kinds <= {bool, int, uuid.UUID}


def _plain_decimals(field, values):
    """As they are written where the column's type holds all of them: a third of the time that any decimal takes."""
    digits, places = decimal_digits(field)
    if not digits:
        return None
    texts = []
    for value in values:
        text = None
        if value is not None:
            text = str(value)
            whole, _, fraction = text.partition(".")
            is_plain = (whole.lstrip("-") + fraction).isdigit()
            if not is_plain or len(fraction) > places or len(whole) > digits - places:
                return None
        texts.append(text)
    return Carrier("numeric(%d, %d)" % (digits, places)), texts


def carrier(field, values, connection, is_compared=False):
    """
    The :class:`Carrier` that holds `values` of `field` without loss, or None if there is none.

    The field's own length is not used: a longer value must not be cut to one that then matches, or that the
    column takes.

    :param is_compared: the values are compared with the field's column. A column of OPENJSON has the database's
        collation, by which nothing is compared with a column of another one (error 468): here the field's is said.
        A field that names none may stand for a column that has one: then the text comes out of bytes, and such text
        takes the column's collation, whatever that is (CAST and CONVERT, "Output collation").
        https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql
    """
    values = [value for value in values if value is not None]
    types = set(map(type, values))
    if TypedParam in types:
        values = [value.value if isinstance(value, TypedParam) else value for value in values]
        types = set(map(type, values))
    if not types or all([issubclass(kind, str) for kind in types]):
        return _text(field, values, connection, is_compared)
    if types <= {int, decimal.Decimal} and decimal.Decimal in types:
        sql_type = _decimal_type(field, values)
    elif all(issubclass(kind, datetime.datetime) for kind in types):
        return _moments(field, values, connection, is_compared)
    elif all(issubclass(kind, (bytes, bytearray, memoryview)) for kind in types):
        return Carrier("varbinary(max)", "nvarchar(max)", "CONVERT(varbinary(max), %s, 2)")
    else:
        sql_type = _plain_type(types, values)
    return None if sql_type is None else Carrier(sql_type)


def _plain_type(types, values):
    if types <= {bool}:
        return "bit"
    if types <= {int, bool}:
        return "bigint" if all(-(2**63) <= value < 2**63 for value in values) else None
    if types <= {int, float, bool}:
        return "float"
    for kind, name in ((datetime.date, "date"), (datetime.time, "time"), (uuid.UUID, "uniqueidentifier")):
        if all(issubclass(found, kind) for found in types):
            return name
    return None


def _decimal_type(field, values):
    """The column's own type where it holds all values: its index then needs no conversion."""
    whole = scale = 0
    for value in values:
        if isinstance(value, int):
            value = decimal.Decimal(value)
        if not value.is_finite():
            return None
        _, digits, exponent = fitted(value).as_tuple()
        scale = max(scale, -exponent)
        whole = max(whole, len(digits) + exponent)
    digits, places = decimal_digits(field)
    if digits and scale <= places and whole <= digits - places:
        return "numeric(%d, %d)" % (digits, places)
    return "numeric(%d, %d)" % (MAX_PRECISION, scale) if whole + scale <= MAX_PRECISION else None


def _text(field, values, connection, is_compared):
    longest = max(map(_length, values), default=0)
    sql_type = "nvarchar(4000)" if longest <= 4000 else "nvarchar(max)"
    if not is_compared:
        return Carrier(sql_type)
    collation = getattr(field, "db_collation", None)
    if collation is None:
        return Carrier(
            sql_type, "nvarchar(max)", "CAST(CONVERT(varbinary(max), %%s, 2) AS %s)" % sql_type, None, _units
        )
    if base_type(field, connection) in ("char", "varchar") and longest <= 2000:
        if all(code_pages.hold(value, collation) for value in values):
            sql_type = "varchar(8000)"
    return Carrier(sql_type, collation=collation)


def _length(text):
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _units(text):
    """The bytes of nvarchar, as hexadecimal digits."""
    return text.encode("utf-16-le").hex()


def _moments(field, values, connection, is_compared):
    zones = {value.tzinfo for value in values}
    if None in zones and len(zones) > 1:
        return None
    sql_type = "datetime2" if None in zones else "datetimeoffset"
    if is_compared:
        (mark, _), *others = (compared(field, value, connection, "in") for value in values)
        # A legacy type reads no text with six digits of seconds.
        if mark != "%s" and all([other == mark for other, _ in others]):
            return Carrier(base_type(field, connection), sql_type, mark)
    # Without a zone, or in UTC, an offset has no seconds.
    return Carrier(sql_type, encode=_iso_text if zones <= {None, datetime.timezone.utc} else None)


def _iso_text(value):
    return value.isoformat(timespec="microseconds")


def json_value(value):
    """`value` as OPENJSON reads it without loss into the type of its :class:`Carrier`.

    :raises DataError: NaN and infinities, which the server has not; a moment whose UTC is out of its years.
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


def _moment_text(value):
    try:
        return (whole_minutes(value) if value.tzinfo else value).isoformat(timespec="microseconds")
    except errors.DataError as error:
        raise DataError(*error.args) from error


# What JSON writes as it is; most values are, and there may be a million.
_PLAIN = frozenset((bool, int, str, type(None)))


def json_array(values):
    """One parameter that holds all `values`: scalars, or rows of scalars."""
    if values and isinstance(values[0], (list, tuple)):
        return json_text([[value if type(value) in _PLAIN else json_value(value) for value in row] for row in values])
    return json_text([value if type(value) in _PLAIN else json_value(value) for value in values])


def json_text(values):
    """One parameter that holds what JSON holds of the values."""
    return json.dumps(values, separators=(",", ":"))
