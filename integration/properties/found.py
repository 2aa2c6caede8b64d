"""Stored values are found by each lookup, and beside annotations."""

from __future__ import annotations

import datetime
import decimal
import uuid
from functools import reduce
from operator import or_
from typing import Any, Callable, Sequence

from django.db import connection
from django.db.models import F, Q, Value

from .kinds import Kind
from .paths import mark, parts, sent

# So many values that a list travels in one parameter; and one that a statement still takes as parameters.
LONG, SHORT = 100, 40
# Of how many values one is looked up by itself, where a value is a condition of its own; in lists all are.
LOOKED_UP = 10


def same(read: Any, expected: Any) -> bool:
    return bytes(read) == expected if isinstance(read, memoryview) else read == expected


def check_found(
    kind: Any, keys: Sequence[Any], values: Sequence[Any], stored: Sequence[Any], about: Kind, thin: bool
) -> None:
    """Each row is found by the value that was given and by the one that was read.

    :param thin: whether a share is looked up by itself, see :data:`LOOKED_UP`; in lists and by order all are.
    :raises AssertionError: with the lookup and the values.
    """
    for wanted in (values, stored) if about.finds_given else (stored,):
        _check_lists(kind, keys, wanted)
        for some in parts(list(zip(keys, wanted))[:: LOOKED_UP if thin else 1]):
            _check_exact(kind, some)
    for some in parts(list(zip(keys, stored))[:: LOOKED_UP if thin else 1]):
        if about.ranged:
            _check_ranges(kind, some)
        _check_annotated(kind, some)
        _check_raw(kind, some)
    if about.ordered:
        rows = kind.objects.filter(pk__in=keys)
        assert list(rows.order_by("value").values_list("value", flat=True)) == sorted(stored), "order_by"


def _any(pairs: Sequence[Any], condition: Callable[[Any], Q]) -> Q:
    return reduce(or_, (Q(pk=key) & condition(value) for key, value in pairs))


def _keys(rows: Any) -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def _check_exact(kind: Any, pairs: Sequence[Any]) -> None:
    exact = kind.objects.filter(_any(pairs, lambda value: Q(value=value)))
    assert _keys(exact) == {key for key, _ in pairs}, ("exact", pairs)
    others = kind.objects.filter(_any(pairs, lambda value: ~Q(value=value)))
    assert not _keys(others), ("exclude", pairs)


def _check_lists(kind: Any, keys: Sequence[Any], wanted: Sequence[Any]) -> None:
    """Lists of parameters, of one JSON parameter, and those inside NOT."""
    rows = kind.objects.filter(pk__in=keys)
    for some in parts(list(zip(keys, wanted)), SHORT):
        assert {key for key, _ in some} <= _keys(rows.filter(value__in=[value for _, value in some])), ("in", some)
    long = [*wanted, *extra(wanted[0])]
    assert _keys(rows.filter(value__in=long)) == set(keys), ("long in", wanted)
    assert not _keys(rows.exclude(value__in=long)), ("long in, excluded", wanted)


def _check_ranges(kind: Any, pairs: Sequence[Any]) -> None:
    def within(value: Any) -> Q:
        return Q(value__gte=value, value__lte=value, value__range=(value, value))

    assert _keys(kind.objects.filter(_any(pairs, within))) == {key for key, _ in pairs}, ("range", pairs)
    beyond = _any(pairs, lambda value: Q(value__gt=value) | Q(value__lt=value))
    assert not _keys(kind.objects.filter(beyond)), ("greater", pairs)


def _check_annotated(kind: Any, pairs: Sequence[Any]) -> None:
    """Values beside the rows, and the column by another name."""
    field = kind._meta.get_field("value")
    names = {"given%d" % number: pair for number, pair in enumerate(pairs)}
    given = {name: Value(value, output_field=field) for name, (_, value) in names.items()}
    rows = kind.objects.annotate(**given, again=F("value"))
    row = rows.filter(pk=pairs[0][0]).get()
    for name, (_, value) in names.items():
        assert same(getattr(row, name), value), ("read annotation", value, getattr(row, name))
    by_value = reduce(or_, (Q(pk=key, value=F(name)) for name, (key, _) in names.items()))
    by_name = _any(pairs, lambda value: Q(again=value))
    for what, condition in (("annotated value", by_value), ("annotated column", by_name)):
        assert _keys(rows.filter(condition)) == {key for key, _ in pairs}, (what, pairs)


def _check_raw(kind: Any, pairs: Sequence[Any]) -> None:
    condition = " OR ".join(["(id = %%s AND value = %s)" % mark(kind)] * len(pairs))
    parameters = [part for key, value in pairs for part in (key, sent(kind, value))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM [%s] WHERE %s" % (kind._meta.db_table, condition), parameters)
        assert cursor.fetchone() == (len(pairs),), ("raw parameter", pairs)


def extra(value: Any) -> list[Any]:
    """Values of the same type, so many that a list of them is long; which they are does not matter."""
    if isinstance(value, memoryview):
        value = bytes(value)
    return _EXTRA[next(kind for kind in _EXTRA if isinstance(value, kind))]


_DAY = datetime.date(2000, 1, 1)
_EXTRA: dict[Any, list[Any]] = {
    (list, dict): [[number] for number in range(LONG)],
    bool: [True, False],
    int: list(range(LONG)),
    float: [number / 7 for number in range(LONG)],
    decimal.Decimal: [decimal.Decimal(number) / 4 for number in range(LONG)],
    str: [str(number) for number in range(LONG)],
    bytes: [bytes([number]) * 3 for number in range(LONG)],
    uuid.UUID: [uuid.UUID(int=number) for number in range(LONG)],
    datetime.datetime: [
        datetime.datetime(2000, 1, 1, number % 24, number % 60, tzinfo=datetime.timezone.utc) for number in range(LONG)
    ],
    datetime.date: [_DAY + datetime.timedelta(days=number) for number in range(LONG)],
    datetime.time: [datetime.time(number % 24, number % 60) for number in range(LONG)],
    datetime.timedelta: [datetime.timedelta(seconds=number) for number in range(LONG)],
}
