"""What each kind of error ends: its statement, the batch, the transaction; outside and inside TRY."""

import threading
from pathlib import Path

import pytest
from corpus.failures import TABLE, cases, markdown
from ddl_support import Client

from mssql_sandbox.interface import Error


@pytest.fixture(scope="module")
def prepared(server):
    client = Client(server)
    for batch in TABLE["setup"]:
        client.run(batch)
    client.session.close()
    return server


@pytest.fixture
def client(prepared):
    client = Client(prepared)
    client.run("BEGIN TRANSACTION; INSERT INTO fl_log VALUES (1)")
    yield client
    client.events("IF @@TRANCOUNT > 0 ROLLBACK")
    client.session.close()


CASES = list(cases())
every_case = pytest.mark.parametrize(
    "statement, number, ends, abort", CASES, ids=[f"{c[1]}-{c[0][:20]}" for c in CASES]
)


@every_case
def test_outside_try(client, statement, number, ends, abort):
    events = client.events(f"{statement}; SELECT 'on'")
    assert number in client.numbers(events)
    assert (("on",) in client.rows(events)) is (ends in ("statement", "scope"))
    assert client.value("SELECT @@TRANCOUNT") == (0 if ends == "transaction" else 1)


@every_case
def test_inside_try(client, statement, number, ends, abort):
    text = f"BEGIN TRY {statement} END TRY BEGIN CATCH SELECT ERROR_NUMBER(), XACT_STATE() END CATCH"
    events = client.events(text)
    caught = client.rows(events)[-1]
    assert caught[1] == (-1 if ends == "transaction" else 1)
    assert caught[0] in (number, 1750)
    assert client.numbers(events) == ([3998] if ends == "transaction" else [])
    assert client.value("SELECT @@TRANCOUNT") == (0 if ends == "transaction" else 1)


@every_case
def test_under_xact_abort(client, statement, number, ends, abort):
    events = client.events(f"SET XACT_ABORT ON; {statement}; SELECT 'on'")
    assert number in client.numbers(events)
    assert (("on",) in client.rows(events)) is (abort != "transaction")
    assert client.value("SELECT @@TRANCOUNT") == int(abort != "transaction")


def test_the_readme_shows_the_table():
    assert markdown() in (Path(__file__).parents[1] / "README.md").read_text()


@pytest.mark.parametrize("statement", ["RAISERROR('x', 16, 1)", "THROW 50001, 'x', 1", "SELECT 1 / 0"])
def test_what_try_catches_under_xact_abort_dooms(client, statement):
    text = f"SET XACT_ABORT ON; BEGIN TRY {statement} END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH"
    assert client.rows(client.events(text))[-1] == (-1,)


def test_a_write_to_a_doomed_transaction_ends_it(client):
    text = "BEGIN TRY SELECT CAST('x' AS int) END TRY BEGIN CATCH {} END CATCH; SELECT 1"
    assert client.errors(text.format("INSERT INTO fl_log VALUES (1)")) == [3930]
    assert client.value("SELECT @@TRANCOUNT") == 0


def test_names_are_not_caught_in_their_own_scope(client):
    late = "BEGIN TRY SELECT * FROM fl_missing END TRY BEGIN CATCH SELECT 'caught' END CATCH"
    assert client.errors(late) == [208]
    assert client.run(
        f"BEGIN TRY EXEC ('{late.replace(chr(39), chr(39) * 2)}') END TRY BEGIN CATCH SELECT 'outer' END CATCH"
    ) == [("outer",)]
    assert client.value("SELECT @@TRANCOUNT") == 1


def test_refusals_of_the_sandbox_are_not_caught(client):
    assert client.errors("BEGIN TRY EXEC sp_monitor END TRY BEGIN CATCH SELECT 'caught' END CATCH") == [50999]


def test_a_doomed_transaction_ends_with_a_parameterised_batch(client):
    doomed = "BEGIN TRY SELECT CAST('x' AS int) WHERE 1 = @p1 END TRY BEGIN CATCH SELECT 1 END CATCH"
    assert client.errors(doomed, parameters=1) == [3998]
    assert client.value("SELECT @@TRANCOUNT") == 0


# ---- triggers: XACT_ABORT ON is their default ---------------------------------------------------------


@pytest.mark.parametrize(
    "body, number",
    [
        ("SELECT 1 / 0", 8134),
        ("INSERT INTO fl_t VALUES (1, 1, 'x')", 2627),
        ("BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH PRINT 'caught' END CATCH", 3616),
        ("ROLLBACK", 3609),
    ],
)
def test_errors_in_a_trigger_roll_back(client, body, number):
    client.run("COMMIT; DROP TABLE IF EXISTS fl_triggered; CREATE TABLE fl_triggered (n int)")
    client.run(f"CREATE TRIGGER fl_tr ON fl_triggered AFTER INSERT AS {body}")
    client.run("BEGIN TRANSACTION")
    assert client.errors("INSERT INTO fl_triggered VALUES (1); SELECT 1")[0] == number
    assert client.value("SELECT @@TRANCOUNT") == 0
    assert client.run("SELECT n FROM fl_triggered") == []


def test_a_trigger_may_switch_xact_abort_off(client):
    client.run("COMMIT; DROP TABLE IF EXISTS fl_triggered; CREATE TABLE fl_triggered (n int)")
    client.run("CREATE TRIGGER fl_tr ON fl_triggered AFTER INSERT AS SET XACT_ABORT OFF; RAISERROR('x', 16, 1)")
    client.run("BEGIN TRANSACTION")
    assert client.errors("INSERT INTO fl_triggered VALUES (1)") == [50000]
    assert client.value("SELECT @@TRANCOUNT") == 1


# ---- deadlocks and attentions ---------------------------------------------------------------------------


@pytest.fixture
def rival(prepared):
    rival = Client(prepared)
    rival.run("DROP TABLE IF EXISTS fl_a, fl_b; CREATE TABLE fl_a (n int); CREATE TABLE fl_b (n int)")
    rival.run("INSERT INTO fl_a VALUES (1); INSERT INTO fl_b VALUES (1); BEGIN TRANSACTION; UPDATE fl_b SET n = 2")
    yield rival
    rival.events("IF @@TRANCOUNT > 0 ROLLBACK")
    rival.session.close()


def deadlock(client, rival, text):
    """Both wait for one another; the victim and the events of its batch."""
    client.run("UPDATE fl_a SET n = 2")
    seen = {}

    def run(session, table):
        seen[session] = session.events(text.format(f"UPDATE {table} SET n = 3"))

    threads = [threading.Thread(target=run, args=pair) for pair in ((client, "fl_b"), (rival, "fl_a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    victims = [s for s in seen if s.numbers(seen[s]) or ("caught", 1205, -1) in s.rows(seen[s])]
    assert len(victims) == 1
    return victims[0], seen[victims[0]]


def test_the_victim_of_a_deadlock_is_rolled_back_and_its_batch_ends(client, rival):
    victim, events = deadlock(client, rival, "{}; SELECT 'on'")
    assert (victim.numbers(events), victim.rows(events)) == ([1205], [])
    assert victim.value("SELECT @@TRANCOUNT") == 0


def test_a_deadlock_that_is_caught_dooms(client, rival):
    text = "BEGIN TRY {} END TRY BEGIN CATCH SELECT 'caught', ERROR_NUMBER(), XACT_STATE(); ROLLBACK END CATCH"
    victim, events = deadlock(client, rival, text)
    assert (victim.numbers(events), victim.rows(events)) == ([], [("caught", 1205, -1)])
    assert victim.value("SELECT @@TRANCOUNT") == 0


@pytest.mark.parametrize("setting, ends, count", [("OFF", "statement", 1), ("ON", "transaction", 0)])
def test_a_lock_timeout_ends_its_statement(client, rival, setting, ends, count):
    events = client.events(f"SET XACT_ABORT {setting}; SET LOCK_TIMEOUT 0; UPDATE fl_b SET n = 3; SELECT 'on'")
    assert client.numbers(events) == [1222]
    assert (("on",) in client.rows(events)) is (ends == "statement")
    assert client.value("SELECT @@TRANCOUNT") == count


@pytest.mark.parametrize("setting, count", [("OFF", 1), ("ON", 0)])
def test_an_attention_rolls_back_under_xact_abort_alone(client, setting, count):
    client.run(f"SET XACT_ABORT {setting}")
    client.session.cancelled = True
    client.events("SELECT 1")
    client.session.cancelled = False
    assert client.value("SELECT @@TRANCOUNT") == count


def test_the_procedure_of_an_error_in_a_trigger_is_not_known(client):
    client.run("CREATE TABLE fired (id int)")
    client.run("CREATE TRIGGER fires ON fired AFTER INSERT AS SELECT 1 / 0")
    batch = "BEGIN TRY INSERT INTO fired VALUES (1) END TRY BEGIN CATCH SELECT {} END CATCH"
    assert client.errors(batch.format("ERROR_PROCEDURE()"))[0] == 50999


def test_rows_that_take_one_another_s_unique_keys_are_refused(client):
    """A server compares the keys at the end of the statement; so the error would be no server's."""
    client.run("CREATE TABLE keyed (id int PRIMARY KEY, n int UNIQUE); INSERT INTO keyed VALUES (1, 1), (2, 2), (3, 3)")
    swap = "UPDATE keyed SET n = CASE id WHEN 1 THEN 2 ELSE 1 END WHERE id IN (1, 2)"
    for text in ("UPDATE keyed SET n = n + 1", "UPDATE keyed SET id = id + 1 WHERE n < 3", swap):
        assert client.errors(text) == [50999], text
    for text in (
        "UPDATE keyed SET n = n + 1 WHERE id = 1",
        "UPDATE keyed SET n = 9",
        "UPDATE keyed SET n = 2 WHERE n = 3",
    ):
        assert client.errors(text) == [2627], text
    assert client.run("UPDATE keyed SET n = n + 10; SELECT n FROM keyed ORDER BY n") == [(11,), (12,), (13,)]


def test_raiserror_writes_percent_signs_and_has_a_state(client):
    """https://learn.microsoft.com/sql/t-sql/language-elements/raiserror-transact-sql: negative states are 1."""
    assert client.infos("RAISERROR('%d %% of %s%%', 10, 1, 5, 'x')") == [(50000, "5 % of x%")]
    (error,) = [event for event in client.events("RAISERROR('x', 16, -1)") if isinstance(event, Error)]
    assert error.state == 1


@pytest.mark.parametrize(
    ("body", "numbers"),
    [("SELECT 1 / 0", [8134, 50999]), ("SELECT 1 / 0; RETURN 7", [8134]), ("RAISERROR('x', 16, 1)", [50000, 50999]),
     ("BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH PRINT 'caught' END CATCH", [])],
)  # fmt: skip
def test_the_status_of_a_procedure_after_an_error_is_its_own_or_refused(client, body, numbers):
    """A server gives a negative one by severity, unless the procedure returns one."""
    client.run(f"CREATE PROCEDURE of_status AS {body}")
    assert client.errors("DECLARE @r int; EXEC @r = of_status; IF @r NOT IN (0, 7) PRINT 'another'") == numbers
    assert client.errors("EXEC of_status") == numbers[:1]
