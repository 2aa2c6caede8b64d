"""What becomes of NULLs, values and defaults of an altered field, and of what is unique in it."""

import django
import pytest
from django.db import connection, models
from django.db.models import Q
from schema_models import CONDITION, altered, database_expressions, field_of, model

# NULLs and uniqueness.


def indexed(thing):
    thing.index("plain", ["number"]).index("other", ["code"], is_unique=True)
    thing.index("of_both", ["number", "code"], is_unique=True, filter="([number] IS NOT NULL)")
    thing.index("of_meta", ["number"], is_unique=True, filter="([number] IS NOT NULL)")
    thing.index("filtered", ["number"], is_unique=True, filter="([number] IS NOT NULL AND [code]>N'a')")


def test_the_last_null_ends_the_filters_that_stand_for_it(catalog, thing):
    """Those of a condition stay, as Meta says them; what is not unique has none."""
    indexed(thing)
    condition = models.UniqueConstraint(fields=["number"], condition=Q(number__isnull=False), name="of_meta")
    check = models.CheckConstraint(name="c", **{CONDITION: Q(number__gt=1)})
    new = models.IntegerField()
    statements = altered(catalog, "number", models.IntegerField(null=True), new, {"constraints": [check, condition]})
    assert statements[statements.index("ALTER TABLE [a_thing] ALTER COLUMN [number] int NOT NULL") + 1 :] == [
        "ALTER TABLE [a_thing] ADD CONSTRAINT [of_both] UNIQUE NONCLUSTERED ([number], [code])",
        "CREATE NONCLUSTERED INDEX [plain] ON [a_thing] ([number])",
        "CREATE UNIQUE NONCLUSTERED INDEX [of_meta] ON [a_thing] ([number]) WHERE ([number] IS NOT NULL)",
        "CREATE UNIQUE NONCLUSTERED INDEX [filtered] ON [a_thing] ([number]) WHERE [code] > N'a'",
    ]


def test_the_first_null_begins_them(catalog, thing):
    thing.primary_key("pk", "id", "number").index("plain", ["number"])
    thing.index("uq", ["number", "code"], is_unique=True, is_unique_constraint=True)
    thing.index("part", ["number"], is_unique=True, filter="([code]>N'a')")
    condition = models.UniqueConstraint(fields=["number"], condition=Q(code__gt="a"), name="part")
    old, new = models.IntegerField(), models.IntegerField(null=True)
    statements = altered(catalog, "number", old, new, {"constraints": [condition]})
    assert statements[statements.index("ALTER TABLE [a_thing] ALTER COLUMN [number] int NULL") + 1 :] == [
        "ALTER TABLE [a_thing] ADD CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([id], [number])",
        "CREATE NONCLUSTERED INDEX [plain] ON [a_thing] ([number])",
        "CREATE UNIQUE NONCLUSTERED INDEX [uq] ON [a_thing] ([number], [code]) WHERE [number] IS NOT NULL",
        "CREATE UNIQUE NONCLUSTERED INDEX [part] ON [a_thing] ([number]) WHERE ([code]>N'a') AND [number] IS NOT NULL",
    ]


@database_expressions
def test_equal_nulls_stay_equal(catalog, thing):
    thing.index("equal", ["number"], is_unique=True, is_unique_constraint=True)
    equal = models.UniqueConstraint(fields=["number"], name="equal", nulls_distinct=False)
    old, new = models.IntegerField(), models.IntegerField(null=True)
    assert altered(catalog, "number", old, new, {"constraints": [equal]}) == [
        "ALTER TABLE [a_thing] DROP CONSTRAINT [equal]",
        "ALTER TABLE [a_thing] ALTER COLUMN [number] int NULL",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [equal] UNIQUE NONCLUSTERED ([number])",
    ]


UPDATE = "UPDATE [a_thing] SET [number] = (%s) WHERE [number] IS NULL"
CHANGE = "ALTER TABLE [a_thing] ALTER COLUMN [number] %s"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (models.IntegerField(null=True), models.IntegerField(), [CHANGE % "int NOT NULL"]),
        (models.IntegerField(null=True), models.IntegerField(default=3), [UPDATE % "3", CHANGE % "int NOT NULL"]),
        (
            models.IntegerField(null=True),
            models.CharField(max_length=5, default="x"),
            [CHANGE % "nvarchar(5) NULL", UPDATE % "N'x'", CHANGE % "nvarchar(5) NOT NULL"],
        ),
        (models.IntegerField(), models.IntegerField(default=3, null=True), [CHANGE % "int NULL"]),
        (models.IntegerField(), models.BigIntegerField(default=3), [CHANGE % "bigint NOT NULL"]),
        (models.IntegerField(null=True), models.BigIntegerField(default=3, null=True), [CHANGE % "bigint NULL"]),
    ],
)
def test_rows_get_the_default_where_null_is_no_longer_taken(catalog, thing, old, new, expected):
    assert altered(catalog, "number", old, new) == expected


@database_expressions
@pytest.mark.parametrize("options", [{}, {"default": 3}])
def test_rows_get_the_default_of_the_database_before_any_other(catalog, thing, options):
    new = models.IntegerField(db_default=4, **options)
    assert altered(catalog, "number", models.IntegerField(null=True), new) == [
        UPDATE % "4",
        CHANGE % "int NOT NULL",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_number_81a8e3cf_default] DEFAULT (4) FOR [number]",
    ]


def test_in_a_renamed_column_too(catalog, thing):
    thing.index("uq", ["number"], is_unique=True, filter="([number] IS NOT NULL)")
    old = model(number=models.IntegerField(null=True))
    new = field_of(old, "size", models.CharField(max_length=5, default="x"))
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(old, old._meta.get_field("number"), new)
    assert catalog.statements == [
        "DROP INDEX [uq] ON [a_thing]",
        "EXEC sys.sp_rename N'[a_thing].[number]', N'size', N'COLUMN'",
        "ALTER TABLE [a_thing] ALTER COLUMN [size] nvarchar(5) NULL",
        "UPDATE [a_thing] SET [size] = (N'x') WHERE [size] IS NULL",
        "ALTER TABLE [a_thing] ALTER COLUMN [size] nvarchar(5) NOT NULL",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [uq] UNIQUE NONCLUSTERED ([size])",
    ]


def test_keys_at_both_ends_of_a_renamed_column_come_back_under_its_new_name(catalog, thing):
    thing.index("uq", ["code"], is_unique=True, is_unique_constraint=True)
    catalog.table("a_other").column("thing", "nvarchar", 20)
    catalog.foreign_key("to_code", "a_other", ["thing"], "a_thing", ["code"])
    catalog.foreign_key("of_code", "a_thing", ["code"], "a_target", ["code"])
    old = model(code=models.CharField(max_length=10, unique=True))
    new = field_of(old, "title", models.CharField(max_length=5, unique=True))
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(old, old._meta.get_field("code"), new)
    assert [sql for sql in catalog.statements if "ADD CONSTRAINT" in sql] == [
        "ALTER TABLE [a_thing] ADD CONSTRAINT [uq] UNIQUE NONCLUSTERED ([title])",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [of_code] FOREIGN KEY ([title]) REFERENCES [a_target] ([code])",
        "ALTER TABLE [a_other] ADD CONSTRAINT [to_code] FOREIGN KEY ([thing]) REFERENCES [a_thing] ([title])",
    ]


# Defaults of the database, generated columns, keys of others.


@database_expressions
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (models.CharField(max_length=10, db_default="a"), models.CharField(max_length=10, db_default="a"), []),
        (
            models.CharField(max_length=10, db_default="a"),
            models.CharField(max_length=5, db_default="a"),
            [
                "ALTER TABLE [a_thing] DROP CONSTRAINT [DF__name]",
                "ALTER TABLE [a_thing] ALTER COLUMN [name] nvarchar(5) NOT NULL",
                "ALTER TABLE [a_thing] ADD CONSTRAINT [DF__name] DEFAULT (N'') FOR [name]",
            ],
        ),
        (
            models.CharField(max_length=10, db_default="a"),
            models.CharField(max_length=5, db_default="b"),
            [
                "ALTER TABLE [a_thing] DROP CONSTRAINT [DF__name]",
                "ALTER TABLE [a_thing] ALTER COLUMN [name] nvarchar(5) NOT NULL",
                "ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_name_c0581315_default] DEFAULT (N'b') FOR [name]",
            ],
        ),
        (
            models.CharField(max_length=10, db_default="a"),
            models.CharField(max_length=5),
            [
                "ALTER TABLE [a_thing] DROP CONSTRAINT [DF__name]",
                "ALTER TABLE [a_thing] ALTER COLUMN [name] nvarchar(5) NOT NULL",
            ],
        ),
    ]
    if django.VERSION >= (5, 0)
    else [],
)
def test_the_default_of_the_database_is_the_new_field_s(catalog, thing, old, new, expected):
    assert altered(catalog, "name", old, new) == expected


@database_expressions
def test_a_renamed_column_has_its_new_default_by_its_new_name(catalog, thing):
    old = model(name=models.CharField(max_length=10, db_default="a"))
    new = field_of(old, "title", models.CharField(max_length=10, db_default="b"))
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(old, old._meta.get_field("name"), new)
    assert catalog.statements == [
        "EXEC sys.sp_rename N'[a_thing].[name]', N'title', N'COLUMN'",
        "ALTER TABLE [a_thing] DROP CONSTRAINT [DF__name]",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_title_e300481a_default] DEFAULT (N'b') FOR [title]",
    ]


@database_expressions
def test_a_column_that_is_renamed_and_changed_loses_its_default_once(catalog, thing):
    old = model(name=models.CharField(max_length=10, db_default="a"))
    new = field_of(old, "title", models.CharField(max_length=20, null=True))
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(old, old._meta.get_field("name"), new)
    assert catalog.statements == [
        "ALTER TABLE [a_thing] DROP CONSTRAINT [DF__name]",
        "EXEC sys.sp_rename N'[a_thing].[name]', N'title', N'COLUMN'",
        "ALTER TABLE [a_thing] ALTER COLUMN [title] nvarchar(20) NULL",
    ]


def test_a_field_without_a_model_may_lose_its_nulls(catalog, thing):
    """As callers of the editor give it that have no state after the change."""
    old = model(
        meta={"constraints": [models.UniqueConstraint(fields=["name"], name="u")]}, name=models.CharField(max_length=9)
    )
    new = models.CharField(max_length=9, null=True)
    new.set_attributes_from_name("name")
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(old, old._meta.get_field("name"), new)
    assert "ALTER TABLE [a_thing] ALTER COLUMN [name] nvarchar(9) NULL" in catalog.statements
