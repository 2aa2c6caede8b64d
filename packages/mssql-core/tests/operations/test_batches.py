import pytest

from mssql_core.operations.batches import split_batches, without_texts


@pytest.mark.parametrize(
    ("script", "batches"),
    [
        ("SELECT 1\nGO\nSELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1\r\n  go  \r\nSELECT 2\r\nGO\r\n", ["SELECT 1", "SELECT 2"]),
        ("DECLARE @a int; SELECT @a\nGO", ["DECLARE @a int; SELECT @a"]),
        ("SELECT 1\nGO 3\nSELECT 2", ["SELECT 1", "SELECT 1", "SELECT 1", "SELECT 2"]),
        ("GO -- the first\nSELECT 1;", ["SELECT 1;"]),
        ("SELECT 'a\nGO\nb'\nGO\n", ["SELECT 'a\nGO\nb'"]),
        ("SELECT [a\nGO\n]\nGO", ["SELECT [a\nGO\n]"]),
        ("SELECT [a]]\nGO\n]\nGO", ["SELECT [a]]\nGO\n]"]),
        ("SELECT 1\nGO 0\nSELECT 2\nGO 02", ["SELECT 1\nGO 0\nSELECT 2"] * 2),
        ("/* a /* b */\nGO\n*/ SELECT 1\nGO", ["/* a /* b */\nGO\n*/ SELECT 1"]),
        ("-- it's\nSELECT 1\nGO\nSELECT 2 -- it's", ["-- it's\nSELECT 1", "SELECT 2 -- it's"]),
        ("GO\nGO", []),
    ],
)
def test_batches(script, batches):
    assert split_batches(script) == batches


@pytest.mark.parametrize(
    "script", ["SELECT 1; SELECT 2", "SELECT 1 AS GO", "SELECT 'it''s\nGO\n'", "SELECT a GO\nFROM t", ""]
)
def test_a_script_without_go_lines_is_none(script):
    assert split_batches(script) is None


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT N'it''s' AS [a]]b], \"c\" FROM t", "SELECT N'''' AS [], \"\" FROM t"),
        ("-- it's\nCOMMIT -- no\n", " \nCOMMIT  \n"),
        ("a /* x /* ' */ COMMIT */ b /* [ */", "a   b  "),
        ("a /* open", "a  "),
        ("a */ b\nGO\nc", "a */ b\nGO\nc"),
        ("", ""),
    ],
)
def test_words_without_texts(sql, words):
    assert without_texts(sql) == words


def test_a_script_of_runsql(connection):
    assert connection.ops.prepare_sql_script("DECLARE @a int\nSET @a = 1; SELECT @a\nGO\nSELECT 2") == [
        "DECLARE @a int\nSET @a = 1; SELECT @a",
        "SELECT 2",
    ]
    assert connection.ops.prepare_sql_script("SELECT 1; SELECT 2") == ["SELECT 1;", "SELECT 2"]
