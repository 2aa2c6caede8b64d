"""manage.py inspectdb: schemas, names, keys and comments."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands.inspectdb import Command
from django.db import connection, connections, models
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from fake_catalog import FakeCatalog

HAS_COMPOSITE_KEYS = hasattr(models, "CompositePrimaryKey")


@pytest.fixture
def catalog():
    return FakeCatalog()


def inspected(catalog, *tables, **options):
    output = io.StringIO()
    with catalog.installed(connection):
        call_command("inspectdb", *tables, stdout=output, **options)
    assert "Unable to inspect" not in output.getvalue(), output.getvalue()
    return output.getvalue()


def table(catalog, name, schema="dbo"):
    """A table of which the catalogue's list and its other answers know."""
    catalog.object(schema, name)
    described = catalog.table(name)
    if schema != "dbo":
        catalog.tables["[%s].[%s]" % (schema, name)] = catalog.tables.pop("[%s]" % name)
    return described


def test_the_tables_of_a_schema(catalog):
    table(catalog, "here").column("id", "int", is_primary_key=True).primary_key("pk", "id")
    sold = table(catalog, "sold", "Sales").column("id", "int", is_primary_key=True).column("h", "int")
    sold.primary_key("pk", "id")
    catalog.tables["[sold]"] = sold
    catalog.foreign_key("fk", "sold", ["h"], "here", ["id"])
    text = inspected(catalog, schema=["sales"])
    assert "class SalesSold(models.Model):" in text and "class Here(" not in text
    assert "    h = models.IntegerField()  # Refers to here.\n" in text
    assert """db_table = '"Sales"."sold"'""" in text
    both = inspected(catalog, schema=["Sales", "dbo"])
    assert "class Here(" in both and "h = models.ForeignKey('Here', models.DO_NOTHING, db_column='h')" in both
    assert "class SalesSold(" in inspected(catalog, "SOLD", schema="sales")
    assert connection.introspection.related_tables is None


def test_a_schema_without_tables(catalog):
    table(catalog, "here")
    with pytest.raises(CommandError, match="'sales' has no tables that this login sees. There are: dbo."):
        inspected(catalog, schema=["sales"])
    with pytest.raises(CommandError, match="dbo has no table 'there'"):
        inspected(catalog, "there", schema=["dbo"])


def test_schemas_are_for_sql_server(monkeypatch):
    settings = {**connection.settings_dict, "NAME": ":memory:", "OPTIONS": {}}
    other = SQLite(settings, "other")
    monkeypatch.setitem(connections.settings, "other", settings)
    connections["other"] = other
    try:
        with pytest.raises(CommandError, match="--schema is for SQL Server, which 'other' is not."):
            call_command("inspectdb", database="other", schema=["a"], stdout=io.StringIO())
        other.cursor().execute('CREATE TABLE "a b" ("x y" integer PRIMARY KEY)')
        output = io.StringIO()
        call_command("inspectdb", database="other", stdout=output)
        assert "class AB(models.Model):" in output.getvalue()
    finally:
        other.close()
        del connections["other"]


@pytest.mark.skipif(not hasattr(Command, "normalize_table_name"), reason="classes may be named from Django 5.0 on")
def test_names_of_classes_that_python_takes(catalog):
    for name in ("1st", "None", "!", "a b", "ab"):
        table(catalog, name).column("id", "int", is_primary_key=True).primary_key("pk", "id")
    text = inspected(catalog)
    for line in (
        "class Table1St(models.Model):",
        "class TableNone(models.Model):",
        "class Table(models.Model):",
        "class AB(models.Model):",
        "class Ab2(models.Model):",
    ):
        assert line in text, text


def test_names_of_fields_that_python_takes(catalog):
    table(catalog, "odd").column("pk", "int", is_primary_key=True).column("save", "int").column("[x]", "int").column(
        '"y"', "int"
    ).primary_key("pk", "pk")
    text = inspected(catalog)
    for line in (
        "    pk_field = models.IntegerField(db_column='pk', primary_key=True)",
        "    save_field = models.IntegerField(db_column='save')",
        "    field_x_field = models.IntegerField(db_column='[[x]]]')",
        "    field_y_field = models.IntegerField(db_column='[\"y\"]')",
    ):
        assert line in text, text


@pytest.mark.skipif(not HAS_COMPOSITE_KEYS, reason="composite keys came with Django 5.2")
def test_a_key_of_several_columns_names_fields(catalog):
    lines = table(catalog, "lines").column("Order No", "int").column("It's", "int")
    lines.primary_key("pk", "Order No", "It's")
    text = inspected(catalog)
    assert "    pk = models.CompositePrimaryKey('order_no', 'it_s')\n" in text
    assert text.count("CompositePrimaryKey") == 1


def test_a_table_without_a_key(catalog):
    table(catalog, "heap").column("doc", "xml").column("a", "int", null=True).column("b", "nvarchar", 20, null=True)
    text = inspected(catalog)
    assert "    a = models.IntegerField(primary_key=True)\n" in text
    assert "There is no primary key. Django takes 'a' for it, which nothing makes unique" in text


def test_an_identity_or_a_unique_column_stands_for_the_key(catalog):
    table(catalog, "log").column("a", "int").column("seq", "int", seed=1)
    permit = table(catalog, "permit").column("a", "int").column("code", "nvarchar", 20)
    permit.index("u", ["code"], is_unique=True)
    text = inspected(catalog)
    assert "    seq = models.AutoField(primary_key=True)\n" in text
    assert "    code = models.CharField(unique=True, max_length=10, primary_key=True)\n" in text
    assert "Django takes 'code' for it, which is unique." in text


def test_a_relation_stands_for_the_key_where_there_is_nothing_else(catalog):
    table(catalog, "a").column("id", "int", is_primary_key=True).primary_key("pk", "id")
    table(catalog, "both").column("a_id", "int", null=True)
    catalog.foreign_key("fk", "both", ["a_id"], "a", ["id"])
    assert "    a = models.OneToOneField(A, models.DO_NOTHING, primary_key=True)\n" in inspected(catalog)


@pytest.mark.skipif(not HAS_COMPOSITE_KEYS, reason="composite keys came with Django 5.2")
def test_unique_columns_are_a_composite_key(catalog):
    rate = table(catalog, "rate").column("a", "int").column("b", "int")
    rate.index("u", ["a", "b"], is_unique=True)
    assert "    pk = models.CompositePrimaryKey('a', 'b')\n" in inspected(catalog)


def test_comments(catalog):
    stored = table(catalog, "t").column("id", "int", is_primary_key=True).primary_key("pk", "id")
    stored.column("mail", "nvarchar", 100, is_masked=True)
    stored.note(temporal_type=2, history_schema="dbo", history_table="h\n2")
    text = inspected(catalog)
    assert "# Masked: without the right UNMASK the mask is read" in text
    assert "        # Temporal; the history is in [dbo].[h 2].\n" in text
