"""Fills the shop, the same way every time."""

import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from .shop.models import Customer, Order, OrderLine, Product

FIRST = ["Ada", "Blaise", "Chien-Shiung", "Émilie", "Grace", "Jürgen", "Katherine", "Łukasz", "Sofja", "Søren"]
LAST = ["Noether", "Lovelace", "du Châtelet", "Curie", "Hopper", "Müller", "Nørgård", "Ångström", "O'Neill", "伊藤"]
COUNTRIES = ["DE", "DK", "FR", "GB", "JP", "PL", "SE", "US"]
GOODS = ["Lamp", "Desk", "Chair", "Shelf", "Clock", "Mug", "Rug", "Sofa", "Vase", "Stool"]
COLOURS = ["oak", "black", "white", "red", "smoke", "blue"]
START = datetime(2026, 1, 1, 8, tzinfo=timezone.utc)


def load(orders=500, progress=lambda done, total: None):
    """Create 100 customers, 60 products and ``orders`` orders with one to four lines each.

    :param progress: called with (rows done, rows in all).
    """
    dice = random.Random(2026)
    customers = Customer.objects.bulk_create(_customers(dice))
    products = Product.objects.bulk_create(_products())
    total = len(customers) + len(products) + orders
    done = total - orders
    progress(done, total)
    for first in range(0, orders, 50):
        batch = Order.objects.bulk_create(
            Order(
                customer=dice.choice(customers),
                reference=f"ORD-{number:05}",
                status=dice.choice(Order.Status.values),
                placed=START + timedelta(minutes=dice.randrange(300 * 24 * 60)),
            )
            for number in range(first + 1, min(first + 50, orders) + 1)
        )
        OrderLine.objects.bulk_create(line for order in batch for line in _lines(dice, order, products))
        done += len(batch)
        progress(done, total)


def _customers(dice):
    for number in range(100):
        name = f"{FIRST[number % 10]} {LAST[number // 10]}"
        yield Customer(
            name=name,
            email=f"customer{number}@example.com",
            country=dice.choice(COUNTRIES),
            vat_id=f"VAT{number:06}" if number % 3 == 0 else None,
            preferences={"newsletter": number % 2 == 0, "language": dice.choice(["de", "en", "fr"]), "tags": ["b2b"]},
            created=START - timedelta(days=dice.randrange(1000)),
        )


def _products():
    for number in range(60):
        colour = COLOURS[number // 10]
        yield Product(
            sku=f"SKU-{number:04}",
            name=f"{GOODS[number % 10]}, {colour}",
            price=Decimal(number * 7 % 190 + 10) + Decimal("0.95"),
            stock=number * 13 % 50,
            attributes={"colour": colour, "size": {"width": 10 + number, "height": 20 + number}},
        )


def _lines(dice, order, products):
    for product in dice.sample(products, dice.randint(1, 4)):
        yield OrderLine(order=order, product=product, quantity=dice.randint(1, 9), unit_price=product.price)
