"""bulk_update as a join with its rows."""

import datetime
import json

import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError
from django.db import DataError, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.sql import UpdateQuery
from ormtests.models import Author, Book
from typed import typed

from mssql_core.fields import RowVersionField
from mssql_core.testing import fake_connection

REGISTRY = Apps()

NAME, AGE = (Author._meta.get_field(name) for name in ("name", "age"))


def compiled(connection, queryset, **cases):
    query = queryset.query.chain(UpdateQuery)
    query.add_update_values(cases)
    sql, params = query.get_compiler(connection=connection).as_sql()
    return sql, list(params)


def case(field, values, output=None):
    whens = [When(pk=key, then=Value(value, output_field=output or field)) for key, value in values]
    return Case(*whens, output_field=field)


def test_values_by_key_are_one_parameter(connection):
    names = case(NAME, [(1, "a"), (2, "b"), (1, "c")])
    ages = case(AGE, [(1, 3), (2, None), (1, 5)])
    sql, (rows,) = compiled(connection, Author.objects.filter(pk__in=[1, 2, 1]), name=names, age=ages)
    assert sql == (
        "UPDATE [ormtests_author] SET [name] = [__rows].[__r1], [age] = [__rows].[__r2] FROM [ormtests_author] INNER JOIN "
        "OPENJSON(%s) WITH ([__r0] bigint '$[0]', [__r1] nvarchar(4000) '$[1]', [__r2] bigint '$[2]') AS [__rows] "
        "ON [ormtests_author].[id] = [__rows].[__r0]"
    )
    # Of a key that is named twice, CASE takes the first.
    assert json.loads(rows.value) == [[1, "a", 3], [2, "b", None]]


def test_other_conditions_stay(connection):
    names = case(NAME, [(1, "a"), (2, "b")])
    sql, params = compiled(connection, Author.objects.filter(age=7).filter(pk__in=[1, 2]), name=names)
    assert sql.endswith("= [__rows].[__r0] WHERE [ormtests_author].[age] = %s") and params[1:] == [7]
    sql, params = compiled(connection, Author.objects.filter(pk__in=[1, 2, 3]), name=names)
    assert " WHERE [ormtests_author].[id] IN (" in sql


@pytest.mark.parametrize(
    "names",
    [
        case(NAME, [(1, "a")]),
        case(NAME, [(1, "a"), (2, "b\0")]),
        Case(When(pk=1, then=F("name")), When(pk=2, then=Value("b", output_field=NAME)), output_field=NAME),
        Case(When(pk__gt=1, then=Value("a", NAME)), When(pk=2, then=Value("b", NAME)), output_field=NAME),
        Case(When(pk=1, then=Value("a", NAME)), When(age=2, then=Value("b", NAME)), output_field=NAME),
        Case(When(pk=1, age=1, then=Value("a", NAME)), When(pk=2, then=Value("b", NAME)), output_field=NAME),
        Case(When(~Q(pk=1), then=Value("a", NAME)), When(pk=2, then=Value("b", NAME)), output_field=NAME),
        Case(
            When(pk=1, then=Value("a", NAME)),
            When(pk=2, then=Value("b", NAME)),
            default=Value("c", NAME),
            output_field=NAME,
        ),
    ],
)
def test_everything_else_stays_a_case(connection, names):
    sql, _ = compiled(connection, Author.objects.filter(pk__in=[1, 2]), name=names)
    assert " = CASE WHEN " in sql or "CAST(CASE WHEN " in sql


class Moment(models.Model):
    at = typed(models.DateTimeField, "datetime", primary_key=True)
    name = models.CharField(max_length=5)

    class Meta:
        app_label, apps = "moments", REGISTRY


class Note(models.Model):
    moment = models.OneToOneField(Moment, models.CASCADE, primary_key=True)
    code = typed(models.CharField, "varchar(5)")
    version = RowVersionField()

    class Meta:
        app_label, apps = "moments", REGISTRY


AT = datetime.datetime(2026, 5, 6, 7, 8, 9, 125000, datetime.timezone.utc)


@pytest.mark.parametrize(("model", "key"), [(Moment, "at"), (Note, "moment_id")])
def test_keys_are_compared_in_the_form_of_their_column(connection, model, key):
    """Also those of a key that is another model's."""
    field = model._meta.get_fields()[-1] if model is Moment else model._meta.get_field("code")
    names = case(field, [(AT, "a"), (AT.replace(second=0), "b")])
    sql, (rows,) = compiled(connection, model.objects.filter(pk__in=[AT, AT.replace(second=0)]), **{field.name: names})
    assert "WITH ([__r0] datetime2 '$[0]', " in sql
    table = model._meta.db_table
    assert sql.endswith(" AS [__rows] ON [%s].[%s] = CAST([__rows].[__r0] AS datetime)" % (table, key))
    assert [row[0] for row in json.loads(rows.value)] == ["2026-05-06T07:08:09.125000", "2026-05-06T07:08:00.125000"]


def test_values_that_their_columns_do_not_take_are_refused(connection):
    code, version = Note._meta.get_field("code"), Note._meta.get_field("version")
    rows = Note.objects.filter(pk__in=[AT, AT.replace(second=0)])
    with pytest.raises(DataError, match="moments.Note.code: .* cannot be stored"):
        compiled(connection, rows, code=case(code, [(AT, "a"), (AT.replace(second=0), "ж")]))
    with pytest.raises(FieldError, match="moments.Note.version is written by the server"):
        compiled(connection, rows, version=case(version, [(AT, b"a"), (AT.replace(second=0), b"b")]))


def test_moments_are_stored_in_the_form_of_their_column():
    """Without an offset, in the alias's time zone."""
    published = Book._meta.get_field("published")
    zone = datetime.timezone(datetime.timedelta(hours=2))
    values = [(1, AT.astimezone(zone)), (2, AT)]
    for options, expected in (({}, "09:08:09.125000+02:00"), ({"datetime_type": "datetime2"}, "07:08:09.125000")):
        connection = fake_connection(options=options)
        books = Book.objects.order_by().filter(pk__in=[1, 2])
        _, (rows,) = compiled(connection, books, published=case(published, values))
        assert json.loads(rows.value)[0][1] == "2026-05-06T" + expected


def test_below_level_130_it_stays_a_case():
    connection = fake_connection(version="2016", compatibility_level=120)
    names = case(NAME, [(1, "a"), (2, "b")])
    assert "CASE WHEN " in compiled(connection, Author.objects.filter(pk__in=[1, 2]), name=names)[0]


def test_a_condition_over_another_table_stays_a_subquery(connection):
    names = case(NAME, [(1, "a"), (2, "b")])
    sql, _ = compiled(connection, Author.objects.filter(pk__in=[1, 2], book__price=3), name=names)
    assert "OPENJSON" not in sql


def test_a_key_of_none_stays_a_case(connection):
    names = case(NAME, [(None, "a"), (2, "b")])
    assert "OPENJSON" not in compiled(connection, Author.objects.filter(pk__in=[1, 2]), name=names)[0]


def test_two_fields_with_other_keys_stay_a_case(connection):
    sql, _ = compiled(
        connection,
        Author.objects.filter(pk__in=[1, 2]),
        name=case(NAME, [(1, "a"), (2, "b")]),
        age=case(AGE, [(1, 3), (3, 4)]),
    )
    assert "OPENJSON" not in sql
