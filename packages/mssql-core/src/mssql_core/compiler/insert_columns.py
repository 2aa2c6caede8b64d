"""The values of an INSERT, column by column, so that nothing true of a column is asked again for each row."""

import datetime
import decimal
import uuid
from operator import attrgetter
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple

from django.db import models
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
from ..plugin.django_types import Compiler, Connection, Field
from .field_values import stored

#: A value's placeholder and its parameters.
Cell = Tuple[str, List[Any]]
_PRE_SAVE = models.Field.pre_save
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
# Calls that a statement has in all rows, or in none.
_SEQUENCES = ("NEXT VALUE FOR", "NEWSEQUENTIALID(")
# Its results are in no row yet either.
_NEW_UUID = "NEWID("
# Django's classes whose get_db_prep_save() returns a value of the type unchanged: half the time of a bulk insert.
_PREPARED: Dict[type, type] = {
    **dict.fromkeys((CharField, EmailField, SlugField, TextField, URLField), str),
    **dict.fromkeys(_INTEGERS, int),
    BooleanField: bool,
    FloatField: float,
}
_KEYS = {**_PREPARED, **dict.fromkeys((AutoField, BigAutoField, SmallAutoField), int)}


class Column:
    """
    A field's values in all rows.

    :ivar values: prepared, one for each row, each sent as one parameter; empty if there are cells.
    :ivar cells: one for each row, if placeholders other than ``%s`` are needed; else None.
    """

    def __init__(self, field: Field, values: Optional[List[Any]] = None, cells: Optional[List[Cell]] = None) -> None:
        self.field = field
        self.values: List[Any] = values or []
        self.cells = cells

    def parameters(self) -> int:
        """The number of parameters in all rows."""
        return len(self.values) if self.cells is None else sum([len(params) for _, params in self.cells])

    def compiled(self, connection: Connection) -> List[Cell]:
        """The cells of all rows."""
        if self.cells is not None:
            return self.cells
        return [("%s", [stored(self.field, value, connection)]) for value in self.values]


def field_values(field: Field, compiler: Compiler, names_default: bool = False) -> Optional[List[Any]]:
    """
    Return the values of a field before they are prepared, or None if the database fills the column in every row.

    :param names_default: such a column gets the expression of its default, which the statement compares, unless that is
        new in each row.
    """
    objects = compiler.query.objs
    if compiler.query.raw or _has_no_pre_save(field):
        values = list(map(attrgetter(field.attname), objects))
    else:
        values = [compiler.pre_save_val(field, each) for each in objects]
    kinds = set(map(type, values))
    if kinds <= _SCALARS or not any([issubclass(kind, DatabaseDefault) for kind in kinds]):
        return values
    if all([issubclass(kind, DatabaseDefault) for kind in kinds]) and not (
        names_default and not _has_default_with((*_SEQUENCES, _NEW_UUID), field, compiler)
    ):
        return None
    # The keyword DEFAULT is part of INSERT ... VALUES, but not of MERGE and SELECT.
    return [default_expression(field) if isinstance(value, DatabaseDefault) else value for value in values]


def groups_by_sequence(compiler: Compiler) -> List[List[int]]:
    """
    Return the places of the objects, apart by which of their columns take a sequence's next value, or NEWSEQUENTIALID().

    There are none without such columns. NEXT VALUE FOR stands in no table of values (error 11719), and NEWSEQUENTIALID() in
    defaults only (error 302), so that a statement has them in every row or in none.
    https://learn.microsoft.com/sql/t-sql/functions/next-value-for-transact-sql
    https://learn.microsoft.com/sql/t-sql/functions/newsequentialid-transact-sql
    """
    sequences = [field for field in compiler.query.fields if _has_default_with(_SEQUENCES, field, compiler)]
    if not sequences:
        return []
    groups: Dict[Tuple[bool, ...], List[int]] = {}
    for place, each in enumerate(compiler.query.objs):
        taken = tuple([isinstance(getattr(each, field.attname), DatabaseDefault) for field in sequences])
        groups.setdefault(taken, []).append(place)
    return list(groups.values())


def _has_default_with(functions: Iterable[str], field: Field, compiler: Compiler) -> bool:
    """Whether the expression of a column's default calls one of these functions."""
    if not hasattr(getattr(field, "db_default", None), "resolve_expression"):
        return False
    sql, _ = compiler.compile(default_expression(field))
    return any([function in sql.upper() for function in functions])


def _has_no_pre_save(field: Field) -> bool:
    if type(field) in (DateField, DateTimeField, TimeField):
        return not (field.auto_now or field.auto_now_add)
    return type(field).pre_save is _PRE_SAVE


def prepared(
    field: Field, values: List[Any], connection: Connection, prepare: Callable[[Any], Any]
) -> Optional[List[Any]]:
    """
    Return the values in the form that the field prepares, or None if one of them is an expression.

    :param prepare: the field's preparation, called only for values that it might change.
    """
    kinds = set(map(type, values))
    if not kinds <= _SCALARS:
        return None
    if _are_prepared(field, kinds) or _are_prepared_in(field, values, kinds, connection):
        return values
    values = [prepare(value) for value in values]
    return values if set(map(type, values)) <= _SCALARS else None


def _are_prepared_in(field: Field, values: Sequence[Any], kinds: Set[type], connection: Connection) -> bool:
    """As :func:`_are_prepared`, for types of which only some values are."""
    if type(field) is DecimalField and kinds <= {decimal.Decimal, _NONE}:
        return all([value is None or value.is_finite() for value in values])
    if type(field) is DateTimeField and kinds <= {datetime.datetime, _NONE} and connection.ops.stores_offset:
        return all([value is None or value.tzinfo is datetime.timezone.utc for value in values])
    return False


def _are_prepared(field: Field, kinds: Set[type]) -> bool:
    """Whether the field's preparation returns all values of these types unchanged."""
    kind = _PREPARED.get(type(field))
    if kind is None and type(field) in (ForeignKey, OneToOneField) and str not in kinds:
        # An empty text may mean NULL.
        kind = _KEYS.get(type(field.target_field))
    return kind is not None and kinds <= {kind, _NONE}
