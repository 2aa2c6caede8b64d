"""Names that differ in case only: the same by a case-insensitive collation of the database, two by another."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import migrations, models
from django.db.migrations.state import ProjectState
from harness.catalogues import empty

from mssql_core.management.commands.inspectdb import Command


@pytest.fixture(scope="module", params=["Latin1_General_100_CI_AS", "Latin1_General_100_CS_AS"])
def connection(server, request):
    with empty(server, request.param.lower(), request.param) as connection:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA [Sales]")
            cursor.execute("CREATE TABLE [Sales].[Sold] ([id] int NOT NULL PRIMARY KEY)")
        yield connection


def ignores_case(connection):
    return "_CI_" in connection.settings_dict["TEST"]["COLLATION"]


def inspected(connection, *tables, **options):
    output = io.StringIO()
    call_command(Command(), *tables, database=connection.alias, stdout=output, **options)
    return output.getvalue()


@pytest.mark.parametrize(
    ("tables", "schema", "is_exact"),
    [
        ([], "Sales", True),
        ([], "sales", False),
        (["Sold"], "Sales", True),
        (["sold"], "Sales", False),
        (["[Sales].[Sold]"], "Sales", True),
        (["[sales].[Sold]"], "Sales", False),
        (["[Sales].[Sold]"], "SALES", False),
        (["[SALES].[SOLD]"], "sales", False),
    ],
)
def test_inspectdb_takes_names_as_the_server_does(connection, tables, schema, is_exact):
    if is_exact or ignores_case(connection):
        assert """db_table = '"Sales"."Sold"'""" in inspected(connection, *tables, schema=[schema])
    else:
        with pytest.raises(CommandError, match="has no table"):
            inspected(connection, *tables, schema=[schema])


def test_a_named_table_is_found_alike_without_a_schema(connection):
    assert "class " in inspected(connection, "[Sales].[Sold]")
    assert ("class " in inspected(connection, "[SALES].[SOLD]")) is ignores_case(connection)


@pytest.mark.parametrize(
    "names",
    [["A_Thing"], ['"Sales"."x"', '"Sales"."X"'], ['"Sales"."x"', '"SALES"."y"'], ['"Sales"."x"', '"SALES"."X"']],
)
def test_a_table_is_known_by_its_new_name(connection, names):
    create = migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))], {"db_table": "a_thing"})
    state = ProjectState()
    for operation in (create, *(migrations.AlterModelTable("thing", name) for name in names)):
        migration = migrations.Migration("0001", "a")
        migration.operations = [operation]
        with connection.schema_editor() as editor:
            state = migration.apply(state, editor)
    thing = state.apps.get_model("a", "Thing")
    thing.objects.using(connection.alias).create()
    assert thing.objects.using(connection.alias).count() == 1
    with connection.schema_editor() as editor:
        editor.delete_model(thing)
