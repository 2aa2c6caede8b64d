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


def test_of_duplicate_keywords_all_are_told():
    assert parse("UID=a;uid=b;") == [("UID", "a"), ("uid", "b")]


@pytest.mark.parametrize("text", ["APP={abc", "APP={a}b", "novalue", "novalue;APP=x", "A{P=1", "UID =sa"])
def test_what_the_driver_would_misread_is_refused(text):
    with pytest.raises(ImproperlyConfigured):
        parse(text)


@pytest.mark.parametrize("keyword", ["", "a=b", "a;b", " UID", "{x}"])
def test_keywords_that_are_none_are_refused(keyword):
    with pytest.raises(ImproperlyConfigured):
        build({keyword: "x"})


def test_limits_of_the_login_are_told_before_connecting():
    with pytest.raises(ImproperlyConfigured, match="PWD is longer than 128"):
        build({"PWD": "x" * 129})
    with pytest.raises(ImproperlyConfigured, match="NUL"):
        build({"UID": "a\0b"})


def test_merging_compares_without_case_and_keeps_the_place():
    assert merge({"UID": "a", "APP": "x"}, {"uid": "b", "WSID": "w"}) == {"UID": "b", "APP": "x", "WSID": "w"}


def test_secrets_are_hidden():
    assert redact({"UID": "sa", "PWD": "s3cret", "pwd": "x"}) == {"UID": "sa", "PWD": "***", "pwd": "***"}
    text = build({"PWD": "s3cret"})
    assert text == "PWD=s3cret"
    assert "s3cret" not in repr(text) and "s3cret" not in repr({"connection_string": text})
    assert isinstance(text, connection_string.Secret)
