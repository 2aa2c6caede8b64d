"""Dates and times in the conditions of constraints and indexes, and in generated columns, of each column type."""

import datetime

import pytest

pytestmark = pytest.mark.usefixtures("shop")

UTC = datetime.timezone.utc
LIMIT = datetime.datetime(2020, 1, 1, 0, 0, 0, 3000, UTC)


def fields():
    from django.db import models

    from mssql_core.fields import LegacyDateTimeField, SmallDateTimeField

    day, hour = LIMIT.date(), datetime.time(1, 2, 3, 400)
    return {
        "datetime": (LegacyDateTimeField(), LIMIT, LIMIT.replace(year=2021)),
        "smalldatetime": (SmallDateTimeField(), LIMIT, LIMIT.replace(year=2021)),
        "moment": (models.DateTimeField(), LIMIT, LIMIT.replace(year=2021)),
        "date": (models.DateField(), day, day.replace(year=2021)),
        "time": (models.TimeField(), hour, hour.replace(hour=2)),
    }


def conditions(limit):
    """Conditions that a filter says, and those that need a hidden column: each is true of later values only."""
    from django.db.models import Q

    return {
        "greater": Q(at__gt=limit),
        "not equal": ~Q(at=limit),
        "not in": ~Q(at__in=[limit, limit]),
        "either": Q(at__gt=limit) | Q(number=-1),
        "neither": ~(Q(at=limit) | Q(number=-1)),
    }


def model(field, **options):
    from django.apps.registry import Apps
    from django.db import models

    meta = type("Meta", (), {"app_label": "shop", "apps": Apps(["demo.shop"]), "db_table": "moment", **options})
    number = models.IntegerField()
    return type(
        "Moment", (models.Model,), {"__module__": "demo.shop.models", "Meta": meta, "number": number, "at": field}
    )


@pytest.fixture
def created():
    from django.db import connection

    made = []

    def create(kind):
        with connection.schema_editor() as editor:
            editor.create_model(kind)
        made.append(kind)

    yield create
    for kind in made:
        with connection.schema_editor() as editor:
            editor.delete_model(kind)


@pytest.mark.parametrize("condition", conditions(LIMIT))
@pytest.mark.parametrize("kind", fields())
def test_rows_of_the_condition_are_unique(created, kind, condition):
    from django.db import IntegrityError, models

    field, limit, later = fields()[kind]
    unique = models.UniqueConstraint(fields=["number"], condition=conditions(limit)[condition], name="of_moment")
    rows = model(field, constraints=[unique])
    created(rows)
    for at in (limit, limit, later):
        rows.objects.create(number=1, at=at)
    with pytest.raises(IntegrityError):
        rows.objects.create(number=1, at=later)


@pytest.mark.parametrize("kind", fields())
def test_an_index_has_the_condition_that_the_server_keeps(created, kind):
    from django.db import connection, models

    field, limit, _ = fields()[kind]
    created(model(field, indexes=[models.Index(fields=["number"], condition=models.Q(at__gt=limit), name="of_moment")]))
    with connection.cursor() as cursor:
        assert connection.introspection.get_constraints(cursor, "moment")["of_moment"]["index"]


@pytest.mark.parametrize("kind", fields())
def test_a_persisted_column_compares_with_them(created, kind):
    from django.db import models
    from django.db.models import Case, Value, When

    field, limit, later = fields()[kind]
    rows = model(field)
    is_later = Case(When(at__gt=limit, then=Value(1)), default=Value(0), output_field=models.IntegerField())
    rows.add_to_class(
        "is_later", models.GeneratedField(expression=is_later, output_field=models.IntegerField(), db_persist=True)
    )
    created(rows)
    for at in (limit, later):
        rows.objects.create(number=1, at=at)
    assert [each.is_later for each in rows.objects.order_by("at")] == [0, 1]
