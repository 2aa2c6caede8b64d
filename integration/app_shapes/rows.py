"""Rows for any model, also of a state between migrations: two of each, the second without what may be missing."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from django.db import models

_NOON = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, datetime.timezone.utc)

# The most special class first; texts are JSON, so that a column of texts can become one of JSON.
_VALUES = (
    (models.BooleanField, lambda field, number: number % 2 == 1),
    (models.UUIDField, lambda field, number: uuid.uuid5(uuid.NAMESPACE_URL, "%s %d" % (field.name, number))),
    (models.JSONField, lambda field, number: {"number": number}),
    (models.GenericIPAddressField, lambda field, number: "2001:db8::%d" % number),
    (models.EmailField, lambda field, number: "person%d@example.com" % number),
    (models.TextField, lambda field, number: "[%d]" % number),
    (models.DecimalField, lambda field, number: decimal.Decimal(number)),
    (models.FloatField, lambda field, number: number / 3),
    (models.DateTimeField, lambda field, number: _NOON + datetime.timedelta(days=number)),
    (models.DateField, lambda field, number: _NOON.date() + datetime.timedelta(days=number)),
    (models.TimeField, lambda field, number: _NOON.time()),
    (models.CharField, lambda field, number: ("t%d" % number)[: field.max_length]),
    (models.IntegerField, lambda field, number: number),
)
# Where a constraint wants more than the class.
_BY_NAME = {
    "currency": lambda number: ("EUR", "USD")[number % 2],
    "rght": lambda number: number + 1,
    "is_default_site": lambda number: False,
}


def fill(apps: Any, label: str, alias: str) -> int:
    """Two rows in each table of an app that has none; returns how many tables there are.

    :param apps: of a project's state.
    :raises LookupError: for a field of a class that has no value here.
    """
    tables = [
        model
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    for model in tables:
        for number in (1, 2):
            _row(model, number, alias)
    return len(tables)


def _row(model: Any, number: int, alias: str, above: tuple[Any, ...] = ()) -> Any:
    """The row of that number, made where it is not there yet.

    :param above: the models that this row is made for, to which a key may be missing.
    """
    rows = model._base_manager.using(alias)
    existing = rows.order_by("pk")[number - 1 : number]
    if existing:
        return existing[0]
    # A child's row makes one of its parents too, whose values have to be new.
    parents = [parent._base_manager.using(alias).count() for parent in model._meta.get_parent_list()]
    place = max([number, *(count + 1 for count in parents)])
    values = {}
    for field in model._meta.concrete_fields:
        if field.auto_created or isinstance(field, models.AutoField):
            continue
        if field.null and (number == 2 or field.related_model in above):
            values[field.attname] = None
        elif field.remote_field is None:
            values[field.attname] = _value(field, place)
        elif field.related_model is not model:
            target = _row(field.related_model, number, alias, (*above, model))
            values[field.attname] = getattr(target, field.target_field.attname)
    # One that refers to this row may have made it meanwhile.
    made = rows.order_by("pk")[number - 1 : number]
    return made[0] if made else rows.create(**values)


def _value(field: Any, number: int) -> Any:
    if field.name in _BY_NAME:
        return _BY_NAME[field.name](number)
    if field.choices:
        return field.choices[number % len(field.choices)][0]
    for kind, value in _VALUES:
        if isinstance(field, kind):
            return value(field, number)
    raise LookupError("There is no value for %r." % field)
