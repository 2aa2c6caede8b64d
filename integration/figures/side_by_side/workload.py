"""The measurements of the side-by-side benchmark for one backend: ``python -m figures.side_by_side.workload ENGINE``.

Prints the operations' names as JSON, then a line for each name that it reads: milliseconds and the client's processor
time (medians), and the start and end of a single call, within which the parent counts the messages to the server.
"""

from __future__ import annotations

import datetime
import gc
import json
import sys
import time
from statistics import median
from typing import Any, Callable, Iterator

from harness.project import configure
from harness.server import given_server

ENGINES = ("mssql_core", "mssql")
_ADDED = datetime.datetime(2026, 1, 2, 3, 4, 5)


def set_up(engine: str) -> None:
    database = given_server().database(f"side_{engine}")
    if engine == "mssql":
        options = {"driver": "ODBC Driver 18 for SQL Server", "extra_params": "TrustServerCertificate=yes"}
        database.update(ENGINE=engine, OPTIONS={**options, "return_rows_bulk_insert": True})
    configure({"default": database}, ["figures.side_by_side"])


def operations() -> Iterator[tuple[str, Callable[[], Any], int]]:
    """(name, one call, calls to measure)."""
    from django.db import connection, transaction
    from django.db.models import Avg, Count, F

    from .models import Author, Book

    names = iter(range(10**9))
    first = Author.objects.order_by("pk").values_list("pk", flat=True)[0]
    books = list(Book.objects.order_by("pk")[:500])

    def reconnect() -> None:
        connection.close()
        connection.ensure_connection()

    def atomic() -> None:
        with transaction.atomic():
            list(Author.objects.filter(pk=first))

    def nested() -> None:
        with transaction.atomic(), transaction.atomic():
            list(Author.objects.filter(pk=first))

    def update_or_create() -> None:
        Author.objects.update_or_create(name="author 1", defaults={"country": "FR"})

    def bulk_create(count: int) -> None:
        with transaction.atomic():
            Book.objects.bulk_create(
                Book(author_id=first, title=f"new {n}", price="1.50", pages=n, added=_ADDED) for n in range(count)
            )
            transaction.set_rollback(True)

    def savepoint() -> None:
        with transaction.atomic():
            with transaction.atomic():
                Author.objects.create(name=f"n{next(names)}")
                transaction.set_rollback(True)
            list(Author.objects.filter(pk=first))

    def bulk_update() -> None:
        for book in books:
            book.price += 1
        Book.objects.bulk_update(books, ["price"])

    def create_and_delete() -> None:
        Author.objects.create(name=f"x{next(names)}", country="DE", born=_ADDED.date()).delete()

    yield "reconnect", reconnect, 20
    yield "SELECT with parameters", lambda: list(Author.objects.filter(country="DE")[:1]), 100
    yield "get()", lambda: Author.objects.get(pk=first), 100
    yield "count()", lambda: Author.objects.filter(country="DE").count(), 100
    yield "exists()", lambda: Author.objects.filter(country="XX").exists(), 100
    yield "atomic and a SELECT", atomic, 60
    yield "nested atomic and a SELECT", nested, 60
    yield "a savepoint rolled back", savepoint, 30
    yield "create()", lambda: Author.objects.create(name=f"n{next(names)}", country="DE", born=_ADDED.date()), 60
    yield "create() with NULLs", lambda: Author.objects.create(name=f"n{next(names)}"), 60
    yield "create() and delete()", create_and_delete, 30
    yield "update()", lambda: Book.objects.filter(pk=books[0].pk).update(pages=F("pages") + 1), 60
    yield "update_or_create()", update_or_create, 30
    yield "list of 2,000 rows", lambda: list(Book.objects.all()[:2000]), 8
    yield "values_list of 2,000 rows", lambda: list(Book.objects.values_list("pk", "title", "price")[:2000]), 8
    yield "select_related, 500 rows", lambda: list(Book.objects.select_related("author")[:500]), 10
    yield "prefetch_related, 50 authors", lambda: list(Author.objects.prefetch_related("book_set")[:50]), 8
    yield "page 20 of 100", lambda: list(Book.objects.order_by("title")[1900:2000]), 10
    yield "aggregate()", lambda: Book.objects.aggregate(Avg("price"), Count("author", distinct=True)), 20
    yield "annotate() by group", lambda: list(Author.objects.annotate(n=Count("book")).order_by("-n")[:10]), 10
    yield "iterator() over 3,000 rows", lambda: sum(1 for _ in Book.objects.iterator(500)), 5
    yield "in_bulk() of 1,000", lambda: Book.objects.in_bulk(range(1000)), 5
    yield "pk__in of 2,500", lambda: list(Book.objects.filter(pk__in=range(2500)).values_list("pk")), 5
    yield "bulk_create of 10", lambda: bulk_create(10), 20
    yield "bulk_create of 1,000", lambda: bulk_create(1000), 3
    yield "bulk_create of 10,000", lambda: bulk_create(10_000), 1
    yield "bulk_update of 500", bulk_update, 3
    yield "str(queryset.query), 2,500 keys", lambda: str(Book.objects.filter(pk__in=range(2500)).query), 5
    yield "constraints of a table", lambda: _constraints(connection), 10


def _constraints(connection: Any) -> None:
    with connection.cursor() as cursor:
        connection.introspection.get_constraints(cursor, "side_by_side_book")


def fill() -> None:
    from .models import Author, Book

    Author.objects.bulk_create(Author(name=f"author {n}", country="DE" if n % 2 else "FR") for n in range(100))
    authors = list(Author.objects.order_by("pk"))
    for start in range(0, 3000, 500):
        Book.objects.bulk_create(
            Book(author=authors[n % 100], title=f"title {n}", price="9.99", pages=n, added=_ADDED)
            for n in range(start, start + 500)
        )


def measure(function: Callable[[], Any], calls: int) -> dict:
    """Medians of the calls, after one that counts messages and warms up."""
    began = time.time()
    function()
    ended = time.time()
    gc.collect()
    elapsed, processor = [], []
    for _ in range(calls):
        used, started = time.process_time(), time.perf_counter()
        function()
        elapsed.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return {"ms": 1000 * median(elapsed), "cpu": 1000 * median(processor), "began": began, "ended": ended}


def answer(function: Callable[[], Any], calls: int) -> dict:
    """What was measured, or the error that was raised."""
    try:
        return measure(function, calls)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def main() -> None:
    set_up(sys.argv[1])
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        fill()
        # As in a server: collections look at what a request makes, not at what was loaded before.
        gc.freeze()
        operation = {name: (function, calls) for name, function, calls in operations()}
        print(json.dumps(list(operation)), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(*operation[line.rstrip("\n")])), flush=True)
    finally:
        connection.creation.destroy_test_db("bench", verbosity=0)


if __name__ == "__main__":
    main()
