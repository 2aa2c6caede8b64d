"""String functions.

https://learn.microsoft.com/sql/t-sql/functions/string-functions-transact-sql
"""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "expression, value",
    [
        ("LEN('ab ')", 2),
        ("LEN(N'😀a')", 3),
        ("LEN(NULL)", None),
        ("LEN(12345)", 5),
        ("DATALENGTH(N'😀')", 4),
        ("DATALENGTH('ab ')", 3),
        ("DATALENGTH(CAST('a' AS char(5)))", 5),
        ("DATALENGTH(1.5)", 5),
        ("DATALENGTH(GETDATE())", 8),
        ("LEFT('abc', 2)", "ab"),
        ("RIGHT('abc', 10)", "abc"),
        ("SUBSTRING('abcdef', 2, 3)", "bcd"),
        ("SUBSTRING('abcdef', 0, 3)", "ab"),
        ("SUBSTRING('abc', 5, 3)", ""),
        ("SUBSTRING(0x010203, 2, 1)", b"\x02"),
        ("CHARINDEX('B', 'abc')", 2),
        ("CHARINDEX('B', 'abc' COLLATE Latin1_General_BIN2)", 0),
        ("CHARINDEX('c', 'abcabc', 4)", 6),
        ("CHARINDEX('', 'abc')", 0),
        ("CHARINDEX('b', N'😀b')", 3),
        ("LEFT(N'😀b', 2)", "😀"),
        ("SUBSTRING(N'a😀b', 4, 1)", "b"),
        ("STUFF(N'a😀b', 2, 2, 'x')", "axb"),
        ("LEN(N'😀' COLLATE Latin1_General_100_CI_AS_SC)", 1),
        ("LEFT(N'😀b' COLLATE Latin1_General_100_CI_AS_SC, 1)", "😀"),
        ("PATINDEX('%b%', 'abc')", 2),
        ("PATINDEX('%[0-9]%', 'abc1')", 4),
        ("PATINDEX('a%', 'abc')", 1),
        ("PATINDEX('b', 'abc')", 0),
        ("REPLACE('aBcb', 'b', 'x')", "axcx"),
        ("REPLACE('aBc' COLLATE Latin1_General_CS_AS, 'b', 'x')", "aBc"),
        ("REPLACE('abc', '', 'x')", "abc"),
        ("REPLACE('abc', NULL, 'x')", None),
        ("STUFF('abcdef', 2, 3, 'xx')", "axxef"),
        ("STUFF('abcdef', 7, 1, 'x')", None),
        ("STUFF('abcdef', 2, 3, NULL)", "aef"),
        ("REPLICATE('ab', 3)", "ababab"),
        ("REPLICATE('ab', -1)", None),
        ("DATALENGTH(REPLICATE('a', 9000))", 8000),
        ("DATALENGTH(REPLICATE(CAST('a' AS varchar(max)), 9000))", 9000),
        ("REVERSE('abc')", "cba"),
        ("UPPER(N'abcé')", "ABCÉ"),
        ("LOWER('ABC')", "abc"),
        ("LTRIM('  a ')", "a "),
        ("RTRIM(' a  ')", " a"),
        ("TRIM('  a ')", "a"),
        ("TRIM('x' FROM 'xax')", "a"),
        ("CONCAT('a', NULL, 1)", "a1"),
        ("CONCAT(1.50, 2e0, CAST('20200101' AS date))", "1.5022020-01-01"),
        ("CONCAT_WS(',', 'a', NULL, 'b')", "a,b"),
        ("SPACE(3) + 'x'", "   x"),
        ("ASCII('€')", 128),
        ("UNICODE(N'€')", 8364),
        ("UNICODE(N'😀')", 55357),
        ("CHAR(65)", "A"),
        ("CHAR(256)", None),
        ("NCHAR(8364)", "€"),
        ("STR(123.456, 8, 2)", "  123.46"),
        ("STR(123456, 3)", "***"),
        ("QUOTENAME('a]b')", "[a]]b]"),
        ("QUOTENAME('a''b', '''')", "'a''b'"),
        ("QUOTENAME(REPLICATE('a', 129))", None),
        ("TRANSLATE('2*[3+4]', '[]', '()')", "2*(3+4)"),
        ("STRING_ESCAPE('a\"b/c', 'json')", 'a\\"b\\/c'),
        ("SOUNDEX('Robert')", "R163"),
        ("SOUNDEX('Tymczak')", "T522"),
        ("DIFFERENCE('Green', 'Greene')", 4),
        ("PARSENAME('[a.x].b', 2)", "a.x"),
        ("'a' + NULL", None),
        ("ISNUMERIC('1e5')", 1),
        ("ISNUMERIC('abc')", 0),
    ],
)
def test_values(sql, expression, value):
    assert sql.value(expression) == value


@pytest.mark.parametrize(
    "expression, type_",
    [
        ("LEFT('abc', 2)", "varchar(2)"),
        ("REPLACE('abc', 'b', N'x')", "nvarchar(4000)"),
        ("UPPER(N'ab')", "nvarchar(2)"),
        ("QUOTENAME('a')", "nvarchar(258)"),
        ("CHAR(65)", "char(1)"),
        ("NCHAR(65)", "nchar(1)"),
        ("LEN(CAST('a' AS nvarchar(max)))", "bigint"),
        ("REPLICATE(CAST('a' AS varchar(max)), 2)", "varchar(max)"),
    ],
)
def test_types(sql, expression, type_):
    assert sql.type(expression) == type_


@pytest.mark.parametrize(
    "expression, number",
    [
        ("LEFT('abc', -1)", 536),
        ("RIGHT('abc', -1)", 536),
        ("SUBSTRING('abc', 2, -1)", 537),
        ("TRANSLATE('abc', 'ab', 'x')", 9828),
        ("LEN()", 174),
        ("CONCAT('a')", 189),
        ("NOSUCH(1)", 195),
        ("dbo.f(1)", 4121),
        ("FORMAT('x', 'd')", 8116),
        ("CHAR(0)", 50999),
        ("RIGHT(N'a😀', 1)", 50999),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


@pytest.mark.parametrize(
    "expression, without, since",
    [
        ("TRIM(' a')", "2016", "2017"),
        ("CONCAT_WS(',', 'a', 'b')", "2016", "2017"),
        ("TRANSLATE('a', 'a', 'b')", "2016", "2017"),
        ("STRING_AGG(v, ',') FROM (VALUES ('a')) t(v)", "2016", "2017"),
        ("GREATEST(1, 2)", "2019", "2022"),
        ("UNISTR(N'a')", "2022", "2025"),
        ("REGEXP_REPLACE('a', 'a', 'b')", "2022", "2025"),
    ],
)
def test_arrival(sql, expression, without, since):
    assert sql.number(expression, without) == 195
    assert sql.value(expression, since) is not None


@pytest.mark.parametrize(
    "expression, value",
    [
        ("FORMAT(1234.567, 'N2')", "1,234.57"),
        ("FORMAT(-1234.5, 'C')", "($1,234.50)"),
        ("FORMAT(5, 'D3')", "005"),
        ("FORMAT(0.256, 'P1')", "25.6 %"),
        ("FORMAT(1234.5, '#,##0.00')", "1,234.50"),
        ("FORMAT(CAST('2020-01-02 15:04:05.12' AS datetime2), 'yyyy-MM-dd HH:mm:ss.fff')", "2020-01-02 15:04:05.120"),
        ("FORMAT(CAST('2020-01-02' AS date), 'd')", "1/2/2020"),
        ("FORMAT(CAST('2020-01-02' AS date), 'dddd, MMMM dd')", "Thursday, January 02"),
    ],
)
def test_format(sql, expression, value):
    assert sql.value(expression) == value


def test_format_refuses_other_cultures(sql):
    assert sql.number("FORMAT(1, 'N', 'de-DE')") == 50999


@pytest.mark.parametrize(
    "expression, value",
    [
        ("SUBSTRING('abcdef', 3)", "cdef"),
        (r"UNISTR(N'\D83D\DE00\0041')", "😀A"),
        ("BASE64_ENCODE(0x616263FF)", "YWJj/w=="),
        ("BASE64_ENCODE(0x616263FF, 1)", "YWJj_w"),
        ("BASE64_DECODE('YWJj')", b"abc"),
        ("REGEXP_REPLACE('abcb', 'b', 'x')", "axcx"),
        (r"REGEXP_REPLACE('abc', '(b)', '[\1]')", "a[b]c"),
        ("REGEXP_COUNT('aBcb', 'b', 1, 'i')", 2),
        ("REGEXP_INSTR('abcb', 'b', 1, 2)", 4),
        ("REGEXP_SUBSTR('abcb', 'b.')", "bc"),
        (r"REGEXP_SUBSTR('one two', '\bt\w+')", "two"),
        ("CASE WHEN REGEXP_LIKE('abc', '^A', 'i') THEN 1 ELSE 0 END", 1),
        ("CASE WHEN REGEXP_LIKE('abc', '^A') THEN 1 ELSE 0 END", 0),
    ],
)
def test_functions_of_2025(sql, expression, value):
    assert sql.value(expression, "2025") == value


def test_regular_expressions_beyond_re2_are_refused(sql):
    assert sql.number("REGEXP_COUNT('a', '(?=a)')", "2025") == 50999
    assert sql.number("REGEXP_COUNT('a', 'a', 1, 'x')", "2025") == 19301


def test_string_split(sql):
    assert sql.rows("SELECT value FROM STRING_SPLIT('a,b,,c', ',')")[0] == [("a",), ("b",), ("",), ("c",)]
    assert sql.rows("SELECT value, ordinal FROM STRING_SPLIT('a,b', ',', 1)")[0] == [("a", 1), ("b", 2)]
    assert sql.number("value FROM STRING_SPLIT('a', ',,')") == 214
