import pytest
from django.db import NotSupportedError
from django.db.models import BooleanField, Case, Exists, OuterRef, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from ormtests.models import Author, Book, Collated

from mssql_core.testing import fake_connection

NAME = "[ormtests_author].[name]"


def where(compiled, model=Author, version="2022", collation="SQL_Latin1_General_CP1_CI_AS", **lookup):
    sql, params = compiled(model.objects.order_by().filter(**lookup), version, collation=collation)
    return sql.split(" WHERE ")[1], params


def test_case_is_the_columns_business(compiled):
    """UPPER() would keep the server from using the index."""
    assert where(compiled, name__iexact="x") == (NAME + " = %s", ["x"])
    assert where(compiled, name__icontains="x") == (NAME + r" LIKE %s ESCAPE '\'", ["%x%"])
    assert where(compiled, name__istartswith="x") == (NAME + r" LIKE %s ESCAPE '\'", ["x%"])


def test_case_is_ignored_in_a_case_sensitive_database(compiled):
    sql, _ = where(compiled, collation="Latin1_General_100_CS_AS", name__icontains="x")
    assert sql == NAME + r" COLLATE Latin1_General_100_CI_AS LIKE %s ESCAPE '\'"


def test_case_is_ignored_in_a_case_sensitive_column(compiled):
    sql, _ = where(compiled, Collated, name__iexact="x")
    assert sql == "[ormtests_collated].[name] COLLATE Latin1_General_100_CI_AS = %s"


def test_wildcards_are_characters(compiled):
    assert where(compiled, name__contains=r"5%_[\ ")[1] == [r"%5\%\_\[\\ %"]


def test_pattern_of_a_column(compiled):
    from django.db.models import F

    sql, _ = where(compiled, name__startswith=F("code"))
    assert sql.startswith(NAME + " LIKE REPLACE(REPLACE(") and sql.endswith(r"+ N'%%' ESCAPE '\'")


def test_like_over_other_types(compiled):
    assert where(compiled, age__contains="4")[0] == r"CONVERT(nvarchar(64), [ormtests_author].[age]) LIKE %s ESCAPE '\'"


def test_regular_expressions_of_2025(compiled):
    assert where(compiled, version="2025", name__regex="^a+") == ("REGEXP_LIKE(%s, %%s, 'c')" % NAME, ["^a+"])
    assert where(compiled, version="2025", name__iregex="^a+") == ("REGEXP_LIKE(%s, %%s, 'i')" % NAME, ["^a+"])


def test_simple_regular_expressions_before(compiled):
    assert where(compiled, name__regex="^a.*[a-c]$") == (
        NAME + r" COLLATE Latin1_General_100_BIN2 LIKE %s ESCAPE '\'",
        ["a%[a-c]"],
    )
    assert where(compiled, name__iregex="aB") == (
        "LOWER(" + NAME + r") COLLATE Latin1_General_100_BIN2 LIKE %s ESCAPE '\'",
        ["%ab%"],
    )


@pytest.mark.parametrize("pattern", ["a+", "(a)", "a|b", r"\b"])
def test_other_regular_expressions_before(compiled, pattern):
    with pytest.raises(NotSupportedError, match="needs REGEXP_LIKE, which SQL Server has from version 2025") as error:
        where(compiled, name__regex=pattern)
    assert repr(pattern) in str(error.value) and "regex_function" in str(error.value)


@pytest.mark.parametrize("version", ["2016", "2025"])
def test_regular_expressions_by_a_function_of_the_database(compiled, version):
    connection = fake_connection(version=version, options={"regex_function": "dbo.REGEXP_LIKE"})
    matching = compiled(Author.objects.order_by().filter(name__regex="a+"), version, connection=connection)
    assert matching[0].endswith("WHERE [dbo].[REGEXP_LIKE](%s, %%s, 1) = 1" % NAME) and matching[1] == ["a+"]
    sql, _ = compiled(Author.objects.order_by().filter(name__iregex="a+"), version, connection=connection)
    assert sql.endswith("WHERE [dbo].[REGEXP_LIKE](%s, %%s, 0) = 1" % NAME)


def test_bytes(compiled):
    assert where(compiled, Book, cover=b"ab") == ("[ormtests_book].[cover] = %s", [b"ab"])


# ---- boolean constants ------------------------------------------------------------------


@pytest.mark.parametrize(("value", "literal"), [(True, "1"), (False, "0")])
def test_a_boolean_constant_is_a_literal(compiled, value, literal):
    """A filtered index serves no parameter."""
    assert where(compiled, active=value) == ("[ormtests_author].[active] = " + literal, [])
    assert where(compiled, active__in=[value]) == ("[ormtests_author].[active] IN (%s)" % literal, [])


def test_boolean_constants_elsewhere(compiled):
    authors = Author.objects.order_by()
    assert compiled.where(authors.exclude(active=True)) == "NOT ([ormtests_author].[active] = 1)"
    assert compiled.where(Book.objects.order_by().filter(author__active=True)).endswith("[active] = 1")
    sql, params = compiled(authors.annotate(x=Case(When(active=True, then=Value(5)))).values("x"))
    assert "WHEN [ormtests_author].[active] = 1 THEN %s" in sql and params == [5]
    sql, params = compiled(authors.filter(Coalesce("active", False, output_field=BooleanField())).values("id"))
    assert sql.endswith("COALESCE([ormtests_author].[active], %s) = 1") and params == [False]


def test_a_condition_is_compared_with_no_constant(compiled):
    authors = Author.objects.order_by()
    adult = RawSQL("age > 17", (), output_field=BooleanField())
    assert compiled.where(authors.alias(adult=adult).filter(adult=True)) == "(age > 17)"
    exists = Exists(Book.objects.filter(author=OuterRef("pk")))
    assert compiled.where(authors.alias(busy=exists).filter(busy=False)).startswith("NOT ")


def test_other_columns_keep_their_parameter(compiled):
    assert where(compiled, age=True) == ("[ormtests_author].[age] = %s", [1])
    assert where(compiled, age__in=[1, 0])[1] == [1, 0]
