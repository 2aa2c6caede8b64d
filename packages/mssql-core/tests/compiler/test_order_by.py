from django.db.models import Case, Exists, F, Func, IntegerField, OrderBy, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Concat, Length, Lower
from orm import since
from ormtests.models import Author, Book

from mssql_core.testing import compile_sql

authors = Author.objects.order_by()


def order(compiled, *fields, **arguments):
    return compiled.sql(authors.values("id").order_by(*fields), **arguments).split(" ORDER BY ")[1]


def test_a_column_is_named_once(compiled):
    """Twice is error 169."""
    assert order(compiled, "name", "-name", "age") == "[ormtests_author].[name] ASC, [ormtests_author].[age] ASC"


@since(4, 2)
def test_the_same_column_by_another_name(compiled):
    sql = compiled.sql(authors.annotate(x=F("name")).values("x").order_by("x", "name"))
    assert sql.endswith("ORDER BY 1 ASC")


@since(4, 2)
def test_the_name_of_a_column_behind_it(compiled):
    sql = compiled.sql(authors.annotate(x=F("name")).values("x").order_by("name", "x"))
    assert sql.endswith("ORDER BY [ormtests_author].[name] ASC")


def test_expressions_that_differ_in_their_values_alone(compiled):
    queryset = authors.values("id").order_by(*[Concat("name", Value(text)) for text in ("a", "b", "a")])
    sql, params = compiled(queryset)
    expected = "CONCAT([ormtests_author].[name], %s) ASC, CONCAT([ormtests_author].[name], %s) ASC"
    assert sql.endswith(" ORDER BY " + expected) and params == ["a", "b"]


def test_subqueries(compiled):
    of_author = Book.objects.order_by().filter(author=OuterRef("pk"))
    queryset = authors.annotate(x=of_author.values("price")[:1], y=of_author.values("rating")[:1])
    sql = compiled.sql(queryset.values("id").order_by("x", "y")).split(" ORDER BY ")[1]
    assert "[price]" in sql and "[rating]" in sql and sql.count("(SELECT TOP (1) ") == 2


@since(5, 2)
def test_columns_of_a_set_operation_are_its_own(compiled):
    """Whatever each part has there: a constant, or a column twice."""
    one, two = (authors.annotate(x=Value(number)).values("x") for number in (1, 2))
    assert compiled.sql(one.union(two).order_by("x")).endswith(") ORDER BY 1 ASC")
    twice, other = (authors.annotate(x=F(name)).values("name", "x") for name in ("name", "code"))
    assert compiled.sql(twice.union(other).order_by("name", "x")).endswith(") ORDER BY 1 ASC, 2 ASC")


def test_a_set_operation_of_groups_is_not_grouped_itself(compiled):
    groups = authors.values("name").annotate(n=Sum("age"))
    sql = compiled.sql(groups.union(groups, all=True).order_by("n"))
    assert "__hoisted" not in sql and sql.count("GROUP BY") == 2


def test_a_column_of_a_set_operation_is_sorted_by_once(compiled):
    """By its position and, with an order of NULLs, by its name: together they are error 169."""
    both = authors.values("name", "age").union(authors.values("name", "age"), all=True)
    last = F("age").asc(nulls_last=True)
    terms = compiled.sql(both.order_by(last, "age", "name")).split(" ORDER BY ")[1].split(", ")
    assert len(terms) == 3 and terms[0].startswith("CASE WHEN ") and " THEN 1 ELSE 0 END ASC" in terms[0]
    assert "(2)" not in terms[0]
    terms = compiled.sql(both.order_by("age", last, "-name")).split(" ORDER BY ")[1].split(", ")
    assert len(terms) == 2 and terms[1].endswith(" DESC")


class NewSequence(Func):
    function = "NEXTNUMBER"
    output_field = IntegerField()


def test_a_function_without_arguments_may_differ_in_each_row(compiled):
    sql = order(compiled, NewSequence(), Lower(Value("a")), "name")
    assert sql == "NEXTNUMBER() ASC, [ormtests_author].[name] ASC"


class Greek(OrderBy):
    template = "%(expression)s COLLATE Greek_BIN2 %(ordering)s"


def test_an_order_with_a_template_of_its_own(compiled):
    """It is for the expression, not for whether that is NULL."""
    name = "[ormtests_author].[name]"
    assert order(compiled, Greek(F("name"))) == name + " COLLATE Greek_BIN2 ASC"
    assert order(compiled, Greek(Lower("name"), descending=True)) == "LOWER(%s) COLLATE Greek_BIN2 DESC" % name
    sql = order(compiled, Greek(F("name"), nulls_last=True))
    assert sql == "CASE WHEN %s IS NULL THEN 1 ELSE 0 END ASC, %s COLLATE Greek_BIN2 ASC" % (name, name)


def test_an_expression_may_sort_by_several(connection, monkeypatch):
    """Operations of a plugin say what ORDER BY names in its place."""
    monkeypatch.setattr(
        type(connection.ops), "sort_expressions", lambda ops, expression: [Length(expression), expression]
    )
    sql, _ = compile_sql(authors.values("id").order_by("-name"), connection)
    assert sql.split(" ORDER BY ")[1].startswith("(CAST(LEN(CAST([ormtests_author].[name]")
    assert sql.endswith(" DESC, [ormtests_author].[name] DESC")


def test_constants_are_left_out(compiled):
    """They are error 408."""
    assert order(compiled, Value(3), "age") == "[ormtests_author].[age] ASC"


def test_a_case_that_no_condition_is_left_of(compiled):
    """A parameter alone is error 1008: it would be the position of a column."""
    nothing = Case(When(pk__in=[], then=Value(1)), default=Value(0), output_field=IntegerField())
    assert order(compiled, nothing.desc(), "age") == "[ormtests_author].[age] ASC"


def test_nothing_but_constants(compiled):
    assert "ORDER BY" not in compiled.sql(authors.order_by(Value(3)))


def test_nulls_last(compiled):
    sql = order(compiled, F("age").asc(nulls_last=True))
    assert sql == "CASE WHEN [ormtests_author].[age] IS NULL THEN 1 ELSE 0 END ASC, [ormtests_author].[age] ASC"


def test_nulls_first(compiled):
    sql = order(compiled, F("age").desc(nulls_first=True))
    assert sql == "CASE WHEN [ormtests_author].[age] IS NULL THEN 0 ELSE 1 END ASC, [ormtests_author].[age] DESC"


def test_nulls_come_first_anyway(compiled):
    assert order(compiled, F("age").asc(nulls_first=True)) == "[ormtests_author].[age] ASC"
    assert order(compiled, F("age").desc(nulls_last=True)) == "[ormtests_author].[age] DESC"


def test_random_order(compiled):
    assert order(compiled, "?") == "NEWID() ASC"


def test_order_by_a_condition(compiled):
    sql = order(compiled, Exists(Book.objects.filter(author=OuterRef("pk"))))
    assert sql.startswith("CAST(CASE WHEN EXISTS(") and sql.endswith(" THEN 1 ELSE 0 END AS bit) ASC")


@since(4, 2)
def test_set_operation_with_nulls_last(compiled):
    """ORDER BY of a UNION takes its columns only (error 104)."""
    queryset = authors.values("age").union(authors.values("age"), all=True)
    sql = compiled.sql(queryset.order_by(F("age").asc(nulls_last=True))[:2])
    assert sql.startswith("SELECT * FROM ((SELECT ")
    assert sql.replace("[col1]", "[age]").endswith(
        ") AS [__compound] ORDER BY CASE WHEN [age] IS NULL THEN 1 ELSE 0 END ASC, [age] ASC "
        "OFFSET %s ROWS FETCH NEXT %s ROWS ONLY"
    )


@since(4, 0)
def test_an_aggregate_of_a_constant_is_none(compiled):
    """It differs from group to group."""
    groups = authors.values("name").annotate(x=Sum(Value(2)))
    assert compiled.sql(groups.order_by(F("x") + 1)).endswith(" ORDER BY (SUM(CAST(%s AS bigint)) + %s) ASC")


@since(4, 0)
def test_nulls_last_of_a_condition(compiled):
    """IS NULL takes a value, no condition (error 156)."""
    older = "CAST(CASE WHEN {0} THEN 1 WHEN NOT ({0}) THEN 0 END AS bit)".format("[ormtests_author].[age] > %s")
    assert order(compiled, OrderBy(Q(age__gt=5), nulls_last=True)) == (
        "CASE WHEN %s IS NULL THEN 1 ELSE 0 END ASC, %s ASC" % (older, older)
    )


@since(5, 2)
def test_positions_behind_a_composite_key(compiled):
    """Django counts the key as one column, where it is as many as it has fields."""
    from ormtests.models import Line

    lines = Line.objects.annotate(x=F("number") + 1).values_list("pk", "x")
    assert compiled.sql(lines.order_by("-x")).endswith(" ORDER BY 3 DESC")
    assert compiled.sql(lines.union(lines).order_by("-x", "-pk")).endswith(" ORDER BY 3 DESC, 1 DESC, 2 DESC")
    others = Line.objects.values_list("number", "pk")
    assert compiled.sql(others.union(others).order_by("pk")).endswith(" ORDER BY 2 ASC, 3 ASC")
