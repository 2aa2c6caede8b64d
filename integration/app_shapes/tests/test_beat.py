"""Schedules of tasks, and what became of each."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

pytestmark = pytest.mark.usefixtures("rows")
NOON = datetime.datetime(2026, 10, 25, 0, 59, 59, 999999, datetime.timezone.utc)


def test_crontabs_are_unique_at_their_full_lengths():
    from app_shapes.beat.models import CrontabSchedule

    longest = {
        "minute": ",".join(str(number) for number in range(90))[:240], "hour": "1" * 96, "day_of_week": "mon," * 16,
        "day_of_month": "3," * 62, "month_of_year": "1" * 64, "timezone": "America/Argentina/ComodRivadavia",
    }  # fmt: skip
    made, created = CrontabSchedule.objects.get_or_create(**longest)
    assert created and CrontabSchedule.objects.get_or_create(**longest) == (made, False)
    with pytest.raises(IntegrityError, match="beat_crontab_once"), transaction.atomic():
        CrontabSchedule.objects.create(**longest)
    CrontabSchedule.objects.create(**{**longest, "timezone": "UTC"})
    made.refresh_from_db()
    assert {name: getattr(made, name) for name in longest} == longest
    assert list(CrontabSchedule.objects.values_list("timezone", flat=True)) == [longest["timezone"], "UTC"]


def test_solar_events_by_decimals():
    from app_shapes.beat.models import SolarSchedule

    place = {"latitude": Decimal("-89.999999"), "longitude": Decimal("179.999999")}
    made = SolarSchedule.objects.create(event="sunset", **place)
    assert SolarSchedule.objects.get(event="sunset", **place) == made
    assert SolarSchedule.objects.get_or_create(event="sunset", **place) == (made, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        SolarSchedule.objects.create(event="sunset", **place)
    assert SolarSchedule.objects.filter(latitude__lt=Decimal("-89.99999899"), longitude__gt=179).count() == 1


@pytest.fixture
def tasks(rows):
    from app_shapes.beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

    every = IntervalSchedule.objects.create(every=10, period="seconds")
    nightly = CrontabSchedule.objects.create(minute="0", hour="3")
    PeriodicTask.objects.create(name="ping", task="net.ping", interval=every, args='["a"]', expires=NOON)
    PeriodicTask.objects.create(
        name="report", task="net.report", crontab=nightly, kwargs='{"to": "ü"}', start_time=NOON
    )
    PeriodicTask.objects.create(name="off", task="net.ping", interval=every, enabled=False, one_off=True, priority=9)
    return PeriodicTask.objects


def test_the_tasks_that_are_due(tasks):
    enabled = tasks.filter(enabled=True).select_related("interval", "crontab", "solar").order_by("name")
    assert [(one.name, one.interval and one.interval.every, one.crontab and one.crontab.hour) for one in enabled] == [
        ("ping", 10, None), ("report", None, "3"),
    ]  # fmt: skip
    due = tasks.filter(Q(expires__isnull=True) | Q(expires__gt=NOON - datetime.timedelta(microseconds=1)))
    assert due.filter(Q(start_time=None) | Q(start_time__lte=NOON)).count() == 3
    assert tasks.filter(expires__gt=NOON).count() == 0
    assert tasks.exclude(Q(crontab=None) & Q(solar=None)).get().name == "report"
    assert tasks.filter(crontab__hour="3", crontab__timezone="UTC").exists()


def test_a_run_is_counted_once(tasks):
    ping = tasks.get(name="ping")
    ping.last_run_at, ping.total_run_count = NOON, F("total_run_count") + 1
    ping.save()
    tasks.filter(name="ping").update(total_run_count=F("total_run_count") + 1)
    ping.refresh_from_db()
    assert (ping.last_run_at, ping.total_run_count) == (NOON, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        tasks.create(name="PING", task="x")
    assert tasks.update_or_create(defaults={"task": "net.pong"}, name="ping")[1] is False
    assert tasks.get(name="ping").task == "net.pong"


def test_when_the_schedule_changed_is_one_row():
    from app_shapes.beat.models import PeriodicTasks

    for minute in (1, 2):
        PeriodicTasks.objects.update_or_create(
            ident=1, defaults={"last_update": NOON + datetime.timedelta(minutes=minute)}
        )
    assert PeriodicTasks.objects.get(ident=1).last_update == NOON + datetime.timedelta(minutes=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodicTasks.objects.create(ident=1, last_update=NOON)
    PeriodicTasks(ident=1, last_update=NOON).save(force_update=True)
    assert PeriodicTasks.objects.get().last_update == NOON


def test_results_are_stored_counted_and_expire():
    from app_shapes.beat.models import TaskResult

    for number in range(4):
        TaskResult.objects.select_for_update().get_or_create(
            task_id=("%d" % number) * 255,
            defaults={"task_name": "n" * 255, "status": ("SUCCESS", "FAILURE")[number % 2], "result": "r" * 9000,
                      "content_type": "application/json", "content_encoding": "utf-8", "traceback": None},
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskResult.objects.create(task_id="0" * 255)
    assert len(TaskResult.objects.get(task_id="1" * 255).result) == 9000
    by_status = TaskResult.objects.order_by().values("status").annotate(n=Count("pk"), last=Max("date_done"))
    assert {one["status"]: one["n"] for one in by_status} == {"SUCCESS": 2, "FAILURE": 2}
    TaskResult.objects.filter(status="FAILURE").update(date_done=timezone.now() - datetime.timedelta(days=2))
    expired = TaskResult.objects.filter(date_done__lt=timezone.now() - datetime.timedelta(days=1))
    assert expired.delete()[0] == 2 and TaskResult.objects.count() == 2


def test_a_chord_waits_for_its_parts():
    from app_shapes.beat.models import ChordCounter

    ChordCounter.objects.create(group_id="g" * 255, sub_tasks="[]", count=2)
    for left in (1, 0):
        with transaction.atomic():
            counter = ChordCounter.objects.select_for_update().get(group_id="g" * 255)
            counter.count -= 1
            counter.save()
        assert ChordCounter.objects.get().count == left
    with pytest.raises(IntegrityError), transaction.atomic():
        ChordCounter.objects.update(count=F("count") - 1)
