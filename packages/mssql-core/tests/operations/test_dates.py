import datetime
from unittest import mock

import pytest
import pytz
from django.db import DataError
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import (
    Extract,
    ExtractHour,
    ExtractIsoWeekDay,
    ExtractIsoYear,
    ExtractWeek,
    ExtractWeekDay,
    ExtractYear,
    Now,
    Trunc,
    TruncDate,
    TruncDay,
    TruncMinute,
    TruncMonth,
    TruncTime,
    TruncWeek,
)
from django.test import override_settings
from orm import since
from ormtests.models import Author, Book

from mssql_core.testing import fake_connection

books = Book.objects.order_by()
authors = Author.objects.order_by()
PARIS = "([ormtests_book].[published] AT TIME ZONE 'Romance Standard Time')"


@pytest.fixture
def paris():
    from django.utils import timezone

    with timezone.override("Europe/Paris"):
        yield


# ---- parts ------------------------------------------------------------------------------


def test_parts_of_a_date(compiled):
    assert compiled.expression(authors.annotate(x=ExtractYear("born"))) == "DATEPART(year, [ormtests_author].[born])"


def test_parts_are_those_of_the_zone(compiled, paris):
    """Summer time counts: the zone has a name, no offset."""
    assert compiled.expression(books.annotate(x=Extract("published", "hour"))) == "DATEPART(hour, %s)" % PARIS


def test_parts_in_a_fixed_offset(compiled):
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    sql = compiled.expression(books.annotate(x=Extract("published", "hour", tzinfo=zone)))
    assert sql == "DATEPART(hour, SWITCHOFFSET([ormtests_book].[published], '+05:30'))"


def test_datetime2_is_in_the_connections_zone(compiled, paris):
    sql = compiled.expression(books.annotate(x=Extract("published", "hour")), options={"datetime_type": "datetime2"})
    assert sql == (
        "DATEPART(hour, (TODATETIMEOFFSET([ormtests_book].[published], '+00:00') AT TIME ZONE 'Romance Standard Time'))"
    )


def test_weeks_do_not_depend_on_datefirst(compiled):
    """SET DATEFIRST changes DATEPART(weekday) and DATEPART(week)."""
    born = "[ormtests_author].[born]"
    days = "DATEDIFF(day, DATEFROMPARTS(1, 1, 1), CAST(%s AS date))" % born
    assert compiled.expression(authors.annotate(x=ExtractWeek("born"))) == "DATEPART(iso_week, %s)" % born
    assert compiled.expression(authors.annotate(x=ExtractWeekDay("born"))) == "((%s + 1) %%%% 7 + 1)" % days
    assert compiled.expression(authors.annotate(x=ExtractIsoWeekDay("born"))) == "(%s %%%% 7 + 1)" % days
    assert compiled.expression(authors.annotate(x=ExtractIsoYear("born"))) == (
        "DATEPART(year, DATEADD(day, 26 - DATEPART(iso_week, {0}), CAST({0} AS date)))".format(born)
    )


@pytest.mark.parametrize("kind", ["year' FROM x)) OR 1=1;--", "nanosecond", None, ["year"]])
def test_unknown_parts_never_reach_sql(connection, kind):
    with pytest.raises(ValueError, match="Invalid lookup type"):
        connection.ops.date_extract_sql(kind, "x", ())


@pytest.mark.parametrize("kind", ["year', x)) OR 1=1;--", "second'"])
def test_unknown_truncations_never_reach_sql(connection, kind):
    for function in (connection.ops.date_trunc_sql, connection.ops.datetime_trunc_sql, connection.ops.time_trunc_sql):
        with pytest.raises(DataError, match="Invalid lookup type"):
            function(kind, "x", (), "UTC")


# ---- truncation ---------------------------------------------------------------------------


def test_truncated_date(compiled):
    start = "DATEFROMPARTS(1, 1, 1)"
    date = "CAST([ormtests_author].[born] AS date)"
    assert compiled.expression(authors.annotate(x=TruncMonth("born"))) == (
        "DATEADD(month, DATEDIFF(month, {0}, {1}), {0})".format(start, date)
    )
    assert compiled.expression(authors.annotate(x=TruncWeek("born"))) == (
        "DATEADD(day, DATEDIFF(day, {0}, {1}) / 7 * 7, {0})".format(start, date)
    )


def test_a_truncated_moment_is_a_moment_of_the_zone(compiled, paris):
    sql = compiled.expression(books.annotate(x=Trunc("published", "day")))
    assert sql == (
        "(CAST(CAST(CAST(%s AS datetime2) AS date) AS datetime2) AT TIME ZONE 'Romance Standard Time')" % PARIS
    )


def test_minutes_since_year_one_would_overflow(compiled, paris):
    clock = "CAST(%s AS datetime2)" % PARIS
    sql = compiled.expression(books.annotate(x=TruncMinute("published")), version="2022")
    assert sql == "(DATETRUNC(minute, %s) AT TIME ZONE 'Romance Standard Time')" % clock
    sql = compiled.expression(books.annotate(x=TruncMinute("published")), version="2016")
    assert "CONVERT(datetime2, CONVERT(char(16), %s, 120), 120)" % clock in sql


def test_truncated_time(compiled):
    sql = compiled.expression(books.annotate(x=Trunc("opens", "minute")))
    start = "TIMEFROMPARTS(0, 0, 0, 0, 0)"
    assert sql == "DATEADD(minute, DATEDIFF(minute, {0}, CAST([ormtests_book].[opens] AS time)), {0})".format(start)


def test_date_and_time_of_a_moment(compiled, paris):
    assert compiled.expression(books.annotate(x=TruncDate("published"))) == "CAST(%s AS date)" % PARIS
    assert compiled.expression(books.annotate(x=TruncTime("published"))) == "CAST(%s AS time)" % PARIS


@override_settings(USE_TZ=False)
def test_without_time_zones(compiled):
    sql = compiled.expression(books.annotate(x=TruncDate("published")))
    assert sql == "CAST([ormtests_book].[published] AS date)"


def test_year_is_a_range(compiled):
    sql, params = compiled(books.filter(published__year=2020))
    assert sql.endswith("WHERE [ormtests_book].[published] BETWEEN %s AND %s")
    assert [param.year for param in params] == [2020, 2020]


def test_parts_of_a_time(compiled):
    assert compiled.expression(books.annotate(x=Extract("opens", "hour"))) == "DATEPART(hour, [ormtests_book].[opens])"


# ---- now ------------------------------------------------------------------------------------


def test_now_has_the_type_of_the_column(compiled):
    assert compiled.expression(books.annotate(x=Now())) == "CAST(SYSDATETIMEOFFSET() AS datetimeoffset(6))"
    assert compiled.expression(books.annotate(x=Now()), options={"datetime_type": "datetime2"}) == (
        "CAST(SYSUTCDATETIME() AS datetime2(6))"
    )


@override_settings(USE_TZ=False, TIME_ZONE="Europe/Paris")
def test_now_of_the_projects_zone(compiled):
    sql = compiled.expression(books.annotate(x=Now()))
    assert sql == (
        "CAST((TODATETIMEOFFSET(SYSUTCDATETIME(), '+00:00') AT TIME ZONE 'Romance Standard Time') AS datetime2(6))"
    )


# ---- arithmetic -----------------------------------------------------------------------------


@since(4, 2)
def test_constant_durations_keep_microseconds(compiled):
    duration = datetime.timedelta(days=40000, seconds=5, microseconds=7)
    sql, params = compiled(books.annotate(x=F("published") + duration).values("x"))
    assert "DATEADD(day, %s, DATEADD(second, %s, DATEADD(microsecond, %s, [ormtests_book].[published])))" in sql
    assert params == [40000, 5, 7]


@since(4, 2)
def test_constant_durations_are_subtracted(compiled):
    _, params = compiled(books.annotate(x=F("published") - datetime.timedelta(microseconds=1)).values("x"))
    assert params == [-1, 86399, 999999]


@since(4, 2)
def test_stored_durations(compiled):
    """DATEADD takes an int, a duration is a bigint."""
    sql = compiled.expression(books.annotate(x=F("published") + F("length")))
    length = "CAST([ormtests_book].[length] AS bigint)"
    assert sql == (
        "DATEADD(microsecond, {0} %% 1000000, DATEADD(second, {0} / 1000000 %% 86400, "
        "DATEADD(day, {0} / 86400000000, [ormtests_book].[published])))".format(length)
    )


@since(4, 2)
def test_a_time_has_no_days(compiled):
    sql = compiled.expression(books.annotate(x=F("opens") + F("length")))
    assert "DATEADD(day" not in sql and "DATEADD(second" in sql


@since(4, 2)
def test_a_date_becomes_a_moment(compiled):
    sql = compiled.expression(authors.annotate(x=F("born") + Value(datetime.timedelta(hours=1))))
    assert sql == "DATEADD(second, %s, CAST([ormtests_author].[born] AS datetime2))"


def test_difference_is_microseconds(compiled):
    sql = compiled.expression(books.annotate(x=F("published") - Now()))
    assert (
        sql == "DATEDIFF_BIG(microsecond, CAST(SYSDATETIMEOFFSET() AS datetimeoffset(6)), [ormtests_book].[published])"
    )


def test_difference_of_dates(compiled):
    sql = compiled.expression(authors.annotate(x=F("born") - Value(datetime.date(2020, 1, 1))))
    assert sql == "(CAST(DATEDIFF(day, %s, [ormtests_author].[born]) AS bigint) * 86400000000)"


# ---- values ---------------------------------------------------------------------------------


def test_moments_keep_their_offset(connection):
    moment = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert connection.ops.adapt_datetimefield_value(moment).utcoffset() == datetime.timedelta(hours=2)


def test_datetime2_takes_the_connections_wall_clock():
    from mssql_core.testing import fake_connection

    ops = fake_connection(options={"datetime_type": "datetime2"}).ops
    moment = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert ops.adapt_datetimefield_value(moment) == datetime.datetime(2020, 1, 1, 10)
    read = ops.datetime_converter()(datetime.datetime(2020, 1, 1, 10), mock.Mock(), None)
    assert read == moment


@override_settings(USE_TZ=False)
def test_an_aware_value_without_use_tz(connection):
    with pytest.raises(ValueError, match="does not support timezone-aware datetimes when USE_TZ is False"):
        connection.ops.adapt_datetimefield_value(datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc))


def test_dates_and_times_travel_as_what_they_are(connection):
    ops = connection.ops
    assert ops.adapt_datefield_value(datetime.date(2020, 1, 1)) == datetime.date(2020, 1, 1)
    assert ops.adapt_timefield_value(datetime.time(1, 2, 3, 4)) == datetime.time(1, 2, 3, 4)
    assert ops.adapt_datefield_value(None) is None


def test_expressions_are_left_to_the_compiler(connection):
    expression = Now()
    ops = connection.ops
    for adapt in (ops.adapt_datefield_value, ops.adapt_timefield_value, ops.adapt_datetimefield_value):
        assert adapt(expression) is expression


def test_a_time_has_no_zone(connection):
    with pytest.raises(ValueError, match="does not support timezone-aware times"):
        connection.ops.adapt_timefield_value(datetime.time(1, tzinfo=datetime.timezone.utc))


def test_where_the_zone_is_the_connections_nothing_is_converted():
    from mssql_core.testing import fake_connection

    ops = fake_connection(options={"datetime_type": "datetime2"}).ops
    sql, _ = ops.datetime_extract_sql("hour", "[x]", (), "UTC")
    assert sql == "DATEPART(hour, [x])"


def test_durations_are_read_from_any_number(connection):
    convert = connection.ops.convert_durationfield_value
    assert convert(1500000, None, None) == datetime.timedelta(seconds=1, microseconds=500000)
    assert convert(1.6, None, None) == datetime.timedelta(microseconds=2)
    assert convert(None, None, None) is None


def test_output_field_of_truncation(compiled):
    sql = compiled.expression(books.annotate(x=Trunc("published", "year", output_field=DateTimeField())))
    assert sql.endswith(" AT TIME ZONE 'Central Standard Time')")


def test_durations_add_up_on_a_moment(compiled):
    """Before Django 4.1 the inner sum has no type."""
    where = compiled.where(books.filter(published__lt=F("published") + F("length") + F("length")))
    assert where.count("DATEADD(day, ") == 2


@pytest.mark.parametrize("function", [Extract, Trunc])
def test_no_sql_comes_in_with_the_name_of_a_part(compiled, function):
    with pytest.raises(ValueError, match="Invalid"):
        compiled.sql(books.annotate(x=function("published", "day' FROM x)) OR 1=1;--")))


# Paris shows 02:30 twice on the last Sunday of October, and never on that of March: (clock, fold, hour in UTC).
ODD_CLOCKS = [
    (datetime.datetime(2024, 10, 27, 2, 30), 0, 0),
    (datetime.datetime(2024, 10, 27, 2, 30), 1, 1),
    (datetime.datetime(2024, 3, 31, 2, 30), 0, 1),
    (datetime.datetime(2024, 3, 31, 2, 30), 1, 0),
    (datetime.datetime(2024, 7, 1, 2, 30), 0, 0),
]


@pytest.mark.parametrize(("clock", "fold", "hour"), ODD_CLOCKS)
def test_a_wall_clock_that_is_stored_as_a_moment(clock, fold, hour):
    """pytz, whose zones Django before 5 hands over, refuses what a zone shows twice or never."""
    with override_settings(USE_TZ=False, TIME_ZONE="Europe/Paris", USE_DEPRECATED_PYTZ=True):
        operations = fake_connection(options={"datetime_type": "datetimeoffset"}).ops
        value = operations.adapt_datetimefield_value(clock.replace(fold=fold))
    moment = value.astimezone(datetime.timezone.utc)
    assert (moment.hour, moment.minute) == (hour, 30)


@pytest.mark.parametrize(("clock", "fold", "hour"), ODD_CLOCKS)
def test_a_wall_clock_that_is_read_as_a_moment(clock, fold, hour):
    with override_settings(USE_DEPRECATED_PYTZ=True):
        connection = fake_connection(options={"datetime_type": "datetime2"}, settings={"TIME_ZONE": "Europe/Paris"})
        value = connection.ops.datetime_converter()(clock.replace(fold=fold), None, connection)
    moment = value.astimezone(datetime.timezone.utc)
    assert (moment.hour, moment.minute) == (hour, 30)


def test_parts_in_a_fixed_offset_of_pytz(compiled):
    sql = compiled.expression(Book.objects.annotate(x=ExtractHour("published", tzinfo=pytz.FixedOffset(-210))))
    assert sql == "DATEPART(hour, SWITCHOFFSET([ormtests_book].[published], '-03:30'))"
    sql = compiled.expression(Book.objects.annotate(x=TruncDay("published", tzinfo=pytz.FixedOffset(330))))
    assert "SWITCHOFFSET([ormtests_book].[published], '+05:30')" in sql and sql.startswith("TODATETIMEOFFSET(")


def test_zones_of_pytz(compiled):
    sql = compiled.expression(Book.objects.annotate(x=ExtractHour("published", tzinfo=pytz.timezone("Europe/Paris"))))
    assert sql == "DATEPART(hour, ([ormtests_book].[published] AT TIME ZONE 'Romance Standard Time'))"
