"""What an altered field's keys, checks and indexes become, and those of others that need its column."""

import functools
import re

import pytest
from django.db import connection, migrations, models
from django.db.models import Q
from schema_models import CONDITION, altered, create, field_of, migration_script, model, state_of

from mssql_core.names import TableName

# Constraints of the old field only.


def target():
    return models.ForeignKey(model("Target", "a_target"), models.CASCADE, db_column="number")


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize(
    ("name", "old", "new", "kind", "add"),
    [
        (
            "number",
            target,
            lambda: models.BigIntegerField(db_index=True),
            "foreign key",
            lambda catalog, name: catalog.foreign_key(name, "a_thing", ["number"], "a_target", ["id"]),
        ),
        (
            "code",
            lambda: models.CharField(max_length=10, unique=True),
            lambda: models.CharField(max_length=10),
            "unique",
            lambda catalog, name: catalog.table("a_thing").index(
                name, ["code"], is_unique=True, is_unique_constraint=True
            ),
        ),
        (
            "number",
            lambda: models.PositiveIntegerField(null=True),
            lambda: models.IntegerField(null=True),
            "check",
            lambda catalog, name: catalog.table("a_thing").check(name, "([number]>=(0))", ["number"]),
        ),
    ],
)
def test_constraints_go_whatever_their_number_unless_one_is_asked_for(catalog, thing, name, old, new, kind, add, count):
    """Other columns have some of each kind, too, and so has Meta."""
    thing.check("of_meta", "([number]>(1))", ["number"]).check("of_code", "([code]>N'a')", ["code"])
    thing.check("of_both", "([code]>N'a' OR [number]>(1))", ["code", "number"])
    thing.index("of_both", ["code", "number"], is_unique=True).index("of_id", ["id"], is_unique=True)
    thing.index("of_plain", ["code"]).index("of_descending", ["number"])
    catalog.foreign_key("of_id", "a_thing", ["id"], "a_target", ["id"])
    catalog.foreign_key("of_both", "a_thing", ["id", "number"], "a_target", ["id", "number"])
    for number in range(count):
        add(catalog, "c%d" % number)
    meta = {"constraints": [models.CheckConstraint(name="of_meta", **{CONDITION: Q(number__gt=1)})]}
    dropped = ["ALTER TABLE [a_thing] DROP CONSTRAINT [c%d]" % number for number in range(count)]
    statements = altered(catalog, name, old(), new(), meta)
    assert [sql for sql in statements if "DROP CONSTRAINT [c" in sql] == dropped
    assert not [sql for sql in statements if "[of_" in sql]
    if count == 1:
        altered(catalog, name, old(), new(), meta, strict=True)
    else:
        column = "code" if name == "code" else "number"
        message = r"^Found wrong number \(%d\) of %s constraints for a_thing\.%s$" % (count, kind, column)
        with pytest.raises(ValueError, match=message):
            altered(catalog, name, old(), new(), meta, strict=True)


@pytest.mark.parametrize("new_type", [models.BigIntegerField, models.IntegerField])
def test_a_primary_key_goes_and_leaves_references_to_it_to_the_server(catalog, thing, new_type):
    """It refuses to drop a key that is referenced (error 3725): what they refer to then is the user's to say."""
    thing.primary_key("pk", "id").index("of_both", ["number", "code"], is_unique=True)
    catalog.foreign_key("to_id", "a_other", ["thing_id"], "a_thing", ["id"])
    catalog.foreign_key("to_own", "a_thing", ["number"], "a_thing", ["id"])
    statements = altered(catalog, "id", models.BigIntegerField(primary_key=True), new_type(), strict=True)
    change = "ALTER TABLE [a_thing] ALTER COLUMN [id] int NOT NULL"
    assert statements == ["ALTER TABLE [a_thing] DROP CONSTRAINT [pk]", *[change] * (new_type is models.IntegerField)]


def test_references_to_a_primary_key_go_on_to_the_unique_constraint_in_its_place(catalog, thing):
    thing.primary_key("pk", "id").index("of_both", ["id", "code"])
    catalog.foreign_key("to_id", "a_other", ["thing_id"], "a_thing", ["id"])
    assert altered(catalog, "id", models.BigIntegerField(primary_key=True), models.BigIntegerField(unique=True)) == [
        "ALTER TABLE [a_other] DROP CONSTRAINT [to_id]",
        "ALTER TABLE [a_thing] DROP CONSTRAINT [pk]",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_id_ebb1cbd6_key] UNIQUE ([id])",
        "ALTER TABLE [a_other] ADD CONSTRAINT [to_id] FOREIGN KEY ([thing_id]) REFERENCES [a_thing] ([id])",
    ]


def test_references_to_a_unique_field_go_on_to_the_primary_key_in_its_place(catalog, thing):
    thing.index("uq", ["code"], is_unique=True, is_unique_constraint=True)
    catalog.foreign_key("to_code", "a_other", ["thing"], "a_thing", ["code"])
    catalog.foreign_key("to_both", "a_other", ["a", "b"], "a_thing", ["code", "number"])
    key = models.CharField(max_length=10, primary_key=True)
    assert altered(catalog, "code", models.CharField(max_length=10, unique=True), key) == [
        "ALTER TABLE [a_other] DROP CONSTRAINT [to_code]",
        "ALTER TABLE [a_thing] DROP CONSTRAINT [uq]",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_code_82ae47e5_pk] PRIMARY KEY ([code])",
        "ALTER TABLE [a_other] ADD CONSTRAINT [to_code] FOREIGN KEY ([thing]) REFERENCES [a_thing] ([code])",
    ]


def test_a_foreign_key_to_another_table_takes_the_place_of_the_one_before(catalog, thing):
    catalog.foreign_key("old", "a_thing", ["number"], "a_target", ["id"])
    other = models.ForeignKey(model("Other", "a_other"), models.CASCADE, db_column="number")
    drop, add = altered(catalog, "number", target(), other)
    assert drop == "ALTER TABLE [a_thing] DROP CONSTRAINT [old]"
    assert add.startswith("ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_number_")
    assert add.endswith("_fk_a_other_id] FOREIGN KEY ([number]) REFERENCES [a_other] ([id])")


@pytest.mark.parametrize("enforced", [True, False])
def test_a_foreign_key_that_is_no_longer_enforced_goes_and_comes(catalog, thing, enforced):
    catalog.foreign_key("old", "a_thing", ["number"], "a_target", ["id"])
    loose = models.ForeignKey(model("Target", "a_target"), models.CASCADE, db_column="number", db_constraint=False)
    old, new = (loose, target()) if enforced else (target(), loose)
    (statement,) = altered(catalog, "number", old, new)
    assert statement.startswith("ALTER TABLE [a_thing] %s CONSTRAINT [" % ("ADD" if enforced else "DROP"))


def test_a_foreign_key_of_which_only_django_s_part_changes_stays(catalog, thing):
    """So it does where the server has none, as of an unmanaged table: what is not dropped is not made again."""
    new = models.ForeignKey(model("Target", "a_target"), models.CASCADE, db_column="number", verbose_name="the target")
    assert altered(catalog, "number", target(), new) == []
    number, unique = models.BigIntegerField(null=True), models.OneToOneField
    key = unique(model("Target", "a_target"), models.CASCADE, db_column="number")
    assert [sql.split(" [")[0] for sql in altered(catalog, "number", target(), key)][-1:] == ["ALTER TABLE"]
    del catalog.statements[:]
    assert "FOREIGN KEY" in altered(catalog, "number", number, target())[-1]


# Statements that wait for the end of the migration.


@pytest.mark.parametrize(
    ("old", "new", "at_once", "of_other"),
    [
        ({"null": True, "unique": True}, {"null": True}, [], ["a_other_a_43b670aa_uniq"]),
        ({"db_index": True}, {}, [], ["a_other_a_43b670aa"]),
        (
            {"null": True, "unique": True},
            {"null": True, "db_index": True},
            ["a_thing_a_47800359"],
            ["a_other_a_43b670aa_uniq"],
        ),
        ({"db_index": True}, {"unique": True}, ["a_thing_a_47800359_key"], ["a_other_a_43b670aa"]),
    ],
)
def test_what_waits_to_be_made_for_the_old_field_is_not_made(catalog, old, new, at_once, of_other):
    """What waits for other columns and tables is, and what Meta says of the same column."""
    fields = [
        ("a", models.IntegerField(**old)),
        ("b", models.IntegerField(db_index=True)),
        ("c", models.IntegerField(null=True, unique=True)),
    ]
    parts = {
        "indexes": [models.Index(fields=["a"], name="of_meta"), models.Index(fields=["a", "b"], name="of_both")],
        "constraints": [models.UniqueConstraint(fields=["a"], name="unique_of_meta", condition=Q(a__gt=1))],
    }
    statements = migration_script(
        state_of(),
        create("Other", ("a", models.IntegerField(**old))),
        create("Thing", *fields, **parts),
        migrations.AlterField("thing", "a", models.IntegerField(**new)),
    )
    of_thing = ["a_thing_c_f6d32ba0_uniq", "unique_of_meta", "a_thing_b_50abed3b", "of_meta", "of_both"]
    assert [made(sql) for sql in statements[2:]] == [*at_once, *of_other, *of_thing]


def made(sql):
    return re.search(r"(?:INDEX|ADD CONSTRAINT) \[(\w+)\]", sql).group(1)


@pytest.mark.parametrize("new", [{"null": True}, {"null": True, "db_index": True}])
def test_what_waits_counts_where_a_number_of_constraints_is_asked_for(catalog, new):
    thing = model(a=models.IntegerField(null=True, unique=True))
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.create_model(thing)
    catalog.table("a_thing").column("id", "bigint", 8).column("a", "int", null=True)
    field = field_of(thing, "a", models.IntegerField(**new))
    editor.alter_field(thing, thing._meta.get_field("a"), field, strict=True)
    assert editor.deferred_sql == []


# Columns that follow, and what needs them.


def altering(sql):
    return [statement for statement in sql if " ALTER COLUMN " in statement]


def test_a_column_with_two_foreign_keys_follows_once_and_those_behind_it_too(catalog, thing):
    thing.primary_key("pk", "id")
    for table in ("a_b", "a_c", "a_d"):
        catalog.table(table).column("x", "bigint", 8).column("y", "bigint", 8, null=True)
    for name in ("one", "two"):
        catalog.foreign_key(name, "a_b", ["x"], "a_thing", ["id"])
    catalog.foreign_key("three", "a_c", ["x", "y"], "a_b", ["x", "y"])
    catalog.foreign_key("four", "a_d", ["y"], "a_c", ["x"])
    # Neither of these references a column that changes.
    catalog.foreign_key("five", "a_d", ["x"], "a_c", ["y"])
    catalog.foreign_key("six", "a_d", ["x"], "a_gone", ["id"])
    old, new = models.BigIntegerField(primary_key=True), models.IntegerField(primary_key=True)
    assert altering(altered(catalog, "id", old, new)) == [
        "ALTER TABLE [a_thing] ALTER COLUMN [id] int NOT NULL",
        "ALTER TABLE [a_b] ALTER COLUMN [x] int NOT NULL",
        "ALTER TABLE [a_c] ALTER COLUMN [x] int NOT NULL",
        "ALTER TABLE [a_d] ALTER COLUMN [y] int NULL",
    ]


@pytest.mark.parametrize("order", [("Book", "Visit"), ("Visit", "Book")])
def test_columns_of_relations_without_a_name_follow_whatever_the_order_of_their_models(catalog, order):
    """The order of models that are made again for a state is that of a set."""

    def author(id, names):
        key = functools.partial(models.ForeignKey, "a.Author", models.CASCADE, related_name="+")
        fields = {"Book": ("writer", key()), "Visit": ("guest", key(null=True))}
        keys = [create(name, fields[name]) for name in names]
        return state_of(migrations.CreateModel("Author", [("id", id)]), *keys).apps.get_model("a", "Author")

    catalog.table("a_author").column("id", "bigint", 8).primary_key("pk", "id")
    catalog.table("a_book").column("writer_id", "bigint", 8)
    catalog.table("a_visit").column("guest_id", "bigint", 8, null=True)
    before = author(models.BigIntegerField(primary_key=True), ("Book", "Visit"))
    after = author(models.IntegerField(primary_key=True), order)
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(before, before._meta.pk, after._meta.pk)
    assert altering(catalog.statements) == [
        "ALTER TABLE [a_author] ALTER COLUMN [id] int NOT NULL",
        "ALTER TABLE [a_book] ALTER COLUMN [writer_id] int NOT NULL",
        "ALTER TABLE [a_visit] ALTER COLUMN [guest_id] int NULL",
    ]


@pytest.mark.parametrize("db_table", ["a_book", "[dbo].[a_book]", "A_Book"])
def test_a_key_of_a_table_is_dropped_once_however_its_model_writes_the_name(catalog, db_table):
    catalog.table("a_author").column("id", "bigint", 8).primary_key("pk", "id")
    catalog.table("a_book").column("id", "bigint", 8, seed=1).column("writer_id", "bigint", 8)
    catalog.foreign_key("to_author", "a_book", ["writer_id"], "a_author", ["id"])
    catalog.tables[str(TableName.parse(db_table))] = catalog.table("a_book")
    key = models.ForeignKey("a.Author", models.CASCADE)
    author = migrations.CreateModel("Author", [("id", models.BigIntegerField(primary_key=True))])
    state = state_of(author, create("Book", ("writer", key), db_table=db_table))
    operation = migrations.AlterField("author", "id", models.IntegerField(primary_key=True))
    statements = migration_script(state, operation)
    assert [sql for sql in statements if "DROP CONSTRAINT [to_author]" in sql] == statements[:1]
    assert len([sql for sql in statements if "ADD CONSTRAINT [to_author]" in sql]) == 1
    assert len(altering(statements)) == 2


def test_a_column_follows_with_the_collation(catalog, thing):
    thing.index("uq", ["code"], is_unique=True, is_unique_constraint=True)
    catalog.table("a_b").column("x", "nvarchar", 20, null=True)
    catalog.foreign_key("to_code", "a_b", ["x"], "a_thing", ["code"])
    new = models.CharField(max_length=10, unique=True, db_collation="Latin1_General_BIN2")
    assert altering(altered(catalog, "code", models.CharField(max_length=10, unique=True), new)) == [
        "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(10) COLLATE Latin1_General_BIN2 NOT NULL",
        "ALTER TABLE [a_b] ALTER COLUMN [x] nvarchar(10) COLLATE Latin1_General_BIN2 NULL",
    ]


def test_only_columns_that_reference_a_unique_field_follow(catalog, thing):
    catalog.table("a_b").column("x", "int")
    catalog.foreign_key("to_number", "a_b", ["x"], "a_thing", ["number"])
    change = "ALTER TABLE [a_thing] ALTER COLUMN [number] bigint NULL"
    assert altering(altered(catalog, "number", models.IntegerField(null=True), models.BigIntegerField(null=True))) == [
        change
    ]


def test_in_a_script_the_parts_of_a_table_that_follows_come_back(catalog):
    parent = models.ForeignKey("a.Thing", models.CASCADE)
    before = state_of(
        migrations.CreateModel("Thing", [("id", models.BigIntegerField(primary_key=True))]),
        create("Visit", ("thing", parent), ("day", models.IntegerField()), unique_together={("thing", "day")}),
    )
    new = models.IntegerField(primary_key=True)
    statements = migration_script(before, migrations.AlterField("thing", "id", new))
    parts = [re.search(r"(DROP|ADD|CREATE) .*\[a_visit_(\w+)_[0-9a-f]{8}(\w*)\]", sql) for sql in statements]
    assert [match.groups() for match in parts if match] == [
        ("DROP", "thing_id", "_fk_a_thing_id"),
        ("DROP", "thing_id", ""),
        ("DROP", "thing_id_day", "_uniq"),
        ("ADD", "thing_id_day", "_uniq"),
        ("CREATE", "thing_id", ""),
        ("ADD", "thing_id", "_fk_a_thing_id"),
    ]


def test_a_renamed_key_that_changes_is_followed_under_its_name_of_before(catalog, thing):
    """The columns of others, one of the same table among them, have a name of their own."""
    thing.primary_key("pk", "id").column("parent_id", "bigint", 8, null=True)
    catalog.foreign_key("to_own", "a_thing", ["parent_id"], "a_thing", ["id"])
    old = models.BigIntegerField(primary_key=True)
    before = model("Thing", "a_thing", id=old, parent=models.ForeignKey("self", models.CASCADE, null=True))
    after = model(
        "Thing",
        "a_thing",
        id=None,
        parent=models.ForeignKey("self", models.CASCADE, null=True),
        number=models.IntegerField(primary_key=True),
    )
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(before, before._meta.get_field("id"), after._meta.get_field("number"))
    assert [sql for sql in catalog.statements if " ALTER COLUMN " in sql or "sp_rename" in sql] == [
        "EXEC sys.sp_rename N'[a_thing].[id]', N'number', N'COLUMN'",
        "ALTER TABLE [a_thing] ALTER COLUMN [number] int NOT NULL",
        "ALTER TABLE [a_thing] ALTER COLUMN [parent_id] int NULL",
    ]


@pytest.mark.parametrize(("null", "ending"), [(True, ""), (False, " NOT NULL")])
def test_what_is_computed_may_be_null_where_its_column_becomes_so(catalog, thing, null, ending):
    """NOT NULL in the catalogue is what the server found, unless it was written; only with NULLs it would be wrong."""
    thing.column("low", "nvarchar", 20, False, computed="(lower([code]))")
    new = models.CharField(max_length=10 if null else 20, null=null)
    (made,) = [sql for sql in altered(catalog, "code", models.CharField(max_length=10), new) if " ADD " in sql]
    assert made == "ALTER TABLE [a_thing] ADD [low] AS (lower([code])) PERSISTED" + ending


# A longer text leaves in place what the server lets stay (ALTER TABLE, ALTER COLUMN).


def test_a_longer_text_takes_with_it_only_what_names_it_in_an_expression(catalog, thing):
    thing.column("low", "nvarchar", 20, True, computed="(lower([code]))")
    thing.index("by_code", ["code"]).index("by_low", ["low"]).index("part", ["number"], filter="([code]>N'a')")
    thing.index("uq", ["code"], is_unique=True, is_unique_constraint=True)
    thing.index("uq_low", ["low"], is_unique=True, is_unique_constraint=True)
    thing.check("of_code", "([code]>N'a')", ["code"]).check("of_low", "([low]>N'a')", ["low"])
    thing.columns[1].update(default_name="DF__code", default_definition="(N'')")
    new = models.CharField(max_length=20)
    assert altered(catalog, "code", models.CharField(max_length=10), new) == [
        "DROP INDEX [by_low] ON [a_thing]",
        "DROP INDEX [part] ON [a_thing]",
        "ALTER TABLE [a_thing] DROP CONSTRAINT [of_low]",
        "ALTER TABLE [a_thing] DROP CONSTRAINT [uq_low]",
        "ALTER TABLE [a_thing] DROP COLUMN [low]",
        "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(20) NOT NULL",
        "ALTER TABLE [a_thing] ADD [low] AS (lower([code])) PERSISTED",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [uq_low] UNIQUE NONCLUSTERED ([low])",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [of_low] CHECK ([low]>N'a')",
        "CREATE NONCLUSTERED INDEX [by_low] ON [a_thing] ([low])",
        "CREATE NONCLUSTERED INDEX [part] ON [a_thing] ([number]) WHERE ([code]>N'a')",
    ]


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ({}, {"max_length": 20}, True),
        ({}, {"max_length": 5}, False),
        ({}, {"max_length": 20, "null": True}, False),
        ({}, {"max_length": 20, "db_collation": "Latin1_General_BIN2"}, False),
        ({"db_collation": "Latin1_General_BIN2"}, {"max_length": 20}, False),
    ],
)
def test_an_index_stays_while_the_text_gets_longer_and_nothing_else(catalog, thing, old, new, stays):
    thing.index("by_code", ["code"])
    statements = altered(
        catalog, "code", models.CharField(**{"max_length": 10, **old}), models.CharField(**{"max_length": 10, **new})
    )
    assert ("DROP INDEX [by_code] ON [a_thing]" not in statements) is stays


def test_a_primary_key_does_not_stay_while_its_text_gets_longer(catalog, thing):
    thing.primary_key("pk", "code")
    old, new = (models.CharField(max_length=length, primary_key=True) for length in (10, 20))
    assert altered(catalog, "code", old, new) == [
        "ALTER TABLE [a_thing] DROP CONSTRAINT [pk]",
        "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(20) NOT NULL",
        "ALTER TABLE [a_thing] ADD CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([code])",
    ]
