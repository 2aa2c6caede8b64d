import pytest
from django.contrib.auth.models import Group
from django.db import NotSupportedError
from django.db.models.sql.subqueries import InsertQuery

from mssql_core.compiler.returned_rows import check_keys, last_rows


def test_the_last_result_is_the_statement_s_own(connection):
    connection.driver.answer("INSERT", [("noise",)], 1, [("more", "noise")], [(7,), (8,)])
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO a VALUES (1)")
        assert last_rows(cursor) == [(7,), (8,)]


@pytest.mark.parametrize(
    ("keys", "has_trigger", "refused"), [([None], False, True), ([1, 0], True, True), ([0, 1], False, False)]
)
def test_keys_that_an_instead_of_trigger_hides_are_refused(connection, keys, has_trigger, refused):
    connection.driver.answer("sys.triggers", [(1,)] if has_trigger else [])
    if not refused:
        check_keys(connection, "[dbo].[a]", keys)
        return
    with pytest.raises(NotSupportedError, match=r"INSTEAD OF trigger .* scope of its own"):
        check_keys(connection, "[dbo].[a]", keys)


def test_a_key_costs_no_question(connection):
    connection.ensure_connection()
    check_keys(connection, "[dbo].[a]", [1, 2])
    assert len(connection.driver.sql) == 1


def test_create_never_gives_an_object_without_a_key(connection):
    connection.driver.answer("SCOPE_IDENTITY()", 1, [(None,)])
    insert = InsertQuery(Group)
    insert.insert_values([Group._meta.get_field("name")], [Group(name="x")])
    with pytest.raises(NotSupportedError, match="INSTEAD OF"):
        insert.get_compiler(connection=connection).execute_sql([Group._meta.pk])
