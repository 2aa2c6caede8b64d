import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.models import Count, Func, Max, Value
from django.db.models.functions import Concat, Greatest
from ormtests.models import Author, Order

from mssql_core.testing import fake_connection

authors = Author.objects.order_by()


class Far(models.Model):
    number = models.IntegerField()

    class Meta:
        app_label, apps = "far", Apps()
        db_table = "[srv].[other].[dbo].[t]"


@pytest.mark.parametrize("written", ["{0}.{1}", "{0}.{1} + {0}.{1}"])
def test_columns_of_raw_sql_are_behind_the_exposed_name(compiled, written):
    """As prefetch_related() writes them: a column takes no name of four parts (error 117)."""
    quote = fake_connection().ops.quote_name
    for model, exposed in ((Order, "[sales].[order]"), (Far, "[[srv]].[other]].[dbo]].[t]]]")):
        raw = written.format(quote(model._meta.db_table), quote("number"))
        sql = compiled.sql(model.objects.extra(select={"x": raw}).values("x"))
        assert sql.startswith("SELECT (%s) AS [x]" % written.format(exposed, "[number]"))


def test_raw_sql_of_groups_is_behind_the_exposed_name(compiled):
    """Where it is computed beside the table, too."""
    raw = "%s + 1" % "{0}.{1}".format(fake_connection().ops.quote_name(Order._meta.db_table), "[number]")
    sql = compiled.sql(Order.objects.order_by().extra(select={"x": raw}).values("x").annotate(n=Count("pk")))
    assert "(SELECT ([sales].[order].[number] + 1) AS [__k1])" in sql and sql.startswith(
        "SELECT [__hoisted].[__k1] AS [x]"
    )


class Counted(Func):
    """An expression that counts how often it is compiled."""

    function = "LOWER"
    times = 0

    def as_sql(self, *args, **kwargs):
        type(self).times += 1
        return super().as_sql(*args, **kwargs)


def test_a_statement_is_set_up_once(compiled, monkeypatch):
    """For the select list; GROUP BY and ORDER BY take what is written there."""
    groups = authors.annotate(x=Counted("name")).values("x").annotate(n=Count("id"))
    for queryset in (groups, groups.order_by("x"), groups.order_by("-n", "x")):
        monkeypatch.setattr(Counted, "times", 0)
        sql = compiled.sql(queryset)
        assert sql.count("LOWER(") == 2 and Counted.times == 1


def test_an_aggregate_of_what_is_grouped_is_over_its_column(compiled):
    """Before it in the select list, too."""
    groups = authors.annotate(x=Concat("name", Value("a"))).values("x").annotate(n=Max("x"))
    for queryset in (groups, groups.values("n", "x"), groups.filter(n__gt="b").values("n")):
        sql, params = compiled(queryset)
        assert "MAX([__hoisted].[__k1])" in sql and sql.count("CONCAT(") == 1 and params[0] == "a"


def test_distinct_groups_are_sorted_by_what_an_aggregate_hoists(compiled):
    queryset = authors.annotate(x=Greatest("age", Value(3))).values("x").annotate(n=Max("x"))
    sql = compiled.sql(queryset.order_by("x", "-n").distinct())
    assert sql.startswith("SELECT DISTINCT [__hoisted].[__k1] AS [x], MAX([__hoisted].[__k1]) AS [n] FROM ")
    assert sql.endswith(" ORDER BY 1 ASC, 2 DESC")
