import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, NotSupportedError, ProgrammingError

from mssql_core.connection import spool
from mssql_core.connection.cursor import CursorWrapper
from mssql_core.connection.parameters import TypedParam
from mssql_core.testing import fake_connection, server_error


def test_rows_are_tuples(connection):
    connection.driver.answer("FROM a", [(1, "x"), (2, "y")], columns=["id", "name"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM a")
        assert [column[0] for column in cursor.description] == ["id", "name"]
        assert cursor.fetchone() == (1, "x")
        assert cursor.fetchmany(5) == [(2, "y")]
        assert cursor.fetchone() is None
        assert cursor.fetchall() == []


class Row:
    """A row as pyodbc has them: no tuple, and read by place."""

    def __init__(self, values):
        self.values = values

    def __getitem__(self, place):
        return self.values[place]

    def __len__(self):
        return len(self.values)


@pytest.mark.parametrize("width", [1, 2, 16, 17, 40])
@pytest.mark.parametrize("fetch", ["fetchone", "fetchmany", "fetchall"])
def test_rows_of_the_driver_s_own_kind_become_tuples(connection, width, fetch):
    rows = [tuple(range(number, number + width)) for number in range(250)]
    columns = ["c%d" % place for place in range(width)]
    connection.driver.answer("FROM a", list(map(Row, rows)), columns=columns)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM a")
        size = () if fetch != "fetchmany" else (120,)
        read = getattr(cursor, fetch)(*size)
    read = [read] if fetch == "fetchone" else read
    assert read == rows[: len(read)] and {type(row) for row in read} == {tuple}
    assert len(read) == {"fetchone": 1, "fetchmany": 120, "fetchall": 250}[fetch]


def test_an_error_behind_a_row_count_surfaces(connection):
    connection.driver.answer("INSERT", 1, server_error(2627))
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("INSERT INTO a VALUES (1); INSERT INTO a VALUES (1)")


def test_an_error_among_the_rows_surfaces_with_the_statement(connection):
    connection.driver.answer("SELECT", [(1,), server_error(8134)])
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT 1 / x FROM a")


def test_an_error_behind_the_rows_surfaces(connection):
    connection.driver.answer("SELECT", [(1,)], server_error(8134))
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT 1; SELECT 1 / 0")


def test_rows_behind_row_counts_are_found(connection):
    connection.driver.answer("INSERT", 1, 1, [(7,)])
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); SELECT SCOPE_IDENTITY()")
        assert cursor.fetchall() == [(7,)]


def test_the_row_count_of_the_last_statement_counts(connection):
    connection.driver.answer("UPDATE", 3, 5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE a SET x = 1; UPDATE b SET x = 1")
        assert cursor.rowcount == 5


def test_several_results(connection):
    connection.driver.answer("SELECT", [(1,)], 4, [(2,), (3,)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1; UPDATE a SET x = 1; SELECT x FROM a")
        assert cursor.fetchall() == [(1,)]
        assert cursor.nextset()
        assert cursor.fetchall() == [(2,), (3,)]
        assert not cursor.nextset()


def test_another_statement_may_run_while_rows_are_read(connection):
    driver = connection.driver
    driver.answer("FROM big", [(number,) for number in range(500)], [("second",)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big; SELECT 'second'")
        assert cursor.fetchone() == (0,)
        with connection.cursor() as other:
            other.execute("SELECT 1")
        # Nothing is left on the wire, and nothing is lost.
        assert connection.pool.reader is None
        assert len(cursor.fetchall()) == 499
        assert cursor.nextset()
        assert cursor.fetchall() == [("second",)]


def test_another_statement_may_run_before_the_next_result_is_read(connection):
    connection.driver.answer("FROM small", [(1,)], [("second",)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM small; SELECT 'second'")
        # On the wire until another statement needs it.
        assert connection.pool.reader is cursor.cursor
        with connection.cursor() as other:
            other.execute("SELECT 1")
        assert connection.pool.reader is None
        assert cursor.fetchall() == [(1,)] and cursor.nextset() and cursor.fetchall() == [("second",)]


def test_a_result_left_half_read_does_not_disturb(connection):
    connection.driver.answer("FROM big", [(number,) for number in range(500)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big")
        assert cursor.fetchmany(2) == [(0,), (1,)]
        assert len(list(cursor)) == 498


def test_cursors_of_the_driver_are_used_again(connection):
    for number in range(5):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [number])
    # One for the session's settings, one for statements with parameters.
    assert connection.connection.cursors == 2


def test_types_reach_the_driver(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, %s, %s", ["x", 1, TypedParam(None, "date")])
    assert connection.driver.statements[-1] == ("SELECT ?, ?, ?", ["x", 1, None], [(-9, 50, 0), None, (91, 10, 0)])


def test_executemany_counts_all(connection):
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO a VALUES (%s)", [[1], [2], [3]])
        assert cursor.rowcount == 3


def test_a_procedure_is_called_by_position_or_name(connection):
    with connection.cursor() as cursor:
        cursor.callproc("dbo.p", [1, "x"])
        cursor.callproc("dbo.p", [1], {"name": "x"})
        cursor.callproc("dbo.p", None, {"@name": None, "size": 2})
        cursor.callproc("dbo.q")
        cursor.callproc("[100%]", [1])
        cursor.callproc("[100%]")
    assert [sql for sql in connection.driver.sql if sql.startswith("EXEC")] == [
        "EXEC dbo.p ?, ?",
        "EXEC dbo.p ?, @name = ?",
        "EXEC dbo.p @name = NULL, @size = ?",
        "EXEC dbo.q",
        "EXEC [100%] ?",
        "EXEC [100%]",
    ]


@pytest.mark.parametrize("name", ["", "@", "a b", "a = 1; DROP TABLE t --", "a\n"])
def test_an_argument_s_name_is_a_name(connection, name):
    with connection.cursor() as cursor, pytest.raises(
        ProgrammingError, match="not the name of a procedure's parameter"
    ):
        cursor.callproc("dbo.p", None, {name: 1})


def test_rows_of_a_statement_without_any(connection):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM a")
        with pytest.raises(ProgrammingError, match="no rows"):
            cursor.fetchall()


def test_a_closed_cursor_says_so(connection):
    cursor = connection.cursor()
    assert cursor.rowcount == -1 and cursor.description is None
    cursor.close()
    with pytest.raises(ProgrammingError) as told:
        cursor.execute("SELECT 1")
    assert told.value.args == ("HY010", "The cursor is closed.")
    cursor, rows = connection.cursor(), connection.cursor()
    big(connection)
    rows.execute("SELECT * FROM big")
    connection.close()
    with pytest.raises(InterfaceError) as told:
        cursor.execute("SELECT 1")
    assert told.value.args == ("08003", "The cursor's connection is closed.")
    with pytest.raises(InterfaceError) as told:
        rows.fetchall()
    assert told.value.args == ("08003", "The cursor's connection is closed.")


@pytest.mark.parametrize("count", [0, 1, 100, 101, 102, 202])
def test_rows_one_by_one_to_the_end(connection, count):
    connection.driver.answer("FROM big", [(number,) for number in range(count)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM big")
        assert [cursor.fetchone() for _ in range(count)] == [(number,) for number in range(count)]
        assert cursor.fetchone() is None and cursor.fetchone() is None


def test_row_counts_before_the_rows_are_results_of_their_own(connection):
    """As pyodbc has them: one call of nextset() for each, and the rows stay."""
    connection.driver.answer("INSERT", 1, 1, [(7,)])
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); SELECT SCOPE_IDENTITY()")
        assert cursor.nextset() and cursor.nextset()
        assert cursor.fetchone() == (7,) and not cursor.nextset()


def test_fetchmany_gives_one_row_by_itself(connection):
    """As arraysize is 1 (PEP 249)."""
    connection.driver.answer("FROM a", [(1,), (2,), (3,), (4,)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM a")
        assert cursor.fetchmany() == [(1,)] and cursor.fetchmany(0) == []
        cursor.cursor.arraysize = 2
        assert cursor.fetchmany() == [(2,), (3,)]


def test_executemany_of_statements_without_a_count(connection):
    with connection.cursor() as cursor:
        cursor.executemany("SELECT %s", [[1], [2]])
        assert cursor.rowcount == -1


def test_of_a_batch_s_row_counts_the_last_is_the_batch_s_own(connection):
    connection.driver.answer("two statements", 5, 0)
    with connection.cursor() as cursor:
        cursor.execute("two statements")
        assert cursor.rowcount == 0


@pytest.mark.parametrize("fetch", [lambda cursor: cursor.fetchmany(200), lambda cursor: cursor.fetchall()])
def test_an_error_behind_the_rows_is_raised_with_the_last_of_them(connection, fetch):
    connection.driver.answer("FROM big", [(number,) for number in range(150)], server_error(8134, "Divide by zero"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM big")
        assert cursor.fetchmany(101) == [(number,) for number in range(101)]
        with pytest.raises(DataError, match="Divide by zero"):
            fetch(cursor)


def test_what_was_read_to_the_end_leaves_nothing_on_the_wire(connection):
    connection.driver.answer("FROM big", [(number,) for number in range(150)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM big")
        assert len(cursor.fetchmany(150)) == 150 and connection.pool.reader is cursor.cursor
        assert cursor.fetchmany(1) == [] and connection.pool.reader is None


def test_rows_that_another_statement_could_not_read_are_no_shorter_result(connection):
    """An iteration that ended there would be taken for the whole."""
    connection.driver.answer("FROM big", [(number,) for number in range(150)] + [server_error(1205)])
    with connection.cursor() as cursor, connection.cursor() as other:
        cursor.execute("SELECT * FROM big")
        assert cursor.fetchone() == (0,)
        with pytest.raises(DatabaseError, match="1205"):
            other.execute("SELECT 1")
        for read in (cursor.fetchone, cursor.fetchall, cursor.nextset):
            with pytest.raises(ProgrammingError, match="rows that were not read are gone: an error ended"):
                read()


def test_rows_of_a_transaction_that_is_rolled_back_are_gone(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    cursor = connection.cursor()
    big(connection)
    cursor.execute("SELECT * FROM big")
    assert cursor.fetchone() == (0,)
    connection.rollback()
    for read in (cursor.fetchone, cursor.fetchall, cursor.nextset, lambda: list(cursor)):
        with pytest.raises(
            ProgrammingError, match="rows that were not read are gone: .* rolled back.* fetchall"
        ) as told:
            read()
        assert told.value.args[0] == "24000"
    cursor.execute("SELECT * FROM big")
    assert len(cursor.fetchall()) == 500
    assert cursor.nextset() is None
    with pytest.raises(ProgrammingError, match="the last statement returned none"):
        cursor.fetchone()


def test_an_interruption_is_told_as_what_it_is(connection):
    """Whoever is told decides by it whether the connection can go on."""
    told = []
    cursor = CursorWrapper(connection_pool(connection), None, lambda error, sql: told.append((error, sql)))
    connection.driver.answer("SELECT x", KeyboardInterrupt("now"))
    with pytest.raises(KeyboardInterrupt):
        cursor.execute("SELECT x")
    ((error, sql),) = told
    assert isinstance(error, KeyboardInterrupt) and sql == "SELECT x"


def connection_pool(connection):
    connection.ensure_connection()
    return connection.pool


def big(connection, count=500):
    connection.driver.answer("FROM big", [(number,) for number in range(count)])


@pytest.mark.parametrize(
    ("sql", "cancelled"),
    [
        ("SELECT id FROM big", True),
        ("  (select id FROM big);", True),
        ("WITH a AS (SELECT id FROM big) SELECT id FROM a", True),
        ("SELECT id INTO #t FROM big", False),
        ("SELECT id FROM big; DELETE FROM a", False),
        ("SELECT id FROM big DELETE FROM a", False),
        ("SELECT NEXT VALUE FOR s FROM big", False),
        ("UPDATE big SET x = 1 OUTPUT inserted.x FROM big", False),
        ("WITH a AS (SELECT id FROM big) DELETE FROM a OUTPUT deleted.id", False),
        ("EXEC p -- FROM big", False),
        ("IF 1 = 1 SELECT id FROM big", False),
        ("SELECT id FROM big WITH (UPDLOCK)", False),
        ("SELECT id FROM big WITH (TABLOCK, HOLDLOCK)", False),
    ],
)
def test_leaving_early_cancels_what_only_reads(connection, sql, cancelled):
    big(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        raw = cursor.cursor._raw
        cursor.fetchone()
    assert raw.closed is cancelled
    assert connection.pool.reader is None


@pytest.mark.parametrize("level, closed", [(None, True), ("SNAPSHOT", True), ("SERIALIZABLE", False)])
def test_where_what_was_read_stays_locked_nothing_is_cancelled(level, closed):
    """A statement that is undone may give its locks back, and another session change what was read."""
    connection = fake_connection(options={"isolation_level": level} if level else {})
    big(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big")
        raw = cursor.cursor._raw
    assert raw.closed is closed


@pytest.mark.parametrize("text", ["SET Xact_Abort ON", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"])
def test_after_options_of_the_session_nothing_is_cancelled(connection, text):
    big(connection)
    with connection.cursor() as cursor:
        cursor.execute(text)
        cursor.execute("SELECT id FROM big")
        raw = cursor.cursor._raw
    assert raw.closed is False


def test_the_next_statement_of_a_cursor_cancels_the_one_before(connection):
    big(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big")
        raw = cursor.cursor._raw
        cursor.execute("DELETE FROM a")
    assert raw.closed


def test_a_long_rest_waits_in_a_file(connection, monkeypatch):
    monkeypatch.setattr(spool, "_MEMORY", 1000)
    big(connection, 5000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big")
        assert cursor.fetchone() == (0,)
        with connection.cursor() as other:
            other.execute("SELECT 1")
        assert cursor.fetchmany(2000)[-1] == (2000,)
        assert [key for (key,) in cursor] == list(range(2001, 5000))


def test_a_signal_while_rows_are_read_closes_the_driver_s_cursor(connection):
    connection.driver.answer("FROM big", [*((number,) for number in range(300)), KeyboardInterrupt()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM big")
        raw = cursor.cursor._raw
        with pytest.raises(KeyboardInterrupt):
            cursor.fetchall()
        assert raw.closed and connection.pool.reader is None


def test_rows_of_a_trigger_come_before_the_count_of_its_statement(connection):
    connection.driver.answer("UPDATE", [("noise",)], 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE a SET x = 1")
        assert cursor.rowcount == 1


def test_the_first_nextset_stays_on_rows_behind_a_row_count(connection):
    connection.driver.answer("INSERT", 1, [(7,)], [(8,)])
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO a VALUES (1); SELECT SCOPE_IDENTITY(); SELECT 8")
        assert cursor.nextset() and cursor.fetchone() == (7,)
        assert cursor.nextset() and cursor.fetchone() == (8,)
        assert not cursor.nextset()
        cursor.execute("INSERT INTO a VALUES (1); SELECT SCOPE_IDENTITY(); SELECT 8")
        assert cursor.fetchone() == (7,)
        assert cursor.nextset() and cursor.fetchone() == (8,)


@pytest.mark.parametrize("debug", [False, True])
def test_fast_executemany_is_refused(connection, debug):
    connection.force_debug_cursor = debug
    with connection.cursor() as cursor:
        cursor.fast_executemany = False
        with pytest.raises(NotSupportedError, match="bulk_create"):
            cursor.fast_executemany = True
        assert cursor.fast_executemany is False
