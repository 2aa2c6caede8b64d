"""What SQL Server accepts and the sandbox refuses by name: the list in README.md, asked one by one."""

from __future__ import annotations

import pytest

SETUP = (
    "CREATE TYPE dbo.ty AS TABLE (id int)",
    "CREATE TABLE t (id int NOT NULL PRIMARY KEY, n int NULL)",
    "CREATE TABLE computed (id int, n AS id + 1)",
    "CREATE VIEW v WITH SCHEMABINDING AS SELECT id, n FROM dbo.t",
    "CREATE PROCEDURE p AS SELECT 1 AS a, 2 AS b",
    "CREATE FUNCTION dbo.f () RETURNS int AS BEGIN RETURN (SELECT COUNT(*) FROM dbo.t) END",
)
REFUSED = [
    "CREATE TABLE x (h hierarchyid)",
    "CREATE TABLE x (g geography)",
    "SELECT 1 FROM t CROSS APPLY (SELECT t.id AS k) AS t",
    "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS a) AS t WHERE t.a = t.id)",
    "SELECT 1 WHERE CAST(GETDATE() AS sql_variant) = GETDATE()",
    "SELECT id FROM t ORDER BY CAST(id AS sql_variant)",
    "SELECT 1 WHERE CAST(1 AS sql_variant) > 0",
    "SELECT MAX(CAST(id AS sql_variant)) FROM t",
    "CREATE TABLE x (s sql_variant PRIMARY KEY)",
    "DECLARE @x xml = N'<a/>'; SELECT @x.value('(/a)[1]', 'int')",
    "SELECT CAST('<!DOCTYPE a><a/>' AS xml)",
    "SELECT DATALENGTH(CAST('<a/>' AS xml))",
    "CREATE PROCEDURE q @rows dbo.ty READONLY AS SELECT 1",
    "CREATE TYPE dbo.alias FROM xml",
    "CREATE TABLE [@p] (id int)",
    "SELECT id INTO [@p] FROM t",
    "EXEC sp_rename 't', '@p'",
    "CREATE PARTITION FUNCTION pf (int) AS RANGE LEFT FOR VALUES (1)",
    "CREATE UNIQUE CLUSTERED INDEX i ON v (id)",
    "CREATE COLUMNSTORE INDEX i ON t (n)",
    "CREATE FULLTEXT CATALOG c",
    "INSERT INTO v (id) VALUES (1)",
    "UPDATE v SET n = 1 FROM v INNER JOIN t ON t.id = v.id",
    "CREATE VIEW w AS SELECT id FROM t WHERE n > 1 WITH CHECK OPTION",
    "CREATE FUNCTION dbo.m () RETURNS @r TABLE (a int) AS BEGIN RETURN END",
    "CREATE PROCEDURE #p AS SELECT 1",
    "CREATE TRIGGER r ON v INSTEAD OF INSERT AS SELECT 1",
    "CREATE TRIGGER r ON computed INSTEAD OF INSERT AS SELECT 1",
    "CREATE PROCEDURE q WITH EXECUTE AS OWNER AS SELECT 1",
    "DECLARE @r int; EXEC @r = dbo.f",
    "EXEC [other].sys.sp_executesql N'SELECT 1'",
    "DECLARE @x int; UPDATE t SET @x = n = n + 1",
    "DECLARE c CURSOR LOCAL FOR SELECT id FROM t; OPEN c; FETCH c; UPDATE t SET n = 1 WHERE CURRENT OF c",
    "INSERT INTO t VALUES (1, 1); DECLARE c CURSOR LOCAL FOR SELECT id FROM t; OPEN c; DELETE FROM t; FETCH c",
    "BACKUP DATABASE shop TO DISK = 'x'",
    "KILL '9b0ac1c4-6b3f-4d7c-8a55-0a4e4a1a5a11'",
    "BULK INSERT t FROM 'x'",
    "SELECT * FROM OPENROWSET(BULK 'x', SINGLE_BLOB) b",
    "WAITFOR TIME '10:00'",
    "DBCC FREEPROCCACHE",
    "SELECT * FROM master.sys.objects",
    "ALTER TABLE t ADD CHECK (dbo.f() < 5)",
    "CREATE USER u WITHOUT LOGIN",
    "GRANT SELECT ON t TO public",
    "BEGIN DISTRIBUTED TRANSACTION",
    "DISABLE TRIGGER ALL ON DATABASE",
    "SET QUOTED_IDENTIFIER OFF; EXEC ('CREATE VIEW w AS SELECT 1 AS a')",
    'SET QUOTED_IDENTIFIER OFF; SELECT "a"',
    "SET LANGUAGE Deutsch",
    "SELECT CAST(N'é' COLLATE Cyrillic_General_CI_AS AS varchar(5))",
    "SELECT CAST(N'x' COLLATE SQL_Latin1_General_CP437_CI_AS AS varchar(5))",
    "SELECT x FROM (VALUES (N'ç'), (N'd')) v (x) ORDER BY x COLLATE Turkish_CI_AS",
    "SELECT 1 WHERE N'chata' < N'd' COLLATE Czech_CI_AS",
    "SELECT 1 WHERE N'か' = N'が' COLLATE Japanese_CI_AI",
    "SELECT CHAR(0)",
    "SELECT UPPER('µ')",
    "SELECT COLLATIONPROPERTY('Greek_CI_AS', 'CodePage')",
    "CREATE TABLE [x ] (id int)",
    "CREATE TABLE x ([id ] int)",
    "EXEC sp_rename 't', 't '",
    "SELECT SQL_VARIANT_PROPERTY(1, 'Precision')",
    "DECLARE @n int = 0; SELECT NCHAR(@n)",
    "SELECT NCHAR(55357)",
    "SELECT CAST(0x90 AS varchar(5))",
    "SELECT value FROM STRING_SPLIT('a,b' COLLATE Latin1_General_BIN2, ',')",
    "SELECT TODATETIMEOFFSET(CAST('0001-01-01' AS datetime2), '+10:00')",
    "SELECT SWITCHOFFSET(CAST('9999-12-31 23:00 +00:00' AS datetimeoffset), '+10:00')",
    "SELECT DATETIMEOFFSETFROMPARTS(9999, 12, 31, 23, 0, 0, 0, -10, 0, 7)",
    "SELECT CAST('0001-01-01 00:00 +00:00' AS datetimeoffset) AT TIME ZONE 'Pacific Standard Time'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_refused_by_name(client, statement):
    for batch in SETUP:
        client.run(batch)
    assert client.errors(statement)[-1:] == [50999]
    assert "not supported" in client.error(statement)
