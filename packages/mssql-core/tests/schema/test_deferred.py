from django.db import connection, models
from schema_models import model

from mssql_core.schema.deferred import DeferredStatements


def waiting():
    """Return what waits after a table was made, and its keeper."""
    thing = model(
        a=models.IntegerField(db_index=True),
        b=models.IntegerField(null=True, unique=True),
        meta={"indexes": [models.Index(fields=["a"], name="named")], "unique_together": [("a", "b")]},
    )
    editor = connection.schema_editor()
    editor.deferred_sql = []
    statements = ["SELECT 1", *editor.waiting_statements(thing)]
    return statements, DeferredStatements(lambda: statements)


def names(statements):
    return [statement if isinstance(statement, str) else statement.name for statement in statements]


def test_an_index_of_a_field_is_taken_and_one_of_meta_is_not():
    statements, deferred = waiting()
    before = len(statements)
    assert deferred.take_indexes("a_thing", ["a"], False, {"named"}) == 1
    assert len(statements) == before - 1 and "named" in names(statements)
    assert deferred.take_indexes("a_thing", ["a"], False, {"named"}) == 0


def test_a_unique_index_is_taken_if_it_is_on_the_column_alone():
    statements, deferred = waiting()
    assert deferred.take_indexes("a_thing", ["a"], True, ()) == 0
    assert deferred.take_indexes("a_thing", ["b"], True, ()) == 1
    assert deferred.take_indexes("a_other", ["b"], True, ()) == 0


def test_foreign_keys_of_a_column_are_taken():
    target = model("Other", "a_other")
    key = models.ForeignKey(target, models.CASCADE, db_index=False)
    editor = connection.schema_editor()
    editor.deferred_sql = []
    statements = editor.waiting_statements(model(o=key, p=models.ForeignKey(target, models.CASCADE, related_name="+")))
    deferred = DeferredStatements(lambda: statements)
    before = len(statements)
    assert deferred.take_foreign_keys("a_other", "o_id") == deferred.take_foreign_keys("a_thing", "o") == 0
    assert deferred.take_foreign_keys("a_thing", "o_id") == 1 and len(statements) == before - 1
    assert deferred.take_foreign_keys("a_thing", "p_id") == 1


def test_an_index_that_waits_gets_another_name():
    statements, deferred = waiting()
    assert deferred.rename_index("a_thing", "named", "other") and "other" in names(statements)
    assert not deferred.rename_index("a_thing", "named", "other")
    assert not deferred.rename_index("a_other", "other", "named")


def test_a_key_that_waits():
    _, deferred = waiting()
    assert deferred.has_key("a_thing", "b")
    assert not deferred.has_key("a_thing", "id")
    assert not deferred.has_key("a_other", "b")


def test_what_names_a_table_or_a_column_or_is_the_index_is_forgotten():
    statements, deferred = waiting()
    deferred.forget_column("a_thing", "b")
    assert len(statements) == 3 and not deferred.has_key("a_thing", "b")
    deferred.forget_index("a_thing", "named")
    assert len(statements) == 2 and "named" not in names(statements)
    deferred.forget_table("a_thing")
    assert statements == ["SELECT 1"]


def test_statements_follow_new_names():
    statements, deferred = waiting()
    deferred.rename_column("a_thing", "a", "z")
    deferred.rename_table("a_thing", "a_other")
    assert all("[a_other]" in str(statement) for statement in statements[1:])
    assert not any("[a]" in str(statement) for statement in statements)
