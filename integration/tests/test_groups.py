"""Groups whose keys are more than columns of the statement's own tables."""

from collections import Counter

import pytest
from demo.shop.models import Customer, Order
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Greatest, Length
from harness.project import new_alias
from harness.server import serve
from properties.papers import Paper, filled

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def orders():
    """How many orders the customers have, by their keys."""
    return Counter(Order.objects.values_list("customer_id", flat=True))


def counted():
    return Order.objects.filter(customer=OuterRef("pk")).values("customer").annotate(n=Count("pk"))


def test_an_aggregate_is_compared_with_the_row_outside(orders):
    many = counted().filter(n__gt=OuterRef("limit"))
    customers = Customer.objects.annotate(limit=Length("name") - 8)
    expected = {each.pk for each in customers if orders[each.pk] > each.limit and orders[each.pk]}
    assert {each.pk for each in customers.filter(Exists(many))} == expected
    own = counted().filter(n__lt=OuterRef("pk"))
    assert {each.pk for each in customers.filter(Exists(own))} == {
        key for key, number in orders.items() if number < key
    }


def test_an_outer_column_is_grouped_by_and_stands_beside_an_aggregate(orders):
    named = counted().values("customer", name=OuterRef("name")).annotate(n=Count("pk"))
    customers = Customer.objects.annotate(outer_name=Subquery(named.values("name")))
    assert all(each.outer_name == (each.name if orders[each.pk] else None) for each in customers)
    added = Subquery(counted().annotate(sum=F("n") + OuterRef("pk")).values("sum"))
    sums = dict(Customer.objects.filter(pk__in=orders).annotate(sum=added).values_list("pk", "sum"))
    assert sums == {key: number + key for key, number in orders.items()}


@pytest.fixture
def papers():
    """Papers on a server without GREATEST, which takes a subquery there."""
    with serve("2019") as server, new_alias("papers", server.database("master", plugins=["json"])), filled("papers"):
        yield Paper.objects.using("papers").order_by()


def test_a_function_is_grouped_by_and_stands_beside_an_aggregate_in_a_subquery(papers):
    lengths = Counter(papers.values_list(Length("name"), flat=True))
    groups = papers.values(length=Length("name")).annotate(n=Count("pk"))
    greatest = Greatest("length", "n", output_field=IntegerField())
    expected = {(length, n, max(length, n)) for length, n in lengths.items()}
    assert set(groups.annotate(greatest=greatest).values_list("length", "n", "greatest")) == expected
    ordered = groups.order_by(greatest).values_list("length", "n")
    assert [max(group) for group in ordered] == sorted(max(group) for group in lengths.items())
    # Not once for each name.
    few = groups.filter(n__lt=greatest).values_list("length", "n")
    assert sorted(few) == sorted((length, n) for length, n in lengths.items() if n < length)
