import django.db
import pytest

from mssql_core.errors import IntegrityError
from mssql_core.testing import fake_connection, server_error

KEYS = [("dbo", "order", "fk_a", "dbo", "customer"), ("sales", "line", "fk_b", "dbo", "order")]
COLUMNS = ["schema_name", "table_name", "name", "referenced_schema", "referenced_table"]
PAIR = ["column_name", "referenced_column", "may_select"]


def answer(connection, keys=KEYS, orphans=(), may_select=1):
    connection.driver.answer("FROM sys.foreign_keys", keys, columns=COLUMNS)
    pairs = [(*key, *pair, may_select) for key in keys for pair in (("a", "x"), ("b", "y"))]
    connection.driver.answer("sys.foreign_key_columns", pairs, columns=COLUMNS + PAIR)
    connection.driver.answer("AS place", [(place,) for place in orphans], columns=["place"])


def sent(connection):
    return [sql for sql in connection.driver.sql if sql.startswith("ALTER")]


def run(connection, *statements):
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "keys"),
    [
        ("INSERT INTO [order] ([a]) VALUES (1)", ["fk_a"]),
        ("SET IDENTITY_INSERT [dbo].[ORDER] ON; BEGIN TRY INSERT INTO [dbo].[ORDER] VALUES (1); END TRY", ["fk_a"]),
        ("UPDATE [sales].[line] SET [order_id] = 5", ["fk_b"]),
        ('merge into "sales"."line" USING x ON 1 = 0 WHEN NOT MATCHED THEN INSERT (a) VALUES (1)', ["fk_b"]),
        ("insert sales.line values (1)", ["fk_b"]),
        ("DELETE FROM [order] WHERE 1 = 1", ["fk_b"]),
        ("INSERT INTO [customer] ([a]) VALUES (1)", []),
        ("SELECT * FROM [order]", []),
        ("INSERT INTO [other].[dbo].[order] ([a]) VALUES (1)", []),
        ("INSERT INTO [order]..[t] ([a]) VALUES (1)", []),
    ],
)
def test_a_write_switches_the_keys_of_its_table_off(connection, sql, keys):
    answer(connection)
    with connection.constraint_checks_disabled():
        run(connection, sql, sql)
        off = sent(connection)
    assert [text.rpartition(" NOCHECK CONSTRAINT ")[2] for text in off] == ["[%s]" % key for key in keys]
    assert [text.replace(" CHECK ", " NOCHECK ") for text in sent(connection)[len(off) :]] == off


def test_without_a_write_nothing_is_sent(connection):
    connection.ensure_connection()
    with connection.constraint_checks_disabled():
        run(connection, "SELECT 1")
    assert connection.driver.sql[1:] == ["SELECT 1"]


def test_a_write_after_the_block_leaves_its_table_s_keys_on(connection):
    answer(connection)
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)")
    off, on = sent(connection)
    run(connection, "INSERT INTO [sales].[line] VALUES (1)")
    assert sent(connection) == [off, on] and "NOCHECK" in off and "NOCHECK" not in on


def test_each_write_of_a_batch_counts(connection):
    answer(connection)
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)")
        run(connection, "INSERT INTO [order] VALUES (2); INSERT INTO [sales].[line] VALUES (1)")
        assert [sql.rpartition(" ")[2] for sql in sent(connection)] == ["[fk_a]", "[fk_b]"]


def test_the_server_is_asked_once_for_many_tables(connection):
    answer(connection)
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)", "INSERT INTO [sales].[line] VALUES (1)")
        assert sum("FROM sys.foreign_keys" in sql for sql in connection.driver.sql) == 1
    run(connection, "INSERT INTO [order] VALUES (1)")
    assert len(sent(connection)) == 3


def test_a_rollback_brings_the_keys_back_so_the_next_write_asks_anew(connection):
    answer(connection)
    connection.ensure_connection()
    connection.set_autocommit(False)
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)")
        connection.rollback()
        run(connection, "INSERT INTO [order] VALUES (1)")
    assert len([sql for sql in sent(connection) if "NOCHECK" in sql]) == 2


def test_a_rollback_to_a_savepoint_leaves_the_keys_before_it_to_be_switched_on(connection):
    answer(connection)
    connection.ensure_connection()
    connection.set_autocommit(False)
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)")
        connection._savepoint_rollback("s1")
    assert sent(connection)[-1] == "ALTER TABLE [dbo].[order] CHECK CONSTRAINT [fk_a]"


def test_after_the_server_ended_the_transaction_nothing_is_left_to_switch(connection):
    answer(connection)
    connection.ensure_connection()
    connection.set_autocommit(False)
    with pytest.raises(IntegrityError), connection.constraint_checks_disabled():
        connection.driver.answer("UPDATE", server_error(2627))
        connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [(2002, 0, 0)])
        connection.driver.answer("BEGIN TRANSACTION; ", [(1001, 1, 1)])
        run_raw(connection, "UPDATE [order] SET a = 1")
    assert not connection.foreign_key_checks.active


def run_raw(connection, sql):
    connection.create_cursor().execute(sql)


def test_a_snapshot_leaves_the_keys_on():
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})
    answer(connection)
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)")
    assert sent(connection) == []


def test_the_right_to_alter_is_asked_for(connection):
    with connection.constraint_checks_disabled():
        run(connection, "INSERT INTO [order] VALUES (1)")
    assert any("HAS_PERMS_BY_NAME" in sql and "N'ALTER'" in sql for sql in connection.driver.sql)


def test_checking_makes_keys_trusted_again(connection):
    answer(connection)
    connection.check_constraints(["line", '"sales"."line"'])
    assert sent(connection) == ["ALTER TABLE [sales].[line] WITH CHECK CHECK CONSTRAINT [fk_b]"]


def test_rows_without_their_parent_are_looked_for_by_a_query(connection):
    """ALTER TABLE would end the transaction: nothing is altered then."""
    answer(connection, orphans=[1])
    message = "against the foreign key 'fk_b' of the table 'line' to 'order'. Add the rows"
    with pytest.raises(django.db.IntegrityError, match=message):
        connection.check_constraints()
    assert sent(connection) == []
    assert connection.driver.sql[-1].partition(" UNION ALL ")[0] == (
        "SELECT 0 AS place WHERE EXISTS (SELECT 1 FROM [dbo].[order] AS c WHERE c.[a] IS NOT NULL AND c.[b] IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM [dbo].[customer] AS p WHERE p.[x] = c.[a] AND p.[y] = c.[b]))"
    )


def test_tables_that_the_login_may_not_read_are_judged_by_the_server(connection):
    answer(connection, may_select=0)
    connection.check_constraints()
    assert "AS place" not in str(connection.driver.sql) and len(sent(connection)) == 1


def test_a_bare_name_is_that_of_the_default_schema():
    for schema, key in ((None, "fk_a"), ("Sales", "fk_c")):
        connection = fake_connection(options={"schema": schema})
        answer(connection, [*KEYS, ("sales", "order", "fk_c", "dbo", "customer")])
        connection.check_constraints(["order"])
        assert [sql.rpartition(" ")[2] for sql in sent(connection)] == ["[%s]" % key]


def test_checking_includes_what_was_switched_off_here(connection):
    answer(connection)
    connection.disable_constraint_checking()
    run(connection, "INSERT INTO [order] VALUES (1)")
    connection.check_constraints(["line"])
    assert sent(connection)[-1] == "ALTER TABLE [dbo].[order] WITH CHECK CHECK CONSTRAINT [fk_a]"


def test_nothing_to_do_sends_nothing(connection):
    connection.disable_constraint_checking()
    connection.check_constraints()
    assert sent(connection) == []
