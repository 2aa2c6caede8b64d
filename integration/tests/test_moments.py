"""Moments in columns of several types, in one project and in one statement: none is shifted."""

import datetime

import pytest
import zoneinfo
from django.apps.registry import Apps
from django.db import connections, models, transaction
from django.db.models import Case, DateTimeField, F, Max, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractHour, Greatest, Now, TruncDate, TruncHour
from django.test import override_settings
from django.utils import timezone
from harness.project import new_alias

from mssql_core.fields import DateTime2Field, DateTimeOffsetField, LegacyDateTimeField, SmallDateTimeField

UTC = datetime.timezone.utc
NAMES = ("legacy", "minute", "local", "offset", "usual")
names = pytest.mark.parametrize("name", NAMES)
others = pytest.mark.parametrize("other", NAMES)
# In New York, where the tests are: half past eight in the evening of the day before.
AT = datetime.datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
ELSEWHERE = AT.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=45)))
HOUR = datetime.timedelta(hours=1)


class Moments(models.Model):
    legacy = LegacyDateTimeField(null=True)
    minute = SmallDateTimeField(null=True)
    local = DateTime2Field(null=True)
    offset = DateTimeOffsetField(null=True)
    usual = DateTimeField(null=True)

    class Meta:
        abstract = True


class Visit(Moments):
    class Meta:
        app_label, apps = "moments", Apps()


class Plain(Moments):
    class Meta:
        app_label, apps = "moments", Apps()


ALIASES = [{}, {"TIME_ZONE": "Europe/Berlin"}, {"datetime_type": "datetime2"},
           {"TIME_ZONE": "Asia/Kolkata", "datetime_type": "datetime2"}]  # fmt: skip


@pytest.fixture(scope="module", params=ALIASES, ids=str)
def alias(server, request):
    options = dict(request.param)
    zone = options.pop("TIME_ZONE", None)
    with new_alias("moments", {**server.database("master", **options), "TIME_ZONE": zone}):
        with connections["moments"].schema_editor() as editor:
            editor.create_model(Visit)
        yield "moments"
        with connections["moments"].schema_editor() as editor:
            editor.delete_model(Visit)


@pytest.fixture
def visits(alias):
    with transaction.atomic(using=alias), timezone.override(zoneinfo.ZoneInfo("America/New_York")):
        visits = Visit.objects.using(alias)
        visits.create(**dict.fromkeys(NAMES, AT))
        yield visits
        transaction.set_rollback(True, using=alias)


@names
def test_parts_are_those_of_the_current_time_zone(visits, name):
    parts = visits.annotate(
        hour=ExtractHour(name), next=ExtractHour(F(name) + HOUR), full=TruncHour(name), day=TruncDate(name)
    )
    full = datetime.datetime(2026, 1, 1, 1, tzinfo=UTC)
    assert parts.values_list("hour", "next", "full", "day").get() == (20, 21, full, datetime.date(2025, 12, 31))
    assert parts.filter(full=full, full__in=[full], full__range=(full, full), day__lt=full.date()).exists()
    assert parts.filter(full__in=[full + HOUR * number for number in range(100)]).exists()
    assert not parts.filter(full__gt=full).exists() and not parts.exclude(full=full).exists()
    assert visits.aggregate(hour=ExtractHour(Max(name))) == {"hour": 20}
    assert visits.values("id").annotate(last=Max(name)).filter(last=AT, last__gte=ELSEWHERE, last__in=[AT]).exists()
    for lookup, value in (("hour", 20), ("date", datetime.date(2025, 12, 31)), ("time", datetime.time(20, 30)),
                          ("year", 2025), ("month", 12), ("year__lt", 2026)):  # fmt: skip
        assert visits.filter(**{"%s__%s" % (name, lookup): value}).exists(), lookup
    assert (
        visits.annotate(x=ExtractHour(TruncHour(name)), y=TruncDate(TruncHour(name)))
        .filter(x=20, y="2025-12-31")
        .exists()
    )
    visits.update(**{name: TruncHour(name)})
    assert visits.values_list(name, flat=True).get() == full
    assert list(visits.datetimes(name, "day")) == [datetime.datetime(2025, 12, 31, 5, tzinfo=UTC)]


@names
@others
def test_columns_are_compared_and_copied(visits, name, other):
    assert visits.filter(**{name: F(other)}).exists() and visits.filter(**{"%s__in" % name: [F(other)]}).exists()
    assert not visits.filter(**{"%s__lt" % name: F(other)}).exists()
    assert visits.filter(**{"%s__lt" % name: F(other) + HOUR}).exists()
    assert visits.filter(**{"%s__in" % name: visits.values(other)}).exists()
    assert visits.filter(**{"%s__in" % name: [F("usual") + HOUR, AT - HOUR, F(other)]}).exists()
    assert visits.filter(**{"%s__range" % name: (F("usual") - HOUR, F(other))}).exists()
    assert not visits.filter(**{"%s__range" % name: (F(other) + HOUR, F("usual") + HOUR)}).exists()
    assert visits.filter(**{name: Subquery(visits.values(other)[:1])}).exists()
    apart = visits.annotate(apart=F(name) - F(other), later=F(name) + HOUR - F(other))
    assert apart.values_list("apart", "later").get() == (datetime.timedelta(0), HOUR)
    assert set(visits.values_list(name).union(visits.values_list(other), all=True)) == {(AT,)}
    visits.update(**{name: F(other)})
    assert visits.values_list(name, flat=True).get() == AT


def expressions(name):
    value = Value(ELSEWHERE)
    return [
        value, Coalesce(Value(None, DateTimeField()), value), Case(When(pk__gt=0, then=value), default=None),
        Case(When(pk=0, then=name), default=value, output_field=DateTimeField()), Value(ELSEWHERE, DateTimeField()),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["datetime2", "datetimeoffset"])
def test_without_use_tz_all_are_in_the_projects_time_zone(server, kind):
    at = AT.replace(tzinfo=None)
    with override_settings(USE_TZ=False, TIME_ZONE="America/New_York"), new_alias(
        "naive", server.database("master", datetime_type=kind)
    ):
        with connections["naive"].schema_editor() as editor:
            editor.create_model(Plain)
        visits = Plain.objects.using("naive")
        visits.create(**dict.fromkeys(NAMES, at))
        for name in NAMES:
            assert visits.filter(**{name: at, "%s__hour" % name: 1, "%s__year" % name: 2026}).exists()
            for other in NAMES:
                assert visits.filter(**{name: F(other), "%s__in" % name: visits.values(other)}).exists()
                visits.update(**{name: F(other)})
            for value in (Value(at), Coalesce(Value(None, DateTimeField()), Value(at)), at):
                assert visits.filter(**{name: value}).exists()
                visits.update(**{name: value})
            visits.create(**{name: Value(at)})
            assert set(visits.exclude(**{name: None}).values_list(name)) == {(at,)}
        with connections["naive"].schema_editor() as editor:
            editor.delete_model(Plain)


@names
@pytest.mark.parametrize("number", range(5))
def test_values_of_expressions(visits, name, number):
    value = expressions(name)[number]
    assert visits.filter(**{name: value}).exists() and not visits.filter(**{"%s__gt" % name: value}).exists()
    assert visits.annotate(x=Greatest(Coalesce(name, value), value, output_field=DateTimeField())).get().x == AT
    assert visits.annotate(x=Coalesce(name, value)).filter(x=ELSEWHERE).exists()
    visits.update(**{name: None})
    visits.update(**{name: value})
    assert visits.values_list(name, flat=True).get() == AT
    visit = visits.get()
    setattr(visit, name, value)
    visit.save()
    assert visits.values_list(name, flat=True).get() == AT
    visit.delete()
    if number in (0, 1, 4):
        made = [visits.create(**{name: value}), *visits.bulk_create([Visit(**{name: value}), Visit(**{name: AT})])]
        assert {visits.values_list(name, flat=True).get(pk=each.pk) for each in made} == {AT}


@names
def test_now(visits, name):
    started = timezone.now()
    visits.create(**{name: Now()})
    visits.bulk_create([Visit(**{name: Now()}), Visit(**{name: started})])
    visits.filter(**{name: AT}).update(**{name: Now()})
    for moment in visits.values_list(name, flat=True):
        assert abs(moment - started) < datetime.timedelta(minutes=5)
    visits.update(**{name: started - HOUR})
    assert visits.filter(**{"%s__lt" % name: Now()}).count() == 4
    visits.update(**{name: started + HOUR})
    assert visits.filter(**{"%s__gt" % name: Now()}).count() == 4
