"""No value is cut, shifted or rounded without an error: each kind over every path that a value takes."""

import datetime
from decimal import Decimal

import django
import pytest
from django.apps.registry import Apps
from django.db import DataError, connection, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Concat, Length, Lower, Replace
from django.utils.safestring import mark_safe

from mssql_core.fields import LegacyDateTimeField, SmallDateTimeField, VarcharField

zoneinfo = pytest.importorskip("zoneinfo")
pytestmark = pytest.mark.usefixtures("shop")

UTC = datetime.timezone.utc
CASE_SENSITIVE = "Latin1_General_100_CS_AS"


def model(class_name, **fields):
    """A model outside of the registry."""
    meta = type("Meta", (), {"app_label": "values", "apps": Apps()})
    return type(class_name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


Thing = model(
    "Thing",
    name=models.CharField(max_length=10, null=True),
    long=models.CharField(max_length=4000, null=True),
    data=models.BinaryField(max_length=5, null=True),
    note=models.TextField(null=True),
    other=models.CharField(max_length=5, null=True),
    price=models.DecimalField(max_digits=38, decimal_places=5, null=True),
    amount=models.DecimalField(max_digits=12, decimal_places=5, null=True),
    at=models.DateTimeField(null=True),
    legacy=LegacyDateTimeField(null=True),
    minute=SmallDateTimeField(null=True),
    code=VarcharField(max_length=10, null=True),
)
Word = model("Word", text=models.CharField(max_length=10, unique=True, db_collation=CASE_SENSITIVE))
# The model does not say that the column is case-sensitive.
Unsaid = model("Unsaid", text=models.CharField(max_length=10, unique=True))


@pytest.fixture(scope="module", autouse=True)
def tables(shop):
    with connection.schema_editor() as editor:
        for kind in (Thing, Word, Unsaid):
            editor.create_model(kind)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE values_unsaid DROP CONSTRAINT " + unique_name(cursor))
        cursor.execute(f"ALTER TABLE values_unsaid ALTER COLUMN text nvarchar(10) COLLATE {CASE_SENSITIVE} NOT NULL")
        cursor.execute("ALTER TABLE values_unsaid ADD CONSTRAINT unsaid_text UNIQUE (text)")
    yield
    with connection.schema_editor() as editor:
        for kind in (Thing, Word, Unsaid):
            editor.delete_model(kind)


def unique_name(cursor):
    cursor.execute(
        "SELECT name FROM sys.key_constraints WHERE type = 'UQ' AND parent_object_id = OBJECT_ID('values_unsaid')"
    )
    return connection.ops.quote_name(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def undone(tables):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def create(**values):
    return Thing.objects.create(**values)


def bulk_create(**values):
    return Thing.objects.bulk_create([Thing(**values), Thing(), Thing(**values)])[0]


def rows_of_their_own(**values):
    """Where one value is an expression, rows do not travel as JSON."""
    others = {"other": Lower(Value("X"))}
    return Thing.objects.bulk_create([Thing(**values, **others), Thing(**others)])[0]


def update(**values):
    made = Thing.objects.create()
    Thing.objects.filter(pk=made.pk).update(**values)
    return made


def save(**values):
    made = Thing.objects.create()
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    return made


def bulk_update(**values):
    made = [Thing.objects.create(), Thing.objects.create()]
    for name, value in values.items():
        setattr(made[0], name, value)
    Thing.objects.bulk_update(made, list(values))
    return made[0]


PATHS = (create, bulk_create, rows_of_their_own, update, save, bulk_update)
paths = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)


def stored(path, **values):
    return Thing.objects.values_list(*values).get(pk=path(**values).pk)


# ---- text ----------------------------------------------------------------------------


@paths
@pytest.mark.parametrize("values", [{"name": "x" * 11}, {"name": "😀" * 6}, {"data": b"x" * 6}], ids=str)
def test_what_is_longer_than_its_column_is_refused(path, values):
    """2628, or 8152; max_length counts UTF-16 units, of which an emoji is two."""
    with pytest.raises(DataError, match="2628"), transaction.atomic():
        path(**values)


@paths
def test_what_fits_is_stored_whole(path):
    assert stored(path, name="😀" * 5, long="é" * 4000, note="x" * 9000) == ("😀" * 5, "é" * 4000, "x" * 9000)


def test_joined_texts_are_not_cut_at_4000_characters():
    made = create(long="x" * 3000, note="y" * 3000)
    lengths = Thing.objects.annotate(
        joined=Length(Concat("long", "long")),
        three=Length(Concat("long", Value("-"), "long")),
        replaced=Length(Replace("long", Value("x"), Value("zz"))),
    )
    assert lengths.values_list("joined", "three", "replaced").get(pk=made.pk) == (6000, 6001, 6000)
    Thing.objects.filter(pk=made.pk).update(note=F("long") + F("long"))
    assert Thing.objects.get(pk=made.pk).note == "x" * 6000
    with pytest.raises(DataError, match="2628"), transaction.atomic():
        Thing.objects.filter(pk=made.pk).update(long=F("long") + F("long"))


@paths
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"], ids=ascii)
def test_half_a_surrogate_pair_is_refused_by_the_fields_name(path, text):
    for name in ("name", "note"):
        with pytest.raises(DataError, match="Thing.%s: .*lone surrogate" % name), transaction.atomic():
            path(**{name: text})


@pytest.mark.parametrize("condition", [
    {"name": "\ud800"}, {"name__gt": "\ud800"}, {"name__in": ["a", "\ud800"]}, {"name__contains": "\ud800"},
    {"name__range": ("a", "\ud800")}, {"name__in": [*map(str, range(3000)), "\ud800"]},
    {"name__iexact": "\ud800"}, {"name": Value("\ud800")},
])  # fmt: skip
def test_it_is_not_searched_for_either(condition):
    with pytest.raises(DataError, match="Thing.name: .*lone surrogate"):
        Thing.objects.filter(**condition).exists()
    with pytest.raises(DataError, match="Thing.name: .*lone surrogate"):
        Thing.objects.exclude(**condition).exists()


def test_nor_sent_by_other_ways():
    with pytest.raises(DataError, match="lone surrogate"):
        list(Thing.objects.annotate(x=Value("\ud800")))
    with pytest.raises(DataError, match="lone surrogate"), connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["\ud800"])


# ---- decimals ------------------------------------------------------------------------


@paths
def test_a_decimal_is_rounded_to_the_places_of_its_field(path):
    assert stored(path, amount=Decimal(0.1)) == (Decimal("0.1"),)
    assert stored(path, amount=Decimal("1.000005")) == (Decimal("1.00001"),)
    assert stored(path, amount=Decimal("-1.000005")) == (Decimal("-1.00001"),)


@paths
def test_decimals_of_many_digits_beside_those_of_many_places(path):
    values = [Decimal("9" * 33), Decimal("0.00001"), Decimal(1) / 3, Decimal("12345678901")]
    made = [path(price=value).pk for value in values]
    places = Decimal("0.00001")
    prices = [Thing.objects.get(pk=pk).price for pk in made]
    assert prices == [*values[:2], values[2].quantize(places), values[3]]


def test_many_decimals_at_once():
    values = [Decimal("9" * 33), Decimal(1) / 3, Decimal("0.1"), *map(Decimal, range(100))]
    made = [thing.pk for thing in Thing.objects.bulk_create(Thing(price=value) for value in values)]
    things = Thing.objects.in_bulk(made)
    assert things[made[0]].price == values[0] and things[made[1]].price == Decimal("0.33333")
    for key, value in zip(made, reversed(values)):
        things[key].price = value
    Thing.objects.bulk_update(things.values(), ["price"])
    assert Thing.objects.get(pk=made[-1]).price == values[0]


@pytest.mark.parametrize("size", [3, 100])
def test_a_list_of_any_decimals(size):
    create(price=Decimal("9" * 33))
    create(price=Decimal("0.1"))
    listed = [Decimal(1) / 3, Decimal("9" * 33), Decimal("0.1"), *map(Decimal, range(1, size))]
    assert Thing.objects.filter(price__in=listed).count() == 2
    assert Thing.objects.exclude(price__in=listed).filter(price__isnull=False).count() == 0


def test_conditions_do_not_round_to_the_fields_places():
    create(amount=Decimal("0.1"))
    assert not Thing.objects.filter(amount=Decimal("0.1000001")).exists()
    assert not Thing.objects.filter(amount__in=[Decimal("0.1000001"), *map(Decimal, range(100))]).exists()
    assert Thing.objects.filter(amount__lt=Decimal("0.1000001"), amount__gt=Decimal("0.0999999")).exists()
    assert Thing.objects.filter(amount__lt=Decimal(0.1)).exists()
    assert not Thing.objects.filter(amount__in=[Decimal(0.1), *map(Decimal, range(100))]).exists()


# ---- moments -------------------------------------------------------------------------


@paths
@pytest.mark.parametrize("zone, year", [("Europe/Amsterdam", 1930), ("Africa/Monrovia", 1960), ("Europe/Paris", 1880)])
def test_a_moment_of_an_offset_with_seconds_is_not_shifted(path, zone, year):
    at = datetime.datetime(year, 1, 1, 12, 0, 0, 1, zoneinfo.ZoneInfo(zone))
    made = path(at=at)
    assert Thing.objects.get(pk=made.pk).at == at
    others = [at + datetime.timedelta(days=number) for number in range(1, 100)]
    for listed in ([at], [at, *others]):
        assert Thing.objects.filter(at__in=listed, pk=made.pk).exists()


@paths
@pytest.mark.parametrize("milliseconds", [0, 123, 125, 127, 133, 137, 997])
def test_a_legacy_datetime_finds_its_row(path, milliseconds):
    at = datetime.datetime(2026, 5, 6, 7, 8, 9, milliseconds * 1000, UTC)
    made = path(legacy=at, minute=at)
    read = Thing.objects.get(pk=made.pk)
    things = Thing.objects.filter(pk=made.pk)
    others = [at + datetime.timedelta(days=number) for number in range(1, 100)]
    for name in ("legacy", "minute"):
        for value in (at, getattr(read, name)):
            for listed in ([value], [value, *others]):
                assert things.filter(**{name + "__in": listed}).exists(), (name, value)
            assert things.filter(**{name: value}).exists(), (name, value)
        value = getattr(read, name)
        assert things.filter(**{name + "__range": (value, value)}).exists()
        assert (
            not things.filter(**{name + "__gt": value}).exists()
            and not things.filter(**{name + "__lt": value}).exists()
        )
        assert Thing.objects.get_or_create(**{name: at}, pk=made.pk)[1] is False


def test_the_last_microsecond_of_a_day_is_not_the_next_day():
    midnight = datetime.datetime(2026, 5, 7, tzinfo=UTC)
    create(legacy=midnight, minute=midnight)
    last = midnight - datetime.timedelta(microseconds=1)
    for name in ("legacy", "minute"):
        assert not Thing.objects.filter(**{name + "__lte": last}).exists()
        assert Thing.objects.filter(**{name + "__gt": last}).exists()


@paths
def test_a_legacy_datetime_is_stored_in_the_time_zone_of_the_connection(path):
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    at = datetime.datetime(2026, 5, 6, 7, 8, tzinfo=berlin)
    assert stored(path, legacy=at, minute=at) == (at, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT TOP 1 legacy FROM values_thing WHERE legacy IS NOT NULL")
        assert cursor.fetchone()[0] == datetime.datetime(2026, 5, 6, 5, 8)


class Moment(datetime.datetime):
    """As pandas, pendulum and freezegun have a class of their own."""


@paths
def test_a_moment_of_another_class_is_not_shifted(path):
    at = datetime.datetime(2026, 5, 6, 7, 8, tzinfo=zoneinfo.ZoneInfo("Asia/Kathmandu"))
    same = Moment.fromisoformat(at.isoformat())
    assert stored(path, at=same, legacy=same, minute=same) == (at, at, at)


@paths
@pytest.mark.parametrize("kind", [datetime.datetime, Moment])
def test_a_moment_beyond_the_last_year_is_refused_by_the_fields_name(path, kind):
    last = kind(9999, 12, 31, 23, 59, tzinfo=datetime.timezone(-datetime.timedelta(hours=1)))
    for name in ("legacy", "minute"):
        with pytest.raises(DataError, match="Thing.%s: .* out of the years 1 to 9999" % name), transaction.atomic():
            path(**{name: last})


# ---- collations ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Word, Unsaid], ids=["named", "unsaid"])
@pytest.mark.parametrize("size", [3, 100, 3000])
def test_a_list_of_texts_is_compared_by_the_collation_of_the_column(kind, size):
    kind.objects.bulk_create([kind(text="a"), kind(text="A"), kind(text="b")])
    listed = ["a", *map(str, range(size))]
    assert [word.text for word in kind.objects.filter(text__in=listed)] == ["a"]
    assert sorted(word.text for word in kind.objects.exclude(text__in=listed)) == ["A", "b"]


@pytest.mark.parametrize("kind", [Word, Unsaid], ids=["named", "unsaid"])
def test_ignored_conflicts_are_those_of_the_column(kind):
    kind.objects.create(text="b")
    kind.objects.bulk_create([kind(text=text) for text in ("a", "A", "a", "b", "B")], ignore_conflicts=True)
    assert sorted(kind.objects.values_list("text", flat=True)) == ["A", "B", "a", "b"]
    kind.objects.bulk_create([kind(text=Lower(Value("C"))), kind(text="C")], ignore_conflicts=True)
    assert kind.objects.filter(text__in=["c", "C"]).count() == 2


@pytest.mark.skipif(django.VERSION < (4, 1), reason="update_conflicts came with Django 4.1")
@pytest.mark.parametrize("kind", [Word, Unsaid], ids=["named", "unsaid"])
def test_updated_conflicts_too(kind):
    kind.objects.create(text="b")
    words = [kind(text="b"), kind(text="B")]
    kind.objects.bulk_create(words, update_conflicts=True, unique_fields=["text"], update_fields=["text"])
    assert sorted(kind.objects.values_list("text", flat=True)) == ["B", "b"]


# ---- long lists ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [50, 500, 2500])
def test_lists_in_every_place(size):
    first = create(name="a")
    create(name="b")
    keys = [first.pk, *range(10**6, 10**6 + size)]
    things = Thing.objects.all()
    assert [thing.name for thing in things.filter(pk__in=keys)] == ["a"]
    assert [thing.name for thing in things.exclude(pk__in=keys)] == ["b"]
    assert {thing.name for thing in things.filter(Q(pk__in=keys) | Q(name="b"))} == {"a", "b"}
    assert [thing.name for thing in things.exclude(Q(pk__in=keys) & Q(name__in=["a", *map(str, keys)]))] == ["b"]
    assert not things.exclude(amount__in=[Decimal(key) for key in keys]).count() < 2


# ---- varchar -------------------------------------------------------------------------


@paths
def test_varchar_holds_the_characters_of_its_code_page(path):
    assert stored(path, code="Müller") == ("Müller",)
    with pytest.raises(DataError, match="Thing.code: .*code page"), transaction.atomic():
        path(code="Łódź")
    with pytest.raises(DataError, match="2628"), transaction.atomic():
        path(code="x" * 11)


class City(models.TextChoices):
    MALMO = "Malmö"
    LODZ = "Łódź"


@paths
def test_nor_others_of_texts_of_another_class(path):
    assert stored(path, code=City.MALMO) == ("Malmö",)
    for text in (City.LODZ, mark_safe("Łódź")):
        with pytest.raises(DataError, match="Thing.code: .*code page"), transaction.atomic():
            path(code=text)
    with pytest.raises(DataError, match="Thing.name: .*lone surrogate"), transaction.atomic():
        path(name=mark_safe("\ud800"))


@paths
@pytest.mark.parametrize("expression", [
    Value("Łódź"), Coalesce(Value("Łódź"), Value("")), Concat(Value("a"), Value("b"), Value("Ł")),
    Case(When(Q(pk__gt=0), then=Lower(Value("a"))), default=Coalesce(Value("Łódź"), Value(""))),
], ids=["value", "coalesce", "concat", "case"])  # fmt: skip
def test_nor_those_of_expressions(path, expression):
    if isinstance(expression, Case) and path in (create, bulk_create, rows_of_their_own):
        expression = expression.default
    with pytest.raises(DataError, match="Thing.code: .*code page"), transaction.atomic():
        path(code=expression)
    assert stored(path, code=Coalesce(Value(None, models.CharField()), Value("Malmö"))) == ("Malmö",)


@pytest.mark.parametrize("text", ["Mueller", "Müller"])
def test_a_varchar_is_found(text):
    made = create(code=text)
    for listed in ([text], [text, *map(str, range(100))]):
        assert Thing.objects.filter(code__in=listed, pk=made.pk).exists()
    for lookup, value in (("exact", text), ("iexact", text.upper()), ("contains", text[1:]), ("gte", text)):
        assert Thing.objects.filter(**{f"code__{lookup}": value}, pk=made.pk).exists(), lookup
    assert not Thing.objects.filter(code="Łódź").exists()
    assert not Thing.objects.filter(code__in=["Łódź", *map(str, range(100))]).exists()
