"""The paths of values into a column."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Callable, Sequence

from django.apps.registry import Apps
from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Lower

from mssql_core.fields import LegacyDateTimeField
from mssql_core.literals import literal

from .kinds import Kind

# Statements of one message, and columns of one table: few enough for 2,100 parameters and 1,024 columns.
_TOGETHER = 50


def model(name: str, kind: Kind) -> Any:
    """A model with a column of the kind."""
    field = kind.field()
    field.null = True
    return _model("P" + _letters(name), {"value": field, "other": models.CharField(max_length=5, null=True)})


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _model(name: str, fields: dict[str, models.Field]) -> Any:
    meta = type("Meta", (), {"app_label": "properties", "apps": Apps()})
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


def sent(kind: Any, value: Any) -> Any:
    """The value as raw SQL sends it: in UTC for a column without an offset."""
    field = kind._meta.get_field("value")
    prepared = field.get_db_prep_save(value, connection)
    if isinstance(prepared, datetime.datetime) and field.db_type(connection) != "datetimeoffset":
        return prepared.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return prepared


def mark(kind: Any) -> str:
    """A placeholder of SQL of one's own; a `datetime` column is compared as one only where the text says so."""
    return "CAST(%s AS datetime)" if isinstance(kind._meta.get_field("value"), LegacyDateTimeField) else "%s"


# ---- an object at a time -------------------------------------------------------------


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


# ---- many at a time ------------------------------------------------------------------


def bulk_create(kind: Any, values: Sequence[Any]) -> list[Any]:
    return [row.pk for row in kind.objects.bulk_create([*(kind(value=value) for value in values), kind()])][:-1]


def rows_of_expressions(kind: Any, values: Sequence[Any]) -> list[Any]:
    """One expression among the rows keeps them out of JSON."""
    rows = [kind(value=value, other=Lower(Value("X")) if number == 0 else "y") for number, value in enumerate(values)]
    return [row.pk for row in kind.objects.bulk_create([*rows, kind(other="z")])][:-1]


def bulk_update(kind: Any, values: Sequence[Any]) -> list[Any]:
    made = kind.objects.bulk_create([kind() for _ in range(len(values) + 1)])
    for row, value in zip(made, values):
        row.value = value
    kind.objects.bulk_update(made, ["value"])
    return [row.pk for row in made][:-1]


def parts(values: Sequence[Any], size: int = _TOGETHER) -> list[Sequence[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def raw_parameters(kind: Any, values: Sequence[Any]) -> list[Any]:
    made = [row.pk for row in kind.objects.bulk_create([kind() for _ in values])]
    sql = "UPDATE [%s] SET value = %%s WHERE id = %%s" % kind._meta.db_table
    with connection.cursor() as cursor:
        for some in parts(list(zip(made, values))):
            parameters = [part for key, value in some for part in (sent(kind, value), key)]
            cursor.execute("; ".join([sql] * len(some)), parameters)
    return made


def literals(kind: Any, values: Sequence[Any]) -> list[Any]:
    """As scripts have them."""
    made = [row.pk for row in kind.objects.bulk_create([kind() for _ in values])]
    sql = "UPDATE [%s] SET value = %s WHERE id = %d"
    with connection.cursor() as cursor:
        for some in parts(list(zip(made, values))):
            cursor.execute(
                "; ".join(sql % (kind._meta.db_table, literal(sent(kind, value)), key) for key, value in some)
            )
    return made


def db_default(kind: Any, values: Sequence[Any]) -> list[Any]:
    """The defaults of many columns, taken over by a row that gives none."""
    made = []
    for some in parts(values):
        fields = {}
        for number, value in enumerate(some):
            field = kind._meta.get_field("value").clone()
            field.db_default, field._db_default_expression = Value(value), Value(value, output_field=field)
            fields["v%d" % number] = field
        defaults = _model(kind.__name__ + "Defaults", fields)
        with connection.schema_editor() as editor:
            editor.create_model(defaults)
        row = defaults.objects.get(pk=defaults.objects.create().pk)
        made += bulk_create(kind, [getattr(row, name) for name in fields])
        with connection.schema_editor() as editor:
            editor.delete_model(defaults)
    return made


@dataclass(frozen=True)
class Path:
    """A way in.

    :ivar store: stores the values and returns their rows' keys.
    :ivar one_in: of how many values it takes one: those that cost a statement or a column for each take a share.
    :ivar refuses: whether a value that does not fit is refused by the field's name; else the server decides.
    """

    store: Callable[[Any, Sequence[Any]], list[Any]]
    one_in: int = 1
    refuses: bool = True


PATHS = (
    Path(raw_parameters, one_in=10, refuses=False),
    Path(literals, one_in=20, refuses=False),
    Path(db_default, one_in=50, refuses=False),
    Path(create, one_in=25),
    Path(save, one_in=25),
    Path(update, one_in=25),
    Path(rows_of_expressions),
    Path(bulk_update),
    Path(bulk_create),
)
