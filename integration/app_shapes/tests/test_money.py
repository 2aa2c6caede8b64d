"""A ledger: decimals that are exact in sums, products and conditions."""

import datetime
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, transaction
from django.db.models import Avg, DecimalField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Round

pytestmark = pytest.mark.usefixtures("rows")
DAY = datetime.date(2026, 1, 1)
LARGEST = Decimal("999999999999999.9999")


@pytest.fixture
def accounts(rows):
    from app_shapes.money.models import Account, Entry

    made = [
        Account.objects.create(number="DE%032d" % number, limit=Decimal(100) if number else None) for number in range(3)
    ]
    for number, amount in enumerate(["0.1", "0.2", "-0.3", "10.0001"]):
        Entry.objects.create(
            account=made[number % 2], amount=Decimal(amount), booked=DAY + datetime.timedelta(days=number)
        )
    return made


def test_sums_are_exact(accounts):
    from app_shapes.money.models import Account, Entry

    assert Entry.objects.aggregate(sum=Sum("amount"), mean=Avg("amount"))["sum"] == Decimal("10.0001")
    sums = Account.objects.annotate(sum=Coalesce(Sum("entries__amount"), Decimal(0))).order_by("number")
    assert [one.sum for one in sums] == [Decimal("-0.2"), Decimal("10.2001"), Decimal(0)]
    assert Account.objects.annotate(sum=Sum("entries__amount")).filter(sum=Decimal("-0.2")).count() == 1
    running = Entry.objects.annotate(balance=Window(Sum("amount"), partition_by="account", order_by="booked")).order_by(
        "pk"
    )
    assert [one.balance for one in running] == [Decimal("0.1"), Decimal("0.2"), Decimal("-0.2"), Decimal("10.2001")]


def test_a_transfer_changes_both_or_none(accounts):
    from app_shapes.money.models import Account

    source, target, _ = accounts

    def transfer(amount):
        with transaction.atomic():
            Account.objects.select_for_update().filter(pk__in=[source.pk, target.pk]).order_by("pk")
            Account.objects.filter(pk=source.pk).update(balance=F("balance") + amount)
            Account.objects.filter(pk=target.pk).update(balance=F("balance") - amount)

    transfer(Decimal("99.9999"))
    with pytest.raises(IntegrityError, match="money_limit"):
        transfer(Decimal("0.0002"))
    balances = dict(Account.objects.values_list("pk", "balance"))
    assert (balances[source.pk], balances[target.pk]) == (Decimal("99.9999"), Decimal("-99.9999"))
    transfer(Decimal("0.0001"))


def test_the_largest_amounts(accounts):
    from app_shapes.money.models import Account, Entry

    big = Account.objects.create(number="big", balance=LARGEST)
    assert Account.objects.get(balance=LARGEST) == big
    with pytest.raises(DataError), transaction.atomic():
        Account.objects.filter(pk=big.pk).update(balance=F("balance") + Decimal("0.0001"))
    reference = Decimal("9" * 38)
    entry = Entry.objects.create(account=big, amount=LARGEST, booked=DAY, reference=reference)
    assert Entry.objects.get(reference=reference).pk == entry.pk
    assert Entry.objects.filter(reference__in=[reference, Decimal(1)]).count() == 1
    Entry.objects.create(account=big, amount=LARGEST, booked=DAY)
    assert Entry.objects.filter(account=big).aggregate(sum=Sum("amount"))["sum"] == LARGEST * 2


def test_rates_of_a_day(accounts):
    from app_shapes.money.models import Entry, Rate

    for day, value in ((0, "1.1000000001"), (2, "0.0000000003")):
        Rate.objects.create(currency="EUR", since=DAY + datetime.timedelta(days=day), value=Decimal(value))
    rate = Rate.objects.filter(currency=OuterRef("currency"), since__lte=OuterRef("booked")).order_by("-since")
    # 19 and 20 digits make 40: the server has 38, and takes the last two of the scale's 14 away.
    field = DecimalField(max_digits=38, decimal_places=12)
    converted = Entry.objects.annotate(rate=Subquery(rate.values("value")[:1])).annotate(
        value=ExpressionWrapper(F("amount") * F("rate"), output_field=field)
    )
    assert list(converted.order_by("pk").values_list("value", flat=True)) == [
        Decimal("0.11000000001"), Decimal("0.22000000002"), Decimal("-0.00000000009"), Decimal("0.000000003"),
    ]  # fmt: skip
    rounded = converted.annotate(cents=Round("value", precision=2)).order_by("pk").values_list("cents", flat=True)
    assert list(rounded) == [Decimal("0.11"), Decimal("0.22"), Decimal(0), Decimal(0)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(currency="eur", since=DAY, value=1)


def test_conditions_on_amounts_and_currencies(accounts):
    from app_shapes.money.models import Account, Entry

    assert Entry.objects.filter(amount__range=(Decimal("0.1"), Decimal("0.2"))).count() == 2
    assert Entry.objects.filter(Q(amount__lt=0) | Q(amount__gte=Decimal("10.0001"))).count() == 2
    assert Entry.objects.filter(amount=Decimal("0.10000")).count() == 1
    assert (
        Entry.objects.annotate(double=F("amount") * 2 + Value(Decimal("0.01"))).filter(double=Decimal("0.21")).count()
        == 1
    )
    with pytest.raises(IntegrityError, match="money_currency"), transaction.atomic():
        Account.objects.create(number="x", currency="XXX")
    Account.objects.create(number="x", currency="KWD")
    assert list(Account.objects.order_by("-currency", "number").values_list("currency", flat=True)[:2]) == [
        "KWD",
        "EUR",
    ]
