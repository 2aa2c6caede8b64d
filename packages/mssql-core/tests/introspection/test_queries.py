import re

from fake_catalog import QUERIES, FakeCatalog
from grammar import refusals

from mssql_core.introspection import queries
from mssql_core.names import TableName
from mssql_core.testing import fake_connection

TEXTS = {name: text for name, text in vars(queries).items() if name.isupper()}


def test_every_query_is_in_the_grammar_of_every_version(tmp_path):
    statements = [text.replace("%s", "N'[t]'") for text in TEXTS.values()]
    assert len(statements) > 9
    assert refusals(statements, folder=tmp_path) == []


def test_names_of_one_column_have_one_collation():
    """On Azure the catalogue's may be another than the database's (CATALOG_COLLATION): errors 451 and 468."""
    names = re.findall(r"'' \+ \S+(.{25})", queries.OTHER_LOSSES)
    assert len(names) == 5 and set(names) == {" COLLATE DATABASE_DEFAULT"}


def test_rows_are_read_by_the_names_that_the_query_gives():
    catalog = FakeCatalog()
    catalog.table("t").column("a", "int")
    (row,) = queries.rows(catalog.cursor(), queries.COLUMNS, ["[t]"])
    assert (row.name, row.declared_type, row.is_nullable) == ("a", "int", False)
    assert queries.rows(catalog.cursor(), queries.COLUMNS, ["[u]"]) == []


def test_a_table_of_another_database_is_asked_for_there(tmp_path):
    connection = fake_connection()
    connection.driver.answer("sp_executesql", [(5, "k")], columns=["key_id", "name"])
    with connection.cursor() as cursor:
        (((number, name),),) = queries.foreign_keys(cursor, TableName("dbo", "t", "100% o]f"))
    assert (number, name) == (5, "k")
    text, values, _ = connection.driver.statements[-1]
    assert text == "EXEC [100% o]]f].[sys].[sp_executesql] ?, N'@table nvarchar(4000)', ?"
    assert list(values) == [queries.FOREIGN_KEYS.replace("%s", "@table"), "[100% o]]f].[dbo].[t]"]
    assert refusals([text.replace("?", "N'x'")], folder=tmp_path) == []


def test_what_has_several_columns_is_one_group():
    catalog = FakeCatalog()
    catalog.table("t").index("i", ["a", "b"]).index("j", ["a"])
    groups = queries.indexes(catalog.cursor(), TableName(None, "t"))
    assert [[row.column_name for row in group] for group in groups] == [["a", "b"], ["a"]]


def test_the_catalogue_of_the_tests_names_the_columns_as_the_queries_do():
    catalog = FakeCatalog()
    table = catalog.table("t").column("a", "int").index("i", ["a"]).check("c", "([a]>(0))", ["a"])
    table.statistic("s", ["a"]).property("p", "x").trigger("t", "...").permission("GRANT", "SELECT", "bob").synonym(
        "x"
    ).note()
    table.column_kind("a").losses.append({"loss": "x"})
    catalog.foreign_key("f", "t", ["a"], "u", ["b"])
    for text, kind in QUERIES.items():
        selected = text.split("\nFROM sys.", 1)[0]
        # A name stands outside of all parentheses.
        while "(" in selected:
            selected = re.sub(r"\([^()]*\)", "", selected)
        names = re.findall(r" AS (\w+)(?:,|$)", selected, re.MULTILINE)
        (row,) = getattr(table, kind)
        assert sorted(row) == sorted(names), kind
