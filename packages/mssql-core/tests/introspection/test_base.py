from unittest import mock

import pytest
from django.db import connection
from django.db.models import Index
from grammar import refusals

from mssql_core.introspection import queries
from mssql_core.introspection import table_snapshot as snapshot
from mssql_core.testing import fake_connection

COLLATION = "SQL_Latin1_General_CP1_CI_AS"


class Cursor:
    def __init__(self, rows):
        self.rows = rows
        self.calls = []

    def execute(self, sql, params=()):
        self.calls.append((sql, params))

    def fetchall(self):
        return self.rows


def column(name, type, length=4, precision=10, scale=0, null=False, **other):
    details = {
        "default": None,
        "collation": COLLATION if "char" in type else None,
        "identity": False,
        "computed": None,
        "persisted": None,
        "comment": None,
        "check": None,
    }
    details.update(other)
    values = list(details.values())
    values.insert(2, COLLATION)
    return (name, type, length, precision, scale, null, *values)


def described(*rows):
    cursor = Cursor(rows)
    with mock.patch.object(connection.introspection, "_plugin_field_type", lambda d: None):
        return {
            info.name: (connection.introspection.get_field_type(info.type_code, info), info)
            for info in connection.introspection.get_table_description(cursor, "t")
        }


@pytest.mark.parametrize(
    "row, field",
    [
        (column("c", "int", identity=True), "AutoField"),
        (column("c", "bigint", identity=True), "BigAutoField"),
        (column("c", "smallint", identity=True), "SmallAutoField"),
        (column("c", "int"), "IntegerField"),
        (column("c", "nvarchar", 100), "CharField"),
        (column("c", "nvarchar", -1), "TextField"),
        (column("c", "varchar", -1), "TextField"),
        (column("c", "ntext", 16), "TextField"),
        (column("c", "uniqueidentifier", 16), "UUIDField"),
        (column("c", "datetimeoffset", 10), "DateTimeField"),
        (column("c", "money", 8, 19, 4), "DecimalField"),
        (column("c", "xml", -1), "TextField"),
        (column("c", "timestamp", 8), "BinaryField"),
        (column("c", "bit", 1), "BooleanField"),
        (column("c", "varbinary", -1), "BinaryField"),
        (column("c", "real", 4), "FloatField"),
    ],
)
def test_field_types(row, field):
    assert described(row)["c"][0] == field


def test_an_unknown_type_is_left_to_the_guess_of_inspectdb():
    with pytest.raises(KeyError):
        described(column("c", "geography", -1))


def test_sizes_are_in_characters_and_digits():
    found = described(
        column("a", "nvarchar", 100),
        column("b", "varchar", 100),
        column("c", "money", 8, 19, 4),
        column("d", "int"),
    )
    assert [found[name][1].display_size for name in "abcd"] == [50, 100, None, None]
    assert (found["c"][1].precision, found["c"][1].scale) == (19, 4)
    assert found["d"][1].precision is None


def test_only_a_collation_of_its_own_is_told():
    found = described(
        column("a", "nvarchar", 100),
        column("b", "nvarchar", 100, collation="Latin1_General_100_CS_AS"),
    )
    assert found["a"][1].collation is None
    assert found["b"][1].collation == "Latin1_General_100_CS_AS"


def test_a_column_with_two_checks_is_one_column():
    found = described(column("a", "int", check="([a]>(0))"), column("a", "int", check="([a]<(9))"))
    assert found["a"][1].checks == ("([a]>(0))", "([a]<(9))")


def test_columns_of_indexes_are_not_shown():
    found = described(
        column("a", "int"),
        column("__ix_low_1", "nvarchar", 20, computed="(lower([a]))"),
        column("__uq_low_1", "int", computed="(case ...)"),
        column("low", "nvarchar", 20, computed="(lower([a]))"),
    )
    assert list(found) == ["a", "low"]


def constraint(kind, name, column, **values):
    row = {
        "is_primary_key": 0,
        "is_unique": 0,
        "is_unique_constraint": 0,
        "is_descending": 0,
        "type_desc": "NONCLUSTERED" if kind == "index" else None,
        "to_schema": None,
        "to_table": None,
        "to_column": None,
        "definition": None,
        "position": 1,
        "default_schema": "dbo",
    }
    row.update(values)
    return (kind, name, column, *row.values())


def test_constraints():
    key = {"is_primary_key": 1, "is_unique": 1, "type_desc": "CLUSTERED"}
    check = {"definition": "([b]>[a] AND [a]<>N'[c]')"}
    target = {"to_schema": "sales", "to_table": "t2", "to_column": "id"}
    cursor = Cursor(
        [
            constraint("check", "ck", "b", **check),
            constraint("check", "ck", "a", **check),
            constraint("check", "ck", "c", **check),
            constraint("foreign key", "fk", "b", **target),
            constraint("index", "ix", "__ix_ix_1", is_descending=1),
            constraint("index", "ix", "b"),
            constraint("index", "pk", "a", **key),
            constraint("index", "uq", "a", is_unique=1),
            constraint("index", "uq", "__uq_uq_1", is_unique=1),
        ]
    )
    found = connection.introspection.get_constraints(cursor, "t")
    assert found["ck"]["columns"] == ["b", "a"]
    assert found["ck"]["check"]
    assert found["fk"]["foreign_key"] == ('"sales"."t2"', "id")
    assert found["ix"]["columns"] == [None, "b"]
    assert found["ix"]["orders"] == ["DESC", "ASC"]
    assert found["ix"]["index"] and found["ix"]["type"] == Index.suffix
    assert found["pk"]["primary_key"] and not found["pk"]["index"]
    assert found["uq"]["columns"] == ["a"]
    assert found["uq"]["unique"] and found["uq"]["index"]
    assert len(cursor.calls) == 1


def test_tables_outside_of_the_default_schema_carry_theirs():
    cursor = Cursor([("dbo", "a", "U ", None, "dbo"), ("sales", "b", "V ", "note", "dbo")])
    tables = connection.introspection.get_table_list(cursor)
    assert [(table.name, table.type, table.comment) for table in tables] == [
        ("a", "t", None),
        ('"sales"."b"', "v", "note"),
    ]


def test_the_schema_option_is_the_default_schema():
    introspection = fake_connection(options={"schema": "sales"}).introspection
    cursor = Cursor([("dbo", "a", "U ", None, "dbo"), ("Sales", "b", "V ", "note", "dbo")])
    assert [table.name for table in introspection.get_table_list(cursor)] == ['"dbo"."a"', "b"]
    introspection.get_sequences(cursor, "b")
    assert cursor.calls[-1] == (queries.IDENTITIES, ["[sales].[b]"])


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


def test_names_are_parameters():
    cursor = Cursor([])
    connection.introspection.get_sequences(cursor, "o'brien]")
    assert cursor.calls == [(queries.IDENTITIES, ["[o'brien]]]"])]


def test_every_query_is_in_the_grammar_of_every_version(tmp_path):
    statements = [
        text.replace("%s", "N'[t]'")
        for module in (queries, snapshot)
        for name, text in vars(module).items()
        if name.isupper() and isinstance(text, str)
    ]
    assert len(statements) > 12
    assert refusals(statements, folder=tmp_path) == []
