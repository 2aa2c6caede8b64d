import pytest
from django.db import DatabaseError, NotSupportedError
from ormtests.models import Author

from mssql_core.compiler.explain import with_literals
from mssql_core.connection.parameters import TypedParam
from mssql_core.testing import fake_connection, server_error

STATEMENT = "FROM [ormtests_author] WHERE [ormtests_author].[name] = N'it''s 5%'"
OFF = "SET SHOWPLAN_XML OFF"


@pytest.fixture
def connection():
    connection = fake_connection()
    connection.ensure_connection()
    return connection


def plans(connection, queryset):
    return list(queryset.order_by().query.get_compiler(connection=connection).explain_query())


def test_the_session_explains_the_statement_with_its_values(connection):
    connection.driver.answer(STATEMENT, [("<ShowPlanXML/>",)])
    assert plans(connection, Author.objects.filter(name="it's 5%").values("id")) == ["<ShowPlanXML/>"]
    on, statement, off = connection.driver.sql[-3:]
    assert (on, off) == ("SET SHOWPLAN_XML ON", OFF)
    assert statement.startswith("SELECT ") and STATEMENT in statement


def test_a_query_without_rows_has_no_plan(connection):
    assert plans(connection, Author.objects.none()) == []
    assert OFF not in connection.driver.sql


def test_after_an_error_the_session_runs_statements_again(connection):
    connection.driver.answer(STATEMENT, server_error(262, "SHOWPLAN permission denied in database 'x'."))
    with pytest.raises(DatabaseError, match="SHOWPLAN permission denied"):
        plans(connection, Author.objects.filter(name="it's 5%"))
    assert connection.driver.sql[-1] == OFF


def test_a_session_that_cannot_go_back_is_closed(connection):
    connection.driver.answer(OFF, server_error(596, "killed"))
    with pytest.raises(DatabaseError, match="killed"):
        plans(connection, Author.objects.filter(name="a"))
    assert connection.connection is None


def test_literals():
    values = [TypedParam(None, "date"), 5, TypedParam("a", "varchar(50)")]
    statement = "SELECT CAST(NULL AS date), 5 % 2, CAST(N'a' AS varchar(50))"
    assert with_literals("SELECT %s, %s %% 2, %s", values) == statement


def test_a_value_without_a_literal_is_refused_by_name():
    with pytest.raises(
        NotSupportedError, match=r"^explain\(\) cannot write a parameter into the statement: .*float column"
    ):
        with_literals("SELECT %s", [float("inf")])
