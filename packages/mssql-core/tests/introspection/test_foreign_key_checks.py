from mssql_core.testing import fake_connection

KEYS = [("dbo", "order", "fk_a"), ("sales", "line", "fk_b")]


def answer(connection, keys=KEYS):
    connection.driver.answer("FROM sys.foreign_keys", keys, columns=["schema_name", "table_name", "name"])


def sent(connection):
    return [sql for sql in connection.driver.sql if sql.startswith("ALTER")]


def test_only_what_is_on_is_switched_off_and_on_again(connection):
    answer(connection)
    assert connection.disable_constraint_checking()
    connection.enable_constraint_checking()
    assert sent(connection) == [
        "ALTER TABLE [dbo].[order] NOCHECK CONSTRAINT [fk_a]; ALTER TABLE [sales].[line] NOCHECK CONSTRAINT [fk_b]",
        "ALTER TABLE [dbo].[order] CHECK CONSTRAINT [fk_a]; ALTER TABLE [sales].[line] CHECK CONSTRAINT [fk_b]",
    ]


def test_checking_makes_keys_trusted_again(connection):
    answer(connection)
    connection.check_constraints(["line", '"sales"."line"'])
    assert sent(connection) == ["ALTER TABLE [sales].[line] WITH CHECK CHECK CONSTRAINT [fk_b]"]


def test_a_bare_name_is_that_of_the_default_schema():
    for schema, key in ((None, "fk_a"), ("Sales", "fk_c")):
        connection = fake_connection(options={"schema": schema})
        answer(connection, [*KEYS, ("sales", "order", "fk_c")])
        connection.check_constraints(["order"])
        assert [sql.rpartition(" ")[2] for sql in sent(connection)] == ["[%s]" % key]


def test_checking_includes_what_was_switched_off_here(connection):
    answer(connection)
    connection.disable_constraint_checking()
    connection.check_constraints(["line"])
    assert "[fk_a]" in sent(connection)[-1] and "[fk_b]" in sent(connection)[-1]


def test_nothing_to_do_sends_nothing(connection):
    connection.disable_constraint_checking()
    connection.check_constraints()
    assert sent(connection) == []
