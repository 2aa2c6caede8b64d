"""Rows with the extreme values of each kind, and rows of Django's own apps."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import django
from django.conf import settings

ROWS = 8
_DAY = datetime.date
_UUIDS = (uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID("0123456789abcdefFEDCBA9876543210"))
_TEXTS = (
    "", " ", "blank ", " blank", "it's \"quoted\" [x]", "100%_", "a\\b", "line\r\nline\n", "tab\t", "ÄÖÜßé", "日本語", "😀👩‍👧",
    "N'x'", "--", "\x01", "İıſK", "e\u0301",
)  # fmt: skip


def _moment(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.timezone.utc if settings.USE_TZ else None)


_MOMENTS = (
    _moment(1, 1, 1), _moment(9999, 12, 31, 23, 59, 59, 999999), _moment(1752, 9, 14), _moment(2024, 2, 29, 12, 30, 0, 1),
    _moment(2026, 3, 29, 1, 30), _moment(1970, 1, 1), _moment(2026, 10, 25, 0, 59, 59, 999000),
)  # fmt: skip
_JSON = (
    {}, [], {"": None}, {"a": {"b": [1, -1.5, True, False, None, "ü😀", ""]}}, [[[]]], {"k'\"\\": "v'\"\\\n"},
    {"big": 2**53, "small": 1e-7}, [{"x": "y" * 5000}],
)  # fmt: skip
# Kind of field -> its values.
_VALUES: dict[str, tuple[Any, ...]] = {
    "BigIntegerField": (2**63 - 1, -(2**63), 0, -1),
    "BinaryField": (b"", b"\x00", b"\xff\xfe", bytes(range(20)), b"text"),
    "BooleanField": (True, False),
    "CharField": _TEXTS,
    "DateField": (_DAY(1, 1, 1), _DAY(9999, 12, 31), _DAY(1582, 10, 15), _DAY(2024, 2, 29)),
    "DateTimeField": _MOMENTS,
    "DurationField": tuple(datetime.timedelta(microseconds=n) for n in (0, 1, -1, 2**62, -(2**62), 86_399_999_999)),
    "FileField": ("", "a/b.txt", "ü.txt"),
    "FilePathField": ("/", "/tmp/x y"),
    "FloatField": (0.1, 1.7976931348623157e308, 2.2250738585072014e-308, -1e-5, 1e22, 123456789.123456789, 0.0),
    "GenericIPAddressField": ("127.0.0.1", "::1", "2001:db8::ffff:ffff:ffff:1", "255.255.255.255"),
    "IntegerField": (2**31 - 1, -(2**31), 0),
    "JSONField": _JSON,
    "PositiveBigIntegerField": (2**63 - 1, 0),
    "PositiveIntegerField": (2**31 - 1, 0),
    "PositiveSmallIntegerField": (2**15 - 1, 0),
    "SlugField": ("a-b_c", "0"),
    "SmallIntegerField": (2**15 - 1, -(2**15)),
    "TextField": (*_TEXTS, "long ü" * 3000),
    "TimeField": (datetime.time(0), datetime.time(23, 59, 59, 999999), datetime.time(12, 0, 0, 1)),
    "UUIDField": _UUIDS,
}


def _longest(field: Any) -> Any:
    """The longest value of a field with a length."""
    kind, length = field.get_internal_type(), field.max_length
    if kind == "BinaryField":
        return bytes(n % 256 for n in range(length if isinstance(length, int) else 70_000))
    return "ü" * length


def _decimals(field: Any) -> tuple[Decimal, ...]:
    whole, places = "9" * (field.max_digits - field.decimal_places) or "0", field.decimal_places
    # As text: arithmetic would round to 28 digits.
    texts = (f"{whole}.{'9' * places}", f"-{whole}.{'9' * places}", f"0.{'1':0>{places}}", f"0.{'0' * places}")
    return tuple(map(Decimal, texts))


def value(field: Any, number: int) -> Any:
    """The value of a field in the row of this number; NULL in every third, if the column allows it."""
    if field.null and number % 3 == 2:
        return None
    kind = field.get_internal_type()
    if kind == "DecimalField":
        values = _decimals(field)
        return values[number % len(values)]
    if field.unique:
        return _unique(kind, number)
    values = _VALUES[kind]
    if kind in ("CharField", "BinaryField") and number == ROWS - 1:
        return _longest(field)
    chosen = values[(number + field.creation_counter) % len(values)]
    if isinstance(chosen, str) and field.max_length:
        # Characters outside of the basic plane are two for the server.
        return chosen[: field.max_length // 2]
    return chosen


def _unique(kind: str, number: int) -> Any:
    if kind == "CharField":
        return "%s unique %d" % ("üß😀"[number % 3], number)
    if kind == "UUIDField":
        return uuid.UUID(int=2**127 // (number + 1))
    if kind == "GenericIPAddressField":
        return "2001:db8::%x" % (number + 1)
    return (-1) ** number * number


def _plain(model: Any, number: int) -> dict[str, Any]:
    """Field -> value of a row of a model, without relations and values that the server generates."""
    return {
        field.name: value(field, number)
        for field in model._meta.concrete_fields
        if not field.is_relation and not getattr(field, "generated", False) and "Auto" not in field.get_internal_type()
    }


def fill() -> None:
    """Insert rows into every table."""
    from .kinds import models

    for number in range(ROWS):
        models.Every.objects.create(**_plain(models.Every, number))
    longer = [models.Longer.objects.create(**_plain(models.Longer, number)) for number in (ROWS + 1, ROWS + 3)]
    everies = list(models.Every.objects.order_by("pk"))
    places: list[Any] = []
    for number, key in enumerate(_UUIDS):
        inside = places[-1] if places else None
        places.append(models.Place.objects.create(id=key, name=_TEXTS[number + 9], inside=inside))
    visits = []
    for number, place in enumerate(places):
        again = place if number else None
        visit = models.Visit(place=place, again=again, every=everies[number], loose=everies[0], unindexed=longer[0])
        visit.save()
        visits.append(visit)
        visit.others.set(places)
        models.Guide.objects.create(
            visit=visit, every=everies[number], since=value(models.Guide._meta.get_field("since"), number)
        )
    visits[0].friends.set(visits)
    for number in range(6):
        models.Odd.objects.create(
            order=number, umlaut=None if number % 2 else "ü%d" % number, dotted="a.b", quoted="q%d" % number
        )
        models.Ruled.objects.create(
            code="c%d" % number, kind=None if number % 2 else "k", low=number, high=None if number % 3 else number + 9,
            day=_DAY(2000 + number, 1, 1),
        )  # fmt: skip
    _fill_newer(models)
    _fill_contrib()


def _fill_newer(models: Any) -> None:
    if django.VERSION >= (4, 2):
        models.Described.objects.create(name="thing", size=None)
    if django.VERSION >= (5, 0):
        models.Given.objects.create(moment=_MOMENTS[3])
        models.Given.objects.create(name="GROSS Ü", number=None, moment=_MOMENTS[0], flag=False)
    if django.VERSION >= (5, 2):
        for number, key in enumerate(_UUIDS):
            models.Composite.objects.create(tenant=number - 1, number=key, name="n%d" % number)


def _fill_contrib() -> None:
    from django.contrib.admin.models import LogEntry
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.flatpages.models import FlatPage
    from django.contrib.redirects.models import Redirect
    from django.contrib.sessions.models import Session
    from django.contrib.sites.models import Site

    site = Site.objects.get_current()
    group = Group.objects.create(name="Gruppe ü")
    group.permissions.set(Permission.objects.order_by("pk")[:5])
    for name in ("anna", "Börje", "日本"):
        user = User.objects.create_user(name, "%s@example.com" % name[:1], "secret", last_login=_MOMENTS[3])
        user.groups.add(group)
    User.objects.update(date_joined=_MOMENTS[1])
    content_type = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        action_time=_MOMENTS[3], user=user, content_type=content_type, object_id="1", object_repr="ü", action_flag=2,
        change_message="[]",
    )  # fmt: skip
    Session.objects.create(session_key="k" * 32, session_data="d" * 9000, expire_date=_MOMENTS[1])
    FlatPage.objects.create(url="/ü/", title="Über uns", content="<p>😀</p>" * 2000).sites.add(site)
    Redirect.objects.create(site=site, old_path="/alt/", new_path="/neu/")
