import pytest
from fake_catalog import FakeCatalog

from mssql_core.introspection import table_snapshot
from mssql_core.introspection.objects import Check, Column, Default, ExtendedProperty, ForeignKey, Index, Statistics
from mssql_core.introspection.table_snapshot import TableSnapshot
from mssql_core.names import TableName

TABLE = TableName(None, "t")


@pytest.fixture
def catalog():
    return FakeCatalog()


def load(catalog, table=TABLE, schema_option=None):
    return table_snapshot.load(catalog.cursor(), table, schema_option)


def test_a_table_that_is_missing_has_nothing(catalog):
    snapshot = load(catalog)
    assert not snapshot.exists
    assert [kind for kind, _ in catalog.questions] == ["columns"]


def test_columns_are_written_as_they_are(catalog):
    table = catalog.table("t").column("id", "bigint", 8, seed=5, increment=2)
    table.column("name", "nvarchar", 20, True, default=("DF__name", "(N'x')"))
    table.column("code", "Code", 10, collation="Latin1_General_BIN2", is_sparse=True)
    table.column("low", "nvarchar", 20, True, computed="(lower([name]))", is_persisted=False)
    table.column("guid", "uniqueidentifier", 16, is_rowguidcol=True).column("rate", "decimal", 9, scale=3)
    table.column("twice", "int", computed="([id]*(2))")
    snapshot = load(catalog)
    assert [column.definition() for column in snapshot.columns.values()] == [
        "[id] bigint IDENTITY (5, 2) NOT NULL",
        "[name] nvarchar(10) NULL",
        "[code] Code COLLATE Latin1_General_BIN2 SPARSE NOT NULL",
        "[low] AS (lower([name]))",
        "[guid] uniqueidentifier NOT NULL ROWGUIDCOL",
        "[rate] decimal(10, 3) NOT NULL",
        "[twice] AS ([id]*(2)) PERSISTED NOT NULL",
    ]
    assert {column.table for column in snapshot.columns.values()} == {TABLE}
    assert snapshot.defaults == [Default(TABLE, "DF__name", "name", "(N'x')")]
    assert snapshot.default_of("name").name == "DF__name" and snapshot.default_of("id") is None


def test_included_columns_are_no_keys(catalog):
    catalog.table("t").column("a", "int").index("ix", ["-a", "b"], includes=["c", "d"], filter="([a]>(1))")
    (index,) = load(catalog).indexes
    assert index == Index(TABLE, "ix", (("a", True), ("b", False)), ("c", "d"), "([a]>(1))")


def test_an_index_keeps_its_options(catalog):
    table = catalog.table("t").column("a", "int").primary_key("pk", "a")
    table.index("uq", ["a"], is_unique=True, is_unique_constraint=True, is_disabled=True)
    table.index(
        "ix",
        ["a"],
        fill_factor=80,
        is_padded=True,
        ignore_dup_key=True,
        allow_row_locks=False,
        allow_page_locks=False,
        data_compression="PAGE",
        data_space="fast",
        is_default_data_space=False,
    )
    primary, unique, index = load(catalog).indexes
    assert primary.is_primary_key and primary.kind == "CLUSTERED"
    assert unique.is_unique_constraint and unique.is_disabled
    assert index.create_sql() == [
        "CREATE NONCLUSTERED INDEX [ix] ON [t] ([a]) WITH (PAD_INDEX = ON, FILLFACTOR = 80, IGNORE_DUP_KEY = ON, "
        "ALLOW_ROW_LOCKS = OFF, ALLOW_PAGE_LOCKS = OFF, DATA_COMPRESSION = PAGE) ON [fast]"
    ]


@pytest.mark.parametrize(
    ("values", "ending"),
    [
        ({"data_compression": None, "allow_row_locks": None, "allow_page_locks": None}, "([a])"),
        ({"data_space": "fast"}, "([a])"),
        ({"data_space": "scheme", "data_space_type": "PF", "is_default_data_space": False}, "([a])"),
        ({"data_space": "fast", "is_default_data_space": False}, "([a]) ON [fast]"),
        ({"data_compression": "ROW"}, "([a]) WITH (DATA_COMPRESSION = ROW)"),
        ({"allow_row_locks": False}, "([a]) WITH (ALLOW_ROW_LOCKS = OFF)"),
    ],
)
def test_what_is_the_server_s_default_is_not_said(catalog, values, ending):
    catalog.table("t").index("ix", ["a"], **values)
    (index,) = table_snapshot.load_indexes(catalog.cursor(), TABLE)
    assert index.table == TABLE and index.create_sql() == ["CREATE NONCLUSTERED INDEX [ix] ON [t] " + ending]


def test_what_no_create_index_restores_is_listed_apart(catalog):
    table = catalog.table("t").column("a", "int").index("x", ["a"], type="XML")
    table.index("p", ["a", "b"], data_space_type="PS")
    snapshot = load(catalog)
    assert snapshot.indexes == []
    assert snapshot.other_indexes == [("x", "XML", ("a",)), ("p", "partitioned NONCLUSTERED", ("a", "b"))]


def test_keys_of_the_table_and_keys_to_it(catalog):
    catalog.table("t").column("a", "int")
    catalog.foreign_key("out", "t", ["a", "b"], "u", ["c", "d"], "CASCADE", to_schema="sales")
    catalog.foreign_key("own", "t", ["a"], "t", ["b"], on_update="SET_NULL", is_not_for_replication=True)
    catalog.foreign_key("in", "v", ["e"], "t", ["a"], is_disabled=True, is_not_trusted=True)
    snapshot = load(catalog)
    assert snapshot.foreign_keys == [
        ForeignKey(TABLE, "out", ("a", "b"), TableName("sales", "u"), ("c", "d"), "CASCADE"),
        ForeignKey(TABLE, "own", ("a",), TABLE, ("b",), on_update="SET_NULL", is_not_for_replication=True),
    ]
    assert snapshot.referring == [snapshot.incoming[0], snapshot.foreign_keys[1]]
    assert snapshot.incoming == [
        ForeignKey(TableName(None, "v"), "in", ("e",), TABLE, ("a",), is_disabled=True, is_not_trusted=True)
    ]


def test_the_other_end_of_a_key_is_named_as_models_name_it(catalog):
    """Bare in the default schema; under the alias's schema option no name is bare."""
    table = TableName("sales", "t")
    catalog.foreign_key("in", "v", ["e"], "t", ["a"])
    catalog.tables[str(table)] = catalog.table("t").column("a", "int")
    assert [key.table for key in load(catalog, table).incoming] == [TableName(None, "v")]
    assert [key.table for key in load(catalog, table, "sales").incoming] == [TableName("dbo", "v")]


def test_a_check_names_columns_outside_of_strings_only(catalog):
    table = catalog.table("t").column("a", "int").column("b", "int")
    table.check("ck", "([b]>[a] AND [a]<>N'[c]')", ["a", "b", "c"], is_disabled=True)
    table.check("none", "((1)=(1))", [])
    assert load(catalog).checks == [
        Check(TABLE, "ck", ("b", "a"), "([b]>[a] AND [a]<>N'[c]')", is_disabled=True),
        Check(TABLE, "none", (), "((1)=(1))"),
    ]


def test_statistics(catalog):
    catalog.table("t").column("a", "int").statistic("s", ["a", "b"], "([a]>(1))").statistic("one", ["a"])
    assert load(catalog).statistics == [
        Statistics(TABLE, "s", ("a", "b"), "([a]>(1))"),
        Statistics(TABLE, "one", ("a",)),
    ]


def test_what_else_a_table_carries(catalog):
    table = catalog.table("t").property("MS_Description", "x", "a").trigger("tr", "CREATE ...", True)
    table.permission("GRANT", "SELECT", "bob", "a")
    cursor = catalog.cursor()
    (item,) = table_snapshot.load_properties(cursor, TABLE)
    assert item == ExtendedProperty(TableName("dbo", "t"), "MS_Description", "COLUMN", "a", "x")
    (trigger,) = table_snapshot.load_triggers(cursor, TABLE)
    assert (trigger.name, trigger.is_disabled) == ("tr", True)
    (permission,) = table_snapshot.load_permissions(cursor, TABLE)
    assert (permission.state, permission.grantee, permission.column_name) == ("GRANT", "bob", "a")


# Snapshots are values: each change gives another one.

A, B = Column(TABLE, "a", "int", False), Column(TABLE, "b", "int", True, computed="([a]+(1))")
INDEX = Index(TABLE, "ix", (("a", False),))
OWN = ForeignKey(TABLE, "own", ("a",), TABLE, ("b",))
INCOMING = ForeignKey(TableName(None, "v"), "in", ("x",), TABLE, ("a",))
CHECK = Check(TABLE, "ck", ("a",), "([a]>(0))")
SNAPSHOT = TableSnapshot(TABLE, [A, B], [INDEX], [OWN], [INCOMING], [CHECK], [Default(TABLE, "df", "a", "((1))")])


def test_a_new_object_takes_the_place_of_the_one_of_its_kind_and_name():
    changed = SNAPSHOT.with_items([A._replace(type="bigint"), Check(TABLE, "ix", (), "((1)=(1))")])
    assert [column.type for column in changed.columns.values()] == ["bigint", "int"]
    assert changed.indexes == [INDEX] and [check.name for check in changed.checks] == ["ck", "ix"]
    assert SNAPSHOT.columns["a"].type == "int"


def test_a_renamed_column_is_renamed_at_both_ends_of_keys():
    renamed = SNAPSHOT.renamed("a", "z")
    assert list(renamed.columns) == ["z", "b"] and renamed.columns["b"].computed == "([z]+(1))"
    assert renamed.foreign_keys[0].columns == ("z",) and renamed.incoming[0].to_columns == ("z",)
    assert renamed.incoming[0].columns == ("x",)
    assert renamed.default_of("z").name == "df"


def test_all_objects_move_with_their_table():
    table = TableName("sales", "u")
    moved = SNAPSHOT.moved(table)
    objects = [*moved.columns.values(), *moved.indexes, *moved.foreign_keys, *moved.checks, *moved.defaults]
    assert {item.table for item in objects} == {table} == {moved.table}
    assert moved.foreign_keys[0].to_table == moved.incoming[0].to_table == table
    assert moved.incoming[0].table == INCOMING.table


def test_names_of_columns_and_of_constraints_are_two_things():
    table = SNAPSHOT.with_items([Column(TABLE, "ix", "int", False)])
    assert "ix" in table.without(["ix"]).columns and not table.without(["ix"]).indexes
    assert "ix" not in table.without_column("ix").columns and table.without_column("ix").indexes
    assert [index.name for index in table.with_name("ix", "iy").indexes] == ["iy"]
    assert "ix" in table.with_name("ix", "iy").columns


def test_a_column_may_change_in_part():
    assert SNAPSHOT.with_column("a", is_nullable=True).columns["a"] == A._replace(is_nullable=True)
    assert SNAPSHOT.with_column("c", is_nullable=True).columns == SNAPSHOT.columns


def test_an_extension_brings_only_what_is_missing():
    """An object is the same by its name, or by its columns and uniqueness."""
    other = TableSnapshot(
        TABLE,
        [A._replace(type="bigint"), Column(TABLE, "c", "int", False)],
        [INDEX._replace(name="other"), INDEX._replace(name="uq", is_unique=True)],
    )
    others = [Check(TABLE, "ck", (), "..."), Check(TABLE, "new", (), "..."), Check(TABLE, "a", ("a",), "...")]
    defaults = [Default(TABLE, "df2", "a", "((2))"), Default(TABLE, "df3", "c", "((2))")]
    statistics = [Statistics(TABLE, "s", ("a",))]
    keys = {"foreign_keys": [OWN._replace(name="x"), INCOMING], "incoming": [INCOMING, OWN]}
    extended = SNAPSHOT.extended(other.changed(checks=others, defaults=defaults, statistics=statistics, **keys))
    assert extended.table == TABLE and list(extended.columns) == ["a", "b", "c"]
    assert [check.name for check in extended.checks] == ["ck", "new"]
    assert [default.name for default in extended.defaults] == ["df", "df3"]
    assert extended.foreign_keys == [OWN, INCOMING] and extended.incoming == [INCOMING, OWN]
    assert extended.statistics == statistics
    assert [column.type for column in extended.columns.values()] == ["int", "int", "int"]
    assert [index.name for index in extended.indexes] == ["ix", "uq"]
