"""CREATE, ALTER and DROP FUNCTION: scalar and inline table-valued functions, and where they may be used."""

from __future__ import annotations

from decimal import Decimal

import pytest

TOTAL = """
    CREATE FUNCTION dbo.total (@least int) RETURNS decimal(10, 2) AS
    BEGIN
        DECLARE @sum decimal(10, 2) = 0, @text varchar(100) = '', @i int
        SELECT @sum = SUM(n) FROM t WHERE n >= @least
        SELECT @text += v FROM t ORDER BY id
        SET @i = LEN(@text)
        WHILE @i > 0
        BEGIN
            SET @i -= 1
            IF @i = 1 BREAK
            SET @sum += @i
        END
        IF @sum IS NULL RETURN -1
        RETURN @sum
    END
"""


@pytest.fixture
def table(client):
    client.run("CREATE TABLE t (id int PRIMARY KEY, n int, v varchar(10))")
    client.run("INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, NULL, 'c')")
    return client


def test_a_scalar_function_is_called_for_each_row_with_its_two_part_name(table):
    table.run("CREATE FUNCTION dbo.times (@n int, @m int = 2) RETURNS int AS BEGIN RETURN @n * @m END")
    assert table.run("SELECT id FROM t WHERE dbo.Times(n, DEFAULT) = 40") == [(2,)]
    assert table.run("SELECT dbo.times(n, id) FROM t ORDER BY dbo.times(id, 1) DESC") == [(None,), (40,), (10,)]
    assert table.value("SELECT SUM(dbo.times(n, 3)) FROM t") == 90
    assert table.value("DECLARE @x int = dbo.times('4', 5); SELECT @x") == 20
    assert table.errors("SELECT times(1, 2)") == [195]


def test_a_body_has_variables_loops_and_queries(table):
    table.run(TOTAL)
    assert table.run("SELECT dbo.total(5), dbo.total(100)") == [(Decimal("32.00"), Decimal("-1.00"))]
    table.run("UPDATE t SET n = 7 WHERE id = 3")
    assert table.value("SELECT dbo.total(5)") == Decimal("39.00")


def test_a_function_may_call_itself_to_32_levels(client):
    client.run(
        "CREATE FUNCTION dbo.fact (@n int) RETURNS float AS BEGIN IF @n <= 1 RETURN 1; RETURN @n * dbo.fact(@n - 1) END"
    )
    assert client.value("SELECT dbo.fact(5)") == 120
    client.run("SELECT dbo.fact(32)")
    assert client.errors("SELECT dbo.fact(33)") == [217]


def test_an_inline_function_is_a_table_with_parameters(table):
    table.run(
        "CREATE FUNCTION above (@least int) RETURNS TABLE AS RETURN (SELECT id, n * 2 AS d FROM t WHERE n >= @least)"
    )
    assert table.run("SELECT d FROM dbo.above(15)") == [(40,)]
    assert table.run("SELECT t.id, a.d FROM t CROSS APPLY above(t.n) a ORDER BY 1, 2") == [(1, 20), (1, 40), (2, 40)]
    assert table.run("SELECT t.id FROM t OUTER APPLY above(t.n + 5) a WHERE a.id IS NULL ORDER BY 1") == [(2,), (3,)]
    assert table.run("DECLARE @x int = 11; WITH t AS (SELECT 1 AS one) SELECT id, one FROM above(@x), t") == [(2, 1)]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("SELECT dbo.times(1)", 313),
        ("SELECT dbo.times(1, 2, 3)", 8144),
        ("SELECT * FROM above(1, 2)", 8144),
        ("SELECT * FROM above()", 313),
        ("SELECT * FROM above", 216),
        ("SELECT * FROM dbo.times(1, 2)", 208),
        ("SELECT dbo.above(1)", 4121),
        ("SELECT dbo.times('x', 1)", 245),
    ],
)
def test_wrong_calls(table, query, number):
    table.run("CREATE FUNCTION dbo.times (@n int, @m int) RETURNS int AS BEGIN RETURN @n * @m END")
    table.run("CREATE FUNCTION above (@least int) RETURNS TABLE AS RETURN SELECT id FROM t WHERE n >= @least")
    assert table.errors(query)[0] == number


def test_defaults_checks_and_computed_columns_hold_their_function(owner):
    owner.run("CREATE FUNCTION dbo.f (@n int) RETURNS int AS BEGIN RETURN @n * 3 END")
    owner.run("CREATE TABLE c (a int, b AS dbo.f(a), d int DEFAULT dbo.f(4), CONSTRAINT c_ck CHECK (dbo.f(a) < 100))")
    owner.run("INSERT INTO c (a) VALUES (7)")
    assert owner.run("SELECT * FROM c") == [(7, 21, 12)]
    assert owner.value("SELECT definition FROM sys.computed_columns") == "([dbo].[f]([a]))"
    assert owner.errors("ALTER FUNCTION dbo.f (@n int) RETURNS int AS BEGIN RETURN 1 END") == [3729]
    assert owner.errors("DROP FUNCTION dbo.f") == [3729]
    assert owner.errors("INSERT INTO c (a) VALUES (50)") == [547]
    owner.run("DROP TABLE c; DROP FUNCTION dbo.f")


def test_a_function_that_reads_tables_guards_no_row(table):
    table.run("CREATE FUNCTION dbo.c () RETURNS int AS BEGIN RETURN (SELECT COUNT(*) FROM t) END")
    assert table.errors("ALTER TABLE t ADD CHECK (dbo.c() < 5)") == [50999]


def test_only_schema_bound_functions_are_deterministic(owner):
    body = "AS BEGIN RETURN @n * 3 END"
    owner.run(f"CREATE FUNCTION dbo.f (@n int) RETURNS int {body}")
    assert owner.errors("CREATE TABLE c (a int, b AS dbo.f(a) PERSISTED)") == [4936]
    owner.run(f"CREATE OR ALTER FUNCTION dbo.f (@n int) RETURNS int WITH SCHEMABINDING {body}")
    owner.run("CREATE TABLE d (a int, b AS dbo.f(a) PERSISTED)")


def test_views_and_functions_follow_their_functions_and_tables(table):
    table.run(TOTAL)
    table.run("CREATE FUNCTION above (@least int) RETURNS TABLE AS RETURN SELECT id FROM t WHERE n >= @least")
    table.run("CREATE VIEW w AS SELECT id, dbo.total(1) AS total FROM dbo.above(15)")
    assert table.run("SELECT id FROM w") == [(2,)]
    table.run("ALTER FUNCTION above (@least int) RETURNS TABLE AS RETURN SELECT id FROM t")
    assert table.value("SELECT COUNT(*) FROM w") == 3
    table.run("DROP TABLE t")
    assert table.errors("SELECT dbo.total(1)") == [208]
    assert table.errors("SELECT * FROM dbo.above(1)") == [4413]
    table.run("CREATE TABLE t (id int, n int, v varchar(3)); INSERT INTO t VALUES (1, 2, 'x')")
    assert table.run("SELECT * FROM w") == [(1, Decimal("2.00"))]
    table.run("DROP FUNCTION dbo.total, above")
    assert table.errors("SELECT * FROM w") == [4413]


def test_the_catalogue_tells_functions(client):
    client.run("CREATE FUNCTION dbo.f (@n int, @m varchar(5)) RETURNS varchar(9) AS BEGIN RETURN @m END")
    client.run("CREATE FUNCTION dbo.g () RETURNS TABLE AS RETURN SELECT 1 AS one")
    assert client.run("SELECT name, type, type_desc FROM sys.objects WHERE type IN ('FN', 'IF') ORDER BY name") == [
        ("f", "FN", "SQL_SCALAR_FUNCTION"), ("g", "IF", "SQL_INLINE_TABLE_VALUED_FUNCTION")
    ]  # fmt: skip
    assert client.run(
        "SELECT name, parameter_id, max_length, is_output FROM sys.parameters WHERE object_id = OBJECT_ID('dbo.f')"
        " ORDER BY parameter_id"
    ) == [("", 0, 9, 1), ("@n", 1, 4, 0), ("@m", 2, 5, 0)]
    assert client.run("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('dbo.g', 'IF')") == [("one",)]
    assert client.run("SELECT ROUTINE_NAME, ROUTINE_TYPE FROM INFORMATION_SCHEMA.ROUTINES ORDER BY 1") == [
        ("f", "FUNCTION"), ("g", "FUNCTION")
    ]  # fmt: skip


def test_null_on_null_input(client):
    client.run(
        "CREATE FUNCTION dbo.f (@n int) RETURNS int WITH RETURNS NULL ON NULL INPUT AS BEGIN RETURN ISNULL(@n, 1) END"
    )
    assert client.run("SELECT dbo.f(NULL), dbo.f(2)") == [(None, 2)]


def test_functions_are_called_under_the_options_of_every_django_connection(client):
    client.run("CREATE FUNCTION twice (@n int) RETURNS int AS BEGIN RETURN @n * 2 END")
    client.run("CREATE TABLE doubled (n int, m AS dbo.twice(n))")
    client.run("SET DATEFORMAT ymd; SET DATEFIRST 7; INSERT INTO doubled VALUES (3)")
    assert client.run("SELECT m, dbo.twice(4) FROM doubled") == [(6, 8)]
    assert client.errors("SET DATEFIRST 1; SELECT dbo.twice(4)") == [50999]
    client.run("SET DATEFIRST 7; SET DATEFORMAT mdy")


def test_dates_whose_parts_the_dateformat_orders(client):
    read = "SELECT CONVERT(varchar(10), CAST('{}' AS date), 23)"
    assert client.value(read.format("01/02/03")) == "2003-01-02"
    client.run("SET DATEFORMAT ymd")
    assert client.errors(read.format("01/02/03")) == [50999]
    assert client.value(read.format("2003/01/02")) == "2003-01-02"
    assert client.value("SELECT CONVERT(varchar(10), CONVERT(date, '01/02/03', 1), 23)") == "2003-01-02"
    client.run("SET DATEFORMAT mdy")
    assert client.value(read.format("01/02/03")) == "2003-01-02"
