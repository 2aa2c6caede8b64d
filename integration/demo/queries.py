"""Queries that a user of the shop would write; each is shown with the T-SQL it became."""

from datetime import datetime, timezone

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Lower, Rank, TruncMonth

from .shop.models import Customer, Order, OrderLine, Product


def newest_orders():
    """The five newest orders with their customers."""
    return Order.objects.select_related("customer").order_by("-placed")[:5].values_list("reference", "customer__name")


def second_page():
    """Page two of the customers, by name."""
    return Customer.objects.order_by(Lower("name"), "pk")[10:15].values_list("name", "country")


def turnover_by_month():
    """Turnover by month, in the project's time zone."""
    lines = OrderLine.objects.exclude(order__status="cancelled").annotate(month=TruncMonth("order__placed"))
    return (
        lines.values("month").annotate(turnover=Sum("amount"), orders=Count("order", distinct=True)).order_by("month")
    )


def best_customers():
    """The best three customers of each country."""
    spent = Sum("orders__lines__amount", filter=~Q(orders__status="cancelled"))
    ranked = Customer.objects.annotate(spent=spent).annotate(
        place=Window(Rank(), partition_by=F("country"), order_by=F("spent").desc(nulls_last=True))
    )
    return ranked.filter(place__lte=3).order_by("country", "place").values_list("country", "place", "name", "spent")[:9]


def never_ordered():
    """Products that nobody ordered this summer."""
    summer = OrderLine.objects.filter(
        product=OuterRef("pk"), order__placed__gte=datetime(2026, 6, 1, tzinfo=timezone.utc)
    )
    return Product.objects.filter(~Exists(summer)).values_list("sku", "name")[:5]


def by_preference():
    """Customers who read the newsletter in French: a JSON key."""
    return Customer.objects.filter(preferences__language="fr", preferences__newsletter=True).values_list("name")[:5]


def above_average():
    """Orders larger than the average line amount of their customer."""
    average = (
        OrderLine.objects.filter(order__customer=OuterRef("customer"))
        .values("order__customer")
        .annotate(mean=Avg("amount"))
        .values("mean")
    )
    orders = Order.objects.annotate(total=Sum("lines__amount"), mean=Subquery(average))
    return orders.filter(total__gt=F("mean") * 4).order_by("-total").values_list("reference", "total")[:5]


def many_keys():
    """Orders by 2,500 primary keys: one parameter."""
    return Order.objects.filter(pk__in=range(1, 2501)).aggregate(count=Count("pk"))


QUERIES = [
    newest_orders,
    second_page,
    turnover_by_month,
    best_customers,
    never_ordered,
    by_preference,
    above_average,
    many_keys,
]
