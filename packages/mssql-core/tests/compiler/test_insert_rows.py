"""Rows as VALUES, or in one JSON parameter."""

import json
from decimal import Decimal

import pytest
from django.db import DataError
from django.db.models import CharField
from ormtests.models import Author, Book
from typed import typed

from mssql_core.compiler.insert_columns import Column
from mssql_core.compiler.insert_rows import JSONRows, ValueRows
from mssql_core.compiler.value_lists import MAX_PARAMETERS

NAME, AGE = (Author._meta.get_field(name) for name in ("name", "age"))


def columns(rows):
    return [Column(field, [row[index] for row in rows]) for index, field in enumerate((NAME, AGE))]


def compiled(*names, ages):
    """Columns of names, and of ages that are compiled as (placeholder, parameters)."""
    return [Column(NAME, list(names)), Column(AGE, cells=ages)]


def values(connection, *rows):
    return ValueRows.split(columns(rows), connection)


def in_json(connection, rows):
    return JSONRows.of(columns(rows), len(rows), connection)


def test_rows_as_values(connection):
    (source,) = values(connection, ("a", 1), ("b", 2))
    assert source.insert_sql() == ("VALUES (%s, %s), (%s, %s)", ["a", 1, "b", 2])
    sql, params = source.table_sql()
    assert sql == ("(SELECT * FROM (VALUES (0, %s, CAST(%s AS int)), (1, %s, %s)) AS [__v] ([__ord], [__c0], [__c1]))")
    assert params == ["a", 1, "b", 2] and (len(source), source.column(AGE)) == (2, "[__c1]")


def test_a_statement_takes_so_many_parameters(connection):
    sources = values(connection, *[("x", number) for number in range(1500)])
    assert [len(source) for source in sources] == [1000, 500]
    half = ("%s", ["x"] * (MAX_PARAMETERS // 2))
    wide = [Column(NAME, cells=[half] * 3), Column(AGE, [1] * 3)]
    assert [len(source) for source in ValueRows.split(wide, connection)] == [1, 1, 1]


@pytest.mark.parametrize(("count", "sizes"), [(50, [50]), (51, [50, 1]), (150, [50, 50, 50])])
def test_as_few_statements_as_parameters_allow(connection, count, sizes):
    wide = [Column(NAME, cells=[("f()", ["x"] * (MAX_PARAMETERS // 50 - 1))] * count), Column(AGE, [1] * count)]
    sources = ValueRows.split(wide, connection)
    assert [len(source) for source in sources] == sizes
    assert all("CAST(%s AS int)" in source.table_sql()[0] for source in sources)


def test_a_row_of_too_many_parameters_is_left_to_the_server(connection):
    wide = [Column(NAME, cells=[("f()", ["x"] * (MAX_PARAMETERS + 1))])]
    assert [len(source) for source in ValueRows.split(wide, connection)] == [1]


def test_values_are_those_that_their_columns_store(connection):
    """In the alias's code page, where the column has one."""
    coded = Column(typed(CharField, "varchar(9)"), ["ü"])
    assert [source.insert_sql() for source in ValueRows.split([coded], connection)] == [("VALUES (%s)", ["ü"])]
    with pytest.raises(DataError, match="code page"):
        ValueRows.split([Column(coded.field, ["ж"])], connection)


def test_a_statement_takes_a_thousand_rows(connection):
    """Error 10738."""
    defaults = [Column(field, cells=[("DEFAULT", [])] * 1001) for field in (NAME, AGE)]
    assert [len(source) for source in ValueRows.split(defaults, connection)] == [1000, 1]


def test_rows_in_json(connection):
    source = in_json(connection, [("a", 1), ("b", None)])
    sql, (param,) = source.insert_sql()
    assert sql == (
        "SELECT [__c0], [__c1] FROM OPENJSON(%s) WITH ([__ord] int '$[0]', [__c0] nvarchar(4000) '$[1]', [__c1] bigint '$[2]')"
    )
    assert json.loads(param.value) == [[0, "a", 1], [1, "b", None]]
    assert source.table_sql()[0].startswith("(SELECT [__ord], [__c0], [__c1] FROM OPENJSON(%s) WITH (")


def test_a_column_of_nulls_is_not_carried(connection):
    sql, (param,) = in_json(connection, [("a", None), ("b", None)]).insert_sql()
    assert sql.startswith("SELECT [__c0], CAST(NULL AS int) AS [__c1] FROM ") and json.loads(param.value) == [
        [0, "a"],
        [1, "b"],
    ]


def test_an_expression_without_values_is_written_once(connection):
    source = JSONRows.of(compiled("a", "b", ages=[("ABS(-1)", [])] * 2), 2, connection)
    sql, (param,) = source.insert_sql()
    assert "ABS(-1) AS [__c1]" in sql and json.loads(param.value) == [[0, "a"], [1, "b"]]
    first = [Column(AGE, cells=[("ABS(-1)", [])] * 2), Column(NAME, ["a", "b"])]
    sql, (param,) = JSONRows.of(first, 2, connection).insert_sql()
    assert sql.startswith("SELECT ABS(-1) AS [__c0], [__c1] FROM ") and json.loads(param.value) == [[0, "a"], [1, "b"]]
    others = Column(AGE, cells=[("ABS(-1)", []), ("ABS(-2)", [])])
    assert JSONRows.of([others, *first[1:]], 2, connection) is None


def test_a_decimal_has_the_type_of_its_column(connection):
    prices = Column(Book._meta.get_field("price"), [Decimal("1.5"), None])
    sql, _ = JSONRows.of([prices], 2, connection).insert_sql()
    assert "[__c0] numeric(8, 2) '$[1]'" in sql


def test_what_json_cannot_carry_goes_as_parameters(connection):
    assert in_json(connection, [("a\0", 1)]) is None
    assert in_json(connection, [("a", 10**38)]) is None
    assert JSONRows.of(compiled("a", "b", ages=[("ABS(%s)", [1]), ("%s", [2])]), 2, connection) is None
