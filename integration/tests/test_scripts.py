"""What sqlmigrate prints, run as one batch as in SSMS, leaves the catalogue that migrate leaves."""

import pytest
from harness.catalogues import catalogue, empty
from harness.scripts import agree_in_all_ways, drop_all, migration_of, run, run_script, script, send

CONTRIB = ("admin", "auth", "contenttypes", "flatpages", "redirects", "sessions", "sites")


@pytest.fixture(scope="module")
def migrated(server):
    with empty(server, "by_migrate") as connection:
        yield connection


@pytest.fixture(scope="module")
def scripted(server):
    with empty(server, "by_script") as connection:
        yield connection


def both(migrated, scripted, migration, before, forwards=True):
    """Carry out a migration in both ways; return the state after it."""
    run(migrated, migration, before.clone(), forwards)
    after = run_script(scripted, migration, before.clone(), forwards)
    assert catalogue(scripted) == catalogue(migrated), migration
    return after


def all_steps(migrated, scripted, steps):
    """Carry out a migration of each list of operations in both ways."""
    from django.db import migrations
    from django.db.migrations.state import ProjectState

    state = ProjectState()
    for number, operations in enumerate(steps):
        migration = migrations.Migration("%04d" % number, "a")
        migration.operations = operations
        state = both(migrated, scripted, migration, state)


def test_the_contrib_apps_there_and_back(migrated, scripted):
    from django.db.migrations.loader import MigrationLoader
    from django.test import override_settings

    with override_settings(INSTALLED_APPS=["django.contrib.%s" % app for app in CONTRIB]):
        loader = MigrationLoader(None)
        plan = []
        for leaf in loader.graph.leaf_nodes():
            plan += [node for node in loader.graph.forwards_plan(leaf) if node not in plan]
        assert len(plan) > 18
        for node in plan:
            both(migrated, scripted, loader.graph.nodes[node], loader.project_state(node, at_end=False))
        assert "auth_user" in catalogue(scripted)
        for number, node in reversed(list(enumerate(plan))):
            # All of those before it are still there.
            before = loader.project_state(plan[:number] or None, at_end=True)
            both(migrated, scripted, loader.graph.nodes[node], before, forwards=False)
    assert catalogue(scripted) == catalogue(migrated) == {}


def test_scripts_that_were_all_written_before_the_first_ran(migrated, scripted):
    from django.db.migrations.loader import MigrationLoader
    from django.test import override_settings

    apps = [*("django.contrib.%s" % app for app in CONTRIB), "demo.shop"]
    with override_settings(INSTALLED_APPS=apps):
        loader = MigrationLoader(None)
        nodes = loader.graph.nodes
        plan = loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
        scripts = []
        for node in plan:
            scripts.append(script(scripted, nodes[node], loader.project_state(node, at_end=False))[1])
            run(migrated, nodes[node], loader.project_state(node, at_end=False))
        for lines in scripts:
            send(scripted, lines)
    assert "shop_product" in catalogue(scripted)
    assert catalogue(scripted) == catalogue(migrated)
    for connection in (migrated, scripted):
        drop_all(connection)


def cases():
    """Migrations whose operations concern what the operations before them changed."""
    from django.db import migrations, models
    from django.db.models.functions import Abs, Lower

    key = [("id", models.BigAutoField(primary_key=True))]
    text = ("a", models.CharField(max_length=10, null=True))
    t = migrations.CreateModel("T", [*key, text, ("c", models.IntegerField(null=True))])
    v = migrations.CreateModel("V", [*key, ("t", models.ForeignKey("a.T", models.CASCADE))])
    together = migrations.AlterUniqueTogether("t", {("a", "c")})
    index = migrations.AddIndex("t", models.Index(fields=["a"], name="ix"))
    lower = migrations.AddIndex("t", models.Index(Lower("a"), name="low"))
    some = migrations.AddIndex("t", models.Index(fields=["a"], condition=models.Q(c__gt=1), name="some"))
    number = models.BigIntegerField(default=1)
    return {
        "no unique_together, no field": ([t, together], [_no_together(), migrations.RemoveField("t", "c")]),
        "no index, another type": (
            [t, index],
            [migrations.RemoveIndex("t", "ix"), migrations.AlterField("t", "a", models.TextField())],
        ),
        "no key, no tables": (
            [t, v],
            [migrations.RemoveField("v", "t"), migrations.DeleteModel("T"), migrations.DeleteModel("V")],
        ),
        "no tables": ([t, v], [migrations.DeleteModel("V"), migrations.DeleteModel("T")]),
        "renamed key, another target": (
            [t, v],
            [
                migrations.RenameField("v", "t", "tt"),
                migrations.AlterField("t", "id", models.AutoField(primary_key=True)),
            ],
        ),
        "not null, one after the other": (
            [t, together],
            [
                migrations.AlterField("t", "a", models.CharField(max_length=10, default="x")),
                migrations.AlterField("t", "c", models.IntegerField(default=1)),
            ],
        ),
        "a new column that is unique": (
            [t],
            [migrations.AddField("t", "d", models.IntegerField(null=True, unique=True))],
        ),
        "a renamed column in a filter": ([t, some], [migrations.RenameField("t", "c", "d")]),
        "a renamed column in an expression": ([t, lower], [migrations.RenameField("t", "a", "b")]),
        "a column of an expression that goes": (
            [t, lower],
            [migrations.RemoveField("t", "a"), migrations.AddField("t", "a", number)],
        ),
        "a renamed model": (
            [t, v, together],
            [
                migrations.RenameModel("T", "W"),
                migrations.AlterField("w", "c", models.BigIntegerField(null=True)),
                migrations.AlterUniqueTogether("w", set()),
                migrations.RemoveField("v", "t"),
            ],
        ),
        "a model that is made and changed": (
            [t],
            [v, migrations.AlterField("v", "t", models.ForeignKey("a.T", models.CASCADE, null=True))],
        ),
        "an identity that goes": (
            [t, v, index],
            [migrations.AlterField("t", "id", models.BigIntegerField(primary_key=True))],
        ),
        "a renamed model with many others": (
            [t, migrations.CreateModel("M", [*key, ("ts", models.ManyToManyField("a.T"))])],
            [
                migrations.RenameModel("M", "N"),
                migrations.RenameModel("T", "W"),
                migrations.RenameField("n", "ts", "ws"),
                migrations.AlterField("w", "id", models.AutoField(primary_key=True)),
            ],
        ),
        "a column that is renamed and changed": (
            [t, together, index],
            [
                migrations.RenameField("t", "a", "b"),
                migrations.AlterField("t", "b", models.CharField(max_length=20, null=True, unique=True)),
                migrations.RenameField("t", "b", "e"),
                migrations.AlterUniqueTogether("t", {("e", "c"), ("c", "id")}),
            ],
        ),
        "SQL of one's own": (
            [t],
            [
                migrations.RunSQL("ALTER TABLE a_t ADD d int NULL", migrations.RunSQL.noop),
                migrations.RunSQL(
                    ["UPDATE a_t SET d = 1", ("UPDATE a_t SET d = %s WHERE a = %s", [2, "it's 100 %"])],
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL("CREATE VIEW a_view AS SELECT d FROM a_t", migrations.RunSQL.noop),
                migrations.RunSQL("SELECT a INTO #kept FROM a_t", migrations.RunSQL.noop),
                migrations.RunSQL("INSERT INTO a_t (a) SELECT a FROM #kept; DROP TABLE #kept", migrations.RunSQL.noop),
                migrations.RunSQL("DROP VIEW a_view", migrations.RunSQL.noop),
                migrations.RunSQL(
                    "ALTER TABLE a_t DROP COLUMN d",
                    migrations.RunSQL.noop,
                    state_operations=[migrations.AddField("t", "e", models.IntegerField(null=True))],
                ),
                migrations.RunSQL("ALTER TABLE a_t ADD e int NULL", migrations.RunSQL.noop),
                migrations.AlterField("t", "e", models.IntegerField(null=True, unique=True)),
            ],
        ),
        "SQL with options of the session": (
            [t],
            [
                migrations.RunSQL("ALTER TABLE a_t ADD d nvarchar(10) NULL", migrations.RunSQL.noop),
                *_texts(
                    "PRINT 'keys'\nSET IDENTITY_INSERT a_t ON",
                    "INSERT INTO a_t (id, a, d) VALUES (100, 'x', '#fff')",
                    "/* keys */ SET IDENTITY_INSERT a_t OFF",
                    "SET IDENTITY_INSERT a_t ON\nINSERT INTO a_t (id, d) VALUES (101, 'x')\nSET IDENTITY_INSERT a_t OFF",
                    "SET NOCOUNT ON\nUPDATE a_t\nSET d = '#000'",
                    "/* a view */ CREATE VIEW a_view AS SELECT d FROM a_t",
                    "DROP VIEW a_view",
                ),
            ],
        ),
        "a table under the name of an old one": (
            [t, together],
            [migrations.AlterModelTable("t", "old"), migrations.CreateModel("U", [*key], {"db_table": "a_t"})],
        ),
        "a table with other columns in the place of one": (
            [t],
            [
                migrations.DeleteModel("T"),
                migrations.CreateModel("T", [*key, ("b", models.IntegerField(null=True, unique=True))]),
            ],
        ),
        "a table with other columns under the name of an old one": (
            [t],
            [
                migrations.RenameModel("T", "W"),
                migrations.CreateModel(
                    "T", [*key, ("b", models.IntegerField())], {"indexes": [models.Index(Abs("b"), name="ix_b")]}
                ),
            ],
        ),
    }


def _texts(*texts):
    """Operations of SQL that is not divided into statements."""
    from django.db import migrations

    return [migrations.RunSQL([text], migrations.RunSQL.noop) for text in texts]


def _no_together():
    from django.db import migrations

    return migrations.AlterUniqueTogether("t", set())


@pytest.mark.parametrize("name", cases())
def test_an_operation_sees_what_those_before_it_did(migrated, scripted, name):
    from django.db import migrations
    from django.db.migrations.state import ProjectState

    state = ProjectState()
    done = []
    for number, operations in enumerate(cases()[name]):
        migration = migrations.Migration("%04d" % number, "a")
        migration.operations = operations
        done.append((migration, state))
        state = both(migrated, scripted, migration, state)
    for migration, before in reversed(done):
        if all(operation.reversible for operation in migration.operations):
            both(migrated, scripted, migration, before, forwards=False)
    for connection in (migrated, scripted):
        drop_all(connection)


@pytest.mark.parametrize("name", cases())
def test_so_it_is_where_nothing_has_run_yet(migrated, scripted, name):
    from django.db import migrations
    from django.db.migrations.state import ProjectState

    state, scripts = ProjectState(), []
    for number, operations in enumerate(cases()[name]):
        migration = migrations.Migration("%04d" % number, "a")
        migration.operations = operations
        run(migrated, migration, state.clone())
        state, lines = script(scripted, migration, state)
        scripts.append(lines)
    for lines in scripts:
        send(scripted, lines)
    assert catalogue(scripted) == catalogue(migrated)
    for connection in (migrated, scripted):
        drop_all(connection)


def names_of_another_time():
    """Operations on objects whose names an earlier migration made in another way than creating the table does."""
    from django.db import migrations, models

    key = [("id", models.BigAutoField(primary_key=True))]
    number = models.PositiveIntegerField
    t = migrations.CreateModel("T", [*key, ("a", number()), ("c", number(unique=True, db_default=1))])
    unique = migrations.AlterField("t", "a", number(unique=True))
    indexed = migrations.AlterField("t", "a", number(db_index=True))
    together = migrations.AlterUniqueTogether("t", {("a", "c")})
    apart = migrations.AlterUniqueTogether("t", set())
    rename, renamed_c = migrations.RenameField("t", "a", "b"), migrations.RenameField("t", "c", "d")
    v = migrations.CreateModel("V", [*key, ("t", models.ForeignKey("a.T", models.CASCADE))])
    return {
        "unique and renamed table": [t, unique, migrations.RenameModel("T", "W")],
        "unique no more": [t, unique, migrations.AlterField("t", "a", number())],
        "renamed, unique no more": [t, unique, rename, migrations.AlterField("t", "b", number())],
        "renamed, column goes": [t, unique, rename, renamed_c, migrations.RemoveField("t", "b")],
        "renamed, without default": [t, renamed_c, migrations.AlterField("t", "d", number(unique=True))],
        "renamed, with default, goes": [t, renamed_c, migrations.RemoveField("t", "d")],
        "renamed, without check": [t, rename, migrations.AlterField("t", "b", models.IntegerField())],
        "indexed no more": [t, indexed, rename, migrations.AlterField("t", "b", number())],
        "renamed together": [t, together, rename, migrations.AlterUniqueTogether("t", set())],
        "renamed, target of a key": [
            t,
            v,
            migrations.RenameModel("T", "W"),
            migrations.RenameField("v", "t", "w"),
            migrations.AlterField("v", "w", models.BigIntegerField()),
        ],
        "renamed table, unique no more": [
            t,
            together,
            migrations.RenameModel("T", "W"),
            migrations.AlterUniqueTogether("w", set()),
            migrations.AlterField("w", "c", number()),
        ],
        "a unique name twice": [t, together, apart, together, migrations.RenameField("t", "c", "d")],
    }


@pytest.fixture
def no_tables_left(migrated, scripted):
    yield
    for connection in (migrated, scripted):
        drop_all(connection)


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("name", names_of_another_time())
def test_names_are_those_that_earlier_migrations_made(migrated, scripted, name):
    from django.db import migrations
    from django.db.migrations.state import ProjectState

    state, scripts = ProjectState(), []
    for number, operation in enumerate(names_of_another_time()[name]):
        migration = migrations.Migration("%04d" % number, "a")
        migration.operations = [operation]
        run(migrated, migration, state.clone())
        state, lines = script(scripted, migration, state)
        scripts.append(lines)
    for lines in scripts:
        send(scripted, lines)
    assert catalogue(scripted) == catalogue(migrated)


def test_parts_that_are_made_again_keep_their_properties(migrated, scripted):
    from django.db import migrations, models
    from django.db.migrations.state import ProjectState

    fields = [("id", models.BigAutoField(primary_key=True)), ("a", models.PositiveIntegerField(db_index=True))]
    create = migrations.CreateModel("T", fields)
    steps = [
        [create],
        [migrations.AlterField("t", "a", models.PositiveBigIntegerField(db_index=True))],
        [migrations.AlterField("t", "id", models.BigIntegerField(primary_key=True))],
    ]
    state = ProjectState()
    for number, operations in enumerate(steps):
        migration = migrations.Migration("%04d" % number, "a")
        migration.operations = operations
        state = both(migrated, scripted, migration, state)
        for connection in (migrated, scripted):
            if number == 0:
                _describe(connection)
            assert _described_parts(connection) == {"CONSTRAINT", "INDEX", "COLUMN", "TABLE"}
    for connection in (migrated, scripted):
        drop_all(connection)


def test_a_computed_column_of_another_type_is_made_anew(migrated, scripted):
    from django.db import migrations, models

    def double(output_field, **options):
        return models.GeneratedField(
            expression=models.F("a") * 2, output_field=output_field, db_persist=True, **options
        )

    fields = [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField())]
    index = models.Index(fields=["b", "a"], name="ix_b")
    check = migrations.RunSQL("ALTER TABLE [a_t] ADD CONSTRAINT [ck_b] CHECK ([b] > 0)")
    steps = [
        [
            migrations.CreateModel(
                "T", [*fields, ("b", double(models.IntegerField(), db_index=True))], {"indexes": [index]}
            )
        ],
        [check, migrations.RunSQL("INSERT INTO [a_t] ([a]) VALUES (7)")],
        [migrations.AlterField("t", "b", double(models.DecimalField(max_digits=9, decimal_places=2), db_index=True))],
        [migrations.AlterField("t", "b", double(models.BigIntegerField(), db_column="c"))],
    ]
    all_steps(migrated, scripted, steps)
    for connection in (migrated, scripted):
        with connection.cursor() as cursor:
            cursor.execute("SELECT [c] FROM [a_t]")
            assert cursor.fetchall() == [(14,)]
            names = set(connection.introspection.get_constraints(cursor, "a_t"))
        assert {"ck_b", "ix_b"} <= names
        drop_all(connection)


def test_a_unique_computed_column_is_taken_away_and_made_again(migrated, scripted):
    """What keeps its NULLs apart is a hidden column: left behind, its name would be taken (error 2705)."""
    from django.db import migrations, models

    def times(number, **options):
        return models.GeneratedField(
            expression=models.F("a") * number, output_field=models.IntegerField(), db_persist=True, **options
        )

    fields = [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField())]
    together = [migrations.AlterUniqueTogether("t", value) for value in ({("a", "b")}, set(), {("a", "b")}, set())]
    steps = [
        [migrations.CreateModel("T", [*fields, ("b", times(2, unique=True))])],
        [migrations.RemoveField("t", "b")],
        [migrations.AddField("t", "b", times(3, unique=True))],
        [migrations.AlterField("t", "b", times(3))],
        [migrations.RunSQL("INSERT INTO [a_t] ([a]) VALUES (7), (7)")],
        [migrations.RunSQL("DELETE FROM [a_t]"), migrations.AlterField("t", "b", times(3, unique=True))],
        [migrations.AlterField("t", "b", times(3))],
        *([operation] for operation in together),
    ]
    all_steps(migrated, scripted, steps)
    for connection in (migrated, scripted):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('a_t') ORDER BY column_id")
            assert [name for (name,) in cursor.fetchall()] == ["id", "a", "b"]
        drop_all(connection)


def test_what_is_computed_from_a_column_that_becomes_nullable_takes_its_nulls(migrated, scripted):
    """The server finds a computed column of what is never NULL to be NOT NULL; declared so, it would refuse NULLs (515)."""
    from django.db import migrations, models
    from django.db.models.functions import Lower

    def text(**options):
        return models.CharField(max_length=5, **options)

    lower = models.GeneratedField(expression=Lower("a"), output_field=text(), db_persist=True)
    fields = [("id", models.BigAutoField(primary_key=True)), ("a", text()), ("b", lower)]
    indexes = [models.Index(Lower("a"), name="low"), models.Index(fields=["b"], name="ix")]
    steps = [
        [migrations.CreateModel("T", fields, {"indexes": indexes})],
        [migrations.AlterField("t", "a", text(null=True))],
        [migrations.RunSQL("INSERT INTO [a_t] ([a]) VALUES (NULL), (N'X')")],
        [migrations.RunSQL("DELETE FROM [a_t] WHERE [a] IS NULL"), migrations.AlterField("t", "a", text())],
        [migrations.AlterField("t", "a", text(null=True))],
        [migrations.RunSQL("INSERT INTO [a_t] ([a]) VALUES (NULL)")],
    ]
    all_steps(migrated, scripted, steps)
    for connection in (migrated, scripted):
        with connection.cursor() as cursor:
            cursor.execute("SELECT [b] FROM [a_t] ORDER BY [b]")
            assert cursor.fetchall() == [(None,), ("x",)]
            cursor.execute("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('a_t') AND is_nullable = 0")
            assert cursor.fetchall() == [("id",)]
        drop_all(connection)


def hidden_columns():
    """Operations after which an index with hidden columns has another name, and a new one its old name (error 2705)."""
    from django.db import migrations, models
    from django.db.models.functions import Lower

    def times(number, kind=models.IntegerField, **options):
        return models.GeneratedField(expression=models.F("a") * number, output_field=kind(), db_persist=True, **options)

    fields = [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField())]
    c, b = ("c", models.IntegerField(null=True)), ("b", times(2, unique=True))
    alter, rename = migrations.AlterField, migrations.RenameField("t", "b", "d")
    add = migrations.AddField("t", "b", times(3, unique=True))
    low = models.Index(Lower("c"), name="low")
    named = [migrations.RenameIndex("t", new_name="up", old_name="low"), migrations.AddIndex("t", low)]

    def t(*more, **options):
        return migrations.CreateModel("T", [*fields, c, *more], options)

    def together(*names):
        return migrations.AlterUniqueTogether("t", set(names))

    return {
        "renamed": [t(b), rename, add],
        "renamed and taken away": [t(b), rename, migrations.RemoveField("t", "d"), add],
        "renamed and unique no more": [t(b), rename, alter("t", "d", times(2)), add],
        "in another column": [
            t(b),
            alter("t", "b", times(2, unique=True, db_column="d")),
            migrations.AddField("t", "e", times(3, unique=True, db_column="b")),
        ],
        "in another column of another type": [
            t(b),
            alter("t", "b", times(2, models.BigIntegerField, unique=True, db_column="d")),
            migrations.AddField("t", "e", times(3, unique=True, db_column="b")),
        ],
        "together": [
            t(("b", times(2))),
            together(("a", "b")),
            rename,
            migrations.AddField("t", "b", times(3)),
            together(("a", "d"), ("a", "b")),
        ],
        "together with a renamed column": [
            t(("b", times(2))),
            together(("c", "b")),
            migrations.RenameField("t", "c", "d"),
            migrations.AddField("t", *c),
            together(("d", "b"), ("c", "b")),
        ],
        "another table and back": [
            t(b),
            migrations.AlterModelTable("t", "w"),
            rename,
            add,
            migrations.AlterModelTable("t", "a_t"),
        ],
        "another model": [t(b), migrations.RenameModel("T", "W"), migrations.RemoveField("w", "b"), t(b)],
        "swapped": [
            t(b, ("e", times(4, unique=True))),
            rename,
            migrations.RenameField("t", "e", "b"),
            migrations.RenameField("t", "d", "e"),
        ],
        "a renamed index": [t(indexes=[low]), *named],
        "a renamed index, taken away": [t(indexes=[low]), named[0], migrations.RemoveIndex("t", "up"), named[1]],
    }


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("name", hidden_columns())
def test_hidden_columns_follow_the_name_of_their_index(migrated, scripted, name):
    agree_in_all_ways(migrated, scripted, hidden_columns()[name])


def key_to(to, **options):
    from django.db import models

    return models.ForeignKey("a.%s" % to, models.CASCADE, **options)


def made(name, *fields, **options):
    from django.db import migrations, models

    return migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields], options)


def renamed_tables():
    """Operations after which a table has another name, and a new one its old name and the names that it gave (error 2714)."""
    from django.db import migrations, models

    def rich(name, **options):
        fields = [
            ("n", models.PositiveIntegerField(unique=True)),
            ("u", models.IntegerField(null=True, unique=True)),
            ("x", models.IntegerField(db_index=True, db_default=3)),
            ("p", key_to(name, null=True)),
        ]
        return made(name, *fields, unique_together={("n", "x")}, **options)

    t, v = made("T", ("n", models.IntegerField(unique=True))), made("V", ("t", key_to("T")))
    moved, back = migrations.AlterModelTable("t", "w"), migrations.AlterModelTable("t", "a_t")
    successor = made("U", db_table="a_t")
    renamed = migrations.RenameModel("T", "W")
    many = models.ManyToManyField
    m = made("M", ("ts", many("a.T")))
    loop = made("T", ("f", many("a.T")))
    return {
        "a model of the name": [rich("T"), renamed, rich("T")],
        "a table of the name": [rich("T"), moved, rich("U", db_table="a_t")],
        "a model and back": [rich("T"), renamed, migrations.RenameModel("W", "T")],
        "a table and back": [rich("T"), moved, back, migrations.AddField("t", "r", key_to("T", null=True))],
        "two tables in each other's place": [
            rich("T"),
            rich("U"),
            migrations.AlterModelTable("t", "between"),
            migrations.AlterModelTable("u", "a_t"),
            migrations.AlterModelTable("t", "a_u"),
        ],
        "a target, and the other end": [
            t,
            v,
            moved,
            migrations.AlterModelTable("v", "vv"),
            successor,
            made("X", ("t", key_to("U")), db_table="a_v"),
        ],
        "a target, whose keys go": [t, v, moved, migrations.RemoveField("v", "t")],
        "a target, which another replaces": [t, v, moved, successor, migrations.AlterField("v", "t", key_to("U"))],
        "a target of a renamed key": [
            t,
            v,
            moved,
            migrations.RenameField("v", "t", "w"),
            successor,
            migrations.AddField("v", "t", key_to("U", null=True)),
        ],
        "many to many": [t, m, migrations.RenameModel("M", "N"), m],
        "many to many, the target": [
            t,
            m,
            renamed,
            t,
            migrations.RenameField("m", "ts", "ws"),
            migrations.AddField("m", "ts", many("a.T")),
        ],
        "many to many, the table": [
            t,
            m,
            migrations.AlterModelTable("m", "n"),
            made("O", ("ts", many("a.T")), db_table="a_m"),
        ],
        "many to many, itself": [loop, renamed, loop],
        "a table that is called as a model of another name": [
            t,
            made("M", ("ts", many("a.T")), db_table="a_x"),
            migrations.AlterModelTable("m", None),
            migrations.AlterModelTable("m", "a_y"),
        ],
        "a target that is called as a model of another name": [
            made("T", db_table="a_x"),
            m,
            migrations.AlterModelTable("t", None),
            renamed,
        ],
        "unique no more": [
            rich("T"),
            moved,
            migrations.AlterField("t", "n", models.IntegerField()),
            migrations.AlterField("t", "u", models.IntegerField(null=True)),
            migrations.AlterUniqueTogether("t", set()),
        ],
    }


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("name", renamed_tables())
def test_names_follow_their_tables(migrated, scripted, name):
    agree_in_all_ways(migrated, scripted, renamed_tables()[name])


def columns_in_delimiters():
    """Operations on columns whose names are written in delimiters, which belong to no name."""
    from django.db import migrations, models

    def number(column, **options):
        return models.PositiveIntegerField(db_column=column, default=3, **options)

    def rich(column):
        return [
            ("x", number(column, unique=True)),
            ("n", number("[n]", null=True, unique=True)),
            ("p", key_to("T", null=True, db_column="[p]")),
        ]

    def altered(column, **options):
        return migrations.AlterField("t", "x", number(column, **options))

    plain = made("T", ("x", number("[x]", db_index=True)), ("y", number('"y"')))
    condition = models.Q(y__gt=1)
    together = migrations.AlterUniqueTogether("t", {("x", "y")})
    some = migrations.AddIndex("t", models.Index(fields=["x"], condition=condition, include=["y"], name="some"))
    one = migrations.AddConstraint("t", models.UniqueConstraint(fields=["x"], condition=condition, name="one"))
    return {
        "another name, and a field of the old one": [
            made("T", *rich("[x]")),
            altered("[z]", unique=True),
            migrations.AddField("t", "w", number("[x]", unique=True, null=True)),
        ],
        "the same name": [
            plain,
            altered("x", db_index=True),
            migrations.AddField("t", "w", number("[z]", db_index=True)),
        ],
        "another table": [made("T", *rich('"x"')), migrations.RenameModel("T", "W"), made("T", *rich("[x]"))],
        "indexed no more": [plain, altered("[x]"), altered("[z]", unique=True)],
        "a target": [
            made("T", ("x", number("[x]", unique=True))),
            made("V", ("t", key_to("T", to_field="x", db_column="[k]"))),
            altered("[z]", unique=True),
            migrations.AlterField("v", "t", key_to("T", to_field="x", db_column="l")),
        ],
        "together": [plain, together, altered("[z]"), migrations.AlterUniqueTogether("t", set())],
        "with conditions": [plain, some, one, migrations.AlterField("t", "y", number("[y z]")), altered("[z]")],
        "with conditions, gone": [
            plain,
            some,
            one,
            migrations.RemoveIndex("t", "some"),
            migrations.RemoveConstraint("t", "one"),
            migrations.RemoveField("t", "y"),
        ],
    }


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("name", columns_in_delimiters())
def test_delimiters_are_no_part_of_a_column_s_name(migrated, scripted, name):
    agree_in_all_ways(migrated, scripted, columns_in_delimiters()[name])


def altered_targets():
    """Operations that give a field of another type another column, to which keys refer."""
    from django.db import migrations, models

    t, key = made("T"), migrations.AlterField("t", "id", models.AutoField(primary_key=True, db_column="zz"))
    by_number = made("T", ("n", models.IntegerField(unique=True)))
    number = migrations.AlterField("t", "n", models.BigIntegerField(unique=True, db_column="zz"))
    return {
        "a primary key": [t, made("V", ("t", key_to("T"))), key],
        "without a relation": [t, made("V", ("t", key_to("T", related_name="+"))), key],
        "then the key": [
            t,
            made("V", ("t", key_to("T"))),
            key,
            migrations.AlterField("v", "t", key_to("T", null=True)),
        ],
        "a unique field": [by_number, made("V", ("t", key_to("T", to_field="n"))), number],
        "many to many": [t, made("V", ("t", models.ManyToManyField("a.T"))), key],
        "itself": [made("T", ("p", key_to("T", null=True))), key],
    }


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("name", altered_targets())
def test_keys_are_dropped_under_the_name_that_the_old_column_gave(migrated, scripted, name):
    agree_in_all_ways(migrated, scripted, altered_targets()[name])


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("rename", ["model", "table"])
def test_backwards_a_table_that_is_not_there_yet_has_no_key_to_follow(migrated, scripted, rename):
    """Relations called "+" of a model that the migration deletes are still known to the one that it renames after that."""
    from django.db import migrations
    from django.db.migrations.state import ProjectState

    there = migration_of(made("T"), made("V", ("t", key_to("T", related_name="+"))))
    renamed = {"model": migrations.RenameModel("T", "W"), "table": migrations.AlterModelTable("t", "w")}
    gone = migration_of(migrations.DeleteModel("V"), renamed[rename])
    state = ProjectState()
    for way, connection in ((run, migrated), (run_script, scripted)):
        before = way(connection, there, state.clone())
        way(connection, gone, before.clone())
        # Models that were made from the state, which a script's are not otherwise.
        assert before.apps.get_model("a", "V")
        way(connection, gone, before, forwards=False)
    assert catalogue(scripted) == catalogue(migrated)


def waiting_keys():
    """Operations that change what an earlier one of the same migration leaves to its end."""
    from django.db import migrations, models

    number = models.IntegerField
    t, u, v = made("T", ("n", number(unique=True))), made("U"), made("V", ("t", key_to("T")))
    together = made("T", ("n", number()), ("x", number()), unique_together={("n", "x")})
    return {
        "another target": [t, u, v, migrations.AlterField("v", "t", key_to("U"))],
        "another field of the target": [t, v, migrations.AlterField("v", "t", key_to("T", to_field="n"))],
        "no constraint": [t, v, migrations.AlterField("v", "t", key_to("T", db_constraint=False))],
        "no relation": [t, v, migrations.AlterField("v", "t", models.BigIntegerField(db_column="t_id"))],
        "nullable": [t, v, migrations.AlterField("v", "t", key_to("T", null=True))],
        "a key to what waits": [
            u,
            made("V", ("t", number(null=True, db_column="t_id"))),
            migrations.AddField("u", "n", number(unique=True, default=3)),
            migrations.AlterField("v", "t", key_to("U", to_field="n", null=True)),
        ],
        "together no more": [together, migrations.AlterUniqueTogether("t", set())],
        "together with another": [together, migrations.AlterUniqueTogether("t", {("x", "id")})],
    }


@pytest.mark.usefixtures("no_tables_left")
@pytest.mark.parametrize("name", waiting_keys())
def test_what_waits_for_the_end_of_a_migration_is_changed(migrated, scripted, name):
    agree_in_all_ways(migrated, scripted, waiting_keys()[name])


def _describe(connection):
    constraints = connection.introspection.get_constraints(connection.cursor(), "a_t")
    parts = [("COLUMN", "a")]
    parts += [("CONSTRAINT", name) for name, details in constraints.items() if details["check"]]
    parts += [("INDEX", name) for name, details in constraints.items() if details["index"]]
    call = "EXEC sys.sp_addextendedproperty N'note', N'%s', N'SCHEMA', N'dbo', N'TABLE', N'a_t'"
    with connection.cursor() as cursor:
        cursor.execute(call % "TABLE")
        for kind, name in parts:
            cursor.execute("%s, N'%s', N'%s'" % (call % kind, kind, name))


def _described_parts(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(value AS nvarchar(20)) FROM sys.extended_properties WHERE name = N'note'")
        return {value for (value,) in cursor.fetchall()}
