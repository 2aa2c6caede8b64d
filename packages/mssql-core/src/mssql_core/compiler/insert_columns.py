"""The values that an INSERT writes, column by column: what is true of a column need not be asked for each of its rows."""

import datetime
import decimal
import uuid
from operator import attrgetter

from django.db.models import (
    AutoField,
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    EmailField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    OneToOneField,
    PositiveBigIntegerField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SlugField,
    SmallAutoField,
    SmallIntegerField,
    TextField,
    TimeField,
    URLField,
)

from ..compat.orm import DatabaseDefault, default_expression
from .field_values import stored

_NONE = type(None)
# Neither expressions nor conditions.
_SCALARS = frozenset(
    (
        *(_NONE, bool, int, float, str, bytes, decimal.Decimal, uuid.UUID),
        *(datetime.date, datetime.time, datetime.datetime, datetime.timedelta),
    )
)
_INTEGERS = (
    *(IntegerField, BigIntegerField, SmallIntegerField),
    *(PositiveIntegerField, PositiveBigIntegerField, PositiveSmallIntegerField),
)
# Django's classes whose get_db_prep_save() gives such a value back as it is: half the time of a bulk insert.
_PREPARED = {
    **dict.fromkeys((CharField, EmailField, SlugField, TextField, URLField), str),
    **dict.fromkeys(_INTEGERS, int),
    BooleanField: bool,
    FloatField: float,
}
_KEYS = {**_PREPARED, **dict.fromkeys((AutoField, BigAutoField, SmallAutoField), int)}


class Column:
    """
    A field's values for all rows.

    :ivar values: of the rows, prepared, each sent as one parameter; None where placeholders are others.
    :ivar cells: (placeholder, parameters) of the rows; None where there are values.
    """

    def __init__(self, field, values=None, cells=None):
        self.field = field
        self.values = values
        self.cells = cells

    def parameters(self):
        """How many parameters the rows have."""
        return len(self.values) if self.cells is None else sum([len(params) for _, params in self.cells])

    def compiled(self, connection):
        """(placeholder, parameters) of each row."""
        if self.cells is not None:
            return self.cells
        return [("%s", [stored(self.field, value, connection)]) for value in self.values]


def field_values(field, compiler):
    """The values of a field before they are prepared, or None where the database fills the column in each row."""
    objects = compiler.query.objs
    if compiler.query.raw or _has_no_pre_save(field):
        values = list(map(attrgetter(field.attname), objects))
    else:
        values = [compiler.pre_save_val(field, each) for each in objects]
    kinds = set(map(type, values))
    if kinds <= _SCALARS or not any([issubclass(kind, DatabaseDefault) for kind in kinds]):
        return values
    if all([issubclass(kind, DatabaseDefault) for kind in kinds]):
        return None
    # DEFAULT is a keyword of INSERT ... VALUES alone, not of MERGE and SELECT.
    return [default_expression(field) if isinstance(value, DatabaseDefault) else value for value in values]


def _has_no_pre_save(field):
    if type(field) in (DateField, DateTimeField, TimeField):
        return not (field.auto_now or field.auto_now_add)
    return type(field).pre_save is Field.pre_save


def prepared(field, values, connection, prepare):
    """
    The values as the field prepares them, where none is an expression; else None.

    :param prepare: what does so with a value that the field would not give back as it is.
    """
    kinds = set(map(type, values))
    if not kinds <= _SCALARS:
        return None
    if _are_prepared(field, kinds) or _are_prepared_in(field, values, kinds, connection):
        return values
    values = [prepare(value) for value in values]
    return values if set(map(type, values)) <= _SCALARS else None


def _are_prepared_in(field, values, kinds, connection):
    """As :func:`_are_prepared`, for types whose values are not all alike."""
    if type(field) is DecimalField and kinds <= {decimal.Decimal, _NONE}:
        return all([value is None or value.is_finite() for value in values])
    if type(field) is DateTimeField and kinds <= {datetime.datetime, _NONE} and connection.ops.stores_offset:
        return all([value is None or value.tzinfo is datetime.timezone.utc for value in values])
    return False


def _are_prepared(field, kinds):
    kind = _PREPARED.get(type(field))
    if kind is None and type(field) in (ForeignKey, OneToOneField) and str not in kinds:
        # An empty text may mean NULL.
        kind = _KEYS.get(type(field.target_field))
    return kind is not None and kinds <= {kind, _NONE}
