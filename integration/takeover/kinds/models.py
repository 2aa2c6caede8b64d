"""Every kind of field, constraint and index that mssql-django makes; what newer Djangos have, in those."""

import os
from uuid import uuid4

import django
from django.db import models
from django.db.models import F, Q

STAGE = int(os.environ.get("TAKEOVER_STAGE", "0"))
_CONDITION = "condition" if django.VERSION >= (5, 1) else "check"


def check(name, condition):
    """A CheckConstraint, whose argument has another name before Django 5.1."""
    return models.CheckConstraint(name=name, **{_CONDITION: condition})


class Every(models.Model):
    """A field of each kind."""

    binary = models.BinaryField()
    binary_short = models.BinaryField(max_length=20, null=True)
    binary_named = models.BinaryField(max_length=8000, db_column="bin ary")
    boolean = models.BooleanField()
    boolean_null = models.BooleanField(null=True)
    char = models.CharField(max_length=40)
    char_longest = models.CharField(max_length=4000)
    char_null = models.CharField(max_length=2, null=True)
    char_unique = models.CharField(max_length=20, unique=True)
    char_unique_null = models.CharField(max_length=20, null=True, unique=True)
    char_indexed = models.CharField(max_length=450, db_index=True)
    date = models.DateField()
    date_null = models.DateField(null=True, db_index=True)
    datetime = models.DateTimeField()
    datetime_null = models.DateTimeField(null=True)
    decimal = models.DecimalField(max_digits=38, decimal_places=10)
    decimal_null = models.DecimalField(max_digits=5, decimal_places=5, null=True)
    duration = models.DurationField()
    duration_null = models.DurationField(null=True)
    email = models.EmailField()
    file = models.FileField(upload_to="files")
    path = models.FilePathField(path="/", max_length=200)
    float = models.FloatField()
    float_null = models.FloatField(null=True)
    address = models.GenericIPAddressField()
    address_null = models.GenericIPAddressField(null=True, unique=True)
    big = models.BigIntegerField()
    integer = models.IntegerField()
    integer_unique_null = models.IntegerField(null=True, unique=True)
    small = models.SmallIntegerField()
    positive_big = models.PositiveBigIntegerField()
    positive = models.PositiveIntegerField()
    positive_small = models.PositiveSmallIntegerField(null=True)
    json = models.JSONField()
    json_null = models.JSONField(null=True)
    slug = models.SlugField()
    text = models.TextField()
    text_null = models.TextField(null=True)
    time = models.TimeField()
    time_null = models.TimeField(null=True)
    url = models.URLField()
    uuid = models.UUIDField()
    uuid_null = models.UUIDField(null=True)
    uuid_unique = models.UUIDField(default=uuid4, unique=True)
    if STAGE >= 1:
        later = models.IntegerField(default=7, db_index=True)
    if STAGE >= 2:
        latest = models.BinaryField(default=b"latest")


class Longer(Every):
    """A separate table that shares the key."""

    more = models.CharField(max_length=10)


class Place(models.Model):
    """A key of 32 characters, to which others refer."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=50)
    inside = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="places")


class Visit(models.Model):
    """Foreign keys of all kinds."""

    place = models.ForeignKey(Place, models.CASCADE)
    again = models.OneToOneField(Place, models.DO_NOTHING, null=True, related_name="visited")
    every = models.ForeignKey(Every, models.SET_NULL, null=True, to_field="char_unique")
    loose = models.ForeignKey(Every, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    unindexed = models.ForeignKey(Longer, models.PROTECT, db_index=False, related_name="+")
    others = models.ManyToManyField(Place, related_name="others")
    friends = models.ManyToManyField("self")
    guides = models.ManyToManyField(Every, through="Guide", related_name="guided")

    class Meta:
        order_with_respect_to = "place"


class Guide(models.Model):
    """An explicit many-to-many table."""

    visit = models.ForeignKey(Visit, models.CASCADE)
    every = models.ForeignKey(Every, models.DO_NOTHING)
    since = models.DateField(null=True)

    class Meta:
        unique_together = [("visit", "every")]


class Odd(models.Model):
    """Names that need delimiters."""

    key = models.AutoField(primary_key=True, db_column="Odd Key")
    order = models.IntegerField(db_column="select")
    umlaut = models.CharField(max_length=30, db_column="Größe in m²", null=True, unique=True)
    dotted = models.CharField(max_length=30, db_column="a.b", db_index=True)
    quoted = models.CharField(max_length=10, db_column="it's")

    class Meta:
        db_table = "Odd table, öf kinds"


class Ruled(models.Model):
    """Constraints and indexes."""

    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, null=True)
    low = models.IntegerField()
    high = models.IntegerField(null=True)
    day = models.DateField()
    key = models.SmallAutoField(primary_key=True)

    class Meta:
        unique_together = [("code", "kind"), ("low", "high", "day")]
        if django.VERSION < (5, 1):
            index_together = [("low", "day")]
        constraints = [
            models.UniqueConstraint(fields=["code", "low"], name="ruled_unique"),
            models.UniqueConstraint(fields=["code"], condition=Q(high__gt=5, kind__isnull=False), name="ruled_some"),
            models.UniqueConstraint(fields=["day", "low"], include=["kind"], name="ruled_include"),
            check("ruled_check", Q(low__lte=F("high")) | Q(high__isnull=True)),
            check("ruled_text", ~Q(code="") & Q(day__gte="1900-01-01")),
        ]
        indexes = [
            models.Index(fields=["-low", "high"], name="ruled_desc"),
            models.Index(fields=["kind"], condition=Q(kind__isnull=False), name="ruled_part"),
            models.Index(fields=["day"], include=["code", "low"], name="ruled_covering"),
            models.Index(fields=["code", "-day"]),
        ]


if django.VERSION >= (4, 2):

    class Described(models.Model):
        """Comments."""

        name = models.CharField(max_length=20, db_comment="What it's called")
        size = models.IntegerField(null=True)

        class Meta:
            db_table_comment = "Things, described"


if django.VERSION >= (5, 0):
    from django.db.models.functions import Lower, Now

    class Given(models.Model):
        """Defaults of the database, and values that it computes."""

        name = models.CharField(max_length=20, db_default="it's ü")
        number = models.IntegerField(db_default=-3, null=True)
        moment = models.DateTimeField(db_default=Now())
        flag = models.BooleanField(db_default=True)
        doubled = models.GeneratedField(expression=F("number") * 2, output_field=models.IntegerField(), db_persist=True)
        lower = models.GeneratedField(
            expression=Lower("name"), output_field=models.CharField(max_length=20), db_persist=True
        )


if django.VERSION >= (5, 2):

    class Composite(models.Model):
        """A key of two columns."""

        pk = models.CompositePrimaryKey("tenant", "number")
        tenant = models.IntegerField()
        number = models.UUIDField()
        name = models.CharField(max_length=20, unique=True)
