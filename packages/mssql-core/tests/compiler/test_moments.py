import datetime

import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, F, Max, Value, When
from django.db.models.functions import Coalesce, ExtractHour, Now, TruncDay
from django.test import override_settings
from django.utils import timezone

from mssql_core.compiler.moments import Moment, assigned, default_sql
from mssql_core.fields import DateTime2Field, DateTimeOffsetField, LegacyDateTimeField
from mssql_core.testing import fake_connection

BERLIN = {"settings": {"TIME_ZONE": "Europe/Berlin"}}
AT = datetime.datetime(2026, 5, 6, 8, tzinfo=datetime.timezone(-datetime.timedelta(hours=4)))
ZONED = "([moments_visit].[%s] AT TIME ZONE 'W. Europe Standard Time')"


class Visit(models.Model):
    legacy = LegacyDateTimeField(null=True)
    local = DateTime2Field(null=True)
    offset = DateTimeOffsetField(null=True)
    usual = models.DateTimeField(null=True)

    class Meta:
        app_label, apps = "moments", Apps()


MOMENT = models.DateTimeField()
VISITS = Visit.objects.all()


@pytest.mark.parametrize("name", ["legacy", "local"])
def test_parts_of_local_time_are_those_of_its_moment(compiled, name):
    with timezone.override("Africa/Nairobi"):
        hour = compiled.expression(VISITS.annotate(x=ExtractHour(name)))
        later = compiled.expression(
            VISITS.annotate(x=ExtractHour(ExpressionWrapper(F(name) + datetime.timedelta(1), MOMENT)))
        )
        zoned = compiled.expression(VISITS.annotate(x=ExtractHour(name)), **BERLIN)
    moment = "CAST([moments_visit].[%s] AS datetimeoffset)" % name
    assert hour == "DATEPART(hour, (%s AT TIME ZONE 'E. Africa Standard Time'))" % moment
    assert later.startswith("DATEPART(hour, (CAST(DATEADD(day, %s, [moments_visit].[") and "Africa" in later
    assert zoned == "DATEPART(hour, (%s AT TIME ZONE 'E. Africa Standard Time'))" % ZONED % name


def test_those_of_moments_of_the_usual_type_need_no_conversion(compiled):
    with timezone.override("Africa/Nairobi"):
        expression = compiled.expression(VISITS.annotate(x=TruncDay("usual")))
        local = compiled.expression(VISITS.annotate(x=TruncDay("local")), options={"datetime_type": "datetime2"})
    assert "AS datetimeoffset" not in expression + local


def test_columns_of_one_type_are_compared_as_they_are(compiled):
    for query in ({"local__lt": F("usual")}, {"usual__in": [F("local"), AT]}, {"usual": F("usual")}):
        where = compiled.where(VISITS.filter(**query), options={"datetime_type": "datetime2"}, **BERLIN)
        assert "AT TIME ZONE" not in where and "CAST" not in where


def test_columns_of_one_type_are_assigned_as_they_are():
    connection = fake_connection(**BERLIN)
    columns = {field.name: field.get_col("moments_visit") for field in Visit._meta.fields}
    for name, other in (("local", "legacy"), ("legacy", "local"), ("usual", "offset"), ("offset", "offset")):
        assert assigned(Visit._meta.get_field(name), columns[other], connection) is columns[other]
    for name, other in (("local", "usual"), ("offset", "legacy"), ("usual", "local")):
        assert isinstance(assigned(Visit._meta.get_field(name), columns[other], connection), Moment)


def test_an_offset_beside_an_alias_of_local_time(compiled):
    hours = VISITS.annotate(x=ExtractHour("offset"))
    with timezone.override("UTC"):
        assert compiled.expression(hours, options={"datetime_type": "datetime2"}) == (
            "DATEPART(hour, CAST(SWITCHOFFSET(CAST([moments_visit].[offset] AS datetimeoffset), '+00:00') AS datetime2))"
        )


@override_settings(USE_TZ=False, TIME_ZONE="Europe/Berlin")
def test_without_use_tz_the_projects_time_zone_counts(compiled):
    local = "CAST(%s AS datetime2)" % ZONED % "offset"
    assert compiled.expression(VISITS.annotate(x=ExtractHour("offset"))) == "DATEPART(hour, %s)" % local
    assert " = %s" % local in compiled.where(VISITS.filter(local=F("offset"))).replace("(CAST", "CAST")
    assert compiled.expression(VISITS.annotate(x=ExtractHour("local"))) == "DATEPART(hour, [moments_visit].[local])"
    _, (moment,) = compiled(VISITS.filter(offset=Value(AT.replace(tzinfo=None))))
    assert moment.utcoffset() == datetime.timedelta(hours=2)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"legacy": AT}, "[moments_visit].[legacy] = CAST(%s AS datetime)"),
        ({"local__in": [AT, AT]}, "[moments_visit].[local] IN (%s)"),
        ({"local__lt": F("usual")}, ZONED % "local" + " < "),
        ({"usual__lt": F("local")}, "[moments_visit].[usual] < %s" % ZONED % "local"),
        ({"local__in": [AT, F("usual")]}, ZONED % "local" + " IN (%s, [moments_visit].[usual])"),
        (
            {"local__in": [F("usual"), F("local")]},
            "%s IN ([moments_visit].[usual], %s)" % (ZONED % "local", ZONED % "local"),
        ),
        ({"usual__in": [F("usual"), F("local"), AT]}, "IN (%s, [moments_visit].[usual], " + ZONED % "local"),
        ({"usual__in": [F("local"), AT]}, "[usual] IN (%s, " + ZONED % "local" + ")"),
        ({"usual__range": (F("usual"), F("local"))}, "BETWEEN [moments_visit].[usual] AND " + ZONED % "local"),
        ({"local__lt": Now()}, ZONED % "local" + " < "),
        (
            {"usual__in": VISITS.values("local")},
            "[usual] IN (SELECT %s AS [local] FROM [moments_visit] [moments_visit])" % ZONED % "local",
        ),
    ],
)
def test_an_aliass_time_zone_counts_in_comparisons(compiled, condition, expected):
    assert expected in compiled.where(VISITS.filter(**condition), **BERLIN).replace("U0", "moments_visit")


def test_and_among_arguments(compiled):
    made = VISITS.annotate(
        x=Coalesce("local", Value(AT)), y=Case(When(id=1, then="local"), default="legacy", output_field=MOMENT)
    )
    sql = compiled.sql(made.filter(x=AT), **BERLIN)
    assert "COALESCE(%s, " % ZONED % "local" in sql and " ELSE %s END" % ZONED % "legacy" in sql
    assert "AT TIME ZONE" not in compiled.sql(VISITS.values("id").annotate(x=Max("local")).order_by("x"), **BERLIN)
    union = compiled.sql(VISITS.values_list("local").union(VISITS.values_list("usual")), **BERLIN)
    assert ZONED % "local" in union


def test_and_in_the_groups_of_a_subquery(compiled):
    moments = VISITS.annotate(x=Case(When(id__gt=3, then="local"), default="local")).values("x")
    groups = moments.annotate(n=Count("id")).order_by("x").values("x")[:3]
    sql = compiled.where(VISITS.filter(usual__in=groups), **BERLIN)
    assert "IN (SELECT TOP (3) ([__hoisted].[__k1] AT TIME ZONE 'W. Europe Standard Time') AS [x] FROM " in sql
    # Before Django 4.2 an annotation is named in ORDER BY.
    grouped = " GROUP BY [__hoisted].[__k1] ORDER BY %s ASC)"
    assert sql.count(" THEN ") == 1 and sql.endswith((grouped % "1", grouped % "[x]"))


def test_in_utc_the_server_converts(compiled):
    assert "AT TIME ZONE" not in compiled.sql(VISITS.annotate(x=Coalesce("local", Now())).filter(local__lt=F("usual")))


@pytest.mark.parametrize("name", ["local", "usual"])
def test_a_year_is_compared_in_the_type_of_the_column(compiled, name):
    with timezone.override("UTC"):
        _, (first, last) = compiled(VISITS.filter(**{"%s__year" % name: 2026}))
    assert first.replace(tzinfo=None) == datetime.datetime(2026, 1, 1)
    assert (first.tzinfo is None) == (last.tzinfo is None) == (name == "local")


def test_defaults_are_of_the_columns_type():
    connection = fake_connection()
    now = connection.ops.now_sql()
    fields = Visit._meta.get_field
    assert default_sql(fields("usual"), Now(), now, connection) == now
    assert default_sql(fields("local"), Now(), now, connection) == (
        "CAST(SWITCHOFFSET(CAST(%s AS datetimeoffset), '+00:00') AS datetime2)" % now
    )
