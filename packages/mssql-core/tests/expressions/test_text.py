import pytest
from django.db import NotSupportedError
from django.db.models import Value
from django.db.models.functions import (
    MD5,
    SHA1,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    Chr,
    Concat,
    Left,
    Length,
    Lower,
    LPad,
    LTrim,
    Ord,
    Repeat,
    Replace,
    Reverse,
    Right,
    RPad,
    RTrim,
    StrIndex,
    Substr,
    Trim,
    Upper,
)
from ormtests.models import Author

authors = Author.objects.order_by()
NAME = "[ormtests_author].[name]"
MAX = "CAST(%s AS nvarchar(max))" % NAME
LENGTH = "(CAST(LEN(%s + N'.') AS int) - 1)" % MAX


def compile_one(compiled, function, **arguments):
    sql, params = compiled(authors.annotate(x=function).values("x"), **arguments)
    return sql[len("SELECT ") : sql.index(" AS [x] FROM")], params


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (Chr("age"), "NCHAR([ormtests_author].[age])"),
        (Concat("name", Value("x")), "CONCAT({0}, %s)"),
        (Left("name", 3), "LEFT({0}, %s)"),
        (Length("name"), LENGTH),
        (Lower("name"), "LOWER({0})"),
        (LTrim("name"), "LTRIM({0})"),
        (Ord("name"), "UNICODE({0})"),
        (Reverse("name"), "REVERSE({0})"),
        (Right("name", 3), "RIGHT({0}, %s)"),
        (RTrim("name"), "RTRIM({0})"),
        (Substr("name", 2), "SUBSTRING({0}, %s, 2147483647)"),
        (Substr("name", 2, 3), "SUBSTRING({0}, %s, %s)"),
        (Trim("name"), "LTRIM(RTRIM({0}))"),
        (Upper("name"), "UPPER({0})"),
        (Repeat("name", 3), "REPLICATE(" + MAX + ", %s)"),
    ],
)
def test_functions(compiled, function, expected):
    assert compile_one(compiled, function)[0] == expected.format(NAME)


def test_replacing_tells_case_apart(compiled):
    sql, params = compile_one(compiled, Replace("name", Value("a"), Value("b")))
    assert sql == "(REPLACE(%s COLLATE Latin1_General_100_BIN2, %%s, %%s) COLLATE DATABASE_DEFAULT)" % NAME
    assert params == ["a", "b"]


def test_searching_tells_case_apart(compiled):
    sql, params = compile_one(compiled, StrIndex("name", Value("a")))
    assert sql == "CHARINDEX(%%s, %s COLLATE Latin1_General_100_BIN2)" % NAME
    assert params == ["a"]


def test_padding_cuts_longer_texts(compiled):
    sql, params = compile_one(compiled, LPad("name", 5, Value("x")))
    assert sql == (
        "LEFT(LEFT(REPLICATE(CAST(%s AS nvarchar(max)), %s), "
        "CASE WHEN %s > {1} THEN %s - {1} ELSE 0 END) + {0}, %s)".format(MAX, LENGTH)
    )
    assert params == ["x", 5, 5, 5, 5]
    sql, params = compile_one(compiled, RPad("name", 5, Value("x")))
    assert sql == "LEFT({0} + REPLICATE(CAST(%s AS nvarchar(max)), %s), %s)".format(MAX)
    assert params == ["x", 5, 5]


@pytest.mark.parametrize(
    ("function", "algorithm"), [(MD5, "MD5"), (SHA1, "SHA1"), (SHA256, "SHA2_256"), (SHA512, "SHA2_512")]
)
def test_hashes_are_of_utf8(compiled, function, algorithm):
    sql, _ = compile_one(compiled, function("name"))
    assert sql == (
        "LOWER(CONVERT(nvarchar(128), HASHBYTES('%s', CAST(%s COLLATE Latin1_General_100_CI_AS_SC_UTF8 "
        "AS varchar(max))), 2))" % (algorithm, MAX)
    )


@pytest.mark.parametrize("function", [SHA224, SHA384])
def test_hashes_that_the_server_has_not(compiled, function):
    with pytest.raises(NotSupportedError, match="HASHBYTES has no such algorithm"):
        compile_one(compiled, function("name"))


def test_utf8_came_with_2019(compiled):
    with pytest.raises(NotSupportedError, match="from version 2019"):
        compile_one(compiled, MD5("name"), version="2017")
