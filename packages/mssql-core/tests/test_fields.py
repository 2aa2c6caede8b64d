import pytest
from django.db import DataError, connections, models
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from mssql_core.compiler.field_values import stored
from mssql_core.fields import LegacyDateTimeField, SmallDateTimeField, VarcharField

SQLITE = SQLite({**connections["default"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"})


@pytest.mark.parametrize(
    ("field", "here", "elsewhere"),
    [
        (VarcharField(max_length=20), "varchar(20)", "varchar(20)"),
        (VarcharField(max_length=8001), "varchar(max)", "varchar(8001)"),
        (LegacyDateTimeField(), "datetime", "datetime"),
        (SmallDateTimeField(), "smalldatetime", "datetime"),
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
