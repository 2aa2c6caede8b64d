"""Files of rows: each by itself with a savepoint, or many at once, and trial runs that leave nothing."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce, Lower

pytestmark = pytest.mark.usefixtures("rows")

FILE = [
    {"isbn": "1", "name": "One", "price": "10.00", "published": datetime.date(1, 1, 1)},
    {"isbn": "2", "name": "Two" * 50, "price": "1.00"},
    {"isbn": "3", "name": "Three", "price": "-1.00"},
    {"isbn": "1", "name": "One again", "price": "11.00", "published_time": datetime.time(23, 59, 59, 999999)},
    {"isbn": "4", "name": "Vier ✓", "price": "99999999.99", "extra": {"a": [1, None]}},
    {"isbn": "5", "name": "Five", "price": "999999999.99"},
]


def load(rows):
    """What became of each row: its key, or the class of the error; every row has a savepoint."""
    from app_shapes.imports.models import Book

    results = []
    for values in rows:
        point = transaction.savepoint()
        try:
            book, _ = Book.objects.update_or_create(
                isbn=values["isbn"], defaults={k: v for k, v in values.items() if k != "isbn"}
            )
        except DatabaseError as error:
            transaction.savepoint_rollback(point)
            results.append(type(error))
        else:
            transaction.savepoint_commit(point)
            results.append(book.name)
    return results


def test_rows_that_fail_leave_the_others(rows):
    from app_shapes.imports.models import Book

    one, two, three, again, four, five = load(FILE)
    assert (one, again, four) == ("One", "One again", "Vier ✓")
    assert issubclass(two, DatabaseError) and three is IntegrityError and issubclass(five, DatabaseError)
    assert list(Book.objects.order_by("isbn").values_list("isbn", "price", "published_time")) == [
        ("1", Decimal("11.00"), datetime.time(23, 59, 59, 999999)), ("4", Decimal("99999999.99"), None),
    ]  # fmt: skip
    assert Book.objects.get(isbn="1").published == datetime.date(1, 1, 1)


def test_a_trial_run_leaves_nothing_but_used_keys(rows):
    from app_shapes.imports.models import Book

    with transaction.atomic():
        tried = load(FILE)
        assert Book.objects.count() == 2
        transaction.set_rollback(True)
    assert not Book.objects.exists()
    assert load(FILE) == tried and Book.objects.count() == 2


def test_many_at_once_in_batches(rows):
    from app_shapes.imports.models import Author, Book

    author = Author.objects.create(name="A")
    books = Book.objects.bulk_create(
        [Book(isbn="b%d" % number, name="n", author=author, pages=number) for number in range(250)], batch_size=100
    )
    stored = dict(Book.objects.values_list("pk", "isbn"))
    assert all(stored[book.pk] == book.isbn for book in books)
    for book in books:
        book.pages, book.price = book.pages * 2, Decimal(book.pages) / 4
    assert Book.objects.bulk_update(books, ["pages", "price"], batch_size=70) == 250
    assert Book.objects.aggregate(pages=Sum("pages"), price=Sum("price")) == {
        "pages": 62250,
        "price": Decimal("7781.25"),
    }


def test_conflicts_are_ignored_or_change_the_row(rows):
    from app_shapes.imports.models import Book

    Book.objects.create(isbn="1", name="old", pages=1)
    new = [Book(isbn="1", name="new", pages=2), Book(isbn="2", name="new", pages=2)]
    Book.objects.bulk_create(new, ignore_conflicts=True)
    assert list(Book.objects.order_by("isbn").values_list("name", "pages")) == [("old", 1), ("new", 2)]
    changed = [Book(isbn="1", name="newer", pages=3), Book(isbn="3", name="newer", pages=3)]
    Book.objects.bulk_create(changed, update_conflicts=True, unique_fields=["isbn"], update_fields=["name"])
    stored = list(Book.objects.order_by("isbn").values_list("pk", "isbn", "name", "pages"))
    assert [one[1:] for one in stored] == [("1", "newer", 1), ("2", "new", 2), ("3", "newer", 3)]
    assert [book.pk for book in changed] == [stored[0][0], stored[2][0]]


def test_relations_by_names_and_a_relation_with_a_column(rows):
    from app_shapes.imports.models import Book, Category, Placement

    book = Book.objects.create(isbn="1", name="x")
    names = ["b", "a", "ü", "b"]
    Category.objects.bulk_create([Category(name=name) for name in dict.fromkeys(names)], ignore_conflicts=True)
    book.categories.set(Category.objects.filter(name__in=names), through_defaults={"shelf": 7})
    assert list(book.categories.order_by("name").values_list("name", flat=True)) == ["a", "b", "ü"]
    assert set(Placement.objects.values_list("shelf", flat=True)) == {7}
    book.categories.add(*Category.objects.all())
    assert Placement.objects.count() == 3
    book.categories.remove(*Category.objects.filter(name="b"))
    books = Book.objects.filter(categories__name__in=["a", "ü"]).distinct()
    assert books.get() == book and books.count() == 1


def test_an_author_without_birthday_twice(rows):
    from app_shapes.imports.models import Author, Book

    first, second = Author.objects.create(name="X"), Author.objects.create(name="X")
    Author.objects.create(name="X", birthday=datetime.date(9999, 12, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        Author.objects.create(name="x", birthday=datetime.date(9999, 12, 31))
    book = Book.objects.create(isbn="9", name="n", author=first)
    first.delete()
    book.refresh_from_db()
    assert book.author is None and Author.objects.filter(name="X", birthday=None).get() == second


def test_an_export_in_order(rows):
    from app_shapes.imports.models import Author, Book

    author = Author.objects.create(name="Émile")
    Book.objects.bulk_create(
        [Book(isbn="%03d" % n, name="N%d" % n, author=author if n % 2 else None) for n in range(120)]
    )
    exported = Book.objects.order_by("isbn").annotate(by=Coalesce(Lower("author__name"), "name"))
    rows = list(exported.values_list("isbn", "by").iterator(chunk_size=50))
    assert len(rows) == 120 and rows[0] == ("000", "N0") and rows[1] == ("001", "émile")
    assert connection.in_atomic_block
