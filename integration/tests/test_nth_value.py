"""NthValue, against what its definition gives in Python: frames, NULLs, peers, expressions, conditions, order."""

import itertools
import random

import django
import pytest

pytestmark = pytest.mark.usefixtures("shop")
_VALUES = (None, 1, 2, 3)


@pytest.fixture(scope="module")
def reading(shop):
    """A model with a table of its own, and its rows."""
    from django.apps.registry import Apps
    from django.db import connection, models

    meta = type("Meta", (), {"app_label": "shop", "apps": Apps(["demo.shop"]), "db_table": "nth_reading"})
    fields = {
        "place": models.IntegerField(null=True),
        "key": models.IntegerField(null=True),
        "value": models.IntegerField(null=True),
        "flag": models.BooleanField(null=True),
    }
    model = type("Reading", (models.Model,), {"__module__": "demo.shop.models", "Meta": meta, **fields})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    choice = random.Random(7)
    rows = [
        model(
            place=choice.choice(_VALUES),
            key=choice.choice(_VALUES),
            value=choice.choice((None, *range(9))),
            flag=choice.choice((None, True, False)),
        )
        for _ in range(40)
    ]
    model.objects.bulk_create(rows)
    yield model
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def in_order(rows, peers_by):
    """The rows as the window sorts them: NULL is the lowest value; `peers_by` alone makes peers."""
    return sorted(rows, key=lambda each: [(value is not None, value or 0) for value in peers_by(each)])


def nth_values(rows, attribute, n, frame, by_id, partition):
    """{id: the value}, from the definition: the n-th row of the rows in the frame."""

    def peers_by(each):
        return (each.key, each.id) if by_id else (each.key,)

    values = {}
    for _, group in itertools.groupby(
        in_order(rows, lambda each: (each.place if partition else 0,)), key=lambda each: each.place if partition else 0
    ):
        group = in_order(list(group), peers_by)
        for at, each in enumerate(group):
            first, last = bounds(group, at, frame, peers_by)
            rank = first + n - 1
            values[each.id] = getattr(group[rank], attribute) if rank <= min(last, len(group) - 1) else None
    return values


def bounds(group, at, frame, peers_by):
    kind, start, end = frame
    if kind == "rows":
        return max(0, at + start) if start is not None else 0, at + end if end is not None else len(group)
    peers = [index for index, each in enumerate(group) if peers_by(each) == peers_by(group[at])]
    return peers[0] if start is not None else 0, peers[-1] if end is not None else len(group)


FRAMES = [
    ("range", None, 0), ("range", None, None), ("range", 0, None), ("range", 0, 0), ("rows", None, 0),
    ("rows", None, None), ("rows", 0, None), ("rows", -2, 0), ("rows", -3, None), ("rows", -2, 2),
]  # fmt: skip
if django.VERSION >= (5, 1):
    # Before, Django has no frames that do not reach the current row.
    FRAMES += [("rows", None, -2), ("rows", -4, -2), ("rows", 1, 3), ("rows", 2, None)]


def window(attribute, n, frame, by_id=True, partition=True):
    from django.db.models import F, RowRange, ValueRange, Window
    from django.db.models.functions import NthValue

    kind, start, end = frame
    return Window(
        NthValue(attribute, n),
        partition_by=F("place") if partition else None,
        order_by=[F("key").asc(), F("id").asc()] if by_id else F("key").asc(),
        frame=(RowRange if kind == "rows" else ValueRange)(start, end),
    )


@pytest.mark.parametrize("partition", [True, False])
@pytest.mark.parametrize("frame", FRAMES)
def test_frames(reading, frame, partition):
    rows = list(reading.objects.all())
    for attribute, n in (("value", 1), ("value", 3), ("flag", 2)):
        expected = nth_values(rows, attribute, n, frame, True, partition)
        annotated = reading.objects.annotate(x=window(attribute, n, frame, partition=partition))
        assert dict(annotated.values_list("id", "x")) == expected


def test_a_window_without_a_frame_ends_with_the_peers(reading):
    from django.db.models import F, Window
    from django.db.models.functions import NthValue

    rows = list(reading.objects.all())
    by_id = reading.objects.annotate(x=Window(NthValue("value", 5), order_by=[F("key").asc(), F("id").asc()]))
    assert dict(by_id.values_list("id", "x")) == nth_values(rows, "value", 5, ("range", None, 0), True, False)
    # Among peers any row may be the fifth, so that the key of it is asked.
    by_key = reading.objects.annotate(x=Window(NthValue("key", 25), order_by=F("key").asc()))
    assert dict(by_key.values_list("id", "x")) == nth_values(rows, "key", 25, ("range", None, 0), False, False)


FRAME = ("rows", -3, 1)


def test_expressions_conditions_and_order(reading):
    from django.db.models import Case, F, Max, Q, Value, When
    from django.db.models.functions import Coalesce

    rows = {each.id: each for each in reading.objects.all()}
    nth = nth_values(rows.values(), "value", 2, FRAME, True, True)
    annotated = reading.objects.annotate(x=window("value", 2, FRAME))
    total = annotated.annotate(y=Coalesce("x", "value", Value(-1)) * 2 + F("id"))
    expected = {
        key: 2 * next(value for value in (nth[key], each.value, -1) if value is not None) + key
        for key, each in rows.items()
    }
    assert dict(total.values_list("id", "y")) == expected
    assert (
        list(total.order_by("-y", "id").values_list("id", flat=True)[3:9])
        == [key for key, _ in sorted(expected.items(), key=lambda pair: (-pair[1], pair[0]))][3:9]
    )
    # NOT of what is unknown is unknown, also where it knows no NthValue.
    case = Case(When(~Q(value__gt=3) & Q(x__gt=1), then=Value("a")), When(x=None, then=Value("b")), default=Value("c"))
    told = {
        key: "a"
        if each.value is not None and each.value <= 3 and (nth[key] or 0) > 1
        else "b"
        if nth[key] is None
        else "c"
        for key, each in rows.items()
    }
    assert dict(annotated.annotate(y=case).values_list("id", "y")) == told
    assert annotated.aggregate(y=Max("x"))["y"] == max(value for value in nth.values() if value is not None)


def test_filters_subqueries_and_what_is_not_selected(reading):
    import django
    from django.db.models import F, OuterRef, Subquery

    rows = {each.id: each for each in reading.objects.all()}
    nth = nth_values(rows.values(), "value", 2, FRAME, True, True)
    annotated = reading.objects.annotate(x=window("value", 2, FRAME))
    by_x = sorted(rows, key=lambda key: (nth[key] is not None, nth[key] or 0, key))
    assert list(annotated.order_by("x", "id").values_list("id", flat=True)) == by_x
    assert list(reading.objects.order_by(window("value", 2, FRAME).asc(), "id").values_list("id", flat=True)) == by_x
    last = annotated.filter(place=OuterRef("place")).order_by("-id").values("x")[:1]
    ids = {place: max(key for key, each in rows.items() if each.place == place) for place in (1, 2, 3)}
    expected = {key: nth[ids[each.place]] for key, each in rows.items() if each.place is not None}
    of_last = reading.objects.exclude(place=None).annotate(y=Subquery(last))
    assert dict(of_last.values_list("id", "y")) == expected
    assert set(annotated.values_list("x", flat=True).distinct()) == set(nth.values())
    if django.VERSION >= (4, 2):
        large = {key for key in rows if nth[key] is not None and nth[key] + 1 > 4}
        assert set(annotated.filter(x__gt=F("x") * 0 + 3).values_list("id", flat=True)) == large
        assert annotated.filter(x__gt=3).count() == len(large)
        inside = reading.objects.filter(value__in=annotated.filter(x__gt=3).values("x"))
        assert {each.value for each in inside} == {nth[key] for key in large} & {each.value for each in rows.values()}
