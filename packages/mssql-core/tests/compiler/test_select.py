import pytest
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When, Window
from django.db.models.functions import RowNumber
from orm import sent, since, unnamed
from ormtests.models import Author, Book, Order

from mssql_core.compiler.select_plan import plan_of
from mssql_core.testing import fake_connection

authors = Author.objects.order_by()
books = Book.objects.order_by()


# ---- paging --------------------------------------------------------------------------


def test_first_rows_without_order(compiled):
    sql = compiled.sql(authors.values("id")[:5])
    assert unnamed(sql) == "SELECT TOP (5) [ormtests_author].[id] FROM [ormtests_author]"


def test_later_rows_need_an_order(compiled):
    sql = compiled.sql(authors.values("id")[5:8])
    assert sql.endswith("FROM [ormtests_author] ORDER BY (SELECT NULL) OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")


def test_rest_of_the_rows(compiled):
    assert compiled.sql(authors.order_by("name")[5:]).endswith("ORDER BY [ormtests_author].[name] ASC OFFSET %s ROWS")


def test_distinct_page_names_what_it_selects(compiled):
    sql = compiled.sql(authors.values("name").distinct()[2:4])
    assert sql.endswith("ORDER BY 1 OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")


def test_sliced_set_operation(compiled):
    """TOP in front of a UNION would belong to its first branch."""
    sql = compiled.sql(authors.filter(id=1).union(authors.filter(id=2))[:3])
    assert sql.endswith(") ORDER BY 1 OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")


def test_slices_within_a_set_operation_are_derived_tables(compiled):
    sql = compiled.sql(authors.values("id")[:3].union(authors.values("id").order_by("name")[:2]))
    assert unnamed(sql) == (
        "(SELECT * FROM (SELECT TOP (3) [ormtests_author].[id] FROM [ormtests_author]) AS [__part]) UNION "
        "(SELECT * FROM (SELECT TOP (2) [ormtests_author].[id] FROM [ormtests_author] ORDER BY [ormtests_author].[name] ASC) "
        "AS [__part])"
    )


def test_order_of_unsliced_branches_is_dropped(compiled):
    assert "ORDER BY" not in compiled.sql(authors.order_by("name").union(authors.order_by("age")))


def test_sliced_subquery_of_in(compiled):
    sql = compiled.where(authors.values("id").filter(book__in=Book.objects.all()[:3]))
    assert sql == (
        "[ormtests_book].[id] IN (SELECT TOP (3) [ormtests_book].[id] FROM [ormtests_book] ORDER BY [ormtests_book].[title] ASC)"
    )


def test_unsliced_subquery_has_no_order(compiled):
    assert "ORDER BY" not in compiled.sql(authors.filter(book__in=Book.objects.order_by("price")))


@since(4, 2)
def test_window_filter_keeps_the_limit(compiled):
    sql = compiled.sql(authors.annotate(n=Window(RowNumber(), order_by="age")).filter(n__lte=2)[:5])
    assert sql.endswith("WHERE [n] <= %s ORDER BY (SELECT NULL) OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")


@since(4, 2)
def test_exists_needs_no_limit(compiled):
    sql = compiled.where(authors.filter(Exists(books.filter(author=OuterRef("pk")))))
    assert "OFFSET" not in sql and "TOP" not in sql


@since(4, 2)
def test_aggregate_over_a_slice(compiled):
    sql = compiled.sql(authors.annotate(n=Count("book")).order_by("-n")[:3])
    assert sql.startswith("SELECT TOP (3) ") and sql.endswith("ORDER BY 7 DESC")


# ---- GROUP BY --------------------------------------------------------------------------


def test_groups_of_columns_stay_as_they_are(compiled):
    sql = compiled.sql(authors.values("name").annotate(n=Count("id")))
    assert unnamed(sql) == (
        "SELECT [ormtests_author].[name], COUNT_BIG([ormtests_author].[id]) AS [n] FROM [ormtests_author] "
        "GROUP BY [ormtests_author].[name]"
    )


@since(4, 2)
def test_groups_of_expressions_with_parameters_name_them_once(compiled):
    """Two equal parameters are different expressions to the server (error 8120)."""
    sql, params = compiled(authors.annotate(x=F("age") + 5).values("x").annotate(n=Count("id")).order_by("x"))
    assert sql == (
        "SELECT [__hoisted].[__k1] AS [x], COUNT_BIG([ormtests_author].[id]) AS [n] FROM [ormtests_author] "
        "CROSS APPLY (SELECT ([ormtests_author].[age] + %s) AS [__k1]) AS [__hoisted] "
        "GROUP BY [__hoisted].[__k1] ORDER BY 1 ASC"
    )
    assert params == [5]


def test_decimal_parameters_keep_their_digits(compiled):
    from decimal import Decimal

    _, params = compiled(books.annotate(x=F("price") * Decimal("1.55")).values("x").annotate(n=Count("id")))
    assert params == [Decimal("1.55")]


def test_groups_of_subqueries(compiled):
    """GROUP BY takes none (error 144)."""
    price = Subquery(books.filter(author=OuterRef("pk")).values("price")[:1])
    sql = compiled.sql(authors.annotate(x=price).values("x").annotate(n=Count("id")))
    assert "CROSS APPLY (SELECT (SELECT TOP (1) " in sql
    assert sql.endswith("GROUP BY [__hoisted].[__k1]")


@since(4, 2)
def test_groups_of_conditions(compiled):
    sql = compiled.sql(authors.annotate(x=Q(age__gt=5)).values("x").annotate(n=Count("id")))
    older = "[ormtests_author].[age] > %s"
    assert "CAST(CASE WHEN {0} THEN 1 WHEN NOT ({0}) THEN 0 END AS bit) AS [__k1]".format(older) in sql
    assert sql.startswith("SELECT [__hoisted].[__k1] AS [x], ") and sql.endswith("GROUP BY [__hoisted].[__k1]")


@since(4, 0)
def test_having_names_the_grouped_expression(compiled):
    queryset = authors.annotate(x=F("age") + 5).values("x").annotate(n=Count("id")).filter(n__gt=F("x"))
    assert compiled.sql(queryset).endswith("HAVING COUNT_BIG([ormtests_author].[id]) > ([__hoisted].[__k1])")


@since(4, 0)
def test_models_ordering_is_left_out_of_a_grouped_slice(compiled):
    sql = compiled.sql(Book.objects.values("author").annotate(n=Count("id"))[2:4])
    assert sql.endswith(
        "GROUP BY [ormtests_book].[author_id] ORDER BY (SELECT NULL) OFFSET %s ROWS FETCH NEXT %s ROWS ONLY"
    )


def test_aggregate_of_a_subquery(compiled):
    """An aggregate takes none (error 130)."""
    case = Case(When(Exists(books.filter(author=OuterRef("pk"))), then=1))
    sql = compiled.sql(authors.values("name").annotate(n=Count(case)))
    assert "COUNT_BIG([__hoisted].[__k1])" in sql


def test_aggregate_of_inner_and_outer_columns(compiled):
    """Several columns with an outer one among them are error 8124."""
    total = books.filter(author=OuterRef("pk")).values("author").annotate(t=Sum(F("price") * OuterRef("age")))
    sql = compiled.sql(authors.annotate(x=Subquery(total.values("t"))))
    assert "SUM([__hoisted].[__k1])" in sql
    assert "CROSS APPLY (SELECT ([U0].[price] * [ormtests_author].[age]) AS [__k1]) AS [__hoisted]" in sql


def test_aggregate_of_an_outer_column_belongs_to_the_inner_query(compiled):
    total = books.filter(author=OuterRef("pk")).values("author").annotate(t=Sum(OuterRef("age")))
    assert "SUM(CAST([ormtests_author]" not in compiled.sql(authors.annotate(x=Subquery(total.values("t"))))


@since(4, 2)
def test_groups_of_outer_columns(compiled):
    """GROUP BY takes none by itself (error 164); Django groups by those that HAVING names."""
    many = books.filter(author=OuterRef("pk")).values("author").annotate(n=Count("id")).filter(n__gt=OuterRef("age"))
    sql = compiled.sql(authors.filter(Exists(many)))
    assert "CROSS APPLY (SELECT [ormtests_author].[age] AS [__k1]) AS [__hoisted]" in sql
    assert "GROUP BY [U0].[author_id], [__hoisted].[__k1] HAVING COUNT_BIG([U0].[id]) > ([__hoisted].[__k1])" in sql


# ---- DISTINCT ------------------------------------------------------------------------------


def test_distinct_selects_what_it_sorts_by(compiled):
    """Otherwise error 145."""
    sql = compiled.sql(authors.values("name").distinct().order_by("age"))
    assert unnamed(sql) == (
        "SELECT DISTINCT [ormtests_author].[name], [ormtests_author].[age] AS [__order1] FROM [ormtests_author] ORDER BY 2 ASC"
    )


def test_distinct_sorts_by_what_it_selects_already(compiled):
    sql = compiled.sql(authors.annotate(x=F("age") + 1).values("x").distinct().order_by("x"))
    assert sql == "SELECT DISTINCT ([ormtests_author].[age] + %s) AS [x] FROM [ormtests_author] ORDER BY 1 ASC"


def test_distinct_sorts_by_the_position_behind_all_columns(compiled):
    """A column that is selected twice has two."""
    queryset = authors.annotate(x=F("name")).values("name", "x").distinct().order_by("age", "-born", "name")
    sql = compiled.sql(queryset)
    assert sql.endswith(
        ", [ormtests_author].[age] AS [__order1], [ormtests_author].[born] AS [__order2] FROM [ormtests_author] "
        "ORDER BY 3 ASC, 4 DESC, 1 ASC"
    )


@since(5, 2)
def test_distinct_rows_with_a_composite_key(compiled):
    """The key is two columns."""
    from ormtests.models import Line

    lines = Line.objects.annotate(x=F("number") + 1)
    sql = compiled.sql(lines.values("pk", "x").distinct().order_by("x"))
    assert sql.endswith(" AS [x] FROM [ormtests_line] ORDER BY 3 ASC")
    sql = compiled.sql(lines.values("pk").distinct().order_by(-F("number")))
    assert sql.endswith(" AS [__order1] FROM [ormtests_line] ORDER BY 3 ASC")


def test_distinct_rows_of_a_subquery(compiled):
    """A subquery has no other columns than its own (error 116), and an order only with a limit (1033)."""
    ages = authors.annotate(x=F("age") + 1).values("x").distinct().order_by("name")
    sql, params = compiled(authors.filter(id__in=ages[:3]).values("id"))
    where = sql.split(" WHERE ", 1)[1].replace("] U0", "] [U0]").replace("(U0.", "([U0].").replace(" U0.", " [U0].")
    assert where == (
        "[ormtests_author].[id] IN (SELECT [__subquery].[x] FROM (SELECT DISTINCT TOP (3) ([U0].[age] + %s) AS [x], "
        "[U0].[name] AS [__order1] FROM [ormtests_author] [U0] ORDER BY 2 ASC) AS [__subquery])"
    )
    assert params == [1]
    assert "__order" not in compiled.sql(authors.filter(id__in=ages).values("id"))
    assert "__order" not in compiled.sql(
        authors.values("name").distinct().order_by("age").union(authors.values("code"))
    )


@since(5, 2)
def test_a_set_operation_as_a_subquery(compiled):
    both = authors.values("id").union(authors.values("age"))
    where = unnamed(compiled.where(authors.filter(id__in=both.order_by("id")[:3]).values("id")))
    assert where.endswith(") AS [__compound] ORDER BY 1 ASC OFFSET %s ROWS FETCH NEXT %s ROWS ONLY)")
    assert where.startswith("[ormtests_author].[id] IN (SELECT * FROM ((SELECT ")
    assert unnamed(compiled.where(authors.filter(id__in=both).values("id"))).endswith(") AS [__compound])")


def test_columns_of_a_subquery_without_names(connection):
    """As RawQuery and older Django select them."""
    query = Author.objects.only("id").distinct().order_by("age")[:3].query
    query.subquery = True
    sql, _ = query.get_compiler(connection=connection).as_sql()
    assert sql.startswith("(" * sql.startswith("(") + "SELECT [__subquery].[id] FROM (SELECT DISTINCT TOP (3) ")


@since(4, 0)
def test_a_statement_that_has_to_be_written_though_it_finds_nothing(connection):
    """As an aggregate over nothing may be."""
    compiler = authors.none().query.get_compiler(connection=connection, elide_empty=False)
    assert compiler.as_sql()[0].endswith(" FROM [ormtests_author] WHERE 0 = 1")


def test_groups_and_distinct_fields_exclude_each_other(compiled):
    with pytest.raises(NotImplementedError) as told:
        compiled.sql(authors.annotate(n=Count("id")).distinct("name"))
    assert str(told.value) == "annotate() + distinct(fields) is not implemented."


def many_lists():
    return authors.filter(*[Q(id__in=range(start, start + 60)) for start in range(0, 33000, 1000)])


@pytest.mark.parametrize(
    ("run", "more"),
    [
        (lambda: many_lists()._raw_delete("default"), 0),
        (lambda: many_lists().update(age=1), 1),
        (lambda: many_lists().annotate(n=Count("book")).aggregate(x=Sum("n")), 0),
    ],
    ids=["delete", "update", "aggregate"],
)
def test_lists_of_each_kind_of_statement_share_the_limit(run, more):
    ((sql, values),) = sent(run, answers=[(" subquery", [(1,)])])
    assert sql.count("OPENJSON") == 33 and len(values) == 33 + more


def test_distinct_rows_sorted_by_a_condition(compiled):
    """T-SQL selects and sorts by no conditions."""
    has_books = Exists(books.filter(author=OuterRef("pk")))
    sql = compiled.sql(authors.values("name").distinct().order_by(has_books, "age"))
    assert ", CAST(CASE WHEN EXISTS(SELECT " in sql
    assert " THEN 1 ELSE 0 END AS bit) AS [__order1], [ormtests_author].[age] " in sql
    assert sql.endswith(" ORDER BY 2 ASC, 3 ASC")


def test_nulls_last_with_distinct(compiled):
    sql = compiled.sql(authors.values("age").distinct().order_by(F("age").asc(nulls_last=True)))
    assert sql.endswith("CASE WHEN [ormtests_author].[age] IS NULL THEN 1 ELSE 0 END AS [__order1] FROM [ormtests_author] "
                        "ORDER BY 2 ASC, 1 ASC")  # fmt: skip


# ---- names --------------------------------------------------------------------------------


def test_table_in_a_schema(compiled):
    assert compiled.sql(Order.objects.filter(number=3)) == (
        "SELECT [sales].[order].[id], [sales].[order].[number] FROM [sales].[order] WHERE [sales].[order].[number] = %s"
    )


@since(4, 2)
def test_a_slice_of_filtered_windows_is_counted(compiled):
    """Its order stands beside OFFSET, and not in a derived table below (error 1033)."""
    rows = authors.annotate(x=Window(RowNumber(), order_by="id")).filter(x__gt=1).distinct()
    page = rows.order_by(F("book__rating").asc(nulls_last=True), "id")[:4]
    ((sql, _),) = sent(page.count, answers=[(" subquery", [(1,)])])
    assert sql.endswith(", [col1] ASC OFFSET ? ROWS FETCH NEXT ? ROWS ONLY) subquery")


@since(5, 2)
def test_rows_are_counted_of_which_nothing_else_is_asked(compiled):
    """A select list is never empty (error 156)."""
    rows = authors.values(x=Exists(Book.objects.all())).order_by("-x")[3:20]
    ((sql, _),) = sent(rows.count, answers=[(" subquery", [(1,)])])
    assert "(SELECT NULL AS [__none] FROM [ormtests_author] ORDER BY " in sql


# ---- rows ----------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "sizes"), [({}, [450]), ({"chunked_fetch": True}, [100, 100, 100, 100, 50])])
def test_rows_that_are_all_kept_are_read_at_once(arguments, sizes):
    """And those of iterator() in parts."""
    connection = fake_connection()
    connection.ensure_connection()
    connection.driver.answer("ormtests_author", [(number,) for number in range(450)])
    compiler = authors.values("id").query.get_compiler(connection=connection)
    parts = list(compiler.execute_sql(**arguments))
    assert [len(part) for part in parts] == sizes
    assert [row for part in parts for row in part] == [(number,) for number in range(450)]


def test_converters_of_a_column_follow_one_another():
    connection = fake_connection()
    compiler = authors.query.get_compiler(connection=connection)
    converters = {
        2: ([lambda value, *_: value + "b", lambda value, *_: value + "c"], "expression"),
        0: ([lambda value, *given: (value, *given)], "another"),
    }
    rows = compiler.apply_converters([(1, "x", "a"), (2, "y", "")], converters)
    assert list(rows) == [[(1, "another", connection), "x", "abc"], [(2, "another", connection), "y", "bc"]]


@pytest.mark.parametrize(
    "queryset",
    [
        authors.filter(id=1).union(authors.filter(id=2)).order_by(F("name").asc(nulls_last=True))[:3],
        authors.annotate(n=Count("book")).filter(n__gt=1).order_by("name")[1:3],
        authors.values("name").distinct()[:3],
    ],
)
def test_the_plan_is_made_first_and_only_read(queryset):
    connection = fake_connection()
    compiler = queryset.query.get_compiler(connection=connection)
    compiler.as_sql()
    assert compiler.plan == plan_of(queryset.query, True, False)
