import gc
import weakref

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Concat, Lower
from ormtests.models import Author, Book

authors = Author.objects.order_by()


def test_one_derived_table_for_all(compiled):
    queryset = authors.annotate(x=Lower("name"), y=F("age") + 1).values("x", "y").annotate(n=Count("id"))
    sql = compiled.sql(queryset)
    assert (
        "CROSS APPLY (SELECT LOWER([ormtests_author].[name]) AS [__k1], ([ormtests_author].[age] + %s) AS [__k2])"
        in sql
    )
    assert sql.endswith("GROUP BY [__hoisted].[__k1], [__hoisted].[__k2]")


def test_parameters_stay_in_order(compiled):
    queryset = authors.annotate(x=Concat("name", Value("a"))).values("x").filter(age=3).annotate(n=Count("id") + 4)
    sql, params = compiled(queryset.filter(n__gt=5).order_by("x")[2:4])
    assert params == [4, "a", 3, 4, 5, 2, 2]


def test_having_over_a_subquery(compiled):
    price = Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1])
    sql = compiled.sql(authors.values("name").annotate(n=Sum(price)).filter(n__gt=3))
    assert sql.endswith("GROUP BY [ormtests_author].[name] HAVING SUM([__hoisted].[__k1]) > %s")
    assert "CROSS APPLY (SELECT (SELECT TOP (1) " in sql


def test_a_column_of_an_aggregate_that_is_selected_too_is_grouped(compiled):
    """Beside the aggregate it needs GROUP BY (error 8120), which Django gives the subquery's outer columns only."""
    price = Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1])
    sql = compiled.sql(authors.annotate(x=price).annotate(n=Count("x")).filter(n__gt=0))
    assert "[__hoisted].[__k1] AS [x], COUNT_BIG([__hoisted].[__k1]) AS [n]" in sql
    assert "[ormtests_author].[born], [__hoisted].[__k1] HAVING " in sql


def test_a_wrapped_condition_is_grouped_by_its_value(compiled):
    wrapped = ExpressionWrapper(Q(age__gt=5), output_field=BooleanField())
    sql = compiled.sql(authors.annotate(x=wrapped).values("x").annotate(n=Count("id")))
    assert sql.startswith("SELECT CASE WHEN [__hoisted].[__k1] = 1 THEN 1 ELSE 0 END AS [x], ")
    assert sql.endswith(" GROUP BY [__hoisted].[__k1]")


def test_groups_of_what_is_always_true(compiled):
    always = ExpressionWrapper(~Q(pk__in=[]), output_field=BooleanField())
    sql = compiled.sql(authors.annotate(x=always, n=Count("book")))
    assert "WHERE" not in sql and " = 1," not in sql.split(" GROUP BY ")[1]


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
