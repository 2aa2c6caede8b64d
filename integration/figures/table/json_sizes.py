"""The length of JSON lookups as SQL: ``hatch run plugin-table json_sizes``."""

from __future__ import annotations

from django.db.models import F, Q
from harness.project import configure

_DEEP = {"a": {"b": {"c": {"d": 1}}}}
_PERSON = {"name": "Ada", "born": 1815, "address": {"city": "London", "old": True}, "tags": ["x", "y"]}
_WIDE = {"key%d" % number: number for number in range(60)}

# Each with its size when a constant was one parameter, and all scalars were compared on each level; of those whose form has
# stayed, with the longer aliases that no table has.
LOOKUPS: dict[str, tuple[Q, tuple[int, int]]] = {
    'field__a="x"': (Q(value__a="x"), (400, 1)),
    "field__a=1": (Q(value__a=1), (310, 1)),
    'field={"a": 1, "b": "x"}': (Q(value={"a": 1, "b": "x"}), (3206, 4)),
    "field=[1, 2, 3]": (Q(value=[1, 2, 3]), (3206, 4)),
    "field=PERSON": (Q(value=_PERSON), (3828, 6)),
    'field={"a": {"b": {"c": {"d": 1}}}}': (Q(value=_DEEP), (5032, 10)),
    "field=60 members": (Q(value=_WIDE), (3206, 4)),
    'field__in=[{"a": 1}, {"a": 2}]': (Q(value__in=[{"a": 1}, {"a": 2}]), (3134, 4)),
    "field__contains=1": (Q(value__contains=1), (2507, 3)),
    'field__contains={"a": 1, "b": "x"}': (Q(value__contains={"a": 1, "b": "x"}), (3965, 5)),
    'field__contains=["x", "y"]': (Q(value__contains=["x", "y"]), (3965, 5)),
    "field__contains=PERSON": (Q(value__contains=_PERSON), (5423, 7)),
    'field__contains={"a": {"b": {"c": {"d": 1}}}}': (Q(value__contains=_DEEP), (8339, 11)),
    'field__contained_by={"a": 1, "b": "x"}': (Q(value__contained_by={"a": 1, "b": "x"}), (3965, 5)),
    "field__contained_by=PERSON": (Q(value__contained_by=_PERSON), (5423, 7)),
    'field__a=F("field__b")': (Q(value__a=F("value__b")), (12483, 34)),
    'field__a__contains=F("field__b")': (Q(value__a__contains=F("value__b")), (20369, 27)),
    'field__a__contained_by=F("field__b")': (Q(value__a__contained_by=F("value__b")), (20369, 27)),
    'field__a__in=[F("field__b"), F("field__c")]': (Q(value__a__in=[F("value__b"), F("value__c")]), (12370, 36)),
    'field__has_key="a"': (Q(value__has_key="a"), (250, 2)),
    "field__a__gt=1": (Q(value__a__gt=1), (463, 1)),
}


def statement(condition: Q) -> str:
    """A queryset's SQL with Django's placeholders."""
    configure()
    from mssql_core.testing import compile_sql, fake_connection

    from ._json_model import Document

    connection = fake_connection(plugins={"mssql_json.plugin:JSONPlugin": {}})
    return compile_sql(Document.objects.filter(condition).values("id"), connection)[0]


def size(condition: Q) -> tuple[int, int]:
    """(characters, calls of OPENJSON) of a condition, each parameter a question mark."""
    where = statement(condition).split(" WHERE ", 1)[1].replace("%s", "?").replace("%%", "%")
    return len(where), where.count("OPENJSON(")


def rows() -> list[tuple[str, dict[str, int]]]:
    """A row for each lookup: characters and calls of OPENJSON, now and before."""
    lengths = []
    for name, (condition, before) in LOOKUPS.items():
        columns = ("characters", "`OPENJSON`", "characters before", "`OPENJSON` before")
        lengths.append((f"`{name}`", dict(zip(columns, (*size(condition), *before)))))
    return lengths
