"""What mssql-django left in a database."""

from mssql_core.checks.from_mssql_django import database
from mssql_core.testing import fake_connection


def told_of_regex(version="2022", options=None, function=("FS",), clr=()):
    connection = fake_connection(version=version, options=options)
    connection.driver.answer("OBJECT_ID(N'dbo.REGEXP_LIKE')", [function] if function else [])
    connection.driver.answer("sys.configurations", list(clr))
    return [finding.text + finding.remedy for finding in database.regex(connection)]


def test_the_function_of_install_regex_clr_goes_on():
    (told,) = told_of_regex()
    assert told.endswith("OPTIONS['regex_function'] = 'dbo.REGEXP_LIKE'")
    assert told_of_regex(options={"regex_function": "dbo.REGEXP_LIKE"}) == []


def test_a_server_with_its_own_needs_none():
    (told,) = told_of_regex("2025")
    assert "the server one of its own" in told
    assert told_of_regex("2025", function=None) == []


def test_a_server_with_neither():
    (told,) = told_of_regex(function=None)
    assert "no REGEXP_LIKE" in told


def test_the_protection_that_was_switched_off():
    _, told = told_of_regex(clr=[("clr enabled", 1), ("clr strict security", 0)])
    assert "'clr strict security' is off" in told and "sp_configure" in told
    assert len(told_of_regex(clr=[("clr enabled", 1), ("clr strict security", 1)])) == 1
