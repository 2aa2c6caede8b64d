import datetime
import decimal
import subprocess
import sys
import uuid
from types import SimpleNamespace

import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError
from django.db import DataError, connections, models
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.models.sql import InsertQuery, UpdateQuery
from django.test import override_settings

from mssql_core.compiler.field_values import stored
from mssql_core.fields import (
    ColumnSetField,
    DateTime2Field,
    DateTimeOffsetField,
    FixedCharField,
    GeographyField,
    GeometryField,
    HierarchyIdField,
    IdentityField,
    LedgerField,
    LegacyDateTimeField,
    LegacyTextField,
    NumericAutoField,
    RowVersionField,
    SmallDateTimeField,
    SqlVariantField,
    SystemTimeField,
    VarcharField,
    VarcharTextField,
)
from mssql_core.testing import compile_sql

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
        (FixedCharField(max_length=3), "char(3)", "varchar(3)"),
        (VarcharTextField(), "varchar(max)", "text"),
        (LegacyTextField(), "text", "text"),
        (NumericAutoField(primary_key=True), "numeric(18, 0) IDENTITY(1, 1)", "integer"),
        (SystemTimeField(), "datetime2", "datetime"),
        (DateTime2Field(), "datetime2", "datetime"),
        (DateTimeOffsetField(), "datetimeoffset", "datetime"),
        (LedgerField(), "bigint", "bigint"),
        (ColumnSetField(), "xml COLUMN_SET FOR ALL_SPARSE_COLUMNS", "text"),
        (HierarchyIdField(), "hierarchyid", "text"),
        (GeographyField(), "geography", "text"),
        (GeometryField(), "geometry", "text"),
        (SqlVariantField(), "sql_variant", "text"),
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


@pytest.mark.parametrize(
    ("field", "here", "elsewhere"),
    [
        (VarcharField(max_length=20), "varchar(20)", "varchar(20)"),
        (FixedCharField(max_length=3), "char(3)", "varchar(3)"),
        (VarcharTextField(), "varchar(max)", "text"),
        # No CAST knows a column set: it is XML.
        (ColumnSetField(), "xml", "text"),
        (GeographyField(), "geography", "text"),
    ],
)
def test_types_of_casts(connection, field, here, elsewhere):
    assert (field.cast_db_type(connection), field.cast_db_type(SQLITE)) == (here, elsewhere)


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


class Place(models.Model):
    node = HierarchyIdField()
    location = GeographyField(null=True)
    shape = GeometryField(null=True)
    value = SqlVariantField(null=True)
    begin = SystemTimeField()
    entries = ColumnSetField()

    class Meta:
        app_label = "fields"
        apps = Apps()


def inserted(connection, *places):
    insert = InsertQuery(Place)
    insert.insert_values(Place._meta.local_concrete_fields[1:], list(places))
    ((sql, params),) = insert.get_compiler(connection=connection).as_sql()
    return sql, [getattr(param, "value", param) for param in params]


def test_types_of_the_clr_are_read_as_text():
    sql, _ = compile_sql(Place.objects.values_list("node", "location"))
    assert "[fields_place].[node].ToString()" in sql
    assert (
        "N'SRID=' + CAST([fields_place].[location].STSrid AS nvarchar(11)) + N';' + [fields_place].[location].ToString()"
        in sql
    )


def test_types_of_the_clr_are_written_as_text(connection):
    sql, params = inserted(
        connection, Place(node="/1/", location="SRID=4269;POINT (1 2)", shape="POINT (3 4)", value=5)
    )
    assert "[begin]" not in sql and "[entries]" not in sql
    for part in (
        "CAST(%s AS hierarchyid)",
        "geography::STGeomFromText(%s, 4269)",
        "geometry::STGeomFromText(%s, 0)",
        "CAST(%s AS sql_variant)",
    ):
        assert part in sql
    assert params == ["/1/", "POINT (1 2)", "POINT (3 4)", 5]
    sql, params = inserted(connection, Place(node="/1/"))
    assert "CAST(%s AS geography)" in sql and params == ["/1/", None, None, None]


def test_geography_without_srid_is_that_of_gps(connection):
    assert "geography::STGeomFromText(%s, 4326)" in inserted(connection, Place(node="/", location="POINT (1 2)"))[0]


def test_bytes_that_raw_sql_read_of_a_clr_type_are_not_written_back(connection):
    with pytest.raises(FieldError, match="fields.Place.node has the bytes of a hierarchyid"):
        inserted(connection, Place(node=b"\x58"))


def test_a_place_in_a_tree_is_compared_as_text():
    sql, params = compile_sql(Place.objects.filter(node="/1/2/"))
    assert "[node] = %s" in sql and list(params) == ["/1/2/"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("int\x1f5", 5),
        ("bit\x1f1", True),
        ("bit\x1f0", False),
        ("varchar\x1fint:5", "int:5"),
        ("numeric\x1f1.50", decimal.Decimal("1.50")),
        ("money\x1f2.5000", decimal.Decimal("2.5")),
        ("float\x1f1.5000000000000000e+000", 1.5),
        ("date\x1f2020-01-02", datetime.date(2020, 1, 2)),
        ("time\x1f12:30:00.0000000", datetime.time(12, 30)),
        ("datetime\x1f2020-01-02 03:04:05.123", datetime.datetime(2020, 1, 2, 3, 4, 5, 123000)),
        (
            "datetimeoffset\x1f2020-01-02 03:04:05.1234567 +00:00",
            datetime.datetime(2020, 1, 2, 3, 4, 5, 123456, datetime.timezone.utc),
        ),
        ("uniqueidentifier\x1f890C1129-A7A4-4072-B3A0-8AB162C52C93", uuid.UUID("890c1129-a7a4-4072-b3a0-8ab162c52c93")),
        ("varbinary\x1f0102", b"\x01\x02"),
        (None, None),
        (5, 5),
        ("plain", "plain"),
    ],
)
def test_a_value_of_any_type_keeps_it(connection, text, value):
    read = SqlVariantField().from_db_value(text, None, connection)
    assert read == value and type(read) is type(value)


def test_period_columns_are_in_utc_whatever_the_zone_of_the_connection(connection):
    connection.settings_dict["TIME_ZONE"] = "Europe/Berlin"
    field = Place._meta.get_field("begin")
    moment = datetime.datetime(2020, 6, 1, 12, tzinfo=datetime.timezone.utc)
    assert field.get_db_prep_value(moment.astimezone(connection.timezone), connection) == datetime.datetime(
        2020, 6, 1, 12
    )
    shown = datetime.datetime(2020, 6, 1, 12, tzinfo=connection.timezone)
    assert field.from_db_value(shown, None, connection) == moment
    with override_settings(USE_TZ=False):
        assert field.from_db_value(shown, None, connection) == datetime.datetime(2020, 6, 1, 12)


def test_a_moment_for_a_datetimeoffset_column_has_an_offset(connection):
    with override_settings(USE_TZ=False, TIME_ZONE="Asia/Tokyo"):
        value = DateTimeOffsetField().get_db_prep_value(datetime.datetime(2020, 6, 1), connection)
    assert value.utcoffset() is not None


def test_another_database_stores_moments_and_values_in_its_own_way():
    moment = datetime.datetime(2020, 6, 1, 12, tzinfo=datetime.timezone.utc)
    assert DateTimeOffsetField().get_db_prep_value(moment, SQLITE) == SQLITE.ops.adapt_datetimefield_value(moment)
    assert SystemTimeField().get_db_prep_value(moment, SQLITE) == SQLITE.ops.adapt_datetimefield_value(moment)
    assert SystemTimeField().from_db_value(moment, None, SQLITE) is moment
    assert SqlVariantField().select_format(SimpleNamespace(connection=SQLITE), "[v]", []) == ("[v]", [])


def test_another_database_gets_null_for_what_the_server_writes():
    field = Numbered._meta.get_field("version")
    assert field.get_db_prep_save(field.pre_save(Numbered(), add=True), SQLITE) is None


def test_numbers_of_a_decimal_identity_are_integers(connection):
    key = NumericAutoField(primary_key=True, max_digits=10)
    assert type(key.from_db_value(decimal.Decimal(7), None, connection)) is int
    assert key.rel_db_type(connection) == "numeric(10, 0)"
    assert key.deconstruct()[3]["max_digits"] == 10


@pytest.mark.parametrize("kind", [VarcharTextField, LegacyTextField])
def test_long_text_out_of_the_code_page_is_refused(connection, kind):
    class Coded(models.Model):
        text = kind(db_collation="Polish_CI_AS")

        class Meta:
            app_label = "fields"
            apps = Apps()

    with pytest.raises(DataError, match="code page of the collation Polish_CI_AS"):
        stored(Coded._meta.get_field("text"), "Ørsted", connection)


def test_the_fields_ask_nothing_of_django_that_it_deprecates():
    """A project that makes errors of warnings imports them: Django 6.1 deprecates get_placeholder()."""
    command = [sys.executable, "-W", "error", "-c", "import mssql_core.fields"]
    imported = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    assert imported.returncode == 0, imported.stderr
