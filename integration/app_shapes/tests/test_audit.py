"""A log of changes to any model, with the changes in JSON."""

import datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Count, OuterRef, Q, Subquery
from django.db.models.functions import Cast, TruncDay

pytestmark = pytest.mark.usefixtures("rows")
DAY = datetime.datetime(2026, 3, 29, 0, 30, tzinfo=datetime.timezone.utc)


@pytest.fixture
def entries(django_user):
    from app_shapes.audit.models import LogEntry
    from app_shapes.money.models import Account

    account = Account.objects.create(number="DE1")
    kind = ContentType.objects.get_for_model(Account)
    changes = [
        (0, {"number": ["None", "DE1"], "balance": [None, "0"]}),
        (1, {"balance": ["0", "10.50"]}),
        (1, {"number": ["DE1", 'D"E\\2 ü'], "tags": {"type": "m2m", "operation": "add", "objects": ["a", "b"]}}),
        (3, None),
    ]
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=kind, object_pk=account.pk, object_id=account.pk, object_repr=str(account), action=action,
            changes=change, actor=django_user if number % 2 else None, remote_addr="2001:db8::%d" % number,
            timestamp=DAY + datetime.timedelta(hours=number * 12), additional_data={"n": number, "deep": {"list": [number]}},
            cid="request-%d" % (number // 2),
        )
        for number, (action, change) in enumerate(changes)
    )  # fmt: skip
    return account


def test_the_log_of_one_object_and_of_many(entries, django_user):
    from app_shapes.audit.models import LogEntry
    from app_shapes.money.models import Account

    kind = ContentType.objects.get_for_model(Account)
    assert [one.action for one in LogEntry.objects.filter(content_type=kind, object_id=entries.pk)] == [3, 1, 1, 0]
    keys = Account.objects.annotate(key=Cast("pk", BigIntegerField())).values("key")
    assert LogEntry.objects.filter(content_type=kind, object_id__in=keys).count() == 4
    assert LogEntry.objects.filter(object_pk__in=[str(entries.pk), "x"]).filter(actor=django_user).count() == 2
    newest = LogEntry.objects.filter(object_id=OuterRef("pk"), content_type=kind, action=1)
    known = Account.objects.annotate(changed=Subquery(newest.order_by("-timestamp").values("timestamp")[:1]))
    assert known.get().changed == DAY + datetime.timedelta(days=1)


def test_changes_are_searched(entries):
    from app_shapes.audit.models import LogEntry

    log = LogEntry.objects.order_by("timestamp")
    assert [one.action for one in log.filter(changes__has_key="balance")] == [0, 1]
    assert [one.action for one in log.filter(changes__has_any_keys=["tags", "x"])] == [1]
    assert log.filter(changes__balance__1="10.50").count() == 1
    assert log.filter(changes__number__1='D"E\\2 ü').get().changes["tags"]["objects"] == ["a", "b"]
    assert log.filter(changes__tags__operation__iexact="ADD").count() == 1
    assert log.filter(changes__isnull=True).get().action == 3
    assert log.filter(additional_data__deep__list__0__gte=2).count() == 2
    assert list(log.values_list("additional_data__n", flat=True)) == [0, 1, 2, 3]
    assert log.filter(Q(changes__icontains="de1") | Q(object_repr__icontains="nothing")).count() == 2
    assert log.exclude(changes__has_key="number").count() == 2


def test_reports_by_day_and_by_request(entries):
    from app_shapes.audit.models import LogEntry

    days = (
        LogEntry.objects.annotate(day=TruncDay("timestamp", tzinfo=datetime.timezone.utc))
        .values("day")
        .annotate(n=Count("pk"))
        .order_by("day")
    )
    assert [(one["day"].day, one["n"]) for one in days] == [(29, 2), (30, 2)]
    by_request = LogEntry.objects.values("cid").annotate(n=Count("pk"), actors=Count("actor", distinct=True))
    assert {one["cid"]: (one["n"], one["actors"]) for one in by_request.order_by()} == {
        "request-0": (2, 1),
        "request-1": (2, 1),
    }
    assert LogEntry.objects.filter(remote_addr="2001:DB8:0::1").count() == 1
    assert LogEntry.objects.filter(remote_addr="2001:db8::1").get().cid == "request-0"


def test_many_entries_are_changed_and_go(entries):
    from app_shapes.audit.models import LogEntry

    log = list(LogEntry.objects.all())
    for one in log:
        one.changes = {**(one.changes or {}), "checked": [False, True]}
    assert LogEntry.objects.bulk_update(log, ["changes"]) == 4
    assert LogEntry.objects.filter(changes__checked__1=True).count() == 4
    old = LogEntry.objects.filter(timestamp__date__lt=datetime.date(2026, 3, 30)).order_by("pk").values("pk")[:1]
    assert LogEntry.objects.filter(pk__in=old).delete()[0] == 1
