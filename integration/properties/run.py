"""Runs the property for one kind of field on the connection at hand."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from django.db import DataError, Error, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .found import check_found, same
from .kinds import KINDS, Kind
from .paths import PATHS, model, parts

# Values that hypothesis makes at a time.
_DRAWN = 20
# Up to so many values each one takes every path.
_WHOLE = 100
# Of how many values one that has to be refused is tried, too.
_REFUSED = 200
# What a server says that refuses a value by itself; it names no field.
_NUMBERS = ("8152", "8115")


def check(name: str, count: int, seed: bool = False) -> int:
    """Try `count` values of a kind; returns how many were tried.

    :param seed: whether the same values are tried each time.
    :raises AssertionError: with the path or the lookup, and as few of the values as fail.
    """
    about = KINDS[name]
    kind: Any = model(name, about)
    values = drawn(about.values, count, seed)
    with connection.schema_editor() as editor:
        editor.create_model(kind)
    try:
        for some in parts(values, about.together):
            _narrowed(lambda some: check_stored(kind, some, about, count > _WHOLE), some)
        if about.refused is not None:
            for value in drawn(about.refused, max(count // _REFUSED, 1), seed):
                check_refused(kind, value)
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(kind)
    return len(values)


def drawn(strategy: st.SearchStrategy[Any], count: int, seed: bool) -> list[Any]:
    """So many values of a strategy."""
    values: list[Any] = []

    @settings(
        max_examples=-(-count // _DRAWN), deadline=None, database=None, derandomize=seed, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(strategy, min_size=_DRAWN, max_size=_DRAWN))
    def collect(some: list[Any]) -> None:
        values.extend(some)

    while len(values) < count:
        # Hypothesis ends before its time where it has seen all that there is.
        collect()
    return values[:count]


def _narrowed(check: Callable[[Sequence[Any]], None], values: Sequence[Any]) -> None:
    """Check the values; where they fail, halves of them, as long as one of these fails."""
    try:
        with transaction.atomic():
            check(values)
            transaction.set_rollback(True)
    except (AssertionError, Error):
        middle = len(values) // 2
        for half in (values[:middle], values[middle:]) if middle else ():
            _narrowed(check, half)
        raise


def check_stored(kind: Any, values: Sequence[Any], about: Kind, thin: bool) -> None:
    """Each path stores what is kept of each value, and lookups find it.

    :param thin: whether a path that costs a statement for each value takes a share of them.
    """
    for path in PATHS:
        some = values[:: path.one_in if thin else 1]
        keys = path.store(kind, some)
        read = dict(kind.objects.filter(pk__in=keys).values_list("pk", "value"))
        for key, value in zip(keys, some):
            assert same(read[key], about.kept(value)), (path.store.__name__, value, read[key])
    check_found(kind, keys, values, [read[key] for key in keys], about, thin)


def check_refused(kind: Any, value: Any) -> None:
    """Each path refuses the value, by the field's name where it is not the server that does."""
    for path in PATHS:
        if not path.refuses:
            continue
        try:
            with transaction.atomic():
                path.store(kind, [value])
        except DataError as error:
            message = str(error)
            assert any(text in message for text in ("value", *_NUMBERS)), (path.store.__name__, value, message)
        else:
            raise AssertionError((path.store.__name__, value))
