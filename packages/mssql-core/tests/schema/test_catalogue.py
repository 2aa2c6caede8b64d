"""What one migration does, told as sqlmigrate tells it: nothing of it has run yet."""

import re

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.models.functions import Lower
from schema_models import create, state_of
from schema_models import migration_script as script


def twice(statements, word):
    """Return the names that occur in more than one statement with the word."""
    names = re.findall(word + r" (\[\w+\])", "\n".join(statements))
    return {name for name in names if names.count(name) > 1}


T = create("T", ("a", models.CharField(max_length=10)), ("c", models.IntegerField()))
V = create("V", ("t", models.ForeignKey("a.T", models.CASCADE)))


def on_server(catalog, *tables):
    """Let the server have the tables T and V, with names of constraints that are not Django's."""
    if "a_t" in tables:
        t = catalog.table("a_t").column("id", "bigint", 8, seed=1).column("a", "nvarchar", 20).column("c", "int")
        t.primary_key("PK__t", "id")
    if "a_v" in tables:
        v = catalog.table("a_v").column("id", "bigint", 8, seed=1).column("t_id", "bigint", 8)
        v.primary_key("PK__v", "id").index("by_t", ["t_id"])
        catalog.foreign_key("v_to_t", "a_v", ["t_id"], "a_t", ["id"])


both = pytest.mark.parametrize("tables", [(), ("a_t", "a_v")], ids=["planned", "on the server"])


@both
def test_a_removed_unique_together_is_gone_when_its_field_goes(catalog, tables):
    on_server(catalog, *tables)
    if tables:
        catalog.table("a_t").index("UQ__t", ["a", "c"], is_unique=True, is_unique_constraint=True)
    before = state_of(T, migrations.AlterUniqueTogether("t", {("a", "c")}))
    statements = script(before, migrations.AlterUniqueTogether("t", set()), migrations.RemoveField("t", "c"))
    assert len([sql for sql in statements if "DROP CONSTRAINT" in sql]) == 1
    assert statements[-1] == "ALTER TABLE [a_t] DROP COLUMN [c];"


@both
def test_a_removed_index_is_not_made_again(catalog, tables):
    on_server(catalog, *tables)
    if tables:
        catalog.table("a_t").index("ix", ["a"])
    before = state_of(T, migrations.AddIndex("t", models.Index(fields=["a"], name="ix")))
    statements = script(before, migrations.RemoveIndex("t", "ix"), migrations.AlterField("t", "a", models.TextField()))
    assert statements == [
        "DROP INDEX IF EXISTS [ix] ON [a_t];",
        "ALTER TABLE [a_t] ALTER COLUMN [a] nvarchar(max) NOT NULL;",
    ]


@both
def test_a_removed_foreign_key_is_gone_when_its_target_goes(catalog, tables):
    on_server(catalog, *tables)
    operations = [migrations.RemoveField("v", "t"), migrations.DeleteModel("T"), migrations.DeleteModel("V")]
    statements = script(state_of(T, V), *operations)
    assert len([sql for sql in statements if "DROP CONSTRAINT" in sql]) == 1
    assert statements[-2:] == ["DROP TABLE [a_t];", "DROP TABLE [a_v];"]


@pytest.mark.parametrize("key_type", [models.PositiveIntegerField, models.BigIntegerField])
def test_a_key_of_a_table_that_only_refers_is_dropped_once(catalog, key_type):
    """Also where the same change drops it before the table is built again, for the check of the old type."""
    catalog.table("a_t").column("id", "int", 4).primary_key("PK__t", "id")
    if key_type is models.PositiveIntegerField:
        catalog.table("a_t").check("CK__t", "([id]>=(0))", ["id"])
    catalog.table("a_v").column("id", "bigint", 8, seed=1).column("t_id", "int").primary_key("PK__v", "id")
    catalog.foreign_key("v_to_t", "a_v", ["t_id"], "a_t", ["id"])
    t = migrations.CreateModel("T", [("id", key_type(primary_key=True))])
    statements = script(state_of(t, V), migrations.AlterField("t", "id", models.AutoField(primary_key=True)))
    ends = [sql for sql in statements if "v_to_t" in sql]
    drop = "ALTER TABLE [a_v] DROP CONSTRAINT [v_to_t];"
    create_key = "ALTER TABLE [a_v] ADD CONSTRAINT [v_to_t] FOREIGN KEY ([t_id]) REFERENCES [a_t] ([id]);"
    assert ends == [drop, create_key] * (len(ends) // 2)
    assert statements.index("DROP TABLE [a_t];") in range(statements.index(drop), statements.index(create_key))


@both
def test_a_deleted_table_has_no_keys_any_more(catalog, tables):
    on_server(catalog, *tables)
    expected = ["DROP TABLE [a_v];", "DROP TABLE [a_t];"]
    assert script(state_of(T, V), migrations.DeleteModel("V"), migrations.DeleteModel("T")) == expected
    assert script(ProjectState(), T, V, backwards=True) == expected


@both
def test_an_index_follows_the_renamed_column_of_another_table(catalog, tables):
    on_server(catalog, *tables)
    alter = migrations.AlterField("t", "id", models.AutoField(primary_key=True))
    statements = script(state_of(T, V), migrations.RenameField("v", "t", "tt"), alter)
    change = statements.index("ALTER TABLE [a_v] ALTER COLUMN [tt_id] int NOT NULL;")
    dropped = [i for i, sql in enumerate(statements) if "DROP INDEX" in sql]
    created = [i for i, sql in enumerate(statements) if "INDEX" in sql and "([tt_id])" in sql]
    assert len(dropped) == len(created) == 1 and dropped[0] < change < created[0]
    assert any("FOREIGN KEY ([tt_id]) REFERENCES [a_t] ([id])" in sql for sql in statements[change:])


@both
def test_a_second_change_sees_the_filter_that_the_first_left(catalog, tables):
    if tables:
        t = catalog.table("a_t").column("id", "bigint", 8, seed=1).column("a", "int", null=True)
        t.column("b", "int", null=True).primary_key("PK__t", "id")
        t.index("uq", ["a", "b"], is_unique=True, filter="([a] IS NOT NULL AND [b] IS NOT NULL)")
    model = create("T", ("a", models.IntegerField(null=True)), ("b", models.IntegerField(null=True)))
    before = state_of(model, migrations.AlterUniqueTogether("t", {("a", "b")}))
    operations = [migrations.AlterField("t", name, models.IntegerField()) for name in "ab"]
    statements = script(before, *operations)
    assert statements[2].endswith("([a], [b]) WHERE [b] IS NOT NULL;")
    assert re.search(r"ADD CONSTRAINT \[\w+\] UNIQUE NONCLUSTERED \(\[a\], \[b\]\);$", statements[-1])


def test_a_renamed_table_is_known_by_its_new_name(catalog):
    on_server(catalog, "a_t", "a_v")
    catalog.table("a_t").index("mine", ["c"])
    operations = [
        migrations.AlterModelTable("t", "other"),
        migrations.AlterField("t", "c", models.BigIntegerField()),
        migrations.DeleteModel("V"),
        migrations.DeleteModel("T"),
    ]
    assert script(state_of(T, V), *operations) == [
        "EXEC sys.sp_rename N'[a_t]', N'other', N'OBJECT';",
        "DROP INDEX [mine] ON [other];",
        "ALTER TABLE [other] ALTER COLUMN [c] bigint NOT NULL;",
        "CREATE NONCLUSTERED INDEX [mine] ON [other] ([c]);",
        "DROP TABLE [a_v];",
        "DROP TABLE [other];",
    ]


def test_keys_follow_the_name_of_the_table_they_point_to(catalog):
    on_server(catalog, "a_t", "a_v")
    statements = script(state_of(T, V), migrations.AlterModelTable("t", "other"), migrations.DeleteModel("T"))
    assert statements[1:] == ["ALTER TABLE [a_v] DROP CONSTRAINT [v_to_t];", "DROP TABLE [other];"]


def test_constraints_of_a_renamed_table_are_renamed_in_a_script_too(catalog):
    name = connection.schema_editor().names.unique("a_t", ["a", "c"])
    on_server(catalog, "a_t")
    catalog.table("a_t").index(name, ["a", "c"], is_unique=True, is_unique_constraint=True)
    before = state_of(T, migrations.AlterUniqueTogether("t", {("a", "c")}))
    statements = script(before, migrations.RenameModel("T", "W"), migrations.AlterUniqueTogether("w", set()))
    new_name = connection.schema_editor().names.unique("a_w", ["a", "c"])
    assert statements == [
        "EXEC sys.sp_rename N'[%s]', N'%s', N'OBJECT';" % (name, new_name),
        "EXEC sys.sp_rename N'[a_t]', N'a_w', N'OBJECT';",
        "ALTER TABLE [a_w] DROP CONSTRAINT [%s];" % new_name,
    ]


def test_what_still_waits_is_not_dropped(catalog):
    """The index and the key of a new table are made at the end."""
    alter = migrations.AlterField("v", "t", models.ForeignKey("a.T", models.CASCADE, null=True))
    statements = script(state_of(T), V, alter)
    assert not any("DROP" in sql for sql in statements)
    assert not twice(statements, "CONSTRAINT") and not twice(statements, "INDEX")


def test_a_column_that_an_earlier_migration_adds_brings_its_index(catalog):
    """The server is behind: the migration before this one has not run either."""
    on_server(catalog, "a_t")
    before = state_of(T, migrations.AddField("t", "d", models.IntegerField(db_index=True, default=1)))
    statements = script(before, migrations.AlterField("t", "d", models.BigIntegerField(db_index=True)))
    assert [sql.split(" [")[0] for sql in statements] == ["DROP INDEX", "ALTER TABLE", "CREATE NONCLUSTERED INDEX"]


def test_a_table_that_the_server_knows_needs_no_plan(catalog):
    """Django leaves the condition of an index as it was when its column is renamed."""
    on_server(catalog, "a_t")
    before = state_of(
        T,
        migrations.AddIndex("t", models.Index(fields=["a"], condition=models.Q(c=1), name="some")),
        migrations.RenameField("t", "c", "d"),
    )
    catalog.table("a_t").columns[2]["name"] = "d"
    statements = script(before, migrations.AlterField("t", "d", models.BigIntegerField()))
    assert statements == ["ALTER TABLE [a_t] ALTER COLUMN [d] bigint NOT NULL;"]


def test_an_index_that_was_renamed_goes_by_its_new_name(catalog):
    on_server(catalog, "a_t")
    catalog.table("a_t").index("ix", ["c"])
    before = state_of(T, migrations.AddIndex("t", models.Index(fields=["c"], name="ix")))
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        model = before.apps.get_model("a", "t")
        editor.execute(editor._rename_index_sql(model, "ix", "iy"), None)
        editor.remove_field(model, model._meta.get_field("c"))
    assert "DROP INDEX [iy] ON [a_t];" in editor.collected_sql


def test_the_hidden_column_of_an_index_goes_with_it(catalog):
    t = create("T", ("a", models.CharField(max_length=10)), ("c", models.IntegerField()))
    index = migrations.AddIndex("t", models.Index(Lower("a"), name="low"))
    statements = script(
        state_of(t, index),
        migrations.RemoveField("t", "a"),
        migrations.AddField("t", "a", models.CharField(max_length=20, default="x")),
        migrations.RemoveField("t", "a"),
    )
    assert statements[:3] == [
        "DROP INDEX [low] ON [a_t];",
        "ALTER TABLE [a_t] DROP COLUMN [__ix_low_1];",
        "ALTER TABLE [a_t] DROP COLUMN [a];",
    ]
    assert statements[-1] == statements[2] and len(statements) == 6


# A column may not be used in the batch that adds it: the server binds filters,
# checks, and computed columns when it compiles the whole script (error 207).


def test_a_filter_over_a_column_of_the_same_script_is_compiled_late(catalog):
    on_server(catalog, "a_t")
    statements = script(state_of(T), migrations.AddField("t", "d", models.IntegerField(null=True, unique=True)))
    assert statements[0] == "ALTER TABLE [a_t] ADD [d] int NULL;"
    assert re.match(
        r"EXEC sys.sp_executesql N'CREATE UNIQUE INDEX \[\w+\] ON \[a_t\] \(\[d\]\) WHERE \[d\] IS NOT NULL';$",
        statements[1],
    )


def test_so_is_one_over_a_renamed_column(catalog):
    on_server(catalog, "a_t")
    catalog.table("a_t").index("some", ["a"], filter="([c]>(1))").check("ck", "([c]<(9))", ["c"])
    statements = script(state_of(T), migrations.RenameField("t", "c", "d"))
    assert "EXEC sys.sp_executesql N'CREATE NONCLUSTERED INDEX [some] ON [a_t] ([a]) WHERE ([d]>(1))';" in statements
    assert "EXEC sys.sp_executesql N'ALTER TABLE [a_t] ADD CONSTRAINT [ck] CHECK ([d]<(9))';" in statements


def test_what_names_older_columns_stays_as_it_is(catalog):
    on_server(catalog, "a_t")
    index = models.Index(fields=["a"], condition=models.Q(c=1), name="some")
    statements = script(
        state_of(T), migrations.AddField("t", "d", models.IntegerField(null=True)), migrations.AddIndex("t", index)
    )
    assert statements[-1] == "CREATE INDEX [some] ON [a_t] ([a]) WHERE [c] = 1;"


def test_a_table_of_the_same_script_needs_no_care(catalog):
    """No statement about a table that does not exist is bound before its turn."""
    statements = script(ProjectState(), create("T", ("d", models.IntegerField(null=True, unique=True))))
    assert statements[-1].startswith("CREATE UNIQUE INDEX")


def test_without_a_script_nothing_is_kept(catalog):
    on_server(catalog, "a_t")
    editor = connection.schema_editor()
    table = editor.table_name("a_t")
    assert editor.catalogue.table(table).exists
    catalog.tables.clear()
    assert not editor.catalogue.table(table).exists


def test_a_filter_behind_sql_of_one_s_own_is_compiled_late(catalog):
    on_server(catalog, "a_t")
    field = models.IntegerField(null=True)
    statements = script(
        state_of(T),
        migrations.RunSQL("ALTER TABLE a_t ADD d int", state_operations=[migrations.AddField("t", "d", field)]),
        migrations.AlterField("t", "d", models.IntegerField(null=True, unique=True)),
    )
    assert statements[0] == "ALTER TABLE a_t ADD d int;"
    assert statements[-1].startswith("EXEC sys.sp_executesql N'CREATE UNIQUE INDEX ")


@both
@pytest.mark.parametrize("old", [models.PositiveIntegerField, models.IntegerField])
def test_a_key_follows_the_renamed_column_that_it_refers_to(catalog, tables, old):
    """Under the name that it then has, whichever of the two tables is looked at first."""
    if tables:
        t = catalog.table("a_t").column("id", "bigint", 8, seed=1).column("a", "int")
        t.index("UQ__a", ["a"], is_unique=True, is_unique_constraint=True)
        catalog.table("a_v").column("id", "bigint", 8, seed=1).column("t_id", "int")
        catalog.foreign_key("a_v_t_id_3d989309_fk_a_t_a", "a_v", ["t_id"], "a_t", ["a"])
    key = models.ForeignKey("a.T", models.CASCADE, to_field="a")
    before = state_of(create("T", ("a", old(unique=True))), create("V", ("t", key)))
    change = migrations.AlterField("t", "b", models.BigIntegerField(unique=True))
    statements = script(before, migrations.RenameField("t", "a", "b"), change)
    renamed = statements.index("EXEC sys.sp_rename N'[a_t].[a]', N'b', N'COLUMN';")
    name = "[a_v_t_id_3d989309_fk_a_t_b]"
    assert [sql for sql in statements[renamed:] if " CONSTRAINT " in sql and "[a_v]" in sql] == [
        "ALTER TABLE [a_v] DROP CONSTRAINT %s;" % name,
        "ALTER TABLE [a_v] ADD CONSTRAINT %s FOREIGN KEY ([t_id]) REFERENCES [a_t] ([b]);" % name,
    ]
    assert "ALTER TABLE [a_v] ALTER COLUMN [t_id] bigint NOT NULL;" in statements


@both
@pytest.mark.parametrize("related_name", [None, "+"])
def test_a_key_is_renamed_with_the_column_that_it_refers_to(catalog, tables, related_name):
    if tables:
        catalog.table("a_t").column("id", "bigint", 8, seed=1).column("a", "int").column("o", "int")
        catalog.foreign_key("a_v_t_id_3d989309_fk_a_t_a", "a_v", ["t_id"], "a_t", ["a"])
    key = models.ForeignKey("a.T", models.CASCADE, to_field="a", related_name=related_name)
    other = models.ForeignKey("a.T", models.CASCADE, to_field="o", related_name=related_name and "other+")
    fields = [(name, models.IntegerField(unique=True)) for name in "ao"]
    before = state_of(
        create("T", *fields),
        create("V", ("t", key), ("o", other), ("all", models.ManyToManyField("a.T", related_name="+"))),
    )
    statements = script(before, migrations.RenameField("t", "a", "b"))
    assert [sql for sql in statements if "a_v_" in sql] == [
        "EXEC sys.sp_rename N'[a_v_t_id_3d989309_fk_a_t_a]', N'a_v_t_id_3d989309_fk_a_t_b', N'OBJECT';"
    ]


@both
def test_keys_to_other_tables_stay_where_a_table_is_renamed(catalog, tables):
    if tables:
        on_server(catalog, *tables)
        catalog.table("a_u").column("id", "bigint", 8, seed=1)
        catalog.table("a_v").column("u_id", "bigint", 8)
        catalog.foreign_key("v_to_u", "a_v", ["u_id"], "a_u", ["id"])
    keys = [(name, models.ForeignKey("a." + name, models.CASCADE, related_name="+")) for name in "TU"]
    before = state_of(T, create("U"), create("V", *((name.lower(), key) for name, key in keys)))
    change = migrations.AlterField("u", "id", models.AutoField(primary_key=True))
    statements = script(before, migrations.AlterModelTable("t", "other"), change)
    assert [sql.rpartition(" REFERENCES ")[2] for sql in statements if "FOREIGN KEY" in sql] == ["[a_u] ([id]);"]


@both
def test_the_uniqueness_of_an_added_field_waits(catalog, tables):
    on_server(catalog, *tables)
    add, change = (
        kind("t", "d", field(unique=True, default=1))
        for kind, field in ((migrations.AddField, models.IntegerField), (migrations.AlterField, models.BigIntegerField))
    )
    statements = script(state_of(T), add, change)
    assert [sql for sql in statements if "UNIQUE" in sql] == statements[-1:]
    assert not [sql for sql in statements if "_key]" in sql and "DROP" in sql]


@both
def test_the_index_of_an_added_field_waits(catalog, tables):
    on_server(catalog, *tables)
    add = migrations.AddField("t", "d", models.IntegerField(db_index=True, null=True))
    change = migrations.AlterField("t", "d", models.BigIntegerField(db_index=True, null=True))
    statements = script(state_of(T), add, change)
    assert [sql for sql in statements if " INDEX " in sql] == statements[-1:] and "DROP" not in statements[-1]


def test_what_waits_is_not_taken_for_made_under_another_name_of_the_table(catalog):
    """Not even where SQL of one's own has made a column, so that the table is not what its model says."""
    field = models.IntegerField(null=True)
    statements = script(
        ProjectState(),
        create("T", ("c", models.IntegerField(db_index=True))),
        migrations.RunSQL("ALTER TABLE a_t ADD d int", state_operations=[migrations.AddField("t", "d", field)]),
        migrations.AlterModelTable("t", "other"),
        migrations.AlterField("t", "c", models.BigIntegerField(db_index=True)),
    )
    assert not [sql for sql in statements if "DROP INDEX" in sql]
    assert [sql for sql in statements if "CREATE" in sql and " INDEX " in sql] == statements[-1:]
