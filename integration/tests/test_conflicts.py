"""bulk_create() with ignore_conflicts and update_conflicts: conflicts are those of the table, and nothing else is left out."""

import datetime
import uuid

import pytest
from django.apps.registry import Apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Func, Q, UniqueConstraint, Value
from django.db.models.functions import Concat, Lower, Upper

pytestmark = pytest.mark.usefixtures("shop")


class Member(models.Model):
    email = models.CharField(max_length=50, null=True)
    left = models.DateField(null=True)
    number = models.IntegerField(unique=True, null=True)
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [
            UniqueConstraint(fields=["email"], condition=Q(left=None) & ~Q(note="%s"), name="conflicts_email"),
        ]


class Seat(models.Model):
    hall = models.CharField(max_length=20, null=True)
    place = models.IntegerField(null=True)
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [UniqueConstraint(fields=["hall", "place"], nulls_distinct=False, name="conflicts_seat")]


class Account(models.Model):
    name = models.CharField(max_length=20, null=True, db_collation="Latin1_General_100_CS_AS")
    day = models.DateField(null=True)
    state = models.CharField(max_length=5, default="open", db_collation="Latin1_General_100_CS_AS")
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [
            UniqueConstraint(Lower("name"), F("day").desc(), name="conflicts_name"),
            UniqueConstraint(Concat(Lower("name"), Value("%")), condition=Q(state="new"), name="conflicts_new"),
        ]


class Coupon(models.Model):
    code = models.CharField(max_length=20, null=True)
    note = models.CharField(max_length=10, default="")
    active = models.BooleanField(db_default=True)

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [UniqueConstraint(fields=["code"], condition=Q(active=True), name="conflicts_coupon")]


class Address(models.Model):
    """Each of its keys has a column that the database fills."""

    text = models.CharField(max_length=20, default="", db_collation="Latin1_General_100_CS_AS")
    key = models.GeneratedField(
        expression=Lower("text"), output_field=models.CharField(max_length=20), db_persist=True, unique=True
    )
    code = models.IntegerField(null=True)
    tens = models.GeneratedField(expression=F("code") / 10, output_field=models.IntegerField(), db_persist=True)
    kind = models.CharField(max_length=5, db_default="home")
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [UniqueConstraint(fields=["tens", "kind"], name="conflicts_tens")]


class Token(models.Model):
    key = models.UUIDField(unique=True, db_default=Func(function="NEWSEQUENTIALID", template="%(function)s()"))
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()


class Shelf(models.Model):
    """Keys of expressions with parameters, in which NULL equals NULL."""

    room = models.CharField(max_length=20, null=True, db_collation="Latin1_General_100_CS_AS")
    number = models.IntegerField(null=True)
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [
            UniqueConstraint(
                Concat(Lower("room"), Value("?")), F("number") + 7, nulls_distinct=False, name="conflicts_shelf_room"
            ),
            UniqueConstraint(
                F("number") * 3 + Value(1), condition=Q(room__gt="k"), nulls_distinct=False, name="conflicts_shelf_last"
            ),
        ]


class Pair(models.Model):
    room = models.CharField(max_length=20, null=True)
    number = models.IntegerField(null=True)
    half = models.GeneratedField(expression=F("number") / 2, output_field=models.IntegerField(), db_persist=True)
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label, apps = "conflicts", Apps()
        constraints = [
            UniqueConstraint(fields=["room", "half"], nulls_distinct=False, name="conflicts_pair"),
            UniqueConstraint(F("half").desc(), Upper("room"), name="conflicts_pair_upper"),
            UniqueConstraint(fields=["room"], condition=Q(half__gte=50), name="conflicts_pair_large"),
        ]


_MODELS = (Member, Seat, Coupon, Account, Address, Token, Shelf, Pair)


@pytest.fixture(scope="module", autouse=True)
def tables(shop):
    with connection.schema_editor() as editor:
        for kind in _MODELS:
            editor.create_model(kind)
    yield
    with connection.schema_editor() as editor:
        for kind in _MODELS:
            editor.delete_model(kind)


@pytest.fixture(autouse=True)
def undone(tables):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def notes(model):
    return sorted(model.objects.values_list("note", flat=True))


def ignore(*objects):
    type(objects[0]).objects.bulk_create(objects, ignore_conflicts=True)


def test_a_constraint_with_a_condition_is_ignored_where_it_holds():
    gone = datetime.date(2026, 1, 1)
    Member.objects.create(email="a", note="old")
    Member.objects.create(email="b", left=gone, note="old")
    ignore(
        Member(email="a", note="no"), Member(email="a", left=gone, note="1"), Member(email="b", note="2"),
        Member(email="b", note="no"), Member(email="c", note="%s"), Member(email="c", note="3"),
        Member(email="c", note="%s"), Member(note="4"), Member(note="5"),
    )  # fmt: skip
    assert notes(Member) == ["%s", "%s", "1", "2", "3", "4", "5", "old", "old"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(email="c")


@pytest.mark.parametrize("value", [Value("a"), "a"], ids=["an expression", "a value"])
def test_the_condition_of_rows_with_expressions(value):
    Member.objects.create(email="a")
    ignore(Member(email=value, note="no"), Member(email=value, left=datetime.date(2026, 1, 1), note="yes"))
    assert notes(Member) == ["", "yes"]


def test_a_condition_on_a_default_of_the_database():
    Coupon.objects.create(code="a", note="old")
    ignore(Coupon(code="a", note="no"), Coupon(code="b", note="1"), Coupon(code="b", note="no"))
    ignore(Coupon(code="a", active=False, note="2"), Coupon(code="b", note="no"), Coupon(code="c", note="3"))
    assert notes(Coupon) == ["1", "2", "3", "old"]
    assert Coupon.objects.filter(active=True).count() == 3


def test_a_constraint_of_expressions():
    """Each compared by the collation of its column."""
    day = datetime.date(2026, 1, 1)
    Account.objects.create(name="Ada", day=day, note="old")
    ignore(
        Account(name="ADA", day=day, note="no"), Account(name="ADA", note="1"), Account(name="ada", note="2"),
        Account(name="Äda", day=day, note="3"), Account(name="äda", day=day, note="no"), Account(day=day, note="4"),
        Account(day=day, note="5"), Account(name="x", state="new", note="6"), Account(name="X", state="NEW", note="7"),
        Account(name="X", state="new", note="no"),
    )  # fmt: skip
    assert notes(Account) == ["1", "2", "3", "4", "5", "6", "7", "old"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(name="aDA", day=day)


def test_a_row_counts_only_where_it_is_inserted():
    """Of several keys: what is left out for one key takes no value of another."""
    first = Member.objects.create(email="a", number=1, note="old")
    ignore(
        Member(pk=first.pk, email="b", number=2, note="no"), Member(email="b", number=3, note="1"),
        Member(email="c", number=3, note="no"), Member(email="c", number=4, note="2"),
        Member(email="c", number=5, note="no"), Member(email="d", number=5, note="3"),
    )  # fmt: skip
    assert notes(Member) == ["1", "2", "3", "old"]


@pytest.mark.parametrize("count", [3, 1000])
def test_many_rows_of_which_some_are_there(count):
    Member.objects.bulk_create(Member(number=number, email=str(number)) for number in range(0, count, 3))
    ignore(*[Member(number=number, email=str(number), note="new") for number in range(count)] * 2)
    assert Member.objects.count() == count and Member.objects.filter(note="new").count() == count - (count + 2) // 3


def test_nulls_that_are_not_distinct():
    Seat.objects.create(note="old")
    Seat.objects.create(hall="a", note="old")
    seats = [Seat(note="1"), Seat(hall="a", note="2"), Seat(place=7, note="3"), Seat(place=8, note="4")]
    ignore(*seats, Seat(place=7, note="no"))
    assert notes(Seat) == ["3", "4", "old", "old"]
    for seat in seats:
        seat.note += "!"
    made = Seat.objects.bulk_create(
        seats, update_conflicts=True, unique_fields=["hall", "place"], update_fields=["note"]
    )
    assert notes(Seat) == ["1!", "2!", "3!", "4!"]
    assert {seat.pk for seat in made} == set(Seat.objects.values_list("pk", flat=True))


def test_keys_of_generated_columns():
    Address.objects.create(text="Ada", note="old")
    ignore(
        Address(text="aDA", note="no"), Address(text="b", note="1"), Address(text="B", note="no"),
        Address(text="c", code=17, note="2"), Address(text="d", code=19, note="no"),
        Address(text="e", code=19, kind="work", note="3"),
    )  # fmt: skip
    assert notes(Address) == ["1", "2", "3", "old"]
    changed = [Address(text="ADA", note="new"), Address(text="z", note="4")]
    Address.objects.bulk_create(changed, update_conflicts=True, unique_fields=["key"], update_fields=["note"])
    assert dict(Address.objects.values_list("key", "note"))["ada"] == "new"
    assert notes(Address) == ["1", "2", "3", "4", "new"]


def test_keys_that_take_the_default_of_the_database_in_each_row():
    Address.objects.create(text="a", code=1, note="old")
    ignore(Address(text="b", code=2, note="no"), Address(text="c", code=11, note="1"))
    assert notes(Address) == ["1", "old"]
    changed = [Address(text="d", code=3, note="new"), Address(text="e", code=21, note="2")]
    changes = {"unique_fields": ["tens", "kind"], "update_fields": ["note", "text"]}
    Address.objects.bulk_create(changed, update_conflicts=True, **changes)
    assert list(Address.objects.order_by("key").values_list("key", "note")) == [("c", "1"), ("d", "new"), ("e", "2")]


@pytest.mark.parametrize("options", [{}, {"ignore_conflicts": True}], ids=["", "ignored"])
def test_sequential_uuids_beside_given_ones(options):
    """NEWSEQUENTIALID() stands in defaults only (302)."""
    given = uuid.uuid4()
    tokens = [Token(note="1"), Token(key=given, note="2"), Token(note="3")]
    Token.objects.bulk_create(tokens, **options)
    assert notes(Token) == ["1", "2", "3"] and Token.objects.get(note="2").key == given


def test_nulls_of_expressions_that_are_not_distinct():
    Shelf.objects.create(note="old")
    Shelf.objects.create(room="A", note="old")
    ignore(
        Shelf(note="no"), Shelf(room="a", note="no"), Shelf(room="a", number=1, note="1"), Shelf(number=1, note="2"),
        Shelf(room="A", number=1, note="no"), Shelf(room="x", number=5, note="3"), Shelf(room="y", number=5, note="no"),
        Shelf(room="b", number=5, note="4"), Shelf(room="y", note="5"), Shelf(room="z", note="no"),
    )  # fmt: skip
    assert notes(Shelf) == ["1", "2", "3", "4", "5", "old", "old"]


def test_nulls_of_generated_columns_that_are_not_distinct():
    Pair.objects.create(room="a", note="old")
    ignore(
        Pair(room="a", note="no"), Pair(note="1"), Pair(note="no"), Pair(number=4, note="2"), Pair(number=5, note="no"),
        Pair(room="a", number=5, note="3"), Pair(room="b", number=100, note="4"), Pair(room="B", number=200, note="no"),
        Pair(room="b", number=99, note="5"),
    )  # fmt: skip
    assert notes(Pair) == ["1", "2", "3", "4", "5", "old"]
    changed = [Pair(room="a", note="new"), Pair(number=5, note="two")]
    Pair.objects.bulk_create(changed, update_conflicts=True, unique_fields=["room", "half"], update_fields=["note"])
    assert notes(Pair) == ["1", "3", "4", "5", "new", "two"]
