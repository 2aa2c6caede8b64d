"""What each kind of error ends: its statement, the batch, the transaction; outside and inside TRY."""

import threading

import pytest
from ddl_support import Client

GOES_ON, ENDS_BATCH, ROLLS_BACK = "the batch goes on", "the batch ends", "the transaction is rolled back"


@pytest.fixture(scope="module")
def prepared(server):
    client = Client(server)
    client.run(
        "CREATE TABLE fl_t (id int NOT NULL PRIMARY KEY, n int NULL CONSTRAINT fl_c CHECK (n < 100), s varchar(3) NULL);"
        "CREATE TABLE fl_log (n int); CREATE INDEX fl_i ON fl_t (n); INSERT INTO fl_t VALUES (1, 1, 'a'), (2, 1, 'b');"
        "CREATE TABLE fl_child (id int NOT NULL, parent int NULL); INSERT INTO fl_child VALUES (1, 99)"
    )
    client.run("CREATE PROCEDURE fl_plain AS SELECT 1")
    client.run("CREATE PROCEDURE fl_two AS SELECT 1, 2")
    client.run("CREATE PROCEDURE fl_deep AS EXEC fl_deep")
    client.run("CREATE PROCEDURE fl_late AS SELECT * FROM fl_missing; SELECT 'on'")
    client.session.close()
    return server


@pytest.fixture
def client(prepared):
    client = Client(prepared)
    client.run("BEGIN TRANSACTION; INSERT INTO fl_log VALUES (1)")
    yield client
    client.events("IF @@TRANCOUNT > 0 ROLLBACK")
    client.session.close()


# statement, number, what it ends
CASES = [
    ("INSERT INTO fl_t VALUES (1, 1, 'x')", 2627, GOES_ON),
    ("INSERT INTO fl_t (n) VALUES (1)", 515, GOES_ON),
    ("INSERT INTO fl_t VALUES (3, 100, 'x')", 547, GOES_ON),
    ("UPDATE fl_t SET s = 'long'", 2628, GOES_ON),
    ("UPDATE fl_t SET n = 1 / 0", 8134, GOES_ON),
    ("SELECT CAST('2024-02-30' AS datetime)", 242, GOES_ON),
    ("INSERT INTO fl_t SELECT 9, (SELECT id FROM fl_t), NULL", 512, GOES_ON),
    ("INSERT INTO fl_log VALUES (2147483647), (CAST(1 AS int) + 2147483647)", 8115, GOES_ON),
    ("CREATE TABLE #fl (n tinyint); INSERT INTO #fl VALUES (256)", 220, GOES_ON),
    ("EXEC fl_two @p = 1", 8146, ROLLS_BACK),
    ("ROLLBACK TRANSACTION fl_unknown", 6401, GOES_ON),
    ("DECLARE c CURSOR FOR SELECT 1; FETCH c", 16917, GOES_ON),
    ("EXEC sp_rename 'fl_unknown', 'x'", 15225, GOES_ON),
    ("EXEC fl_nothing", 2812, ENDS_BATCH),
    ("DROP TABLE fl_nothing", 3701, GOES_ON),
    ("RAISERROR('x', 16, 1)", 50000, GOES_ON),
    ("THROW 50001, 'x', 1", 50001, ENDS_BATCH),
    ("UPDATE fl_t SET n = s", 245, ROLLS_BACK),
    ("SELECT CAST('x' AS date)", 241, ROLLS_BACK),
    ("SELECT CAST('x' AS decimal(5, 2))", 8114, ROLLS_BACK),
    ("SELECT CAST('x' AS uniqueidentifier)", 8169, ROLLS_BACK),
    ("EXEC fl_plain 1", 8146, ROLLS_BACK),
    ("EXEC fl_deep", 217, ROLLS_BACK),
    ("INSERT INTO fl_log EXEC fl_two", 213, ROLLS_BACK),
    ("CREATE TABLE fl_t (i int)", 2714, ROLLS_BACK),
    ("ALTER TABLE fl_t DROP COLUMN nothing", 4924, ROLLS_BACK),
    ("ALTER TABLE fl_t ADD n int", 2705, ROLLS_BACK),
    ("CREATE INDEX fl_i ON fl_t (s)", 1913, ROLLS_BACK),
    ("ALTER TABLE fl_t ADD CONSTRAINT fl_d1 DEFAULT 1 FOR n; ALTER TABLE fl_t ADD DEFAULT 2 FOR n", 1781, ROLLS_BACK),
    ("ALTER TABLE fl_child ADD FOREIGN KEY (parent) REFERENCES fl_t (id)", 547, ROLLS_BACK),
    ("CREATE UNIQUE INDEX fl_u ON fl_t (n)", 1505, GOES_ON),
    ("ALTER TABLE fl_t ALTER COLUMN s varchar(3) NOT NULL; ALTER TABLE fl_child ALTER COLUMN id int NULL;"
     "INSERT INTO fl_child VALUES (NULL, 1); ALTER TABLE fl_child ALTER COLUMN id int NOT NULL", 515, GOES_ON),
]  # fmt: skip
# As text of EXEC, since a batch with it would not be compiled.
ALL = [
    *CASES,
    ("EXEC ('SELECT nothing FROM fl_t')", 207, GOES_ON),
    ("EXEC ('SELECT 1 FROM WHERE')", 156, GOES_ON),
    ("EXEC ('SELECT * FROM fl_missing')", 208, GOES_ON),
    ("EXEC ('SELECT x.id FROM fl_t')", 4104, GOES_ON),
    ("EXEC fl_late", 208, GOES_ON),
    ("EXEC ('THROW 50001, ''x'', 1')", 50001, ENDS_BATCH),
    ("EXEC ('SELECT CAST(''x'' AS int)')", 245, ROLLS_BACK),
]
every_case = pytest.mark.parametrize("statement, number, ends", ALL, ids=[f"{c[1]}-{c[0][:20]}" for c in ALL])


@every_case
def test_outside_try(client, statement, number, ends):
    events = client.events(f"{statement}; SELECT 'on'")
    assert number in client.numbers(events)
    assert client.rows(events)[-1:] == ([("on",)] if ends == GOES_ON else client.rows(events)[-1:])
    assert (("on",) in client.rows(events)) is (ends == GOES_ON)
    assert client.value("SELECT @@TRANCOUNT") == (0 if ends == ROLLS_BACK else 1)


@every_case
def test_inside_try(client, statement, number, ends):
    text = f"BEGIN TRY {statement} END TRY BEGIN CATCH SELECT ERROR_NUMBER(), XACT_STATE() END CATCH"
    events = client.events(text)
    caught = client.rows(events)[-1]
    assert caught[1] == (-1 if ends == ROLLS_BACK else 1)
    assert caught[0] in (number, 1750)
    assert client.numbers(events) == ([3998] if ends == ROLLS_BACK else [])
    assert client.value("SELECT @@TRANCOUNT") == (0 if ends == ROLLS_BACK else 1)


@pytest.mark.parametrize("statement, number, ends", CASES[:11], ids=lambda value: str(value)[:20])
def test_xact_abort_rolls_back_but_for_raiserror(client, statement, number, ends):
    spared = number == 50000
    assert client.errors(f"SET XACT_ABORT ON; {statement}; SELECT 1")[:1] == [number]
    assert client.value("SELECT @@TRANCOUNT") == int(spared)


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


@pytest.mark.parametrize("setting, ends, count", [("OFF", GOES_ON, 1), ("ON", ENDS_BATCH, 0)])
def test_a_lock_timeout_ends_its_statement(client, rival, setting, ends, count):
    events = client.events(f"SET XACT_ABORT {setting}; SET LOCK_TIMEOUT 0; UPDATE fl_b SET n = 3; SELECT 'on'")
    assert client.numbers(events) == [1222]
    assert (("on",) in client.rows(events)) is (ends == GOES_ON)
    assert client.value("SELECT @@TRANCOUNT") == count


@pytest.mark.parametrize("setting, count", [("OFF", 1), ("ON", 0)])
def test_an_attention_rolls_back_under_xact_abort_alone(client, setting, count):
    client.run(f"SET XACT_ABORT {setting}")
    client.session.cancelled = True
    client.events("SELECT 1")
    client.session.cancelled = False
    assert client.value("SELECT @@TRANCOUNT") == count
