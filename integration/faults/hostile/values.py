"""Values sent to the server in every way, and read back."""

from __future__ import annotations

import datetime
from typing import Any, Callable, Iterator

from django.db import DatabaseError, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Length, Upper
from hypothesis import strategies as st

from . import strategies
from .app.models import Thing

#: Rows of one example; fixed, as lists of another length give other statements.
ROWS = 10
Row = "dict[str, Any]"

row = st.fixed_dictionaries(
    {
        "text": strategies.TEXTS.map(lambda text: text[:100]),
        "long": strategies.TEXTS,
        "data": st.tuples(strategies.TEXTS, strategies.DOCUMENTS),
        "raw": st.binary(max_size=40),
        "number": strategies.DECIMALS,
        "at": strategies.MOMENTS,
    }
)
rows = st.lists(row, min_size=ROWS, max_size=ROWS)
#: Number of names and values in one example.
WEIGHT = ROWS * 7


def play(values: list[dict[str, Any]]) -> Iterator[str]:
    """Write and read one example; the problems."""
    things = [Thing(**{**value, "data": dict([value["data"]])}) for value in values]
    try:
        with transaction.atomic():
            made = Thing.objects.bulk_create(things[:-1])
            things[-1].save()
            made.append(things[-1])
            yield from _same(made)
            yield from _looked_up(made)
            yield from _changed(made)
            transaction.set_rollback(True)
    except DatabaseError as error:
        yield "refused: %s" % str(error)[:300]


def _same(made: list[Thing]) -> Iterator[str]:
    stored = Thing.objects.in_bulk([thing.pk for thing in made])
    for thing in made:
        other = stored[thing.pk]
        for name in ("text", "long", "data", "number", "at"):
            written, read = (_comparable(getattr(each, name)) for each in (thing, other))
            if written != read:
                yield "%s: %r came back as %r" % (name, written, read)
        if bytes(thing.raw) != bytes(other.raw):
            yield "raw: %r came back as %r" % (thing.raw, other.raw)


def _comparable(value: Any) -> Any:
    """A value for comparison: datetimes in a repeated hour equal none of another zone."""
    return value.astimezone(datetime.timezone.utc) if isinstance(value, datetime.datetime) else value


def _looked_up(made: list[Thing]) -> Iterator[str]:
    """Check that each lookup of a value finds its row."""
    thing = made[0]
    (key,) = thing.data
    ours = Thing.objects.filter(pk__in=[each.pk for each in made])
    ways: dict[str, Callable[[], Any]] = {
        "exact": lambda: ours.filter(text=thing.text),
        "in": lambda: ours.filter(text__in=[each.text for each in made]),
        "contains": lambda: ours.filter(text__contains=thing.text),
        "startswith": lambda: ours.filter(text__startswith=thing.text),
        "endswith": lambda: ours.filter(long__endswith=thing.long),
        "icontains": lambda: ours.filter(long__icontains=thing.long),
        "contains itself": lambda: ours.filter(long__contains=F("long")),
        "number": lambda: ours.filter(number=thing.number),
        "moment": lambda: ours.filter(at=thing.at),
        "raw": lambda: ours.filter(raw=thing.raw),
        "has_key": lambda: ours.filter(data__has_key=key),
        "not": lambda: ours.exclude(~Q(text=thing.text) & ~Q(long=thing.long)),
    }
    for name, way in ways.items():
        if thing.pk not in {each.pk for each in way()}:
            yield "%s: does not find %r" % (name, {"text": thing.text, "long": thing.long, "data": thing.data})
    list(ours.annotate(whole=Concat(Value(thing.text), F("text")), size=Length("text"), upper=Upper(Value(thing.long))))


def _changed(made: list[Thing]) -> Iterator[str]:
    """Check that update() and bulk_update() store the given values."""
    first, others = made[0], made[1:]
    for thing, other in zip(others, reversed(others)):
        thing.long, thing.text = other.text, other.long[:300]
    Thing.objects.bulk_update(others, ["text", "long"])
    first.text, first.long = first.long[:300], first.text
    Thing.objects.filter(pk=first.pk).update(text=first.text, long=first.long)
    yield from _same(made)


def impossible(text: str) -> Iterator[str]:
    """Check that each way refuses a text that no database holds, or returns it unchanged."""
    values = {"raw": b"", "number": 0, "at": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), "data": {}}
    ways: dict[str, Callable[[], Any]] = {
        "create": lambda: Thing.objects.create(text=text, long=text, **values),
        "bulk_create": lambda: Thing.objects.bulk_create([Thing(text=text, long=text, **values) for _ in range(3)])[0],
    }
    for name, way in ways.items():
        try:
            with transaction.atomic():
                stored = Thing.objects.get(pk=way().pk)
                if (stored.text, stored.long) != (text, text):
                    yield "%s: %r came back as %r" % (name, text, stored.text)
                transaction.set_rollback(True)
        except (DatabaseError, ValueError):
            continue
