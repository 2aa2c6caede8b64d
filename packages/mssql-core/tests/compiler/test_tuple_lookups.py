"""Composite keys: EXISTS where others compare row values (error 4145)."""

import datetime
import json
import re

import django
import pytest
from django.apps.registry import Apps
from django.db import NotSupportedError, models

pytest.importorskip("django.db.models.fields.composite", reason="composite primary keys came with Django 5.2")

from django.db.models import Count, F, OuterRef, Subquery  # noqa: E402
from orm import since  # noqa: E402
from ormtests.models import Delivery, Line  # noqa: E402
from typed import typed  # noqa: E402

LINES = Line.objects.filter(order=1)
INNER = "SELECT [U0].[order], [U0].[number] FROM [ormtests_line] [U0] WHERE [U0].[order] = %s"
EXISTS = "EXISTS(SELECT 1 FROM (%s) AS [__v] ([__c0], [__c1]) WHERE [__v].[__c0] = %s.[order] AND [__v].[__c1] = %s.[number])"


def exists(inner, table):
    return EXISTS % (inner, table, table)


def condition(compiled, queryset):
    """(what follows the first WHERE, parameters); Django's versions name columns and quote aliases differently."""
    sql, params = compiled(queryset)
    sql = re.sub(r"(\[U0\]\.\[\w+\]) AS \[\w+\]", r"\1", sql.replace("] U0", "] [U0]"))
    return sql.split(" WHERE ", 1)[1], params


@pytest.mark.parametrize("wrap", [Subquery, lambda queryset: queryset], ids=["explicit", "implicit"])
@pytest.mark.parametrize("excluded", [False, True])
def test_in_a_subquery(compiled, wrap, excluded):
    method = Line.objects.exclude if excluded else Line.objects.filter
    sql, params = condition(compiled, method(pk__in=wrap(LINES.values("pk"))))
    expected = exists(INNER, "[ormtests_line]")
    assert sql == ("NOT (%s)" % expected if excluded else expected) and params == [1]


@pytest.mark.parametrize("wrap", [Subquery, lambda queryset: queryset], ids=["explicit", "implicit"])
@pytest.mark.parametrize("excluded", [False, True])
def test_a_foreign_key_in_a_subquery(compiled, wrap, excluded):
    method = Delivery.objects.exclude if excluded else Delivery.objects.filter
    sql, params = condition(compiled, method(line__in=wrap(LINES.values("pk"))))
    assert exists(INNER, "[ormtests_delivery]") in sql and sql.startswith("NOT (") is excluded and params == [1]


def test_the_key_by_its_name(compiled):
    sql, params = condition(compiled, Line.objects.filter(pk__in=Subquery(LINES.values("pk"))))
    assert sql.startswith("EXISTS(SELECT 1 FROM (SELECT [U0].[order], [U0].[number]") and params == [1]


def test_a_limit_comes_before_the_comparison(compiled):
    """Inside, a condition on the key would let any row be among the first."""
    sql, _ = condition(compiled, Line.objects.filter(pk__in=LINES.order_by("-number").values("pk")[:2]))
    assert sql.startswith("EXISTS(SELECT 1 FROM (SELECT TOP (2) [U0].[order]")
    assert sql.endswith(
        "ORDER BY [U0].[number] DESC) AS [__v] ([__c0], [__c1]) WHERE "
        + EXISTS.partition(" WHERE ")[2]
        % (
            "[ormtests_line]",
            "[ormtests_line]",
        )
    )


def test_groups_of_the_subquery(compiled):
    groups = Line.objects.values("order", "number").annotate(lines=Count("*")).filter(lines__gt=1)
    sql, params = condition(compiled, Line.objects.filter(pk__in=groups.values("order", "number")))
    assert "GROUP BY [U0].[order], [U0].[number] HAVING " in sql
    assert ") AS [__v] ([__c0], [__c1])" in sql and params == [1]


def test_an_aggregate_in_the_subquery_s_columns(compiled):
    groups = Line.objects.values("order").annotate(lines=Count("number"))
    if django.VERSION >= (6, 1):  # It does not count annotations as fields.
        with pytest.raises(ValueError, match="must have 2 selected fields"):
            Line.objects.filter(pk__in=groups)
        return
    sql, _ = condition(compiled, Line.objects.filter(pk__in=groups))
    assert "GROUP BY [U0].[order]) AS [__v] ([__c0], [__c1])" in sql


def test_a_subquery_that_refers_to_the_outer_row(compiled):
    lines = Line.objects.filter(order=OuterRef("order"), number__gt=5).values("pk")
    sql, params = condition(compiled, Delivery.objects.filter(line__in=Subquery(lines)))
    assert "[U0].[order] = ([ormtests_delivery].[order])" in sql and params == [5]


def test_equal_to_a_subquery(compiled):
    sql, params = condition(compiled, Line.objects.filter(pk=LINES.values("pk")[:1]))
    assert sql.startswith("EXISTS(SELECT 1 FROM (SELECT TOP (1) [U0].[order]") and params == [1]


def test_a_long_list_is_one_parameter(compiled):
    sql, params = condition(compiled, Line.objects.filter(pk__in=[(number, number) for number in range(3000)]))
    assert sql.startswith(
        "EXISTS(SELECT 1 FROM OPENJSON(%s) WITH ([__c0] bigint '$[0]', [__c1] bigint '$[1]') AS [__v] WHERE "
    )
    assert json.loads(params[0].value)[2999] == [2999, 2999] and len(params) == 1


def test_below_level_130_a_long_list_is_bytes(compiled):
    rows = [(number, number + 5) for number in range(1001)]
    sql, params = compiled(Line.objects.filter(pk__in=rows), "2016", compatibility_level=120)
    piece = (
        "CAST(CAST(SUBSTRING([__b].[__v], CAST(SUBSTRING([__b].[__p], [__n].[__n] * 16 + %d, 4) AS int), "
        "CAST(SUBSTRING([__b].[__p], [__n].[__n] * 16 + %d, 4) AS int)) AS nvarchar(4000)) AS bigint)"
    )
    assert sql.endswith(
        " WHERE [__n].[__n] < %%s AND %s = [ormtests_line].[order] AND %s = [ormtests_line].[number])"
        % (piece % (1, 5), piece % (9, 13))
    )
    assert params[0].decode("utf-16-le") == "".join("%d%d" % row for row in rows) and params[2] == 1001
    _, params = compiled(Line.objects.filter(pk__in=rows[:1000]), "2016", compatibility_level=120)
    assert len(params) == 2000


@pytest.mark.parametrize(("count", "parameters"), [(16, 32), (17, 1)])
def test_up_to_16_tuples_are_parameters(compiled, count, parameters):
    _, params = compiled(Line.objects.filter(pk__in=[(number, 1) for number in range(count)]))
    assert len(params) == parameters


def test_tuples_of_expressions_are_parameters(compiled):
    rows = [(number, F("number")) for number in range(20)]
    sql, params = condition(compiled, Line.objects.filter(pk__in=rows))
    assert "OPENJSON" not in sql and params == list(range(20))


def test_tuples_are_compared_in_the_form_of_their_columns(compiled):
    """With the collation of a column that names one; in the steps of a legacy moment."""

    class Leg(models.Model):
        pk = models.CompositePrimaryKey("place", "at")
        place = typed(models.CharField, "varchar(9)", db_collation="Latin1_General_BIN2")
        at = typed(models.DateTimeField, "datetime")

        class Meta:
            app_label, apps = "legs", Apps()

    at = datetime.datetime(2026, 5, 6, 7, 8, 9, tzinfo=datetime.timezone.utc)
    sql, params = condition(compiled, Leg.objects.filter(pk__in=[("p%d" % number, at) for number in range(17)]))
    assert sql == (
        "EXISTS(SELECT 1 FROM OPENJSON(%s) WITH ([__c0] varchar(8000) COLLATE Latin1_General_BIN2 '$[0]', "
        "[__c1] datetime2 '$[1]') AS [__v] WHERE [__v].[__c0] = [legs_leg].[place] AND "
        "CAST([__v].[__c1] AS datetime) = [legs_leg].[at])"
    )
    assert json.loads(params[0].value)[16] == ["p16", "2026-05-06T07:08:09.000000"]


def test_what_no_table_carries_is_parameters(compiled):
    rows = [(10**38 + number, number) for number in range(20)]
    sql, params = condition(compiled, Line.objects.filter(pk__in=rows))
    assert "OPENJSON" not in sql and len(params) == 40


@since(6, 0)
def test_where_a_plugin_takes_comparisons_with_subqueries_away(compiled, connection):
    connection.features.supports_tuple_comparison_against_subquery = False
    with pytest.raises(NotSupportedError):
        compiled.sql(Line.objects.filter(pk__gt=LINES.values("pk")[:1]), connection=connection)
    assert "EXISTS(" in compiled.sql(Line.objects.filter(pk=LINES.values("pk")[:1]), connection=connection)


def test_a_short_list_is_parameters(compiled):
    sql, params = condition(compiled, Line.objects.filter(pk__in=[(1, 2), (3, 4)]))
    assert "EXISTS" not in sql and params == [1, 2, 3, 4]


def test_tuples_with_null_match_nothing(compiled):
    sql, params = condition(compiled, Line.objects.filter(pk__in=[(number, None) for number in range(50)] + [(1, 2)]))
    assert params == [1, 2]


@pytest.mark.parametrize(("lookup", "operators"), [("gt", "<<"), ("gte", "<<="), ("lt", ">>"), ("lte", ">>=")])
def test_less_and_greater_than_a_subquery(compiled, lookup, operators):
    sql, params = condition(compiled, Line.objects.filter(**{"pk__" + lookup: LINES.values("pk")[:1]}))
    order, number = "[ormtests_line].[order]", "[ormtests_line].[number]"
    expected = "WHERE ([__v].[__c0] %s %s OR ([__v].[__c0] = %s AND [__v].[__c1] %s %s)))"
    assert sql.endswith(expected % (operators[0], order, order, operators[1:], number)) and params == [1]


def test_less_and_greater_than_values(compiled):
    sql, params = condition(compiled, Line.objects.filter(pk__gte=(1, 2)))
    order, number = "[ormtests_line].[order]", "[ormtests_line].[number]"
    assert sql == "({0} > %s OR ({0} = %s AND ({1} > %s OR {1} = %s)))".format(order, number)
    assert params == [1, 1, 2, 2]
