"""Remote procedure calls as drivers make them: names, defaults, handles of procedures, identity, descriptions."""

from __future__ import annotations

import pyodbc
import pytest
from ddl_support import Client
from wire_support import PYODBC, Target, run

from mssql_sandbox.interface import Columns, Error, Info, Parameter, ReturnStatus, ReturnValue
from mssql_sandbox.sqltypes import INT, MAX, SqlType, nvarchar


@pytest.fixture
def session(server):
    client = Client(server)
    client.run(
        "CREATE OR ALTER PROCEDURE dbo.rp_p @a int = 5, @paramOut int = 7 OUTPUT AS SET @paramOut += 1; SELECT @a; RETURN 3"
    )
    yield client
    client.session.close()


def rpc(client, procedure, *parameters):
    return list(client.session.execute_rpc(procedure, parameters))


def text(value):
    return Parameter("", nvarchar(MAX), value)


def test_the_default_flag_takes_the_procedures_default(session):
    events = rpc(
        session, "rp_p", Parameter("@a", INT, None, default=True), Parameter("@paramOut", INT, None, True, True)
    )
    assert session.rows(events) == [(5,)]
    assert [(e.name, e.value) for e in events if isinstance(e, ReturnValue)] == [("@paramOut", 8)]
    assert ReturnStatus(3) in events


def test_output_parameters_keep_their_names(session):
    events = rpc(
        session, "sp_executesql", text("SET @ParamOut = @P1 + 1"), text("@P1 int, @ParamOut int OUTPUT"),
        Parameter("@P1", INT, 1), Parameter("@ParamOut", INT, None, True),
    )  # fmt: skip
    assert [(e.name, e.value) for e in events if isinstance(e, ReturnValue)] == [("@ParamOut", 2)]
    rows = session.rows(rpc(session, "sp_describe_undeclared_parameters", text("SELECT 1 WHERE 1 = @P1")))
    assert rows[0][1] == "@P1"


def test_temp_tables_are_not_described(session):
    session.run("CREATE TABLE #described (b varbinary(9))")
    events = rpc(session, "sp_describe_undeclared_parameters", text("INSERT #described VALUES (@P1)"))
    assert session.numbers(events) == [11525]


def test_a_handle_of_a_procedure_is_called_again(session):
    events = rpc(session, "sp_prepexecrpc", Parameter("", INT, None, True), text("dbo.rp_p"), Parameter("", INT, 1))
    assert session.rows(events) == [(1,)]
    handle = [event.value for event in events if isinstance(event, ReturnValue)][0]
    assert session.rows(rpc(session, "sp_execute", Parameter("", INT, handle), Parameter("", INT, 2))) == [(2,)]
    rpc(session, "sp_unprepare", Parameter("", INT, handle))
    assert session.numbers(rpc(session, "sp_execute", Parameter("", INT, handle))) == [8179]


def test_call_of_odbc(mssql_sandbox):
    target = Target(
        mssql_sandbox.port, mssql_sandbox.user, mssql_sandbox.password, "app", mssql_sandbox.certificate,
        mssql_sandbox.token, mssql_sandbox.journal_entries,
    )  # fmt: skip
    connection = PYODBC.connect(target)
    connection.execute("CREATE PROCEDURE dbo.rp_called @a int, @b nvarchar(9) = N'b' AS SELECT @a, @b, 1 / (@a - 9)")
    cursor = connection.cursor()
    for value in (1, 2):
        assert list(cursor.execute("{CALL rp_called (?)}", value).fetchone())[:2] == [value, "b"]
    assert run(connection, "{CALL dbo.rp_called (?, ?)}", (3, "x"))[0][:2] == [3, "x"]
    with pytest.raises(pyodbc.Error, match="8134"):
        cursor.execute("{CALL rp_called (?)}", 9).fetchall()
    with pytest.raises(pyodbc.Error, match="2812"):
        cursor.execute("{CALL rp_missing (?)}", 9)
    connection.close()


def test_scope_identity_lives_across_batches(session):
    session.run("CREATE TABLE #numbered (id int IDENTITY(4, 1), n int)")
    session.run("INSERT #numbered VALUES (1)")
    assert session.value("SELECT CAST(SCOPE_IDENTITY() AS int)") == 4
    session.call("INSERT #numbered VALUES (@p1)", 1)
    assert session.run("SELECT CAST(SCOPE_IDENTITY() AS int), CAST(@@IDENTITY AS int)") == [(4, 5)]
    list(session.session.reset(False))
    assert session.value("SELECT SCOPE_IDENTITY()") is None


def test_names_of_transaction_manager_requests_are_kept(session):
    list(session.session.transaction_request("begin", "outer", 0, False))
    session.run("SAVE TRANSACTION inner_one")
    events = list(session.session.transaction_request("rollback", "outer", 0, False))
    assert not [event for event in events if isinstance(event, Error)]
    assert session.value("SELECT @@TRANCOUNT") == 0


def test_lengths_of_messages(session):
    def told(statement):
        return [len(e.message) for e in session.events(statement) if isinstance(e, (Info, Error))]

    assert told("PRINT REPLICATE('x', 8000)") == [8000]
    assert told("PRINT REPLICATE(N'x', 4000)") == [4000]
    assert told("PRINT REPLICATE(CAST('x' AS varchar(max)), 9000)") == [8000]
    assert told("DECLARE @m varchar(max) = REPLICATE(CAST('x' AS varchar(max)), 3000); RAISERROR(@m, 16, 1)") == [2047]
    message = session.error("DECLARE @m nvarchar(2048) = REPLICATE(N'x', 2048); RAISERROR(@m, 16, 1)")
    assert message == "x" * 2044 + "..."
    assert told("DECLARE @m nvarchar(2047) = REPLICATE(N'x', 2047); RAISERROR(@m, 16, 1)") == [2047]


# ---- sp_describe_first_result_set ---------------------------------------------------------------


def described(client, batch, *more):
    """name, type, is_nullable, max_length of the columns of a batch."""
    arguments = "".join(f", N'{each}'" for each in more)
    events = client.events("EXEC sp_describe_first_result_set N'%s'%s" % (batch.replace("'", "''"), arguments))
    names = [column.name for column in next(event.columns for event in events if isinstance(event, Columns))]
    wanted = [names.index(name) for name in ("name", "system_type_name", "is_nullable", "max_length")]
    return [tuple(row[at] for at in wanted) for row in client.rows(events)]


def test_the_first_result_is_described_without_running(session):
    batch = "DECLARE @x char(3) = 'a'; SELECT @x AS x, CAST(1 AS decimal(5, 2)), N'é' AS n; SELECT 1"
    assert described(session, batch) == [
        ("x", "char(3)", 1, 3), (None, "decimal(5,2)", 0, 5), ("n", "nvarchar(1)", 0, 2)
    ]  # fmt: skip
    assert described(session, "SELECT @p1 AS p", "@p1 varbinary(max)") == [("p", "varbinary(max)", 1, -1)]
    assert described(session, "DECLARE @x int; SET @x = 1") == []


def test_the_rows_of_a_change_are_described(session):
    session.run("CREATE TABLE dbo.rp_t (id int IDENTITY PRIMARY KEY, a varchar(9))")
    assert described(session, "INSERT rp_t (a) OUTPUT inserted.id VALUES ('x'); SELECT 1.5") == [("id", "int", 0, 4)]
    assert session.run("SELECT * FROM rp_t") == []


@pytest.mark.parametrize(
    "batch", ["IF 1 = 1 SELECT 1 ELSE SELECT 'a'", "EXEC rp_p", "CREATE TABLE #t (a int); SELECT 1"]
)
def test_what_only_running_tells_is_refused(session, batch):
    events = session.events("EXEC sp_describe_first_result_set N'%s'" % batch.replace("'", "''"))
    assert session.numbers(events) == [50999]


def test_xml_of_a_client_is_read_like_any_text(session):
    declared = (text("SELECT @x"), text("@x xml"))
    assert session.rows(rpc(session, "sp_executesql", *declared, Parameter("@x", SqlType("xml"), "<a></a>"))) == [
        ("<a/>",)
    ]
    events = rpc(session, "sp_executesql", *declared, Parameter("@x", SqlType("xml"), "<a>"))
    assert session.numbers(events) == [9400]


def test_a_value_that_its_declared_type_does_not_take_is_8114(session):
    events = rpc(session, "sp_executesql", text("SELECT @n"), text("@n int"), Parameter("@n", nvarchar(5), "x"))
    assert session.numbers(events) == [8114]
    assert session.value("SELECT 1") == 1


def test_a_page_by_parameters_is_planned_once(session):
    page = "SELECT name FROM sys.types ORDER BY name OFFSET @P1 ROWS FETCH NEXT @P2 ROWS ONLY"
    first = (
        Parameter("", INT, None, True),
        text("@P1 int, @P2 int"),
        text(page),
        Parameter("", INT, 1),
        Parameter("", INT, 2),
    )
    events = rpc(session, "sp_prepexec", *first)
    handle = [event.value for event in events if isinstance(event, ReturnValue)][0]
    for start in range(8):
        events = rpc(session, "sp_execute", *(Parameter("", INT, value) for value in (handle, start, 2)))
        assert len(session.rows(events)) == 2
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%offset_count%'"
    assert session.session.connection.execute(plans).fetchall() == [(9, 0)]


def test_settings_end_with_the_text_that_changed_them(session):
    events = rpc(session, "sp_executesql", text("SET NOCOUNT ON; SELECT @@OPTIONS & 512"))
    assert session.rows(events) == [(512,)]
    assert session.run("SELECT @@OPTIONS & 512") == [(0,)]
