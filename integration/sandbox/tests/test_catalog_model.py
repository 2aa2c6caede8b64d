"""Names: which spellings mean the same object, by the collation of the database.

https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
"""

from __future__ import annotations

import pytest
from ddl_support import Client

from mssql_sandbox.catalog.model import name_key

SETUP = (
    "CREATE TABLE t (A varchar(10), b int, a int); INSERT INTO t VALUES ('x', 1, 2); CREATE TABLE T (x int)",
    "CREATE VIEW v AS SELECT b FROM t",
    "CREATE PROCEDURE p AS SELECT 1",
    "CREATE FUNCTION dbo.f () RETURNS int AS BEGIN RETURN 1 END",
    "CREATE INDEX ix ON t (b)",
    "CREATE SEQUENCE q",
)


@pytest.fixture(scope="module", params=["Latin1_General_BIN2", "Latin1_General_100_CS_AS"])
def strict(server, request):
    """A session of a database that tells case apart."""
    server.databases.create(request.param, request.param)
    client = Client(server, request.param)
    for batch in SETUP:
        client.run(batch)
    yield client
    client.session.close()


@pytest.mark.parametrize(
    "collation, same",
    [("Latin1_General_CI_AS", True), ("Latin1_General_CS_AS", False), ("Latin1_General_BIN", False)],
)
def test_keys(collation, same):
    key = name_key(collation)
    assert (key("Id") == key("iD")) is same


def test_the_turkish_i():
    key = name_key("Turkish_CI_AS")
    assert key("TABLE") == key("table") and key("TITLE") != key("title") and key("TİTLE") == key("title")


@pytest.mark.parametrize(
    "statement, number",
    [
        ("SELECT * FROM V", 208),
        ("SELECT * FROM DBO.t", 208),
        ("SELECT * FROM SYS.objects", 208),
        ("SELECT B FROM t", 207),
        ("SELECT table_name FROM INFORMATION_SCHEMA.TABLES", 207),
        ("SELECT Y.b FROM t AS y", 4104),
        ("SELECT b AS n FROM t UNION SELECT 1 ORDER BY N", 207),
        ("SELECT d.B FROM (SELECT b FROM t) d", 207),
        ("WITH c AS (SELECT b FROM t) SELECT * FROM C", 208),
        ("UPDATE t SET B = 1", 207),
        ("INSERT INTO t (B) VALUES (1)", 207),
        ("MERGE t USING (SELECT 1 AS n) s ON s.N = t.b WHEN MATCHED THEN DELETE;", 207),
        ("ALTER TABLE t DROP COLUMN B", 4924),
        ("DROP INDEX IX ON t", 3701),
        ("DROP TABLE Tt", 3701),
        ("EXEC P", 2812),
        ("SELECT dbo.F()", 4121),
        ("SELECT NEXT VALUE FOR Q", 208),
    ],
)
def test_another_case_is_another_name(strict, statement, number):
    assert strict.errors(statement)[:1] == [number]


def test_a_synonym_stands_for_the_spelling_that_it_names(strict):
    for statement in (
        "CREATE TABLE twin (a int)",
        "CREATE VIEW TWIN AS SELECT 1 AS a",
        "CREATE SYNONYM other FOR TWIN",
    ):
        strict.run(statement)
    base_type = "SELECT CAST(OBJECTPROPERTYEX(OBJECT_ID('other'), 'BaseType') AS varchar(2))"
    assert strict.run(base_type) == [("V ",)]
    strict.run("DROP SYNONYM other; DROP VIEW TWIN; DROP TABLE twin")


def test_what_differs_in_case_lives_side_by_side(strict):
    assert strict.run("SELECT A, a FROM t WHERE A = 'x'") == [("x", 2)]
    assert strict.run("SELECT name FROM sys.tables ORDER BY object_id") == [("t",), ("T",)]
    assert strict.run("SELECT COUNT(DISTINCT OBJECT_ID(name)) FROM sys.tables WHERE name IN ('t', 'T')") == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DECLARE @V int = 1; SELECT @v",
        "SELECT LEN('x') FROM t WHERE GetDate() > '2000'",
        "CREATE TABLE #x (a Int); SELECT a FROM #X; DROP TABLE #x",
        "UPDATE t SET b = 1 OUTPUT INSERTED.b, Deleted.b",
    ],
)
def test_variables_functions_and_temp_tables_are_found_in_any_case(strict, statement):
    strict.run(statement)


def test_temp_tables_have_the_collation_of_tempdb(strict):
    strict.run(
        "CREATE TABLE #y (a varchar(10), d varchar(10) COLLATE DATABASE_DEFAULT); INSERT INTO #y VALUES ('A', 'A')"
    )
    assert strict.run("SELECT a FROM #y WHERE a = 'a'") == [("A",)]
    assert strict.run("SELECT a FROM #y WHERE d = 'a'") == []
    assert strict.errors("SELECT 1 FROM t JOIN #y ON t.A = #y.a") == [468]
    strict.run("SELECT A INTO #z FROM t; SELECT 1 FROM t JOIN #z ON t.A = #z.A; DROP TABLE #y, #z")
    strict.run("DECLARE @t TABLE (a varchar(10)); SELECT 1 FROM t JOIN @t v ON t.A = v.a")
