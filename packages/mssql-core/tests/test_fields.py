import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError
from django.db import DataError, connections, models
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.models.sql import InsertQuery, UpdateQuery

from mssql_core.compiler.field_values import stored
from mssql_core.fields import IdentityField, LegacyDateTimeField, RowVersionField, SmallDateTimeField, VarcharField

SQLITE = SQLite({**connections["default"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"})


@pytest.mark.parametrize(
    ("field", "here", "elsewhere"),
    [
        (VarcharField(max_length=20), "varchar(20)", "varchar(20)"),
        (VarcharField(max_length=8001), "varchar(max)", "varchar(8001)"),
        (LegacyDateTimeField(), "datetime", "datetime"),
        (SmallDateTimeField(), "smalldatetime", "datetime"),
        (RowVersionField(), "rowversion", "BLOB"),
        (IdentityField(), "bigint IDENTITY(1, 1)", "bigint"),
    ],
)
def test_column_types(connection, field, here, elsewhere):
    assert field.db_type(connection) == here
    assert field.db_type(SQLITE) == elsewhere


def test_migrations_name_them():
    _, path, _, options = VarcharField(max_length=20).deconstruct()
    assert (path, options) == ("mssql_core.fields.VarcharField", {"max_length": 20})


def test_a_cast_to_the_field_is_one_to_its_type(connection):
    assert VarcharField(max_length=20).cast_db_type(connection) == "varchar(20)"


def test_text_out_of_the_code_page_is_refused(connection):
    class Coded(models.Model):
        code = VarcharField(max_length=20, db_collation="Polish_CI_AS")

        class Meta:
            app_label = "fields"

    field = Coded._meta.get_field("code")
    assert stored(field, "Łódź", connection) == "Łódź"
    with pytest.raises(DataError, match="fields.Coded.code: .* code page of the collation Polish_CI_AS"):
        stored(field, "Ørsted", connection)


class Numbered(models.Model):
    name = models.CharField(max_length=10)
    number = IdentityField()
    version = RowVersionField()

    class Meta:
        app_label = "fields"
        apps = Apps()


def test_fields_that_the_server_writes_are_in_no_migration_s_arguments():
    for field in (IdentityField(), RowVersionField()):
        assert field.deconstruct()[3] == {}


def test_fields_that_the_server_writes_are_left_out(connection):
    connection.driver.answer("INSERT INTO", 1, [(5,), (1,), (b"12345678",)])
    insert = InsertQuery(Numbered)
    insert.insert_values(Numbered._meta.local_concrete_fields[1:], [Numbered(name="x")])
    ((sql, _),) = insert.get_compiler(connection=connection).as_sql()
    assert "INSERT INTO [fields_numbered] ([name])" in sql
    update = Numbered.objects.filter(pk=1).query.chain(UpdateQuery)
    fields = [
        (field, None, field.pre_save(Numbered(name="x"), False)) for field in Numbered._meta.local_concrete_fields[1:]
    ]
    update.add_update_fields(fields)
    sql, _ = update.get_compiler(connection=connection).as_sql()
    assert "SET [name] = %s WHERE" in sql


class Seat(Numbered):
    class Meta:
        app_label = "fields"
        apps = Numbered._meta.apps


@pytest.mark.parametrize("model", [Numbered, Seat])
def test_a_value_for_a_field_that_the_server_writes_is_refused(connection, model):
    query = model.objects.filter(pk=1).query.chain(UpdateQuery)
    query.add_update_values({"version": b"1"})
    with pytest.raises(FieldError, match="fields.Numbered.version is written by the server"):
        query.get_compiler(connection=connection).as_sql()


@pytest.mark.skipif(not hasattr(models.constants, "OnConflict"), reason="Conflicts have options since Django 4.1.")
def test_so_it_is_in_update_fields(connection):
    from django.db.models.constants import OnConflict

    query = InsertQuery(
        Numbered,
        on_conflict=OnConflict.UPDATE,
        update_fields=[Numbered._meta.get_field("number")],
        unique_fields=[Numbered._meta.get_field("name")],
    )
    query.insert_values([Numbered._meta.get_field("name")], [Numbered(name="x")])
    with pytest.raises(FieldError, match="fields.Numbered.number is written by the server"):
        query.get_compiler(connection=connection).as_sql()
