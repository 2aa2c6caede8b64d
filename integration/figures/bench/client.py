"""The client's own cost: processor time compared with the minimum for the same work, in one run.

Reading is compared with the driver's rows and Django's construction of objects, a bulk insert with the same JSON made
by hand. Both take turns, and the minimum of all turns counts, which other work on the machine affects least.
"""

from __future__ import annotations

import datetime
import decimal
import json
import time
from typing import Any, Callable, Iterator, NamedTuple

import zoneinfo

_MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
_CHUNK = 100


class Ratio(NamedTuple):
    """Milliseconds of processor time: mssql-core's, and the minimum for the work."""

    ours: float
    bare: float


def ratio(ours: Callable[[], Any], bare: Callable[[], Any], repeat: int) -> Ratio:
    """The minimum of ``repeat`` turns of each."""
    least = [float("inf"), float("inf")]
    for _ in range(repeat):
        for place, function in enumerate((ours, bare)):
            least[place] = min(least[place], 1000 * _processor_time(function))
    return Ratio(*least)


def reading_rows(repeat: int, count: int = 2000) -> Iterator[tuple[str, Ratio]]:
    """Objects, tuples and iterator() over the same number of rows, on the default alias."""
    from demo.shop.models import Customer
    from django.db import connection

    Customer.objects.bulk_create(
        Customer(name="n", email=f"client{n}@example.com", country="DE", created=_MOMENT) for n in range(count)
    )
    objects, values = Customer.objects.all()[:count], Customer.objects.values_list("pk", "name", "country")[:count]
    fields = Customer._meta.concrete_fields
    names, width = [field.attname for field in fields], len(fields)
    # What Django itself does with a JSONField's text.
    own = {
        place: ([field.from_db_value], field.get_col(Customer._meta.db_table))
        for place, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    }

    def chunks(queryset: Any, size: int = _CHUNK) -> Iterator[list[Any]]:
        # The driver's rows of the same statement; it has no parameters.
        sql, _ = queryset.query.sql_with_params()
        cursor = connection.connection.cursor()
        cursor.execute(sql)
        while chunk := cursor.fetchmany(size):
            yield chunk
        cursor.close()

    def made(queryset: Any, size: int = _CHUNK) -> list[Any]:
        convert = queryset.query.get_compiler("default").apply_converters
        return [
            Customer.from_db("default", names, row[:width])
            for chunk in chunks(queryset, size)
            for row in convert(chunk, own)
        ]

    yield "list of 2,000 rows", ratio(lambda: list(objects.all()), lambda: made(objects), repeat)
    yield (
        "values_list of 2,000 rows",
        ratio(lambda: list(values.all()), lambda: [tuple(row) for chunk in chunks(values) for row in chunk], repeat),
    )
    yield (
        "iterator() over 2,000 rows",
        ratio(lambda: sum(1 for _ in objects.iterator(500)), lambda: made(objects, 500), repeat),
    )


def insert_rows(repeat: int, count: int = 10_000) -> Iterator[tuple[str, Ratio]]:
    """The statement of bulk_create(), for five columns."""
    from django.db import connections
    from django.db.models.sql import InsertQuery

    from figures.side_by_side.models import Book

    books = [
        Book(author_id=1, title=f"new {n}", price=decimal.Decimal("1.50"), pages=n, added=_MOMENT) for n in range(count)
    ]
    fields = [field for field in Book._meta.concrete_fields if not field.primary_key]

    def compiled() -> Any:
        query = InsertQuery(Book)
        query.insert_values(fields, books)
        compiler = query.get_compiler(connection=connections["default"])
        compiler.returning_fields = [Book._meta.pk]
        return compiler.as_sql()

    def by_hand() -> str:
        return json.dumps([row_of(number, book) for number, book in enumerate(books)], separators=(",", ":"))

    def row_of(number: int, book: Any) -> list[Any]:
        added = book.added.isoformat(timespec="microseconds")
        return [number, book.author_id, book.title, str(book.price), book.pages, added]

    ((_, params),) = compiled()
    if [str(param) for param in params] != [by_hand()]:
        raise AssertionError("The JSON by hand is not the statement's.")
    yield "bulk_create(), prepared", ratio(compiled, by_hand, max(repeat // 3, 5))


def typed_values(repeat: int, count: int = 100) -> Iterator[tuple[str, float]]:
    """Microseconds of processor time to find the type of one parameter."""
    from mssql_core.connection.parameters import TypedParam, adapt

    amount = decimal.Decimal("1.50")
    values = (
        7,
        "a text",
        1.5,
        amount,
        _MOMENT,
        _MOMENT.astimezone(zoneinfo.ZoneInfo("Europe/Berlin")),
        _MOMENT.replace(tzinfo=None),
        _MOMENT.date(),
        _MOMENT.time(),
        b"bytes",
        None,
    )
    typed = (TypedParam(amount, "numeric(10, 2)"), TypedParam("a text", "varchar(8000)"), TypedParam(None, "int"))
    for value in (*values, *typed):
        row = [value] * count
        least = min(_processor_time(lambda row=row: adapt(row, None)) for _ in range(10 * repeat))
        yield _described(value), 1e6 * least / count


def _described(value: Any) -> str:
    if getattr(value, "tzinfo", None):
        return f"datetime in {value.tzinfo}"
    if hasattr(value, "sql_type"):
        return f"{type(value.value).__name__} as {value.sql_type}"
    return type(value).__name__


def _processor_time(function: Callable[[], Any]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started


def printed(repeat: int) -> dict[str, float]:
    """Print each figure and its ratio; the ratios."""
    ratios: dict[str, float] = {}
    print(f"{'processor time':<28}{'core ms':>10}{'bare ms':>10}{'ratio':>8}")
    for rows in (reading_rows, insert_rows):
        for name, value in rows(repeat):
            ratios[name] = value.ours / value.bare
            print(f"{name:<28}{value.ours:>10.2f}{value.bare:>10.2f}{ratios[name]:>8.2f}")
    print("\ntype of a parameter, us: " + ", ".join(f"{name} {least:.2f}" for name, least in typed_values(repeat)))
    return ratios
