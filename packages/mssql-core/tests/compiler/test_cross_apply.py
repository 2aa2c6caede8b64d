import gc
import weakref

import django
import pytest
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Concat, Greatest, Lower
from orm import sent
from ormtests.models import Author, Book

authors = Author.objects.order_by()


def test_one_derived_table_for_all(compiled):
    queryset = authors.annotate(x=F("age") + 1, y=F("age") * 2).values("x", "y").annotate(n=Count("id"))
    sql = compiled.sql(queryset)
    assert (
        "CROSS APPLY (SELECT ([ormtests_author].[age] + %s) AS [__k1], ([ormtests_author].[age] * %s) AS [__k2])" in sql
    )
    assert sql.endswith("GROUP BY [__hoisted].[__k1], [__hoisted].[__k2]")


def test_a_grouped_expression_inside_another(compiled):
    name = Lower("name")
    queryset = authors.annotate(x=name, y=Concat(name, Value("a")), z=Concat(name, Value("b")))
    sql, params = compiled(queryset.values("x", "y", "z").annotate(n=Count("id")))
    lower = "LOWER([ormtests_author].[name])"
    assert sql == (
        "SELECT {0} AS [x], [__hoisted].[__k1] AS [y], [__hoisted].[__k2] AS [z], "
        "COUNT_BIG([ormtests_author].[id]) AS [n] FROM [ormtests_author] CROSS APPLY (SELECT "
        "CONCAT({0}, %s) AS [__k1], CONCAT({0}, %s) AS [__k2]) AS [__hoisted] "
        "GROUP BY {0}, [__hoisted].[__k1], [__hoisted].[__k2]".format(lower)
    )
    assert params == ["a", "b"]


def test_equal_subqueries_are_one_column(compiled):
    """They are different objects: the one that is selected, and the one that HAVING compares."""

    def price():
        return Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1])

    sql = compiled.sql(authors.values("name").annotate(n=Sum(price())).filter(n__gt=Max(price())))
    assert sql.count("SELECT TOP (1)") == 1 and "SUM([__hoisted].[__k1])" in sql and "MAX([__hoisted].[__k1])" in sql


def test_parameters_stay_in_order(compiled):
    queryset = authors.annotate(x=Concat("name", Value("a"))).values("x").filter(age=3).annotate(n=Count("id") + 4)
    sql, params = compiled(queryset.filter(n__gt=5).order_by("x")[2:4])
    assert params == [4, "a", 3, 4, 5, 2, 2]


def test_having_over_a_subquery(compiled):
    price = Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1])
    sql = compiled.sql(authors.values("name").annotate(n=Sum(price)).filter(n__gt=3))
    assert sql.endswith("GROUP BY [ormtests_author].[name] HAVING SUM([__hoisted].[__k1]) > %s")
    assert "CROSS APPLY (SELECT (SELECT TOP (1) " in sql


def test_a_query_on_the_right_of_a_lookup_is_no_group(compiled):
    """It may have many rows; the columns of the statement around it are."""
    prices = Book.objects.order_by().filter(author=OuterRef("pk")).values("pk")
    queryset = authors.values("age").annotate(n=Count("id")).filter(Q(n=1) | Q(age__in=prices))
    sql = compiled.sql(queryset)
    assert "__hoisted" not in sql and "GROUP BY [ormtests_author].[age], [ormtests_author].[id] HAVING " in sql


def test_a_column_of_an_aggregate_that_is_selected_too_is_grouped(compiled):
    """Beside the aggregate it needs GROUP BY (error 8120), which Django gives the subquery's outer columns only."""
    price = Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1])
    sql = compiled.sql(authors.annotate(x=price).annotate(n=Count("x")).filter(n__gt=0))
    assert "[__hoisted].[__k1] AS [x], COUNT_BIG([__hoisted].[__k1]) AS [n]" in sql
    assert "[ormtests_author].[born], [__hoisted].[__k1] HAVING " in sql


def test_a_wrapped_condition_is_grouped_by_its_value(compiled):
    wrapped = ExpressionWrapper(Q(age__gt=5), output_field=BooleanField())
    sql = compiled.sql(authors.annotate(x=wrapped).values("x").annotate(n=Count("id")))
    assert sql.startswith("SELECT [__hoisted].[__k1] AS [x], ")
    assert sql.endswith(" GROUP BY [__hoisted].[__k1]")


def test_groups_of_what_is_always_true(compiled):
    always = ExpressionWrapper(~Q(pk__in=[]), output_field=BooleanField())
    sql = compiled.sql(authors.annotate(x=always, n=Count("book")))
    assert "WHERE" not in sql and " = 1," not in sql.split(" GROUP BY ")[1]
    if django.VERSION >= (4, 2):
        # Before, such a condition compiles to ''.
        assert "__hoisted" not in sql


class Looked(Func):
    """An expression that a plugin translates to a subquery."""

    output_field = IntegerField()
    template = "(SELECT %(expressions)s)"


def test_an_aggregate_over_what_compiles_to_a_subquery(compiled):
    """It takes none (error 130)."""
    sql = compiled.sql(authors.values("name").annotate(n=Sum(Looked("age"))))
    assert "CROSS APPLY (SELECT (SELECT [ormtests_author].[age]) AS [__k1]) AS [__hoisted]" in sql
    assert "(SELECT [ormtests_author].[age])" not in sql.split(" FROM ")[0]


def test_ungrouped_queries_have_no_derived_table(compiled):
    assert "hoisted" not in compiled.sql(authors.annotate(x=Lower("name")).filter(x="a").order_by("x"))


def test_a_compiled_query_is_freed_at_once(connection):
    compiler = authors.values("name").annotate(n=Count("id")).query.get_compiler(connection=connection)
    compiler.as_sql()
    seen = weakref.ref(compiler)
    gc.disable()
    try:
        del compiler
        assert seen() is None
    finally:
        gc.enable()


def test_what_stands_beside_an_aggregate_is_grouped(compiled):
    """Error 8120: in the same expression, too."""
    price = Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1])
    sql = compiled.sql(authors.values("name").annotate(n=Sum(price) + price))
    assert "(SUM([__hoisted].[__k1]) + [__hoisted].[__k1]) AS [n]" in sql
    assert sql.split(" GROUP BY ")[1].endswith("[__hoisted].[__k1]")
    sql = compiled.sql(authors.values("name").annotate(n=Sum(price) + Max(price)))
    assert sql.endswith(" GROUP BY [ormtests_author].[name]")


@pytest.mark.parametrize("always", [False, True])
def test_an_aggregate_over_a_constant_condition(compiled, always):
    condition = ~Q(pk__in=[]) if always else Q(pk__in=[])
    wrapped = ExpressionWrapper(condition, output_field=BooleanField())
    sql = compiled.sql(authors.values("name").annotate(x=Max(wrapped)))
    assert "MAX(CAST(CAST(%d AS bit) AS tinyint)) AS [x] FROM [ormtests_author] GROUP BY" % always in sql


def test_aggregates_of_conditions_over_subqueries(compiled):
    """A subquery anywhere inside is too much (error 130)."""
    has_books = Exists(Book.objects.order_by().filter(author=OuterRef("pk")))
    case = Case(When(Q(age=1) | ~Q(has_books, age=2), then=Value(1)))
    sql = compiled.sql(authors.values("name").annotate(n=Count(case)))
    assert "COUNT_BIG([__hoisted].[__k1]) AS [n] FROM [ormtests_author] CROSS APPLY (SELECT CASE WHEN " in sql


def test_an_aggregate_of_aggregates(compiled):
    """The table beside which the expression is computed is the grouped statement."""

    queryset = authors.annotate(n=Count("book"))
    ((sql, values),) = sent(
        lambda: queryset.aggregate(x=Sum(Greatest("n", Value(3)))), answers=[(" subquery ", [(5,)])]
    )
    assert sql.startswith("SELECT SUM(CAST([__hoisted].[__k1] AS bigint)) FROM (SELECT COUNT_BIG(")
    assert sql.endswith(") subquery CROSS APPLY (SELECT GREATEST([n], ?) AS [__k1]) AS [__hoisted]")
    assert values == [3]


class Point:
    """A value without a hash, such as a geometry's."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return self.text == other.text

    __hash__ = None


class PointField(CharField):
    def get_prep_value(self, value):
        return value.text


def test_values_that_have_no_hash(compiled):
    first, second = (Value(Point(text), PointField(max_length=5)) for text in "ab")
    grouped = authors.values("name").alias(
        x=Max(Greatest("code", first, output_field=CharField())),
        y=Max(Greatest("code", second, output_field=CharField())),
    )
    sql, params = compiled(grouped.filter(x__gt=second, y__gt=first))
    assert sql.count("GREATEST(") == 2 and params == ["a", "b", "b", "a"]
    # Parentheses around values are the older versions'.
    assert sql.replace("(%s)", "%s").endswith(" HAVING (MAX([__hoisted].[__k1]) > %s AND MAX([__hoisted].[__k2]) > %s)")
