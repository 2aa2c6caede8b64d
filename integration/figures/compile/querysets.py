"""The querysets that ``hatch run compile`` compiles: ``python -m figures.compile.querysets ENGINE``.

Django's PostgreSQL backend runs in mssql-core's process, in turns, so that other work on the machine affects both.
Prints a JSON object: backend -> kind of queryset -> microseconds of processor time to build it and to compile it.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any, Callable, Iterator

from harness.project import new_alias
from harness.server import given_server

ENGINES = ("mssql_core", "mssql", "django.db.backends.postgresql")


def set_up(engine: str) -> None:
    from figures.side_by_side.workload import set_up as set_up_server

    set_up_server(engine)
    from django.db import connection

    # Not part of compiling: the server's capabilities are asked once per connection.
    connection.settings_dict["NAME"] = given_server().database("master")["NAME"]
    connection.ensure_connection()


@contextlib.contextmanager
def engines(first: str) -> Iterator[dict[str, str]]:
    """The backends of this process: engine -> alias. PostgreSQL's compiles without a server."""
    if first != ENGINES[0]:
        # mssql-django changes Django when it is imported.
        yield {first: "default"}
        return
    with new_alias("postgresql", {"ENGINE": ENGINES[-1], "NAME": "nowhere"}):
        yield {first: "default", ENGINES[-1]: "postgresql"}


def kinds() -> dict[str, Callable[[], Any]]:
    """Name -> a function that builds the query."""
    from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When, Window
    from django.db.models.functions import Coalesce, Lower, RowNumber, TruncMonth

    from figures.side_by_side.models import Author, Book

    authors, books = Author.objects, Book.objects
    of_author = books.filter(author=OuterRef("pk"))

    def count() -> Any:
        query = books.filter(pages=3).query
        query.default_cols = False
        query.add_annotation(Count("*"), "n", select=True)
        return query

    return {
        "get": lambda: authors.filter(pk=1)[:21].query,
        "filter of three": lambda: books.filter(title="a", pages__gt=3, price__lte=5).query,
        "count": count,
        "exists": lambda: authors.filter(country="DE").query.exists(),
        "values_list": lambda: books.values_list("pk", "title").query,
        "page": lambda: books.order_by("title", "-pk")[100:120].query,
        "select_related": lambda: books.select_related("author").query,
        "join and filter": lambda: books.filter(author__country="DE", author__born__isnull=False).query,
        "OR": lambda: books.filter(Q(title="a") | Q(pages=1) & ~Q(author__name="b")).query,
        "exclude over a relation": lambda: authors.exclude(book__pages=1).query,
        "pk__in of 10": lambda: books.filter(pk__in=range(10)).query,
        "icontains": lambda: authors.filter(name__icontains="x").query,
        "values and Count": lambda: books.values("author").annotate(n=Count("pk")).query,
        "group by month": lambda: (
            books.annotate(m=TruncMonth("added")).values("m").annotate(n=Count("pk")).order_by("m").query
        ),
        "group by a sum": lambda: books.annotate(p=F("pages") + 1).values("p").annotate(n=Count("pk")).query,
        "annotate Count": lambda: authors.annotate(n=Count("book")).order_by("-n").query,
        "Sum and HAVING": lambda: authors.annotate(p=Sum("book__price")).filter(p__gt=10).query,
        "Exists": lambda: authors.filter(Exists(of_author)).query,
        "Subquery": lambda: authors.annotate(t=Subquery(of_author.order_by("-pk").values("title")[:1])).query,
        "Case": lambda: (
            books.annotate(
                k=Case(When(pages__gt=5, then=Value("a")), When(title="x", then=Lower("title")), default=Value("b"))
            ).query
        ),
        "functions": lambda: books.annotate(m=TruncMonth("added"), p=Coalesce(F("pages") + 1, 0)).query,
        "Window": lambda: books.annotate(n=Window(RowNumber(), partition_by="author", order_by="pk")).query,
        "union": lambda: books.filter(pages=1).values("pk").union(books.filter(pages=2).values("pk")).query,
        "distinct": lambda: books.order_by("title").values("title", "author__name").distinct().query,
    }


def series(function: Callable[[], Any], calls: int) -> float:
    """Microseconds of processor time of one call, after as many that are not timed: a process has one backend as a rule,
    and the interpreter adapts to it."""
    for _ in range(calls):
        function()
    started = time.process_time()
    for _ in range(calls):
        function()
    return 1e6 * (time.process_time() - started) / calls


def measured(build: Callable[[], Any], aliases: dict[str, str], calls: int, repeat: int) -> dict[str, dict[str, float]]:
    """Engine -> the least of ``repeat`` series to compile a query, and to build and compile it."""
    query = build()
    functions: dict[tuple[str, str], Callable[[], Any]] = {}
    for engine, alias in aliases.items():
        functions[engine, "compile"] = lambda alias=alias: query.get_compiler(alias).as_sql()
        functions[engine, "both"] = lambda alias=alias: build().get_compiler(alias).as_sql()
    least: dict[str, dict[str, float]] = {engine: {} for engine in aliases}
    for _ in range(repeat):
        for (engine, key), function in functions.items():
            least[engine][key] = min(least[engine].get(key, float("inf")), series(function, calls))
    return least


def main() -> None:
    first, calls, repeat = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    set_up(first)
    with engines(first) as aliases:
        rows = {name: measured(build, aliases, calls, repeat) for name, build in kinds().items()}
    print(json.dumps({engine: {name: row[engine] for name, row in rows.items()} for engine in aliases}))


if __name__ == "__main__":
    main()
