"""Which statements of a script get a batch of their own."""

import pytest

from mssql_core.schema.batches import changes_a_table, needs_own_batch, own_batch


def test_a_statement_is_text_of_its_own_batch():
    assert own_batch("UPDATE [t] SET [a] = N'x'") == "EXEC sys.sp_executesql N'UPDATE [t] SET [a] = N''x'''"


@pytest.mark.parametrize(
    "sql", ["alter table t ADD a int", "EXEC sp_rename 't.a', 'b'", "IF 1 = 1 ALTER\nTABLE t ADD a int"]
)
def test_a_change_of_a_table(sql):
    assert changes_a_table(sql)


@pytest.mark.parametrize("sql", ["UPDATE t SET a = 1", "ALTER INDEX i ON t REBUILD", "CREATE TABLE t (a int)"])
def test_no_change_of_a_table(sql):
    assert not changes_a_table(sql)


@pytest.mark.parametrize(
    "sql", ["CREATE VIEW v AS SELECT 1 AS a", " create or alter proc p AS SELECT 1", "ALTER TRIGGER r ON t"]
)
def test_what_must_stand_first_always_has_its_own_batch(sql):
    assert needs_own_batch(sql, follows_change=False)


def test_other_sql_has_its_own_batch_behind_a_change():
    assert needs_own_batch("UPDATE t SET a = 1", follows_change=True)
    assert not needs_own_batch("UPDATE t SET a = 1", follows_change=False)


@pytest.mark.parametrize(
    "sql",
    ["SET NOCOUNT ON", "SELECT 1 AS a INTO #kept", "SELECT 1; USE other", "BEGIN TRAN", "BEGIN TRANSACTION", "COMMIT"],
)
def test_what_would_end_with_its_batch_stays_in_the_script(sql):
    assert not needs_own_batch(sql, follows_change=True)
