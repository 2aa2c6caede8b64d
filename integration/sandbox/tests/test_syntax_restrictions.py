"""What the compiler refuses by looking at the tree alone, with the number of its message."""

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.syntax.restrictions import check_restrictions

RECURSIVE = "WITH c AS (SELECT 1 AS n UNION ALL {}) SELECT n FROM c"

REFUSED = [
    # ORDER BY below the statement's own query
    ("SELECT * FROM (SELECT a FROM t ORDER BY a) x", 1033),
    ("SELECT 1 WHERE a IN (SELECT a FROM t ORDER BY a)", 1033),
    ("WITH c AS (SELECT a FROM t ORDER BY a) SELECT * FROM c", 1033),
    ("CREATE VIEW v AS SELECT a FROM t ORDER BY a", 1033),
    ("IF EXISTS (SELECT 1 FROM t ORDER BY a) SELECT 1", 1033),
    ("SELECT a FROM t UNION (SELECT b FROM u ORDER BY b)", 1033),
    # paging and set operations
    ("SELECT TOP 1 a FROM t ORDER BY a OFFSET 1 ROWS", 10741),
    ("SELECT a FROM t ORDER BY a FETCH NEXT 5 ROWS ONLY", 153),
    ("SELECT 1 INTERSECT ALL SELECT 2", 324),
    ("SELECT 1 EXCEPT ALL SELECT 2", 324),
    ("SELECT a FROM t FOR UPDATE", 1003),
    # INTO and assignments belong to the outermost query
    ("SELECT 1 AS a UNION SELECT 2 INTO t", 156),
    ("SELECT * FROM (SELECT 1 AS a INTO t) x", 156),
    ("WITH c AS (SELECT 1 AS a INTO t) SELECT * FROM c", 156),
    ("INSERT INTO t SELECT 1 AS a INTO u", 156),
    ("INSERT INTO t SELECT @x = 1", 199),
    ("SELECT (SELECT @x = 1)", 102),
    # recursive tables
    (RECURSIVE.format("SELECT DISTINCT n + 1 FROM c"), 460),
    (RECURSIVE.format("SELECT TOP 1 n + 1 FROM c"), 461),
    (RECURSIVE.format("SELECT n + 1 FROM t LEFT JOIN c ON 1 = 1"), 462),
    (RECURSIVE.format("SELECT n FROM t WHERE n IN (SELECT n FROM c)"), 465),
    (RECURSIVE.format("SELECT MAX(n) FROM c"), 467),
    (RECURSIVE.format("SELECT n FROM c GROUP BY n"), 467),
    (RECURSIVE.format("SELECT a.n FROM c a JOIN c b ON 1 = 1"), 253),
    (RECURSIVE.format("SELECT n + 1 FROM c UNION ALL SELECT 5"), 247),
    ("WITH c AS (SELECT n FROM c UNION ALL SELECT 1) SELECT n FROM c", 246),
    # changes
    ("INSERT INTO t VALUES (1, 2), (3)", 10709),
    ("INSERT INTO t VALUES " + ", ".join(["(1)"] * 1001), 10738),
    ("INSERT INTO t (a) OUTPUT (SELECT 1) VALUES (1)", 10705),
    ("UPDATE t SET a = 1 OUTPUT MAX(inserted.a)", 158),
    ("INSERT INTO t SELECT 1 AS a FOR JSON PATH", 13602),
    ("MERGE t USING u ON 1 = 1 WHEN MATCHED THEN INSERT VALUES (1);", 10711),
    ("MERGE t USING u ON 1 = 1 WHEN NOT MATCHED THEN DELETE;", 10710),
    # separators
    ("SELECT 1 WITH c AS (SELECT 1 AS a) SELECT a FROM c", 319),
    ("SELECT 1 THROW 50000, 'a', 1", 102),
    ("PRINT 'a' THROW 50000, 'a', 1", 102),
    # places of statements
    ("BREAK", 135),
    ("IF 1 = 0 CONTINUE", 136),
    ("RETURN 5", 178),
    ("CREATE TRIGGER r ON t AFTER INSERT AS RETURN 1", 178),
    ("CREATE FUNCTION f() RETURNS int AS BEGIN RETURN END", 1075),
    ("THROW", 10704),
    ("SELECT 1; CREATE VIEW v AS SELECT 1 AS a", 111),
    ("SELECT 1; CREATE PROCEDURE p AS SELECT 1", 111),
    ("CREATE VIEW v AS SELECT 1 AS a; SELECT 2", 156),
    # names and sizes
    ("SELECT * FROM a.b.c.d.e", 117),
    ("CREATE VIEW a.b.c AS SELECT 1 AS x", 166),
    ("SELECT " + ", ".join(["1"] * 4097), 1056),
    ("SELECT " + "(" * 1014 + "1" + ")" * 1014, 191),
    ("SELECT " + " + ".join(["1"] * 3031), 8631),
    ("PRINT (SELECT 1)", 1046),
]

ACCEPTED = [
    "INSERT INTO t SELECT a FROM u ORDER BY a",
    "SELECT * FROM (SELECT TOP 1 a FROM t ORDER BY a) x",
    "SELECT (SELECT a FROM t ORDER BY a OFFSET 0 ROWS)",
    "SELECT (SELECT a FROM t ORDER BY a FOR JSON PATH)",
    "SELECT 1 AS a INTO t UNION SELECT 2",
    "SELECT a FROM t ORDER BY a FETCH NEXT FROM c",
    "DECLARE c CURSOR FOR SELECT a FROM t FOR UPDATE OF a",
    RECURSIVE.format("SELECT n + 1 FROM c WHERE n < 9"),
    "WITH c AS (SELECT DISTINCT a FROM t) SELECT a FROM c",
    "WHILE 1 = 1 BEGIN IF 1 = 2 CONTINUE BREAK END",
    "CREATE PROCEDURE p AS RETURN 5",
    "CREATE FUNCTION f() RETURNS int AS BEGIN RETURN ABS(-1) END",
    "BEGIN TRY SELECT 1 END TRY BEGIN CATCH THROW END CATCH",
    "BEGIN TRY WITH c AS (SELECT 1 AS a) SELECT a FROM c END TRY BEGIN CATCH END CATCH",
    "IF 1 = 1 THROW 50000, 'a', 1 ELSE THROW 50001, 'b', 1",
    "ROLLBACK TRANSACTION THROW",
]


@pytest.mark.parametrize("text, number", REFUSED, ids=[text[:60] for text, _ in REFUSED])
def test_refused(text, number):
    with pytest.raises(SqlServerError) as caught:
        check_restrictions(parse_batch(text))
    assert caught.value.number == number


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text):
    check_restrictions(parse_batch(text))


def test_states_of_error_111_tell_the_statement():
    for text, state in (
        ("CREATE VIEW v AS SELECT 1 AS a", 9),
        ("ALTER VIEW v AS SELECT 1 AS a", 10),
        ("CREATE SCHEMA s", 14),
    ):
        with pytest.raises(SqlServerError) as caught:
            check_restrictions(parse_batch("SELECT 1; " + text))
        assert (caught.value.number, caught.value.state) == (111, state)


def test_a_trailing_comma_is_forgiven_in_create_table_alone():
    parse_batch("CREATE TABLE t (a int,)")
    for text in ("DECLARE @t TABLE (a int,)", "CREATE TABLE t (a int,,)", "INSERT INTO t (a,) VALUES (1)"):
        with pytest.raises(SqlServerError):
            parse_batch(text)
