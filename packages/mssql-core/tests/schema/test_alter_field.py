import pytest
from django.apps.registry import Apps
from django.db import NotSupportedError, connection, models
from fake_catalog import FakeCatalog


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


def alter(model, name, new, new_name=None):
    new.set_attributes_from_name(new_name or name)
    new.model = model
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(model, model._meta.get_field(name), new)


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


def test_an_identity_is_taken_away_with_nothing_lost(catalog, author):
    table = catalog.table("a_author")
    table.property("MS_Description", "it's", "name")
    table.trigger("tr", "CREATE TRIGGER tr ON a_author ...", True)
    table.permission("GRANT", "SELECT", "bob")
    alter(author, "id", models.BigIntegerField(primary_key=True))
    statements = catalog.statements
    assert statements[:5] == [
        "ALTER TABLE [a_book] DROP CONSTRAINT [book_fk]",
        "CREATE TABLE [__rebuild_a_author] ([id] bigint NOT NULL, "
        "[name] nvarchar(100) NOT NULL, [age] int NULL, "
        "[low] AS (lower([name])) PERSISTED)",
        "INSERT INTO [__rebuild_a_author] ([id], [name], [age]) "
        "SELECT [id], [name], [age] FROM [a_author] WITH (TABLOCKX, HOLDLOCK)",
        "DROP TABLE [a_author]",
        "EXEC sys.sp_rename N'[__rebuild_a_author]', N'a_author', N'OBJECT'",
    ]
    rest = "\n".join(statements[5:])
    for part in (
        "[DF__age] DEFAULT",
        "[PK__a] PRIMARY KEY",
        "INDEX [both]",
        "INDEX [by_low]",
        "INDEX [by_name]",
        "[adult] CHECK",
        "[book_fk] FOREIGN KEY",
        "N'it''s'",
        "CREATE TRIGGER tr",
        "DISABLE TRIGGER [tr]",
        "GRANT SELECT ON [a_author] TO [bob]",
    ):
        assert part in rest


def test_an_identity_is_given_and_counts_on(catalog, author):
    author._meta.get_field("id").__class__ = models.BigIntegerField
    catalog.table("a_author").columns[0].update(is_identity=False, seed=None, increment=None)
    alter(author, "id", models.BigAutoField(primary_key=True))
    statements = catalog.statements
    assert "[id] bigint IDENTITY (1, 1) NOT NULL" in statements[1]
    assert statements[2].startswith("SET IDENTITY_INSERT [__rebuild_a_author] ON; ")
    assert statements[2].endswith("; SET IDENTITY_INSERT [__rebuild_a_author] OFF")
    assert statements[-1] == "DBCC CHECKIDENT (N'[a_author]', RESEED)"


def test_a_rebuild_that_would_lose_history_is_refused(catalog, author):
    catalog.table("a_author").kinds[0]["temporal_type"] = "SYSTEM_VERSIONED_TEMPORAL_TABLE"
    with pytest.raises(NotSupportedError, match="system versioned temporal.*RunSQL"):
        alter(author, "id", models.BigIntegerField(primary_key=True))


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
