import pytest
from django.db import NotSupportedError

from mssql_core.operations.regex import insensitive_collation, like_pattern


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc", "%abc%"),
        ("^abc", "abc%"),
        ("abc$", "%abc"),
        ("^abc$", "abc"),
        ("^a.c$", "a_c"),
        ("^a.*c$", "a%c"),
        ("[a-c]x", "%[a-c]x%"),
        ("[^a-c]x", "%[^a-c]x%"),
        (r"a\.b", "%a.b%"),
        (r"5\$", "%5$%"),
        ("50%_", r"%50\%\_%"),
        (r"a\\b", r"%a\\b%"),
    ],
)
def test_what_like_can_say(pattern, expected):
    assert like_pattern(pattern) == expected


@pytest.mark.parametrize(
    "pattern", ["a+", "a*", "a?", "a|b", "(a)", r"\d", "[a]*", "a{2}", r"[\d]", "a^b", "[a", "b$c"]
)
def test_what_it_cannot(pattern):
    with pytest.raises(NotSupportedError):
        like_pattern(pattern)


@pytest.mark.parametrize(
    ("collation", "expected"),
    [
        ("SQL_Latin1_General_CP1_CI_AS", "SQL_Latin1_General_CP1_CI_AS"),
        ("Latin1_General_100_CS_AS_SC", "Latin1_General_100_CI_AS_SC"),
        ("Latin1_General_100_BIN2", "Latin1_General_100_CI_AS"),
    ],
)
def test_collations_that_ignore_case(collation, expected):
    assert insensitive_collation(collation) == expected
