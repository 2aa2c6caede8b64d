import contextlib
import time

import pytest
from django.db import DatabaseError, Error, InterfaceError, OperationalError, ProgrammingError
from django.db.transaction import TransactionManagementError

from mssql_core.connection.transactions import State
from mssql_core.plugin import Capability, hookimpl
from mssql_core.testing import fake_connection, server_error

BEGIN = "BEGIN TRANSACTION; SELECT CURRENT_TRANSACTION_ID(), @@TRANCOUNT, XACT_STATE()"
QUESTION = "SELECT CURRENT_TRANSACTION_ID(), @@TRANCOUNT, XACT_STATE()"
COMMIT = "COMMIT TRANSACTION"
ROLLBACK = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"
SAME, ENDED, DOOMED, ANOTHER = (1001, 1, 1), (2002, 0, 0), (1001, 1, -1), (3003, 1, 1)
OVER = r"^The transaction of DATABASES\['default'\] is over: %s\. Leave the atomic block, or call rollback\(\)\.$"
HAS_ENDED, WAS_LOST = OVER % "the server has ended it", OVER % "the connection was lost"
WAS_BEGUN = r"^DATABASES\['default'\] has a transaction that was begun by SQL text; it is rolled back\.$"


class Warehouse:
    @hookimpl
    def mssql_capabilities(self, server):
        return {Capability.WAREHOUSE_READING: True}


@pytest.fixture
def atomic(connection, monkeypatch):
    """transaction.atomic of the connection."""
    from django.db import transaction

    connection.ensure_connection()
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    return transaction.atomic


def run(connection, sql="SELECT 1"):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def sent(connection):
    """What was sent after the connection was opened."""
    return [text.rstrip(";") for text in connection.driver.sql[1:]]


def test_a_block_costs_two_messages(connection, atomic):
    with atomic():
        run(connection)
    assert sent(connection) == [BEGIN, "SELECT 1", COMMIT]


def test_an_empty_block_costs_none(connection, atomic):
    with atomic():
        pass
    assert sent(connection) == []


def test_an_inner_block_is_a_savepoint(connection, atomic):
    with atomic():
        with atomic():
            run(connection)
    begin, save, select, commit = sent(connection)
    assert save.startswith("SAVE TRANSACTION [s")
    assert commit == "COMMIT TRANSACTION"


def test_an_exception_rolls_back(connection, atomic):
    with pytest.raises(ValueError), atomic():
        run(connection)
        raise ValueError
    assert sent(connection)[-1] == ROLLBACK
    assert connection.transaction is State.NONE


def test_an_inner_exception_rolls_back_to_the_savepoint(connection, atomic):
    with atomic():
        with pytest.raises(ValueError), atomic():
            raise ValueError
        run(connection)
    assert sent(connection)[2].startswith("ROLLBACK TRANSACTION [s")
    assert sent(connection)[-1] == "COMMIT TRANSACTION"


def test_autocommit_off_begins_with_the_first_statement(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    run(connection)
    run(connection)
    connection.commit()
    run(connection)
    connection.rollback()
    connection.set_autocommit(True)
    assert [text.split()[0] for text in sent(connection)] == [
        "BEGIN",
        "SELECT",
        "SELECT",
        "COMMIT",
        "BEGIN",
        "SELECT",
        "IF",
    ]


def test_turning_autocommit_on_commits(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    run(connection)
    connection.set_autocommit(True)
    assert sent(connection)[-1] == "COMMIT TRANSACTION"


def test_an_error_that_keeps_the_transaction_lets_it_go_on(connection, atomic):
    connection.driver.answer("INSERT", server_error(2627))
    with atomic():
        with pytest.raises(DatabaseError):
            run(connection, "INSERT INTO a VALUES (1)")
        run(connection)
    assert sent(connection)[-3:] == [QUESTION, "SELECT 1", COMMIT]


def test_after_a_deadlock_nothing_is_committed(connection, atomic):
    connection.driver.answer("UPDATE", server_error(1205, sqlstate="40001"))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [ENDED])
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    with atomic():
        with pytest.raises(OperationalError):
            run(connection, "UPDATE a SET x = 1")
        # The server has ended the transaction: this would be committed by itself.
        with pytest.raises(TransactionManagementError):
            run(connection)
    assert sent(connection)[-1] == ROLLBACK


def test_a_deadlock_in_an_inner_block_breaks_the_outer_one(connection, atomic):
    connection.driver.answer("UPDATE", server_error(1205, sqlstate="40001"))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [ENDED])
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    with atomic():
        with pytest.raises(OperationalError), atomic():
            run(connection, "UPDATE a SET x = 1")
        with pytest.raises(TransactionManagementError):
            run(connection)


@pytest.mark.parametrize("answer", [ENDED, DOOMED, ANOTHER, (1001, 2, 1)])
@pytest.mark.parametrize("number", [2627, 547, 515, 50000])
def test_no_number_of_an_error_says_that_the_transaction_goes_on(connection, atomic, answer, number):
    """A CATCH block with ROLLBACK, SET XACT_ABORT ON in a procedure, an error in a trigger."""
    connection.driver.answer("EXEC", 1, server_error(number))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [answer])
    connection.driver.answer("BEGIN TRANSACTION", [SAME])
    with pytest.raises(TransactionManagementError), atomic():
        with pytest.raises(Error):
            run(connection, "EXEC p")
        run(connection, "INSERT INTO b VALUES (1)")
    assert "INSERT INTO b VALUES (1)" not in sent(connection)
    assert sent(connection)[-1] == ROLLBACK


@pytest.mark.parametrize("text", ["ROLLBACK", "commit tran", "IF 1 = 1 BEGIN TRANSACTION", "SELECT 1; Rollback Work"])
def test_a_text_that_ends_the_transaction_is_noticed(connection, atomic, text):
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [ENDED])
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    with pytest.raises(TransactionManagementError), atomic():
        run(connection, text)
        run(connection, "INSERT INTO b VALUES (1)")
    assert "INSERT INTO b VALUES (1)" not in sent(connection)


def test_a_transaction_that_sql_text_began_is_not_taken_for_the_block_s(connection, atomic):
    connection.driver.answer("BEGIN TRANSACTION; ", [(1001, 2, 1)])
    with pytest.raises(TransactionManagementError, match=WAS_BEGUN), atomic():
        run(connection)
    assert sent(connection) == [BEGIN, ROLLBACK]


TIMEOUT = server_error(None, "Query timeout expired", "HYT00")


class Interrupted(BaseException):
    """What a signal's handler raises."""


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted(), ValueError()])
def test_a_begin_without_an_answer_leaves_no_transaction(connection, atomic, failure):
    connection.driver.answer("BEGIN TRANSACTION; ", failure)
    with pytest.raises((OperationalError, Interrupted, ValueError)), atomic():
        run(connection)
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    assert sent(connection) == [BEGIN, ROLLBACK]
    run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[2:] == ["INSERT INTO a VALUES (1)"]


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted(), server_error(3902), server_error(3930)])
def test_a_commit_without_an_answer_leaves_no_transaction(connection, atomic, failure):
    connection.driver.answer("COMMIT", failure)
    with pytest.raises((OperationalError, Interrupted)), atomic():
        run(connection)
    assert sent(connection) == [BEGIN, "SELECT 1", COMMIT, ROLLBACK]
    assert connection.transaction is State.NONE and connection.autocommit


def test_a_rollback_that_fails_closes_the_connection(connection, atomic):
    connection.driver.answer("ROLLBACK", TIMEOUT)
    with pytest.raises(ValueError), atomic():
        run(connection)
        raise ValueError
    assert connection.connection is None
    run(connection)
    assert len(connection.driver.logins) == 2 and connection.autocommit


def test_a_rollback_that_is_interrupted_commits_nothing(connection, atomic):
    kept = connection.driver.results
    failures = [Interrupted()]
    connection.driver.results = lambda sql: ([failures.pop()], None) if failures and "ROLLBACK" in sql else kept(sql)
    with pytest.raises(Interrupted), atomic():
        run(connection)
        raise ValueError
    assert sent(connection) == [BEGIN, "SELECT 1", ROLLBACK, ROLLBACK]
    assert connection.autocommit


def test_an_error_of_an_unread_result_at_commit_is_followed_by_a_rollback(connection, atomic):
    connection.driver.answer("FROM big", [*((number,) for number in range(300)), server_error(8134)])
    with pytest.raises(DatabaseError), atomic():
        cursor = connection.cursor()
        cursor.execute("SELECT x FROM big")
    assert sent(connection)[-1] == ROLLBACK


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted()])
def test_after_an_interrupted_statement_the_block_is_broken(connection, atomic, failure):
    connection.driver.answer("EXEC", failure)
    with pytest.raises(TransactionManagementError), atomic():
        with pytest.raises((OperationalError, Interrupted)):
            run(connection, "EXEC p")
        run(connection)
    assert sent(connection)[-1] == ROLLBACK


def test_an_interrupted_statement_in_an_inner_block_spares_the_outer_one(connection, atomic):
    connection.driver.answer("EXEC", TIMEOUT)
    with atomic():
        with pytest.raises(OperationalError), atomic():
            run(connection, "EXEC p")
        run(connection)
    assert sent(connection)[-1] == COMMIT


def test_a_refused_insert_has_left_identity_insert_itself(connection):
    """Its CATCH has run."""
    connection.driver.answer("INSERT INTO [a]", server_error(2627, sqlstate="23000"))
    sql = "SET IDENTITY_INSERT [a] ON; INSERT INTO [a] VALUES (1); SET IDENTITY_INSERT [a] OFF"
    with pytest.raises(DatabaseError):
        run(connection, sql)
    assert sent(connection)[-1] == sql


def test_a_cancelled_insert_leaves_no_identity_insert(connection):
    connection.driver.answer("INSERT", TIMEOUT)
    with pytest.raises(OperationalError):
        run(connection, "SET IDENTITY_INSERT [a] ON; INSERT INTO [a] VALUES (1); SET IDENTITY_INSERT [a] OFF")
    assert sent(connection)[-1] == "SET IDENTITY_INSERT [a] OFF"


def test_without_autocommit_an_ended_transaction_waits_for_rollback(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    run(connection)
    connection.driver.answer("UPDATE", server_error(1205))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [ENDED])
    with pytest.raises(OperationalError):
        run(connection, "UPDATE a SET x = 1")
    for refused in (run, lambda connection: connection.commit()):
        with pytest.raises(TransactionManagementError, match=HAS_ENDED):
            refused(connection)
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [SAME])
    connection.rollback()
    run(connection)
    connection.commit()
    assert sent(connection)[-3:] == [BEGIN, "SELECT 1", COMMIT]


@pytest.mark.parametrize("lost", [False, True])
def test_autocommit_is_on_also_where_it_tells_that_the_work_is_gone(connection, lost):
    connection.ensure_connection()
    connection.set_autocommit(False)
    connection.driver.answer("UPDATE", server_error(*((10054, "link", "08S01") if lost else (1205,))))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [ENDED])
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    with pytest.raises(OperationalError):
        run(connection, "UPDATE a SET x = 1")
    with pytest.raises(TransactionManagementError):
        connection.set_autocommit(True)
    run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[-1] == "INSERT INTO a VALUES (1)" and connection.get_autocommit()


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted(), server_error(10054, "link", "08S01")])
def test_autocommit_is_on_also_where_its_commit_fails(connection, failure):
    connection.ensure_connection()
    connection.set_autocommit(False)
    run(connection)
    connection.driver.answer("COMMIT", failure)
    with pytest.raises((OperationalError, Interrupted)):
        connection.set_autocommit(True)
    run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[-1] == "INSERT INTO a VALUES (1)" and "BEGIN" not in sent(connection)[-2]
    assert connection.get_autocommit() and connection.transaction is State.NONE


def test_without_autocommit_a_new_connection_has_none_either(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    with pytest.raises(TransactionManagementError, match=WAS_LOST):
        run(connection)
    connection.rollback()
    run(connection)
    assert sent(connection)[-2:] == [BEGIN, "SELECT 1"]
    assert len(connection.driver.logins) == 2 and not connection.get_autocommit()
    connection.close()
    assert connection.get_autocommit()


@pytest.mark.parametrize("refused_at", ["login", "session"])
def test_a_refused_attempt_leaves_autocommit_off_for_the_next(connection, refused_at):
    connection.set_autocommit(False)
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    connection.rollback()
    refused = [server_error(18456)]
    if refused_at == "login":
        connection.driver.refuse(*refused)
    else:
        kept = connection.driver.results
        connection.driver.results = lambda sql: ([refused.pop()], None) if refused else kept(sql)
    with pytest.raises(OperationalError):
        run(connection)
    run(connection)
    assert sent(connection)[-2:] == [BEGIN, "SELECT 1"] and not connection.get_autocommit()


@pytest.mark.parametrize("refused", [None, server_error(18456)])
def test_autocommit_goes_on_without_a_connection(connection, atomic, refused):
    """After an outage: nothing is left to be committed, so there is nothing to connect for."""
    connection.set_autocommit(False)
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    connection.rollback()
    if refused is not None:
        connection.driver.refuse(refused)
    connection.set_autocommit(True)
    if refused is not None:
        with pytest.raises(OperationalError):
            run(connection)
    with atomic():
        run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[-3:] == [BEGIN, "INSERT INTO a VALUES (1)", COMMIT] and connection.get_autocommit()


@pytest.mark.parametrize("ends", ["close_if_unusable_or_obsolete", "close"])
def test_a_request_that_left_autocommit_off_without_a_connection_leaves_it_not_to_the_next(connection, atomic, ends):
    connection.set_autocommit(False)
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    connection.rollback()
    getattr(connection, ends)()
    with atomic():
        run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[-1] == COMMIT and connection.get_autocommit()


def test_a_block_whose_end_was_interrupted_twice_is_over(connection, atomic):
    """Also for a block that comes next: it would take autocommit for switched off by the application."""
    kept = connection.driver.results
    failures = [Interrupted(), Interrupted()]
    ends = ("COMMIT", "IF @@TRANCOUNT")
    connection.driver.results = lambda sql: ([failures.pop()], None) if failures and sql.startswith(ends) else kept(sql)
    with pytest.raises(Interrupted), atomic():
        run(connection)
    assert not failures
    with atomic():
        run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[-4:] == [ROLLBACK, BEGIN, "INSERT INTO a VALUES (1)", COMMIT]
    assert connection.get_autocommit() and connection.transaction is State.NONE


@pytest.mark.parametrize("answer", [ANOTHER, ENDED])
def test_a_procedure_that_changed_the_transaction_without_an_error_is_noticed_before_commit(connection, atomic, answer):
    """ROLLBACK; BEGIN TRANSACTION in a procedure: COMMIT would keep only what came behind it."""
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [answer])
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    with pytest.raises(TransactionManagementError, match=HAS_ENDED), atomic():
        run(connection, "INSERT INTO a VALUES (1)")
        run(connection, "EXEC p")
        run(connection, "INSERT INTO b VALUES (1)")
    assert sent(connection)[-2:] == [QUESTION, ROLLBACK]


def test_a_block_is_asked_about_only_where_it_called_a_procedure(connection, atomic):
    for text, question in (("EXEC p", [QUESTION]), ("SELECT 1", []), (" WITH x AS (SELECT 1) SELECT 1 FROM x", [])):
        before = len(sent(connection))
        with atomic():
            run(connection, text)
        assert sent(connection)[before:] == [BEGIN, text, *question, COMMIT]


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted()])
def test_a_session_whose_identity_insert_may_be_on_is_left(connection, failure):
    connection.ensure_connection()
    connection.driver.answer("INSERT INTO [a]", TIMEOUT)
    connection.driver.answer("OFF", failure)
    with pytest.raises((OperationalError, Interrupted)):
        run(connection, "SET IDENTITY_INSERT [a] ON; INSERT INTO [a] VALUES (1); SET IDENTITY_INSERT [a] OFF")
    run(connection)
    assert len(connection.driver.logins) == 2


def test_a_session_that_answers_is_kept(connection):
    """The server has no such table any more: IDENTITY_INSERT went with it."""
    connection.ensure_connection()
    connection.driver.answer("INSERT INTO [a]", TIMEOUT)
    connection.driver.answer("OFF", server_error(1088))
    with pytest.raises(OperationalError):
        run(connection, "SET IDENTITY_INSERT [a] ON; INSERT INTO [a] VALUES (1)")
    run(connection)
    assert len(connection.driver.logins) == 1


def test_identity_insert_is_switched_off_also_where_the_question_is_interrupted(connection, atomic):
    connection.driver.answer("INSERT INTO [a]", TIMEOUT)
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", Interrupted())
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    with pytest.raises(Interrupted), atomic():
        run(connection, "SET IDENTITY_INSERT [a] ON; INSERT INTO [a] VALUES (1); SET IDENTITY_INSERT [a] OFF")
    assert sent(connection)[-3:] == [QUESTION, "SET IDENTITY_INSERT [a] OFF", ROLLBACK]


def test_an_interruption_while_the_rest_of_a_batch_is_read_breaks_the_block(connection, atomic):
    """What is left of the batch is cancelled: a part of it ran."""
    connection.driver.answer("FROM big", [(number,) for number in range(300)], Interrupted())
    with pytest.raises(TransactionManagementError), atomic():
        cursor = connection.cursor()
        cursor.execute("SELECT x FROM big; INSERT INTO a VALUES (1)")
        with pytest.raises(Interrupted):
            cursor.close()
        run(connection, "INSERT INTO b VALUES (1)")
    assert sent(connection)[-1] == ROLLBACK


@pytest.mark.parametrize("failure", [TIMEOUT, server_error(266), Interrupted()])
@pytest.mark.parametrize("text", ["EXEC p", "BEGIN TRAN; INSERT INTO a VALUES (1); COMMIT"])
def test_without_a_block_what_a_failed_text_left_open_is_rolled_back(connection, failure, text):
    """All that follows would be saved in its transaction, and be lost with the connection."""
    connection.ensure_connection()
    connection.driver.answer(text, failure)
    with pytest.raises((Error, Interrupted)):
        run(connection, text)
    run(connection, "INSERT INTO b VALUES (1)")
    assert sent(connection) == [text, ROLLBACK, "INSERT INTO b VALUES (1)"]


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted()])
def test_a_connection_whose_open_transaction_cannot_be_ended_is_left(connection, failure):
    connection.ensure_connection()
    connection.driver.answer("EXEC p", TIMEOUT)
    connection.driver.answer("ROLLBACK", failure)
    with pytest.raises((Error, Interrupted)):
        run(connection, "EXEC p")
    run(connection)
    assert len(connection.driver.logins) == 2


def test_a_transaction_that_the_application_began_by_a_text_is_left_to_it(connection):
    connection.ensure_connection()
    connection.driver.answer("EXEC p", server_error(547))
    texts = ["BEGIN TRANSACTION", "EXEC p", "COMMIT", "EXEC p"]
    for text in texts:
        with contextlib.suppress(Error):
            run(connection, text)
    assert sent(connection) == [*texts, ROLLBACK]


@pytest.mark.parametrize("text", ["set nocount on; SELECT 1", "SET IMPLICIT_TRANSACTIONS ON"])
def test_options_that_a_text_leaves_on_are_off_for_the_next_statement(connection, atomic, text):
    """save() goes by the number of rows, and would insert again (2627)."""
    with atomic():
        run(connection, text)
        run(connection)
        run(connection)
    assert sent(connection) == [BEGIN, text, "SET NOCOUNT, IMPLICIT_TRANSACTIONS OFF", "SELECT 1", "SELECT 1", COMMIT]


@pytest.mark.parametrize(
    "text", ["{CALL p (1)}", "{? = call p}", "sp_who", "[dbo].[p] 1", " EXECUTE p", "IF 1 = 1 EXEC p"]
)
def test_a_procedure_is_called_by_other_texts_than_exec(connection, atomic, text):
    with atomic():
        run(connection, text)
    assert sent(connection) == [BEGIN, text, QUESTION, COMMIT]


def test_a_connection_that_a_receiver_refuses_is_closed(connection):
    from django.db.backends.signals import connection_created

    def refuse(**kwargs):
        raise Interrupted

    connection_created.connect(refuse)
    try:
        with pytest.raises(Interrupted):
            connection.ensure_connection()
    finally:
        connection_created.disconnect(refuse)
    assert connection.connection is None


def test_a_savepoint_that_was_not_rolled_back_breaks_the_block(connection, atomic):
    connection.driver.answer("ROLLBACK TRANSACTION [", Interrupted())
    with pytest.raises(TransactionManagementError), atomic():
        with pytest.raises(Interrupted), atomic():
            raise ValueError
        run(connection)
    assert sent(connection)[-1] == ROLLBACK


@pytest.mark.parametrize("failure", [TIMEOUT, Interrupted(), server_error(10054, "link", "08S01")])
@pytest.mark.parametrize("at", ["BEGIN TRANSACTION; ", "SAVE TRANSACTION"])
def test_a_block_whose_begin_fails_with_autocommit_off_is_none(connection, atomic, failure, at):
    """Django has noted it as begun: all that follows would be a part of it, and nobody would commit it."""
    connection.set_autocommit(False)
    connection.driver.answer(at, failure)
    with pytest.raises((OperationalError, Interrupted)), atomic():
        pass
    connection.driver.answer("BEGIN TRANSACTION; ", [SAME])
    connection.driver.answer("SAVE TRANSACTION", 1)
    connection.rollback()
    connection.set_autocommit(True)
    with atomic():
        run(connection, "INSERT INTO a VALUES (1)")
    assert sent(connection)[-3:] == [BEGIN, "INSERT INTO a VALUES (1)", COMMIT]


def test_a_warehouse_is_asked_without_the_number():
    connection = fake_connection(version="warehouse", plugins=[__name__ + ":Warehouse"])
    connection.ensure_connection()
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [(0, 1, 1)])
    connection.set_autocommit(False)
    run(connection)
    assert sent(connection)[-2] == "BEGIN TRANSACTION; SELECT 0, @@TRANCOUNT, XACT_STATE()"


def test_a_transaction_that_an_error_left_open_goes_on(connection, atomic):
    connection.driver.answer("THROW", server_error(50000))
    with atomic():
        with pytest.raises(Error):
            run(connection, "THROW 50000, 'x', 1")
        run(connection)
    assert sent(connection)[-1] == "COMMIT TRANSACTION"


def test_a_doomed_transaction_is_noticed(connection, atomic):
    connection.driver.answer("THROW", server_error(50000))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [DOOMED])
    with atomic():
        with pytest.raises(Error):
            run(connection, "THROW 50000, 'x', 1")
        assert connection.needs_rollback


def test_closing_rolls_back(connection, atomic):
    connection.set_autocommit(False)
    run(connection)
    connection.close()
    assert sent(connection)[-1] == ROLLBACK


def test_a_connection_closed_in_a_block_is_replaced_after_it_with_autocommit_off(connection, atomic):
    connection.set_autocommit(False)
    with atomic():
        connection.close()
    run(connection)
    assert len(connection.driver.logins) == 2 and not connection.in_atomic_block


def test_a_dead_connection_is_replaced_by_the_next_query(connection):
    connection.ensure_connection()
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    run(connection)
    assert len(connection.driver.logins) == 2


def test_a_dead_connection_breaks_its_atomic_block(connection, atomic):
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(TransactionManagementError):
        with atomic():
            with pytest.raises(OperationalError):
                run(connection, "SELECT * FROM a")
            run(connection)
    assert len(connection.driver.logins) == 1
    assert not connection.in_atomic_block and connection.connection is None


@pytest.mark.parametrize("dies_at", ["BEGIN", "COMMIT", "SELECT 1"])
def test_a_connection_that_died_is_replaced_after_one_error(connection, atomic, dies_at):
    kept, dead = connection.driver.results, [True]
    lost = server_error(10054, sqlstate="08S01")
    connection.driver.results = lambda sql: ([lost], None) if dead and sql.startswith(dies_at) else kept(sql)
    with pytest.raises(OperationalError), atomic():
        run(connection)
    dead.clear()
    for _ in range(2):
        with atomic():
            run(connection)
    assert len(connection.driver.logins) == 2


def test_a_cursor_of_a_connection_that_is_gone_says_so(connection):
    cursor = connection.cursor()
    connection.close()
    connection.ensure_connection()
    with pytest.raises(InterfaceError, match="connection is closed"):
        cursor.execute("SELECT 1")


def test_no_transaction_without_a_block():
    connection = fake_connection()
    run(connection)
    assert sent(connection) == ["SELECT 1"]


def test_rolling_back_discards_rows_that_nobody_has_read(connection, atomic):
    connection.driver.answer("FROM big", [(number,) for number in range(500)])
    cursor = connection.cursor()
    with pytest.raises(ValueError), atomic():
        cursor.execute("SELECT id FROM big")
        raw = cursor.cursor._raw
        assert cursor.fetchone() == (0,)
        raise ValueError
    assert raw.closed and sent(connection)[-1] == ROLLBACK
    with pytest.raises(ProgrammingError, match="rows that were not read are gone"):
        cursor.fetchone()


def test_an_error_among_results_that_nobody_reads_ends_the_block(connection, atomic):
    connection.driver.answer("FROM a", [(number,) for number in range(500)], server_error(1205, sqlstate="40001"))
    connection.driver.answer(QUESTION, [ENDED])
    connection.driver.answer(BEGIN, [SAME])
    with atomic():
        run(connection, "SELECT * FROM a; DELETE FROM a")
        with pytest.raises(TransactionManagementError):
            run(connection)
    assert "COMMIT TRANSACTION" not in sent(connection)


def test_a_driver_s_error_while_closing_is_django_s(connection, monkeypatch):
    connection.ensure_connection()

    def close():
        raise server_error(10054, sqlstate="08S01")

    monkeypatch.setattr(connection.connection, "close", close)
    with pytest.raises(OperationalError, match="08S01"):
        connection.close()
    run(connection)
    assert len(connection.driver.logins) == 2


def test_after_a_loss_the_next_connection_waits_as_long_as_the_options_say(monkeypatch):
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    connection = fake_connection(options={"connection_recovery_interval_msec": 250})
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    assert pauses == [0.25]
