from unittest import mock

import pytest
from django.db import ProgrammingError, connection
from django.db.models import Index
from fake_catalog import FakeCatalog

from mssql_core.compat.orm import HAS_GENERATED_FIELD
from mssql_core.testing import fake_connection


@pytest.fixture
def catalog():
    return FakeCatalog()


def described(catalog):
    with mock.patch.object(connection.introspection, "_plugin_field_type", lambda d: None):
        return {
            info.name: (connection.introspection.get_field_type(info.type_code, info), info)
            for info in connection.introspection.get_table_description(catalog.cursor(), "t")
        }


@pytest.mark.parametrize(
    "type, values, field",
    [
        ("int", {"seed": 1, "is_primary_key": True}, "AutoField"),
        ("bigint", {"seed": 1, "is_primary_key": True}, "BigAutoField"),
        ("smallint", {"seed": 1, "is_primary_key": True}, "SmallAutoField"),
        ("int", {}, "IntegerField"),
        ("nvarchar", {"max_length": 100}, "CharField"),
        ("nvarchar", {"max_length": -1}, "TextField"),
        ("tinyint", {"seed": 1, "is_primary_key": True}, "SmallAutoField"),
        ("numeric", {"seed": 1, "is_primary_key": True}, "__import__('mssql_core.fields').fields.NumericAutoField"),
        ("decimal", {"seed": 1, "is_primary_key": True}, "__import__('mssql_core.fields').fields.NumericAutoField"),
        ("varchar", {"max_length": -1}, "__import__('mssql_core.fields').fields.VarcharTextField"),
        ("char", {"max_length": 9}, "__import__('mssql_core.fields').fields.FixedCharField"),
        ("text", {"max_length": 16}, "__import__('mssql_core.fields').fields.LegacyTextField"),
        ("hierarchyid", {"max_length": 892}, "__import__('mssql_core.fields').fields.HierarchyIdField"),
        ("geography", {"max_length": -1}, "__import__('mssql_core.fields').fields.GeographyField"),
        ("geometry", {"max_length": -1}, "__import__('mssql_core.fields').fields.GeometryField"),
        ("sql_variant", {"max_length": 8016}, "__import__('mssql_core.fields').fields.SqlVariantField"),
        ("datetime2", {"max_length": 8}, "__import__('mssql_core.fields').fields.DateTime2Field"),
        ("datetime2", {"generated_always_type": 1}, "__import__('mssql_core.fields').fields.SystemTimeField"),
        ("bigint", {"generated_always_type": 7}, "__import__('mssql_core.fields').fields.LedgerField"),
        ("xml", {"is_column_set": True}, "__import__('mssql_core.fields').fields.ColumnSetField"),
        ("ntext", {"max_length": 16}, "TextField"),
        ("uniqueidentifier", {"max_length": 16}, "UUIDField"),
        ("datetimeoffset", {"max_length": 10}, "DateTimeField"),
        ("money", {"max_length": 8, "numeric_precision": 19, "scale": 4}, "DecimalField"),
        ("xml", {"max_length": -1}, "TextField"),
        ("bigint", {"seed": 1}, "__import__('mssql_core.fields').fields.IdentityField"),
        ("timestamp", {"max_length": 8}, "__import__('mssql_core.fields').fields.RowVersionField"),
        ("bit", {"max_length": 1}, "BooleanField"),
        ("varbinary", {"max_length": -1}, "BinaryField"),
        ("real", {"max_length": 4}, "FloatField"),
    ],
)
def test_field_types(catalog, type, values, field):
    catalog.table("t").column("c", type, **values)
    assert described(catalog)["c"][0] == field


def test_an_alias_type_is_read_as_the_type_it_stands_for(catalog):
    catalog.table("t").column("c", "Flag", base_type="bit")
    assert described(catalog)["c"][0] == "BooleanField"


def test_an_unknown_type_is_left_to_the_guess_of_inspectdb(catalog):
    catalog.table("t").column("c", "Point3D", -1)
    with pytest.raises(KeyError):
        described(catalog)


def test_sizes_are_in_characters_and_digits(catalog):
    table = catalog.table("t").column("a", "nvarchar", 100).column("b", "varchar", 100)
    table.column("c", "money", 8, numeric_precision=19, scale=4).column("d", "int")
    columns = described(catalog)
    assert [columns[name][1].display_size for name in "abcd"] == [50, 100, None, None]
    assert (columns["c"][1].precision, columns["c"][1].scale) == (19, 4)
    assert columns["d"][1].precision is None


def test_only_a_collation_of_its_own_is_told(catalog):
    table = catalog.table("t").column("a", "nvarchar", 100)
    table.column("b", "nvarchar", 100, collation="Latin1_General_100_CS_AS")
    columns = described(catalog)
    assert columns["a"][1].collation is None
    assert columns["b"][1].collation == "Latin1_General_100_CS_AS"


def test_a_column_knows_the_checks_that_name_it(catalog):
    table = catalog.table("t").column("a", "int").column("b", "int")
    table.check("ck1", "([a]>(0))", ["a"]).check("ck2", "([a]<[b])", ["a", "b"])
    columns = described(catalog)
    assert columns["a"][1].checks == ("([a]>(0))", "([a]<[b])")
    assert columns["b"][1].checks == ("([a]<[b])",)


def test_columns_of_indexes_are_not_shown(catalog):
    table = catalog.table("t").column("a", "int")
    table.column("__ix_low_1", "nvarchar", 20, computed="(lower([a]))")
    table.column("__uq_low_1", "int", computed="(case ...)")
    table.column("low", "nvarchar", 20, computed="(lower([a]))")
    assert list(described(catalog)) == ["a", "low"]


def test_a_table_that_is_missing_is_an_error(catalog):
    with pytest.raises(ProgrammingError, match=r"^Invalid object name 't'\.$"):
        described(catalog)


def constraints(catalog):
    return connection.introspection.get_constraints(catalog.cursor(), "t")


def test_constraints(catalog):
    table = catalog.table("t")
    # The name of a column may be part of a string.
    table.check("ck", "([b]>[a] AND [a]<>N'[c]')", ["b", "a", "c"])
    table.index("ix", ["-__ix_ix_1", "b"])
    table.primary_key("pk", "a")
    table.index("uq", ["a", "__uq_uq_1"], is_unique=True)
    catalog.foreign_key("fk", "t", ["b"], "t2", ["id"], to_schema="sales")
    catalog.foreign_key("other", "t3", ["t_id"], "t", ["a"])
    by_name = constraints(catalog)
    assert sorted(by_name) == ["ck", "fk", "ix", "pk", "uq"]
    assert by_name["ck"]["columns"] == ["b", "a"]
    assert by_name["ck"]["check"]
    assert by_name["fk"]["foreign_key"] == ('"sales"."t2"', "id")
    assert by_name["ix"]["columns"] == [None, "b"]
    assert by_name["ix"]["orders"] == ["DESC", "ASC"]
    assert by_name["ix"]["index"] and by_name["ix"]["type"] == Index.suffix
    assert by_name["pk"]["primary_key"] and not by_name["pk"]["index"]
    assert by_name["uq"]["columns"] == ["a"]
    assert by_name["uq"]["unique"] and by_name["uq"]["index"]
    assert len(catalog.questions) == 3


def test_each_constraint_is_told_in_full(catalog):
    table = catalog.table("t").check("ck", "([a]>(0))", ["a"]).primary_key("pk", "a", "-b")
    table.index("uc", ["b"], is_unique=True, is_unique_constraint=True, filter="([a]>(1))")
    table.index("ix", ["a"], type="CLUSTERED")
    catalog.foreign_key("fk", "t", ["a", "b"], "t2", ["x", "y"])
    nothing = {
        "columns": ["a"],
        "primary_key": False,
        "unique": False,
        "unique_constraint": False,
        "foreign_key": None,
        "check": False,
        "index": False,
        "definition": None,
    }
    key = {"columns": ["a", "b"], "primary_key": True, "unique": True, "orders": ["ASC", "DESC"], "type": "idx"}
    unique = {"unique": True, "unique_constraint": True, "definition": "([a]>(1))", "orders": ["ASC"], "type": "idx"}
    assert constraints(catalog) == {
        "ck": {**nothing, "check": True, "definition": "([a]>(0))"},
        "fk": {**nothing, "columns": ["a", "b"], "foreign_key": ("t2", "x")},
        "pk": {**nothing, **key},
        "uc": {**nothing, **unique, "columns": ["b"]},
        "ix": {**nothing, "index": True, "orders": ["ASC"], "type": "idx"},
    }


def test_a_column_is_told_in_full(catalog):
    table = catalog.table("t").check("ck", "([c]<>N'x')", ["c"])
    table.column("c", "Code", 20, True, base_type="nvarchar", collation="C", comment="note", default=("d", "((N'(x'))"))
    table.column(
        "d", "decimal", 9, scale=3, seed=1, is_primary_key=True, is_column_set=True, generated_always_type=None
    )
    code, number = (info._asdict() for _, info in described(catalog).values())
    plain = {
        "name": "c",
        "type_code": "nvarchar",
        "display_size": 10,
        "internal_size": 10,
        "precision": None,
        "scale": None,
        "null_ok": True,
        "default": "N'(x'",
        "collation": "C",
        "comment": "note",
        "is_autofield": False,
        "generation_expression": None,
        "is_persisted": False,
        "is_primary_key": False,
        "data_type": "nvarchar",
        "checks": ("([c]<>N'x')",),
        "generated_always_type": 0,
        "is_column_set": False,
        "notes": ("Type [sys].[Code].",) if code["notes"] else (),
    }
    assert code == plain
    changed = {key: value for key, value in number.items() if value != plain[key]}
    assert changed.pop("notes") == ("All sparse columns as XML; write those.",)
    assert changed == {
        "name": "d",
        "type_code": "decimal",
        "data_type": "decimal",
        "display_size": None,
        "internal_size": None,
        "precision": 10,
        "scale": 3,
        "null_ok": False,
        "default": None,
        "collation": None,
        "comment": None,
        "is_autofield": True,
        "is_primary_key": True,
        "checks": (),
        "is_column_set": True,
    }


@pytest.mark.parametrize(
    ("definition", "default"),
    [
        ("((1))", "1"),
        ("(1)", "1"),
        ("1", "1"),
        ("((1)+(2))", "(1)+(2)"),
        ("(N'a)')", "N'a)'"),
        ("(N'it''s (')", "N'it''s ('"),
        ("(N'a'+(N')'))", "N'a'+(N')')"),
        (None, None),
    ],
)
def test_a_default_is_without_the_server_s_parentheses(catalog, definition, default):
    catalog.table("t").column("c", "int", default=("d", definition))
    assert described(catalog)["c"][1].default == default


def test_included_columns_follow_the_keys_of_an_index(catalog):
    table = catalog.table("t").index("ix", ["a", "-b"], includes=["c"])
    table.index("uq", ["a"], includes=["c"], is_unique=True)
    by_name = constraints(catalog)
    assert (by_name["ix"]["columns"], by_name["ix"]["orders"]) == (["a", "b", "c"], ["ASC", "DESC"])
    # They are no part of what is unique.
    assert by_name["uq"]["columns"] == ["a"]


def test_indexes_of_other_kinds_are_told_and_proposed_ones_are_not(catalog):
    table = catalog.table("t").index("cs", ["a"], type="NONCLUSTERED COLUMNSTORE")
    table.index("proposed", ["a"], is_hypothetical=True)
    assert {name: details["type"] for name, details in constraints(catalog).items()} == {
        "cs": "nonclustered columnstore"
    }


def test_relations(catalog):
    catalog.foreign_key("fk", "t", ["b_id"], "b", ["id"], "SET_NULL")
    catalog.foreign_key("other", "c", ["t_id"], "t", ["id"])
    relations = connection.introspection.get_relations(catalog.cursor(), "t")
    assert {column: relation[:2] for column, relation in relations.items()} == {"b_id": ("id", "b")}


def test_what_has_keys_of_its_own_is_asked_for_no_synonym(catalog):
    catalog.foreign_key("fk", "t", ["b_id"], "b", ["id"])
    connection.introspection.get_relations(catalog.cursor(), "t")
    constraints(catalog)
    assert "synonyms" not in [kind for kind, _ in catalog.questions]


@pytest.mark.parametrize(
    ("collation", "listed"), [("Latin1_General_CI_AS", "b"), ("Latin1_General_CS_AS", '"Sales"."b"')]
)
def test_the_database_s_collation_says_whether_names_of_schemas_are_the_same(catalog, collation, listed):
    own = fake_connection(options={"schema": "sales"}, collation=collation)
    catalog.object("Sales", "b")
    assert [table.name for table in own.introspection.get_table_list(catalog.cursor())] == [listed]


def test_the_primary_key_is_told_in_its_own_order(catalog):
    catalog.table("t").primary_key("pk", "b", "a")
    introspection = connection.introspection
    assert introspection.get_primary_key_column(catalog.cursor(), "t") == "b"
    assert introspection.get_primary_key_column(catalog.cursor(), "u") is None


def test_tables_outside_of_the_default_schema_carry_theirs(catalog):
    catalog.object("dbo", "a").object("sales", "b", "V ", "note")
    tables = connection.introspection.get_table_list(catalog.cursor())
    assert [(table.name, table.type, table.comment) for table in tables] == [
        ("a", "t", None),
        ('"sales"."b"', "v", "note"),
    ]


def test_the_schema_option_is_the_default_schema(catalog):
    introspection = fake_connection(options={"schema": "sales"}).introspection
    catalog.object("dbo", "a").object("Sales", "b")
    assert [table.name for table in introspection.get_table_list(catalog.cursor())] == ['"dbo"."a"', "b"]
    introspection.get_sequences(catalog.cursor(), "b")
    assert catalog.questions == [("columns", ["[sales].[b]"])]


def test_a_name_with_the_default_schema_is_found_among_the_tables():
    convert = fake_connection().introspection.identifier_converter
    assert [convert(name) for name in ("a", '"dbo"."a"', "[dbo].[a]", "[sales].[a]")] == [
        "a",
        "a",
        "a",
        '"sales"."a"',
    ]
    convert = fake_connection(options={"schema": "Sales"}).introspection.identifier_converter
    assert [convert(name) for name in ("a", '"dbo"."a"', "[sales].[a]")] == ["a", '"dbo"."a"', "a"]


def test_names_are_parameters(catalog):
    connection.introspection.get_sequences(catalog.cursor(), "o'brien]")
    assert catalog.questions == [("columns", ["[o'brien]]]"])]


def test_identities_are_the_sequences_of_a_table(catalog):
    catalog.table("t").column("a", "int").column("id", "int", seed=1)
    assert connection.introspection.get_sequences(catalog.cursor(), "t") == [{"table": "t", "column": "id"}]


@pytest.mark.skipif(not HAS_GENERATED_FIELD, reason="db_default came with Django 5.0")
def test_a_key_that_the_server_gives_has_its_default(catalog):
    table = catalog.table("t")
    table.column("id", "uniqueidentifier", 16, default=("df", "(newsequentialid())"), is_primary_key=True)
    table.column("n", "int", default=("dn", "(NEXT VALUE FOR [a%b])")).column("m", "int", default=("dm", "((1))"))
    written = {name: field + "(" for name, (field, _) in described(catalog).items()}
    assert written["id"] == "models.UUIDField(db_default=models.expressions.RawSQL('newsequentialid()', [])"
    assert written["n"] == "models.IntegerField(db_default=models.expressions.RawSQL('NEXT VALUE FOR [a%%b]', [])"
    assert written["m"] == "IntegerField("


def test_a_datetime2_column_needs_no_class_where_the_alias_says_the_type(catalog):
    catalog.table("t").column("c", "datetime2").column("d", "datetimeoffset")
    introspection = fake_connection(options={"datetime_type": "datetime2"}).introspection
    kinds = [
        introspection.get_field_type(info.type_code, info)
        for info in introspection.get_table_description(catalog.cursor(), "t")
    ]
    assert kinds == ["DateTimeField", "__import__('mssql_core.fields').fields.DateTimeOffsetField"]


def test_a_synonym_has_the_columns_and_keys_of_its_base(catalog):
    catalog.table("syn").synonym("[b]")
    catalog.table("b").column("id", "int").primary_key("pk", "id")
    catalog.foreign_key("fk", "b", ["id"], "c", ["id"])
    introspection, cursor = connection.introspection, catalog.cursor()
    assert [info.name for info in introspection.get_table_description(cursor, "syn")] == ["id"]
    assert list(introspection.get_relations(cursor, "syn")) == ["id"]
    assert introspection.get_constraints(cursor, "syn")["pk"]["primary_key"]


def test_relations_to_tables_that_are_not_asked_for(catalog):
    catalog.foreign_key("a", "t", ["x"], "here", ["id"])
    catalog.foreign_key("b", "t", ["y"], "there", ["id"], to_schema="sales")
    introspection, cursor = fake_connection().introspection, catalog.cursor()
    introspection.related_tables = {"here"}
    assert list(introspection.get_relations(cursor, "t")) == ["x"]
    assert introspection.get_relations_outside(cursor, "t") == {"y": '"sales"."there"'}


def test_a_table_whose_own_name_looks_delimited_is_listed_so_that_it_is_found(catalog):
    catalog.object("dbo", '"a"').object("dbo", "a].[b")
    listed = [table.name for table in connection.introspection.get_table_list(catalog.cursor())]
    assert listed == ['"""a"""', '"a].[b"']
    assert [connection.introspection.table_name(name).name for name in listed] == ['"a"', "a].[b"]


def test_raw_queries_ask_for_the_column_of_a_composite_key():
    assert fake_connection().introspection.identifier_converter(None) is None


@pytest.mark.skipif(not HAS_GENERATED_FIELD, reason="GeneratedField came with Django 5.0")
@pytest.mark.parametrize(
    ("type", "values", "output_field"),
    [
        ("int", {}, "models.IntegerField()"),
        ("nvarchar", {"max_length": 100}, "models.CharField(max_length=50)"),
        ("numeric", {"numeric_precision": 9, "scale": 2}, "models.DecimalField(max_digits=9, decimal_places=2)"),
        ("varchar", {"max_length": 9}, "__import__('mssql_core.fields').fields.VarcharField(max_length=9)"),
    ],
)
def test_a_computed_column(catalog, type, values, output_field):
    catalog.table("t").column("c", type, computed="([a]%(2))", is_persisted=False, **values)
    written = described(catalog)["c"][0] + "("
    expression = "models.expressions.RawSQL('([a]%%(2))', [])"
    assert written == "models.GeneratedField(expression=%s, output_field=%s, db_persist=False" % (
        expression,
        output_field,
    )


def test_a_foreign_key_of_two_columns_is_no_field_s(catalog):
    catalog.table("u").column("a", "int").column("b", "int")
    catalog.table("t").column("a", "int").column("b", "int").column("c", "int")
    catalog.foreign_key("both", "t", ["a", "b"], "u", ["a", "b"])
    catalog.foreign_key("one", "t", ["c"], "u", ["a"])
    assert list(connection.introspection.get_relations(catalog.cursor(), "t")) == ["c"]
