import pytest
from django.db import NotSupportedError, connection, migrations, models
from fake_catalog import FakeCatalog
from orm import since
from schema_models import alter, field_of, migration_script, model, script, state_of


@pytest.fixture
def catalog():
    catalog = FakeCatalog()
    author = catalog.table("a_author").column("id", "bigint", 8, seed=1).column("name", "nvarchar", 200)
    author.column("age", "int", null=True, default=("DF__age", "((1))"))
    author.column("low", "nvarchar", 200, True, computed="(lower([name]))").column("version", "timestamp", 8)
    author.primary_key("PK__a", "id").index("by_low", ["low"]).check("adult", "([age]>(17))", ["age"])
    author.statistic("st", ["name", "age"])
    catalog.table("a_book").column("author_id", "bigint", 8)
    catalog.foreign_key("book_fk", "a_book", ["author_id"], "a_author", ["id"], "CASCADE")
    with catalog.installed(connection):
        yield catalog


@pytest.fixture
def author():
    return model("Author", "a_author", name=models.CharField(max_length=100), age=models.IntegerField(null=True))


def test_an_identity_is_taken_away_with_nothing_lost(catalog, author):
    table = catalog.table("a_author")
    table.property("MS_Description", "it's", "name")
    table.trigger("tr", "CREATE TRIGGER tr ON a_author ...", True)
    table.permission("GRANT", "SELECT", "bob").permission("GRANT_WITH_GRANT_OPTION", "UPDATE", "ann", "age")
    table.permission("DENY", "DELETE", "ann")
    alter(author, "id", models.BigIntegerField(primary_key=True))
    statements = catalog.statements
    assert statements[:5] == [
        "ALTER TABLE [a_book] DROP CONSTRAINT [book_fk]",
        "CREATE TABLE [__rebuild_a_author] ([id] bigint NOT NULL, "
        "[name] nvarchar(100) NOT NULL, [age] int NULL, "
        "[low] AS (lower([name])) PERSISTED, [version] timestamp NOT NULL)",
        "INSERT INTO [__rebuild_a_author] ([id], [name], [age]) "
        "SELECT [id], [name], [age] FROM [a_author] WITH (TABLOCKX, HOLDLOCK)",
        "DROP TABLE [a_author]",
        "EXEC sys.sp_rename N'[__rebuild_a_author]', N'a_author', N'OBJECT'",
    ]
    rest = "\n".join(statements[5:])
    assert {"GRANT SELECT ON [a_author] TO [bob]", "DENY DELETE ON [a_author] TO [ann]"} <= set(statements)
    for part in (
        "[DF__age] DEFAULT",
        "[PK__a] PRIMARY KEY",
        "INDEX [by_low]",
        "STATISTICS [st]",
        "[adult] CHECK",
        "[book_fk] FOREIGN KEY",
        "N'it''s'",
        "CREATE TRIGGER tr",
        "DISABLE TRIGGER [tr] ON [a_author]",
        "GRANT UPDATE ON [a_author] ([age]) TO [ann] WITH GRANT OPTION",
    ):
        assert part in rest


def test_the_name_of_the_new_table_is_no_longer_than_the_servers_longest(catalog):
    longest = "t" * 128
    catalog.table(longest).column("id", "bigint", 8, seed=1).primary_key("pk", "id")
    alter(model("Long", longest), "id", models.BigIntegerField(primary_key=True))
    name = catalog.statements[0].partition("CREATE TABLE [")[2].partition("]")[0]
    assert name.startswith("__rebuild_tt") and len(name) == 128


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


@pytest.mark.parametrize(
    "prepare, lost",
    [
        (lambda table: table.kinds[0].update(is_memory_optimized=True), "lose: being memory-optimized. "),
        (lambda table: table.index("cs", ["age"], type="NONCLUSTERED COLUMNSTORE"), r"the index cs \(NONCLUSTERED"),
        (lambda table: table.kinds[0].update(is_replicated=1), "its replication"),
        (lambda table: table.kinds[0].update(is_tracked_by_cdc=True), "its change data capture"),
        (lambda table: table.kinds[0].update(has_change_tracking=1), "its change tracking"),
        (lambda table: table.kinds[0].update(has_fulltext_index=1), "its full-text index"),
        (lambda table: table.kinds[0].update(has_owner=1), "its owner"),
        (lambda table: table.kinds[0].update(has_row_options=1), "the options of sp_tableoption"),
        (lambda table: table.kinds[0].update(has_heap_options=1), "compression of its heap"),
        (lambda table: table.column_kind("name", is_masked=True), "lose: the mask of name. "),
        (lambda table: table.column_kind("name", is_encrypted=1), "the encryption of name"),
        (lambda table: table.column_kind("name", is_filestream=True), "FILESTREAM of name"),
        (lambda table: table.column_kind("name", is_column_set=True), "the column set of name"),
        (
            lambda table: table.column_kind("name", is_generated_always=1, is_hidden=True),
            "ALWAYS of name, HIDDEN of name",
        ),
        (lambda table: table.column_kind("name", has_xml_schema=1), "the XML schema collection of name"),
        (lambda table: table.column_kind("name", has_rule=1), "the rule of name"),
        (lambda table: table.column_kind("name", has_bound_default=1), "the bound default of name"),
        (lambda table: table.trigger("secret", None), r"lose: the trigger secret\. "),
        (
            lambda table: table.losses.append({"loss": "the sensitivity classification of name"}),
            "classification of name",
        ),
    ],
)
def test_so_is_one_that_would_lose_what_no_statement_restores(catalog, author, prepare, lost):
    """Nothing is dropped before."""
    prepare(catalog.table("a_author"))
    with pytest.raises(NotSupportedError, match=lost):
        alter(author, "id", models.BigIntegerField(primary_key=True))
    assert catalog.statements == []


def test_the_clustered_index_is_made_first_and_keys_to_others_last(catalog, author):
    """Any other order would make each index twice."""
    table = catalog.table("a_author")
    table.indexes = []
    table.index("by_name", ["name"]).index("clustered", ["age"], type="CLUSTERED")
    table.index("PK__a", ["id"], is_unique=True, is_primary_key=True)
    catalog.foreign_key("own", "a_author", ["age"], "a_author", ["id"])
    alter(author, "id", models.BigIntegerField(primary_key=True))
    rebuilt = catalog.statements[catalog.statements.index("DROP TABLE [a_author]") :]
    names = [name for sql in rebuilt for name in ("by_name", "clustered", "PK__a", "own", "book_fk") if name in sql]
    assert names == ["clustered", "by_name", "PK__a", "own", "book_fk"]


def test_the_lock_escalation_is_kept(catalog, author):
    catalog.table("a_author").kinds[0]["lock_escalation"] = "AUTO"
    alter(author, "id", models.BigIntegerField(primary_key=True))
    assert "ALTER TABLE [a_author] SET (LOCK_ESCALATION = AUTO)" in catalog.statements


def test_parts_keep_their_properties(catalog, author):
    table = catalog.table("a_author").property("p", "1").property("p", "2", "age").property("p", "3", "by_low", "INDEX")
    table.property("p", "4", "adult", "CONSTRAINT").property("p", "5", "tr", "TRIGGER").trigger("tr", "CREATE ...")
    alter(author, "id", models.BigIntegerField(primary_key=True))
    added = [sql for sql in catalog.statements if "sp_addextendedproperty" in sql]
    assert [sql.split("@value = N'")[1][0] for sql in added] == list("12345")
    assert [sql.partition("@level2type = ")[2] for sql in added] == [
        "",
        "N'COLUMN', @level2name = N'age'",
        "N'INDEX', @level2name = N'by_low'",
        "N'CONSTRAINT', @level2name = N'adult'",
        "N'TRIGGER', @level2name = N'tr'",
    ]


def test_in_a_script_a_trigger_stands_alone(catalog, author):
    """CREATE TRIGGER must be the first statement of its batch (error 111)."""
    catalog.table("a_author").trigger("tr", "CREATE TRIGGER tr ON a_author ...")
    new = field_of(author, "id", models.BigIntegerField(primary_key=True))
    statements = script(lambda editor: editor.alter_field(author, author._meta.get_field("id"), new))
    assert "EXEC sys.sp_executesql N'CREATE TRIGGER tr ON a_author ...';" in statements


def test_in_a_script_the_rows_are_copied_by_text_compiled_late(catalog, author):
    new = field_of(author, "id", models.BigIntegerField(primary_key=True))
    statements = script(lambda editor: editor.alter_field(author, author._meta.get_field("id"), new))
    assert statements[2].startswith("EXEC sys.sp_executesql N'INSERT INTO [__rebuild_a_author]")


def test_a_script_knows_the_column_that_it_rebuilt(catalog, author):
    new = field_of(author, "id", models.BigIntegerField(primary_key=True))

    def steps(editor):
        editor.alter_field(author, author._meta.get_field("id"), new)
        assert editor.snapshot(author).columns["id"].identity is None
        assert len(editor.snapshot(author).indexes) == 2

    script(steps)


def test_a_table_that_the_server_has_not_gets_its_comments_from_the_model(catalog, author):
    thing = model(a=models.IntegerField())
    new = field_of(thing, "id", models.BigIntegerField(primary_key=True))
    statements = script(lambda editor: editor.alter_field(thing, thing._meta.get_field("id"), new))
    assert statements[0] == "CREATE TABLE [__rebuild_a_thing] ([a] int NOT NULL, [id] bigint NOT NULL);"


@since(4, 2)
@pytest.mark.parametrize("column", ["id", "number"])
def test_in_a_script_comments_of_the_script_itself_are_kept(catalog, author, column):
    """So is the key's, under another name if it gets one at the same time, until the field's own change drops it."""
    catalog.table("a_author").property("MS_Description", "the key", "id")
    comment = models.CharField(max_length=100, db_comment="of this script")
    key = models.BigAutoField(primary_key=True, db_comment="the key")
    create_author = migrations.CreateModel("Author", [("id", key), ("name", models.CharField(max_length=100))])
    new = models.BigIntegerField(primary_key=True, db_column=column)
    operations = [migrations.AlterField("author", "name", comment), migrations.AlterField("author", "id", new)]
    statements = migration_script(state_of(create_author), *operations)
    dropped = statements.index("DROP TABLE [a_author];")
    assert [number > dropped for number, sql in enumerate(statements) if "of this script" in sql] == [False, True]
    (later,) = [sql for sql in statements[dropped:] if "N'the key'" in sql]
    assert later.endswith("@level2type = N'COLUMN', @level2name = N'%s';" % column)
