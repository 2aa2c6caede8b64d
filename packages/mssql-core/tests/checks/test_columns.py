from unittest import mock

from django.apps.registry import Apps
from django.db import models

from mssql_core.checks import columns
from mssql_core.fields import DateTime2Field, FixedCharField
from mssql_core.testing import fake_connection


def test_column_types_that_differ_from_the_alias_s_choice(connection):
    connection.driver.answer("FROM sys.columns", [("dbo", "Auth_User", "last_login", "datetime2")])
    (message,) = columns.column_types(connection)
    assert message.text == "The columns of auth.User.last_login have the type datetime2, not datetimeoffset."
    assert message.remedy.startswith("Set OPTIONS['datetime_type'] = 'datetime2'")


def test_column_types_that_fit():
    connection = fake_connection(options={"datetime_type": "datetime2"})
    connection.driver.answer("FROM sys.columns", [("dbo", "auth_user", "last_login", "datetime2")])
    assert columns.column_types(connection) == []


def test_columns_of_a_table_in_another_schema_are_those_of_others():
    connection = fake_connection(options={"schema": "crm"})
    connection.driver.answer("FROM sys.columns", [("dbo", "auth_user", "last_login", "datetime2")])
    assert columns.column_types(connection) == []


def test_a_field_that_says_its_type_fits():
    class Row(models.Model):
        at = DateTime2Field()
        code = FixedCharField(max_length=3)

        class Meta:
            app_label = "auth"
            apps = Apps()

    connection = fake_connection()
    stored = [("dbo", "auth_row", "at", "datetime2"), ("dbo", "auth_row", "code", "char")]
    connection.driver.answer("FROM sys.columns", stored)
    with mock.patch.object(columns, "models_of", lambda connection: [Row]):
        assert columns.column_types(connection) == []


def test_legacy_types_that_the_model_does_not_name(connection):
    stored = [("dbo", "auth_user", "last_login", "datetime"), ("dbo", "auth_user", "email", "varchar")]
    connection.driver.answer("FROM sys.columns", stored)
    text, moment = columns.column_types(connection)
    assert text.text == "The columns of auth.User.email have the type varchar, and the model does not say so."
    assert "mssql_core.fields.VarcharField" in text.remedy and "mssql_core.fields.LegacyDateTimeField" in moment.remedy
