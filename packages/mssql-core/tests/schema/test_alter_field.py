import django
import pytest
from django.apps.registry import Apps
from django.db import connection, migrations, models
from fake_catalog import FakeCatalog
from schema_models import alter, create, database_expressions, field_of, migration_script, model, state_of


@pytest.fixture
def catalog():
    """An author with a filtered index, a computed column, a check, a default."""
    catalog = FakeCatalog()
    author = catalog.table("a_author")
    author.column("id", "bigint", 8, seed=1)
    author.column("name", "nvarchar", 200)
    author.column("age", "int", null=True, default=("DF__age", "((1))"))
    author.column("low", "nvarchar", 200, True, computed="(lower([name]))")
    author.primary_key("PK__a", "id")
    author.index("both", ["name", "age"], is_unique=True, filter="([age] IS NOT NULL)")
    author.index("by_low", ["low"])
    author.index("by_name", ["name"])
    author.check("adult", "([age]>(17))", ["age"])
    book = catalog.table("a_book")
    book.column("id", "bigint", 8, seed=1)
    book.column("author_id", "bigint", 8)
    book.primary_key("PK__b", "id")
    book.index("by_author", ["author_id"])
    catalog.foreign_key("book_fk", "a_book", ["author_id"], "a_author", ["id"], "CASCADE")
    with catalog.installed(connection):
        yield catalog


@pytest.fixture
def author():
    registry = Apps()

    class Author(models.Model):
        id = models.BigAutoField(primary_key=True)
        name = models.CharField(max_length=100, db_index=True)
        age = models.IntegerField(null=True)

        class Meta:
            app_label = "a"
            apps = registry
            unique_together = [("name", "age")]

    class Book(models.Model):
        author = models.ForeignKey(Author, models.CASCADE)

        class Meta:
            app_label = "a"
            apps = registry

    return Author


def test_only_what_blocks_is_dropped_and_all_of_it_comes_back(catalog, author):
    alter(author, "age", models.BigIntegerField(null=True))
    assert catalog.statements == [
        "DROP INDEX [both] ON [a_author]",
        "ALTER TABLE [a_author] DROP CONSTRAINT [adult]",
        "ALTER TABLE [a_author] DROP CONSTRAINT [DF__age]",
        "ALTER TABLE [a_author] ALTER COLUMN [age] bigint NULL",
        "ALTER TABLE [a_author] ADD CONSTRAINT [DF__age] DEFAULT ((1)) FOR [age]",
        "ALTER TABLE [a_author] ADD CONSTRAINT [adult] CHECK ([age]>(17))",
        "CREATE UNIQUE NONCLUSTERED INDEX [both] ON [a_author] ([name], [age]) WHERE ([age] IS NOT NULL)",
    ]


def test_a_longer_text_keeps_its_indexes(catalog, author):
    alter(author, "name", models.CharField(max_length=200, db_index=True))
    assert catalog.statements == [
        "DROP INDEX [by_low] ON [a_author]",
        "ALTER TABLE [a_author] DROP COLUMN [low]",
        "ALTER TABLE [a_author] ALTER COLUMN [name] nvarchar(200) NOT NULL",
        "ALTER TABLE [a_author] ADD [low] AS (lower([name])) PERSISTED",
        "CREATE NONCLUSTERED INDEX [by_low] ON [a_author] ([low])",
    ]


def test_renaming_rewrites_expressions_only(catalog, author):
    alter(author, "name", models.CharField(max_length=100, db_index=True), "title")
    assert catalog.statements == [
        "DROP INDEX [by_low] ON [a_author]",
        "ALTER TABLE [a_author] DROP COLUMN [low]",
        "EXEC sys.sp_rename N'[a_author].[name]', N'title', N'COLUMN'",
        "ALTER TABLE [a_author] ADD [low] AS (lower([title])) PERSISTED",
        "CREATE NONCLUSTERED INDEX [by_low] ON [a_author] ([low])",
    ]


def test_nulls_are_filled_before_they_are_refused(catalog, author):
    alter(author, "age", models.IntegerField(default=18))
    update = "UPDATE [a_author] SET [age] = (18) WHERE [age] IS NULL"
    change = "ALTER TABLE [a_author] ALTER COLUMN [age] int NOT NULL"
    statements = catalog.statements
    assert statements.index(update) + 1 == statements.index(change)


def test_columns_that_reference_a_key_change_with_it(catalog, author):
    alter(author, "id", models.AutoField(primary_key=True))
    assert catalog.statements == [
        "ALTER TABLE [a_book] DROP CONSTRAINT [book_fk]",
        "DROP INDEX [by_author] ON [a_book]",
        "ALTER TABLE [a_author] DROP CONSTRAINT [PK__a]",
        "ALTER TABLE [a_author] ALTER COLUMN [id] int NOT NULL",
        "ALTER TABLE [a_book] ALTER COLUMN [author_id] int NOT NULL",
        "ALTER TABLE [a_author] ADD CONSTRAINT [PK__a] PRIMARY KEY CLUSTERED ([id])",
        "CREATE NONCLUSTERED INDEX [by_author] ON [a_book] ([author_id])",
        "ALTER TABLE [a_book] ADD CONSTRAINT [book_fk] FOREIGN KEY ([author_id]) "
        "REFERENCES [a_author] ([id]) ON DELETE CASCADE",
    ]


def test_uniqueness_ignores_nulls_that_become_possible(catalog, author):
    alter(author, "name", models.CharField(max_length=100, db_index=True, null=True))
    assert (
        "CREATE UNIQUE NONCLUSTERED INDEX [both] ON [a_author] ([name], [age]) "
        "WHERE ([age] IS NOT NULL) AND [name] IS NOT NULL"
    ) in catalog.statements


def test_an_index_over_text_without_limit_is_left_out(catalog, author):
    author._meta.unique_together = ()
    catalog.table("a_author").indexes = [row for row in catalog.table("a_author").indexes if row["name"] == "by_name"]
    alter(author, "name", models.TextField(db_index=True))
    assert "DROP INDEX [by_name] ON [a_author]" in catalog.statements
    assert not any("CREATE" in sql for sql in catalog.statements)


def test_removing_a_field_removes_what_needs_it(catalog, author):
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.remove_field(author, author._meta.get_field("age"))
    assert catalog.statements == [
        "DROP INDEX [both] ON [a_author]",
        "ALTER TABLE [a_author] DROP CONSTRAINT [adult]",
        "ALTER TABLE [a_author] DROP CONSTRAINT [DF__age]",
        "ALTER TABLE [a_author] DROP COLUMN [age]",
    ]


def test_removing_a_model_removes_the_keys_that_point_to_it(catalog, author):
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.delete_model(author)
    assert catalog.statements == [
        "ALTER TABLE [a_book] DROP CONSTRAINT [book_fk]",
        "DROP TABLE [a_author]",
    ]


def test_constraints_follow_the_name_of_their_table(catalog, author):
    editor = connection.schema_editor()
    editor.deferred_sql = []
    name = editor._create_index_name("a_author", ["age"], "_check")
    catalog.table("a_author").check(name, "([age]>=(0))", ["age"])
    editor.alter_db_table(author, "a_author", "a_writer")
    new_name = editor._create_index_name("a_writer", ["age"], "_check")
    assert catalog.statements == [
        "EXEC sys.sp_rename N'[%s]', N'%s', N'OBJECT'" % (name, new_name),
        "EXEC sys.sp_rename N'[a_author]', N'a_writer', N'OBJECT'",
    ]


# Uniqueness is kept, replaced, or given up as the field says.


@pytest.fixture
def code(catalog):
    """A unique code, by a constraint whose name is not Django's."""
    catalog.table("a_thing").column("id", "bigint", 8, seed=1).column("code", "nvarchar", 20)
    catalog.table("a_thing").primary_key("PK__c", "id")
    catalog.table("a_thing").index("UQ__code", ["code"], is_unique=True, is_unique_constraint=True)
    return model(code=models.CharField(max_length=10, unique=True))


UNIQUE_AGAIN = "ALTER TABLE [a_thing] ADD CONSTRAINT [UQ__code] UNIQUE NONCLUSTERED ([code])"


def test_a_unique_constraint_survives_another_type(catalog, code):
    alter(code, "code", models.CharField(max_length=5, unique=True))
    assert catalog.statements == [
        "ALTER TABLE [a_thing] DROP CONSTRAINT [UQ__code]",
        "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(5) NOT NULL",
        UNIQUE_AGAIN,
    ]


def test_a_unique_constraint_is_given_up_with_the_uniqueness(catalog, code):
    alter(code, "code", models.CharField(max_length=10))
    assert catalog.statements == ["ALTER TABLE [a_thing] DROP CONSTRAINT [UQ__code]"]


def test_a_unique_constraint_becomes_a_filtered_index_with_nulls(catalog, code):
    alter(code, "code", models.CharField(max_length=10, unique=True, null=True))
    drop, change, create = catalog.statements
    assert drop == "ALTER TABLE [a_thing] DROP CONSTRAINT [UQ__code]"
    assert change == "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(10) NULL"
    assert create.startswith("CREATE UNIQUE INDEX [") and create.endswith("([code]) WHERE [code] IS NOT NULL")


def test_uniqueness_is_given_to_a_field_that_had_none(catalog, author):
    alter(author, "age", models.IntegerField(null=True, unique=True))
    (create,) = catalog.statements
    assert create.startswith("CREATE UNIQUE INDEX [a_author_age_")


def test_a_constraint_of_meta_is_not_the_fields(catalog, code):
    code._meta.constraints = [models.UniqueConstraint(fields=["code"], name="UQ__code")]
    alter(code, "code", models.CharField(max_length=10))
    assert catalog.statements == []


# The columns of a table follow the key that they point to.


def followers(name, new, null):
    """Alter a field that a foreign key of another table refers to; return what becomes of columns."""
    fields = [("id", models.BigIntegerField(primary_key=True)), ("code", models.IntegerField(unique=True))]
    key = models.ForeignKey("a.Place", models.CASCADE, to_field=name, null=null)
    before = state_of(migrations.CreateModel("Place", fields), create("Visit", ("place", key)))
    statements = migration_script(before, migrations.AlterField("place", name, new))
    return [sql for sql in statements if " ALTER COLUMN " in sql]


@pytest.mark.parametrize("null, ending", [(False, "NOT NULL"), (True, "NULL")])
def test_a_column_follows_a_primary_key_and_keeps_its_own_nullability(catalog, null, ending):
    assert followers("id", models.IntegerField(primary_key=True), null) == [
        "ALTER TABLE [a_place] ALTER COLUMN [id] int NOT NULL;",
        "ALTER TABLE [a_visit] ALTER COLUMN [place_id] int %s;" % ending,
    ]


@pytest.mark.parametrize("null, ending", [(False, "NOT NULL"), (True, "NULL")])
def test_a_column_follows_a_unique_field_that_is_no_primary_key(catalog, null, ending):
    assert followers("code", models.BigIntegerField(unique=True), null) == [
        "ALTER TABLE [a_place] ALTER COLUMN [code] bigint NOT NULL;",
        "ALTER TABLE [a_visit] ALTER COLUMN [place_id] bigint %s;" % ending,
    ]


@pytest.mark.skipif(django.VERSION < (4, 2), reason="The collation of a foreign key: Django 4.2")
def test_a_column_follows_a_collation(catalog):
    before = state_of(
        create("Place", ("code", models.CharField(max_length=5, unique=True))),
        create("Visit", ("place", models.ForeignKey("a.Place", models.CASCADE, to_field="code"))),
    )
    new = models.CharField(max_length=5, unique=True, db_collation="Latin1_General_BIN2")
    statements = migration_script(before, migrations.AlterField("place", "code", new))
    assert (
        "ALTER TABLE [a_visit] ALTER COLUMN [place_id] nvarchar(5) COLLATE Latin1_General_BIN2 NOT NULL;" in statements
    )


def test_a_column_in_another_schema_follows_once(catalog):
    """The model and the catalogue name its table alike."""
    catalog.foreign_key("v_to_t", "a_v", ["t_id"], "t", ["id"], to_schema="sales")
    target = catalog.table("t").column("id", "bigint", 8).primary_key("pk", "id")
    catalog.tables["[sales].[t]"] = target
    catalog.table("a_v").column("id", "bigint", 8, seed=1).column("t_id", "bigint", 8)
    old = [("id", models.BigIntegerField(primary_key=True))]
    before = state_of(
        migrations.CreateModel("T", old, {"db_table": '"sales"."t"'}),
        create("V", ("t", models.ForeignKey("a.T", models.CASCADE))),
    )
    statements = migration_script(before, migrations.AlterField("t", "id", models.IntegerField(primary_key=True)))
    assert [sql for sql in statements if "[a_v]" in sql] == [
        "ALTER TABLE [a_v] DROP CONSTRAINT [v_to_t];",
        "ALTER TABLE [a_v] ALTER COLUMN [t_id] int NOT NULL;",
        "ALTER TABLE [a_v] ADD CONSTRAINT [v_to_t] FOREIGN KEY ([t_id]) REFERENCES [sales].[t] ([id]);",
    ]


def test_columns_that_no_model_knows_follow_as_they_are(catalog, author):
    catalog.table("a_book").columns[1]["is_nullable"] = True
    alter(author, "id", models.AutoField(primary_key=True))
    assert [sql for sql in catalog.statements if " ALTER COLUMN " in sql] == [
        "ALTER TABLE [a_author] ALTER COLUMN [id] int NOT NULL",
        "ALTER TABLE [a_book] ALTER COLUMN [author_id] int NULL",
    ]


# What the column is to be decides whether it is changed, and how.


@pytest.mark.parametrize(
    "new, change",
    [
        (models.IntegerField(), "int NOT NULL"),
        (models.BigIntegerField(null=True), "bigint NULL"),
        (models.BigIntegerField(), "bigint NOT NULL"),
        (models.CharField(max_length=5, null=True), "nvarchar(5) NULL"),
        (
            models.CharField(max_length=5, null=True, db_collation="Latin1_General_BIN2"),
            "nvarchar(5) COLLATE Latin1_General_BIN2 NULL",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_collation_and_nullability_are_said_together(catalog, author, new, change):
    alter(author, "age", new)
    assert "ALTER TABLE [a_author] ALTER COLUMN [age] " + change in catalog.statements


def test_a_collation_alone_is_a_change(catalog, code):
    alter(code, "code", models.CharField(max_length=10, unique=True, db_collation="Latin1_General_BIN2"))
    assert catalog.statements[1] == (
        "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(10) COLLATE Latin1_General_BIN2 NOT NULL"
    )


def test_a_collation_that_is_given_up_is_the_databases(catalog, code):
    code._meta.get_field("code").db_collation = "Latin1_General_BIN2"
    alter(code, "code", models.CharField(max_length=10, unique=True))
    assert catalog.statements[1] == (
        "ALTER TABLE [a_thing] ALTER COLUMN [code] nvarchar(10) COLLATE DATABASE_DEFAULT NOT NULL"
    )


def test_what_the_column_is_already_changes_nothing(catalog, author):
    alter(author, "age", models.IntegerField(null=True, help_text="In years."))
    assert catalog.statements == []


def test_an_index_is_given_and_taken_away(catalog, author):
    alter(author, "age", models.IntegerField(null=True, db_index=True))
    assert [sql.split("[")[0] for sql in catalog.statements] == ["CREATE INDEX "]
    del catalog.statements[:]
    alter(author, "name", models.CharField(max_length=100))
    assert catalog.statements == ["DROP INDEX [by_name] ON [a_author]"]


def test_a_check_follows_the_type(catalog, author):
    alter(author, "age", models.PositiveIntegerField(null=True))
    (create,) = catalog.statements
    assert create.startswith("ALTER TABLE [a_author] ADD CONSTRAINT [a_author_age_")
    assert create.endswith("_check] CHECK ([age] >= 0)")


def test_a_number_of_constraints_that_is_not_expected_is_an_error_where_it_is_asked_for(catalog, author):
    author._meta.get_field("age")._unique = True
    new = field_of(author, "age", models.IntegerField(null=True))
    editor = connection.schema_editor()
    editor.deferred_sql = []
    with pytest.raises(ValueError, match=r"^Found wrong number \(0\) of unique constraints for a_author\.age$"):
        editor.alter_field(author, author._meta.get_field("age"), new, strict=True)


def test_the_tables_of_many_to_many_fields_go_with_their_model(catalog):
    catalog.table("a_thing_others").column("thing_id", "bigint", 8)
    catalog.foreign_key("of_thing", "a_thing_others", ["thing_id"], "a_thing", ["id"])
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.delete_model(model(others=models.ManyToManyField("self")))
    # Dropped first, or else its key would have to be.
    assert catalog.statements[0] == "DROP TABLE [a_thing_others]"
    assert catalog.statements[-1] == "DROP TABLE [a_thing]"


def test_a_table_of_ones_own_between_two_models_stays(catalog):
    others = models.ManyToManyField("a.Right", through="a.Link")
    keys = [(name, models.ForeignKey("a.%s" % name, models.CASCADE)) for name in ("Left", "Right")]
    state = state_of(create("Right"), create("Left", ("others", others)), create("Link", *keys))
    assert migration_script(state, migrations.DeleteModel("Left"))[-1] == "DROP TABLE [a_left];"


def test_a_primary_key_that_the_server_has_not_is_an_error_where_it_is_asked_for(catalog):
    thing = model(table="a_keyless", code=models.IntegerField())
    catalog.table("a_keyless").column("id", "bigint", 8).column("code", "int")
    editor = connection.schema_editor()
    editor.deferred_sql = []
    with pytest.raises(ValueError, match=r"^Found wrong number \(0\) of PK constraints for a_keyless$"):
        new = field_of(thing, "id", models.BigIntegerField())
        editor.alter_field(thing, field_of(thing, "id", models.BigIntegerField(primary_key=True)), new, strict=True)


@database_expressions
def test_a_default_of_the_database_takes_the_place_of_the_one_there(catalog, author):
    alter(author, "age", models.IntegerField(null=True, db_default=7))
    assert catalog.statements == [
        "ALTER TABLE [a_author] DROP CONSTRAINT [DF__age]",
        "ALTER TABLE [a_author] ADD CONSTRAINT [a_author_age_cf4b21e1_default] DEFAULT (7) FOR [age]",
    ]


@database_expressions
def test_a_default_of_the_database_goes(catalog):
    thing = model(table="a_author", age=models.IntegerField(null=True, db_default=1))
    alter(thing, "age", models.IntegerField(null=True))
    assert catalog.statements == ["ALTER TABLE [a_author] DROP CONSTRAINT [DF__age]"]


@database_expressions
def test_a_default_of_the_database_that_stays_is_left_alone(catalog):
    thing = model(table="a_author", age=models.IntegerField(null=True, db_default=1))
    alter(thing, "age", models.IntegerField(null=True, db_default=1, db_comment="years"))
    assert not [sql for sql in catalog.statements if "CONSTRAINT" in sql]


@database_expressions
def test_a_generated_column_of_another_type_is_made_again_with_its_index(catalog):
    def twice(output):
        return models.GeneratedField(expression=models.F("a") * 2, output_field=output, db_persist=True)

    table = catalog.table("a_thing").column("id", "bigint", 8, seed=1).column("a", "int")
    table.column("twice", "int", computed="([a]*(2))").primary_key("pk", "id").index("by_twice", ["twice"])
    old, new = (
        model(a=models.IntegerField(), twice=twice(output))._meta.get_field("twice")
        for output in (models.IntegerField(), models.BigIntegerField())
    )
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(old.model, old, new)
    assert catalog.statements == [
        "DROP INDEX [by_twice] ON [a_thing]",
        "ALTER TABLE [a_thing] DROP COLUMN [twice]",
        "ALTER TABLE [a_thing] ADD [twice] AS (CAST(([a] * 2) AS bigint)) PERSISTED",
        "CREATE NONCLUSTERED INDEX [by_twice] ON [a_thing] ([twice])",
    ]
