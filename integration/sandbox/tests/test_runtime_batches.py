"""Variables, control flow, errors and messages of batches."""

import tracemalloc

import psycopg
import pytest
from ddl_support import Client

from mssql_sandbox.interface import Done, Error


@pytest.fixture
def client(server):
    client = Client(server)
    yield client
    client.session.close()


def test_variables_keep_their_declared_type(client):
    assert client.run("DECLARE @a nvarchar(2) = N'abc', @b decimal(4,1) = 1.26; SELECT @a, @b")[0][0] == "ab"


def test_undeclared_variable(client):
    assert client.errors("SELECT @nosuch") == [137]
    assert client.errors("DECLARE @a int; DECLARE @a int") == [134]


def test_while_break_continue(client):
    batch = """
        DECLARE @i int = 0, @sum int = 0
        WHILE 1 = 1
        BEGIN
            SET @i += 1
            IF @i = 3 CONTINUE
            IF @i > 5 BREAK
            SET @sum += @i
        END
        SELECT @sum
    """
    assert client.value(batch) == 1 + 2 + 4 + 5


def test_select_assigns_the_last_row_and_nothing_without_rows(client):
    assert client.value("DECLARE @x int = 7; SELECT @x = 1 WHERE 1 = 0; SELECT @x") == 7
    assert client.value("DECLARE @x int; SELECT @x = v FROM (VALUES (1), (2)) t (v) ORDER BY v; SELECT @x") == 2


def test_select_gathers_over_rows(client):
    rows = "FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) t (n, s)"
    assert (
        client.value(f"DECLARE @x varchar(50) = ''; SELECT @x = @x + s + ',' {rows} ORDER BY n DESC; SELECT @x")
        == "c,b,a,"
    )
    assert client.value(f"DECLARE @x int = 10; SELECT @x += n * 2 {rows} WHERE n > 1; SELECT @x") == 20
    assert (
        client.value(f"DECLARE @x varchar(9); SELECT @x = COALESCE(@x + '-', '') + s {rows} ORDER BY n; SELECT @x")
        == "a-b-c"
    )
    assert client.value(f"DECLARE @x int = 1; SELECT @x += n {rows} WHERE n > 9; SELECT @x") == 1
    assert client.value(f"DECLARE @x int = 1; SELECT @x += SUM(n) {rows}; SELECT @x + @@ROWCOUNT") == 8
    assert client.value("DECLARE @x int = 1; SELECT @x += 1; SELECT @x") == 2


def test_try_catch_tells_the_error(client):
    row = client.run(
        "BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_LINE() END CATCH"
    )[-1]
    assert row == (8134, 16, 1)
    assert client.value("SELECT ERROR_NUMBER()") is None


def test_throw_ends_the_batch(client):
    events = client.events("THROW 50001, N'stop', 3; SELECT 1")
    error = next(event for event in events if isinstance(event, Error))
    assert (error.number, error.message, error.severity, error.state) == (50001, "stop", 16, 3)
    assert sum(isinstance(event, Done) for event in events) == 1


def test_raiserror_formats_and_goes_on(client):
    events = client.events("RAISERROR(N'%d of %s', 16, 1, 3, N'four'); SELECT 5")
    assert [event.message for event in events if isinstance(event, Error)] == ["3 of four"]
    assert client.infos("RAISERROR(N'note', 10, 1)") == [(50000, "note")]
    assert client.infos("RAISERROR(N'<%*.*s>', 10, 1, 7, 3, N'abcde')") == [(50000, "<    abc>")]


def test_print(client):
    assert client.infos("PRINT N'hello'") == [(0, "hello")]


def test_rowcount_and_error_of_the_last_statement(client):
    assert client.run("SELECT 1 UNION ALL SELECT 2; SELECT @@ROWCOUNT")[-1] == (2,)
    assert client.run("SELECT 1; SELECT @@ERROR")[-1] == (0,)


def test_nocount_hides_counts(client):
    counts = [event.count for event in client.events("SET NOCOUNT ON; SELECT 1") if isinstance(event, Done)]
    assert counts[-1] is None


def test_exec_of_text_has_its_own_variables(client):
    assert client.value("EXEC (N'SELECT ' + N'42')") == 42
    assert client.errors("DECLARE @x int = 1; EXEC (N'SELECT @x')") == [137]


def test_sp_executesql_with_output(client):
    batch = "DECLARE @r int; EXEC sp_executesql N'SET @o = @i * 2', N'@i int, @o int OUTPUT', @i = 21, @o = @r OUTPUT; SELECT @r"
    assert client.value(batch) == 42


def test_temp_table_lives_as_long_as_its_scope(client):
    client.run("CREATE TABLE #kept (a int); INSERT INTO #kept VALUES (1)")
    assert client.value("SELECT a FROM #kept") == 1
    client.run("EXEC (N'CREATE TABLE #inner (a int)')")
    assert client.errors("SELECT a FROM #inner") == [208]


def test_missing_table_is_found_when_the_statement_runs_and_missing_column_before(client):
    client.run("DROP TABLE IF EXISTS b; CREATE TABLE b (a int)")
    assert client.run("SELECT 1 WHERE 1 = 1")
    events = client.events("SELECT 1; SELECT a FROM nosuch")
    assert [type(event) for event in events].count(Error) == 1
    assert any(not isinstance(event, (Error, Done)) for event in events)
    events = client.events("SELECT 1; SELECT nosuch FROM b")
    assert isinstance(events[0], Error) and events[0].number == 207


def test_unknown_option_and_unknown_procedure(client):
    assert client.errors("SET NOSUCH ON")[0] in (102, 195)
    assert client.errors("EXEC nosuch_procedure") == [2812]


def test_refusals_name_the_construct(client):
    assert "not supported" in client.error("WAITFOR TIME '10:00'")


def test_showplan_explains_and_runs_nothing(client):
    client.run("CREATE TABLE plan_me (id int)")
    client.run("SET SHOWPLAN_XML ON")
    ((document,),) = [tuple(row) for row in client.run("INSERT INTO plan_me VALUES (1)")]
    assert 'StatementText="INSERT INTO plan_me VALUES (1)"' in document and 'StatementType="INSERT"' in document
    events = client.events("SELECT nothing FROM plan_me")
    assert [event.number for event in events if isinstance(event, Error)] == [207]
    client.run("SET SHOWPLAN_XML OFF")
    assert client.run("SELECT COUNT(*) FROM plan_me") == [(0,)]


def test_showplan_is_switched_off_anywhere_but_explains_one_query(client):
    assert client.run("SELECT 1; SET SHOWPLAN_XML OFF; SET SHOWPLAN_ALL OFF") == [(1,)]
    client.run("SET SHOWPLAN_XML ON")
    assert client.errors("SELECT 1; SET SHOWPLAN_XML OFF") == [50999]
    client.run("SET SHOWPLAN_XML OFF")


@pytest.mark.parametrize("text", ["SELECT 1; SET PARSEONLY ON", "SELECT 1; IF 1 = 0 SET PARSEONLY ON"])
def test_parseonly_counts_before_anything_runs(client, text):
    events = client.events(text)
    assert client.numbers(events) == [50999] and client.rows(events) == []


@pytest.mark.parametrize("text", ["SET SHOWPLAN_XML ON; SELECT 1", "EXEC(N'SET SHOWPLAN_XML ON')"])
def test_showplan_is_a_batch_of_its_own(client, text):
    events = client.events(text)
    assert [event.number for event in events if isinstance(event, Error)] == [1067]
    assert client.run("SELECT 2") == [(2,)]


def test_a_table_variable_of_a_loop_keeps_its_rows(client):
    batch = """
        DECLARE @i int = 0
        WHILE @i < 3
        BEGIN
            DECLARE @t TABLE (n int NOT NULL)
            INSERT INTO @t VALUES (@i)
            SET @i += 1
        END
        SELECT COUNT(*) FROM @t
    """
    assert client.value(batch) == 3


def test_table_variables_are_empty_in_each_batch_and_session(client, server):
    batch = (
        "DECLARE @t TABLE (n int NOT NULL, s nvarchar(3)); INSERT INTO @t VALUES (1, 'abc'); SELECT COUNT(*) FROM @t"
    )
    other = Client(server)
    assert [client.value(batch), other.value(batch), client.value(batch)] == [1, 1, 1]
    assert (
        client.value("DECLARE @t TABLE (n bigint); INSERT INTO @t VALUES (99999999999); SELECT n FROM @t")
        == 99999999999
    )
    assert client.errors("SELECT * FROM @t") == [1087]
    assert "column 'n', table '@t'" in client.error("DECLARE @t TABLE (n int NOT NULL); INSERT INTO @t VALUES (NULL)")
    client.run("BEGIN TRANSACTION; DECLARE @t TABLE (n int); INSERT INTO @t VALUES (1)")
    client.run("ROLLBACK")
    assert client.value("DECLARE @t TABLE (n int); SELECT COUNT(*) FROM @t") == 0


def test_names_of_columns_are_bound_before_a_batch_runs(client):
    client.run("CREATE TABLE bound (id int)")
    assert client.errors("ALTER TABLE bound ADD x int; UPDATE bound SET x = 1") == [207]
    assert client.run("SELECT COUNT(*) FROM sys.columns WHERE object_id = OBJECT_ID('bound')") == [(1,)]
    assert client.errors("IF 1 = 0 SELECT nothing FROM bound") == [207]
    assert client.errors("BEGIN TRY SELECT nothing FROM bound END TRY BEGIN CATCH SELECT 1 END CATCH") == [207]
    assert client.run("IF 1 = 0 SELECT nothing FROM no_table ELSE SELECT 1") == [(1,)]
    assert client.run("CREATE TABLE #fresh (k int); INSERT #fresh VALUES (1); SELECT k FROM #fresh") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX ix ON late (m)",
        "CREATE STATISTICS st ON late (m)",
        "ALTER TABLE late ADD CHECK (m > 0)",
        "ALTER TABLE late ADD DEFAULT 1 FOR m",
        "ALTER TABLE late ADD d AS m + 1",
        "ALTER TABLE late ALTER COLUMN m bigint",
        "EXEC ('SELECT m FROM late')",
    ],
)
def test_definitions_see_the_columns_that_their_batch_has_added(client, statement):
    client.run("DROP TABLE IF EXISTS late; CREATE TABLE late (n int)")
    client.run(f"ALTER TABLE late ADD m int; {statement}")


def test_variables_are_declared_before_they_are_used(client):
    assert client.errors("IF 1 = 0 SET @undeclared = 1") == [137]
    assert client.errors("SELECT 1; SELECT @late; DECLARE @late int") == [137]
    assert client.run("IF 1 = 0 BEGIN DECLARE @early int END; SET @early = 2; SELECT @early") == [(2,)]


def test_a_variable_declared_in_a_loop_keeps_its_value(client):
    loop = (
        "DECLARE @i int = 0; WHILE @i < 3 BEGIN SET @i += 1; DECLARE @j int; SET @j = ISNULL(@j, 0) + 1 END; SELECT @j"
    )
    assert client.run(loop) == [(3,)]


def test_a_missing_parameter_is_named_with_the_start_of_its_query(client):
    assert client.error("EXEC sp_executesql N'SELECT @value', N'@value int'") == (
        "The parameterized query '(@value int)SELECT @value' expects the parameter '@value', which was not supplied."
    )
    columns = ", ".join(["@value"] * 20)
    shown = f"(@value int)SELECT {columns}"[:64]
    assert f"query '{shown}' expects" in client.error(f"EXEC sp_executesql N'SELECT {columns}', N'@value int'")


# ---- long texts ---------------------------------------------------------------------------

LENGTH = 4_000_000


def memory_of(process):
    """The most that a process has had in memory, in bytes."""
    with open(f"/proc/{process}/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))


@pytest.mark.parametrize(
    "values",
    [
        "N'" + "x" * LENGTH + "', NULL",
        "'" + "''" * (LENGTH // 2) + "', NULL",
        "NULL, 0x" + "ab" * (LENGTH // 2),
        "NULL, NULL /* " + "x" * LENGTH + " */",
        "NULL, NULL -- " + "x" * LENGTH,
    ],
    ids=["nstring", "doubled", "binary", "comment", "line"],
)
def test_a_long_text_takes_a_few_times_its_length_of_memory(client, values):
    client.run("DROP TABLE IF EXISTS long; CREATE TABLE long (n nvarchar(max), b varbinary(max))")
    engine = client.session.connection.info.backend_pid
    before = memory_of(engine)
    text = f"INSERT INTO long (n, b) VALUES ({values}\n)"
    tracemalloc.start()
    try:
        client.run(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * len(text)
    assert memory_of(engine) - before < 10 * len(text)
    assert client.run("SELECT COUNT(*) FROM long") == [(1,)]


def test_a_long_text_is_not_kept(client):
    text = "SELECT LEN(N'" + "x" * LENGTH + "')"
    assert client.run(text) == [(LENGTH,)]
    assert client.session.parse(text) is not client.session.parse(text)


def test_what_is_wrong_behind_a_long_value_is_told_with_its_line(client):
    (error,) = [
        event
        for event in client.events("SELECT N'" + "x\n" * 70_000 + "', /* \n" + "y" * 70_000 + " */ 1 FROM FROM t")
        if isinstance(event, Error)
    ]
    assert (error.number, error.line) == (156, 70_002)


@pytest.mark.parametrize("rows, fetches", [(0, 0), (3, 1), (501, 2)])
def test_no_fetch_is_made_to_see_the_end_of_the_rows(client, monkeypatch, rows, fetches):
    sizes = []

    class Cursor(psycopg.RawCursor):
        def fetchmany(self, size=0):
            sizes.append(size)
            return super().fetchmany(size)

    monkeypatch.setattr(client.session, "cursor", Cursor(client.session.connection))
    assert len(client.run(f"SELECT TOP ({rows}) name FROM sys.all_columns")) == rows
    assert len(sizes) == fetches


@pytest.mark.parametrize("value", ["99999999999", "2147483648", "1.5", "@given"])
def test_datefirst_takes_an_int(client, value):
    assert client.errors(f"DECLARE @given bigint = 2147483648; SET DATEFIRST {value}") == [2743]
    assert client.errors("SET DATEFIRST 2147483647") == [2742]
