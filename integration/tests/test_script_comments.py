"""Comments that a script changes in tables that it builds again, compared with those that migrate leaves."""

import pytest
from harness.catalogues import empty
from harness.scripts import drop_all, migration_of, names, properties, run, run_script


@pytest.fixture(scope="module")
def migrated(server):
    with empty(server, "comments_migrated") as connection:
        yield connection


@pytest.fixture(scope="module")
def scripted(server):
    with empty(server, "comments_scripted") as connection:
        yield connection


@pytest.fixture(autouse=True)
def no_tables_left(migrated, scripted):
    yield
    for connection in (migrated, scripted):
        drop_all(connection)


def text(comment=None):
    from django.db import models

    return models.CharField(max_length=10, default="x", db_comment=comment)


def table(key):
    from django.db import migrations

    return migrations.CreateModel(
        "T", [("id", key), ("a", text("of a")), ("b", text("of b"))], {"db_table_comment": "of t"}
    )


def operations():
    """Operations before the one that builds the table again, and after it."""
    from django.db import migrations, models

    no_comment, another = (migrations.AlterField("t", "a", text(comment)) for comment in (None, "another"))
    return {
        "a comment goes": ([no_comment], []),
        "another comment": ([another], []),
        "a comment goes, another comes": ([no_comment, another], []),
        "goes, and comes after it": ([no_comment], [another]),
        "goes after it": ([], [no_comment]),
        "goes under another name": (
            [migrations.RenameField("t", "a", "c"), migrations.AlterField("t", "c", text())],
            [],
        ),
        "with its column": ([migrations.RemoveField("t", "a"), migrations.AddField("t", "a", text())], []),
        "of the table": ([migrations.AlterModelTableComment("t", None)], []),
        "of the table, renamed": (
            [
                migrations.AlterModelTableComment("t", None),
                migrations.AlterModelTable("t", "[else].[where]"),
                no_comment,
            ],
            [],
        ),
        "to another schema": ([migrations.AlterModelTable("t", "[else].[where]")], []),
        "and back": ([migrations.AlterModelTable("t", "[else].[where]"), migrations.AlterModelTable("t", None)], []),
        "of a column that is made again": (
            [migrations.AddField("t", "n", models.IntegerField(default=1, db_comment="of n")), no_comment],
            [migrations.AlterField("t", "n", models.BigIntegerField(default=1, db_comment="of n"))],
        ),
    }


@pytest.mark.parametrize("becomes_identity", [True, False])
@pytest.mark.parametrize("name", operations())
def test_comments_are_those_that_migrate_leaves(migrated, scripted, name, becomes_identity):
    from django.db import migrations, models
    from django.db.migrations.state import ProjectState

    keys = [models.BigIntegerField(primary_key=True), models.BigAutoField(primary_key=True)]
    old, new = keys if becomes_identity else reversed(keys)
    before, after = operations()[name]
    first = migration_of(table(old))
    then = migration_of(*before, migrations.AlterField("t", "id", new), *after)
    for connection in (migrated, scripted):
        state = run(connection, first, ProjectState())
    run(migrated, then, state.clone())
    run_script(scripted, then, state.clone())
    assert names(scripted) == names(migrated)
    for way, connection in ((run, migrated), (run_script, scripted)):
        way(connection, then, state.clone(), forwards=False)
    assert names(scripted) == names(migrated)


def test_comments_of_one_s_own_stay(migrated, scripted):
    """Those that no model has, on the table, a column and a constraint, with other properties."""
    from django.db import migrations, models
    from django.db.migrations.state import ProjectState

    first = migration_of(
        migrations.CreateModel(
            "T", [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField(unique=True))]
        ),
        migrations.AddIndex("t", models.Index(fields=["a"], name="ix")),
        migrations.AddConstraint("t", models.UniqueConstraint(fields=["a", "id"], name="own")),
    )
    then = migration_of(
        migrations.RenameField("t", "a", "b"),
        migrations.AlterModelTable("t", "w"),
        migrations.AlterField("t", "id", models.BigIntegerField(primary_key=True)),
    )
    for way, connection in ((run, migrated), (run_script, scripted)):
        state = run(connection, first, ProjectState())
        with connection.cursor() as cursor:
            for place in ("", ", N'COLUMN', N'a'", ", N'CONSTRAINT', N'own'", ", N'INDEX', N'ix'"):
                for kind in ("MS_Description", "owner"):
                    cursor.execute(
                        f"EXEC sys.sp_addextendedproperty N'{kind}', N'of its own', N'SCHEMA', N'dbo', N'TABLE', N'a_t'{place}"
                    )
        way(connection, then, state)
    assert names(scripted) == names(migrated)
    assert len(properties(scripted)) == 8
