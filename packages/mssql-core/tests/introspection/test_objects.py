from mssql_core.introspection.objects import (
    Check,
    Column,
    Default,
    ForeignKey,
    Index,
    Trigger,
    column_references,
    rename_reference,
    type_sql,
)
from mssql_core.names import TableName

TABLE = TableName("dbo", "author")


def test_references_ignore_text_in_strings():
    assert column_references("([a]>(0) AND [b]]c]<>N'[d]')") == ["a", "b]c"]
    assert column_references(None) == []


def test_renaming_leaves_strings_alone():
    definition = "([A]=N'[a]' OR [b]=(1))"
    assert rename_reference(definition, "a", "z") == "([z]=N'[a]' OR [b]=(1))"


def test_types_are_written_from_the_catalogue():
    assert type_sql("nvarchar", 200, 0, 0) == "nvarchar(100)"
    assert type_sql("nvarchar", -1, 0, 0) == "nvarchar(max)"
    assert type_sql("varbinary", 10, 0, 0) == "varbinary(10)"
    assert type_sql("numeric", 9, 10, 2) == "numeric(10, 2)"
    assert type_sql("datetime2", 8, 27, 7) == "datetime2(7)"
    assert type_sql("int", 4, 10, 0) == "int"


def test_an_index_keeps_order_includes_filter_and_options():
    index = Index(
        TABLE,
        "ix",
        (("a", False), ("b", True)),
        includes=("c",),
        filter="([a] IS NOT NULL)",
        is_unique=True,
        options=("FILLFACTOR = 80",),
        data_space="fast",
        is_disabled=True,
    )
    assert index.create_sql() == [
        "CREATE UNIQUE NONCLUSTERED INDEX [ix] ON [dbo].[author] ([a], [b] DESC) "
        "INCLUDE ([c]) WHERE ([a] IS NOT NULL) WITH (FILLFACTOR = 80) ON [fast]",
        "ALTER INDEX [ix] ON [dbo].[author] DISABLE",
    ]
    assert index.drop_sql() == ["DROP INDEX [ix] ON [dbo].[author]"]
    assert index.references == ("a", "b", "c", "a")


def test_a_key_is_dropped_as_the_constraint_it_is():
    key = Index(TABLE, "pk", (("id", False),), is_primary_key=True, kind="CLUSTERED")
    assert key.create_sql() == ["ALTER TABLE [dbo].[author] ADD CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([id])"]
    assert key.drop_sql() == ["ALTER TABLE [dbo].[author] DROP CONSTRAINT [pk]"]


def test_a_foreign_key_keeps_actions_and_trust():
    key = ForeignKey(
        TABLE,
        "fk",
        ("a",),
        TableName("sales", "t"),
        ("id",),
        on_delete="SET_NULL",
        is_disabled=True,
        is_not_trusted=True,
    )
    assert key.create_sql() == [
        "ALTER TABLE [dbo].[author] WITH NOCHECK ADD CONSTRAINT [fk] FOREIGN KEY "
        "([a]) REFERENCES [sales].[t] ([id]) ON DELETE SET NULL",
        "ALTER TABLE [dbo].[author] NOCHECK CONSTRAINT [fk]",
    ]


def test_expressions_follow_a_renamed_column():
    check = Check(TABLE, "ck", ("a",), "([a]>(0))").renamed("a", "z")
    assert check.create_sql() == ["ALTER TABLE [dbo].[author] ADD CONSTRAINT [ck] CHECK ([z]>(0))"]
    index = Index(TABLE, "ix", (("a", False),), filter="([a] IS NOT NULL)")
    assert index.renamed("a", "z").references == ("z", "z")
    default = Default(TABLE, "df", "a", "((1))").renamed("a", "z")
    assert default.create_sql()[0].endswith("DEFAULT ((1)) FOR [z]")


def test_a_column_is_written_as_it_is():
    column = Column(TABLE, "id", "int", False, identity=(1, 1))
    assert column.definition() == "[id] int IDENTITY (1, 1) NOT NULL"
    computed = Column(TABLE, "low", "int", False, computed="(lower([a]))", is_persisted=True)
    assert computed.definition() == "[low] AS (lower([a])) PERSISTED NOT NULL"
    text = Column(TABLE, "t", "nvarchar(5)", True, "Latin1_General_CS_AS")
    assert text.definition() == "[t] nvarchar(5) COLLATE Latin1_General_CS_AS NULL"


def test_a_disabled_trigger_stays_disabled():
    trigger = Trigger(TABLE, "tr", "CREATE TRIGGER tr ...", True)
    assert trigger.create_sql()[1] == "DISABLE TRIGGER [tr] ON [dbo].[author]"
