"""Each way that values take into a column, and each in which they are found."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any, Iterable, Sequence

from django.apps.registry import Apps
from django.db import DataError, connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Lower

from mssql_core.literals import literal

from .kinds import Kind

# So many values that a list travels in one parameter.
LONG = 100


def model(name: str, kind: Kind) -> Any:
    """A model with a column of the kind."""
    label = "".join(letter for letter in name.lower() if letter.isalnum())
    meta = type("Meta", (), {"app_label": "properties", "apps": Apps()})
    field = kind.field()
    field.null = True
    fields = {"value": field, "other": models.CharField(max_length=5, null=True)}
    return type("P" + label, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


# ---- in ------------------------------------------------------------------------------


def create(kind: Any, values: Sequence[Any]) -> list[Any]:
    return [kind.objects.create(value=value).pk for value in values]


def save(kind: Any, values: Sequence[Any]) -> list[Any]:
    made = [kind.objects.create() for _ in values]
    for row, value in zip(made, values):
        row.value = value
        row.save()
    return [row.pk for row in made]


def update(kind: Any, values: Sequence[Any]) -> list[Any]:
    made = [kind.objects.create().pk for _ in values]
    for key, value in zip(made, values):
        kind.objects.filter(pk=key).update(value=value)
    return made


def bulk_create(kind: Any, values: Sequence[Any]) -> list[Any]:
    return [row.pk for row in kind.objects.bulk_create([*(kind(value=value) for value in values), kind()])][
        : len(values)
    ]


def rows_of_expressions(kind: Any, values: Sequence[Any]) -> list[Any]:
    """One expression among the rows keeps them out of JSON."""
    rows = [kind(value=value, other=Lower(Value("X")) if number == 0 else "y") for number, value in enumerate(values)]
    return [row.pk for row in kind.objects.bulk_create([*rows, kind(other="z")])][: len(values)]


def bulk_update(kind: Any, values: Sequence[Any]) -> list[Any]:
    made = kind.objects.bulk_create([kind() for _ in range(len(values) + 1)])
    for row, value in zip(made, values):
        row.value = value
    kind.objects.bulk_update(made, ["value"])
    return [row.pk for row in made][: len(values)]


PATHS = (create, save, update, bulk_create, rows_of_expressions, bulk_update)


def _sent(kind: Any, value: Any) -> Any:
    """The value as SQL of one's own sends it: a column without an offset takes UTC's clock."""
    field = kind._meta.get_field("value")
    prepared = field.get_db_prep_save(value, connection)
    if isinstance(prepared, datetime.datetime) and field.db_type(connection) != "datetimeoffset":
        return prepared.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return prepared


def raw_parameters(kind: Any, values: Sequence[Any]) -> list[Any]:
    sql = "INSERT INTO [%s] (value) VALUES (%%s); SELECT CAST(SCOPE_IDENTITY() AS bigint)" % kind._meta.db_table
    keys = []
    with connection.cursor() as cursor:
        for value in values:
            cursor.execute(sql, [_sent(kind, value)])
            keys.append(cursor.fetchone()[0])
    return keys


def literals(kind: Any, values: Sequence[Any]) -> list[Any]:
    """As defaults of the database and scripts have them."""
    made = [kind.objects.create().pk for _ in values]
    with connection.cursor() as cursor:
        for key, value in zip(made, values):
            text = literal(_sent(kind, value))
            cursor.execute("UPDATE [%s] SET value = %s WHERE id = %d" % (kind._meta.db_table, text, key))
    return made


# SQL of one's own, where the server decides what does not fit.
OWN_PATHS = (raw_parameters, literals)


def check_stored(kind: Any, values: Sequence[Any], about: Kind) -> None:
    """Each path stores what is kept of each value."""
    for path in (*OWN_PATHS, *PATHS):
        keys = path(kind, values)
        read = dict(kind.objects.filter(pk__in=keys).values_list("pk", "value"))
        for key, value in zip(keys, values):
            assert same(read[key], about.kept(value)), (path.__name__, value, read[key])
    check_found(kind, keys, values, read, about)


def check_refused(kind: Any, value: Any) -> None:
    """Each path refuses the value, by the field's name where it is not the server that does."""
    for path in PATHS:
        try:
            with transaction.atomic():
                path(kind, [value])
        except DataError as error:
            message = str(error)
            assert "value" in message or "8152" in message or "8115" in message, (path.__name__, value, message)
        else:
            raise AssertionError((path.__name__, value))


def same(read: Any, expected: Any) -> bool:
    return bytes(read) == expected if isinstance(read, memoryview) else read == expected


# ---- out -----------------------------------------------------------------------------


def check_found(kind: Any, keys: Sequence[Any], values: Sequence[Any], read: dict[Any, Any], about: Kind) -> None:
    """Each row is found by the value that was given and by the one that was read."""
    stored = [read[key] for key in keys]
    rows = kind.objects.filter(pk__in=keys)
    for wanted in (values, stored) if about.finds_given else (stored,):
        for key, value in zip(keys, wanted):
            assert rows.filter(pk=key, value=value).exists(), ("exact", value)
            assert not rows.exclude(value=value).filter(pk=key).exists(), ("exclude", value)
        assert set(rows.filter(value__in=wanted).values_list("pk", flat=True)) == set(keys), ("in", wanted)
        long = rows.filter(value__in=[*wanted, *extra(wanted[0])])
        assert set(long.values_list("pk", flat=True)) == set(keys), ("long in", wanted)
    check_annotated(rows, list(zip(keys, stored)))
    for key, value in zip(keys, stored):
        row = rows.filter(pk=key)
        assert row.filter(value__gte=value, value__lte=value, value__range=(value, value)).exists(), ("range", value)
        assert not row.filter(value__gt=value).exists() and not row.filter(value__lt=value).exists(), ("greater", value)
    if about.ordered:
        assert list(rows.order_by("value").values_list("value", flat=True)) == sorted(stored)


def check_annotated(rows: Any, pairs: Iterable[tuple[Any, Any]]) -> None:
    """Values beside the rows, and the column by another name."""
    field = rows.model._meta.get_field("value")
    for key, value in pairs:
        row = rows.filter(pk=key).annotate(given=Value(value, output_field=field), again=F("value"))
        assert row.filter(again=value).exists(), ("annotated column", value)
        assert row.filter(value=F("given")).exists(), ("annotated value", value)
        assert same(row.get().given, value), ("read annotation", value, row.get().given)
    with connection.cursor() as cursor:
        for key, value in pairs:
            table = rows.model._meta.db_table
            cursor.execute(f"SELECT 1 FROM [{table}] WHERE id = %s AND value = %s", [key, _sent(rows.model, value)])
            assert cursor.fetchone(), ("raw parameter", value)


def extra(value: Any) -> list[Any]:
    """Values of the same type, so many that a list of them is long; which they are does not matter."""
    if isinstance(value, memoryview):
        value = bytes(value)
    return _EXTRA[next(kind for kind in _EXTRA if isinstance(value, kind))]


_DAY = datetime.date(2000, 1, 1)
_EXTRA: dict[Any, list[Any]] = {
    bool: [True, False],
    int: list(range(LONG)),
    float: [number / 7 for number in range(LONG)],
    decimal.Decimal: [decimal.Decimal(number) / 4 for number in range(LONG)],
    str: [str(number) for number in range(LONG)],
    bytes: [bytes([number]) * 3 for number in range(LONG)],
    uuid.UUID: [uuid.UUID(int=number) for number in range(LONG)],
    datetime.datetime: [
        datetime.datetime(2000, 1, 1, number % 24, number % 60, tzinfo=datetime.timezone.utc) for number in range(LONG)
    ],
    datetime.date: [_DAY + datetime.timedelta(days=number) for number in range(LONG)],
    datetime.time: [datetime.time(number % 24, number % 60) for number in range(LONG)],
    datetime.timedelta: [datetime.timedelta(seconds=number) for number in range(LONG)],
}
