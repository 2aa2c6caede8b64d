from django.db.models import Case, Exists, F, IntegerField, OuterRef, Value, When
from django.db.models.functions import Length
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
    found = order(compiled, F("age").asc(nulls_last=True))
    assert found == "CASE WHEN [ormtests_author].[age] IS NULL THEN 1 ELSE 0 END ASC, [ormtests_author].[age] ASC"


def test_nulls_first(compiled):
    found = order(compiled, F("age").desc(nulls_first=True))
    assert found == "CASE WHEN [ormtests_author].[age] IS NULL THEN 0 ELSE 1 END ASC, [ormtests_author].[age] DESC"


def test_nulls_come_first_anyway(compiled):
    assert order(compiled, F("age").asc(nulls_first=True)) == "[ormtests_author].[age] ASC"
    assert order(compiled, F("age").desc(nulls_last=True)) == "[ormtests_author].[age] DESC"


def test_random_order(compiled):
    assert order(compiled, "?") == "NEWID() ASC"


def test_order_by_a_condition(compiled):
    found = order(compiled, Exists(Book.objects.filter(author=OuterRef("pk"))))
    assert found.startswith("CAST(CASE WHEN EXISTS(") and found.endswith(" THEN 1 ELSE 0 END AS bit) ASC")


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
