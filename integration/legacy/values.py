"""Other values of the type of one that was read."""

from __future__ import annotations

import datetime
import decimal
import uuid
from itertools import islice
from typing import Any, Iterator

_STEPS = {
    int: 1,
    float: 0.5,
    decimal.Decimal: decimal.Decimal(1),
    datetime.datetime: datetime.timedelta(days=1),
    datetime.date: datetime.timedelta(days=1),
}


def near(value: Any) -> Iterator[Any]:
    """Other values of the type; strings have the same length."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from _near_text(value)
    elif isinstance(value, uuid.UUID):
        yield from (uuid.UUID(int=number) for number in range(1, 1000))
    elif isinstance(value, bytes):
        yield from (bytes([number]) + value[1:] for number in range(256))
    elif isinstance(value, datetime.time):
        yield from (value.replace(minute=minute, second=second) for minute in range(60) for second in (1, 2))
    elif type(value) in _STEPS:
        yield from _near_number(value)


def _near_text(text: str) -> Iterator[str]:
    """A hierarchyid stays valid; digits stay digits."""
    if text.startswith("/") and text.endswith("/"):
        yield from (f"{text}{number}/" for number in range(1, 100))
        return
    for position in reversed(range(len(text))):
        for sign in (
            "0123456789"
            if text[position].isdigit()
            else "abcdefghijklmnopqrstuvwxyz"
            if text[position].isalpha()
            else ""
        ):
            yield text[:position] + sign + text[position + 1 :]
    if not text.strip():
        yield from "abc"


def _near_number(value: Any) -> Iterator[Any]:
    step = _STEPS[type(value)]
    for sign in (1, -1):
        for number in range(1, 100):
            try:
                yield value + sign * number * step
            except (OverflowError, decimal.InvalidOperation):
                break


def others(value: Any, count: int) -> list[Any]:
    """So many other values, if the type has them; longer strings too."""
    if isinstance(value, str) and not value.startswith("/"):
        return [f"{value}{number}" for number in range(count)]
    return list(islice(near(value), count))
