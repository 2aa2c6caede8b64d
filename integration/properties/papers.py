"""The table of documents, and the grammar of random querysets over them."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any, Callable

from django.apps.registry import Apps
from django.db import models
from django.db.models import functions
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from .stored_rows import stored

_APPS = Apps(["properties"])


class Compact(json.JSONEncoder):
    """Documents without blanks, as the type json writes them."""

    item_separator, key_separator = ",", ":"


class Paper(models.Model):
    value = models.JSONField(null=True, encoder=Compact)
    other = models.JSONField(default=dict, encoder=Compact)
    name = models.CharField(max_length=20)
    number = models.IntegerField(null=True)
    ratio = models.FloatField(null=True)
    source = models.ForeignKey("self", models.CASCADE, null=True, related_name="copies")

    class Meta:
        app_label, apps = "properties", _APPS


def key(*names: str) -> Any:
    """A key with any names, for which Django's own notation has none: ``key("value", "a b", "0")``."""
    return _transform(KeyTransform, *names)


def text(*names: str) -> Any:
    """A key as text, with any names."""
    return _transform(KeyTextTransform, *names)


def _transform(kind: Any, column: str, *names: str) -> Any:
    transform: Any = column
    for name in names[:-1]:
        transform = KeyTransform(name, transform)
    return kind(names[-1], transform)


NAMES = {**vars(models), **vars(functions), "Paper": Paper, "key": key, "text": text}

_KEYS = [
    "a",
    "b",
    "A",
    "a ",
    "k.k",
    "$x",
    'q"t',
    "it's",
    "é",
    "🤡",
    "",
    "0",
    "1",
    "-1",
    "01",
    "%d",
    "%s",
    "b\\s",
    "[0]",
    "a b",
    "value",
    "key",
]
# No floats with an exponent and no zero with a sign, which the two types write in two ways.
_NUMBERS = [
    0,
    1,
    -1,
    2,
    10,
    0.5,
    1.0,
    -2.5,
    100.0,
    2**31,
    2**53,
    2**53 + 1,
    float(2**53),
    10**18,
    10**30,
    10**37,
    0.1,
    123456.789,
]
_RATIOS = [None, 0.5, 1.0, 0.1, 1e-12, -2.5e20, 1e16]
_TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "a ",
    "1",
    "1.0",
    "true",
    "null",
    "é",
    "🤡x",
    "it's",
    'q"',
    "%",
    "_",
    "[",
    "b\\s",
    "\n",
    "x" * 4100,
]
_SCALARS = [None, True, False, *_NUMBERS, *_TEXTS]
_FIELDS = ["IntegerField()", "FloatField()", "CharField(max_length=40)", "TextField()", "BigIntegerField()"]


def document(drawn: random.Random, depth: int = 3) -> Any:
    """A random document; objects and arrays only at the top, since the type json holds no other."""

    def inner(left: int) -> Any:
        return drawn.choice(_SCALARS) if left == 0 or drawn.random() < 0.5 else document(drawn, left)

    if drawn.random() < 0.6:
        # Most names are few, so that documents have them in common.
        names = [drawn.choice(_KEYS[: drawn.choice([2, 2, len(_KEYS)])]) for _ in range(drawn.randint(0, 4))]
        return {name: inner(depth - 1) for name in names}
    return [inner(depth - 1) for _ in range(drawn.randint(0, 3))]


def filled(alias: str) -> contextlib.AbstractContextManager[None]:
    """The table with its rows, the same each time, on a database."""
    drawn = random.Random(1)
    papers = []
    for number in range(1, 41):
        value = document(drawn) if drawn.random() < 0.9 else None
        other = value if value is not None and drawn.random() < 0.2 else document(drawn)
        source = drawn.choice([None, *range(1, number)])
        fields = {
            "name": drawn.choice(_TEXTS[:-1]),
            "number": drawn.choice([None, 0, 1, 2, 10]),
            "ratio": drawn.choice(_RATIOS),
        }
        papers.append(Paper(id=number, value=value, other=other, source_id=source, **fields))
    return stored(alias, papers)


class Draw:
    """A random queryset, as the text of Python."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._names: list[str] = []

    def queryset(self) -> tuple[str, bool]:
        """The source, which names the objects `papers`, and whether its order is total."""
        source = "papers" + "".join(self._step() for _ in range(self._random.randint(1, 3)))
        names = ", ".join(map(repr, self._names or ["value", "other"]))
        directions = f"{self._json()}.{self._one('asc', 'desc')}(), 'pk'"
        return self._one(
            lambda: (f"{source}.values_list('pk', {names})", False),
            lambda: (f"{source}.order_by({directions}).values_list('pk', {names}){self._one('', '[:5]', '[3:9]')}", True),
            lambda: (f"{source}.values_list({names}).distinct()", False),
            lambda: (f"{source}.{self._one('count', 'exists')}()", True),
            lambda: (f"{source}.order_by().values(g={self._group()}).annotate(n={self._aggregate()})", False),
            lambda: (f"{source}.aggregate(x={self._aggregate()}, y=Count('*'))", True),
            lambda: (f"[papers.filter({self._condition(1)}).update({self._assignment()}), *{_ALL}]", True),
            lambda: (f"{source}.values_list({names}).union({source}.values_list({names}), all={self._one(True, False)})", False),
            lambda: (f"[papers.bulk_create({self._objects()}, {self._one(_UPSERT, 'ignore_conflicts=True')}), *{_ALL}]", True),
            lambda: (f"[papers.bulk_update([Paper(pk=pk, value={self._document()}) for pk in range(1, 9)], ['value']), *{_ALL}]", True),
        )  # fmt: skip

    def _one(self, *options: Any) -> Any:
        option = self._random.choice(options)
        return option() if callable(option) else option

    def _step(self) -> str:
        if self._random.random() < 0.6:
            return f".{self._one('filter', 'exclude')}({self._condition(2)})"
        expression, name = self._expression(2), "n%d" % len(self._names)
        self._names.append(name)
        return f".annotate({name}={expression})"

    # ---- expressions -----------------------------------------------------------------

    def _column(self) -> str:
        return self._one("value", "value", "other", "source__value", "copies__other")

    def _path(self) -> list[str]:
        return [self._one(*_KEYS[: self._one(2, 2, len(_KEYS))]) for _ in range(self._one(1, 1, 2, 3))]

    def _key(self, kind: str = "key", column: str = "") -> str:
        return f"{kind}({', '.join(map(repr, [column or self._column(), *self._path()]))})"

    def _json(self) -> str:
        return self._one(self._key, self._key, lambda: f"F({self._column()!r})")

    def _objects(self) -> str:
        """New papers, of which some have the keys of others."""
        keys = self._random.sample(range(1, 60), self._one(1, 3, 12))
        return "[%s]" % ", ".join(f"Paper(pk={pk}, value={self._document()})" for pk in keys)

    def _document(self) -> str:
        return repr(document(self._random))

    def _value(self) -> str:
        """A constant, often one that is in a document."""
        return self._one(lambda: repr(self._one(*_SCALARS[1:])), lambda: repr(self._one(*_KEYS)), self._document)

    def _group(self) -> str:
        return self._one(
            self._json, lambda: self._key("text"), lambda: f"Cast({self._key('text')}, CharField(max_length=9))"
        )

    def _aggregate(self) -> str:
        return self._one(
            "Count('pk')",
            lambda: f"Count({self._key()})",
            lambda: f"Count({self._key('text')}, distinct=True)",
            lambda: f"Max(Length({self._key('text')}))",
            lambda: f"Count('pk', filter={self._condition(1)})",
        )

    def _assignment(self) -> str:
        return self._one(
            lambda: f"value={self._document()}",
            lambda: "value=F('other')",
            lambda: f"value=JSONObject({self._members()})",
            lambda: (
                f"other=Case(When({self._condition(0)}, then=Value({self._document()}, JSONField())), default=F('other'))"
            ),
            lambda: f"value=Coalesce('value', Value({self._document()}, JSONField()))",
            lambda: f"name=Left(Coalesce({self._key('text')}, Value('-'), output_field=TextField()), 5)",
        )

    def _members(self) -> str:
        columns = [
            self._one(
                lambda: self._key(column="value"), f"F({self._one('value', 'other', 'number', 'name', 'ratio')!r})"
            )
            for _ in range(2)
        ]
        return "a=%s, b=%s" % tuple(columns)

    def _expression(self, depth: int) -> str:
        return self._one(
            self._json,
            lambda: self._key("text"),
            lambda: f"Cast({self._key('text')}, {self._one('CharField(max_length=9)', 'TextField()')})",
            lambda: f"JSONObject(x={self._json()}, y=F({self._one('number', 'ratio')!r}), z={self._key('text')})",
            lambda: f"Length({self._key('text')})",
            lambda: f"Coalesce({self._json()}, {self._json()}, output_field=JSONField())",
            lambda: f"Coalesce({self._key('text')}, Value('-'), output_field=TextField())",
            lambda: (
                f"Case(When({self._condition(0)}, then={self._json()}), default={self._json()}, output_field=JSONField())"
            ),
            lambda: f"Window(Count('pk'), partition_by=[{self._group()}])",
            lambda: f"Window(Lag({self._json()}), order_by=['pk'], output_field=JSONField())",
            lambda: f"ExpressionWrapper({self._condition(depth - 1)}, output_field=BooleanField())",
            lambda: f"Subquery(Paper.objects.filter({self._link()}).order_by('-pk').values(k={self._json()})[:1])",
        )

    def _link(self) -> str:
        return self._one(
            "source=OuterRef('pk')",
            "number=OuterRef('number')",
            "other__a=OuterRef('value__a')",
            "other=OuterRef('value')",
        )

    # ---- conditions -----------------------------------------------------------------

    def _condition(self, depth: int) -> str:
        if depth and self._random.random() < 0.4:
            inner = lambda: self._condition(depth - 1)  # noqa: E731
            return self._one(
                lambda: f"({inner()} & {inner()})", lambda: f"({inner()} | {inner()})", lambda: f"~{inner()}",
                lambda: f"Q({self._one('', '~')}Exists(Paper.objects.filter({inner()}, {self._link()})))",
                lambda: f"Q(pk__in=Paper.objects.filter({inner()}).values('pk'))",
            )  # fmt: skip
        path = "__".join([self._column(), *(name for name in self._path() if name)][: self._one(1, 2, 3, 4)])
        lookup, value = self._lookup("__" in path.replace("source__", "").replace("copies__", ""))
        return f"Q(({path + lookup!r}, {value}))"

    def _lookup(self, is_key: bool) -> tuple[str, str]:
        some = lambda: ", ".join(self._value() for _ in range(self._one(1, 2, 9, 30)))  # noqa: E731
        names = lambda: repr([self._one(*_KEYS) for _ in range(self._one(1, 2))])  # noqa: E731
        right: list[Callable[[], tuple[str, str]]] = [
            lambda: ("", self._value()), lambda: ("", self._json()), lambda: ("__in", f"[{some()}]"),
            lambda: ("__in", f"[{self._json()}, {self._json()}, {some()}]"),
            lambda: ("__in", f"Paper.objects.filter({self._condition(0)}).values(k={self._json()})"),
            lambda: (self._one("__contains", "__contained_by"), self._one(self._document, self._document, self._json)),
            lambda: ("__isnull", self._one("True", "False")), lambda: ("__has_key", repr(self._one(*_KEYS))),
            lambda: (self._one("__has_keys", "__has_any_keys"), names()),
        ]  # fmt: skip
        of_keys: list[Callable[[], tuple[str, str]]] = [
            lambda: (self._one("__lt", "__lte", "__gt", "__gte"), self._one(lambda: repr(self._one(*_NUMBERS, *_TEXTS)), self._key)),
            lambda: (self._one("__startswith", "__endswith", "__icontains", "__iexact", "__istartswith"), repr(self._one(*_TEXTS))),
            lambda: ("", f"F({self._one('number', 'name', 'ratio')!r})"), lambda: ("", "None"),
        ]  # fmt: skip
        return self._one(*right, *(of_keys if is_key else []))


_UPSERT = "update_conflicts=True, unique_fields=['pk'], update_fields=['value']"
_ALL = "papers.order_by('pk').values_list('pk', 'value', 'other', 'name')"
