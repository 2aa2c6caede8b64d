import re

from django.db.models import F, Value
from orm import since, unnamed
from ormtests.models import Book

books = Book.objects.order_by()


def test_first_row_of_each_group(compiled):
    sql = compiled.sql(books.order_by("author", "-price").distinct("author").values("id"))
    assert unnamed(sql).replace("SELECT [col1] FROM", "SELECT [id] FROM") == (
        "SELECT [id] FROM (SELECT [ormtests_book].[id], [ormtests_book].[author_id] AS [__order1], "
        "[ormtests_book].[price] AS [__order2], ROW_NUMBER() OVER (PARTITION BY [ormtests_book].[author_id] "
        "ORDER BY [ormtests_book].[author_id] ASC, [ormtests_book].[price] DESC) AS [__row_number] "
        "FROM [ormtests_book]) AS [__numbered] WHERE [__row_number] = 1 ORDER BY [__order1] ASC, [__order2] DESC"
    )


def test_a_page_of_them(compiled):
    sql = compiled.sql(books.order_by("author").distinct("author").values("id")[2:5])
    assert sql.endswith("ORDER BY [__order1] ASC OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")


def test_without_order(compiled):
    """The rows come in the order of the fields, as from servers that sort for DISTINCT ON."""
    sql = compiled.sql(books.distinct("author").values("id"))
    assert "PARTITION BY [ormtests_book].[author_id] ORDER BY (SELECT NULL))" in sql
    assert sql.endswith("WHERE [__row_number] = 1 ORDER BY [__order1] ASC")


@since(5, 2)
def test_several_fields(compiled):
    assert compiled.sql(books.distinct("author", "price").values("id", "title")) == (
        "SELECT [id], [title] FROM (SELECT [ormtests_book].[id] AS [id], [ormtests_book].[title] AS [title], "
        "[ormtests_book].[author_id] AS [__order1], [ormtests_book].[price] AS [__order2], ROW_NUMBER() OVER "
        "(PARTITION BY [ormtests_book].[author_id], [ormtests_book].[price] ORDER BY (SELECT NULL)) AS [__row_number] "
        "FROM [ormtests_book]) AS [__numbered] WHERE [__row_number] = 1 ORDER BY [__order1] ASC, [__order2] ASC"
    )


@since(5, 2)
def test_annotations(compiled):
    """Their parameters come along."""
    queryset = books.annotate(x=F("price") + Value(2)).distinct("x", "author").values("id", "x")
    sql, params = compiled(queryset.filter(rating=7))
    assert sql == (
        "SELECT [id], [x] FROM (SELECT [ormtests_book].[id] AS [id], ([ormtests_book].[price] + %s) AS [x], "
        "ROW_NUMBER() OVER (PARTITION BY ([ormtests_book].[price] + %s), [ormtests_book].[author_id] "
        "ORDER BY (SELECT NULL)) AS [__row_number] FROM [ormtests_book] WHERE [ormtests_book].[rating] = %s) AS [__numbered] "
        "WHERE [__row_number] = 1"
    )
    assert params == [2, 2, 7]


def test_in_a_subquery(compiled):
    sql = compiled.where(books.filter(id__in=books.order_by("author").distinct("author").values("id")).values("id"))
    start = r"\[ormtests_book\]\.\[id\] IN \(SELECT \[(id|col1)\] FROM \(SELECT \[U0\]\.\[id\], "
    assert re.match(start, unnamed(sql))
    assert sql.endswith(") AS [__numbered] WHERE [__row_number] = 1)")


def test_fields_of_other_tables(compiled):
    sql = compiled.sql(books.order_by("author__name").distinct("author__name").values("id"))
    assert "INNER JOIN [ormtests_author]" in sql and "PARTITION BY [ormtests_author].[name]" in sql
