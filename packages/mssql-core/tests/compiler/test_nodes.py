"""What each node of a statement is compiled to, and how its names are quoted."""

from django.apps.registry import Apps
from django.db import models
from django.db.models import Count, F, Func, IntegerField, Value
from ormtests.models import Author

authors = Author.objects.order_by()


class Own(Func):
    function = "OWN"
    output_field = IntegerField()

    def as_microsoft(self, compiler, connection):
        return "MINE(%s)", [3]


class OwnOf(Own):
    """Its method is inherited."""


def test_an_application_s_own_method_for_this_backend(compiled):
    for kind in (Own, OwnOf):
        sql, params = compiled(authors.annotate(x=kind("age")).values("x"))
        assert sql.startswith("SELECT MINE(%s) AS [x] FROM ") and params == [3]
    assert compiled.expression(authors.annotate(x=Func("age", function="OWN", output_field=IntegerField()))) == (
        "OWN([ormtests_author].[age])"
    )


class Odd(models.Model):
    brackets = models.IntegerField(db_column="[x].[y]")
    plain = models.IntegerField(db_column="z")

    class Meta:
        app_label, apps = "odd", Apps()
        db_table = '"sales"."odd 2"'


def test_a_table_s_name_may_have_parts_and_a_column_s_has_one(compiled):
    table = "[sales].[odd 2]"
    brackets = table + ".[[x]].[y]]]"
    sql = compiled.sql(Odd.objects.filter(brackets=1, plain=2).values("brackets"))
    assert sql.endswith(" FROM {0} WHERE ({1} = %s AND {0}.[z] = %s)".format(table, brackets))
    sql = compiled.sql(Odd.objects.filter(pk__in=Odd.objects.filter(brackets=2).values("pk")).values("plain"))
    assert "FROM %s [U0] WHERE [U0].[[x]].[y]]] = %%s)" % table in sql.replace("] U0", "] [U0]").replace("U0.", "[U0].")
    sql = compiled.sql(Odd.objects.annotate(x=F("brackets") + Value(1)).values("plain").annotate(n=Count("brackets")))
    assert sql.endswith("COUNT_BIG(%s) AS [n] FROM %s GROUP BY %s.[z]" % (brackets, table, table))


class Part(models.Model):
    odd = models.ForeignKey(Odd, models.CASCADE)

    class Meta:
        app_label, apps = "odd", Odd._meta.apps
        db_table = '"sales"."part"'


def test_a_joined_table_s_name_may_have_parts_too(compiled):
    sql = compiled.sql(Part.objects.filter(odd__plain=2).values("id"))
    assert sql.endswith(
        " FROM [sales].[part] INNER JOIN [sales].[odd 2] ON ([sales].[part].[odd_id] = [sales].[odd 2].[id]) "
        "WHERE [sales].[odd 2].[z] = %s"
    )


def test_tables_beside_the_query_s_own(compiled):
    sql = compiled.sql(Odd.objects.extra(tables=['"sales"."other"'], where=["1=1"]).values("plain"))
    assert sql.endswith(" FROM [sales].[odd 2] , [sales].[other] WHERE (1=1)")
