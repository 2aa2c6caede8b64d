from django.db.models import F
from django.db.models.sql import DeleteQuery, InsertQuery, UpdateQuery
from orm import executed
from ormtests.models import Author, Book, Order

from mssql_core.testing import fake_connection

OPTIONS = {"schema": "crm"}


def sent(compiled, run):
    (statement,) = executed(run, options=OPTIONS)
    compiled.statements.append(("2016", statement[0].replace("?", "@P1")))
    return statement[0]


def update(compiled, queryset, **values):
    def run(connection):
        query = queryset.order_by().query.chain(UpdateQuery)
        query.add_update_values(values)
        query.get_compiler(connection=connection).execute_sql(None)

    return sent(compiled, run)


def delete(compiled, queryset):
    def run(connection):
        queryset.order_by().query.chain(DeleteQuery).get_compiler(connection=connection).execute_sql(None)

    return sent(compiled, run)


def insert(compiled, *objects):
    def run(connection):
        query = InsertQuery(type(objects[0]))
        query.insert_values([objects[0]._meta.get_field("number")], objects)
        query.get_compiler(connection=connection).execute_sql()

    return sent(compiled, run)


def select(compiled, queryset, **options):
    return compiled.sql(queryset.values("pk"), options={**OPTIONS, **options})


def test_update_names_the_schema_before_the_table_only(compiled):
    assert update(compiled, Author.objects.filter(name="a"), age=F("age") + 1) == (
        "UPDATE [crm].[ormtests_author] SET [age] = ([ormtests_author].[age] + ?) WHERE [ormtests_author].[name] = ?"
    )


def test_delete_with_and_without_a_condition(compiled):
    assert delete(compiled, Author.objects.filter(name="a")) == (
        "DELETE FROM [crm].[ormtests_author] WHERE [ormtests_author].[name] = ?"
    )
    assert delete(compiled, Author.objects.all()) == "DELETE FROM [crm].[ormtests_author]"


def test_subqueries_of_changes_name_it_too(compiled):
    sql = delete(compiled, Author.objects.filter(book__price=3))
    assert "FROM [crm].[ormtests_author]" in sql and "JOIN [crm].[ormtests_book]" in sql
    sql = update(compiled, Author.objects.filter(book__price=3), name="x")
    assert "FROM [crm].[ormtests_author]" in sql and "JOIN [crm].[ormtests_book]" in sql


def test_a_name_with_a_schema_keeps_it(compiled):
    assert insert(compiled, Order(number=1)).startswith("INSERT INTO [sales].[order] ([number])")
    assert update(compiled, Order.objects.all(), number=1) == "UPDATE [sales].[order] SET [number] = ?"
    assert delete(compiled, Order.objects.all()) == "DELETE FROM [sales].[order]"
    assert select(compiled, Order.objects.all()).endswith("FROM [sales].[order]")


def test_selects_joins_and_locks(compiled):
    books = Book.objects.order_by().filter(author__name="a", editor__name="b")
    assert select(compiled, books).partition(" WHERE ")[0].partition(" FROM ")[2] == (
        "[crm].[ormtests_book] "
        "INNER JOIN [crm].[ormtests_author] ON ([ormtests_book].[author_id] = [ormtests_author].[id]) "
        "INNER JOIN [crm].[ormtests_author] [T3] ON ([ormtests_book].[editor_id] = [T3].[id])"
    )
    connection = fake_connection(options=OPTIONS)
    connection.ensure_connection()
    connection.set_autocommit(False)
    sql = compiled.sql(Book.objects.order_by().select_for_update(), connection=connection)
    assert sql.endswith("FROM [crm].[ormtests_book] WITH (UPDLOCK, ROWLOCK)")


def test_tables_of_extra(compiled):
    sql = select(compiled, Author.objects.extra(tables=["ormtests_book"], where=["1 = 1"]))
    assert "FROM [crm].[ormtests_author] , [crm].[ormtests_book]" in sql


def test_without_the_option_names_stay_bare(compiled):
    assert select(compiled, Author.objects.all(), schema=None).endswith("FROM [ormtests_author]")
