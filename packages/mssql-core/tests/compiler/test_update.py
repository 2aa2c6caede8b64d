from django.db.models import Case, CharField, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast
from django.db.models.sql import UpdateQuery
from orm import executed
from ormtests.models import Author, Book


def update(compiled, queryset, **values):
    def run(connection):
        query = queryset.order_by().query.chain(UpdateQuery)
        query.add_update_values(values)
        query.get_compiler(connection=connection).execute_sql(None)

    ((sql, found),) = executed(run)
    compiled.statements.append(("2016", sql.replace("?", "@P1")))
    return sql, list(found)


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
        "UPDATE [ormtests_author] SET [active] = CAST(CASE WHEN ([ormtests_author].[age] > ?) THEN 1 ELSE 0 END AS bit)"
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


def test_related_models(compiled):
    assert update(compiled, Book.objects.all(), author=Author(id=3))[0].startswith(
        "UPDATE [ormtests_book] SET [author_id] = ?"
    )
