from decimal import Decimal

import django
import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError
from django.db import DatabaseError, DataError, models
from django.db.models import Case, CharField, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast
from django.db.models.sql import UpdateQuery
from orm import executed, sent
from ormtests.models import Author, Book
from typed import typed

from mssql_core.fields import RowVersionField

REGISTRY = Apps()


class Versioned(models.Model):
    version = RowVersionField()
    name = models.CharField(max_length=5, null=True)
    price = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    code = typed(models.CharField, "varchar(5)", null=True)

    class Meta:
        app_label, apps = "versions", REGISTRY


class Child(Versioned):
    note = models.CharField(max_length=5)

    class Meta:
        app_label, apps = "versions", REGISTRY


class Only(models.Model):
    version = RowVersionField()

    class Meta:
        app_label, apps = "versions", REGISTRY


def update(compiled, queryset, **values):
    def run(connection):
        query = queryset.order_by().query.chain(UpdateQuery)
        query.add_update_values(values)
        query.get_compiler(connection=connection).execute_sql(None)

    ((sql, params),) = executed(run)
    compiled.statements.append(("2016", sql.replace("?", "@P1")))
    return sql, list(params)


def test_values_and_expressions(compiled):
    sql, values = update(compiled, Author.objects.filter(name="a"), age=F("age") + 1, code=None)
    assert sql == (
        "UPDATE [ormtests_author] SET [age] = ([ormtests_author].[age] + ?), [code] = NULL "
        "WHERE [ormtests_author].[name] = ?"
    )
    assert values == [1, "a"]


def test_a_condition_is_assigned_as_a_value(compiled):
    sql, _ = update(compiled, Author.objects.all(), active=Q(age__gt=5))
    assert sql == (
        "UPDATE [ormtests_author] SET [active] = CAST(CASE WHEN ([ormtests_author].[age] > ?) THEN 1 "
        "WHEN NOT (([ormtests_author].[age] > ?)) THEN 0 END AS bit)"
    )


def test_rows_of_one_query_or_another(compiled):
    authors = Author.objects.filter(pk__in=[1, 2]) | Author.objects.filter(pk__in=[3])
    sql, values = update(compiled, authors, age=5)
    assert sql.endswith("WHERE ([ormtests_author].[id] IN (?, ?) OR [ormtests_author].[id] IN (?))")
    assert values == [5, 1, 2, 3]


class _Reversed(CharField):
    def get_prep_value(self, value):
        return value[::-1]


def test_a_value_is_prepared_by_its_own_field(compiled):
    _, values = update(compiled, Author.objects.all(), name=Value("abc", output_field=_Reversed()))
    assert values == ["cba"]


def test_joins_are_a_subquery(compiled):
    sql, _ = update(compiled, Author.objects.filter(book__price=3), name="x")
    # Aliases stand in brackets from Django 6.1 on.
    assert sql.replace("[U0]", "U0").replace("[U1]", "U1") == (
        "UPDATE [ormtests_author] SET [name] = ? WHERE [ormtests_author].[id] IN (SELECT U0.[id] FROM "
        "[ormtests_author] U0 INNER JOIN [ormtests_book] U1 ON (U0.[id] = U1.[author_id]) "
        "WHERE U1.[price] = ?)"
    )


def test_case_of_nulls_has_a_type(compiled):
    """A CASE of nothing but NULL is error 8133."""
    case = Case(When(id=1, then=Value(None, output_field=IntegerField())), output_field=IntegerField())
    sql, _ = update(compiled, Author.objects.all(), age=Cast(case, IntegerField()))
    assert "CASE WHEN ([ormtests_author].[id] = ?) THEN CAST(NULL AS int) ELSE " in sql


def stored(model, **values):
    instance = model(**values)
    instance._state.adding = False
    return instance


def test_save_leaves_out_what_the_server_writes():
    instance = stored(Versioned, pk=3, name="a", price=Decimal("1.25"), code="x")
    assert sent(lambda: instance.save(force_update=True)) == [
        (
            "UPDATE [versions_versioned] SET [name] = ?, [price] = ?, [code] = ? WHERE [versions_versioned].[id] = ?",
            ["a", Decimal("1.3"), "x", 3],
        )
    ]


def test_save_of_nothing_else_looks_for_the_row():
    """As Django does where a model has no values."""
    instance = stored(Only, pk=3)
    ((sql, values),) = sent(lambda: instance.save(force_update=True), answers=[("SELECT TOP (1)", [(1,)])])
    assert sql.endswith(" FROM [versions_only] WHERE [versions_only].[id] = ?") and values[-1] == 3

    def save():
        with pytest.raises(DatabaseError, match="did not affect any rows"):
            instance.save(force_update=True)

    assert len(sent(save)) == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_save_of_nothing_else_returns_no_columns(rows):
    def run():
        query = Only.objects.filter(pk=3).query.chain(UpdateQuery)
        query.add_update_fields([(Only._meta.get_field("version"), None, None)])
        compiler = query.get_compiler(using="default")
        assert compiler.execute_returning_sql([Only._meta.get_field("version")]) == [()] * rows

    assert len(sent(run, answers=[("SELECT TOP (1)", [(1,)] * rows)])) == 1


@pytest.mark.parametrize("model", [Versioned, Child])
def test_what_the_server_writes_is_refused_by_its_field(model):
    def run():
        with pytest.raises(FieldError, match="^versions.Versioned.version is written by the server"):
            model.objects.update(version=b"x")

    assert sent(run) == []


class Weighed(models.DecimalField):
    """A field whose placeholder has the name that this Django asks for, as such classes of others have it."""


if django.VERSION >= (6, 1):
    Weighed.get_placeholder_sql = lambda field, value, compiler, connection: ("dbo.weighed(%s)", (value,))
else:
    Weighed.get_placeholder = lambda field, value, compiler, connection: "dbo.weighed(%s)"


def test_a_value_keeps_the_placeholder_of_its_own_field(compiled):
    value = Value(Decimal("1.2"), output_field=Weighed(max_digits=5, decimal_places=1))
    sql, values = update(compiled, Versioned.objects.all(), price=value)
    assert "SET [price] = dbo.weighed(?)" in sql and values == [Decimal("1.2")]


@pytest.mark.parametrize("value", [Decimal("1.25"), Value(Decimal("1.25"))], ids=repr)
def test_a_decimal_has_the_places_of_its_column(value):
    assert sent(lambda: Versioned.objects.update(price=value)) == [
        ("UPDATE [versions_versioned] SET [price] = ?", [Decimal("1.3")])
    ]


@pytest.mark.parametrize("value", ["ж", Value("ж"), Value("ж", output_field=CharField())], ids=ascii)
def test_what_the_column_lacks_is_refused_by_its_field(value):
    def run():
        with pytest.raises(DataError) as told:
            Versioned.objects.update(code=value)
        assert told.value.args[1].startswith("versions.Versioned.code: '\\u0436' cannot be stored: ")

    assert sent(run) == []


def test_a_cast_to_the_column_itself_would_cut(compiled):
    code = Versioned._meta.get_field("code")
    sql, _ = update(compiled, Versioned.objects.all(), code=Cast("name", code))
    assert sql == "UPDATE [versions_versioned] SET [code] = [versions_versioned].[name]"
    sql, _ = update(compiled, Versioned.objects.all(), code=Cast("name", CharField(max_length=3)))
    assert sql == "UPDATE [versions_versioned] SET [code] = CAST([versions_versioned].[name] AS nvarchar(3))"
    price = Versioned._meta.get_field("price")
    sql, _ = update(compiled, Versioned.objects.all(), price=Cast("name", price))
    assert sql.endswith(" SET [price] = CAST([versions_versioned].[name] AS numeric(5, 1))")


def test_returned_columns_stand_between_assignments_and_condition(connection, compiled):
    query = Author.objects.filter(name="a").query.chain(UpdateQuery)
    query.add_update_values({"age": F("age") + 1, "active": Q(age__gt=5)})
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [Author._meta.get_field("age"), Author._meta.get_field("name")]
    values = query.values
    sql, params = compiler.as_sql()
    assert compiled.statement(sql) == (
        "DECLARE @returned TABLE ([r0] int, [r1] nvarchar(50)); UPDATE [ormtests_author] SET "
        "[age] = ([ormtests_author].[age] + %s), "
        "[active] = CAST(CASE WHEN ([ormtests_author].[age] > %s) THEN 1 "
        "WHEN NOT (([ormtests_author].[age] > %s)) THEN 0 END AS bit) "
        "OUTPUT INSERTED.[age], INSERTED.[name] INTO @returned WHERE [ormtests_author].[name] = %s; "
        "SELECT [r0], [r1] FROM @returned"
    )
    assert list(params) == [1, 5, 5, "a"] and query.values is values and len(compiler.returning_fields) == 2
    query = Book.objects.order_by().filter(title="a").query.chain(UpdateQuery)
    query.add_update_values({"title": "b", "author": Author(id=3)})
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [Book._meta.get_field("title")]
    sql, params = compiler.as_sql()
    assert " SET [title] = %s, [author_id] = %s OUTPUT INSERTED.[title] INTO @returned WHERE " in sql
    assert list(params) == ["b", 3, "a"]


def test_related_models(compiled):
    assert update(compiled, Book.objects.all(), author=Author(id=3))[0].startswith(
        "UPDATE [ormtests_book] SET [author_id] = ?"
    )
