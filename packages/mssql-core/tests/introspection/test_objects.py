import pytest

from mssql_core.introspection.objects import (
    Check,
    Column,
    Default,
    ForeignKey,
    Index,
    Statistics,
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
    for name in ("nvarchar", "nchar"):
        assert type_sql(name, 200, 0, 0) == name + "(100)"
    for name in ("varchar", "char", "varbinary", "binary"):
        assert type_sql(name, 10, 0, 0) == name + "(10)"
    for name in ("nvarchar", "varchar", "varbinary"):
        assert type_sql(name, -1, 0, 0) == name + "(max)"
    for name in ("numeric", "decimal"):
        assert type_sql(name, 9, 10, 2) == name + "(10, 2)"
    for name in ("datetime2", "datetimeoffset", "time"):
        assert type_sql(name, 8, 27, 7) == name + "(7)"
    for name in ("int", "datetime", "money", "xml", "float"):
        assert type_sql(name, 8, 10, 3) == name


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


def test_a_foreign_key_keeps_what_differs_from_the_server_s_defaults():
    key = ForeignKey(TABLE, "fk", ("a", "b"), TABLE, ("x", "y"), "CASCADE", "SET_DEFAULT", is_not_for_replication=True)
    assert key.create_sql() == [
        "ALTER TABLE [dbo].[author] ADD CONSTRAINT [fk] FOREIGN KEY ([a], [b]) REFERENCES [dbo].[author] ([x], [y]) "
        "ON DELETE CASCADE ON UPDATE SET DEFAULT NOT FOR REPLICATION"
    ]
    assert key.drop_sql() == ["ALTER TABLE [dbo].[author] DROP CONSTRAINT [fk]"]
    plain = ForeignKey(TABLE, "fk", ("a",), TABLE, ("x",))
    assert plain.create_sql()[0].endswith("REFERENCES [dbo].[author] ([x])") and not list(plain.expression_columns)


def test_a_check_keeps_trust():
    check = Check(TABLE, "ck", ("a",), "([a]>(0))", is_disabled=True, is_not_trusted=True)
    assert check.create_sql() == [
        "ALTER TABLE [dbo].[author] WITH NOCHECK ADD CONSTRAINT [ck] CHECK ([a]>(0))",
        "ALTER TABLE [dbo].[author] NOCHECK CONSTRAINT [ck]",
    ]
    assert check.expression_columns == ["a"]


def test_statistics_keep_their_filter_and_follow_a_column():
    statistics = Statistics(TABLE, "s]", ("a", "b"), "([c]>(0))")
    create = "CREATE STATISTICS [s]]] ON [dbo].[author] ([a], [b])"
    assert statistics.create_sql() == [create + " WHERE ([c]>(0))"]
    assert statistics._replace(filter=None).create_sql() == [create]
    assert statistics.drop_sql() == ["DROP STATISTICS [dbo].[author].[s]]]"]
    assert statistics.expression_columns == ["c"]
    assert statistics.renamed("c", "z").create_sql() == [create + " WHERE ([z]>(0))"]
    assert statistics._replace(filter=None).renamed("b", "z").columns == ("a", "z")


@pytest.mark.parametrize(
    ("values", "definition"),
    [
        ({}, "[c] int NOT NULL"),
        ({"is_nullable": True}, "[c] int NULL"),
        ({"attributes": ("SPARSE",), "is_nullable": True}, "[c] int SPARSE NULL"),
        ({"attributes": ("ROWGUIDCOL",)}, "[c] int NOT NULL ROWGUIDCOL"),
        ({"identity": (5, -2)}, "[c] int IDENTITY (5, -2) NOT NULL"),
        ({"computed": "([a]+(1))", "is_nullable": True}, "[c] AS ([a]+(1))"),
        ({"computed": "([a]+(1))"}, "[c] AS ([a]+(1))"),
        ({"computed": "([a]+(1))", "is_nullable": True, "is_persisted": True}, "[c] AS ([a]+(1)) PERSISTED"),
        ({"computed": "([a]+(1))", "is_persisted": True}, "[c] AS ([a]+(1)) PERSISTED NOT NULL"),
    ],
)
def test_a_column_is_made_again_with_all_that_it_is(values, definition):
    column = Column(TABLE, "c", "int", False)._replace(**values)
    assert column.create_sql() == ["ALTER TABLE [dbo].[author] ADD " + definition]
    assert column.drop_sql() == ["ALTER TABLE [dbo].[author] DROP COLUMN [c]"]
    assert column.expression_columns == (["a"] if column.computed else [])
    assert column.renamed("a", "z").definition() == definition.replace("[a]", "[z]")
    assert column.renamed("c", "z").definition() == definition.replace("[c]", "[z]")


def test_a_unique_constraint_keeps_order_and_options():
    key = Index(TABLE, "uq", (("a", True), ("b", False)), is_unique=True, is_unique_constraint=True)
    key = key._replace(options=("PAD_INDEX = ON", "FILLFACTOR = 80"), data_space="fast")
    assert key.create_sql() == [
        "ALTER TABLE [dbo].[author] ADD CONSTRAINT [uq] UNIQUE NONCLUSTERED ([a] DESC, [b]) "
        "WITH (PAD_INDEX = ON, FILLFACTOR = 80) ON [fast]"
    ]
    plain = Index(TABLE, "ix", (("a", False), ("__ix_ix_1", False), ("__uq_ix_1", False)), ("b", "a"))
    assert plain.create_sql() == [
        "CREATE NONCLUSTERED INDEX [ix] ON [dbo].[author] ([a], [__ix_ix_1], [__uq_ix_1]) INCLUDE ([b], [a])"
    ]
    assert plain.hidden_columns == ("__ix_ix_1", "__uq_ix_1") and not plain.is_constraint
    assert plain.renamed("a", "z").includes == ("b", "z")


def test_a_default_has_no_columns_in_an_expression():
    default = Default(TABLE, "df", "a", "((1))")
    assert default.create_sql() == ["ALTER TABLE [dbo].[author] ADD CONSTRAINT [df] DEFAULT ((1)) FOR [a]"]
    assert default.drop_sql() == ["ALTER TABLE [dbo].[author] DROP CONSTRAINT [df]"]
    assert not list(default.expression_columns) and default.renamed("b", "z") == default


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
