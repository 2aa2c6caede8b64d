"""CREATE, ALTER and DROP TABLE, SELECT INTO, TRUNCATE."""

from __future__ import annotations

import pytest
from ddl_support import Client


def test_definitions_in_the_catalogue(client):
    client.run(
        "CREATE TABLE a (id int IDENTITY(5, 2) PRIMARY KEY, n int NOT NULL CONSTRAINT df DEFAULT -1,"
        " s nvarchar(20) COLLATE Latin1_General_CS_AS NULL, twice AS (n * 2) PERSISTED,"
        " CONSTRAINT ck CHECK (n IN (1, 2) OR n < 0))"
    )
    assert client.run("SELECT name, definition FROM sys.default_constraints") == [("df", "((-1))")]
    assert client.run("SELECT definition, is_not_trusted FROM sys.check_constraints") == [
        ("([n]=(2) OR [n]=(1) OR [n]<(0))", 0)
    ]
    assert client.run("SELECT name, definition, is_persisted FROM sys.computed_columns") == [("twice", "([n]*(2))", 1)]
    assert client.run("SELECT collation_name, max_length FROM sys.columns WHERE name = 's' AND object_id > 0") == [
        ("Latin1_General_CS_AS", 40)
    ]
    assert client.run("SELECT name, is_identity FROM sys.columns WHERE object_id = OBJECT_ID('a') AND is_nullable = 0"
                      " ORDER BY column_id")[0] == ("id", 1)  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("CREATE TABLE a (id int); CREATE TABLE A (id int)", [2714]),
        ("CREATE TABLE nowhere.a (id int)", [2760]),
        ("CREATE TABLE a (id int, ID int)", [2705]),
        ("CREATE TABLE a (id strange)", [2715]),
        ("CREATE TABLE a (id int NULL PRIMARY KEY)", [8111, 1750]),
        ("CREATE TABLE a (id int PRIMARY KEY, b int PRIMARY KEY)", [8110]),
        ("CREATE TABLE a (id nvarchar(max) PRIMARY KEY)", [1919, 1750]),
        ("CREATE TABLE a (id int IDENTITY NULL)", [8147]),
        ("CREATE TABLE a (id nvarchar(5) IDENTITY)", [2749]),
        ("CREATE TABLE a (id int IDENTITY, b int IDENTITY)", [2744]),
        ("CREATE TABLE a (id int, b AS (id + 1), c AS (b + 1))", [1759]),
        ("CREATE TABLE a (id int CHECK (b > 1), b int)", [8141, 1750]),
        ("CREATE TABLE a (id int DEFAULT b, b int)", [128]),
        ("CREATE TABLE a (id int PRIMARY KEY, x bigint REFERENCES a (id))", [1778, 1750]),
        ("CREATE TABLE a (id int, x int REFERENCES a (id))", [1776, 1750]),
        ("CREATE TABLE a (id int PRIMARY KEY, x int REFERENCES a (id) ON DELETE CASCADE)", [1785, 1750]),
        ("CREATE TABLE a (x int REFERENCES missing (id))", [1767, 1750]),
        ("CREATE TABLE a (s nvarchar(20) COLLATE No_Such_Thing)", [448]),
    ],
)
def test_refused_tables(client, statement, numbers):
    assert client.errors(statement) == numbers


def test_a_computed_column_may_be_not_null(client):
    """PERSISTED NOT NULL, https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql."""
    client.run(
        "CREATE TABLE a (s nvarchar(5) NULL, l AS LOWER(s) PERSISTED NOT NULL); CREATE TABLE b (s nvarchar(5) NULL)"
    )
    assert client.errors("INSERT INTO a (s) VALUES (NULL)")[0] == 515
    client.run("INSERT INTO a (s) VALUES (N'X'); INSERT INTO b (s) VALUES (NULL)")
    assert client.errors("UPDATE a SET s = NULL")[0] == 515
    assert client.errors("ALTER TABLE b ADD l AS LOWER(s) PERSISTED NOT NULL")[0] == 515
    client.run("ALTER TABLE b ADD l AS ISNULL(s, N'') PERSISTED NOT NULL")
    assert client.run("SELECT l FROM a UNION ALL SELECT l FROM b") == [("x",), ("",)]


def test_rollback_takes_tables_back(server):
    client = Client(server)
    client.run("BEGIN TRANSACTION; CREATE TABLE gone (id int)")
    client.run("INSERT INTO gone VALUES (1)")
    client.run("ROLLBACK")
    assert client.errors("SELECT * FROM gone") == [208]
    assert client.run("SELECT name FROM sys.tables WHERE name = 'gone'") == []
    client.session.close()


def test_other_sessions_see_committed_changes(server):
    one, two = Client(server), Client(server)
    one.run("CREATE TABLE shared (id int)")
    assert two.run("SELECT * FROM shared") == []
    one.run("ALTER TABLE shared ADD n int NULL")
    two.run("INSERT INTO shared (id, n) VALUES (1, 2)")
    one.run("EXEC sp_rename 'shared.n', 'm', 'COLUMN'")
    assert two.run("SELECT m FROM shared") == [(2,)]
    assert two.errors("SELECT n FROM shared") == [207]
    one.run("DROP TABLE shared")
    assert two.errors("SELECT m FROM shared") == [208]
    one.session.close()
    two.session.close()


def test_added_columns_and_their_defaults(owner):
    owner.run("CREATE TABLE a (id int NOT NULL); INSERT INTO a VALUES (1), (2)")
    owner.run("ALTER TABLE a ADD n int NOT NULL DEFAULT 7, m int NULL DEFAULT 8, w int NULL DEFAULT 9 WITH VALUES")
    assert owner.run("SELECT n, m, w FROM a") == [(7, None, 9), (7, None, 9)]
    owner.run("INSERT INTO a (id) VALUES (3)")
    assert owner.run("SELECT n, m, w FROM a WHERE id = 3") == [(7, 8, 9)]
    assert owner.errors("ALTER TABLE a ADD z int NOT NULL") == [4901]
    owner.run("ALTER TABLE a ADD i int IDENTITY(10, 10)")
    assert owner.run("SELECT i FROM a ORDER BY i") == [(10,), (20,), (30,)]


def test_drop_column_names_its_dependents(owner):
    owner.run(
        "CREATE TABLE a (id int, n int CONSTRAINT df DEFAULT 1 CONSTRAINT ck CHECK (n > 0), twice AS (n * 2));"
        "CREATE INDEX ix ON a (id) INCLUDE (n)"
    )
    messages = [event.message for event in owner.events("ALTER TABLE a DROP COLUMN n") if hasattr(event, "number")]
    assert messages[-1] == ("ALTER TABLE DROP COLUMN n failed because one or more objects access this column.")
    assert "The object 'df' is dependent on column 'n'." in messages
    assert "The object 'ck' is dependent on column 'n'." in messages
    assert "The index 'ix' is dependent on column 'n'." in messages
    assert "The column 'twice' is dependent on column 'n'." in messages
    assert owner.errors("ALTER TABLE a DROP COLUMN nope") == [4924]
    assert owner.errors("ALTER TABLE a DROP CONSTRAINT nope") == [3728, 3727]


@pytest.mark.parametrize(
    ("change", "numbers"),
    [
        ("s nvarchar(40) NULL", []),
        ("s nvarchar(2) NULL", [2628]),
        ("s int NULL", [245]),
        ("n nvarchar(20) NULL", []),
        ("n bigint NULL", []),
        ("n tinyint NULL", [220]),
        ("n int NOT NULL", [515]),
        ("n date NULL", [206]),
        ("d bigint NOT NULL", [5074, 4922]),
        ("c int NULL", [4928]),
        ("x int NULL", [4924]),
    ],
)
def test_alter_column(client, change, numbers):
    client.run(
        "CREATE TABLE a (s nvarchar(20), n int, d int NOT NULL DEFAULT 1, c AS (1 + 1));"
        "INSERT INTO a (s, n) VALUES ('hello', 1000), ('x', NULL)"
    )
    assert client.errors(f"ALTER TABLE a ALTER COLUMN {change}") == numbers


def test_indexed_columns_may_grow_only(owner):
    owner.run("CREATE TABLE a (s varchar(20) NULL, n int NULL); CREATE INDEX ix ON a (s); CREATE INDEX jx ON a (n)")
    assert owner.errors("ALTER TABLE a ALTER COLUMN s varchar(30) NULL") == []
    assert owner.errors("ALTER TABLE a ALTER COLUMN s varchar(10) NULL") == [5074, 4922]
    assert owner.errors("ALTER TABLE a ALTER COLUMN n bigint NULL") == [5074, 4922]


def test_drop_table_and_truncate(client):
    client.run("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p (id))")
    assert client.errors("DROP TABLE p") == [3726]
    assert client.errors("TRUNCATE TABLE p") == [4712]
    assert client.errors("DROP TABLE nope") == [3701]
    assert client.errors("TRUNCATE TABLE nope") == [4701]
    client.run("DROP TABLE IF EXISTS nope; DROP TABLE c, p")
    assert client.run("SELECT name FROM sys.tables WHERE name IN ('p', 'c')") == []


def test_truncate_restarts_the_identity(client):
    client.run("CREATE TABLE a (id int IDENTITY, n int); INSERT INTO a (n) VALUES (1), (2); TRUNCATE TABLE a")
    client.run("INSERT INTO a (n) VALUES (3)")
    assert client.run("SELECT id, n FROM a") == [(1, 3)]


def test_reseed(client):
    client.run("CREATE TABLE a (id int IDENTITY, n int); DBCC CHECKIDENT('a', RESEED, 10)")
    client.run("INSERT INTO a (n) VALUES (1); DBCC CHECKIDENT('a', RESEED, 20); INSERT INTO a (n) VALUES (2)")
    assert client.run("SELECT id FROM a ORDER BY id") == [(10,), (21,)]
    messages = client.infos("DBCC CHECKIDENT('a', NORESEED)")
    assert messages[0] == (
        7998, "Checking identity information: current identity value '21', current column value '21'."
    )  # fmt: skip


def test_temp_tables_belong_to_their_session(server):
    one, two = Client(server), Client(server)
    one.run("CREATE TABLE #t (id int PRIMARY KEY, n nvarchar(10) DEFAULT 'x'); INSERT INTO #t (id) VALUES (1)")
    assert one.run("SELECT id, n FROM #t") == [(1, "x")]
    assert one.value("SELECT CASE WHEN OBJECT_ID('tempdb..#t') IS NULL THEN 0 ELSE 1 END") == 1
    assert two.errors("SELECT * FROM #t") == [208]
    assert two.run("SELECT name FROM sys.objects WHERE name LIKE '#%'") == []
    one.run("DROP TABLE #t")
    assert one.errors("SELECT * FROM #t") == [208]
    one.session.close()
    two.session.close()


def test_select_into(client):
    client.run("CREATE TABLE a (id int IDENTITY PRIMARY KEY, n nvarchar(10) NOT NULL); INSERT INTO a VALUES ('x')")
    client.run("SELECT id, n AS name, 1 + 1 AS two INTO b FROM a")
    assert client.run("SELECT id, name, two FROM b") == [(1, "x", 2)]
    assert client.value("SELECT COUNT(*) FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID('b')") == 0
    assert client.errors("SELECT 1 AS x INTO b") == [2714]


def test_switch_moves_rows(client):
    client.run("CREATE TABLE a (id int NOT NULL IDENTITY); CREATE TABLE b (id int NOT NULL)")
    client.run("INSERT INTO a DEFAULT VALUES; ALTER TABLE a SWITCH TO b")
    assert client.run("SELECT id FROM b") == [(1,)]
    assert client.run("SELECT id FROM a") == []
    client.run("INSERT INTO a DEFAULT VALUES")
    assert client.errors("ALTER TABLE a SWITCH TO b") == [4905]


def test_a_global_temp_table_is_everybodys_until_its_maker_ends(server):
    maker, other = Client(server), Client(server)
    maker.run("CREATE TABLE ##g (i int IDENTITY PRIMARY KEY, c varchar(5) DEFAULT 'x' CHECK (c <> 'q'))")
    other.run("INSERT ##g DEFAULT VALUES; INSERT ##g (c) VALUES ('b'); UPDATE ##g SET c = 'y' WHERE i = 1")
    assert maker.run("SELECT c FROM tempdb..##G ORDER BY i") == [("y",), ("b",)]
    assert other.value("SELECT OBJECT_ID('tempdb..##g') - OBJECT_ID('tempdb.dbo.##g')") == 0
    assert other.errors("CREATE TABLE ##g (i int)") == [2714]
    assert 'database "tempdb", table "dbo.##g"' in other.error("INSERT ##g (c) VALUES ('q')")
    assert other.run("SELECT name FROM sys.tables WHERE name LIKE '##%'") == []
    other.run("SELECT 1 AS z INTO ##h; DROP TABLE ##h")
    assert maker.errors("SELECT * FROM ##h") == [208]
    maker.session.close()
    assert other.errors("SELECT * FROM ##g") == [208]
    other.run("CREATE TABLE ##g (i int)")
    list(other.session.reset(False))
    assert other.errors("SELECT * FROM ##g") == [208]
    other.session.close()


@pytest.mark.parametrize(
    "expression, number",
    [("1 / n", 8134), ("CAST(s AS int)", 245), ("n + 2147483647", 8115), ("LEFT(s, -n)", 536)],
)
def test_a_computed_column_that_is_not_persisted_fails_where_it_is_read(owner, expression, number):
    """https://learn.microsoft.com/sql/relational-databases/tables/specify-computed-columns-in-a-table"""
    n = 0 if number == 8134 else 1
    owner.run(f"CREATE TABLE c (n int, s varchar(9), f AS {expression}, g AS n + 1)")
    owner.run(
        f"INSERT INTO c (n, s) VALUES ({n}, 'x'); UPDATE c SET s = 'y'; INSERT INTO c (n) SELECT n FROM c WHERE n > 5"
    )
    assert owner.run("SELECT n, s, g FROM c") == [(n, "y", n + 1)]
    for query in ("SELECT f FROM c", "SELECT * FROM c", "SELECT n FROM c WHERE f = 1", "UPDATE c SET n = f"):
        assert owner.errors(query)[:1] == [number]
    assert owner.errors(f"INSERT INTO c (n, s) OUTPUT inserted.f VALUES ({n}, 'x')") == [number]
    assert owner.errors("CREATE INDEX ix ON c (f)")[:1] == [number]
    owner.run("DELETE FROM c; CREATE INDEX ix ON c (f)")
    assert owner.errors(f"INSERT INTO c (n, s) VALUES ({n}, 'x')")[:1] == [number]
    owner.run(
        f"DROP INDEX ix ON c; INSERT INTO c (n, s) VALUES ({n}, 'x'); ALTER TABLE c DROP COLUMN f; SELECT * FROM c"
    )
