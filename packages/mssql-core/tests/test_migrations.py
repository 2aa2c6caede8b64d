"""Operations for whole databases; what they do to values, integration/tests/test_converted_columns.py asks."""

import pytest
from django.db import connection, models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter
from fake_catalog import FakeCatalog

from mssql_core.migrations import ConvertUUIDColumns


def state_of(**options):
    state = ProjectState()
    fields = [
        ("id", models.UUIDField(primary_key=True)),
        ("other", models.ForeignKey("a.Thing", models.CASCADE, null=True)),
    ]
    CreateModel("Thing", fields, options=options).state_forwards("a", state)
    return state


@pytest.fixture(params=["char(32)", "uniqueidentifier"])
def stored(request):
    """A table with UUIDs of a type, one of which refers to the other."""
    name, length = request.param.rstrip(")").split("(") if "(" in request.param else (request.param, 16)
    catalog = FakeCatalog()
    thing = catalog.table("a_thing")
    thing.column("id", name, int(length))
    thing.column("other_id", name, int(length), null=True)
    thing.primary_key("PK__a", "id")
    catalog.foreign_key("self_fk", "a_thing", ["other_id"], "a_thing", ["id"])
    with catalog.installed(connection):
        yield request.param, catalog


def run(state):
    with connection.schema_editor() as editor:
        ConvertUUIDColumns().database_forwards("a", editor, state, state)


def test_a_column_follows_the_option_and_its_keys_follow_it(stored):
    kind, catalog = stored
    run(state_of())
    altered = [
        sql for sql in catalog.statements if sql.endswith("uniqueidentifier NULL") or "uniqueidentifier NOT" in sql
    ]
    if kind == "uniqueidentifier":
        assert catalog.statements == []
        return
    # This catalogue does not follow the statements; the other column is altered once more.
    assert altered[:2] == [
        "ALTER TABLE [a_thing] ALTER COLUMN [id] uniqueidentifier NOT NULL",
        "ALTER TABLE [a_thing] ALTER COLUMN [other_id] uniqueidentifier NULL",
    ]
    assert catalog.statements[0] == "ALTER TABLE [a_thing] DROP CONSTRAINT [self_fk]"
    assert "ADD CONSTRAINT [self_fk] FOREIGN KEY" in catalog.statements[-1]


def test_unmanaged_tables_stay(stored):
    run(state_of(managed=False))
    assert stored[1].statements == []


def test_another_backend_of_the_same_vendor_is_left_alone():
    class Editor:
        """As that of mssql-django, which has nothing of what the operation asks for."""

        connection = type("Connection", (), {"vendor": "microsoft", "alias": "default"})()

    state = state_of()
    operation = ConvertUUIDColumns()
    operation.database_forwards("a", Editor(), state, state)
    operation.database_backwards("a", Editor(), state, state)


def test_it_is_written_into_migrations():
    text, imports = OperationWriter(ConvertUUIDColumns()).serialize()
    assert "".join(text.split()) == "mssql_core.migrations.ConvertUUIDColumns(),"
    assert imports == {"import mssql_core.migrations"}
    assert ConvertUUIDColumns().describe() == "Store UUIDs as the option uuid_type says"
