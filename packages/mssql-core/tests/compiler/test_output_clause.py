"""Returned columns, through a table variable where the table has triggers (error 334)."""

import pytest
from django.apps.registry import Apps
from django.db import models
from ormtests.models import Author, Book
from schema_models import database_expressions
from typed import typed

from mssql_core.compiler.output_clause import Returning, column_type


def fields(model, *names):
    return [model._meta.get_field(name) for name in names]


def test_the_statement_stands_between_declaration_and_answer(connection, compiled):
    returning = Returning(connection, fields(Author, "id", "name"))
    sql = returning.around("INSERT INTO [t] ([a]) %s VALUES (1)" % returning.output_clause())
    assert compiled.statement(sql) == (
        "DECLARE @returned TABLE ([r0] bigint, [r1] nvarchar(50)); "
        "INSERT INTO [t] ([a]) OUTPUT INSERTED.[id], INSERTED.[name] INTO @returned VALUES (1); "
        "SELECT [r0], [r1] FROM @returned"
    )


def test_the_place_of_each_object_comes_along(connection):
    returning = Returning(connection, fields(Author, "id"))
    assert returning.declaration(ordinal=True) == "DECLARE @returned TABLE ([__ord] int, [r0] bigint)"
    assert returning.output_clause("[__source].[n]") == "OUTPUT [__source].[n], INSERTED.[id] INTO @returned"
    assert returning.select(ordinal=True) == "SELECT [r0] FROM @returned ORDER BY [__ord]"


def test_without_triggers_the_rows_are_put_in_order_here(connection):
    """A result without ORDER BY comes in any order."""
    returning = Returning(connection, fields(Author, "id"), directly=True)
    clause = returning.output_clause("[__source].[n]")
    assert returning.around("MERGE INTO [t] " + clause) == "MERGE INTO [t] OUTPUT [__source].[n], INSERTED.[id];"
    assert returning.in_order([(1, 71), (0, 72)]) == [(72,), (71,)]


def test_a_foreign_key_has_the_type_of_its_target(connection):
    (author,) = fields(Book, "author")
    assert column_type(author, connection) == "bigint"


@pytest.mark.parametrize(
    ("key", "expected"),
    [(models.AutoField, "int"), (models.BigAutoField, "bigint"), (models.SmallAutoField, "smallint")],
)
def test_a_foreign_key_to_a_foreign_key(connection, key, expected):
    registry = Apps()

    class Whole(models.Model):
        number = key(primary_key=True)

        class Meta:
            app_label, apps = "outputs", registry

    class Part(models.Model):
        whole = models.OneToOneField(Whole, models.CASCADE, primary_key=True)

        class Meta:
            app_label, apps = "outputs", registry

    class Piece(models.Model):
        part = models.ForeignKey(Part, models.CASCADE)

        class Meta:
            app_label, apps = "outputs", registry

    assert column_type(Piece._meta.get_field("part"), connection) == expected


def test_an_identity_is_a_number(connection):
    (key,) = fields(Author, "id")
    assert column_type(key, connection) == "bigint"


@database_expressions
def test_a_computed_column_has_the_type_of_its_value(connection):
    for value, db_type in ((models.IntegerField(), "int"), (typed(models.CharField, "varchar(5)"), "varchar(5)")):
        field = models.GeneratedField(expression=models.F("age") * 2, output_field=value, db_persist=True)
        field.set_attributes_from_name("twice")
        assert column_type(field, connection) == db_type
