"""How syntax errors name the token they meet."""

import pytest

from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.syntax.gate import Gate
from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.versions import Version


def fault(text, **options):
    with pytest.raises(SqlServerError) as caught:
        parse_batch(text, **options)
    return caught.value


@pytest.mark.parametrize(
    "text, message",
    [
        ("SELECT FROM t", "Incorrect syntax near the keyword 'FROM'."),
        ("select from t", "Incorrect syntax near the keyword 'from'."),
        ("SELECT 1 AS user", "Incorrect syntax near the keyword 'user'."),
        ("SELECT 1 x 'it''s'", "Incorrect syntax near 'it's'."),
        ("SELECT 1 x N'b'", "Incorrect syntax near 'b'."),
        ("SELECT 1 x [a]]b]", "Incorrect syntax near 'a]b'."),
        ("SELECT 1 x 0xABC", "Incorrect syntax near '0x0abc'."),
        ("SELECT 1 x 5", "Incorrect syntax near '5'."),
        ("SELECT 1 x '" + "y" * 200 + "'", f"Incorrect syntax near '{'y' * 129}'."),
        ("SELECT 1 FROM", "Incorrect syntax near 'FROM'."),
        ("SELECT abs(-1", "Incorrect syntax near '1'."),
        ("BEGIN END", "Incorrect syntax near 'END'."),
        ("END", "Incorrect syntax near 'END'."),
        ("BEGIN TRY END TRY BEGIN CATCH END CATCH", "Incorrect syntax near 'TRY'."),
        ("SELECT 'a", "Unclosed quotation mark after the character string 'a'."),
        ("ALTER TABLE t ADD COLUMN a int", "Incorrect syntax near the keyword 'COLUMN'."),
    ],
)
def test_near(text, message):
    assert fault(text).message == message


@pytest.mark.parametrize(
    "text, near",
    [
        ("IF 1 SELECT 1", "SELECT"),
        ("IF ((1)) PRINT 'x'", "PRINT"),
        ("SELECT 1 WHERE (1)", ")"),
        ("IF 'abc'", "abc"),
        ("SELECT a FROM t WHERE a ORDER BY a", "ORDER"),
    ],
)
def test_a_value_is_no_condition(text, near):
    error = fault(text)
    assert error.number == 4145 and error.message.endswith(f"near '{near}'.")


def test_double_quotes_are_names_or_strings():
    named = parse_batch('SELECT "a" FROM t').statements[0].query.body.items[0].expression
    assert named.parts == ("a",)
    text = parse_batch('SELECT "a"', quoted_identifier=False).statements[0].query.body.items[0].expression
    assert (text.kind, text.text) == ("string", "a")


def test_words_that_are_reserved_in_pairs_only_are_names():
    parse_batch("SELECT t.precision, 1 AS within FROM t")


def test_a_backslash_continues_a_string_on_the_next_line():
    literal = parse_batch("SELECT N'ab\\\ncd'").statements[0].query.body.items[0].expression
    assert literal.text == "abcd"


def test_nested_comments_and_lines():
    batch = parse_batch("SELECT 1 /* a /* b */\n c */\nSELECT 2 -- d\nSELECT 3")
    assert [statement.line for statement in batch.statements] == [1, 3, 4]


@pytest.mark.parametrize("text", ["SELECT {fn UCASE('a')}", "SELECT {d '2020-01-01'}", "{call p}"])
def test_odbc_escapes_are_refused(text):
    fault(text)


def test_what_only_the_grammar_knows_is_unsupported_and_not_wrong():
    gate = Gate(Version.named("2022"))
    try:
        for text in ("SELECT a::int FROM t", "CREATE TABLE t (a int) AS EDGE", "BACKUP DATABASE d TO DISK = 'x'"):
            assert isinstance(gate.judge(text, fault(text)), NotSupported), text
        for text, number in (
            ("SELECT FROM t", 156),
            ("SELECT * FROM t WITH (NOSUCH)", 321),
            ("BACKUP DATABASE d TO", 102),
        ):
            error = gate.judge(text, fault(text)) if "NOSUCH" not in text else grammar(gate, text)
            assert error.number == number, text
    finally:
        gate.close()


def grammar(gate, text):
    with pytest.raises(SqlServerError) as caught:
        gate.check(text)
    return caught.value
