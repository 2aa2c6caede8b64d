import re

import pytest
from django.db import NotSupportedError
from hypothesis import given, settings
from hypothesis import strategies as st

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
        (r"a\\$", r"%a\\"),
        ("", "%%"),
        ("^$", ""),
        (r"^\d{3}-\w.+", "[0-9][0-9][0-9]-[0-9A-Z_a-z]_%%"),
        (r"^[\d.]$", "[0-9.]"),
        ("^[]a]$", r"[\]a]"),
        ("^[^a-]$", r"[^a\-]"),
        ("^.{2,}x$", "__%x"),
    ],
)
def test_what_like_can_say(pattern, expected):
    assert like_pattern(pattern) == expected


@pytest.mark.parametrize(
    "pattern",
    ["a+", "a*", "a?", "a|b", "(a)", r"\b", "[a]*", "a{1,2}", "a{2,}", "a^b", "[a", "b$c", "*a", r"a\\"[:-1], "[z-a]", "[[a]", "[😀]",
     ".*?", ".++", "x{", "(?i)a", r"\1", r"\Aa", r"[\D]", "a$$", r"[a-\d]"],
)  # fmt: skip
def test_what_it_cannot(pattern):
    with pytest.raises(NotSupportedError, match="REGEXP_LIKE"):
        like_pattern(pattern)


def test_like_has_an_end():
    with pytest.raises(NotSupportedError, match="too long for LIKE"):
        like_pattern("a" * 4001)
    with pytest.raises(NotSupportedError):
        like_pattern("a{4001}")


def like_as_re(like):
    """LIKE with the escape character backslash, as the page of LIKE describes it."""
    parts, at = [], 0
    while at < len(like):
        character = like[at]
        at += 1
        if character == "\\":
            parts.append(re.escape(like[at]))
            at += 1
        elif character == "[":
            end = at
            while like[end] != "]":
                end += 2 if like[end] == "\\" else 1
            parts.append("[%s]" % like[at:end])
            at = end + 1
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
    return re.compile("".join(parts), re.DOTALL)


LETTERS = "abABkZé9_-%[]^\\.$ \n"
CHARACTERS = st.sampled_from(LETTERS)
MEMBERS = st.one_of(
    CHARACTERS.filter(lambda each: each not in "[]^\\-"),
    st.sampled_from([r"\]", r"\^", r"\-", r"\\", "a-b", "A-Z", "Z-b", r"\d", r"\w", "%-9"]),
)
PIECES = st.one_of(
    CHARACTERS.map(re.escape),
    st.sampled_from([".", ".*", ".+", r"\d", r"\W", ".{2}", ".{1,}", "a{2}", "[a-b]{2}", r"\n"]),
    st.tuples(st.sampled_from(["", "^"]), st.lists(MEMBERS, min_size=1, max_size=3)).map(
        lambda set_: "[%s%s]" % (set_[0], "".join(set_[1]))
    ),
)
PATTERNS = st.tuples(
    st.sampled_from(["", "^"]), st.lists(PIECES, max_size=5).map("".join), st.sampled_from(["", "$"])
).map("".join)


@pytest.mark.parametrize("ignores_case", [False, True])
@settings(max_examples=500, deadline=None)
@given(pattern=PATTERNS, texts=st.lists(st.text(CHARACTERS, max_size=6), max_size=8))
def test_like_matches_what_the_expression_matches(pattern, texts, ignores_case):
    like = like_as_re(like_pattern(pattern, ignores_case))
    exact = pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern
    wanted = re.compile(exact, re.DOTALL | re.ASCII | (re.IGNORECASE if ignores_case else 0))
    for text in texts:
        match = like.fullmatch(text.lower() if ignores_case else text)
        assert bool(match) == bool(wanted.search(text)), (pattern, like.pattern, text)


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
