"""Keys, checks, foreign keys and indexes."""

from __future__ import annotations

import pytest


def test_unique_takes_null_and_case_as_equal(client):
    client.run("CREATE TABLE a (s nvarchar(20) NULL CONSTRAINT uq UNIQUE); INSERT INTO a VALUES (NULL), ('Ada')")
    assert client.errors("INSERT INTO a VALUES (NULL)") == [2627]
    assert client.errors("INSERT INTO a VALUES ('ADA  ')") == [2627]
    assert "UNIQUE KEY constraint 'uq'" in client.error("INSERT INTO a VALUES ('ada')")


def test_filtered_unique_index_allows_nulls(client):
    client.run("CREATE TABLE a (n int NULL); CREATE UNIQUE INDEX ux ON a (n) WHERE n IS NOT NULL")
    client.run("INSERT INTO a VALUES (NULL), (NULL), (1)")
    assert client.errors("INSERT INTO a VALUES (1)") == [2601]
    assert client.run("SELECT has_filter, filter_definition FROM sys.indexes WHERE name = 'ux'") == [
        (1, "([n] IS NOT NULL)")
    ]


@pytest.mark.parametrize(
    "condition", ["n = 1 OR n = 2", "NOT n = 1", "n BETWEEN 1 AND 2", "s LIKE 'a%'", "n = m", "LEN(s) = 1"]
)
def test_filters_are_simple(client, condition):
    client.run("CREATE TABLE a (n int, m int, s nvarchar(5))")
    assert client.errors(f"CREATE INDEX ix ON a (n) WHERE {condition}") == [10735]


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("CREATE INDEX ix ON a (n); CREATE INDEX IX ON a (m)", [1913]),
        ("CREATE INDEX ix ON a (nope)", [1911]),
        ("CREATE INDEX ix ON a (n, n)", [1909]),
        ("CREATE INDEX ix ON a (x)", [1919]),
        ("CREATE INDEX ix ON nope (x)", [1088]),
        ("CREATE INDEX ix ON a (wide)", [1944]),
        ("CREATE CLUSTERED INDEX ix ON a (n); CREATE CLUSTERED INDEX jx ON a (m)", [1902]),
        ("INSERT INTO a (n) VALUES (1), (1); CREATE UNIQUE INDEX ux ON a (n)", [1505]),
        ("INSERT INTO a (n) VALUES (1), (1); ALTER TABLE a ADD CONSTRAINT uq UNIQUE (n)", [1505, 1750]),
        ("DROP INDEX nope ON a", [3701]),
        ("ALTER TABLE a ADD CONSTRAINT pk PRIMARY KEY (n)", [8111, 1750]),
        ("ALTER TABLE a ADD CONSTRAINT a CHECK (n > 1)", [2714, 1750]),
        ("ALTER TABLE a ADD CONSTRAINT d1 DEFAULT 1 FOR n, CONSTRAINT d2 DEFAULT 2 FOR n", [1781, 1750]),
        ("INSERT INTO a (n) VALUES (1); ALTER TABLE a ADD CONSTRAINT ck CHECK (n > 1)", [547]),
        ("ALTER TABLE nope ADD n int", [4902]),
    ],
)
def test_refused(client, statement, numbers):
    client.run("CREATE TABLE a (n int, m int, x nvarchar(max), wide nchar(1000))")
    assert client.errors(statement) == numbers


def test_key_of_a_constraint_cannot_be_dropped_as_index(client):
    client.run("CREATE TABLE a (id int CONSTRAINT pk PRIMARY KEY); CREATE TABLE b (id int REFERENCES a (id))")
    assert client.errors("DROP INDEX pk ON a") == [3723]
    assert client.errors("ALTER TABLE a DROP CONSTRAINT pk") == [3725, 3727]


def test_foreign_keys_over_strings_ignore_case(client):
    client.run(
        "CREATE TABLE p (code nvarchar(10) NOT NULL PRIMARY KEY);"
        "CREATE TABLE c (code nvarchar(10) NULL CONSTRAINT fk REFERENCES p (code) ON DELETE CASCADE);"
        "INSERT INTO p VALUES ('Ada'); INSERT INTO c VALUES ('ADA'), (NULL)"
    )
    assert client.errors("INSERT INTO c VALUES ('Bob')") == [547]
    client.run("DELETE FROM p")
    assert client.run("SELECT code FROM c") == [(None,)]


def test_conflict_texts(client):
    client.run(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p_id int CONSTRAINT fk REFERENCES p (id),"
        " n int CONSTRAINT ck CHECK (n > 0)); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1)"
    )
    assert client.error("INSERT INTO c VALUES (2, 1)") == (
        'The INSERT statement conflicted with the FOREIGN KEY constraint "fk". The conflict occurred in database '
        '"shop", table "dbo.p", column \'id\'.'
    )
    assert client.error("DELETE FROM p") == (
        'The DELETE statement conflicted with the REFERENCE constraint "fk". The conflict occurred in database '
        '"shop", table "dbo.c", column \'p_id\'.'
    )
    assert client.error("UPDATE c SET n = -1") == (
        'The UPDATE statement conflicted with the CHECK constraint "ck". The conflict occurred in database '
        '"shop", table "dbo.c", column \'n\'.'
    )


def test_second_cascade_path_is_refused(owner):
    owner.run(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id) ON DELETE"
        " CASCADE)"
    )
    statement = "CREATE TABLE c (a_id int REFERENCES a (id) ON DELETE CASCADE, b_id int REFERENCES b (id) ON DELETE {})"
    assert owner.errors(statement.format("CASCADE")) == [1785, 1750]
    assert owner.errors(statement.format("NO ACTION")) == []


def test_lengths_of_foreign_keys_must_match(owner):
    owner.run("CREATE TABLE p (code varchar(20) NOT NULL PRIMARY KEY)")
    assert owner.errors("CREATE TABLE c (code varchar(50) REFERENCES p (code))") == [1753, 1750]
    assert owner.errors("CREATE TABLE c (code varchar(20) COLLATE Latin1_General_CS_AS REFERENCES p (code))") == [
        1757, 1750
    ]  # fmt: skip


def test_nocheck_and_check_again(owner):
    owner.run(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int CONSTRAINT fk REFERENCES p (id),"
        " n int CONSTRAINT ck CHECK (n > 0)); ALTER TABLE c NOCHECK CONSTRAINT ALL; INSERT INTO c VALUES (9, -1)"
    )
    assert owner.run("SELECT is_disabled, is_not_trusted FROM sys.foreign_keys WHERE name = 'fk'") == [(1, 1)]
    assert owner.errors("ALTER TABLE c WITH CHECK CHECK CONSTRAINT fk") == [547]
    owner.run("ALTER TABLE c CHECK CONSTRAINT ALL")
    assert owner.run("SELECT is_disabled, is_not_trusted FROM sys.check_constraints WHERE name = 'ck'") == [(0, 1)]
    assert owner.errors("INSERT INTO c VALUES (9, 1)") == [547]
    assert owner.errors("ALTER TABLE c NOCHECK CONSTRAINT nope") == [4917, 4916]


def test_indexes_in_the_catalogue(client):
    client.run(
        "CREATE TABLE a (id int NOT NULL, n int, m int, CONSTRAINT pk PRIMARY KEY NONCLUSTERED (id));"
        "CREATE CLUSTERED INDEX cx ON a (n DESC); CREATE INDEX ix ON a (m) INCLUDE (n)"
    )
    rows = client.run(
        "SELECT name, index_id, type_desc, is_unique, is_primary_key FROM sys.indexes"
        " WHERE object_id = OBJECT_ID('a') ORDER BY index_id"
    )
    assert rows == [("cx", 1, "CLUSTERED", 0, 0), ("pk", 2, "NONCLUSTERED", 1, 1), ("ix", 3, "NONCLUSTERED", 0, 0)]
    rows = client.run(
        "SELECT COL_NAME(object_id, column_id), key_ordinal, is_descending_key, is_included_column"
        " FROM sys.index_columns WHERE object_id = OBJECT_ID('a') AND index_id IN (1, 3)"
        " ORDER BY index_id, index_column_id"
    )
    assert rows == [("n", 1, 1, 0), ("m", 1, 0, 0), ("n", 0, 0, 1)]


@pytest.mark.parametrize(
    ("expression", "persisted"),
    [
        ("n * 2", []),
        ("UPPER(s)", []),
        ("CONCAT(s, n)", []),
        ("CASE WHEN s LIKE '%a%' THEN 1 ELSE 0 END", []),
        ("CONVERT(nvarchar(30), d, 121)", []),
        ("CONVERT(nvarchar(30), d)", [4936]),
        ("DATENAME(month, d)", [4936]),
        ("GETDATE()", [4936]),
        ("NEWID()", [4936]),
    ],
)
def test_only_deterministic_columns_are_persisted(client, expression, persisted):
    columns = "n int, s nvarchar(20), d datetime"
    assert client.errors(f"CREATE TABLE a ({columns}, c AS ({expression}) PERSISTED)") == persisted


def test_indexes_on_computed_columns(owner):
    owner.run("CREATE TABLE a (n int, f float, c AS (n % 10), x AS (f * 2), m AS (DATENAME(month, n)))")
    owner.run("CREATE INDEX ix ON a (c)")
    assert owner.errors("CREATE INDEX jx ON a (x)") == [2799]
    assert owner.error("CREATE INDEX jx ON a (x)").startswith("Cannot create index or statistics 'jx' on table 'dbo.a'")
    assert owner.errors("CREATE INDEX kx ON a (m)") == [2729]


def test_an_index_limits_its_entries_as_long_as_it_is_there(client):
    client.run("CREATE TABLE w (id int, v varchar(2000))")
    assert client.infos("CREATE INDEX ix ON w (v)")[0][0] == 1945
    client.run("INSERT INTO w VALUES (1, REPLICATE('x', 1700))")
    client.run("EXEC sp_rename 'w.ix', 'renamed', 'INDEX'")
    assert "'renamed' exceeds the maximum length of 1700 bytes" in client.error("UPDATE w SET v = v + 'x'")
    client.run("DROP INDEX renamed ON w; UPDATE w SET v = v + 'x'")
    client.infos("CREATE INDEX filtered ON w (v) WHERE id > 5")
    client.run("INSERT INTO w VALUES (NULL, REPLICATE('x', 1800))")
    assert client.errors("INSERT INTO w VALUES (6, REPLICATE('x', 1800))") == [1946]


def test_dollar_signs_in_the_texts_of_a_definition_are_text(client):
    client.run("CREATE TABLE a (s nvarchar(20) DEFAULT N'$7 $1', n int CHECK (n <> 3 OR N'$5' = N'$5'))")
    client.run("ALTER TABLE a ADD t nvarchar(20) NOT NULL DEFAULT N'$9', u AS (s + N'$2')")
    client.run("CREATE INDEX ix ON a (n) WHERE s <> N'$8'; INSERT INTO a DEFAULT VALUES")
    assert client.run("SELECT s, t, u FROM a") == [("$7 $1", "$9", "$7 $1$2")]
