"""The recipes of docs/how-to do what the pages say, on a database of their own."""

import io
import os
import re
import subprocess
import sys
import types
import uuid
from datetime import datetime, timezone
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, NotSupportedError, migrations, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.test import override_settings
from django.test.utils import isolate_apps
from harness.catalogues import empty
from harness.project import new_alias

PAGES = Path(__file__).parents[2] / "docs" / "how-to"


def recipe(page, language, word):
    """The block of a page that has the word."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (block,) = (block for block in blocks if word in block)
    return block


@pytest.fixture(scope="module")
def database(server):
    with empty(server, "recipes") as connection:
        yield connection


class Router:
    """All models are of the database of the recipes."""

    def db_for_read(self, model, **hints):
        return "recipes"

    db_for_write = db_for_read


@pytest.fixture
def connection(database, monkeypatch):
    """The database, as `django.db.connection` too; what a test makes in it is undone."""
    with override_settings(DATABASE_ROUTERS=[Router()]), transaction.atomic(using=database.alias):
        monkeypatch.setattr("django.db.connection", database)
        yield database
        transaction.set_rollback(True, using=database.alias)


def run(connection, *statements):
    """The rows of the last statement that has any."""
    rows = None
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else rows
    return rows


def refused(connection, statement):
    """The number of the error that a statement ends with, None where it succeeds."""
    try:
        with transaction.atomic(using=connection.alias):
            run(connection, statement)
    except DatabaseError as error:
        return error.__cause__.number
    return None


# ---- coming-from-mssql-django ------------------------------------------------------------


def migrate(connection, word, name, *fields):
    """Run the page's migration that has the word, in a project whose app has one model."""
    namespace = {}
    exec(recipe("coming-from-mssql-django", "python", word), namespace)
    state = ProjectState()
    create = migrations.CreateModel(name, [("id", models.AutoField(primary_key=True)), *fields])
    create.state_forwards("shop", state)
    with connection.schema_editor() as editor:
        namespace["Migration"]("recipe", "shop").apply(state, editor)


def test_texts_become_uuids(connection):
    token = uuid.UUID("12345678-9abc-def0-1234-56789abcdef0")
    run(
        connection,
        "CREATE TABLE dbo.shop_order (id int IDENTITY(1, 1) PRIMARY KEY, token char(32) NOT NULL UNIQUE)",
        "INSERT INTO dbo.shop_order (token) VALUES ('%s')" % token.hex,
    )
    migrate(connection, "ConvertUUIDColumns", "Order", ("token", models.UUIDField(unique=True)))
    assert run(connection, "SELECT token FROM dbo.shop_order") == [(token,)]
    assert refused(connection, "INSERT INTO dbo.shop_order (token) VALUES (NULL)") == 515
    assert refused(connection, "INSERT INTO dbo.shop_order (token) VALUES ('%s')" % token) == 2627


def test_the_check_of_a_document_takes_scalars_and_nothing_but_documents(connection):
    insert = "INSERT INTO dbo.shop_page (meta) VALUES (N'%s')"
    run(
        connection,
        "CREATE TABLE dbo.shop_page (id int IDENTITY(1, 1) PRIMARY KEY, meta nvarchar(max) NOT NULL "
        "CONSTRAINT shop_page_meta_9f86d081_check CHECK (ISJSON(meta) = 1))",
        insert % '{"a": 1}',
    )
    assert refused(connection, insert % '"text"') == 547
    migrate(connection, "ReplaceJSONChecks", "Page", ("meta", models.JSONField()))
    assert [refused(connection, insert % text) for text in ('"text"', "1.5", "true", "null", "[1]", "{}")] == [None] * 6
    assert [refused(connection, insert % text) for text in ("", "text", "1, 2", "{}, {}", "1], [2")] == [547] * 5


def test_the_length_of_a_binary_field_changes_nothing(connection):
    with isolate_apps("demo.shop"):
        old, new = models.BinaryField(max_length="max"), models.BinaryField()

        class Page(models.Model):
            data = old

            class Meta:
                app_label = "shop"

        new.set_attributes_from_name("data")
        new.model = Page
        with connection.schema_editor() as editor:
            editor.create_model(Page)
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            editor.alter_field(Page, old, new)
        assert editor.collected_sql == []
    kind = "SELECT TYPE_NAME(system_type_id), max_length FROM sys.columns WHERE object_id = OBJECT_ID(N'shop_page') AND name = N'data'"
    assert run(connection, kind) == [("varbinary", -1)]


# ---- legacy-databases --------------------------------------------------------------------


def inspected(connection, *tables):
    text = io.StringIO()
    call_command("inspectdb", *tables, database=connection.alias, stdout=text)
    return text.getvalue()


def test_inspectdb_names_tables_of_other_schemas(connection):
    run(connection, "CREATE SCHEMA sales", "CREATE TABLE sales.[order] (id int PRIMARY KEY)")
    page = (PAGES / "legacy-databases.md").read_text(encoding="utf-8")
    written = re.search(r"`(db_table = .*?)`", page)[1]
    assert written in inspected(connection)
    with isolate_apps("demo.shop"):
        names = {"__name__": "demo.shop.recipes"}
        exec(inspected(connection, "[sales].[order]"), names)
        (model,) = (value for value in names.values() if isinstance(value, type) and issubclass(value, models.Model))
        model.objects.create(id=7)
    assert run(connection, "SELECT id FROM sales.[order]") == [(7,)]


@pytest.mark.parametrize(
    ("name", "is_there"), [('"sales"."order"', True), ("[sales].[order]", False), ("order", False)]
)
def test_a_table_that_is_there_is_an_initial_migration_of(connection, name, is_there):
    """What `migrate --fake-initial` asks: Django compares the names letter by letter."""
    run(connection, "CREATE SCHEMA sales", "CREATE TABLE sales.[order] (id int IDENTITY(1, 1) PRIMARY KEY)")

    class Migration(migrations.Migration):
        initial = True
        operations = [
            migrations.CreateModel("Order", [("id", models.AutoField(primary_key=True))], options={"db_table": name})
        ]

    executor = MigrationExecutor(connection)
    assert executor.detect_soft_applied(ProjectState(), Migration("0001_initial", "shop"))[0] is is_there


def test_views_are_inspected_where_they_are_asked_for(connection):
    run(connection, "CREATE TABLE item (id int PRIMARY KEY)", "CREATE VIEW cheap AS SELECT id FROM item")
    assert "class Cheap" not in inspected(connection)
    assert "class Cheap" in inspected(connection, "--include-views")


COLUMNS = {
    "a varchar(10) NULL": "VarcharField", "a datetime NULL": "LegacyDateTimeField", "a smalldatetime NULL": "SmallDateTimeField",
    "a rowversion": "RowVersionField", "a int IDENTITY(1, 1) NOT NULL": "IdentityField", "a money NULL": "DecimalField",
    "a smallmoney NULL": "DecimalField", "a uniqueidentifier NULL": "UUIDField", "a xml NULL": "TextField",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_the_fields_of_legacy_columns(connection, column):
    page = (PAGES / "legacy-databases.md").read_text(encoding="utf-8")
    name = "an identity that" if "IDENTITY" in column else "`%s`" % column.split()[1].partition("(")[0]
    (line,) = (line for line in page.splitlines() if line.startswith("|") and name in line.split("|")[1])
    assert f"`{COLUMNS[column]}`" in line
    run(connection, "CREATE TABLE legacy (code int PRIMARY KEY, %s)" % column)
    assert f"{COLUMNS[column]}(" in inspected(connection, "legacy")


def test_a_row_that_somebody_else_changed_is_not_changed(connection):
    from mssql_core.fields import RowVersionField

    names = {}
    exec(recipe("legacy-databases", "python", "def rename"), names)
    with isolate_apps("demo.shop"):

        class Item(models.Model):
            name = models.CharField(max_length=10)
            version = RowVersionField()

            class Meta:
                app_label = "shop"

    with connection.schema_editor() as editor:
        editor.create_model(Item)
    first = Item.objects.create(name="a")
    second = Item.objects.get()
    names["rename"](first, "b")
    with pytest.raises(RuntimeError):
        names["rename"](second, "c")
    assert Item.objects.get().name == "b"


# ---- raw-sql -----------------------------------------------------------------------------

PRODUCTS = "CREATE TABLE shop_product (id int IDENTITY(1, 1) PRIMARY KEY, name nvarchar(50) NOT NULL, price decimal(9, 2) NOT NULL)"
LOG = "CREATE TABLE log (id int IDENTITY(7, 1) PRIMARY KEY, text nvarchar(50) NOT NULL)"
PROCEDURE = "CREATE PROCEDURE dbo.order_total @number int, @total int OUTPUT AS SET @total = @number * 2"


def test_rows_and_keys_of_a_cursor(connection):
    run(connection, PRODUCTS, LOG, "INSERT INTO shop_product (name, price) VALUES (N'a', 101), (N'b', 99), (N'c', 102)")
    names = {"connection": connection}
    exec(recipe("raw-sql", "python", "SELECT TOP"), names)
    assert names["names"] == ["c", "a"]
    exec(recipe("raw-sql", "python", "SCOPE_IDENTITY"), names)
    assert names["key"] == 7


def test_output_parameters_come_back(connection):
    run(connection, PROCEDURE)
    names = {"connection": connection}
    exec(recipe("raw-sql", "python", "callproc"), names)
    assert (names["number"], names["total"]) == (42, 84)


def test_a_view_is_made_and_dropped_by_a_migration(connection):
    run(connection, PRODUCTS, "INSERT INTO shop_product (name, price) VALUES (N'a', 9), (N'b', 10)")
    names = {}
    exec(recipe("raw-sql", "python", "class Migration"), names)
    (operation,) = names["Migration"].operations
    assert isinstance(operation, migrations.RunSQL)
    with connection.schema_editor() as editor:
        operation.database_forwards("shop", editor, None, None)
    assert run(connection, "SELECT [name] FROM [shop_cheap]") == [("a",)]
    with connection.schema_editor() as editor:
        operation.database_backwards("shop", editor, None, None)
    assert refused(connection, "SELECT [name] FROM [shop_cheap]") == 208


def test_keys_of_one_s_own_pass_a_trigger_that_inserts_instead(connection):
    with isolate_apps("demo.shop"):

        class Item(models.Model):
            class Meta:
                app_label = "shop"

            name = models.CharField(max_length=10)
            number = models.IntegerField(unique=True)

        class Coded(models.Model):
            class Meta:
                app_label = "shop"

            code = models.CharField(max_length=10, primary_key=True)

    with connection.schema_editor() as editor:
        editor.create_model(Item)
        editor.create_model(Coded)
    run(
        connection,
        "CREATE TRIGGER item_instead ON shop_item INSTEAD OF INSERT AS "
        "INSERT INTO shop_item (name, number) SELECT name, number FROM inserted",
    )
    run(
        connection,
        "CREATE TRIGGER coded_instead ON shop_coded INSTEAD OF INSERT AS INSERT INTO shop_coded SELECT code FROM inserted",
    )
    with pytest.raises(NotSupportedError), transaction.atomic(using=connection.alias):
        Item.objects.create(name="a", number=1)
    Coded.objects.bulk_create([Coded(code="a"), Coded(code="b")])
    assert run(connection, "SELECT code FROM shop_coded ORDER BY code") == [("a",), ("b",)]


# ---- large-imports -----------------------------------------------------------------------


def test_chunks_are_imported_and_purged(connection):
    names = {}
    exec(recipe("large-imports", "python", "def imported"), names)
    with isolate_apps("demo.shop"):

        class Event(models.Model):
            at = models.DateTimeField()

            class Meta:
                app_label = "shop"

    with connection.schema_editor() as editor:
        editor.create_model(Event)
    moments = [datetime(2026, 1, day + 1, tzinfo=timezone.utc) for day in range(20)]
    names["imported"]([{"at": moment} for moment in moments], Event, size=7)
    assert Event.objects.count() == 20
    exec(recipe("large-imports", "python", "def purge"), names)
    names["purge"](moments[15])
    assert Event.objects.count() == 5


def test_rows_are_loaded_by_arrays_of_parameters(database):
    names = {}
    exec(recipe("large-imports", "python", "def loaded"), names)
    settings = database.settings_dict
    by_pyodbc = {**settings, "OPTIONS": {**settings["OPTIONS"], "python_driver": "pyodbc"}}
    run(database, "CREATE TABLE shop_load (at datetimeoffset NOT NULL, name nvarchar(20) NULL)")
    try:
        moment = "2026-01-02 03:04:05.123456 +00:00"
        rows = ((moment, f"naïve {number}" if number % 2 else None) for number in range(7))
        with new_alias("arrays", by_pyodbc):
            names["loaded"](rows, "INSERT INTO shop_load (at, name) VALUES (?, ?)", alias="arrays", size=3)
        (counted,) = run(database, "SELECT COUNT(*), COUNT(name), MAX(at), MAX(name) FROM shop_load")
    finally:
        run(database, "DROP TABLE shop_load")
    assert counted == (7, 3, datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=timezone.utc), "naïve 5")


# ---- replicas-and-failover ---------------------------------------------------------------


def test_reads_go_to_the_replica_but_not_behind_a_write(connection, monkeypatch):
    names = {}
    exec(recipe("replicas-and-failover", "python", "class ReadReplica"), names)
    router, model = names["ReadReplica"](), models.Model
    monkeypatch.setattr(names["transaction"], "get_connection", lambda alias: connection)
    assert router.db_for_read(model) == "default", "in a block"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "in_atomic_block", False)
        assert router.db_for_read(model) == "replica"
        written = types.SimpleNamespace(_state=types.SimpleNamespace(db="default"))
        assert router.db_for_read(model, instance=written) == "default"
    assert router.db_for_write(model) == "default"
    assert [router.allow_migrate(alias, "shop") for alias in ("default", "replica")] == [True, False]


# ---- tests-and-ci ------------------------------------------------------------------------

MANAGE = """
import os, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line(sys.argv)
"""
SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "mssql_core", "NAME": "shop", "HOST": "nowhere.invalid", "OPTIONS": {}}}
TEST_RUNNER = "runner.SandboxRunner"
"""
TESTS = """
from django.contrib.auth.models import Group
from django.test import TestCase

class GroupTests(TestCase):
    def test_a_group_is_stored(self):
        Group.objects.create(name="x")
        self.assertEqual(Group.objects.get().name, "x")
"""


def test_a_runner_starts_a_sandbox_for_each_run(tmp_path):
    files = {"manage": MANAGE, "settings": SETTINGS, "tests": TESTS}
    files["runner"] = recipe("tests-and-ci", "python", "class SandboxRunner")
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "SHOP_"))}
    command = [sys.executable, "manage.py", "test"]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert done.returncode == 0 and "Ran 1 test" in done.stderr, done.stdout + done.stderr


def test_the_fixture_of_pytest_django_names_the_sandbox(connection, monkeypatch):
    names = {}
    exec(recipe("tests-and-ci", "python", "django_db_modify_db_settings"), names)
    fixture = names["django_db_modify_db_settings"]
    monkeypatch.setitem(names, "connections", {"default": types.SimpleNamespace(settings_dict={"OPTIONS": {}})})
    settings = names["connections"]["default"].settings_dict
    sandbox = types.SimpleNamespace(host="127.0.0.1", port=1434, user="sa", password="x")
    fixture.__wrapped__(sandbox)
    assert settings["PORT"] == "1434" and settings["OPTIONS"] == {"TrustServerCertificate": "yes"}


def test_the_workflow_is_one(tmp_path):
    path = tmp_path / "tests.yml"
    path.write_text(recipe("tests-and-ci", "yaml", "manage.py test"), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
