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
    "sql",
    [
        "CREATE VIEW v AS SELECT 1 AS a",
        " create or alter proc p AS SELECT 1",
        "ALTER TRIGGER r ON t",
        "-- a\n/* b */ CREATE VIEW v AS SELECT 1 AS a",
    ],
)
def test_what_must_stand_first_always_has_its_own_batch(sql):
    assert needs_own_batch(sql, follows_change=False)


def test_other_sql_has_its_own_batch_behind_a_change():
    assert needs_own_batch("UPDATE t SET a = 1", follows_change=True)
    assert not needs_own_batch("UPDATE t SET a = 1", follows_change=False)


@pytest.mark.parametrize(
    "sql",
    [
        "SET NOCOUNT ON",
        "SET XACT_ABORT ON;",
        "SELECT 1 AS a INTO #kept",
        "CREATE TABLE #kept (a int)",
        "SELECT 1; USE other",
        "PRINT 'x'\nUSE [other]",
        "BEGIN TRAN",
        "BEGIN TRANSACTION",
        "UPDATE t SET a = 1\nSAVE TRANSACTION s",
        "COMMIT",
        "UPDATE t SET a = 1\nCOMMIT",
        "UPDATE t SET a = 1 IF @@TRANCOUNT > 1 ROLLBACK",
        "/* keys */ SET IDENTITY_INSERT t ON",
        "PRINT 'keys'\nSET IDENTITY_INSERT [dbo].[t] ON",
        "PRINT 'keys'\nSET IDENTITY_INSERT [dbo].[t] OFF",
        "PRINT 'days'\nSET DATEFORMAT dmy",
        "PRINT 'days'\nSET DATEFIRST 1",
        "PRINT 'days'\nSET LANGUAGE N'British'",
        "PRINT 'days'\nSET LOCK_TIMEOUT -1",
        "SELECT 1 SET NOCOUNT, XACT_ABORT ON",
        "PRINT 1\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    ],
)
def test_what_would_end_with_its_batch_stays_in_the_script(sql):
    assert not needs_own_batch(sql, follows_change=True)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE t\nSET a = 1",
        "UPDATE t\nSET a += 1, b= 2",
        "UPDATE t SET t.a = 1",
        "UPDATE t SET [a] = '#fff; COMMIT'",
        "UPDATE t SET a = 1 -- COMMIT",
        "DECLARE @a int\nSET @a = 1\nUPDATE t SET a = @a",
        "SET NOCOUNT ON\nUPDATE t SET a = 1",
        "SET IDENTITY_INSERT t ON\nINSERT INTO t (a) VALUES (1)\nSET IDENTITY_INSERT t OFF",
        "BEGIN TRY\nBEGIN TRAN\nUPDATE t SET a = 1\nCOMMIT\nEND TRY\nBEGIN CATCH\nROLLBACK; THROW\nEND CATCH",
        "UPDATE t SET a = k.a FROM #kept AS k",
        "SELECT a FROM t OPTION (\nUSE HINT ('x'))",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a) ON DELETE SET NULL ON UPDATE SET DEFAULT",
    ],
)
def test_what_ends_with_its_batch_anyway_has_its_own(sql):
    assert needs_own_batch(sql, follows_change=True)
