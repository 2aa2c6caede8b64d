"""The kinds of fields, and the values that each takes or has to refuse."""

from __future__ import annotations

import datetime
import decimal
import math
from dataclasses import dataclass
from typing import Any, Callable

from django.db import models
from hypothesis import strategies as st

from mssql_core.fields import LegacyDateTimeField, SmallDateTimeField, VarcharField

UTC = datetime.timezone.utc
_TEXT = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
_OFFSETS = st.integers(-14 * 3600, 14 * 3600).map(
    lambda seconds: datetime.timezone(datetime.timedelta(seconds=seconds))
)


@dataclass(frozen=True)
class Kind:
    """A field, and its values.

    :ivar field: makes the model's field.
    :ivar values: values that the column holds.
    :ivar kept: what is read of a value.
    :ivar refused: values that no path may store.
    :ivar ordered: whether the server's order is that of Python.
    :ivar ranged: whether the field has ranges; a JSONField has none.
    :ivar together: how many values go in at once; documents are few, since each is compared with each other one.
    :ivar finds_given: whether a value finds its row where another one is kept of it; conditions round no decimals.
    """

    field: Callable[[], models.Field]
    values: st.SearchStrategy[Any]
    kept: Callable[[Any], Any] = lambda value: value
    refused: st.SearchStrategy[Any] | None = None
    ordered: bool = True
    ranged: bool = True
    together: int = 500
    finds_given: bool = True


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _text(longest: int) -> st.SearchStrategy[str]:
    return st.text(_TEXT, max_size=longest).filter(lambda text: _units(text) <= longest)


def _too_long(longest: int) -> st.SearchStrategy[str]:
    """Blanks at the end are cut without an error, as standard SQL has it; the sandbox cuts no emoji in two for the message."""
    text = st.text(
        st.characters(exclude_categories=("Cs",), exclude_characters="\0", max_codepoint=0xFFFF), min_size=longest
    )
    emoji = st.integers(longest // 2 + 1, longest).map(lambda count: "\U0001f600" * count)
    return text.map(lambda text: text + "x") | emoji


def _surrogates(longest: int) -> st.SearchStrategy[str]:
    half = st.characters(categories=("Cs",))
    return st.tuples(st.text("ab", max_size=3), half).map("".join)


def _rounded(value: decimal.Decimal, places: str) -> decimal.Decimal:
    return value.quantize(decimal.Decimal(places), decimal.ROUND_HALF_UP, decimal.Context(prec=100))


def _step(value: datetime.datetime) -> datetime.datetime:
    """The next step of 1/300 s, in the milliseconds that are shown of it."""
    day = value.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = math.floor((value - day) / datetime.timedelta(seconds=1) * 300 + 0.5)
    return day + datetime.timedelta(milliseconds=(steps * 10 + 1) // 3)


def _minute(value: datetime.datetime) -> datetime.datetime:
    """29.998 s and less are rounded down."""
    value = value.astimezone(UTC)
    down = value.replace(second=0, microsecond=0)
    return down + datetime.timedelta(minutes=(value - down) > datetime.timedelta(milliseconds=29998.5))


def _integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2**bits), 2**bits - 1)


def _moments(first: int, last: int) -> st.SearchStrategy[datetime.datetime]:
    naive = st.datetimes(datetime.datetime(first, 1, 2), datetime.datetime(last, 12, 30))
    return st.builds(lambda value, zone: value.replace(tzinfo=zone), naive, st.just(UTC) | _OFFSETS)


_DECIMALS = st.decimals(-9999999, 9999999, allow_nan=False, places=5) | st.floats(-9999999, 9999999).map(
    decimal.Decimal
)
_NO_NUMBERS = st.sampled_from([decimal.Decimal("1e40"), decimal.Decimal("12345678.5"), decimal.Decimal(-99999999)])


_JSON_NUMBERS = _integers(53) | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
# Without null at the top, which is another value than the column's NULL, and has tests of its own.
_JSON = st.recursive(
    st.booleans() | _JSON_NUMBERS | st.text(_TEXT, max_size=20),
    lambda inner: st.lists(inner | st.none(), max_size=4) | st.dictionaries(st.text(_TEXT, max_size=8), inner | st.none(), max_size=4),
    max_leaves=8,
)  # fmt: skip


def _beyond(bits: int) -> st.SearchStrategy[int]:
    return st.integers(2**bits, 2**70) | st.integers(-(2**70), -(2**bits) - 1)


KINDS: dict[str, Kind] = {
    "BigIntegerField": Kind(models.BigIntegerField, _integers(63), refused=_beyond(63)),
    "BinaryField": Kind(lambda: models.BinaryField(max_length=20), st.binary(max_size=20), ordered=False,
                        refused=st.binary(min_size=21, max_size=30)),
    "BinaryField(max)": Kind(models.BinaryField, st.binary(max_size=9000), ordered=False),
    "BooleanField": Kind(models.BooleanField, st.booleans()),
    "CharField": Kind(lambda: models.CharField(max_length=20), _text(20), refused=_too_long(20) | _surrogates(20), ordered=False),
    "DateField": Kind(models.DateField, st.dates()),
    "DateTimeField": Kind(models.DateTimeField, _moments(1, 9999)),
    "DecimalField": Kind(lambda: models.DecimalField(max_digits=12, decimal_places=5), _DECIMALS,
                         lambda value: _rounded(value, "0.00001"), _NO_NUMBERS, finds_given=False),
    "DecimalField(38)": Kind(lambda: models.DecimalField(max_digits=38, decimal_places=10),
                             st.integers(-(10**38) + 1, 10**38 - 1).map(lambda value: decimal.Decimal(value).scaleb(-10, decimal.Context(prec=40)))),
    "DurationField": Kind(models.DurationField, st.timedeltas(datetime.timedelta(-100000000), datetime.timedelta(100000000)),
                          refused=st.timedeltas(min_value=datetime.timedelta(110000000))),
    "FloatField": Kind(models.FloatField, st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
                       refused=st.sampled_from([math.nan, math.inf, -math.inf])),
    "GenericIPAddressField": Kind(models.GenericIPAddressField, st.ip_addresses().map(str), models.GenericIPAddressField().get_prep_value, ordered=False),
    "IntegerField": Kind(models.IntegerField, _integers(31), refused=_beyond(31)),
    "JSONField": Kind(models.JSONField, _JSON, ordered=False, ranged=False, together=50),
    "LegacyDateTimeField": Kind(LegacyDateTimeField, _moments(1753, 9999), _step, refused=_moments(2, 1751)),
    "PositiveBigIntegerField": Kind(models.PositiveBigIntegerField, st.integers(0, 2**63 - 1)),
    "PositiveIntegerField": Kind(models.PositiveIntegerField, st.integers(0, 2**31 - 1)),
    "PositiveSmallIntegerField": Kind(models.PositiveSmallIntegerField, st.integers(0, 2**15 - 1)),
    "SmallDateTimeField": Kind(SmallDateTimeField, _moments(1900, 2078), _minute, refused=_moments(2080, 9998)),
    "SmallIntegerField": Kind(models.SmallIntegerField, _integers(15), refused=_beyond(15)),
    "TextField": Kind(models.TextField, _text(5000), refused=_surrogates(20), ordered=False),
    "TimeField": Kind(models.TimeField, st.times()),
    "UUIDField": Kind(models.UUIDField, st.uuids(), ordered=False),
    "VarcharField": Kind(lambda: VarcharField(max_length=20), st.text(st.characters(codec="cp1252", exclude_characters="\0"), max_size=20),
                         refused=_surrogates(20) | st.text("ŁΩ", min_size=1, max_size=5), ordered=False),
}  # fmt: skip
