"""Results that a backend for SQL Server easily gets wrong without any error, one test for each kind."""

import datetime
import decimal
import json
import uuid

import django
import pytest
from demo.shop.models import Customer, Order, Product
from django.apps.registry import Apps
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.models import Count, F, OuterRef, Value
from django.db.models.functions import (
    Cast,
    Concat,
    ExtractHour,
    Length,
    Mod,
    Ord,
    Random,
    TruncDay,
    Upper,
)

pytestmark = pytest.mark.usefixtures("shop")
UTC = datetime.timezone.utc


@pytest.fixture(autouse=True)
def undone(shop):
    """What a test writes is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def customer(**values):
    key = uuid.uuid4().hex
    values = {"name": "x", "country": "DE", "created": datetime.datetime(2026, 1, 2, tzinfo=UTC), **values}
    return Customer.objects.create(email=f"{key}@example.com", **values)


def only(made):
    return Customer.objects.filter(pk=made.pk)


def test_a_slice_of_a_union_has_so_many_rows():
    german, french = Customer.objects.filter(country="DE"), Customer.objects.filter(country="FR")
    assert len(german.union(french)[:3]) == 3
    assert len(german.union(french, all=True)[1:3]) == 2
    ranked = Customer.objects.annotate(
        place=models.Window(models.functions.RowNumber(), order_by="pk"),
    )
    if django.VERSION >= (4, 2):
        assert len(ranked.filter(place__gt=2)[:3]) == 3


def test_values_of_a_grouped_query_are_whole():
    made = customer(name="🤡" * 10)
    grouped = (
        only(made)
        .annotate(
            price=Value(decimal.Decimal("1.55")),
            data=Value(b"\0\1\2", models.BinaryField()),
            text=Value("🤡" * 10),
        )
        .values("price", "data", "text")
        .annotate(n=Count("pk"))
    )
    (row,) = grouped
    assert (row["price"], bytes(row["data"]), row["text"], row["n"]) == (
        decimal.Decimal("1.55"), b"\0\1\2", "🤡" * 10, 1,
    )  # fmt: skip


def test_two_long_lists_in_one_query_stay_apart():
    first, second = Customer.objects.order_by("pk")[:2]
    listed = Customer.objects.filter(pk__in=[first.pk, *range(10**6, 10**6 + 3000)]).filter(
        pk__in=[second.pk, *range(2 * 10**6, 2 * 10**6 + 3000)]
    )
    assert list(listed) == []


def test_summer_time_is_that_of_the_row():
    zone = pytest.importorskip("zoneinfo").ZoneInfo("Europe/Berlin")
    winter = customer(created=datetime.datetime(2025, 1, 15, 12, tzinfo=UTC))
    summer = customer(created=datetime.datetime(2025, 7, 15, 12, tzinfo=UTC))
    hour = ExtractHour("created", tzinfo=zone)
    assert [only(made).values_list(hour, flat=True)[0] for made in (winter, summer)] == [13, 14]
    late = customer(created=datetime.datetime(2025, 7, 14, 22, 30, tzinfo=UTC))
    day = only(late).values_list(TruncDay("created", tzinfo=zone), flat=True)[0]
    assert day == datetime.datetime(2025, 7, 15, tzinfo=zone)


def test_json_texts_keep_their_quotes():
    made = customer(preferences={"key": 'x"y', "document": {"a": "q"}})
    assert only(made).filter(preferences__key='x"y').exists()
    assert not only(made).filter(preferences__key="x\\y").exists()
    assert only(made).filter(preferences__document__in=[{"a": "q"}]).exists()


def test_a_json_key_is_there_whatever_its_value():
    made = customer(preferences={"null": None, "object": {}, "array": []})
    for key in ("null", "object", "array"):
        assert only(made).filter(preferences__has_key=key).exists()
    assert not only(made).filter(preferences__has_key="other").exists()


def test_a_json_null_is_not_an_absent_key():
    made = customer(preferences={"null": None})
    assert not only(made).filter(preferences__null__isnull=True).exists()
    assert only(made).filter(preferences__null=None).exists()
    assert only(made).filter(preferences__other__isnull=True).exists()
    assert not only(made).filter(preferences__other=None).exists()


def test_long_json_texts_are_compared_whole():
    long = "a" * 5000
    made = customer(preferences={"text": long})
    assert only(made).filter(preferences__text=long).exists()
    assert not only(made).filter(preferences__text=long + "b").exists()
    assert only(made).values_list("preferences__text", flat=True)[0] == long


def test_microseconds_and_long_spans_are_added():
    made = customer()
    for span in (datetime.timedelta(microseconds=1), datetime.timedelta(days=36525), datetime.timedelta(-1, 1, 1)):
        assert only(made).annotate(then=F("created") + span).get().then == made.created + span
    later = customer(created=datetime.datetime(2126, 1, 2, 0, 0, 0, 1, tzinfo=UTC))
    difference = only(later).annotate(span=F("created") - Value(made.created)).get().span
    assert difference == later.created - made.created


def test_a_remainder_has_the_sign_of_the_dividend():
    made = Product.objects.create(sku="x", name="x", price="1")
    whole = models.IntegerField()
    for dividend, divisor in ((-5, -3), (5, -3), (-5, 3)):
        mod = Mod(Cast(Value(dividend), whole), Cast(Value(divisor), whole))
        remainder = Product.objects.filter(pk=made.pk).values_list(mod, flat=True)[0]
        assert remainder == (2 if dividend > 0 else -2)


def test_random_numbers_differ_from_row_to_row():
    numbers = Customer.objects.annotate(r=Random()).values_list("r", flat=True)[:10]
    assert len(set(numbers)) == 10


def test_keys_of_many_rows_belong_to_their_objects():
    made = Product.objects.bulk_create(Product(sku=f"sku {n}", name=str(n), price=n) for n in range(2000))
    stored = dict(Product.objects.filter(sku__startswith="sku ").values_list("pk", "name"))
    assert {product.pk: product.name for product in made} == stored


@pytest.fixture
def thing():
    """A table with one row, outside of the registry."""

    class Thing(models.Model):
        class Meta:
            app_label = "faults"
            apps = Apps()

    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    Thing.objects.create()
    return Thing


@pytest.mark.parametrize("default", ["NOT NULL; WITH VALUES", "Łódź 🤡", "it's"])
def test_an_added_default_is_stored_as_it_is(thing, default):
    field = models.CharField(max_length=40, null=True, default=default)
    field.set_attributes_from_name("text")
    with connection.schema_editor() as editor:
        editor.add_field(thing, field)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM faults_thing")
        assert cursor.fetchall() == [(default,)]


@pytest.mark.skipif(django.VERSION < (5, 2), reason="JSONArray came with Django 5.2")
def test_json_arrays_keep_types_and_order():
    from django.db.models.functions import JSONArray

    made = customer(name="123")
    array = only(made).values_list(JSONArray("name", Value('{"a": 1}'), Value(7)), flat=True)[0]
    assert (json.loads(array) if isinstance(array, str) else array) == ["123", '{"a": 1}', 7]


def test_lengths_and_code_points():
    made = customer(name="Ł  ")
    assert only(made).values_list(Length("name"), Ord("name"))[0] == (3, ord("Ł"))


def test_every_table_of_a_locked_query_is_locked():
    order = Order.objects.first()
    list(Order.objects.select_for_update().select_related("customer").filter(pk=order.pk))
    other = connections["default"].copy("other")
    try:
        for table, key in (("shop_order", order.pk), ("shop_customer", order.customer_id)):
            with pytest.raises(DatabaseError, match="1222"), other.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {table} WITH (UPDLOCK, NOWAIT) WHERE id = %s", [key])
    finally:
        other.close()


@pytest.mark.skipif(django.VERSION < (6, 0), reason="StringAgg came into the core with Django 6.0")
def test_an_aggregated_text_keeps_its_order():
    from django.db.models import StringAgg

    names = Customer.objects.filter(country=OuterRef("country")).order_by().values("country")
    joined = names.annotate(all=StringAgg("name", Value("|"), order_by=F("name").desc())).values("all")
    german = Customer.objects.filter(country="DE")
    joined_names = german.annotate(all=joined[:1]).first().all.split("|")
    assert joined_names == list(german.order_by("-name").values_list("name", flat=True)) and len(joined_names) > 1


def test_upper_case_of_a_case_sensitive_pattern_is_no_match():
    """The database's collation decides about case, one policy for = and LIKE."""
    made = customer(name="Ada")
    same = only(made).filter(name="ADA").exists()
    assert only(made).filter(name__contains="DA").exists() is same
    assert only(made).filter(name__iexact="ADA").exists()
    assert only(made).annotate(upper=Upper("name")).get().upper == "ADA"


def test_iexact_compares_text_whatever_the_value():
    for name in ("3", "03", "1.00", "True"):
        customer(name=name)
    names = Customer.objects.values_list("name", flat=True)
    assert list(names.filter(name__iexact=3)) == ["3"]
    assert list(names.filter(name__iexact=True)) == ["True"]
    assert list(names.annotate(three=Value(3)).filter(name__iexact=F("three"))) == ["3"]


def test_now_is_found_again():
    """Of the server's 100 ns, Python reads microseconds."""
    made = customer()
    only(made).update(created=models.functions.Now())
    assert only(made).filter(created=only(made).get().created).exists()
    with connection.cursor() as cursor:
        sql = "SELECT DATEPART(nanosecond, %s)" % connection.ops.now_sql()
        cursor.execute("; ".join([sql] * 5))
        assert cursor.fetchone()[0] % 1000 == 0


def test_a_procedure_takes_its_arguments_by_name():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE PROCEDURE label_of @name nvarchar(20), @size int = 7, @unit nvarchar(5) = N'cm' AS "
            "SELECT @name + N':' + CAST(@size AS nvarchar(10)) + COALESCE(@unit, N'')"
        )
        cursor.callproc("label_of", None, {"size": 3, "@name": "desk"})
        assert cursor.fetchall() == [("desk:3cm",)]
        cursor.callproc("dbo.label_of", ["desk"], {"unit": None})
        assert cursor.fetchall() == [("desk:7",)]


@pytest.mark.parametrize("is_persisted", [True, False])
@pytest.mark.parametrize(("path", "text"), [("create", "abcde"), ("update", "abc😀")])
def test_a_generated_text_is_whole_or_refused(path, text, is_persisted):
    class Label(models.Model):
        text = models.CharField(max_length=20)
        made = models.GeneratedField(
            expression=Concat("text", Value("!")), output_field=models.CharField(max_length=5), db_persist=is_persisted
        )

        class Meta:
            app_label, apps = "silent", Apps()

    with connection.schema_editor() as editor:
        editor.create_model(Label)
    Label.objects.bulk_create([Label(text=""), Label(text="abcd")])
    assert list(Label.objects.order_by("pk").values_list("made", flat=True)) == ["!", "abcd!"]
    with pytest.raises(DatabaseError, match="longer than 5: %s!" % text), transaction.atomic():
        if path == "create":
            Label.objects.create(text=text)
        else:
            Label.objects.filter(text="abcd").update(text=text)
            # The server computes a column that is not persisted where it is read.
            list(Label.objects.values("made"))
