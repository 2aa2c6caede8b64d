import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.connection import connection_string
from mssql_core.connection.connection_string import build, merge, parse, quote, redact


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a;b", "{a;b}"),
        ("p}w", "{p}}w}"),
        ("{x", "{{x}"),
        (" x ", "{ x }"),
        ("a=b", "{a=b}"),
        ("ünï", "ünï"),
    ],
)
def test_values_are_quoted_and_read_back(value, quoted):
    assert quote(value) == quoted
    assert parse("PWD=%s;APP=x" % quoted) == [("PWD", value), ("APP", "x")]


def test_a_keyword_may_begin_with_any_letter():
    assert parse("XY=a") == [("XY", "a")]


def test_of_duplicate_keywords_all_are_told():
    assert parse("UID=a;uid=b;") == [("UID", "a"), ("uid", "b")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("APP={abc", "Part 1 of the connection string lacks its closing brace."),
        ("APP={a}}bc", "Part 1 of the connection string lacks its closing brace."),
        ("UID=x;APP={a}b", "Part 2 of the connection string goes on behind its closing brace; write } as }}."),
        ("UID=x;APP={a} ;", "Part 2 of the connection string goes on behind its closing brace; write } as }}."),
        ("novalue", "Part 1 of the connection string has no '='."),
        ("novalue;APP=x", "Part 1 of the connection string has no '='."),
        ("UID=x;WSID=y;A{P=1", "Part 3 of the connection string begins with what is no ODBC keyword."),
        ("UID =sa", "Part 1 of the connection string begins with what is no ODBC keyword."),
    ],
)
def test_what_the_driver_would_misread_is_refused(text, problem):
    with pytest.raises(ImproperlyConfigured) as told:
        parse(text)
    assert str(told.value) == problem


def test_blanks_and_semicolons_between_parts():
    assert parse(" ; UID=a;; APP={b;}}c};") == [("UID", "a"), ("APP", "b;}c")]


@pytest.mark.parametrize("keyword", ["", "a=b", "a;b", " UID", "{x", "x}"])
def test_keywords_that_are_none_are_refused(keyword):
    with pytest.raises(ImproperlyConfigured) as told:
        build({keyword: "x"})
    assert str(told.value) == "%r is not an ODBC keyword." % keyword
    assert build({"X": "x"}) == "X=x"


@pytest.mark.parametrize("keyword", ["PWD", "uid", "Database", "APP"])
def test_limits_of_the_login_are_told_before_connecting(keyword):
    assert build({keyword: "x" * 128}) == "%s=%s" % (keyword, "x" * 128)
    with pytest.raises(ImproperlyConfigured) as told:
        build({keyword: "x" * 129})
    assert str(told.value) == "The value of the ODBC keyword %s is longer than 128 characters." % keyword


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("a\0b", "holds a NUL character."),
        (5, "is no text but int."),
        (
            "a\udce9",
            "holds a lone surrogate, which is no character. It comes from bytes that are not UTF-8, for example in an "
            "environment variable.",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_by_its_keyword(value, problem):
    with pytest.raises(ImproperlyConfigured) as told:
        build({"WSID": value})
    assert str(told.value) == "The value of the ODBC keyword WSID " + problem


def test_merging_compares_without_case_and_keeps_the_place():
    assert merge({"UID": "a", "APP": "x"}, {"uid": "b", "WSID": "w"}) == {"UID": "b", "APP": "x", "WSID": "w"}


def test_secrets_are_hidden():
    assert redact({"UID": "sa", "PWD": "s3cret", "pwd": "x"}) == {"UID": "sa", "PWD": "***", "pwd": "***"}
    text = build({"PWD": "s3cret"})
    assert text == "PWD=s3cret"
    assert "s3cret" not in repr(text) and "s3cret" not in repr({"connection_string": text})
    assert isinstance(text, connection_string.Secret)
