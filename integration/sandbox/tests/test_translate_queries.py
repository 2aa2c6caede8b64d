"""Whole queries: what names reach, and which query an aggregate belongs to."""

import pytest
from ddl_support import Client, start_server


@pytest.fixture(scope="module")
def client():
    server = start_server()
    client = Client(server)
    client.run("CREATE TABLE book (id int PRIMARY KEY, shelf int, price int)")
    client.run("INSERT book VALUES (1, 1, 10), (2, 1, 30), (3, 2, 50)")
    yield client
    server.close()


def test_union_is_ordered_by_a_column_under_its_alias(client):
    rows = client.run("SELECT id AS c1, price AS c2 FROM book UNION SELECT id, price FROM book ORDER BY price DESC")
    assert rows == [(3, 50), (2, 30), (1, 10)]


def test_union_is_not_ordered_by_a_column_it_lacks(client):
    assert client.errors("SELECT id FROM book UNION SELECT id FROM book ORDER BY price") == [104]


def test_an_aggregate_of_an_outer_column_belongs_to_the_outer_query(client):
    rows = client.run(
        "SELECT shelf, (SELECT MAX(v) FROM (VALUES (AVG(b.id)), (AVG(b.price))) AS g(v)) FROM book AS b "
        "GROUP BY shelf ORDER BY shelf"
    )
    assert rows == [(1, 20), (2, 50)]


def test_an_ungrouped_outer_column_is_refused_in_a_subquery(client):
    assert client.errors("SELECT shelf, (SELECT b.id) FROM book AS b GROUP BY shelf") == [8120]


def test_merge_reads_a_common_table_with_union_all(client):
    client.run("CREATE TABLE seat (id int IDENTITY PRIMARY KEY, row int)")
    client.run(
        "WITH seed AS (SELECT 1 AS x UNION ALL SELECT 2) MERGE INTO seat USING (SELECT x FROM seed) AS s ON 1 = 0 "
        "WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;"
    )
    assert client.value("SELECT COUNT(*) FROM seat") == 2


@pytest.mark.parametrize("operator", ["UNION ALL", "UNION"])
def test_queries_side_by_side_nest_no_deeper_however_many_they_are(client, operator):
    """The engine's time for nested ones grows with the cube of their number."""

    def depth(count):
        text = f" {operator} ".join(f"SELECT {number} AS a, N'x' AS b" for number in range(count))
        assert len(client.run(text)) == count
        (plan,) = client.session.parse(text).plans.values()
        depths = [plan.sql[:at].count("(") - plan.sql[:at].count(")") for at in range(len(plan.sql))]
        return max(depths)

    assert depth(60) == depth(3)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("SELECT N'a' AS v UNION ALL SELECT N'A' UNION SELECT N'b'", 2),
        ("SELECT N'a' AS v UNION SELECT N'A' UNION ALL SELECT N'a'", 2),
        ("SELECT N'a' AS v UNION SELECT N'b' UNION ALL SELECT N'a' EXCEPT SELECT N'A'", 1),
        ("SELECT 1 AS v UNION ALL SELECT 1.5 UNION SELECT 1 UNION ALL SELECT NULL", 3),
        ("SELECT 1 AS v UNION SELECT 1 UNION ALL SELECT 1.0 UNION SELECT NULL", 2),
        ("SELECT 1 AS v UNION ALL (SELECT 1 UNION SELECT 1) UNION ALL SELECT 2", 3),
    ],
)
def test_unions_of_several_kinds_are_made_from_left_to_right(client, text, values):
    assert len(client.run(text)) == values


@pytest.mark.parametrize(
    ("sources", "named"),
    [
        ("book AS b", "book"),
        ("dbo.book AS b", "dbo.book"),
        ("(SELECT id, shelf FROM book) AS b", "b"),
        ("copies AS b", "copies"),
    ],
)
def test_ungrouped_columns_are_named_by_what_from_wrote(client, sources, named):
    statement = f"WITH copies AS (SELECT id, shelf FROM book) SELECT b.id FROM {sources} GROUP BY b.shelf"
    assert client.error(statement).startswith(f"Column '{named}.id' is invalid in the select list")
