"""``hatch run reference``: writes pages of docs/reference, and the README's figures, from the code and kept runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Iterator

from harness.project import configure

from figures import kept, messages

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
# The oldest server, the usual one, and the newest.
VERSIONS = ("2016", "2022", "2025")
USUAL = "2022"

TYPES = """# Column types

What each field becomes. The fields of `mssql_core.fields` are for columns that were there before; `inspectdb` writes them.

| field | column | what to know |
|---|---|---|
"""
NOTES = {
    "BinaryField": "`varbinary(n)` with `max_length`",
    "CharField": "UTF-16 units, see [lengths](../../packages/mssql-core/docs/differences.md)",
    "DateTimeField": "`datetime2` without `USE_TZ`, or with the option `datetime_type`",
    "DecimalField": "at most 38 digits",
    "DurationField": "microseconds",
    "JSONField": "by the plugin [json](../../packages/mssql-json/docs/storage.md); `json` with its option `native`",
    "PositiveIntegerField": "with a CHECK",
    "PositiveBigIntegerField": "with a CHECK",
    "PositiveSmallIntegerField": "with a CHECK",
    "TextField": "no key of an index (error 1919)",
    "UUIDField": "or `char(32)` by the option `uuid_type`",
    "VarcharField": "one byte for each character of the collation's code page; what is not in it is refused",
    "LegacyDateTimeField": "1/300 of a second",
    "VarcharTextField": "as `VarcharField`",
    "FixedCharField": "as `VarcharField`; read with its blanks at the end, which do not count in comparisons",
    "LegacyTextField": "as `VarcharField`; neither compared nor ordered (402, 306)",
    "DateTime2Field": "where `datetime_type` is `datetimeoffset`; in the connection's time zone with `USE_TZ`",
    "DateTimeOffsetField": "where `datetime_type` is `datetime2`",
    "HierarchyIdField": "text: `/1/3/`",
    "GeographyField": "text: `SRID=4326;POINT (-122.3 47.6)`; neither compared nor ordered (403, 249)",
    "GeometryField": "text: `SRID=0;POINT (3 4)`; neither compared nor ordered (403, 249)",
    "SqlVariantField": "a value of any plain type; what is written has the type of a parameter",
    "NumericAutoField": "a key that is an identity of decimals",
    "SystemTimeField": "a period column of a temporal table, in UTC; written by the server",
    "LedgerField": "a generated column of a ledger table; written by the server",
    "ColumnSetField": "all sparse columns as XML; not written, those are",
    "SmallDateTimeField": "minutes",
    "RowVersionField": "written by the server with each change of the row; a value of the object is not sent",
    "IdentityField": "an identity that is not the key; written by the server, a value of the object is not sent",
}
FUNCTIONS = """# Lookups and functions

What each becomes on SQL Server 2022; where 2016 or 2025 gets another text, it stands below. `%s` is a parameter.

"""


def book() -> Any:
    """The model of the examples."""
    from django.apps.registry import Apps
    from django.db import models

    class Book(models.Model):
        title = models.CharField(max_length=100)
        pages = models.IntegerField()
        price = models.DecimalField(max_digits=8, decimal_places=2)
        rating = models.FloatField()
        at = models.DateTimeField()
        day = models.DateField()
        span = models.DurationField()

        class Meta:
            app_label, apps, db_table = "shop", Apps(), "book"

    return Book


def fields() -> Iterator[tuple[str, Any]]:
    """(name, field) of Django's fields and of mssql_core's, each with its usual arguments."""
    from django.db import models

    from mssql_core import fields as own

    arguments = {
        "CharField": {"max_length": 100},
        "DecimalField": {"max_digits": 10, "decimal_places": 2},
        "VarcharField": {"max_length": 100},
        "FixedCharField": {"max_length": 10},
        "NumericAutoField": {"primary_key": True},
    }
    names = (
        "AutoField BigAutoField SmallAutoField BooleanField SmallIntegerField IntegerField BigIntegerField "
        "PositiveSmallIntegerField PositiveIntegerField PositiveBigIntegerField FloatField DecimalField CharField "
        "EmailField SlugField URLField FilePathField FileField ImageField TextField BinaryField DateField DateTimeField "
        "TimeField DurationField UUIDField JSONField GenericIPAddressField"
    ).split()
    for name in names:
        yield name, getattr(models, name)(**arguments.get(name, {}))
    for name in (
        "VarcharField VarcharTextField FixedCharField LegacyTextField LegacyDateTimeField SmallDateTimeField DateTime2Field "
        "DateTimeOffsetField HierarchyIdField GeographyField GeometryField SqlVariantField RowVersionField IdentityField "
        "NumericAutoField SystemTimeField LedgerField ColumnSetField"
    ).split():
        yield name, getattr(own, name)(**arguments.get(name, {}))


def types() -> str:
    """The page of types."""
    from mssql_core.testing import fake_connection

    connection = fake_connection(version=USUAL, plugins=["json"])
    connection.ensure_connection()
    text = TYPES
    for name, field in fields():
        field.set_attributes_from_name("x")
        suffix = " IDENTITY(1, 1)" if name in ("AutoField", "BigAutoField", "SmallAutoField") else ""
        text += f"| `{name}` | `{field.db_type(connection)}{suffix}` | {NOTES.get(name, '')} |\n"
    return text


def lookups(model: Any) -> Iterator[tuple[str, Any]]:
    """(example, queryset) of conditions."""
    objects = model.objects
    for example in (
        'title="x"', 'title__iexact="x"', 'title__contains="x"', 'title__icontains="x"', 'title__startswith="x"',
        'title__endswith="x"', 'title__in=["x", "y"]', "pages__gte=1", "pages__range=(1, 9)", "pages__isnull=True",
        "at__year=2026", "at__month=5", "at__week_day=2", "at__iso_week_day=1", "at__quarter=2", "at__hour=7",
        'at__date="2026-05-01"', 'title__regex=r"^x.*y$"',
    ):  # fmt: skip
        yield f"filter({example})", eval(f"objects.filter({example})", {"objects": objects})


def expressions() -> dict[str, list[str]]:
    """Section -> examples, as Python."""
    return {
        "Text": [
            'Concat("title", Value("!"))', 'Length("title")', 'Lower("title")', 'Upper("title")', 'Left("title", 3)',
            'Right("title", 3)', 'Substr("title", 2, 3)', 'Trim("title")', 'LTrim("title")', 'RTrim("title")',
            'LPad("title", 5)', 'RPad("title", 5)', 'Repeat("title", 2)', 'Reverse("title")',
            'Replace("title", Value("a"), Value("b"))', 'StrIndex("title", Value("a"))', 'Chr("pages")', 'Ord("title")',
            'MD5("title")', 'SHA256("title")', 'Collate("title", "Latin1_General_CS_AS")',
        ],
        "Numbers": [
            'Abs("pages")', 'ATan2("rating", 1.0)', 'Ceil("rating")', 'Floor("rating")', 'Round("price", 1)',
            'Sqrt("rating")', 'Power("rating", 2)', 'Exp("rating")', 'Ln("rating")', 'Log(2, "rating")',
            'Mod("pages", 3)', 'Sign("pages")', 'Degrees("rating")', 'Radians("rating")', "Pi()", "Random()",
        ],
        "Comparison and conversion": [
            'Cast("pages", CharField(max_length=10))', 'Cast("title", IntegerField())', 'Coalesce("title", Value("x"))',
            'Greatest("pages", 5)', 'Least("pages", 5)', 'NullIf("title", Value("x"))',
            'Case(When(pages__gt=1, then=Value("long")), default=Value("short"))',
        ],
        "Dates and times": [
            "Now()", 'ExtractYear("day")', 'ExtractWeek("day")', 'ExtractIsoYear("day")', 'TruncMonth("day")',
            'TruncWeek("day")', 'TruncHour("at")', 'ExpressionWrapper(F("at") + F("span"), DateTimeField())',
        ],
        "Aggregates": [
            'Avg("pages")', 'Count("*")', 'Count("title", distinct=True)', 'Max("price")', 'Sum("pages")',
            'StdDev("rating")', 'Variance("rating")', 'Sum("pages", filter=Q(pages__gt=1))',
        ],
        "Windows": [
            'Window(RowNumber(), order_by="pages")', 'Window(Rank(), partition_by="title", order_by="pages")',
            'Window(Lag("pages"), order_by="pages")', 'Window(Sum("pages"), order_by="pages")',
            'Window(FirstValue("pages"), order_by="pages")', 'Window(Ntile(4), order_by="pages")',
        ],
    }  # fmt: skip


def names() -> dict[str, Any]:
    """The names that the examples use."""
    from django.db import models
    from django.db.models import expressions as django_expressions
    from django.db.models import functions

    return {**vars(django_expressions), **vars(functions), **vars(models)}


def compiled(queryset: Any, version: str) -> str:
    """The part of a statement to show: condition or annotation."""
    from django.db import NotSupportedError

    from mssql_core.testing import compile_sql

    try:
        sql, _ = compile_sql(queryset, version=version)
    except NotSupportedError as error:
        return f"refused: {error}"
    selected, _, condition = sql.partition(" WHERE ")
    if condition:
        return condition
    return selected.partition("SELECT ")[2].rpartition(" AS [x] FROM ")[0]


def section(title: str, examples: Iterator[tuple[str, Any]]) -> Iterator[str]:
    """A table of one kind."""
    yield f"## {title}\n\n| Django | T-SQL |\n|---|---|\n"
    for example, queryset in examples:
        texts = {version: compiled(queryset, version) for version in VERSIONS}
        yield f"| `{escaped(example)}` | `{escaped(texts[USUAL])}` |\n"
        for version, text in texts.items():
            if text != texts[USUAL]:
                yield f"| on {version} | {escaped(text) if text.startswith('refused') else f'`{escaped(text)}`'} |\n"
    yield "\n"


def escaped(text: str) -> str:
    return text.replace("|", "\\|")


def functions() -> str:
    """The page of lookups and functions."""
    from django.db.models import Aggregate

    model, known = book(), names()

    def annotated(examples: list[str]) -> Iterator[tuple[str, Any]]:
        for example in examples:
            expression = eval(example, known)
            # An aggregate of each row's group would bring GROUP BY along.
            rows = model.objects.order_by().values() if isinstance(expression, Aggregate) else model.objects.order_by()
            yield example, rows.annotate(x=expression).values("x")

    text = FUNCTIONS + "".join(section("Conditions", lookups(model)))
    for title, examples in expressions().items():
        text += "".join(section(title, annotated(examples)))
    return text.rstrip() + "\n"


def pages() -> dict[Path, str]:
    """Each page's file and text."""
    return {
        FOLDER / "types.md": types(),
        FOLDER / "functions.md": functions(),
        FOLDER / "messages.md": messages.page(),
        **kept.outputs(),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where a page is not of today")
    check = parser.parse_args(argv).check
    configure(apps=["mssql_core"])
    old = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        if check:
            print(f"{path.name} is not what the code says: hatch run reference")
        else:
            path.write_text(pages()[path], encoding="utf-8")
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
