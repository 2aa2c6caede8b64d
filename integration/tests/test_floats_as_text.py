"""A float's text has the digits that Python prints, wherever it becomes one."""

import math
import random
import struct

import pytest
from demo.shop.models import Product
from django.db import connection, models
from django.db.models import Avg, Case, CharField, Count, F, FloatField, Max, Value, When
from django.db.models.functions import Cast, Concat, Length, Replace, Upper
from django.test.utils import isolate_apps

pytestmark = pytest.mark.usefixtures("shop")
NUMBER = 1234567.891


def texts(values):
    """The server's text of each value, asked for in groups."""
    written = []
    for start in range(0, len(values), 25):
        group = values[start : start + 25]
        names = {f"x{place}": Cast(Value(value, FloatField()), CharField()) for place, value in enumerate(group)}
        written += Product.objects.annotate(**names).values_list(*names)[0]
    return written


@pytest.mark.parametrize(
    "value",
    [
        0.0, 1.0, -1.0, 0.1, 0.1 + 0.2, 1 / 3, NUMBER, -NUMBER, 9.95, 1e15, 1e16, 1.5e16, 123456789012345680.0,
        0.0001, 0.00001, -2.5e-7, 1e22, 1e100, 1.7976931348623157e308, 2.2250738585072014e-308, 9007199254740993.0,
    ],
)  # fmt: skip
def test_chosen_numbers(value):
    assert texts([value]) == [repr(value)]


def test_any_number_comes_back_in_as_few_digits():
    """Between two texts that are as short and as near, Python takes the even one."""
    chance = random.Random(7)
    values = [struct.unpack("<d", struct.pack("<Q", chance.getrandbits(64)))[0] for _ in range(150)]
    values += [round(chance.uniform(-1e6, 1e6), chance.randrange(9)) for _ in range(150)]
    values = [value for value in values if math.isfinite(value) and (not value or 1e-300 < abs(value) < 1e300)]
    for value, text in zip(values, texts(values)):
        assert float(text) == value and len(text) == len(repr(value)), (value, text)


@pytest.fixture
def measured():
    """A queryset of one product, with a float."""
    key = Product.objects.values_list("pk", flat=True)[0]
    number = Case(When(pk=key, then=Value(NUMBER)), output_field=FloatField())
    return Product.objects.filter(pk=key).annotate(number=number)


def test_functions_of_text(measured):
    def value(expression):
        return measured.annotate(x=expression).values_list("x", flat=True)[0]

    assert value(Concat(Value("<"), "number", Value(">"), output_field=CharField())) == "<1234567.891>"
    assert value(Length("number")) == len("1234567.891")
    assert value(Upper(Cast("number", CharField()))) == "1234567.891"
    assert value(Replace("number", Value("."), Value(","), output_field=CharField())) == "1234567,891"
    assert value(Cast("number", CharField(max_length=4))) == "1234"


@pytest.mark.parametrize(
    "lookup",
    [
        {"contains": "567.891"}, {"icontains": "567.891"}, {"startswith": "12345"}, {"endswith": "7.891"},
        {"iexact": "1234567.891"}, {"iexact": NUMBER}, {"regex": "^1234567.891$"},
    ],
)  # fmt: skip
def test_lookups_of_text(measured, lookup):
    ((name, value),) = lookup.items()
    assert measured.filter(**{f"number__{name}": value}).count() == 1
    assert measured.exclude(**{f"number__{name}": value}).count() == 0


def test_a_float_on_the_right(measured):
    text = measured.annotate(text=Cast(Value("<1234567.891>"), CharField()))
    assert text.filter(text__contains=F("number")).count() == 1
    assert text.filter(text__iexact=F("number")).count() == 0


def test_groups_and_aggregates(measured):
    text = Cast("number", CharField())
    assert list(measured.values(x=text).annotate(n=Count("pk")).values_list("x", "n")) == [("1234567.891", 1)]
    assert measured.aggregate(x=Max(text))["x"] == "1234567.891"
    average = measured.values("sku").annotate(x=Cast(Avg("number"), CharField())).values_list("x", flat=True)[0]
    assert float(average) == NUMBER


def test_an_update(measured):
    Product.objects.filter(pk__in=measured.values("pk")).update(name=Cast(Value(NUMBER), CharField(max_length=100)))
    assert measured.get().name == "1234567.891"


@isolate_apps("demo.shop")
def test_definitions_take_no_subquery():
    """Error 1046."""

    class Measure(models.Model):
        number = models.FloatField()

        class Meta:
            app_label = "shop"
            constraints = [models.CheckConstraint(condition=models.Q(number__contains="1"), name="has_a_one")]

    with connection.schema_editor() as editor:
        editor.create_model(Measure)
    try:
        assert Measure.objects.create(number=NUMBER).pk
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Measure)
