import re

import pytest
from django.db import connection, migrations, models
from fake_catalog import FakeCatalog
from schema_models import create, database_action, field_of, migration_script, model, state_of

from mssql_core.introspection.objects import Check, ForeignKey, Index
from mssql_core.names import TableName
from mssql_core.schema.statements import check

TABLE = TableName("sales", "thing")


def parts():
    editor = connection.schema_editor()
    return editor, model(table='"sales"."thing"', a=models.IntegerField(db_column="col_a"))


def test_a_primary_key():
    editor, thing = parts()
    statement = editor.constraints.primary_key(thing, thing._meta.get_field("a"))
    (key,) = statement.items()
    assert key == Index(TABLE, key.name, (("col_a", False),), is_unique=True, is_primary_key=True, kind="CLUSTERED")
    assert str(statement) == "ALTER TABLE [sales].[thing] ADD CONSTRAINT [%s] PRIMARY KEY ([col_a])" % key.name


def test_a_foreign_key():
    editor, thing = parts()
    other = model("Other", "a_other")
    field = field_of(thing, "other", models.ForeignKey(other, models.CASCADE))
    statement = editor.constraints.foreign_key(thing, field)
    (key,) = statement.items()
    assert key == ForeignKey(TABLE, key.name, ("other_id",), TableName(None, "a_other"), ("id",))
    assert key.name.endswith("_fk_a_other_id")
    assert str(statement) == key.create_sql()[0]


@pytest.mark.parametrize("operation", ["CASCADE", "SET NULL"])
def test_a_foreign_key_that_waits_follows_all_new_names(operation):
    key = models.ForeignKey("a.T", database_action(operation), to_field="a", null=True, db_index=False)
    with FakeCatalog().installed(connection):
        statements = migration_script(
            state_of(),
            create("T", ("a", models.CharField(max_length=10, unique=True))),
            create("V", ("t", key)),
            migrations.RenameField("v", "t", "tt"),
            migrations.RenameField("t", "a", "b"),
            migrations.AlterModelTable("v", "w"),
            migrations.AlterModelTable("t", "other"),
        )
    assert re.match(
        r"ALTER TABLE \[w\] ADD CONSTRAINT \[w_tt_id_[0-9a-f]{8}_fk_other_b\] FOREIGN KEY \(\[tt_id\]\) "
        r"REFERENCES \[other\] \(\[b\]\) ON DELETE %s;$" % operation,
        statements[-1],
    )


def test_a_foreign_key_that_waits_follows_a_table_in_a_schema():
    key = models.ForeignKey("a.T", models.CASCADE, db_index=False)
    with FakeCatalog().installed(connection):
        statements = migration_script(
            state_of(),
            create("T", db_table='"sales"."t"'),
            create("V", ("t", key)),
            migrations.AlterModelTable("t", '"sales"."other"'),
        )
    assert statements[-1].endswith("_fk_other_id] FOREIGN KEY ([t_id]) REFERENCES [sales].[other] ([id]);")


@pytest.mark.parametrize(("operation", "action"), [("CASCADE", "CASCADE"), ("SET NULL", "SET_NULL")])
def test_a_foreign_key_knows_its_action(operation, action):
    editor, thing = parts()
    field = field_of(
        thing, "other", models.ForeignKey(model("Other", "a_other"), database_action(operation), null=True)
    )
    statement = editor.constraints.foreign_key(thing, field)
    (key,) = statement.items()
    assert key.on_delete == action and str(statement) == key.create_sql()[0]


def test_a_check_knows_the_columns_that_it_names():
    editor, thing = parts()
    statement = editor.constraints.check(thing, "ck", "[col_a] > 1 AND N'[id]' <> N''")
    (item,) = statement.items()
    assert item == Check(TABLE, "ck", ("col_a",), "([col_a] > 1 AND N'[id]' <> N'')")
    assert check(TABLE, "ck", "[col_a] > 1 AND N'[id]' <> N''", ["id", "col_a"]) == item
    assert str(statement) == item.create_sql()[0]
