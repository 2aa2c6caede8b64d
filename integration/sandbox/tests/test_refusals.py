"""What SQL Server refuses, by number. Sources: the system messages of the numbers, and the pages named beside them."""

import pytest
from ddl_support import Client, start_server

SETUP = """
CREATE TABLE a (id int NOT NULL PRIMARY KEY, n int NULL, s nvarchar(10) NULL, d date NULL, b bit NULL, m decimal(9,2) NULL);
CREATE TABLE c (id int NOT NULL PRIMARY KEY, a_id int NULL REFERENCES a (id), s nvarchar(10) COLLATE Latin1_General_CS_AS NULL);
CREATE TABLE i (id int IDENTITY(1,1) NOT NULL PRIMARY KEY, s nvarchar(3) NOT NULL, x AS (s + N'!'));
INSERT INTO a (id, n, s) VALUES (1, 10, N'one'), (2, 20, N'two')
"""

REFUSED = [
    # syntax of other dialects, refused by the grammar
    ("SELECT id FROM a LIMIT 1", 102),
    ("SELECT id FROM a WHERE s ILIKE 'x'", 4145),
    ("SELECT id FROM a ORDER BY n NULLS FIRST", 102),
    ("SELECT COUNT(*) FILTER (WHERE n > 1) FROM a", 102),
    ("INSERT INTO a (id) VALUES (3) RETURNING id", 102),
    ("INSERT INTO a (id) VALUES (3) ON CONFLICT DO NOTHING", 156),
    ("SELECT a.id FROM a JOIN c USING (id)", 321),
    ("SELECT n > 1 FROM a", 102),
    ("SELECT 1 WHERE (1, 2) = (1, 2)", 102),
    ("SELECT EXISTS (SELECT 1)", 156),
    ("SELECT id FROM a OFFSET 1 ROWS", 102),
    # values and predicates
    ("SELECT id FROM a WHERE b", 4145),
    ("SELECT id FROM a WHERE 1", 4145),
    # names
    ("SELECT nosuch FROM a", 207),
    ("SELECT id FROM nosuch", 208),
    ("SELECT id FROM a, c", 209),
    ("SELECT x.id FROM a", 4104),
    ("SELECT a.nosuch FROM a", 207),
    ("SELECT 1 FROM a, a", 1013),
    ("SELECT 1 FROM a q, c q", 1011),
    ("SELECT nosuch(1)", 195),
    ("SELECT dbo.nosuch(1)", 4121),
    ("SELECT n AS k FROM a WHERE k = 1", 207),
    # subqueries and derived tables
    ("SELECT * FROM (SELECT id FROM a ORDER BY id) q", 1033),
    ("SELECT (SELECT id, n FROM a)", 116),
    ("SELECT (SELECT id FROM a)", 512),
    ("SELECT * FROM (SELECT 1) q", 8155),
    ("SELECT * FROM (SELECT id, id FROM a) q", 8156),
    ("SELECT * FROM (SELECT id FROM a) q (x, y)", 8159),
    # grouping and aggregates
    ("SELECT id, COUNT(*) FROM a", 8120),
    ("SELECT COUNT(*) FROM a HAVING n > 1", 8121),
    ("SELECT s FROM a GROUP BY s ORDER BY n", 8127),
    ("SELECT COUNT(*) FROM a GROUP BY (SELECT 1)", 144),
    ("SELECT COUNT(*) FROM a GROUP BY 'x'", 164),
    ("SELECT SUM(COUNT(*)) FROM a", 130),
    ("SELECT SUM((SELECT 1)) FROM a", 130),
    ("SELECT id FROM a WHERE COUNT(*) > 1", 147),
    ("SELECT SUM(s) FROM a", 8117),
    ("SELECT MAX(b) FROM a", 8117),
    ("UPDATE a SET n = MAX(id)", 157),
    # windows
    ("SELECT ROW_NUMBER() OVER () FROM a", 4112),
    ("SELECT id FROM a WHERE ROW_NUMBER() OVER (ORDER BY id) = 1", 4108),
    ("SELECT ROW_NUMBER() FROM a", 10753),
    ("SELECT SUM(n) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM a", 4194),
    ("SELECT ROW_NUMBER() OVER (ORDER BY 1) FROM a", 5308),
    ("SELECT SUM(n) OVER nosuch FROM a", 5362),
    # order and paging
    ("SELECT DISTINCT s FROM a ORDER BY n", 145),
    ("SELECT id FROM a UNION SELECT id FROM c ORDER BY id + 1", 104),
    ("SELECT id FROM a ORDER BY 2", 108),
    ("SELECT id FROM a ORDER BY id, id", 169),
    ("SELECT id FROM a ORDER BY 'x'", 408),
    ("SELECT TOP 1 id FROM a ORDER BY id OFFSET 1 ROWS", 10741),
    ("SELECT id FROM a ORDER BY id OFFSET 0 ROWS FETCH NEXT 0 ROWS ONLY", 10744),
    ("SELECT id FROM a ORDER BY id OFFSET -1 ROWS", 10742),
    ("SELECT id FROM a UNION SELECT id, n FROM a", 205),
    # types
    ("SELECT 1 + CAST('2020-01-01' AS date)", 206),
    ("SELECT CAST(1 AS uniqueidentifier)", 529),
    ("SELECT CAST(GETDATE() AS int) + CAST(NEWID() AS int)", 529),
    ("DECLARE @b varbinary(3) = 'abc'", 257),
    ("SELECT CASE WHEN 1 = 1 THEN NULL END", 8133),
    ("SELECT COALESCE(NULL, NULL)", 4127),
    ("SELECT DATEPART(hour, CAST('2020-01-01' AS date))", 9810),
    ("SELECT DATEADD(nosuch, 1, GETDATE())", 155),
    ("SELECT LEFT(N'a')", 174),
    ("SELECT CAST(N'x' AS nosuch)", 243),
    ("SELECT a.s FROM a JOIN c ON a.s = c.s", 468),
    ("SELECT N'a' COLLATE nosuch", 448),
    # run time
    ("SELECT 1/0", 8134),
    ("SELECT CAST(N'x' AS int)", 245),
    ("SELECT CAST(N'x' AS decimal(9,2))", 8114),
    ("SELECT CAST(300 AS tinyint)", 220),
    ("SELECT 2147483647 + 1", 8115),
    ("SELECT CAST(N'x' AS date)", 241),
    ("SELECT CAST(N'x' AS uniqueidentifier)", 8169),
    ("SELECT DATEDIFF(second, '1900-01-01', '2020-01-01')", 535),
    ("SELECT SQRT(-1)", 3623),
    ("SELECT LEFT(N'a', -1)", 536),
    # changes
    ("INSERT INTO a (id) VALUES (1)", 2627),
    ("INSERT INTO a (id) VALUES (NULL)", 515),
    ("INSERT INTO i (s) VALUES (N'long')", 2628),
    ("INSERT INTO c (id, a_id) VALUES (1, 99)", 547),
    ("INSERT INTO i (id, s) VALUES (1, N'a')", 544),
    ("SET IDENTITY_INSERT a ON", 8106),
    ("UPDATE i SET id = 2", 8102),
    ("UPDATE i SET x = N'a'", 271),
    ("INSERT INTO a (id, n) VALUES (3)", 109),
    ("INSERT INTO a (id) VALUES (3, 4)", 110),
    ("INSERT INTO a VALUES (3)", 213),
    ("UPDATE a SET n = 1, n = 2", 264),
    # definitions
    ("CREATE TABLE a (x int)", 2714),
    ("CREATE TABLE z (x int, x int)", 2705),
    ("CREATE TABLE z (x nosuch)", 2715),
    ("CREATE TABLE z (x int IDENTITY, y int IDENTITY)", 2744),
    ("CREATE TABLE z (x int REFERENCES nosuch (id))", 1767),
    ("ALTER TABLE nosuch ADD x int", 4902),
    ("DROP TABLE nosuch", 3701),
    ("DROP TABLE a", 3726),
    ("CREATE INDEX ix ON a (nosuch)", 1911),
    ("TRUNCATE TABLE a", 4712),
    # variables and procedures
    ("SELECT @nosuch", 137),
    ("EXEC nosuch", 2812),
    ("WITH q AS (SELECT 1 AS x UNION SELECT x FROM q) SELECT * FROM q", 252),
    ("SELECT 1 WITH q AS (SELECT 1 AS x) SELECT * FROM q", 319),
]


@pytest.fixture(scope="module")
def client():
    server = start_server()
    client = Client(server)
    for statement in SETUP.split(";\n"):
        client.run(statement)
    yield client
    server.close()


@pytest.mark.parametrize("statement, number", REFUSED)
def test_refused_with_its_number(client, statement, number):
    errors = client.errors(statement)
    client.events("IF @@TRANCOUNT > 0 ROLLBACK; SET IDENTITY_INSERT i OFF")
    assert errors[:1] == [number]


@pytest.mark.parametrize(
    "version, statement, number",
    [
        ("2016", "SELECT STRING_AGG(s, N',') FROM a", 195),
        ("2016", "SELECT TRIM(N' a ')", 195),
        ("2019", "SELECT GREATEST(1, 2)", 195),
        ("2019", "SELECT DATETRUNC(day, GETDATE())", 195),
        ("2022", "SELECT JSON_ARRAYAGG(1)", 195),
        ("azure", "USE master", 40508),
        ("azure", "SELECT 1 FROM other.dbo.t", 40515),
    ],
)
def test_versions_know_their_functions(version, statement, number):
    server = start_server(version)
    try:
        client = Client(server)
        client.run("CREATE TABLE a (s nvarchar(10) NULL)")
        assert client.errors(statement) == [number]
    finally:
        server.close()
