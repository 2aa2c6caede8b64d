"""Each app's migrations with rows in its tables: forward, to zero and forward again; and the same as scripts."""

import io
import re

import pytest
from app_shapes.rows import fill
from app_shapes.settings import APPS
from harness.catalogues import catalogue

GO = re.compile(r"^GO$", re.MULTILINE)


@pytest.fixture(scope="module")
def loader():
    from django.db.migrations.loader import MigrationLoader

    return MigrationLoader(None)


def plan(loader, app):
    """The app's migrations, the first one first, and what they need of other apps."""
    (leaf,) = loader.graph.leaf_nodes(app)
    nodes = loader.graph.forwards_plan(leaf)
    return [node for node in nodes if node[0] == app], [node for node in nodes if node[0] != app]


def migrate(connection, target):
    """As the command does it, without what its signals make."""
    from django.db.migrations.executor import MigrationExecutor

    MigrationExecutor(connection).migrate([target])


def script(connection, node, backwards=False):
    from django.core.management import call_command

    out = io.StringIO()
    call_command("sqlmigrate", *node, database=connection.alias, backwards=backwards, stdout=out, no_color=True)
    return out.getvalue()


def send(connection, text):
    """As SSMS sends a script: each batch between GO lines."""
    with connection.cursor() as cursor:
        for batch in GO.split(text):
            if batch.strip():
                cursor.execute(batch)
                while cursor.nextset():
                    pass


def contents(connection, tables, prefix):
    """{table: {value of its first column: {column: value}}} of those whose names begin so."""
    stored = {}
    with connection.cursor() as cursor:
        for table in [table for table in tables if table.startswith(prefix)]:
            cursor.execute("SELECT * FROM %s" % connection.ops.quote_name(table))
            columns = [column[0] for column in cursor.description]
            stored[table] = {values[0]: dict(zip(columns, values)) for values in cursor.fetchall()}
    return stored


def assert_kept(before, after):
    """No row went, and columns of the same name and type have the same values."""
    for table in before.keys() & after.keys():
        assert before[table].keys() <= after[table].keys(), table
        for key, values in before[table].items():
            for column, value in values.items():
                now = after[table][key].get(column)
                assert not isinstance(now, type(value)) or now == value, (table, key, column, value, now)


@pytest.mark.parametrize("app", APPS)
def test_forward_to_zero_and_forward_again(app, loader, migrated, scripted):
    nodes, needed = plan(loader, app)
    prefix = app + "_"
    for connection in (migrated, scripted):
        for node in needed:
            migrate(connection, node)
        migrate(connection, (app, None))
    # All of them are written before the first runs, as for a release.
    for text in [script(scripted, node) for node in nodes]:
        send(scripted, text)
    stored = {}
    for node in nodes:
        migrate(migrated, node)
        tables = migrated.introspection.table_names()
        assert_kept(stored, contents(migrated, tables, prefix))
        assert fill(loader.project_state(node).apps, app, migrated.alias)
        stored = contents(migrated, tables, prefix)
    assert catalogue(scripted, prefix) == catalogue(migrated, prefix) != {}
    for node, earlier in zip(reversed(nodes), [*reversed(nodes[:-1]), (app, None)]):
        migrate(migrated, earlier)
        assert_kept(stored, contents(migrated, migrated.introspection.table_names(), prefix))
        send(scripted, script(scripted, node, backwards=True))
    assert catalogue(scripted, prefix) == catalogue(migrated, prefix) == {}
    migrate(migrated, nodes[-1])
    assert catalogue(migrated, prefix)
    if app != "accounts":
        # Each migrate works out the state of all that is applied.
        migrate(migrated, (app, None))
