"""A copy of each row at each change, by signals, and what it was at a time."""

import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery, Window
from django.db.models.functions import Lag, RowNumber
from django.db.models.signals import post_delete, post_save

NOON = datetime.datetime(2026, 1, 1, 12, 0, 0, 1, datetime.timezone.utc)


class Clock:
    """The moment of the next change."""

    def __init__(self):
        self.now = NOON

    def tick(self, **delta):
        self.now += datetime.timedelta(**delta)
        return self.now


def copy(poll, kind, clock, user=None):
    from app_shapes.history.models import HistoricalPoll

    fields = {field.attname: getattr(poll, field.attname) for field in poll._meta.concrete_fields}
    return HistoricalPoll(**fields, history_date=clock.now, history_type=kind, history_user=user)


@pytest.fixture
def clock(rows):
    """Each save and each deletion of a poll is kept at its time."""
    from app_shapes.history.models import Poll

    clock = Clock()

    def saved(instance, created, **others):
        copy(instance, "+" if created else "~", clock, getattr(instance, "changed_by", None)).save()

    def deleted(instance, **others):
        copy(instance, "-", clock).save()

    post_save.connect(saved, sender=Poll)
    post_delete.connect(deleted, sender=Poll)
    yield clock
    post_save.disconnect(saved, sender=Poll)
    post_delete.disconnect(deleted, sender=Poll)


@pytest.fixture
def polls(clock, django_user):
    """One poll that changed twice, and one that was deleted."""
    from app_shapes.history.models import Poll

    kept = Poll.objects.create(question="Tea?", weight=Decimal("1.125"), creator=django_user)
    gone = Poll.objects.create(question="Milk?")
    clock.tick(hours=1)
    kept.question, kept.changed_by = "Coffee? ☕", django_user
    kept.save()
    clock.tick(microseconds=1)
    kept.opens = NOON
    kept.save(update_fields=["opens"])
    clock.tick(hours=1)
    gone.delete()
    return kept


def as_of(moment):
    """The state of every poll that was there at a moment."""
    from app_shapes.history.models import HistoricalPoll

    latest = HistoricalPoll.objects.filter(history_date__lte=moment, id=OuterRef("id")).order_by(
        "-history_date", "-history_id"
    )
    return HistoricalPoll.objects.filter(history_id=Subquery(latest.values("history_id")[:1])).exclude(history_type="-")


def test_each_change_is_kept(polls, django_user):
    from app_shapes.history.models import HistoricalPoll

    kinds = HistoricalPoll.objects.order_by("history_id").values_list("question", "history_type", "history_user")
    user = django_user.pk
    assert list(kinds) == [
        ("Tea?", "+", None), ("Milk?", "+", None), ("Coffee? ☕", "~", user), ("Coffee? ☕", "~", user), ("Milk?", "-", None),
    ]  # fmt: skip
    assert HistoricalPoll.objects.filter(id=polls.pk).latest().opens == NOON
    assert HistoricalPoll.objects.earliest("history_date", "history_id").weight == Decimal("1.125")


def test_the_state_at_a_moment(polls):
    hour, tick = datetime.timedelta(hours=1), datetime.timedelta(microseconds=1)
    assert set(as_of(NOON).values_list("question", flat=True)) == {"Tea?", "Milk?"}
    assert not as_of(NOON - tick).exists()
    assert set(as_of(NOON + hour).values_list("question", "opens")) == {("Coffee? ☕", None), ("Milk?", None)}
    assert set(as_of(NOON + hour + tick).values_list("question", "opens")) == {("Coffee? ☕", NOON), ("Milk?", None)}
    assert set(as_of(NOON + 3 * hour).values_list("question", flat=True)) == {"Coffee? ☕"}


def test_the_change_before_and_the_newest_of_each(polls):
    from app_shapes.history.models import HistoricalPoll

    before = Window(Lag("question"), partition_by=F("id"), order_by=[F("history_date").asc(), F("history_id").asc()])
    changed = HistoricalPoll.objects.annotate(before=before).order_by("history_id").values_list("before", flat=True)
    assert list(changed) == [None, None, "Tea?", "Coffee? ☕", "Milk?"]
    number = Window(RowNumber(), partition_by=F("id"), order_by=[F("history_date").desc(), F("history_id").desc()])
    newest = HistoricalPoll.objects.annotate(number=number).filter(number=1).order_by("history_type")
    assert list(newest.values_list("question", "history_type")) == [("Milk?", "-"), ("Coffee? ☕", "~")]
    renamed = HistoricalPoll.objects.annotate(before=before).filter(~Q(before=F("question")), before__isnull=False)
    assert renamed.count() == 1


def test_a_trigger_beside_it_sees_the_same_changes(polls, rows):
    with rows.cursor() as cursor:
        cursor.execute("SELECT [was] FROM [history_ledger] WHERE [poll] = %s", [polls.pk])
        assert cursor.fetchall() == [("Tea?",), ("Coffee? ☕",)]


def test_many_copies_at_once_and_old_ones_go(polls, clock, django_user):
    from app_shapes.history.models import HistoricalPoll, Poll

    made = Poll.objects.bulk_create([Poll(question="q%d" % number) for number in range(50)])
    copies = HistoricalPoll.objects.bulk_create([copy(poll, "+", clock, django_user) for poll in made])
    assert [one.id for one in copies] == [poll.pk for poll in made]
    assert len({one.history_id for one in copies}) == 50
    with transaction.atomic():
        deleted, _ = HistoricalPoll.objects.filter(history_date__lt=NOON + datetime.timedelta(hours=1)).delete()
    assert deleted == 2
    django_user.delete()
    assert not HistoricalPoll.objects.exclude(history_user=None).exists()
    # The poll went with its creator, whose key its copies keep.
    assert list(HistoricalPoll.objects.exclude(creator_id=None).order_by("history_id").values_list("history_type")) == [
        ("~",), ("~",), ("-",),
    ]  # fmt: skip
