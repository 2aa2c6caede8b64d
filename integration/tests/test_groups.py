"""Groups whose keys are more than columns of the statement's own tables."""

from collections import Counter

import pytest
from demo.shop.models import Customer, Order
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Length

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
    customers = Customer.objects.annotate(found=Subquery(named.values("name")))
    assert all(each.found == (each.name if orders[each.pk] else None) for each in customers)
    added = Subquery(counted().annotate(sum=F("n") + OuterRef("pk")).values("sum"))
    sums = dict(Customer.objects.filter(pk__in=orders).annotate(sum=added).values_list("pk", "sum"))
    assert sums == {key: number + key for key, number in orders.items()}
