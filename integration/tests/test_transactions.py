"""What a connection promises about transactions, on a server: nothing is lost after it was said to be saved."""

import gc
import os
import socket

import pytest
from django.db import DatabaseError, Error, OperationalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError

from mssql_core.retries import retry_atomic

TABLE = "kept"
OBJECTS = [
    "CREATE TABLE kept (id int PRIMARY KEY, n int NOT NULL CHECK (n > 0))",
    "CREATE TABLE guarded (id int PRIMARY KEY)",
    "CREATE TRIGGER guard ON guarded AFTER INSERT AS INSERT INTO kept VALUES (1, -1)",
    """CREATE PROCEDURE caught AS
       BEGIN TRY INSERT INTO kept VALUES (1, -1) END TRY
       BEGIN CATCH IF @@TRANCOUNT > 0 ROLLBACK; THROW; END CATCH""",
    "CREATE PROCEDURE replacing AS BEGIN ROLLBACK; BEGIN TRANSACTION; INSERT INTO kept VALUES (1, 1) END",
    "CREATE PROCEDURE opening AS BEGIN BEGIN TRANSACTION; INSERT INTO kept VALUES (1, 1) END",
    """CREATE PROCEDURE waiting AS BEGIN
       BEGIN TRANSACTION; INSERT INTO kept VALUES (1, 1); WAITFOR DELAY '00:01:00'; COMMIT END""",
    "CREATE PROCEDURE aborting AS BEGIN SET XACT_ABORT ON; INSERT INTO kept VALUES (1, -1) END",
]


@pytest.fixture(scope="module", autouse=True)
def objects(shop):
    for sql in OBJECTS:
        run(sql)
    yield
    procedures = ("caught", "replacing", "opening", "waiting", "aborting")
    for name in (*map("PROCEDURE {}".format, procedures), "TABLE guarded", "TABLE kept"):
        run(f"DROP {name}")


@pytest.fixture(autouse=True)
def empty(objects):
    run("DELETE FROM kept")
    run("DELETE FROM guarded")


def run(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def insert(key):
    assert run("INSERT INTO kept VALUES (%s, 1)", [key]) == 1


def seen_by_others():
    """The keys that are committed."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM kept ORDER BY id")
            return [key for (key,) in cursor.fetchall()]
    finally:
        other.close()


@pytest.mark.parametrize(
    "sql",
    [
        "EXEC caught",
        "EXEC aborting",
        "INSERT INTO guarded VALUES (1)",
        "ROLLBACK TRANSACTION",
        "SELECT CAST(%s AS int)",
        "CREATE TABLE kept (id int)",
    ],
)
def test_no_half_block_is_kept_where_the_error_is_swallowed(sql):
    with pytest.raises(DatabaseError), transaction.atomic():
        insert(1)
        try:
            run(sql, ["x"] if "%s" in sql else None)
        except DatabaseError:
            pass
        insert(2)
        # Where the server went on, the block is whole until here.
        raise DatabaseError
    assert seen_by_others() == []


def test_an_error_that_ends_its_statement_alone_leaves_the_block_whole():
    with transaction.atomic():
        insert(1)
        with pytest.raises(Error):
            run("INSERT INTO kept VALUES (1, 1)")
        insert(2)
    assert seen_by_others() == [1, 2]


def test_a_timeout_breaks_the_block(server):
    connections["default"].close()
    connection.settings_dict["OPTIONS"]["query_timeout"] = 1
    try:
        with pytest.raises(TransactionManagementError), transaction.atomic():
            insert(1)
            with pytest.raises(OperationalError):
                run("INSERT INTO kept VALUES (2, 1); WAITFOR DELAY '00:01:00'; INSERT INTO kept VALUES (3, 1)")
            insert(4)
        assert seen_by_others() == []
        insert(5)
        assert seen_by_others() == [5]
    finally:
        del connection.settings_dict["OPTIONS"]["query_timeout"]
        connection.close()


def test_a_procedure_that_replaces_the_transaction_leaves_no_half_block():
    with pytest.raises(TransactionManagementError), transaction.atomic():
        insert(2)
        run("EXEC replacing")
        insert(3)
    insert(4)
    assert seen_by_others() == [4]


@pytest.mark.parametrize("procedure", ["opening", "waiting"])
def test_without_a_block_no_procedure_leaves_its_transaction_to_what_follows(procedure):
    """Where it began one that it did not end (266), or was cancelled before it could."""
    connection.close()
    connection.settings_dict["OPTIONS"]["query_timeout"] = 1
    try:
        with pytest.raises(DatabaseError):
            run(f"EXEC {procedure}")
        connection.settings_dict["OPTIONS"]["query_timeout"] = 0
        insert(2)
        connection.close()
        assert seen_by_others() == [2]
    finally:
        del connection.settings_dict["OPTIONS"]["query_timeout"]
        connection.close()


def test_after_a_text_that_hides_row_counts_they_are_shown():
    insert(1)
    run("SET NOCOUNT ON; UPDATE kept SET n = 2")
    assert run("UPDATE kept SET n = 3") == 1


def cut():
    """End the connection's TCP connection under the driver."""
    port = int(connection.settings_dict["PORT"])
    for name in os.listdir("/dev/fd"):
        try:
            copy = socket.socket(fileno=os.dup(int(name)))
        except OSError:
            continue
        with copy:
            try:
                if copy.getpeername()[1] == port:
                    copy.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@pytest.fixture
def no_resiliency():
    """The driver reconnects idle connections by itself, which these tests are not about."""
    connection.close()
    connection.settings_dict["OPTIONS"]["ConnectRetryCount"] = 0
    yield
    del connection.settings_dict["OPTIONS"]["ConnectRetryCount"]
    connection.close()


def test_a_connection_that_died_while_idle_costs_one_error(no_resiliency):
    insert(1)
    cut()
    with pytest.raises(OperationalError), transaction.atomic():
        insert(2)
    for key in (3, 4):
        with transaction.atomic():
            insert(key)
    assert seen_by_others() == [1, 3, 4]


def test_without_autocommit_a_loss_does_not_switch_it_on(no_resiliency):
    connection.set_autocommit(False)
    try:
        insert(1)
        cut()
        with pytest.raises(OperationalError):
            insert(2)
        with pytest.raises(TransactionManagementError):
            insert(3)
        transaction.rollback()
        insert(4)
        transaction.rollback()
        assert seen_by_others() == []
        insert(5)
        transaction.commit()
        assert seen_by_others() == [5]
    finally:
        connection.close()


def test_a_transaction_that_lost_its_connection_runs_again(no_resiliency):
    attempts = []

    @retry_atomic(delay=0)
    def work():
        attempts.append(1)
        insert(1)
        if len(attempts) == 1:
            cut()
        insert(2)

    work()
    assert len(attempts) == 2 and seen_by_others() == [1, 2]


def test_a_session_starts_as_core_expects_it():
    (options, *others) = run("SELECT @@OPTIONS, @@LOCK_TIMEOUT, @@TEXTSIZE, @@DATEFIRST, @@LANGUAGE")[0]
    off = {"IMPLICIT_TRANSACTIONS": 2, "CURSOR_CLOSE_ON_COMMIT": 4, "NOCOUNT": 512, "NUMERIC_ROUNDABORT": 8192}
    assert [name for name, bit in {**off, "XACT_ABORT": 16384}.items() if options & bit] == []
    on = {"ANSI_WARNINGS": 8, "ANSI_PADDING": 16, "ANSI_NULLS": 32, "ARITHABORT": 64, "QUOTED_IDENTIFIER": 256}
    assert [name for name, bit in {**on, "CONCAT_NULL_YIELDS_NULL": 4096}.items() if not options & bit] == []
    assert others == [-1, 2147483647, 7, "us_english"]


@pytest.mark.parametrize("call", ["close", "rollback", "cursor", "nothing"])
def test_a_forked_child_leaves_the_parent_s_transaction_alone(call):
    with transaction.atomic():
        insert(1)
        child = os.fork()
        if not child:
            # The child's exceptions shall reach no test of its own.
            try:
                connection.in_atomic_block = False
                if call != "nothing":
                    getattr(connection, call)()
                gc.collect()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        insert(2)
    assert seen_by_others() == [1, 2]


def test_a_forked_child_has_a_connection_of_its_own():
    insert(1)
    child = os.fork()
    if not child:
        try:
            insert(2)
            connection.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    insert(3)
    assert seen_by_others() == [1, 2, 3]


def test_reading_on_after_a_rollback_says_what_became_of_the_rows():
    run("INSERT INTO kept SELECT CAST(value AS int), 1 FROM OPENJSON(%s)", [str(list(range(1, 301)))])
    with connection.cursor() as cursor:
        with pytest.raises(ValueError), transaction.atomic():
            cursor.execute("SELECT id FROM kept ORDER BY id")
            assert cursor.fetchone() == (1,)
            raise ValueError
        with pytest.raises(
            DatabaseError, match="not read are gone: their transaction was rolled back. Read them before"
        ):
            cursor.fetchone()
