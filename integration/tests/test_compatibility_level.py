"""Compatibility level 120, which has no OPENJSON: long lists and bulk inserts all the same."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.db import DataError, connection, models, transaction

pytestmark = pytest.mark.usefixtures("shop")
UTC = datetime.timezone.utc


class Sample(models.Model):
    text = models.CharField(max_length=10, null=True)
    number = models.BigIntegerField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    ratio = models.FloatField(null=True)
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    time = models.TimeField(null=True)
    key = models.UUIDField(null=True)
    data = models.BinaryField(null=True)
    flag = models.BooleanField(null=True)

    class Meta:
        app_label, apps = "levels", Apps()


@pytest.fixture(scope="module")
def old(shop):
    def level(number):
        with connection.cursor() as cursor:
            cursor.execute("ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = %d" % number)
        connection.close()
        connection._forget_server()

    newest = connection.server.compatibility_level
    level(120)
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Sample)
    level(newest)


@pytest.fixture(autouse=True)
def undone(old):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


VALUES = {
    "text": "😀ü", "number": -(2**60), "price": Decimal("-1.25"), "ratio": 1.1e-300, "day": datetime.date(1, 2, 3),
    "at": datetime.datetime(2026, 5, 6, 7, 8, 9, 123456, UTC), "time": datetime.time(1, 2, 3, 4), "key": uuid.UUID(int=5),
    "data": b"\0\xff",
}  # fmt: skip


def others(value, count):
    """So many values of the same type, and others."""
    if isinstance(value, str):
        return [str(number) for number in range(count)]
    if isinstance(value, bytes):
        return [b"x%d" % number for number in range(count)]
    if isinstance(value, uuid.UUID):
        return [uuid.UUID(int=number) for number in range(10, count + 10)]
    if isinstance(value, datetime.time):
        return [datetime.time(2, number // 60 % 60, number % 60) for number in range(count)]
    if isinstance(value, datetime.date):
        return [value + datetime.timedelta(days=number) for number in range(1, count)]
    return [type(value)(number) for number in range(count)]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("count", [100, 3000])
def test_long_lists(name, count):
    assert connection.server.compatibility_level == 120
    made = Sample.objects.create(**VALUES)
    Sample.objects.create()
    listed = [VALUES[name], *others(VALUES[name], count)]
    assert Sample.objects.filter(**{name + "__in": listed}).get() == made
    assert not Sample.objects.exclude(**{name + "__in": listed}).exclude(**{name: None}).exists()


def test_many_objects():
    Sample.objects.bulk_create(Sample(text=str(number), number=number) for number in range(2500))
    keys = list(Sample.objects.values_list("pk", flat=True))
    assert len(Sample.objects.in_bulk(keys)) == 2500
    assert Sample.objects.filter(pk__in=keys).delete()[0] == 2500


def test_bulk_inserts_cut_nothing():
    with pytest.raises(DataError, match="2628|8152"):
        Sample.objects.bulk_create([Sample(text="x" * 11), Sample(text="y")])


@pytest.mark.skipif(not hasattr(models, "CompositePrimaryKey"), reason="composite keys came with Django 5.2")
@pytest.mark.parametrize("count", [10, 700, 3000])
def test_long_lists_of_composite_keys(count):
    fields = {"code": models.CharField(max_length=10), "number": models.BigIntegerField(), "at": models.DateTimeField()}
    meta = type("Meta", (), {"app_label": "levels", "apps": Apps()})
    key = models.CompositePrimaryKey("code", "number", "at")
    keyed = type("Keyed", (models.Model,), {"__module__": __name__, "Meta": meta, "pk": key, **fields})
    at = datetime.datetime(2026, 5, 6, 7, 8, 9, 123456, UTC)
    keys = [("😀ü%d" % (number % 7), number, at) for number in range(count)]
    with connection.schema_editor() as editor:
        editor.create_model(keyed)
    try:
        keyed.objects.bulk_create(keyed(code=code, number=number, at=at) for code, number, at in keys)
        keyed.objects.create(code="other", number=1, at=at)
        assert keyed.objects.filter(pk__in=keys).count() == count
        assert keyed.objects.exclude(pk__in=keys).get().code == "other"
        assert len(keyed.objects.in_bulk(keys)) == count
        crossed = [(code, number + 1, at) for code, number, at in keys]
        assert not keyed.objects.filter(pk__in=crossed).exists()
        assert keyed.objects.filter(pk__in=keys).delete()[0] == count
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(keyed)
