import datetime
import re

import django
import pytest
from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError
from django.db.models import BooleanField, Count, DateField, ExpressionWrapper, F, Q, Subquery, Value
from django.db.models.fields.json import JSONField, KeyTransform
from django.db.models.functions import Cast
from jsontests.keys import KT
from jsontests.models import Paper

papers = Paper.objects.values("id")
COLUMN = "[jsontests_paper].[value]"


def test_a_string_is_said_twice_for_an_index(where):
    sql, params = where(papers.filter(value__a="x"))
    indexed, test = sql.strip("()").split(" AND (SELECT ", 1)
    assert indexed == "JSON_VALUE(CASE WHEN ISJSON(%s) = 1 THEN %s END, N'$.\"a\"') = %%s" % (COLUMN, COLUMN)
    assert test.startswith("TOP (1) CASE WHEN ([__j0].[type] = 1 AND ")
    assert params == ["x", "x."]


@pytest.mark.parametrize("value", [True, False])
def test_so_is_a_boolean_as_a_literal(where, value):
    sql, params = where(papers.filter(value__a=value))
    indexed = "JSON_VALUE(CASE WHEN ISJSON(%s) = 1 THEN %s END, N'$.\"a\"') = N'%s' AND (SELECT "
    assert (indexed % (COLUMN, COLUMN, str(value).lower())) in sql and not params


def test_a_number_is_written_in_many_ways(where):
    assert "JSON_VALUE" not in where(papers.filter(value__a=1))[0]


def test_a_long_string_is_beyond_json_value(where):
    sql, params = where(papers.filter(value__a="x" * 3000))
    assert "JSON_VALUE" not in sql and params == ["x" * 3000 + "."]


def test_texts_and_booleans_of_a_document_are_looked_at_first(where):
    sql, params = where(papers.filter(value={"a": 1, "b": "x", "c": {"d": True}, "e": ["y"], "0": "z"}))
    indexed = (
        "(JSON_VALUE(CASE WHEN ISJSON(%s) = 1 THEN %s END, N'$.\"b\"') = %%s AND JSON_VALUE(CASE WHEN ISJSON(%s) = 1 "
    )
    indexed += "THEN %s END, N'$.\"c\".\"d\"') = N'true' AND (SELECT TOP (1) "
    assert sql.startswith(indexed % (COLUMN, COLUMN, COLUMN, COLUMN)) and sql.count("JSON_VALUE") == 2
    assert params == ["x", 1.0, "x.", "y.", "z."]


@pytest.mark.parametrize(
    "condition, first",
    [
        (Q(value__k={"b": "x"}), 'N\'$."k"."b"\''),
        (Q(value__contains={"b": "x"}), "N'$.\"b\"'"),
        (Q(value__k__contains={"b": "x"}), 'N\'$."k"."b"\''),
        (Q(value__in=[{"b": "x"}]), "N'$.\"b\"'"),
    ],
)
def test_so_are_those_of_keys_and_parts(where, condition, first):
    sql, params = where(papers.filter(condition))
    assert sql.count("JSON_VALUE") == 1 and first in sql and params == ["x", "x."]


@pytest.mark.parametrize(
    "condition",
    [
        # The array ["x"] contains it, too.
        Q(value__k__contains="x"),
        Q(value__contained_by={"b": "x"}),
        Q(value__contains={"b": "x" * 3000}),
        Q(value__contains={"": "x", "0": "x"}),
        Q(value__in=[{"b": "x"}, {"b": "y"}]),
    ],
)
def test_what_need_not_be_at_a_path_is_not(where, condition):
    assert "JSON_VALUE" not in where(papers.filter(condition))[0]


def test_only_a_few_keys_are_looked_at_first(where):
    sql, _ = where(papers.filter(value={"k%d" % number: "x" for number in range(9)}))
    assert sql.count("JSON_VALUE") == 4


def test_an_expression_has_no_index_and_is_named_once(where):
    newest = Paper.objects.values("other")[:1]
    sql, _ = where(papers.annotate(n=Subquery(newest)).filter(n={"b": "x"}))
    assert "JSON_VALUE" not in sql


@pytest.mark.parametrize("version", ["2016", "2022", "2025"])
def test_every_version_has_the_same_lookups(where, version):
    sql, _ = where(papers.filter(value__a=1, value__b__contains={"c": 1}, value__has_key="d"), version=version)
    assert sql == where(papers.filter(value__a=1, value__b__contains={"c": 1}, value__has_key="d"))[0]


def test_values_go_through_the_encoder(where):
    _, params = where(papers.filter(other__day=datetime.date(2020, 1, 2)))
    assert params == ["2020-01-02", "2020-01-02."]


@pytest.mark.skipif(django.VERSION < (4, 2), reason="Django writes the JSON of lookups itself before 4.2")
def test_json_has_no_nan(where):
    with pytest.raises(ValueError, match="not JSON compliant"):
        where(papers.filter(value__a=float("nan")))


def test_none_is_json_null(where):
    sql, params = where(papers.filter(value__a=None))
    assert "WHEN ([__j0].[type] = 0) THEN" in sql and params == []
    assert where(papers.filter(value__a=Value(None, JSONField()))) == (sql, params)


@pytest.mark.skipif(django.VERSION >= (4, 2), reason="Since Django 4.2 the text is a string")
def test_text_in_a_value_is_json_before_django_4_2(where):
    assert where(papers.filter(value=Value("null"))) == where(papers.filter(value=None))
    assert where(papers.filter(value=Value('"x"'))) == where(papers.filter(value="x"))


def test_in_is_one_subquery(where):
    sql, params = where(papers.filter(value__a__in=["x", 1, None, Value(None, JSONField())]))
    assert sql.count("SELECT") == 1 and params == ["x.", 1.0]


def test_many_values_are_one_parameter(where):
    _, params = where(papers.filter(value__a__in=list(range(5000))))
    assert len(params) == 1 and params[0].startswith("[0,1,2,")
    _, params = where(papers.filter(value__in=[{"a": 1}, [2], "x"]))
    assert params == ['[{"a":1},[2],"x"]']


def test_in_of_nothing_is_empty(where):
    with pytest.raises(EmptyResultSet):
        where(papers.filter(value__a__in=[]))


def test_other_fields_keep_their_in(where):
    sql, params = where(papers.filter(name__in=["a", "b"]))
    assert sql == "[jsontests_paper].[name] IN (%s, %s)" and params == ["a", "b"]


def test_two_documents(where):
    sql, params = where(papers.filter(value__a=F("other__b")))
    assert (
        " CROSS JOIN OPENJSON(CAST(N'[' AS nvarchar(max)) + [jsontests_paper].[other] + N']', N'$[0]') AS [__o0] WHERE "
        in sql
    )
    assert params == []


def test_a_key_and_a_column(where):
    sql, _ = where(papers.filter(value__a=F("number")))
    assert "TRY_CAST([__j0].[value] AS float) = [jsontests_paper].[number]" in sql
    sql, _ = where(papers.filter(value__a=F("name")))
    assert "[__j0].[value] COLLATE Latin1_General_100_BIN2 = [jsontests_paper].[name]" in sql


def test_a_key_and_a_boolean_or_date(where):
    """They are compared in their JSON form, of one scalar each."""
    for expression in (ExpressionWrapper(Q(number__gt=1), BooleanField()), Cast("name", DateField())):
        sql, _ = where(papers.filter(value__a=expression))
        assert " AS [__o0] WHERE " in sql and "[__j0].[type] = [__o0].[type]" in sql


def test_one_of_constants_and_columns(where):
    sql, params = where(papers.filter(value__a__in=["x", F("name")]))
    assert " OR " in sql and "[__j0].[value] COLLATE Latin1_General_100_BIN2 = [jsontests_paper].[name]" in sql
    assert "x" in params


def test_a_key_of_a_query_of_columns(where):
    sql, _ = where(papers.filter(value__a__in=Paper.objects.values("name")))
    assert "[__j0].[value] COLLATE Latin1_General_100_BIN2 IN (SELECT " in sql


def test_contained_by_another_document(where):
    sql, params = where(papers.filter(value__contained_by=F("other")))
    assert "[jsontests_paper].[other]" in sql and " AS [__o0]" in sql and params == []


def test_a_number_in_the_path_is_no_part_of_an_index(where):
    """It may be the name of a member, which JSON_VALUE would not find."""
    assert "JSON_VALUE" not in where(papers.filter(value__a__0="x"))[0]


def test_a_key_and_a_query(where):
    sql, _ = where(papers.filter(value__a=Paper.objects.values("other")[:1]))
    assert "OPENJSON(CAST(N'[' AS nvarchar(max)) + (SELECT TOP (1) " in sql and "AS [__o0]" in sql


@pytest.mark.skipif(django.VERSION < (4, 2), reason="Django takes a key as text for a JSONField before 4.2")
def test_a_key_as_text_is_one_of_some_texts(where):
    sql, params = where(papers.annotate(t=KT("value__a")).filter(t__in=["x", "y"]))
    assert ") COLLATE Latin1_General_100_BIN2 IN (%s, %s)" in sql and params == ["x.", "y."]


def test_isnull_asks_for_the_key(where):
    sql, _ = where(papers.filter(value__a__isnull=True))
    assert sql.startswith("(NOT EXISTS (SELECT 1 FROM OPENJSON(")
    sql, _ = where(papers.annotate(t=KT("value__a")).filter(t__isnull=True))
    assert sql.endswith(" IS NULL") and "EXISTS" not in sql


def test_has_keys(where):
    sql, _ = where(papers.filter(value__has_keys=["a", "b"]))
    assert sql.count("EXISTS") == 2 and " AND EXISTS" in sql
    sql, _ = where(papers.filter(value__has_any_keys=["a", "b"]))
    assert " OR EXISTS" in sql
    sql, _ = where(papers.filter(value__has_key=KeyTransform("b", KeyTransform("a", "value"))))
    assert "[key] = N'b'" in sql


def test_has_keys_of_none(where):
    assert where(papers.filter(value__has_keys=[]))[0] == "1 = 1"
    assert where(papers.filter(value__has_any_keys=[]))[0] == "1 = 0"


def test_contained_by_turns_the_sides(where):
    one, params = where(papers.filter(value__contains=[1]))
    other, more = where(papers.filter(value__contained_by=[1]))
    assert params == [1.0] and more == [1.0, 1.0] and one != other


def test_openjson_needs_its_compatibility_level(compiled):
    with pytest.raises(NotSupportedError, match="level is 120.*COMPATIBILITY_LEVEL = 130"):
        compiled(papers.filter(value__a=1), version="2016", compatibility_level=120)


def test_a_condition_may_be_selected(compiled):
    sql, _ = compiled(papers.annotate(is_one=ExpressionWrapper(Q(value__a=1), BooleanField())))
    assert "CASE WHEN (SELECT TOP (1)" in sql


@pytest.mark.parametrize("condition", [Q(value__a=1), Q(value__a__isnull=False), ~Q(value__a="x")])
def test_keys_in_having(compiled, condition):
    """Beside an aggregate a condition, or the key that Django 3.2 groups by, is computed before the rows are grouped (error 8121)."""
    groups = Paper.objects.order_by().values("name").annotate(n=Count("id")).filter(Q(n=1) | condition)
    sql, _ = compiled(groups)
    grouped, having = sql.split(" GROUP BY ")[1].split(" HAVING ")
    assert "OPENJSON" not in grouped and (COLUMN in grouped or COLUMN not in having)
    assert re.search(r"\[__hoisted\]\.\[__k\d\] = 1|OPENJSON\(.* \+ \[__hoisted\]\.\[__k\d\] \+ ", having)


def test_groups_of_a_key_are_sorted_by_it(compiled):
    """By what is computed beside the table: the column of the document is not grouped (error 8127)."""
    groups = Paper.objects.order_by().values("value__d__0").annotate(n=Count("id"))
    for ordered in (groups.order_by("value__d__0"), groups.order_by(F("value__d__0").asc(nulls_last=True))):
        grouped, ordering = compiled(ordered)[0].split(" GROUP BY ")[1].split(" ORDER BY ")
        assert COLUMN not in grouped + ordering and "[__hoisted].[__k1]" in ordering
