"""A JSON value beside a column: what is compared with what."""

import pytest
from django.db.models import CharField, DateField, F, FloatField, IntegerField, JSONField, Q
from django.db.models.expressions import RawSQL
from django.db.models.sql.query import Query
from jsontests.models import Paper

papers = Paper.objects.values("id")


def test_a_text_is_compared_with_the_text_of_a_key(where):
    sql, params = where(papers.filter(name=F("value__a")))
    assert "[__j0].[value] COLLATE Latin1_General_100_BIN2 = [jsontests_paper].[name]" in sql and not params


def test_an_integer_is_compared_with_all_digits(where):
    sql, _ = where(papers.filter(number=F("value__a")))
    assert "TRY_CAST([__j0].[value] AS decimal(38, 0)) = [jsontests_paper].[number]" in sql


@pytest.mark.parametrize(("lookup", "operator"), [("lt", ">"), ("lte", ">="), ("gt", "<"), ("gte", "<=")])
def test_the_sides_change_places(where, lookup, operator):
    sql, _ = where(papers.filter(**{"number__" + lookup: F("value__a")}))
    assert "[value] AS float) %s [jsontests_paper].[number]" % operator in sql


def test_a_range_is_two_comparisons(where):
    sql, params = where(papers.filter(number__range=(F("value__a"), 9)))
    assert " <= [jsontests_paper].[number]" in sql and "AND [jsontests_paper].[number] <= %s" in sql and params == [9]


def test_a_query_of_keys_is_read_as_json(where):
    sql, _ = where(papers.filter(name__in=Paper.objects.values("value__a")))
    assert sql.startswith("EXISTS (SELECT 1 FROM (SELECT * FROM (SELECT ")
    assert "[__c].[value] COLLATE Latin1_General_100_BIN2 = [jsontests_paper].[name]" in sql


@pytest.mark.parametrize("rhs", [5, F("id"), Paper.objects.values("id")[:1]])
def test_other_comparisons_stay_as_they_are(where, rhs):
    sql, _ = where(papers.filter(number=rhs))
    assert sql.startswith("[jsontests_paper].[number] = ")


@pytest.mark.parametrize("rhs", [["x", "y"], [F("name"), "x"], Paper.objects.values("name")])
def test_so_does_in(where, rhs):
    sql, _ = where(papers.filter(name__in=rhs))
    assert sql.startswith("[jsontests_paper].[name] IN (")


@pytest.mark.parametrize("condition", [Q(name=F("value__a")), Q(name__in=[F("value__a")]), Q(name__lt=F("value__a"))])
def test_a_constraint_compares_the_text_that_json_value_returns(connection, condition):
    """It allows no subquery (1046)."""
    wrapper = connection()
    query = Query(Paper, alias_cols=False)
    sql, _ = query.build_where(condition).as_sql(query.get_compiler(connection=wrapper), wrapper)
    assert sql.startswith("[name] ") and "JSON_VALUE(" in sql and "SELECT" not in sql


def raw(sql, params=(), field=None):
    return RawSQL(sql, params, field or IntegerField())


def test_documents_in_a_list_share_a_comparison(where):
    one = where(papers.filter(value__a=F("other__b")))[0]
    sql, _ = where(papers.filter(value__a__in=[F("other__b"), F("name"), F("other"), F("value__c")]))
    assert sql.count("GROUP BY") == 1 and sql.count(" AS [__o0]") == 3 and "[jsontests_paper].[name]" in sql
    assert len(sql) < len(one) + 1500


def test_documents_with_a_name_that_openjson_has_are_compared_one_by_one(where):
    """It would be a column of the row that the list is compared with."""
    sql, _ = where(papers.filter(value__a__in=[F("other__b"), raw("value", field=JSONField())]))
    assert sql.count("GROUP BY") == 2 and " OR " in sql


@pytest.mark.parametrize("sql", ["value", "[Key]", '"type" + 1', "ABS(value)", "CASE type WHEN 1 THEN 2 END"])
def test_a_name_that_openjson_has_is_read_outside_of_its_rows(where, sql):
    compiled, params = where(papers.filter(value__a=raw(sql + " + %s", [7])))
    assert " CROSS JOIN (SELECT (%s + %%s) AS [__v]) AS [__e]" % sql in compiled and params == [7]
    assert compiled.count("(%s + %%s)" % sql) == 1 and "= [__e].[__v]" in compiled


@pytest.mark.parametrize("sql", ["number", "t.value", "[t].[key]", "values_", "@type", "type(1)", "[my value]"])
def test_any_other_stays_where_it_is(where, sql):
    compiled, _ = where(papers.filter(value__a=raw(sql)))
    assert "[__e]" not in compiled and "= (%s)" % sql in compiled


@pytest.mark.parametrize("field", [CharField(), FloatField(), DateField(), JSONField()])
def test_so_it_is_in_a_query(where, field):
    """Its rows stand beside the one of OPENJSON, and not in an expression over it."""
    compiled, params = where(
        papers.filter(value__a__in=papers.annotate(raw=raw("value + %s", [7], field)).values("raw"))
    )
    row, _, rows = compiled.partition(" AS [__j0] LEFT OUTER JOIN ")
    assert "value + %s" not in row and "(value + %s) AS [raw]" in rows.replace("CAST((", "(") and params == [7]
    assert rows.endswith(" ON 1 = 1 ORDER BY 1 DESC) = 1")


@pytest.mark.parametrize("field", [CharField(), FloatField(), DateField()])
def test_so_it_is_for_each_type(where, field):
    for lookup in ("value__a", "value__a__lt"):
        compiled, _ = where(papers.filter(**{lookup: raw("value", (), field)}))
        inner = "(SELECT (value) AS [__v]) AS [__e]"
        assert inner in compiled or isinstance(field, DateField)
    compiled, params = where(papers.alias(raw=raw("value + %s", [7])).filter(raw__in=papers.values("value__a")))
    assert " CROSS JOIN (SELECT (value + %s) AS [__v]) AS [__e] WHERE " in compiled and params == [7]
