"""The table, its rows and the grammar of random querysets."""

from __future__ import annotations

import contextlib
import datetime
import random
from decimal import Decimal
from typing import Any, Callable

from django.apps.registry import Apps
from django.db import models
from django.db.models import expressions, functions, lookups

from .stored_rows import stored

# With the folder as an application: relations are followed backwards among the models of applications only.
_APPS = Apps(["properties"])


class Book(models.Model):
    title = models.CharField(max_length=20)
    pages = models.IntegerField(null=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    published = models.DateField(null=True)
    printed = models.BooleanField(null=True)
    sequel = models.ForeignKey("self", models.CASCADE, null=True, related_name="prequels")

    class Meta:
        app_label, apps = "properties", _APPS


NAMES = {
    **vars(models), **vars(functions), **vars(lookups), "OrderBy": expressions.OrderBy,
    "Book": Book, "Decimal": Decimal, "date": datetime.date,
}  # fmt: skip
# Small letters and digits, which both databases sort alike, and decimals that are exact as the floats that SQLite has for them.
_VALUES: dict[str, list[Any]] = {
    "integer": [0, 1, 2, 5, 7, 40, 100, -3],
    "text": ["a", "ab", "abc", "b", "ba", "zed", "10", "2"],
    "decimal": [Decimal("0.5"), Decimal("9.75"), Decimal("-3.25"), Decimal("100")],
    "date": [datetime.date(2019, 12, 31), datetime.date(2020, 2, 29), datetime.date(2021, 1, 3)],
    "boolean": [True, False],
}
_COLUMNS = {
    "integer": ["id", "pages", "sequel_id", "sequel__pages", "sequel__sequel__pages"],
    "text": ["title", "sequel__title"],
    "decimal": ["price", "sequel__price"],
    "date": ["published", "sequel__published"],
    "boolean": ["printed", "sequel__printed"],
}
_MANY = {"integer": ["prequels__pages"], "text": ["prequels__title"], "decimal": ["sequel__prequels__price"]}
_FIELDS = {
    "integer": "IntegerField()", "text": "CharField(max_length=99)", "date": "DateField()", "boolean": "BooleanField()",
    "decimal": "DecimalField(max_digits=18, decimal_places=4)",
}  # fmt: skip


def filled(alias: str) -> contextlib.AbstractContextManager[None]:
    """The table with its rows, the same each time, on a database."""
    drawn = random.Random(1)
    books = []
    for key in range(1, 21):
        values = {kind: drawn.choice([None, *_VALUES[kind]]) for kind in _VALUES}
        of_field = {"pages": "integer", "price": "decimal", "published": "date", "printed": "boolean"}
        fields = {name: values[kind] for name, kind in of_field.items()}
        sequel = drawn.choice([None, *range(1, key)])
        books.append(Book(id=key, title=values["text"] or "a", sequel_id=sequel, **fields))
    return stored(alias, books)


class Draw:
    """A random queryset, as the text of Python."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        # The annotations so far, and their kinds.
        self._names: dict[str, str] = {}
        # Rows that joins multiply have no total order, which windows need.
        self._columns = {
            **_COLUMNS,
            **{kind: [*_COLUMNS[kind], *_MANY[kind]] for kind in _MANY if self._random.random() < 0.5},
        }
        self._has_many = self._columns != _COLUMNS

    def queryset(self) -> tuple[str, bool]:
        """The source, which names the objects `books`, and whether its order is total."""
        source = "books" + "".join(self._step() for _ in range(self._random.randint(1, 4)))
        source += self._groups() if self._has_many else self._one("", self._groups, self._window)
        names = [*self._names] or ["id"]
        rows = f"{source}.values_list({', '.join(map(repr, names))})"
        ordered = f"{rows}.order_by({', '.join(self._direction(name) for name in names)})"
        return self._one(
            lambda: (rows, False),
            lambda: (ordered + self._one("", "[:3]", "[1:5]", "[2:]"), True),
            lambda: (f"{rows}.distinct()", False),
            lambda: (f"{ordered}.distinct()[:4]", True),
            lambda: (f"{self._one(rows, ordered + '[:5]')}.{self._one('count', 'exists')}()", True),
            lambda: (f"{source}.aggregate(x={self._aggregate()}, y=Count('*'))", True),
        )

    def _one(self, *options: Any) -> Any:
        option = self._random.choice(options)
        return option() if callable(option) else option

    def _direction(self, name: str) -> str:
        nulls = f"F({name!r}).asc(nulls_last=True)", f"F({name!r}).desc(nulls_first=True)"
        return self._one(repr(name), repr("-" + name), *nulls)

    def _step(self) -> str:
        return self._one(
            lambda: f".{self._one('filter', 'exclude')}({self._condition(2)})",
            lambda: self._annotated(self._one(*_VALUES), lambda kind: self._expression(kind, 2)),
        )

    def _annotated(self, kind: str, made: Callable[[str], str]) -> str:
        # Made before it is named: it must not name itself.
        expression, name = made(kind), "n%d" % len(self._names)
        self._names[name] = kind
        return f".annotate({name}={expression})"

    def _window(self) -> str:
        function = self._one("RowNumber()", "Rank()", f"Lag({self._expression('integer', 1)})", "Count('pk')")
        partition = f", partition_by=[{self._expression(self._one('integer', 'boolean', 'text'), 1)}]"
        order = f", order_by=[OrderBy({self._column(self._one(*_VALUES))}, descending={self._one(True, False)}), 'pk']"
        source = self._annotated("integer", lambda kind: f"Window({function}{self._one('', partition)}{order})")
        return source + self._one("", f".filter({[*self._names][-1]}__lte={self._random.randint(1, 6)})")

    def _groups(self) -> str:
        """Groups by the annotations so far, and an aggregate of each."""
        self._names = self._names or {"sequel": "integer"}
        grouped = f".values({', '.join(map(repr, self._names))})"
        integers = [name for name, kind in self._names.items() if kind == "integer"]
        source = grouped + self._annotated("integer", lambda kind: self._aggregate())
        source += self._one("", f".filter({[*self._names][-1]}__gt={self._one(0, 1, 2)})")
        return source + (self._one("", lambda: self._beside(self._one(*integers))) if integers else "")

    def _beside(self, group: str) -> str:
        """What an aggregate and a grouped integer make together, selected or as a condition; SQLite's MAX() skips no NULL."""
        both = f"{self._one('Greatest', 'Least')}({group!r}, Count('pk'), output_field=IntegerField())"
        source = f".filter({group}__isnull=False)" + self._annotated("integer", lambda kind: both)
        return source + self._one("", f".filter({[*self._names][-1]}__gt=F({group!r}))")

    def _aggregate(self) -> str:
        function = self._one("Count", "Sum", "Min", "Max", "Avg")
        argument = self._one(*_VALUES) if function == "Count" else self._one("integer", "decimal")
        chosen = self._one("", "", f", filter={self._condition(1)}", ", distinct=True" if function == "Count" else "")
        return f"{function}({self._expression(argument, 1)}{chosen})"

    # ---- expressions -----------------------------------------------------------------

    def _value(self, kind: str) -> str:
        value = repr(self._one(*_VALUES[kind]))
        return value.replace("datetime.", "")

    def _column(self, kind: str) -> str:
        return f"F({self._one(*self._columns[kind])!r})"

    def _expression(self, kind: str, depth: int) -> str:
        if depth == 0:
            named = [f"F({name!r})" for name, of_kind in self._names.items() if of_kind == kind]
            return self._one(
                *named,
                *[lambda: self._column(kind)] * 3,
                lambda: f"Value({self._value(kind)}, output_field={_FIELDS[kind]})",
            )
        inner = lambda of_kind: self._expression(of_kind, depth - 1)  # noqa: E731
        options: dict[str, list[Callable[[], str]]] = {
            "integer": [
                lambda: f"({inner(kind)} + {inner(kind)})", lambda: f"({inner(kind)} * {self._one(2, -1)})",
                lambda: f"Length({inner('text')})", lambda: f"ExtractYear({inner('date')})", lambda: f"Abs({inner(kind)})",
                lambda: f"Cast({inner('boolean')}, IntegerField())", lambda: f"({inner(kind)} % 5)",
            ],
            "text": [
                lambda: f"Lower({inner(kind)})", lambda: f"Concat({inner(kind)}, {inner(kind)})", lambda: f"Left({inner(kind)}, 2)",
                lambda: f"Replace({inner(kind)}, Value('a'), Value('bb'))", lambda: f"Cast(Abs({inner('integer')}), CharField(max_length=9))",
            ],
            "decimal": [lambda: f"({inner(kind)} + {inner(kind)})", lambda: f"Cast({inner('integer')}, {_FIELDS[kind]})"],
            "date": [lambda: f"Trunc{self._one('Month', 'Year')}({inner(kind)}, output_field=DateField())"],
            "boolean": [lambda: f"ExpressionWrapper({self._condition(depth - 1)}, output_field=BooleanField())"],
        }  # fmt: skip
        return self._one(
            *options[kind],
            lambda: f"Coalesce({inner(kind)}, {inner(kind)})",
            lambda: (
                f"Case(When({self._condition(depth - 1)}, then={inner(kind)}), default={inner(kind)}, output_field={_FIELDS[kind]})"
            ),
            lambda: (
                f"Subquery(Book.objects.filter({self._link()}).order_by('-{_COLUMNS[kind][0]}', 'pk').values({_COLUMNS[kind][0]!r})[:1])"
            ),
            lambda: inner(kind),
        )

    def _link(self) -> str:
        return self._one("title=OuterRef('title')", "sequel=OuterRef('pk')", "pages__gt=OuterRef('pages')")

    def _condition(self, depth: int) -> str:
        if depth and self._random.random() < 0.5:
            inner = lambda: self._condition(depth - 1)  # noqa: E731
            return self._one(
                lambda: f"({inner()} & {inner()})", lambda: f"({inner()} | {inner()})", lambda: f"~{inner()}",
                lambda: f"Q({self._one('', '~')}Exists(Book.objects.filter({inner()}, {self._link()})))",
                lambda: f"Q(pk__in=Book.objects.filter({inner()}).order_by('pk').values('pk'){self._one('', '[:3]', '[1:]')})",
            )  # fmt: skip
        kind = self._one(*_VALUES)
        name = self._column(kind)[3:-2]
        if kind == "boolean":
            return f"Q({name}={self._value(kind)})"
        return self._one(
            lambda: f"Q({name}__{self._one('gt', 'lte', 'exact')}={self._one(self._value(kind), self._column(kind))})",
            lambda: f"Q({name}__in=[{', '.join(self._value(kind) for _ in range(self._one(1, 3, 70)))}])",
            lambda: f"Q({name}__isnull={self._one(True, False)})",
        )
