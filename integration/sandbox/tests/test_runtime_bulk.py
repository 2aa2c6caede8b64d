"""INSERT BULK: options, and loads that fail as a whole."""

import pytest
from ddl_support import Client

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.interface import ResultColumn
from mssql_sandbox.sqltypes import INT


@pytest.fixture
def client(server):
    client = Client(server)
    client.run(
        "DROP TABLE IF EXISTS bk_t; CREATE TABLE bk_t (i int UNIQUE, n int DEFAULT 7, CONSTRAINT bk_c CHECK (i < 100))"
    )
    yield client
    client.events("IF @@TRANCOUNT > 0 ROLLBACK")
    client.session.close()


def load(client, rows, options=""):
    """Numbers of the errors."""
    announced = client.errors(f"INSERT BULK bk_t (i int, n int) {options}")
    if announced:
        return announced
    columns = [ResultColumn("i", INT), ResultColumn("n", INT)]
    try:
        return client.numbers(list(client.session.bulk_load(columns, iter(rows))))
    except SqlServerError as error:  # the wire layer sends it
        return [error.number]


@pytest.mark.parametrize("begin", ["", "BEGIN TRANSACTION; INSERT INTO bk_t VALUES (50, 1)"])
@pytest.mark.parametrize(
    "rows, options, number",
    [
        ([(1, 1), (1, 2)], "", 2627),
        ([(1, 1), (555, 1)], "WITH (CHECK_CONSTRAINTS)", 547),
        ([(1, 1), (555, 1)], "", 50999),  # a server takes them and distrusts the constraint
    ],
)
def test_a_load_that_fails_leaves_no_rows(client, begin, rows, options, number):
    client.run(begin or "SELECT 1")
    assert load(client, rows, options) == [number]
    assert client.run("SELECT i FROM bk_t") == ([(50,)] if begin else [])
    assert client.value("SELECT @@TRANCOUNT") == bool(begin)
    assert load(client, [(2, 2), (3, 3)]) == []
    assert client.value("SELECT COUNT(*) FROM bk_t") == 2 + bool(begin)


@pytest.mark.parametrize("options, expected", [("", 7), ("WITH (KEEP_NULLS, TABLOCK, KILOBYTES_PER_BATCH = 5)", None)])
def test_null_means_the_default_unless_it_is_kept(client, options, expected):
    assert load(client, [(1, None)], options) == []
    assert client.run("SELECT n FROM bk_t") == [(expected,)]


@pytest.mark.parametrize("order, number", [("i", 4819), ("i DESC", None), ("n", None), ("i, n", None), ("nosuch", 207)])
def test_rows_are_sorted_as_order_says_where_that_is_the_clustered_index(client, order, number):
    client.run("CREATE UNIQUE CLUSTERED INDEX bk_i ON bk_t (i)")
    assert load(client, [(1, 1), (3, 1), (2, 1)], f"WITH (ORDER ({order}))") == ([number] if number else [])
    assert client.value("SELECT COUNT(*) FROM bk_t") == (0 if number else 3)
    assert load(client, [(7, 1), (8, 1)], "WITH (ORDER (i ASC), TABLOCK)") == []


@pytest.mark.parametrize("options, number", [("WITH (NOTHING)", 102)])
def test_options_that_are_not_played_are_refused(client, options, number):
    assert load(client, [(1, 1)], options) == [number]


def test_triggers_fire_where_they_are_asked_for(client):
    client.run("CREATE TRIGGER bk_r ON bk_t AFTER INSERT AS UPDATE bk_t SET n = 9")
    assert load(client, [(1, 1)]) == [50999]
    assert load(client, [(1, 1)], "WITH (FIRE_TRIGGERS)") == []
    assert client.run("SELECT n FROM bk_t") == [(9,)]
