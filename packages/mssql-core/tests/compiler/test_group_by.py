"""What GROUP BY names: columns, functions of columns, and columns of the derived table."""

import pytest
from django.db.models import CharField, Count, ExpressionWrapper, F, Func, IntegerField, Max, OuterRef, Subquery, Value
from django.db.models.functions import (
    Abs,
    Cast,
    Coalesce,
    Concat,
    ExtractYear,
    Greatest,
    Length,
    Lower,
    TruncMonth,
    Upper,
)
from ormtests.models import Author, Book

authors = Author.objects.order_by()


def groups(compiled, expression):
    """The statement of groups by `expression`, and its GROUP BY."""
    sql, params = compiled(authors.annotate(x=expression).values("x").annotate(n=Count("id")))
    return sql, sql.partition(" GROUP BY ")[2], params


@pytest.mark.parametrize(
    "expression",
    [
        Lower("name"),
        Length(Lower("name")),
        F("age") + F("age"),
        Coalesce("name", Upper("name")),
        Cast("age", CharField(max_length=10)),
    ],
)
def test_functions_of_columns_stand_as_they_are_selected(compiled, expression):
    sql, group, params = groups(compiled, expression)
    assert "__hoisted" not in sql and not params
    assert sql.startswith("SELECT %s AS [x]," % group)


@pytest.mark.parametrize("trunc", [TruncMonth("born"), ExtractYear("born"), ExtractYear(TruncMonth("born"))])
def test_parts_of_moments_stand_as_they_are_selected(compiled, trunc):
    sql, group, params = groups(compiled, trunc)
    assert "__hoisted" not in sql and not params
    assert sql.startswith("SELECT %s AS [x]," % group)


@pytest.mark.parametrize(
    "expression",
    [
        # Two equal parameters are different expressions (error 8120).
        F("age") + 1,
        Concat("name", Value("a")),
        # Without a column it is a constant (error 164).
        Func(function="PI", output_field=IntegerField()),
        ExpressionWrapper(Value(1) + Value(2), output_field=IntegerField()),
        # A subquery (error 144).
        Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("price")[:1]),
        Lower(Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("title")[:1])),
    ],
)
def test_other_expressions_are_columns_of_the_derived_table(compiled, expression):
    sql, group, _ = groups(compiled, expression)
    assert group == "[__hoisted].[__k1]" and sql.startswith("SELECT [__hoisted].[__k1] AS [x],")


def test_a_group_that_is_not_selected(compiled):
    sql = compiled.sql(authors.annotate(x=Lower("name")).values("x").annotate(n=Count("id")).values("n"))
    assert sql.endswith(" FROM [ormtests_author] GROUP BY LOWER([ormtests_author].[name])")


def test_aggregates_and_order_name_the_function_again(compiled):
    queryset = authors.annotate(x=Lower("name")).values("x").annotate(n=Max("x"))
    sql = compiled.sql(queryset.order_by(Upper("x")))
    lower = "LOWER([ormtests_author].[name])"
    assert "MAX({0}) AS [n]".format(lower) in sql
    assert sql.endswith(" GROUP BY {0}, UPPER({0}) ORDER BY UPPER({0}) ASC".format(lower))


def test_functions_beside_columns_of_the_derived_table(compiled):
    queryset = authors.annotate(x=Lower("name"), y=F("age") + 1).values("x", "y").annotate(n=Max(Lower("name")))
    sql, params = compiled(queryset)
    assert sql.endswith(" GROUP BY LOWER([ormtests_author].[name]), [__hoisted].[__k1]") and params == [1]


def test_what_an_aggregate_has_hoisted_is_grouped_once(compiled):
    greatest = authors.annotate(x=Greatest("age", F("age") + F("age"))).values("x").annotate(n=Max("x"))
    assert compiled.sql(greatest).endswith(" GROUP BY [__hoisted].[__k1]")
    nested = authors.annotate(x=Greatest("age", F("age") + F("age")), y=Abs("x")).values("x", "y").annotate(n=Max("x"))
    assert compiled.sql(nested).endswith(" GROUP BY [__hoisted].[__k1], [__hoisted].[__k2]")


def test_a_function_that_a_subquery_beside_an_aggregate_names_is_a_column(compiled):
    groups = authors.values(x=Length("name")).annotate(n=Max("age"))
    greatest = "MAX([__v]) FROM (VALUES ([__hoisted].[__k1]), (MAX([ormtests_author].[age])))"
    for queryset in (
        groups.annotate(y=Greatest("x", "n")),
        groups.order_by(Greatest("x", "n")),
        groups.filter(n__lt=Greatest("x", "n")),
    ):
        sql = compiled.sql(queryset, version="2019")
        assert greatest in sql
        assert " GROUP BY [__hoisted].[__k1]" in sql and " GROUP BY [__hoisted].[__k1]," not in sql
