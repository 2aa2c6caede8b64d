import pytest
from django.db import migrations, models
from schema_models import create, migration_script, state_of


@pytest.mark.parametrize("related_name", [None, "+"])
def test_in_a_script_a_key_to_a_renamed_table_follows_its_name(catalog, related_name):
    parent = models.ForeignKey("a.Parent", models.CASCADE, related_name=related_name)
    state = state_of(create("Parent"), create("Child", ("parent", parent)))
    renamed = migrations.AlterModelTable("parent", "people")
    statements = migration_script(state, renamed, migrations.RemoveField("child", "parent"))
    old, new = ("a_child_parent_id_3a7c46d7_fk_%s_id" % name for name in ("a_parent", "people"))
    rename = "IF OBJECT_ID(N'[%s]', N'F') IS NOT NULL EXEC sys.sp_rename N'[%s]', N'%s', N'OBJECT';"
    assert rename % (old, old, new) in statements
    assert "ALTER TABLE [a_child] DROP CONSTRAINT [%s];" % new in statements


def test_a_key_that_the_server_has_is_renamed_without_a_question(catalog):
    catalog.table("a_parent").column("id", "bigint", 8, seed=1).primary_key("pk", "id")
    catalog.table("a_child").column("id", "bigint", 8, seed=1).column("parent_id", "bigint", 8)
    name = "a_child_parent_id_3a7c46d7_fk_%s_id"
    catalog.foreign_key(name % "a_parent", "a_child", ["parent_id"], "a_parent", ["id"])
    parent = models.ForeignKey("a.Parent", models.CASCADE)
    state = state_of(create("Parent"), create("Child", ("parent", parent)))
    statements = migration_script(state, migrations.AlterModelTable("parent", "people"))
    assert "EXEC sys.sp_rename N'[%s]', N'%s', N'OBJECT';" % (name % "a_parent", name % "people") in statements


def test_a_key_between_models_is_renamed_under_both_names_that_it_may_have(catalog):
    """Whether the model or its table alone was renamed is unknown: in the first case the column has another name, too."""
    state = state_of(create("Tag"), create("Post", ("tags", models.ManyToManyField("a.Tag")), db_table="a_entry"))
    statements = migration_script(state, migrations.AlterModelTable("post", None))
    keys = [sql for sql in statements if "_fk_a_entry_id" in sql]
    assert [sql.startswith("IF OBJECT_ID(N'[a_entry_tags_post_id_") for sql in keys] == [True]
