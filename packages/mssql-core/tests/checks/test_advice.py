import pytest

from mssql_core.checks import advice
from mssql_core.testing import fake_connection


def test_column_types_that_differ_from_the_alias_s_choice(connection):
    connection.driver.answer("FROM sys.columns", [("dbo", "Auth_User", "last_login", "datetime2")])
    (found,) = advice.column_types(connection)
    assert found.text == "The columns of auth.User.last_login have the type datetime2, not datetimeoffset."
    assert found.remedy.startswith("Set OPTIONS['datetime_type'] = 'datetime2'")


def test_column_types_that_fit():
    connection = fake_connection(options={"datetime_type": "datetime2"})
    connection.driver.answer("FROM sys.columns", [("dbo", "auth_user", "last_login", "datetime2")])
    assert advice.column_types(connection) == []


def test_columns_of_a_table_in_another_schema_are_those_of_others():
    connection = fake_connection(options={"schema": "crm"})
    connection.driver.answer("FROM sys.columns", [("dbo", "auth_user", "last_login", "datetime2")])
    assert advice.column_types(connection) == []


def test_legacy_types_that_the_model_does_not_name(connection):
    columns = [("dbo", "auth_user", "last_login", "datetime"), ("dbo", "auth_user", "email", "varchar")]
    connection.driver.answer("FROM sys.columns", columns)
    text, moment = advice.column_types(connection)
    assert text.text == "The columns of auth.User.email have the type varchar, and the model does not say so."
    assert "mssql_core.fields.VarcharField" in text.remedy and "mssql_core.fields.LegacyDateTimeField" in moment.remedy


def test_untrusted_and_disabled_keys(connection):
    connection.driver.answer("FROM sys.foreign_keys", [("s", "a", "fk", False), ("dbo", "b", "fk2", True)])
    (found,) = advice.foreign_keys(connection)
    assert "fk (untrusted), fk2 (off)" in found.text
    assert found.remedy == "Run: ALTER TABLE [s].[a] WITH CHECK CHECK CONSTRAINT [fk]"


def test_unique_keys_with_a_single_null(connection):
    connection.driver.answer("FROM sys.indexes", [("a", "i%d" % number) for number in range(7)])
    (found,) = advice.unique_nulls(connection)
    assert found.text.endswith("a.i4 and 2 more.")


@pytest.mark.parametrize(
    ("server", "word"),
    [({"read_committed_snapshot": False}, "READ_COMMITTED_SNAPSHOT"), ({"compatibility_level": 120}, "OPENJSON")],
)
def test_options_of_the_database(server, word):
    (found,) = advice.settings_of_database(fake_connection(**server))
    assert word in found.text


def test_nothing_to_advise(connection):
    assert advice.all_advice(connection) == []
