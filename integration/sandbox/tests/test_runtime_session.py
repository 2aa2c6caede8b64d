"""What a session keeps from one request to the next: cancellation, SET options, its database."""

from __future__ import annotations

import threading

import pyodbc
import pytest
from raw_client import HEADERS, RawClient
from wire_support import PYODBC, Target, run

from mssql_sandbox.wire.collation import collation_bytes


@pytest.fixture(scope="module")
def target(mssql_sandbox):
    return Target(
        mssql_sandbox.port, mssql_sandbox.user, mssql_sandbox.password, "app", mssql_sandbox.certificate,
        mssql_sandbox.token, mssql_sandbox.journal_entries,
    )  # fmt: skip


@pytest.fixture
def connect(target):
    """Opens connections that are closed after the test."""
    opened = []

    def open_one(**options):
        opened.append(PYODBC.connect(target, **options))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect):
    return connect()


def time_out(connection, statement, *parameters):
    connection.timeout = 1
    with pytest.raises(pyodbc.OperationalError, match="HYT00"):
        connection.execute(statement, *parameters)
    connection.timeout = 0


# ---- after a cancelled request -----------------------------------------------------------------


@pytest.mark.parametrize("parameters", [(), (1,)], ids=["batch", "parameters"])
def test_statements_with_parameters_work_after_a_timeout(connection, parameters):
    connection.execute("CREATE TABLE #after (n int)")
    wait = "WAITFOR DELAY '00:00:30'" + (" SELECT ?" if parameters else "")
    time_out(connection, wait, *parameters)
    connection.execute("INSERT #after VALUES (?)", 1)
    assert run(connection, "SELECT n FROM #after WHERE n = ?", (1,)) == [[1]]


# ---- SET options of dynamic SQL: given back when it ends ------------------------------------------


def test_identity_insert_ends_with_its_parameterised_batch(connection):
    connection.execute("CREATE TABLE #numbered (id int IDENTITY, n int)")
    connection.execute("SET IDENTITY_INSERT #numbered ON; INSERT #numbered (id, n) VALUES (?, 1)", 7)
    with pytest.raises(pyodbc.Error, match=r"\(544\)"):
        connection.execute("INSERT #numbered (id, n) VALUES (?, 1)", 8)


def test_identity_insert_ends_with_a_cancelled_batch(connection):
    connection.execute("CREATE TABLE #numbered (id int IDENTITY, n int)")
    time_out(connection, "SET IDENTITY_INSERT #numbered ON; WAITFOR DELAY '00:00:30'; SELECT ?", 1)
    with pytest.raises(pyodbc.Error, match=r"\(544\)"):
        connection.execute("INSERT #numbered (id, n) VALUES (?, 1)", 8)


@pytest.mark.parametrize(
    "option, shown",
    [
        ("SET LOCK_TIMEOUT 77", "@@LOCK_TIMEOUT"),
        ("SET DATEFIRST 3", "@@DATEFIRST"),
        ("SET NOCOUNT ON", "@@OPTIONS & 512"),
        ("SET XACT_ABORT ON", "@@OPTIONS & 16384"),
        (
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "(SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID)",
        ),
    ],
)
@pytest.mark.parametrize("form", ["parameters", "EXEC (N'{}')", "EXEC sp_executesql N'{}'", "EXEC dbo.changes_options"])
def test_options_of_dynamic_sql_are_given_back(connection, option, shown, form):
    before = run(connection, f"SELECT {shown}")
    text = f"{option}; SELECT {shown}"
    if form == "parameters":
        inside = run(connection, f"{text} WHERE 1 = ?", (1,))
    else:
        if form == "EXEC dbo.changes_options":
            connection.execute(f"CREATE OR ALTER PROCEDURE dbo.changes_options AS {text}")
        inside = run(connection, form.format(text))
    assert inside != before
    assert run(connection, f"SELECT {shown}") == before


def test_the_database_of_dynamic_sql_is_given_back(connection):
    assert run(connection, "EXEC (N'USE master; SELECT DB_NAME()')") == [["master"]]
    assert run(connection, "SELECT DB_NAME()") == [["app"]]


def test_lock_timeout_of_a_transaction_rolled_back_stays(connect):
    holder, waiter = connect(), connect()
    holder.execute("CREATE TABLE dbo.lock_timeout_stays (n int); INSERT dbo.lock_timeout_stays VALUES (1)")
    holder.execute("BEGIN TRAN; UPDATE dbo.lock_timeout_stays SET n = 2")
    waiter.execute("BEGIN TRAN; SELECT 1; SET LOCK_TIMEOUT 30; ROLLBACK")
    with pytest.raises(pyodbc.Error, match=r"\(1222\)"):
        waiter.execute("UPDATE dbo.lock_timeout_stays SET n = 3")
    holder.execute("ROLLBACK; DROP TABLE dbo.lock_timeout_stays")


# ---- USE ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_databases(target):
    """Each with a table of the same number: of ``people`` and of ``secrets``."""
    connection = PYODBC.connect(target)
    for name, collation, table in (
        ("use_a", "Latin1_General_100_CI_AS", "people"),
        ("use_b", "Latin1_General_100_BIN2", "secrets"),
    ):
        connection.execute(f"CREATE DATABASE {name} COLLATE {collation}")
        connection.execute(f"USE {name}; CREATE TABLE dbo.{table} (word varchar(9))")
        connection.execute(f"INSERT dbo.{table} VALUES ('{table}')")
    connection.close()


def refused(connection, statement, number):
    with pytest.raises(pyodbc.Error, match=rf"\({number}\)"):
        connection.execute(statement)


@pytest.mark.parametrize("first", ["use_a", "use_b"])
def test_use_reads_and_writes_the_tables_of_its_database(two_databases, connect, first):
    session, other = connect(database=first), connect(database="use_a")
    session.execute("USE use_b")
    assert run(session, "SELECT * FROM secrets") == [["secrets"]]
    refused(other, "SELECT * FROM secrets", 208)
    refused(other, "INSERT secrets VALUES ('lost')", 208)
    refused(session, "SELECT * FROM people", 208)
    session.execute("USE use_a")
    assert run(session, "SELECT word FROM people WHERE word = ?", ("PEOPLE",)) == [["people"]]
    refused(session, "SELECT * FROM secrets", 208)


def test_use_takes_the_collation_of_its_database(two_databases, connect):
    session = connect(database="use_a")
    session.execute("USE use_b")
    assert run(session, "SELECT * FROM secrets WHERE word = 'SECRETS'") == []
    assert run(session, "SELECT * FROM secrets WHERE word = ?", ("SECRETS",)) == []
    assert run(session, "DECLARE @a varchar(9) = 'a'; SELECT IIF(@a = 'A', 1, 0), IIF('a' = 'A', 1, 0)") == [[0, 0]]
    session.execute("USE use_a")
    assert run(session, "DECLARE @a varchar(9) = 'a'; SELECT IIF(@a = 'A', 1, 0), IIF('a' = 'A', 1, 0)") == [[1, 1]]


def test_use_keeps_the_options_of_the_session(two_databases, connect):
    session = connect(database="use_a")
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCK_TIMEOUT 40; USE use_b")
    level = "SELECT transaction_isolation_level, @@LOCK_TIMEOUT FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
    assert run(session, level) == [[3, 40]]


def test_a_cursor_of_the_old_database_is_not_opened_in_the_new_one(two_databases, connect):
    session = connect(database="use_a")
    session.execute("DECLARE c CURSOR GLOBAL FOR SELECT word FROM people; USE use_b")
    refused(session, "OPEN c", 50999)


def test_use_tells_the_client_database_and_collation(two_databases, target):
    with RawClient(target.port, target.password) as client:
        answer = client.batch("USE use_b")
    name = "use_b".encode("utf-16-le")
    assert b"\1\5" + name + b"\3" + "app".encode("utf-16-le") in answer
    assert b"\7\5" + collation_bytes("Latin1_General_100_BIN2") in answer


# ---- options with effect ------------------------------------------------------------------------------


def test_rowcount_stops_queries_and_changes(connection):
    connection.execute("CREATE TABLE #four (n int); INSERT #four VALUES (1), (2), (3), (4)")
    connection.execute("SET ROWCOUNT 2")
    assert run(connection, "SELECT n FROM #four ORDER BY n DESC") == [[4], [3]]
    assert run(connection, "DECLARE @n int; SELECT @n = n FROM #four ORDER BY n; SELECT @n, @@ROWCOUNT") == [[2, 2]]
    assert run(connection, "SELECT COUNT(*) FROM #four") == [[4]]
    assert connection.execute("DELETE #four").rowcount == 2
    assert connection.execute("UPDATE #four SET n = 0").rowcount == 2
    connection.execute("SET ROWCOUNT 1; INSERT #four SELECT n + 5 FROM #four")
    refused(connection, "SELECT n INTO #more FROM #four", 50999)
    connection.execute("SET ROWCOUNT 0")
    assert run(connection, "SELECT n FROM #four") == [[0], [0], [5]]


def test_textsize_cuts_long_values(connection):
    connection.execute("SET TEXTSIZE 10")
    long = "SELECT REPLICATE(CAST('x' AS varchar(max)), 50), REPLICATE(CAST(N'\u00fc' AS nvarchar(max)), 50), 'short one, uncut'"
    assert run(connection, long) == [["x" * 10, "\u00fc" * 5, "short one, uncut"]]
    assert run(connection, "SET TEXTSIZE 0; SELECT @@TEXTSIZE") == [[4096]]
    assert run(connection, "SET TEXTSIZE -1; SELECT LEN(@p), @p FROM (SELECT 1) x(y)".replace("@p", "'abc'")) == [
        [3, "abc"]
    ]


@pytest.mark.parametrize(
    "option",
    ["ANSI_NULL_DFLT_ON OFF", "ANSI_DEFAULTS OFF", "ANSI_DEFAULTS ON", "STATISTICS IO ON",
     "STATISTICS TIME ON", "STATISTICS IO, TIME ON", "ANSI_NULLS, ANSI_NULL_DFLT_ON OFF"],
)  # fmt: skip
def test_options_without_effect_here_are_refused(connection, option):
    refused(connection, f"SET {option}", 50999)


@pytest.mark.parametrize("scope", ["GLOBAL", "LOCAL"])
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_cursor_close_on_commit(connection, scope, end):
    cursor = f"DECLARE c CURSOR {scope} STATIC FOR SELECT 1; OPEN c"
    connection.execute("SET CURSOR_CLOSE_ON_COMMIT ON")
    refused(connection, f"BEGIN TRAN; {cursor}; {end}; FETCH c", 16917)
    refused(connection, f"DECLARE d CURSOR {scope} STATIC FOR SELECT 1; OPEN d", 50999)
    connection.execute("SET CURSOR_CLOSE_ON_COMMIT OFF")
    connection.execute(f"BEGIN TRAN; DECLARE e CURSOR {scope} STATIC FOR SELECT 1; OPEN e; {end}; FETCH e")


def test_a_session_starts_with_the_servers_user_options(connect):
    administrator = connect()
    administrator.execute("EXEC sp_configure 'user options', 16896")
    try:
        assert run(connect(), "SELECT @@OPTIONS & 16896") == [[0]]
        administrator.execute("RECONFIGURE")
        assert run(connect(), "SELECT @@OPTIONS & 16896") == [[16896]]
        shown = connect()
        assert shown.execute("CREATE TABLE #n (n int); INSERT #n VALUES (1)").rowcount == -1
        rows = [["user options", 0, 32767, 16896, 16896]]
        assert run(shown, "EXEC sp_configure 'user options'") == rows
        refused(shown, "BEGIN TRAN; RECONFIGURE", 574)
    finally:
        administrator.execute("EXEC sp_configure 'user options', 0; RECONFIGURE WITH OVERRIDE")
    refused(administrator, "EXEC sp_configure 'user options', 2", 50999)
    refused(administrator, "EXEC sp_configure 'user options', 40000", 15129)
    refused(administrator, "EXEC sp_configure 'no such option'", 15123)


# ---- sessions that another one ends --------------------------------------------------------------------


def killed(connection):
    for _ in range(2):
        with pytest.raises(pyodbc.Error, match="08S01"):
            connection.execute("SELECT 1")


@pytest.mark.parametrize("begin", ["", "BEGIN TRAN; "], ids=["autocommit", "transaction"])
def test_kill_closes_the_connection(connect, begin):
    victim, killer = connect(), connect()
    number = run(victim, f"{begin}SELECT @@SPID")[0][0]
    killer.execute(f"KILL {number}")
    killed(victim)
    refused(killer, f"KILL {number}", 6106)
    own = run(killer, "SELECT @@SPID")[0][0]
    refused(killer, f"KILL {own}", 6104)
    refused(killer, "BEGIN TRAN; KILL 60", 6115)


def test_kill_ends_a_statement_that_runs(connect):
    victim, killer = connect(), connect()
    number = run(victim, "SELECT @@SPID")[0][0]
    victim.execute("CREATE TABLE dbo.killed (n int); BEGIN TRAN; INSERT dbo.killed VALUES (1)")
    timer = threading.Timer(0.3, killer.execute, [f"KILL {number}"])
    timer.start()
    with pytest.raises(pyodbc.Error):
        victim.execute("SET NOCOUNT ON; WHILE 1 = 1 UPDATE dbo.killed SET n += 1")
    timer.join()
    assert run(killer, "SELECT n FROM dbo.killed") == []
    killer.execute("DROP TABLE dbo.killed")


def test_single_user_closes_other_connections(two_databases, connect):
    victim, owner = connect(database="use_a"), connect()
    run(victim, "SELECT * FROM people")
    owner.execute("ALTER DATABASE use_a SET SINGLE_USER WITH ROLLBACK IMMEDIATE; ALTER DATABASE use_a SET MULTI_USER")
    killed(victim)


def test_checkpoint_is_taken(connection):
    connection.execute("CHECKPOINT")


# ---- messages and cancelled requests on the wire ------------------------------------------------------------


def test_a_message_is_a_result_of_its_own(connection):
    cursor = connection.execute("PRINT 'a'; PRINT 'b'; SELECT 1")
    told = []
    while cursor.description is None:
        told += [text for _, text in cursor.messages]
        assert cursor.nextset()
    assert [text[-1] for text in told] == ["a", "b"]
    assert cursor.fetchval() == 1
    assert connection.execute("SET NOCOUNT ON; PRINT 'a'; SELECT 1").fetchval() == 1
    connection.execute("SET NOCOUNT OFF")


def test_a_cancelled_response_is_acknowledged_in_a_message_of_its_own(target):
    with RawClient(target.port, target.password) as client:
        client.send(1, HEADERS + "SELECT 1; WAITFOR DELAY '00:00:30'".encode("utf-16-le"))
        client.send(6, b"")
        first, second = client.receive(), client.receive()
    assert not first[-12] & 0x20
    assert second[0] == 0xFD and second[1] & 0x20 and len(second) == 13
