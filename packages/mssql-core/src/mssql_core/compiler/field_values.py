"""What a field's value is on its way to the server: the one place that decides type, precision and scale.

Every path goes through here: an object that is saved, rows of a bulk insert, ``bulk_update`` and ``update`` by
:func:`stored`, conditions by :func:`compared`. What the server cannot store is refused with the field's name.
"""

import datetime
import decimal
import re
import uuid

from django.db import DataError
from django.db.models import DecimalField, Field, Value
from django.utils import timezone

from .. import errors
from ..connection import code_pages
from ..connection.parameters import TypedParam, check, check_text
from ..literals import MAX_PRECISION
from .output_clause import column_type

_TYPE = re.compile(r"\s*(\w+)(?:\s*\(\s*(\w+)\s*\))?", re.ASCII)
# Types without an offset, which the aliases's datetime_type may not say of the column.
_NAIVE = ("datetime", "smalldatetime", "datetime2")
_ROUNDED = ("datetime", "smalldatetime")
_CODED = ("char", "varchar")
# text is of a code page too, and compared with nothing.
_STORED_IN_CODE_PAGE = (*_CODED, "text")
# What the types begin and end with (Transact-SQL reference, "datetime", "smalldatetime").
_SPANS = {
    "datetime": (datetime.datetime(1753, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 997000)),
    "smalldatetime": (datetime.datetime(1900, 1, 1), datetime.datetime(2079, 6, 6, 23, 59, 29)),
}
# varchar(n) ends at 8,000 bytes (Transact-SQL reference, "char and varchar").
_MAX_VARCHAR = 8000
# Lists of them may be long.
_AS_THEY_ARE = frozenset((bool, int, uuid.UUID))
# Digits enough for any value that is rounded to a column's places.
_CONTEXT = decimal.Context(prec=1000, rounding=decimal.ROUND_HALF_UP)


def base_type(field, connection):
    """The name of the field's column type, without its size; '' where it has none."""
    known = connection.base_types.get(type(field))
    if known is None:
        known = _base_type(field, connection)
        if type(field).__module__ == Field.__module__:
            # Of Django's own classes it is the same for all fields; any other class may ask the field.
            connection.base_types[type(field)] = known
    return known


def _base_type(field, connection):
    sql_type = column_type(field, connection) if hasattr(field, "db_type") else None
    match = _TYPE.match(sql_type or "")
    return match.group(1).lower() if match else ""


def is_written_by_server(field):
    """Whether no statement may give the field a value (errors 272, 273, 8102, 13536, 13537)."""
    return getattr(field, "is_written_by_server", False)


def refuse_to_write(field, value, connection):
    """:raises FieldError: by the field's name, where the server writes it."""
    if is_written_by_server(field):
        field.get_db_prep_save(value, connection)


def is_text(field, connection):
    """Whether values of the field's column are compared by a collation."""
    return base_type(field, connection) in ("char", "varchar", "nchar", "nvarchar")


def named(field):
    """The field as messages name it."""
    while getattr(field, "model", None) is None and getattr(field, "target_field", None) is not None:
        field = field.target_field
    return str(field) if getattr(field, "name", None) else type(field).__name__


def _checked(field, value, test=check):
    """`value`, refused with the field's name where no type of the server holds it."""
    try:
        test(value)
    except errors.DataError as error:
        raise DataError(error.args[0], "%s: %s" % (named(field), error.args[1])) from error
    return value


# ---- stored ------------------------------------------------------------------------


def stored(field, value, connection):
    """
    `value` of `field` as it is sent to be stored.

    A decimal is rounded to the field's places, as the server would round it (half away from zero); a moment loses
    its offset where the column has none.

    :param value: as ``get_db_prep_save()`` gives it.
    :raises DataError: a value that no type of the server holds; with the field's name.
    """
    handler = _STORED.get(type(value))
    return value if handler is None else handler(field, value, connection)


def _stored_text(field, value, connection):
    if value.isascii():
        return value
    _checked(field, value, check_text)
    if base_type(field, connection) in _STORED_IN_CODE_PAGE:
        _check_code_page(field, value, connection)
    return value


def _check_code_page(field, value, connection):
    """A character that a varchar column has not would become another, or a question mark, without an error."""
    collation = getattr(field, "db_collation", None) or connection.server.collation
    if code_pages.codec(collation) is not None and not code_pages.hold(value, collation):
        raise DataError(
            "22018",
            "%s: %s cannot be stored: the code page of the collation %s has not all of its characters. "
            "An nvarchar column has." % (named(field), ascii(value), collation),
        )


def _stored_float(field, value, connection):
    return _checked(field, value)


def _stored_decimal(field, value, connection):
    digits, places = decimal_digits(field)
    if places is None or not value.is_finite():
        return _checked(field, value)
    # The same type whatever the value, so that the results of a CASE and the rows of VALUES agree.
    return TypedParam(_checked(field, rounded(value, places)), "numeric(%d, %d)" % (digits or MAX_PRECISION, places))


def decimal_digits(field):
    """(max_digits, decimal_places) of a DecimalField, or of the one that a foreign key refers to; of others None."""
    while getattr(field, "remote_field", None) is not None and getattr(field, "target_field", None) is not None:
        field = field.target_field
    return (field.max_digits, field.decimal_places) if isinstance(field, DecimalField) else (None, None)


def rounded(value, places):
    """`value` with no more than `places`."""
    if -value.as_tuple().exponent <= places:
        return value
    return value.quantize(decimal.Decimal(1).scaleb(-places), context=_CONTEXT)


def _stored_moment(field, value, connection):
    if value.tzinfo is None:
        return value
    if base_type(field, connection) in _NAIVE:
        return timezone.make_naive(value, connection.timezone)
    return _checked(field, value)


_STORED = {
    str: _stored_text,
    float: _stored_float,
    decimal.Decimal: _stored_decimal,
    datetime.datetime: _stored_moment,
}


def untyped(value):
    """The value of a TypedParam, or of what is none."""
    return value.value if isinstance(value, TypedParam) else value


class Prepared(Value):
    """A value as :func:`stored` gives it, assigned to a column."""

    def as_microsoft(self, compiler, connection):
        return "%s", [self.value]


# ---- compared ----------------------------------------------------------------------


def compared(field, value, connection, lookup_name="exact"):
    """
    (placeholder, value) for comparing `value` with a column of `field`.

    Nothing is rounded to the field's places or cut to its length: what then is equal was not. Text goes as varchar
    to a column of that type, which with nvarchar beside it would be converted row by row (data type precedence).
    A legacy ``datetime`` column is compared in its own steps of 1/300 s: since compatibility level 130 the value
    that was read is no longer equal to the one that is stored.

    https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql
    https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql

    :raises DataError: a text that UTF-16 cannot hold; with the field's name.
    """
    if type(value) in _AS_THEY_ARE:
        return "%s", value
    if isinstance(value, str):
        return _compared_text(field, _checked(field, value, check_text), connection)
    if isinstance(value, datetime.datetime):
        value = _stored_moment(field, value, connection)
        kind = base_type(field, connection)
        if kind in _ROUNDED and _takes_steps(kind, value, lookup_name):
            return "CAST(%%s AS %s)" % kind, value
        return "%s", value
    return "%s", value if value is None else _checked(field, value)


def _compared_text(field, value, connection):
    kind = base_type(field, connection)
    if kind not in _CODED:
        return "%s", value
    if value.isascii():
        return "%s", TypedParam(value, "varchar(%s)" % (_MAX_VARCHAR if len(value) <= _MAX_VARCHAR else "max"))
    collation = getattr(field, "db_collation", None) or connection.server.collation
    if len(value) <= _MAX_VARCHAR // 4 and code_pages.hold(value, collation, connection.server.collation):
        # The server converts: which code page a driver takes for a varchar parameter is its own affair.
        return "CAST(%%s AS varchar(%d))" % _MAX_VARCHAR, value
    return "%s", value


def _takes_steps(kind, value, lookup_name):
    """
    Whether to compare with the column's steps.

    Equality always does: what was stored was rounded in the same way. Ranges do for values that were read, else
    the last microsecond of a day would become the next day.
    """
    if not _SPANS[kind][0] <= value <= _SPANS[kind][1]:
        return False
    if lookup_name in ("exact", "in"):
        return True
    if kind == "smalldatetime":
        return not value.second and not value.microsecond
    return not value.microsecond % 1000 and value.microsecond // 1000 % 10 in (0, 3, 7)
