"""Operations of migrations on the tables of kinds/, each of which changes one thing."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any, Iterator, NamedTuple

import django
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.migrations import operations as ops
from django.db.models import F, Q
from django.db.models.functions import Lower

from .kinds.models import check


class Change(NamedTuple):
    """One operation.

    :ivar columns: the columns whose values it may change or drop.
    :ivar app: the label of the app.
    """

    title: str
    operation: Any
    columns: tuple[str, ...] = ()
    app: str = "kinds"


# Fields that others or constraints name are changed by entries of their own.
_FIELDS = (
    "binary", "binary_short", "binary_named", "boolean", "boolean_null", "char", "char_null", "char_unique",
    "char_unique_null", "char_indexed", "date", "date_null", "datetime", "datetime_null", "decimal", "decimal_null",
    "duration", "duration_null", "email", "file", "path", "float", "float_null", "address", "address_null", "big", "integer",
    "integer_unique_null", "small", "positive_big", "positive", "positive_small", "json", "json_null", "slug", "text",
    "text_null", "time", "time_null", "url", "uuid", "uuid_null", "uuid_unique",
)  # fmt: skip
_OTHERS = (
    ("Odd", ("order", "umlaut", "dotted", "quoted")), ("Ruled", ("code", "kind", "low", "high", "day")),
    ("Place", ("name", "inside")), ("Visit", ("place", "again", "every", "loose", "unindexed")), ("Guide", ("since", "visit")),
    ("Longer", ("more",)),
)  # fmt: skip
# Field of Every -> what it becomes.
_TYPES: dict[str, Any] = {
    "binary": models.BinaryField(max_length=100_000, null=True),
    "binary_short": models.BinaryField(null=True),
    "boolean": models.SmallIntegerField(),
    "char": models.CharField(max_length=400),
    "char_longest": models.TextField(),
    "char_null": models.TextField(null=True),
    "char_indexed": models.CharField(max_length=800, db_index=True),
    "char_unique_null": models.CharField(max_length=300, null=True, unique=True),
    "date": models.DateTimeField(),
    "decimal_null": models.DecimalField(max_digits=12, decimal_places=7, null=True),
    "duration": models.BigIntegerField(),
    "email": models.TextField(),
    "file": models.CharField(max_length=100),
    "float": models.CharField(max_length=40),
    "address": models.CharField(max_length=39),
    "address_null": models.CharField(max_length=50, null=True, unique=True),
    "big": models.DecimalField(max_digits=19, decimal_places=0),
    "integer": models.BigIntegerField(),
    "integer_unique_null": models.BigIntegerField(null=True, unique=True),
    "small": models.IntegerField(),
    "positive_big": models.BigIntegerField(),
    "positive": models.PositiveBigIntegerField(),
    "positive_small": models.SmallIntegerField(null=True),
    "json": models.TextField(),
    "json_null": models.TextField(null=True),
    "slug": models.SlugField(max_length=450, db_index=False),
    "text_null": models.TextField(null=True, default="x"),
    "time": models.CharField(max_length=16),
    "url": models.URLField(max_length=900, null=True),
    "uuid": models.CharField(max_length=32),
    "uuid_null": models.CharField(max_length=32, null=True),
    "uuid_unique": models.UUIDField(),
}
# A column of each kind that is added to a table with rows.
_ADDED: dict[str, Any] = {
    "binary": models.BinaryField(default=b"\x00\xff"),
    "boolean": models.BooleanField(default=True),
    "char": models.CharField(max_length=30, default="it's ü😀", db_index=True),
    "char_null": models.CharField(max_length=30, null=True, unique=True),
    "date": models.DateField(default=datetime.date(1, 1, 1)),
    "datetime_null": models.DateTimeField(null=True),
    "decimal": models.DecimalField(max_digits=38, decimal_places=3, default=Decimal("1.005")),
    "duration": models.DurationField(default=datetime.timedelta(days=-1)),
    "float": models.FloatField(default=1e300),
    "address": models.GenericIPAddressField(default="::1"),
    "big": models.BigIntegerField(default=-(2**63)),
    "integer": models.IntegerField(default=1, db_index=True),
    "positive": models.PositiveIntegerField(default=2**31 - 1),
    "json": models.JSONField(default=dict),
    "json_scalar": models.JSONField(default=1, null=True),
    "slug": models.SlugField(default="s"),
    "text": models.TextField(default="long" * 2000),
    "time": models.TimeField(default=datetime.time(23, 59, 59, 999999)),
    "url": models.URLField(default=""),
    "uuid": models.UUIDField(default=uuid.UUID(int=1), db_index=True),
    "uuid_null": models.UUIDField(null=True, unique=True),
    "key": models.ForeignKey("kinds.Every", models.SET_NULL, null=True, related_name="+"),
    "uuid_key": models.ForeignKey("kinds.Place", models.DO_NOTHING, null=True, related_name="+"),
    "one": models.OneToOneField("kinds.Place", models.DO_NOTHING, null=True, related_name="+"),
    "many": models.ManyToManyField("kinds.Place", related_name="+"),
    "content_type": models.ForeignKey(ContentType, models.SET_NULL, null=True, related_name="+"),
}


def changes(state: Any) -> list[Change]:
    """All changes that fit the models of a state."""
    parts = (_fields, _types, _added, _indexes, _rules, _keys, _tables, _newer, _contrib)
    return [change for part in parts for change in part(state)]


def _altered(state: Any, model: str, name: str, **arguments: Any) -> Change:
    """A field with some arguments changed."""
    field = state.models["kinds", model.lower()].fields[name]
    _, _, args, kwargs = field.deconstruct()
    new = type(field)(*args, **{**kwargs, **arguments})
    told = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    return Change(f"{model}.{name}: {told}", ops.AlterField(model, name, new))


def _fields(state: Any) -> Iterator[Change]:
    for model, names in (("Every", _FIELDS), *_OTHERS):
        for name in names:
            # Django's state of order_with_respect_to does not follow a new name.
            if (model, name) != ("Visit", "place"):
                yield Change(f"{model}.{name} gets another name", ops.RenameField(model, name, name + "_renamed"))
            field = state.models["kinds", model.lower()].fields[name]
            # A key of which another table's refers to a filtered index is error 1776.
            if not field.null and name != "char_unique":
                yield _altered(state, model, name, null=True)
            elif field.null and model == "Every":
                yield Change(f"{model}.{name} goes", ops.RemoveField(model, name), (field.db_column or name,))


def _types(state: Any) -> Iterator[Change]:
    for name, field in _TYPES.items():
        old = state.models["kinds", "every"].fields[name]
        title = f"Every.{name}: {type(old).__name__} becomes {type(field).__name__}"
        yield Change(title, ops.AlterField("Every", name, field), (name,))


def _added(state: Any) -> Iterator[Change]:
    for name, field in _ADDED.items():
        yield Change(f"Every.new_{name} comes", ops.AddField("Every", "new_" + name, field))
    for name in ("integer", "json", "uuid", "key", "many"):
        yield Change(f"Place.new_{name} comes", ops.AddField("Place", "new_" + name, _ADDED[name]))


def _indexes(state: Any) -> Iterator[Change]:
    for name in (
        "boolean",
        "char",
        "date",
        "datetime",
        "decimal",
        "duration",
        "float",
        "integer",
        "json_null",
        "slug",
        "uuid",
    ):
        index = models.Index(fields=["-" + name if len(name) % 2 else name, "id"], name="new_" + name)
        if name != "json_null":
            yield Change(f"Every gets an index on {name}", ops.AddIndex("Every", index))
    for name in ("char", "date", "decimal", "uuid_null", "time", "address", "big"):
        yield _altered(state, "Every", name, db_index=True)
    for name in ("char_indexed", "date_null", "slug"):
        yield _altered(state, "Every", name, db_index=False)
    for name in ("char_unique_null", "integer_unique_null", "address_null", "uuid_unique"):
        yield _altered(state, "Every", name, unique=False)
    some = models.Index(fields=["char"], condition=Q(char_null__isnull=False, integer__gt=5), name="new_some")
    yield Change("Every gets an index with a condition", ops.AddIndex("Every", some))
    covering = models.Index(fields=["date"], include=["text", "json"], name="new_covering")
    yield Change("Every gets a covering index", ops.AddIndex("Every", covering))


def _rules(state: Any) -> Iterator[Change]:
    for options in ("constraints", "indexes"):
        remove = ops.RemoveConstraint if options == "constraints" else ops.RemoveIndex
        for rule in state.models["kinds", "ruled"].options[options]:
            yield Change(f"Ruled loses {rule.name}", remove("Ruled", rule.name))
    together = state.models["kinds", "ruled"].options["unique_together"]
    yield Change("Ruled loses unique_together", ops.AlterUniqueTogether("Ruled", set()))
    for one in sorted(together):
        yield Change(f"Ruled keeps of unique_together {one}", ops.AlterUniqueTogether("Ruled", {one}))
    more = {*together, ("code", "day")}
    yield Change("Ruled gets one more unique_together", ops.AlterUniqueTogether("Ruled", more))
    if django.VERSION < (5, 1):
        yield Change("Ruled loses index_together", ops.AlterIndexTogether("Ruled", set()))
    yield Change("Guide loses unique_together", ops.AlterUniqueTogether("Guide", set()))
    rules = [
        check("new_check", Q(low__gt=-5) | Q(kind="x")),
        models.UniqueConstraint(fields=["low"], name="new_unique"),
        models.UniqueConstraint(fields=["high"], condition=Q(kind="k"), name="new_condition"),
        models.UniqueConstraint(Lower("code"), F("day").desc(), name="new_expressions"),
    ]
    for rule in rules:
        yield Change(f"Ruled gets {rule.name}", ops.AddConstraint("Ruled", rule))
    yield Change("Visit loses its order", ops.AlterOrderWithRespectTo("Visit", None), ("_order",))


def _keys(state: Any) -> Iterator[Change]:
    numbers = {
        "Every": ("id", models.AutoField),
        "Ruled": ("key", models.BigAutoField),
        "Odd": ("key", models.BigAutoField),
    }
    for model, (name, kind) in numbers.items():
        column = state.models["kinds", model.lower()].fields[name].db_column
        new = kind(primary_key=True, db_column=column)
        yield Change(f"{model}.{name} becomes {kind.__name__}", ops.AlterField(model, name, new))
    text = models.CharField(max_length=32, primary_key=True)
    yield Change("Place.id becomes CharField", ops.AlterField("Place", "id", text))
    for name, arguments in (
        ("place", {"null": True}), ("place", {"db_index": False}), ("place", {"db_constraint": False}), ("every", {"db_index": False}),
        ("loose", {"db_constraint": True}), ("unindexed", {"db_index": True}), ("every", {"db_column": "moved"}),
    ):  # fmt: skip
        yield _altered(state, "Visit", name, **arguments)
    one = models.OneToOneField("kinds.Place", models.CASCADE)
    yield Change("Visit.place becomes OneToOneField", ops.AlterField("Visit", "place", one))
    many = models.ForeignKey("kinds.Place", models.DO_NOTHING, null=True, related_name="visited")
    yield Change("Visit.again becomes ForeignKey", ops.AlterField("Visit", "again", many))
    yield _altered(state, "Visit", "others", db_table="other others")
    yield _altered(state, "Visit", "friends", db_table="friends")
    for name in ("others", "friends"):
        yield Change(f"Visit.{name} goes", ops.RemoveField("Visit", name), (f"kinds_visit_{name}.*",))


def _names(state: Any) -> list[str]:
    return [model.name for (app, _), model in state.models.items() if app == "kinds"]


def _tables(state: Any) -> Iterator[Change]:
    for name in _names(state):
        # Django's state does not find the bases of children any more (InvalidBasesError).
        if name != "Every":
            yield Change(f"{name} gets another name", ops.RenameModel(name, name + "Renamed"))
        yield Change(f"{name} gets another table", ops.AlterModelTable(name, f"table of {name}"))
        referring = [
            ("id", models.BigAutoField(primary_key=True)),
            ("to", models.ForeignKey(f"kinds.{name}", models.DO_NOTHING, related_name="+")),
        ]
        if name != "Composite":
            yield Change(f"A new model refers to {name}", ops.CreateModel("Referring", referring))
    yield Change("Every moves into another schema", ops.AlterModelTable("Every", '"moved"."every"'))
    for name in ("Guide", "Odd", "Ruled", "Described", "Given", "Composite"):
        if name in _names(state):
            table = state.models["kinds", name.lower()].options.get("db_table", "kinds_" + name.lower())
            yield Change(f"{name} goes", ops.DeleteModel(name), (f"{table}.*",))


def _newer(state: Any) -> Iterator[Change]:
    if django.VERSION >= (4, 2):
        for name in ("char", "json", "uuid"):
            yield _altered(state, "Every", name, db_comment="it's new")
        yield _altered(state, "Described", "name", db_comment="other")
        yield Change("Described gets another comment", ops.AlterModelTableComment("Described", "other"))
        yield Change("Described loses its comment", ops.AlterModelTableComment("Described", None))
        yield Change("An index gets another name", ops.RenameIndex("Ruled", "renamed", old_name="ruled_desc"))
    if django.VERSION >= (5, 0):
        for name, default in (
            ("char", "it's"),
            ("integer", 5),
            ("boolean", True),
            ("uuid", uuid.UUID(int=5)),
            ("json", {"a": 1}),
        ):
            yield _altered(state, "Every", name, db_default=default)
        for name in ("name", "number", "flag"):
            yield _altered(state, "Given", name, db_default=models.NOT_PROVIDED)
        for name in ("name", "number", "moment", "flag", "doubled"):
            yield Change(f"Given.{name} gets another name", ops.RenameField("Given", name, name + "_renamed"))
        for name in ("doubled", "lower"):
            yield Change(f"Given.{name} goes", ops.RemoveField("Given", name))
        yield Change(
            "Given.name becomes longer",
            ops.AlterField("Given", "name", models.CharField(max_length=99, db_default="it's ü")),
        )
        generated = models.GeneratedField(
            expression=F("small") + 1, output_field=models.IntegerField(), db_persist=False
        )
        yield Change("Every gets a GeneratedField", ops.AddField("Every", "next_small", generated))
        distinct = models.UniqueConstraint(fields=["kind", "low"], nulls_distinct=False, name="new_nulls")
        yield Change("Ruled gets a key that takes one NULL", ops.AddConstraint("Ruled", distinct))
    if django.VERSION >= (5, 2):
        for name in ("tenant", "number", "name"):
            yield Change(f"Composite.{name} gets another name", ops.RenameField("Composite", name, name + "_renamed"))
        yield Change(
            "Composite.name becomes longer",
            ops.AlterField("Composite", "name", models.CharField(max_length=99, unique=True)),
        )


def _contrib(state: Any) -> Iterator[Change]:
    fields = {
        ("auth", "user", "username"): models.CharField(max_length=200, unique=True),
        ("auth", "user", "email"): models.EmailField(null=True),
        ("auth", "group", "name"): models.CharField(max_length=300, unique=True),
        ("sessions", "session", "expire_date"): models.DateTimeField(null=True),
        ("flatpages", "flatpage", "title"): models.TextField(),
        ("redirects", "redirect", "new_path"): models.CharField(max_length=400),
        ("sites", "site", "name"): models.CharField(max_length=99, db_index=True),
        ("contenttypes", "contenttype", "model"): models.CharField(max_length=120),
        ("admin", "logentry", "object_id"): models.CharField(max_length=99, null=True),
    }
    for (app, model, name), field in fields.items():
        yield Change(f"{app}.{model}.{name} is altered", ops.AlterField(model, name, field), app=app)
        yield Change(f"{app}.{model}.{name} gets another name", ops.RenameField(model, name, "renamed"), app=app)
    index = models.Index(fields=["last_name", "-date_joined"], name="new_user")
    yield Change("auth.user gets an index", ops.AddIndex("user", index), app="auth")
    yield Change(
        "auth.user gets a field", ops.AddField("user", "uuid", models.UUIDField(null=True, unique=True)), app="auth"
    )
