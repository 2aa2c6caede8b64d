"""Queues in a table: workers take different rows, each job once."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def jobs(database):
    """Jobs that another session sees, gone afterwards."""
    from app_shapes.jobs.models import Event, Job, Worker

    for number in range(5):
        Job.objects.create(
            queue="mail", task="send", priority=number % 2, args={"n": number, "to": ["ü"]},
            scheduled_at=NOW if number == 4 else None, lock="L" if number in (0, 2) else None,
        )  # fmt: skip
    yield Job.objects
    for model in (Event, Job, Worker):
        model.objects.all().delete()


def due(queryset):
    """As brokers look for the next job."""
    ready = Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now())
    return queryset.filter(ready, status="todo", queue="mail").order_by("-priority", "pk")


@pytest.fixture
def no_wait(other_connection):
    """Another worker, which does not wait for locks long."""
    with other_connection.cursor() as cursor:
        cursor.execute("SET LOCK_TIMEOUT 5000")
    return other_connection.alias


def test_two_workers_take_different_jobs(jobs, no_wait):
    with transaction.atomic():
        mine = due(jobs).select_for_update(skip_locked=True)[0]
        with transaction.atomic(using=no_wait):
            theirs = due(jobs.using(no_wait)).select_for_update(skip_locked=True)[:2]
            taken = [mine.args["n"], *(job.args["n"] for job in theirs)]
            jobs.using(no_wait).filter(pk__in=[job.pk for job in theirs]).update(status="doing")
        jobs.filter(pk=mine.pk).update(status="doing", attempts=F("attempts") + 1)
    assert taken == [1, 3, 0]
    assert jobs.filter(status="doing").count() == 3 and jobs.get(pk=mine.pk).attempts == 1


def test_the_procedure_of_a_migration_takes_the_next(jobs, database):
    with database.cursor() as cursor:
        taken = []
        for _ in range(2):
            cursor.execute("EXEC [jobs_fetch] %s", ["mail"])
            taken.append(jobs.get(pk=cursor.fetchone()[0]).args["n"])
    assert taken == [1, 3] and jobs.filter(status="doing", attempts=1).count() == 2


def test_one_job_for_each_lock(jobs):
    first, second = jobs.filter(lock="L").order_by("pk")
    jobs.filter(pk=first.pk).update(status="doing")
    with pytest.raises(IntegrityError, match="jobs_lock"), transaction.atomic():
        jobs.filter(pk=second.pk).update(status="aborting")
    busy = jobs.filter(status__in=["doing", "aborting"], lock__isnull=False).values("lock")
    free = due(jobs).exclude(lock__in=busy)
    assert [job.args["n"] for job in free] == [1, 3, 4]
    jobs.create(queue="mail", task="once", queueing_lock="q")
    with pytest.raises(IntegrityError, match="jobs_queueing_lock"), transaction.atomic():
        jobs.create(queue="mail", task="once", queueing_lock="q")
    jobs.filter(queueing_lock="q").update(status="done")
    jobs.create(queue="mail", task="once", queueing_lock="q")


def test_events_and_the_last_of_each(jobs):
    from app_shapes.jobs.models import Event

    job = jobs.order_by("pk")[0]
    for minute, kind in enumerate(("deferred", "started", "failed")):
        event = Event.objects.create(job=job, type=kind)
        Event.objects.filter(pk=event.pk).update(at=NOW + datetime.timedelta(minutes=minute))
    last = Event.objects.filter(job=OuterRef("pk")).order_by("-at")
    known = jobs.annotate(last=Subquery(last.values("type")[:1]), events_of=Count("events")).order_by("pk")
    assert [(one.last, one.events_of) for one in known][:2] == [("failed", 3), (None, 0)]
    assert jobs.filter(events__type="failed").exclude(status="doing").get() == job
    assert jobs.filter(args__n__gte=3).count() == 2 and jobs.filter(args__to__0="ü").count() == 5


def test_jobs_of_workers_that_are_gone(jobs):
    from app_shapes.jobs.models import Worker

    old, new = (
        Worker.objects.create(last_heartbeat=timezone.now() - datetime.timedelta(hours=hours)) for hours in (2, 0)
    )
    keys = list(jobs.order_by("pk").values_list("pk", flat=True))
    jobs.filter(pk__in=keys[:2]).update(worker=old, status="done")
    jobs.filter(pk=keys[2]).update(worker=new, status="doing")
    stalled = jobs.filter(worker__last_heartbeat__lt=timezone.now() - datetime.timedelta(hours=1))
    assert stalled.update(status="todo", attempts=F("attempts") + 1, worker=None) == 2
    Worker.objects.filter(pk=new.pk).delete()
    assert jobs.filter(worker=None).count() == 5
    with pytest.raises(IntegrityError), transaction.atomic():
        jobs.update(attempts=F("attempts") - 2)
