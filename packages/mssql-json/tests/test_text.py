import django
import pytest
from django.db.models import F
from jsontests.keys import KT
from jsontests.models import Paper

papers = Paper.objects.values("id")


@pytest.mark.parametrize("lookup", ["startswith", "endswith"])
def test_case_matters(where, lookup):
    sql, _ = where(papers.filter(**{"value__a__" + lookup: "x"}))
    assert ") COLLATE Latin1_General_100_BIN2 LIKE %s" in sql


@pytest.mark.parametrize("lookup", ["istartswith", "iendswith", "icontains"])
def test_case_does_not_matter(where, lookup):
    sql, _ = where(papers.filter(**{"value__a__" + lookup: "x"}))
    assert ") COLLATE Latin1_General_100_CI_AS LIKE %s" in sql


@pytest.mark.skipif(django.VERSION < (4, 2), reason="Django takes a key as text for a JSONField before 4.2")
def test_contains_of_a_text_is_a_substring_of_a_document_is_not(where):
    sql, params = where(papers.annotate(t=KT("value__a")).filter(t__contains="x"))
    assert ") COLLATE Latin1_General_100_BIN2 LIKE %s" in sql and params == ["%x%"]
    _, params = where(papers.filter(value__a__contains="x"))
    assert params == ["x.", "x."]


def test_iexact(where):
    sql, params = where(papers.filter(value__a__iexact="X "))
    assert sql.endswith(" + N'.') COLLATE Latin1_General_100_CI_AS = %s") and params == ["X ."]


def test_none_is_json_null_for_text_too(where):
    expected = where(papers.filter(value__a=None))
    key = papers.annotate(t=KT("value__a"))
    assert where(key.filter(t__exact=None))[0].endswith(expected[0])


def test_numbers_and_strings_have_an_order_each(where):
    sql, params = where(papers.filter(value__a__gt=2))
    assert "[__j0].[type] = 2 AND IIF(" in sql and params == [2.0, "2"]
    sql, params = where(papers.filter(value__a__lt="x"))
    assert "[__j0].[type] = 1 AND " in sql and params == ["x\x01"]


def test_order_of_a_key_and_a_column(where):
    sql, _ = where(papers.filter(value__a__gte=F("number")))
    assert "TRY_CAST([__j0].[value] AS float) >= [jsontests_paper].[number]" in sql


@pytest.mark.skipif(django.VERSION < (4, 2), reason="Django takes a key as text for a JSONField before 4.2")
def test_a_key_as_text_is_compared_as_a_number_with_numbers(where):
    key = papers.annotate(t=KT("value__a"))
    sql, params = where(key.filter(t__gt="5"))
    assert " WHERE TRY_CAST(" in sql and sql.endswith(" AS float) > %s") and params == [5.0]
    sql, params = where(key.filter(t__lte="five"))
    assert "TRY_CAST" not in sql and sql.endswith(" <= %s") and params == ["five"]
    sql, params = where(key.filter(t__lt=F("name")))
    assert sql.endswith(" < [jsontests_paper].[name]") and params == []


def test_a_text_without_case_is_compared_with_a_column(where):
    sql, params = where(papers.filter(value__a__iexact=F("name")))
    assert sql.endswith(") COLLATE Latin1_General_100_CI_AS = [jsontests_paper].[name]") and params == []
