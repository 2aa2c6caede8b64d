"""Type, precision and scale of a field's value on its way to the server, decided in one place.

All values pass through here: those of a saved object, of a bulk insert, of ``bulk_update`` and ``update`` through
:func:`stored`, those of conditions through :func:`compared`. A value that the server cannot store is refused with the
field's name.
"""

import datetime
import decimal
import re
import uuid
from functools import lru_cache
from typing import Any, Callable, Dict, Iterator, Optional, Tuple, TypeVar, Union

from django.db import DataError, models
from django.db.models import Case, DecimalField, ExpressionWrapper, Value
from django.db.models.functions import Cast, Coalesce, Concat, ConcatPair, Greatest, Least
from django.utils import timezone

from .. import errors
from ..compat.orm import STORES_JSON_NULL, placeholder_getter, referred
from ..connection import code_pages
from ..connection.parameters import TypedParam, check
from ..literals import MAX_PRECISION
from ..plugin.django_types import Compiler, Connection, Field
from ..plugin.types import Compiled
from .output_clause import column_type

_Value = TypeVar("_Value")
_TYPE = re.compile(r"\s*(\w+)(?:\s*\(\s*(\w+)\s*\))?", re.ASCII)
# Types without an offset; the alias's datetime_type may differ from the column's.
_NAIVE = ("datetime", "smalldatetime", "datetime2")
_ROUNDED = ("datetime", "smalldatetime")
_CODED = ("char", "varchar")
# text has a code page too, but no operator compares it.
_STORED_IN_CODE_PAGE = (*_CODED, "text")
# First and last value of the types (Transact-SQL reference, "datetime", "smalldatetime").
_SPANS = {
    "datetime": (datetime.datetime(1753, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 997000)),
    "smalldatetime": (datetime.datetime(1900, 1, 1), datetime.datetime(2079, 6, 6, 23, 59, 29)),
}
# varchar(n) ends at 8,000 bytes (Transact-SQL reference, "char and varchar").
_MAX_VARCHAR = 8000
# In UTF-8 a character has up to four bytes.
_MAX_CONVERTED = _MAX_VARCHAR // 4
# Compared as they are, without a look at the field: lists of them may be long.
_AS_THEY_ARE = frozenset((bool, int, uuid.UUID))
# Enough digits for any value that is rounded to a column's places.
_CONTEXT = decimal.Context(prec=1000, rounding=decimal.ROUND_HALF_UP)


def base_type(field: Optional[Field], connection: Connection) -> str:
    """The name of the field's column type, without its size; '' where it has none."""
    known: Optional[str] = connection.base_types.get(type(field))
    if known is None:
        known = _base_type(field, connection)
        if type(field).__module__ == models.Field.__module__:
            # Django's own classes have the same one for all fields; other classes may decide by the field.
            connection.base_types[type(field)] = known
    return known


def _base_type(field: Optional[Field], connection: Connection) -> str:
    sql_type = None if field is None else column_type(field, connection)
    match = _TYPE.match(sql_type or "")
    return match.group(1).lower() if match else ""


def is_written_by_server(field: Field) -> bool:
    """Whether no statement may give the field a value (errors 272, 273, 8102, 13536, 13537)."""
    return getattr(field, "is_written_by_server", False)


def refuse_to_write(field: Field, value: Any, connection: Connection) -> None:
    """Refuse to assign to a column that the server writes.

    :raises FieldError: with the field's name.
    """
    if is_written_by_server(field):
        field.get_db_prep_save(value, connection)


def is_text(field: Field, connection: Connection) -> bool:
    """Whether a collation compares the values of the field's column."""
    return base_type(field, connection) in ("char", "varchar", "nchar", "nvarchar")


def named(field: Optional[Field]) -> str:
    """The field's name in messages; its class where it is no model's."""
    return str(field) if getattr(field, "name", None) else type(field).__name__


def _checked(field: Optional[Field], value: _Value) -> _Value:
    """Return `value`; refuse it with the field's name if no type of the server holds it."""
    try:
        check(value)
    except errors.DataError as error:
        raise DataError(error.args[0], "%s: %s" % (named(field), error.args[1])) from error
    return value


# ---- stored ------------------------------------------------------------------------


def stored(field: Field, value: Any, connection: Connection) -> Any:
    """
    Return `value` in the form in which the column stores it.

    A decimal is rounded to the field's places, half away from zero, as the server rounds; a datetime loses its offset
    if the column has none.

    :param value: the result of ``get_db_prep_save()``.
    :raises DataError: no type of the server holds the value; the message names the field.
    """
    handler = _storing(value.__class__)
    return value if handler is None else handler(field, value, connection)


@lru_cache(maxsize=1024)
def _storing(kind: type) -> Optional[Callable[[Field, Any, Connection], Any]]:
    """The function for values of a class: a SafeString and a member of TextChoices are text, a pandas.Timestamp is a datetime."""
    return next((handler for base, handler in _STORED.items() if issubclass(kind, base)), None)


def _stored_text(field: Field, value: str, connection: Connection) -> str:
    if isinstance(field, models.JSONField):
        try:
            value = connection.ops.stored_document(value)
        except ValueError as error:
            raise DataError("%s: %s" % (named(field), error)) from None
    if value.isascii():
        return value
    _checked(field, value)
    if base_type(field, connection) in _STORED_IN_CODE_PAGE:
        _check_code_page(field, value, connection)
    return value


def _check_code_page(field: Field, value: str, connection: Connection) -> None:
    """Refuse a character that is not in a varchar column's code page.

    The server would store another one, or a question mark, without an error.
    """
    collation = getattr(field, "db_collation", None) or connection.server.collation
    if code_pages.codec(collation) is not None and not code_pages.hold(value, collation):
        raise DataError(
            "22018",
            "%s: %s cannot be stored: the code page of the collation %s has not all of its characters. "
            "An nvarchar column has." % (named(field), ascii(value), collation),
        )


def _stored_float(field: Field, value: float, connection: Connection) -> float:
    return _checked(field, value)


def _stored_decimal(field: Field, value: decimal.Decimal, connection: Connection) -> Union[decimal.Decimal, TypedParam]:
    digits, places = decimal_digits(field)
    if places is None or not value.is_finite():
        return _checked(field, value)
    # One type for all values, so that the results of a CASE and the rows of VALUES agree.
    return TypedParam(_checked(field, rounded(value, places)), "numeric(%d, %d)" % (digits or MAX_PRECISION, places))


def decimal_digits(field: Optional[Field]) -> Tuple[Optional[int], Optional[int]]:
    """(max_digits, decimal_places) of a DecimalField, or of the one that a foreign key refers to; (None, None) of others."""
    target = referred(field)
    return (target.max_digits, target.decimal_places) if isinstance(target, DecimalField) else (None, None)


def rounded(value: decimal.Decimal, places: int) -> decimal.Decimal:
    """Round a finite `value` to at most `places` decimal places."""
    # Only the exponent of NaN and infinity is no int.
    exponent: Any = value.as_tuple().exponent
    if -exponent <= places:
        return value
    return value.quantize(decimal.Decimal(1).scaleb(-places), context=_CONTEXT)


def _stored_moment(field: Optional[Field], value: datetime.datetime, connection: Connection) -> datetime.datetime:
    if value.tzinfo is None:
        # A Value() of an alias whose own datetimes have no offset.
        if base_type(field, connection) != "datetimeoffset":
            return value
        moment: datetime.datetime = connection.ops.make_aware(
            value, connection.timezone or timezone.get_default_timezone()
        )
        return moment
    if base_type(field, connection) not in _NAIVE:
        return _checked(field, value)
    try:
        naive: datetime.datetime = timezone.make_naive(value, connection.timezone)
    except OverflowError:
        raise DataError(
            "22007",
            "%s: %s cannot be stored: in the connection's time zone it is out of the years 1 to 9999."
            % (named(field), value),
        ) from None
    return naive


_STORED: Dict[type, Callable[[Field, Any, Connection], Any]] = {
    str: _stored_text,
    float: _stored_float,
    decimal.Decimal: _stored_decimal,
    datetime.datetime: _stored_moment,
}


def untyped(value: Any) -> Any:
    """The value of a TypedParam; any other value as it is."""
    return value.value if isinstance(value, TypedParam) else value


class Prepared(Value):
    """The result of :func:`stored`, assigned to a column."""

    def as_microsoft(self, compiler: Compiler, connection: Connection) -> Compiled:
        return "%s", [self.value]


def whole_value(field: Field, expression: Value, connection: Connection) -> Value:
    """A Value() assigned to a field, in the form in which the column stores it.

    It is prepared by its own field, if any, as Django does: a None of a JSONField is the JSON null.

    :raises DataError: the column does not hold it; the message names the field.
    """
    output_field = expression._output_field_or_none
    if expression.value is None and isinstance(field, models.JSONField) and isinstance(output_field, models.JSONField):
        if STORES_JSON_NULL:
            stored(field, "null", connection)
        return expression
    if expression.value is None or placeholder_getter(output_field) is not None:
        return expression
    prepared = expression.value
    if output_field is not None:
        prepared = output_field.get_db_prep_save(prepared, connection)
    sent = stored(field, prepared, connection)
    return expression if sent is prepared else Prepared(sent)


def check_results(field: Field, expression: Any, connection: Connection) -> None:
    """
    Check the constants that an expression may assign to a column as they are: in a CASE, in COALESCE, joined.

    :raises DataError: a varchar column's code page lacks a character, for which the server would store another one; or
        a JSONField's column does not hold a document.
    """
    if isinstance(field, models.JSONField):
        for result in _results(expression):
            if isinstance(result, Value):
                _check_document(field, result, connection)
        return
    if base_type(field, connection) not in _STORED_IN_CODE_PAGE:
        return
    for result in _results(expression):
        if isinstance(result, Value) and isinstance(result.value, str):
            stored(field, result.value, connection)


def _check_document(field: Field, value: Value, connection: Connection) -> None:
    output_field = value._output_field_or_none
    if isinstance(output_field, models.JSONField) and getattr(output_field, "model", None) is None:
        # With a model it passes through stored() on being compiled.
        _, params = value.resolve_expression(None, for_save=True).as_sql(None, connection)
        for param in params:
            stored(field, param, connection)


def _results(expression: Any) -> Iterator[Any]:
    if isinstance(expression, Case):
        for source in (*[when.result for when in expression.cases], expression.default):
            yield from _results(source)
    elif isinstance(expression, _OF_ARGUMENTS) or _is_cast_to_json(expression):
        for source in expression.get_source_expressions():
            yield from _results(source)
    else:
        yield expression


def _is_cast_to_json(expression: Any) -> bool:
    """Whether an expression is a cast that leaves a document as it is, such as that of bulk_update()."""
    return isinstance(expression, Cast) and isinstance(expression.output_field, models.JSONField)


# The value of these is one of their arguments, or consists of them.
_OF_ARGUMENTS = (Coalesce, Concat, ConcatPair, ExpressionWrapper, Greatest, Least)


# ---- compared ----------------------------------------------------------------------


def compared(field: Optional[Field], value: Any, connection: Connection, lookup_name: str = "exact") -> Tuple[str, Any]:
    """
    Return (placeholder, value) for a comparison of `value` with a column of `field`.

    Nothing is rounded to the field's places or cut to its length, which would make different values equal. Text is
    sent as varchar to a column of that type: next to nvarchar the server would convert the column row by row (data
    type precedence). A legacy ``datetime`` column is compared in its own steps of 1/300 s, because since compatibility
    level 130 the value that was read no longer equals the stored one.

    https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql
    https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql

    :raises DataError: UTF-16 cannot hold a text; the message names the field.
    """
    if type(value) in _AS_THEY_ARE:
        return "%s", value
    if isinstance(value, str):
        return _compared_text(field, value if value.isascii() else _checked(field, value), connection)
    if isinstance(value, datetime.datetime):
        value = _stored_moment(field, value, connection)
        kind = base_type(field, connection)
        if kind in _ROUNDED and _takes_steps(kind, value, lookup_name):
            return "CAST(%%s AS %s)" % kind, value
        return "%s", value
    return "%s", _checked(field, value)


def _compared_text(field: Optional[Field], value: str, connection: Connection) -> Tuple[str, Any]:
    kind = base_type(field, connection)
    if kind not in _CODED:
        return "%s", value
    if value.isascii():
        return "%s", TypedParam(value, "varchar(%s)" % (_MAX_VARCHAR if len(value) <= _MAX_VARCHAR else "max"))
    collation = getattr(field, "db_collation", None) or connection.server.collation
    if len(value) <= _MAX_CONVERTED and code_pages.hold(value, collation, connection.server.collation):
        # The server converts, since drivers differ in the code page of a varchar parameter.
        return "CAST(%%s AS varchar(%d))" % _MAX_VARCHAR, value
    return "%s", value


def _takes_steps(kind: str, value: datetime.datetime, lookup_name: str) -> bool:
    """
    Whether a comparison uses the column's steps.

    Equality always does, since the stored value was rounded in the same way. A range does only for values that can
    have been read from the column: otherwise the last microsecond of a day would become the next day.
    """
    if not _SPANS[kind][0] <= value <= _SPANS[kind][1]:
        return False
    if lookup_name == "exact":
        return True
    if kind == "smalldatetime":
        return not value.second and not value.microsecond
    return value.microsecond % 10000 in (0, 3000, 7000)
