"""bulk_update as a join with its rows."""

import json

import pytest
from django.db.models import Case, F, Value, When
from django.db.models.sql import UpdateQuery
from ormtests.models import Author

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
    assert json.loads(rows) == [[1, "a", 3], [2, "b", None]]


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


def test_two_fields_with_other_keys_stay_a_case(connection):
    sql, _ = compiled(
        connection,
        Author.objects.filter(pk__in=[1, 2]),
        name=case(NAME, [(1, "a"), (2, "b")]),
        age=case(AGE, [(1, 3), (3, 4)]),
    )
    assert "OPENJSON" not in sql
