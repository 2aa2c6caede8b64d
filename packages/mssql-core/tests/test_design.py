"""The design page's walks are those of the code."""

from pathlib import Path

import pytest
from django.apps.registry import Apps
from django.db import connection, models
from fake_catalog import FakeCatalog
from ormtests.models import Author
from walks import PAGE, calls, walk

import mssql_core

ROOT = Path(mssql_core.__file__).parent


def check(title, action):
    """What runs once runs again: modules are loaded and caches filled."""
    action()
    steps, called = walk(title), calls(ROOT, action)
    assert len(steps) > 4
    files = [name for name, _ in steps]
    assert len(files) == len(set(files)), "a file is named twice"
    assert [step for step in called if step in steps] == steps


@pytest.fixture
def default():
    connection.close()
    connection.ensure_connection()
    connection.driver.answer("INSERTED", [(0, 1), (1, 2)])
    return connection


def test_a_query(default):
    with_another_collation = Author.objects.filter(name__iexact="x")[:5]
    check("A query", lambda: list(with_another_collation.all()))


def test_a_bulk_insert(default):
    check("A bulk insert", lambda: Author.objects.bulk_create([Author(name="a"), Author(name="b")]))


def test_an_alter_field():
    class Writer(models.Model):
        name = models.CharField(max_length=100, db_index=True)

        class Meta:
            app_label, db_table, apps = "walks", "a_writer", Apps()

    wider = models.CharField(max_length=80, db_index=True)
    wider.set_attributes_from_name("name")
    wider.model = Writer
    catalog = FakeCatalog()
    table = catalog.table("a_writer").column("id", "bigint", 8, seed=1).column("name", "nvarchar", 200)
    table.primary_key("PK__w", "id").index("by_name", ["name"])

    def alter():
        with connection.schema_editor(atomic=False) as editor:
            editor.alter_field(Writer, Writer._meta.get_field("name"), wider)

    with catalog.installed(connection):
        check("An AlterField", alter)
    assert "ALTER TABLE [a_writer] ALTER COLUMN [name] nvarchar(80) NOT NULL" in catalog.statements


def test_each_room_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    rooms = [path for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    names = ["`%s%s`" % (path.name, "" if path.suffix else "/") for path in rooms if not path.name.startswith("_")]
    assert [name for name in names if name not in text] == []


def test_each_dependency_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8").partition("## Dependencies")[2]
    declared = (ROOT.parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    names = ["Django", "pluggy", "pyodbc", "pytz", "tzlocal", "mssql-python-odbc"]
    assert [name for name in names if name not in declared or name not in text] == []
