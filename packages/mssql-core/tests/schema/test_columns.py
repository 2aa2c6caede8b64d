import datetime
from decimal import Decimal

import django
import pytest
from django.db import DataError, connection, models
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Concat, Left, Lower, Now, Reverse, Substr
from fake_catalog import FakeCatalog
from schema_models import created, database_expressions, field_of, model, script

from mssql_core.fields import LegacyDateTimeField, VarcharField
from mssql_core.schema.columns import collate_sql


def definition(field, include_default=False):
    thing = model(a=models.IntegerField(), b=field)
    return connection.schema_editor().columns.definition(thing, field, include_default)


@database_expressions
@pytest.mark.parametrize("persist, ending", [(True, " PERSISTED"), (False, "")])
def test_a_generated_column_is_its_expression_and_nothing_else(persist, ending):
    field = models.GeneratedField(
        expression=F("a") + 1, output_field=models.BigIntegerField(), db_persist=persist, unique=True
    )
    assert definition(field) == "AS (CAST(([a] + 1) AS bigint))" + ending


@database_expressions
def test_values_in_a_generated_column_are_literals():
    expression = models.Case(models.When(a__gt=1, then=models.Value("it's")), default=models.Value("%"))
    field = models.GeneratedField(expression=expression, output_field=models.CharField(max_length=9), db_persist=False)
    assert definition(field) == "AS (CAST(CASE WHEN [a] > 1 THEN N'it''s' ELSE N'%' END AS nvarchar(9)))"


@database_expressions
@pytest.mark.parametrize(
    "expression, longest",
    [
        (Concat("c", models.Value("😀")), 6),
        (Concat("c", Lower("c"), models.Value(".")), 9),
        (Left("c", 3), 6),
        (Cast("a", models.CharField(max_length=7)), 7),
        (Coalesce("c", models.Value("longer")), 10),
        (models.Case(models.When(a=1, then=F("c")), default=models.Value("none!")), 5),
        (models.Case(models.When(a=1, then=Reverse("c"))), 4),
        (Substr("c", 2), None),
    ],
)
def test_a_generated_text_that_may_be_too_long_is_refused(expression, longest):
    """CAST would cut it."""

    def made(size):
        output = models.CharField(max_length=size)
        field = models.GeneratedField(expression=expression, output_field=output, db_persist=True)
        thing = model(a=models.IntegerField(), c=models.CharField(max_length=4), b=field)
        return connection.schema_editor().columns.definition(thing, field)

    size = longest - 1 if longest else 4000
    assert made(size).startswith("AS (CAST(CASE WHEN DATALENGTH(RTRIM(CAST(")
    assert " AS nvarchar(max)))) > %d THEN CAST(CAST(N'longer than %d: ' + " % (size * 2, size) in made(size)
    assert longest is None or "longer than" not in made(longest)


@database_expressions
def test_a_generated_text_in_a_code_page_has_bytes():
    output = VarcharField(max_length=3)
    field = models.GeneratedField(expression=F("c"), output_field=output, db_persist=True)
    thing = model(c=models.CharField(max_length=4), b=field)
    sql = connection.schema_editor().columns.definition(thing, field)
    assert sql.startswith("AS (CAST(CASE WHEN DATALENGTH(RTRIM(CAST([c] AS varchar(max)))) > 3 THEN ")


@database_expressions
def test_a_collation_follows_the_expression():
    output = models.CharField(max_length=9, db_collation="Latin1_General_BIN2")
    field = models.GeneratedField(expression=F("a"), output_field=output, db_persist=False)
    assert definition(field).endswith(" AS nvarchar(9)) COLLATE Latin1_General_BIN2)")


@database_expressions
def test_a_default_of_the_database_stays_in_the_definition():
    assert definition(models.IntegerField(db_default=3)) == (
        "int NOT NULL CONSTRAINT [a_thing_b_50abed3b_default] DEFAULT (3)"
    )


def test_a_stored_column():
    field = models.CharField(max_length=5, null=True, db_collation="Latin1_General_BIN2")
    assert definition(field) == "nvarchar(5) COLLATE Latin1_General_BIN2 NULL"


def test_a_default_is_for_the_rows_that_exist_only():
    assert definition(models.IntegerField(default=3)) == "int NOT NULL"
    assert definition(models.IntegerField(default=3), True).endswith("DEFAULT (3)")


def test_uniqueness_is_inline_in_a_new_table_only():
    assert definition(models.IntegerField(unique=True)).endswith("_key] UNIQUE")
    assert definition(models.IntegerField(unique=True), True) == "int NOT NULL"
    assert definition(models.IntegerField(unique=True, null=True)) == "int NULL"


def test_a_field_without_column_has_no_definition():
    field = models.ManyToManyField("self")
    thing = model(others=field)
    assert connection.schema_editor().column_sql(thing, field) == (None, None)


def test_a_definition_has_no_parameters():
    """DDL takes none."""
    field = models.CharField(max_length=5, default="x")
    sql, params = connection.schema_editor().column_sql(model(a=field), field, include_default=True)
    assert sql.endswith("DEFAULT (N'x')") and params == []


def test_a_key_lies_in_its_tablespace():
    (sql,) = created(model(a=models.IntegerField(unique=True, db_tablespace="fast")))
    assert "_key] UNIQUE ON [fast]" in sql


def test_the_default_of_added_rows_is_dropped_again():
    thing = model()
    with FakeCatalog().installed(connection):
        statements = script(
            lambda editor: editor.add_field(thing, field_of(thing, "b", models.IntegerField(default=3)))
        )
    assert statements == [
        "ALTER TABLE [a_thing] ADD [b] int NOT NULL CONSTRAINT [a_thing_b_50abed3b_default] DEFAULT (3);",
        "ALTER TABLE [a_thing] DROP CONSTRAINT [a_thing_b_50abed3b_default];",
    ]


def test_the_name_of_a_collation_has_no_delimiters():
    assert collate_sql("Latin1_General_BIN2") == "COLLATE Latin1_General_BIN2"
    with pytest.raises(ValueError, match="fn_helpcollations"):
        collate_sql("[Latin1_General_BIN2]")


AT = datetime.datetime(2026, 5, 6, 7, 8, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


@pytest.mark.parametrize(
    ("kind", "options", "value", "sql"),
    [
        (models.DecimalField, {"max_digits": 5, "decimal_places": 2}, Decimal(0.1), "DEFAULT (0.10)"),
        (LegacyDateTimeField, {}, AT, "DEFAULT (CAST(N'2026-05-06T05:08:00' AS datetime2))"),
        (models.DateTimeField, {}, AT, "DEFAULT (CAST(N'2026-05-06T07:08:00+02:00' AS datetimeoffset))"),
    ],
)
def test_a_default_is_stored_like_any_other_value(kind, options, value, sql):
    assert definition(kind(default=value, **options), True).endswith(sql)
    if django.VERSION >= (5, 0):
        assert definition(kind(db_default=value, **options)).endswith(sql)


def test_a_default_that_cannot_be_stored_is_refused_by_the_fields_name():
    with pytest.raises(DataError, match="b: .*lone surrogate"):
        definition(models.CharField(max_length=5, default="\ud800"), True)


@database_expressions
@pytest.mark.parametrize(
    ("kind", "value", "sql"),
    [
        (models.DateTimeField, Now, "((CAST(SYSDATETIMEOFFSET() AS datetimeoffset(6))))"),
        (models.BooleanField, True, "(1)"),
        (models.BinaryField, b"\x01", "(0x01)"),
        (models.DateField, datetime.date(2020, 1, 2), "(CAST(N'2020-01-02' AS date))"),
        (models.IntegerField, lambda: models.Value(1) + 2, "(((1 + 2)))"),
        (models.TextField, "100%", "(N'100%')"),
        (models.TextField, lambda: Lower(models.Value("A%")), "((LOWER(N'A%')))"),
    ],
)
def test_a_default_of_the_database_is_written_out(kind, value, sql):
    default = value() if callable(value) else value
    assert definition(kind(db_default=default)).endswith(" DEFAULT " + sql)


@database_expressions
def test_a_percent_sign_of_a_generated_column_is_one():
    field = models.GeneratedField(expression=F("a") % 2, output_field=models.IntegerField(), db_persist=True)
    assert definition(field) == "AS (CAST(([a] % 2) AS int)) PERSISTED"
    for text in ("[a] % 2", "[a] %% 2"):
        raw = RawSQL(text, [])
        field = models.GeneratedField(expression=raw, output_field=models.IntegerField(), db_persist=True)
        assert definition(field) == "AS (CAST(([a] % 2) AS int)) PERSISTED"
