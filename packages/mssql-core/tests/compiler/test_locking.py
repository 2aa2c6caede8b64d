import pytest
from django.db.models import FilteredRelation, Q
from django.db.models.sql.datastructures import BaseTable, Join
from ormtests.models import Author, Book

from mssql_core.testing import fake_connection

books = Book.objects.order_by()


@pytest.fixture
def locking():
    connection = fake_connection()
    connection.ensure_connection()
    connection.set_autocommit(False)
    return connection


def tables(compiled, locking, queryset):
    sql = compiled.sql(queryset.values("id") if not queryset.query.select_related else queryset, connection=locking)
    return sql.split(" FROM ")[1].split(" WHERE ")[0]


def test_hints_stand_behind_the_table(compiled, locking):
    assert tables(compiled, locking, books.select_for_update()) == "[ormtests_book] WITH (UPDLOCK, ROWLOCK)"


def test_nowait(compiled, locking):
    assert tables(compiled, locking, books.select_for_update(nowait=True)).endswith("(UPDLOCK, ROWLOCK, NOWAIT)")


def test_skip_locked(compiled, locking):
    assert tables(compiled, locking, books.select_for_update(skip_locked=True)).endswith("(UPDLOCK, ROWLOCK, READPAST)")


def test_joined_tables_are_locked_too(compiled, locking):
    from_clause = tables(compiled, locking, books.select_related("author", "editor").select_for_update())
    assert from_clause == (
        "[ormtests_book] WITH (UPDLOCK, ROWLOCK) INNER JOIN [ormtests_author] WITH (UPDLOCK, ROWLOCK) ON "
        "([ormtests_book].[author_id] = [ormtests_author].[id]) LEFT OUTER JOIN [ormtests_author] [T3] "
        "WITH (UPDLOCK, ROWLOCK) ON ([ormtests_book].[editor_id] = [T3].[id])"
    )


def test_chosen_tables(compiled, locking):
    from_clause = tables(compiled, locking, books.select_related("author").select_for_update(of=("author",)))
    assert from_clause.startswith("[ormtests_book] INNER JOIN [ormtests_author] WITH (UPDLOCK, ROWLOCK) ON ")


def test_joins_with_a_condition_of_their_own(compiled, locking):
    joined = Author.objects.annotate(b=FilteredRelation("book", condition=Q(book__price__gt=3))).values("b__title")
    sql, params = compiled(joined.select_for_update(), connection=locking)
    assert sql.partition(" FROM ")[2] == (
        "[ormtests_author] WITH (UPDLOCK, ROWLOCK) LEFT OUTER JOIN [ormtests_book] [b] WITH (UPDLOCK, ROWLOCK) ON "
        "([ormtests_author].[id] = [b].[author_id] AND ([b].[price] > %s))"
    )
    assert params == [3]


class OwnTable(BaseTable):
    def as_sql(self, compiler, connection):
        return "[own]", []


class OwnJoin(Join):
    def as_sql(self, compiler, connection):
        return "CROSS JOIN [own]", []


def from_own_tables(queryset, compiled, connection):
    """FROM of a query whose tables compile themselves, as a common table expression does."""
    query = queryset.select_related("author")
    query.query.get_initial_alias()
    compiler = query.query.get_compiler(connection=connection)
    compiler.pre_sql_setup()
    for table in query.query.alias_map.values():
        table.__class__ = OwnJoin if table.parent_alias else OwnTable
    return " ".join(compiler.get_from_clause()[0])


def test_tables_that_write_themselves(compiled, locking):
    assert from_own_tables(books.all(), compiled, locking) == "[own] CROSS JOIN [own]"
    # No lock is left out, and no schema.
    assert from_own_tables(books.select_for_update(), compiled, locking).count(" WITH (UPDLOCK, ROWLOCK)") == 2
    other = fake_connection(options={"schema": "sales"})
    assert from_own_tables(books.all(), compiled, other).startswith(
        "[sales].[ormtests_book] INNER JOIN [sales].[ormtests_author] ON "
    )


def test_a_join_without_any_condition_is_refused():
    """As Django refuses it; T-SQL would be ON () (error 102)."""
    compiler = books.select_related("author").query.get_compiler(connection=fake_connection())
    compiler.query.get_initial_alias()
    compiler.pre_sql_setup()
    for table in compiler.query.alias_map.values():
        table.join_cols = table.join_fields = ()
    with pytest.raises(ValueError, match="empty ON clause"):
        compiler.get_from_clause()


def test_other_queries_have_no_hints(compiled):
    assert "WITH" not in compiled.sql(books.all())


def test_the_hint_for_sql_of_one_s_own(locking):
    ops = locking.ops
    assert ops.for_update_sql() == "WITH (UPDLOCK, ROWLOCK)"
    assert ops.for_update_sql(nowait=True) == "WITH (UPDLOCK, ROWLOCK, NOWAIT)"
    assert ops.for_update_sql(skip_locked=True) == "WITH (UPDLOCK, ROWLOCK, READPAST)"
