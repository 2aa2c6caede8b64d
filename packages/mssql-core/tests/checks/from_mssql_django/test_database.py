"""What mssql-django left in a database."""

import pytest
from django.db import models
from django.test.utils import isolate_apps

from mssql_core.checks import findings
from mssql_core.checks.from_mssql_django import database
from mssql_core.testing import fake_connection


@pytest.fixture
def paper(monkeypatch):
    with isolate_apps("ormtests"):

        class Paper(models.Model):
            data = models.JSONField(db_column="Data of it")

            class Meta:
                app_label = "ormtests"
                db_table = "paper"

    monkeypatch.setattr(findings, "models_of", lambda connection: [Paper])


@pytest.mark.parametrize(
    "definition, is_told",
    [
        ("(isjson([data of it])=(1))", True),
        ("(ISJSON([Data of it]) = 1)", False),
        ("(isjson([data of it])=(1) OR isjson(N'['+[data of it]+N']')=(1))", False),
        ("(isjson([other])=(1))", False),
    ],
)
def test_checks_that_take_objects_and_arrays_only(paper, definition, is_told):
    connection = fake_connection()
    connection.driver.answer("sys.check_constraints", [("dbo", "paper", "a_check", definition)])
    told = list(database.json_checks(connection))
    assert [finding.text.startswith("The columns of ormtests.Paper.data") for finding in told] == [True] * is_told


def test_checks_of_other_tables_are_those_of_others(paper):
    connection = fake_connection()
    connection.driver.answer("sys.check_constraints", [("dbo", "other", "a_check", "(isjson([data])=(1))")])
    assert list(database.json_checks(connection)) == []


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
