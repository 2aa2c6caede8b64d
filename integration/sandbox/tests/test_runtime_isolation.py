"""Isolation levels and locking hints: two sessions, what each sees of the other's uncommitted change.

https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
"""

import pytest
from ddl_support import Client, start_server

OLD, WAITS, REFUSED, NOT_ALLOWED = [(1, 1), (2, 2)], 1222, 50999, 3952


@pytest.fixture(params=["OFF", "ON"], ids=["locking", "versions"])
def versions(request, server):
    server.databases.change("shop", read_committed_snapshot=int(request.param == "ON"))
    yield request.param == "ON"
    server.databases.change("shop", read_committed_snapshot=0)


@pytest.fixture
def sessions(server):
    writer, reader = Client(server), Client(server)
    writer.run(
        "DROP TABLE IF EXISTS is_t, is_u; CREATE TABLE is_t (id int PRIMARY KEY, v int); CREATE TABLE is_u (id int)"
    )
    writer.run("INSERT INTO is_t VALUES (1, 1), (2, 2)")
    reader.run("SET LOCK_TIMEOUT 0")
    yield writer, reader
    for client in (writer, reader):
        client.events("IF @@TRANCOUNT > 0 ROLLBACK")
        client.session.close()


# level or hint -> with locking, with row versions
TABLE = {
    "READ COMMITTED": (WAITS, OLD),
    "READ UNCOMMITTED": (REFUSED, REFUSED),
    "REPEATABLE READ": (WAITS, WAITS),
    "SERIALIZABLE": (WAITS, WAITS),
    "SNAPSHOT": (NOT_ALLOWED, NOT_ALLOWED),
    "WITH (NOLOCK)": (REFUSED, REFUSED),
    "WITH (READUNCOMMITTED)": (REFUSED, REFUSED),
    "WITH (READCOMMITTEDLOCK)": (WAITS, WAITS),
    "WITH (REPEATABLEREAD)": (WAITS, WAITS),
    "WITH (SERIALIZABLE)": (WAITS, WAITS),
    "WITH (UPDLOCK)": (WAITS, WAITS),
}
every_level = pytest.mark.parametrize("level", TABLE)


def read(reader, level, table="is_t"):
    hint = level if level.startswith("WITH") else ""
    reader.run(f"SET TRANSACTION ISOLATION LEVEL {'READ COMMITTED' if hint else level}")
    events = reader.events(f"SELECT * FROM {table} {hint}")
    return reader.numbers(events) or reader.rows(events)


@every_level
@pytest.mark.parametrize("begin", ["", "BEGIN TRANSACTION"], ids=["alone", "transaction"])
def test_what_a_reader_sees_of_an_uncommitted_change(sessions, versions, level, begin):
    writer, reader = sessions
    writer.run("BEGIN TRANSACTION; UPDATE is_t SET v = 9 WHERE id = 1")
    if begin:
        reader.run(
            f"SET TRANSACTION ISOLATION LEVEL {'READ COMMITTED' if level.startswith('WITH') else level}; {begin}"
        )
    expected = TABLE[level][versions]
    assert read(reader, level) == (expected if isinstance(expected, list) else [expected])


@every_level
def test_every_level_reads_where_nothing_is_uncommitted(sessions, versions, level):
    writer, reader = sessions
    writer.run("BEGIN TRANSACTION; INSERT INTO is_u VALUES (1)")
    assert read(reader, level) == ([3952] if level == "SNAPSHOT" else OLD)


def test_readers_by_locks_meet_rows_and_inserts(sessions):
    writer, reader = sessions
    writer.run("BEGIN TRANSACTION; UPDATE is_t SET v = 9 WHERE id = 1")
    assert reader.run("SELECT v FROM is_t WHERE id = 2") == [(2,)]
    assert reader.errors("SELECT v FROM is_t WHERE id = 1") == [1222]
    assert reader.errors("SELECT COUNT(*) FROM is_t") == [1222]
    assert reader.errors("IF EXISTS (SELECT 1 FROM is_t) SELECT 1") == [1222]
    writer.run("ROLLBACK; BEGIN TRANSACTION; INSERT INTO is_t VALUES (3, 3)")
    assert reader.errors("SELECT v FROM is_t") == [1222]
    assert reader.run("BEGIN TRANSACTION; SELECT id FROM is_u") == []


# What a reader at READ COMMITTED under locks asks while another has changed is_t (1, _) and inserted (3, 3).
SEEKS = [
    "SELECT COUNT(*) FROM is_t WHERE id = 2",
    "SELECT v, COUNT(*) FROM is_t WHERE id IN (2, 5) GROUP BY v",
    "SELECT DISTINCT v FROM is_t WHERE 2 = id AND v > 0",
    "SELECT id FROM is_u UNION SELECT v FROM is_t WHERE id = 2",
    "SELECT v FROM is_u u JOIN is_t t ON t.id = u.id",
    "SELECT v FROM is_u u LEFT JOIN is_t t ON t.id = u.id WHERE u.id = 2",
    "SELECT 1 FROM is_u u WHERE EXISTS (SELECT 1 FROM is_t t WHERE t.id = u.id)",
    "SELECT v FROM is_t WHERE id IN (SELECT id FROM is_u)",
    "DECLARE @id bigint = 2; SELECT v FROM is_t WHERE id = @id",
    "UPDATE is_t SET v = 5 WHERE id = 2",
    "DELETE FROM is_t WHERE id = 2.0",
    "UPDATE t SET v = 5 FROM is_t t JOIN is_u u ON u.id = t.id",
    "SELECT v FROM is_t WHERE 1 = 0",
    "MERGE is_t AS t USING (VALUES (4)) s (n) ON 1 = 0 WHEN NOT MATCHED THEN INSERT VALUES (n, n);",
    "MERGE is_t AS t USING is_u AS u ON t.id = u.id WHEN MATCHED THEN DELETE;",
]
SCANS = [
    "SELECT COUNT(*) FROM is_t",
    "SELECT v FROM is_t WHERE v = 2",
    "SELECT v FROM is_t WHERE id = 2 OR v = 2",
    "SELECT v FROM is_t WHERE id <> 2",
    "SELECT v FROM is_u u FULL JOIN is_t t ON t.id = u.id",
    "SELECT v FROM is_u u RIGHT JOIN is_t t ON t.id = u.id",
    "SELECT v FROM is_t WHERE id IN (1, 2)",
    "SELECT v FROM is_t WHERE id = 3",
    "UPDATE is_t SET v = 5 WHERE id = 3",
    "DELETE FROM is_t WHERE id = 3",
    "INSERT INTO is_u SELECT v FROM is_t",
    "DECLARE @n int; SELECT @n = MAX(v) FROM is_t",
    "SELECT v INTO #copy FROM is_t",
    "DECLARE c CURSOR LOCAL STATIC FOR SELECT v FROM is_t; OPEN c",
    "IF EXISTS (SELECT 1 FROM is_t) SELECT 1",
]


@pytest.mark.parametrize("query, expected", [*((q, []) for q in SEEKS), *((q, [1222]) for q in SCANS)])
def test_readers_wait_for_what_they_read(sessions, query, expected):
    writer, reader = sessions
    writer.run("INSERT INTO is_u VALUES (2)")
    writer.run("BEGIN TRANSACTION; UPDATE is_t SET v = 9 WHERE id = 1; INSERT INTO is_t VALUES (3, 3)")
    assert reader.errors(query) == expected


def test_a_savepoint_keeps_locks_and_a_failed_statement_does_not(sessions):
    """https://learn.microsoft.com/sql/t-sql/language-elements/save-transaction-transact-sql (remarks)"""
    writer, reader = sessions
    writer.run("BEGIN TRANSACTION")
    writer.errors("INSERT INTO is_t VALUES (4, 4), (1, 1)")
    assert reader.run("SELECT * FROM is_t") == OLD
    writer.run("SAVE TRANSACTION s; INSERT INTO is_t VALUES (3, 3); ROLLBACK TRANSACTION s")
    assert reader.errors("SELECT * FROM is_t") == [1222]
    writer.run("COMMIT")
    assert reader.run("SELECT * FROM is_t") == OLD


@pytest.mark.parametrize(
    "hints, hint, expected",
    [
        ("XLOCK", "REPEATABLEREAD", [1222]),
        ("XLOCK", "READCOMMITTEDLOCK", [1222]),
        ("XLOCK, HOLDLOCK", "HOLDLOCK", [1222]),
        ("XLOCK, HOLDLOCK", "UPDLOCK", [1222]),
        ("REPEATABLEREAD", "XLOCK", [1222]),
        ("HOLDLOCK", "XLOCK, HOLDLOCK", [1222]),
        ("UPDLOCK", "REPEATABLEREAD", []),
        ("UPDLOCK, HOLDLOCK", "HOLDLOCK", []),
        ("HOLDLOCK", "UPDLOCK, HOLDLOCK", []),
        ("UPDLOCK, HOLDLOCK", "UPDLOCK, HOLDLOCK", [1222]),
        ("HOLDLOCK", "HOLDLOCK", []),
    ],
)
def test_which_locks_of_readers_exclude_one_another(sessions, hints, hint, expected):
    writer, reader = sessions
    writer.run(f"BEGIN TRANSACTION; SELECT * FROM is_t WITH ({hints}) WHERE id = 1")
    reader.run("BEGIN TRANSACTION")
    assert reader.errors(f"SELECT * FROM is_t WITH ({hint}) WHERE id = 1") == expected
    assert reader.errors(f"SELECT * FROM is_t WITH ({hint}) WHERE id = 2") == []


def test_statements_that_change_no_row_are_not_waited_for(sessions):
    writer, reader = sessions
    writer.run("BEGIN TRANSACTION; DELETE FROM is_t WHERE id = 77; UPDATE is_t SET v = 1 WHERE id = 77")
    assert reader.run("SELECT * FROM is_t") == OLD


def test_many_locks_are_the_tables(sessions):
    writer, reader = sessions
    writer.run(
        "BEGIN TRANSACTION; DECLARE @n int = 10; WHILE @n < 2520 BEGIN INSERT INTO is_t VALUES (@n, 1); SET @n += 1 END"
    )
    assert reader.errors("SELECT v FROM is_t WHERE id = 1") == [1222]
    writer.run("ROLLBACK; INSERT INTO is_t SELECT value, 1 FROM GENERATE_SERIES(10, 5100)")
    writer.run("BEGIN TRANSACTION; UPDATE is_t SET v = 2 WHERE id > 9")
    assert reader.errors("SELECT v FROM is_t WHERE id = 1") == [1222]


def test_a_table_without_indexes_is_read_as_a_whole(sessions):
    writer, reader = sessions
    writer.run("BEGIN TRANSACTION; INSERT INTO is_u VALUES (1)")
    assert reader.errors("SELECT * FROM is_u WHERE id = 2") == [1222]


def test_keys_are_compared_as_the_collation_compares(sessions):
    writer, reader = sessions
    writer.run(
        "DROP TABLE IF EXISTS is_k; CREATE TABLE is_k (s varchar(9) NOT NULL, d decimal(9, 2) NOT NULL, PRIMARY KEY (s, d))"
    )
    writer.run("BEGIN TRANSACTION; INSERT INTO is_k VALUES ('Ab', 1.5)")
    assert reader.errors("SELECT * FROM is_k WHERE s = N'aB ' AND d = 1.500") == [1222]
    assert reader.errors("SELECT * FROM is_k WHERE s = 'ab'") == [1222]
    assert reader.run("SELECT * FROM is_k WHERE s = 'ab' AND d = 2") == []
    assert reader.run("SELECT * FROM is_k WHERE s = 'b'") == []


@pytest.mark.parametrize("begin", ["", "BEGIN TRANSACTION;"], ids=["alone", "transaction"])
@pytest.mark.parametrize(
    "change, expected",
    [
        ("INSERT INTO is_t VALUES (7, 7)", 1222),
        ("INSERT INTO is_t OUTPUT inserted.id VALUES (7, 7)", 1222),
        ("INSERT INTO is_t SELECT 7, 7", 1222),
        ("UPDATE is_t SET id = 7 WHERE id = 2", 1222),
        ("MERGE is_t AS t USING (VALUES (7)) s (n) ON id = n WHEN NOT MATCHED THEN INSERT VALUES (n, n);", 1222),
        ("DELETE FROM is_t WHERE id = 1", 1222),
        ("INSERT INTO is_t VALUES (8, 8)", None),
        ("UPDATE is_t SET v = 7 WHERE id = 2", None),
        ("DELETE FROM is_t WHERE id = 2", None),
    ],
)
def test_what_was_searched_at_serializable_keeps_its_keys(sessions, begin, change, expected):
    writer, reader = sessions
    reader.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRANSACTION; SELECT v FROM is_t WHERE id IN (1, 7)")
    assert writer.errors(f"SET LOCK_TIMEOUT 0; {begin} {change}") == ([expected] if expected else [])
    assert reader.run("SELECT v FROM is_t WHERE id IN (1, 7)") == [(1,)]
    reader.run("INSERT INTO is_t VALUES (7, 7); COMMIT")
    assert writer.numbers(writer.events("IF @@TRANCOUNT > 0 ROLLBACK; DELETE FROM is_t WHERE id = 1")) == []


def test_a_view_is_read_as_its_tables(sessions, server):
    writer, reader = sessions
    writer.run("CREATE OR ALTER VIEW is_v AS SELECT * FROM is_t".replace("is_t", "dbo.is_t"))
    writer.run("CREATE OR ALTER VIEW dbo.is_w AS SELECT * FROM dbo.is_v")
    writer.run("BEGIN TRANSACTION; INSERT INTO is_u VALUES (1)")
    assert read(reader, "READ COMMITTED", "is_w") == OLD
    writer.run("UPDATE is_t SET v = 9")
    assert read(reader, "READ COMMITTED", "is_w") == [1222]
    assert read(reader, "WITH (NOLOCK)", "is_v") == [50999]


@pytest.mark.parametrize("ddl", ["DROP TABLE is_t", "TRUNCATE TABLE is_t", "ALTER TABLE is_t ADD w int"])
def test_a_reader_at_read_committed_holds_nothing_after_its_statement(sessions, ddl):
    writer, reader = sessions
    reader.run(
        "BEGIN TRANSACTION; SELECT * FROM is_t; DECLARE @n int; SELECT @n = COUNT(*) FROM is_t; SELECT v FROM is_t"
    )
    writer.run(f"SET LOCK_TIMEOUT 0; {ddl}")
    reader.run("COMMIT")


def test_a_readers_own_work_and_settings_stay(sessions):
    _, reader = sessions
    reader.run("BEGIN TRANSACTION; INSERT INTO is_u VALUES (1); SELECT * FROM is_u; CREATE TABLE #kept (n int)")
    reader.run(
        "SELECT * FROM is_t; INSERT INTO #kept VALUES (1); SELECT * FROM #kept; SET LOCK_TIMEOUT 70; SELECT * FROM is_t"
    )
    assert reader.errors("SELECT * FROM is_t; INSERT INTO is_t VALUES (1, 1)") == [2627]
    reader.run("EXEC ('CREATE TABLE #gone (n int); SELECT * FROM #gone'); SELECT * FROM is_t; COMMIT")
    assert reader.run("SELECT n FROM #kept") == [(1,)]
    assert reader.run("SELECT id FROM is_u") == [(1,)]
    assert reader.value("SELECT @@LOCK_TIMEOUT") == 70


@pytest.mark.parametrize("hint", ["WITH (UPDLOCK)", "WITH (HOLDLOCK)"])
def test_locking_hints_hold_until_the_end(sessions, hint):
    writer, reader = sessions
    reader.run(f"BEGIN TRANSACTION; SELECT * FROM is_t {hint}; SELECT * FROM is_t")
    assert writer.errors("SET LOCK_TIMEOUT 0; UPDATE is_t SET v = 3") == [1222]


def test_a_foreign_key_is_checked_under_updlock_and_not_under_xlock(sessions):
    writer, reader = sessions
    writer.run("INSERT INTO is_t VALUES (70, 1); CREATE TABLE is_c (id int PRIMARY KEY, t int REFERENCES is_t (id))")
    for number, (hint, errors) in enumerate((("UPDLOCK", []), ("UPDLOCK, ROWLOCK", []), ("XLOCK", [1222]))):
        reader.run(f"BEGIN TRANSACTION; SELECT id FROM is_t WITH ({hint}) WHERE id = 70")
        assert writer.errors(f"SET LOCK_TIMEOUT 0; INSERT INTO is_c VALUES ({number}, 70)") == errors
        assert writer.errors("UPDATE is_t SET v = 2 WHERE id = 70") == [1222]
        reader.run("ROLLBACK")
    writer.run("DROP TABLE is_c")


def test_writers_meet_triggers_changes(sessions):
    writer, reader = sessions
    writer.run("CREATE TRIGGER is_tr ON is_u AFTER INSERT AS INSERT INTO is_t SELECT id, id FROM inserted")
    reader.run("BEGIN TRANSACTION; SELECT * FROM is_t WITH (HOLDLOCK) WHERE id = 7")
    assert writer.errors("SET LOCK_TIMEOUT 0; INSERT INTO is_u VALUES (7)") == [1222]
    assert writer.run("INSERT INTO is_u VALUES (8)") == []
    reader.run("COMMIT; BEGIN TRANSACTION")
    writer.run("BEGIN TRANSACTION; INSERT INTO is_u VALUES (9)")
    assert reader.errors("SELECT * FROM is_t WHERE id = 9") == [1222]


UPSERT = "INSERT INTO is_t SELECT n, n FROM (VALUES (@p1)) s (n) WHERE NOT EXISTS (SELECT 1 FROM is_t WITH (UPDLOCK, HOLDLOCK) WHERE id = n)"


def test_holdlock_of_a_change_locks_its_keys_and_not_the_table(sessions):
    writer, reader = sessions
    merge = "MERGE INTO is_t WITH (HOLDLOCK) AS t USING (VALUES (@p1)) s (n) ON id = n WHEN NOT MATCHED THEN INSERT VALUES (n, n);"
    for statement in (UPSERT, merge):
        writer.run("BEGIN TRANSACTION")
        assert writer.numbers(writer.call(statement, 100)) == []
        reader.run("BEGIN TRANSACTION")
        assert reader.numbers(reader.call(statement, 101)) == []
        assert reader.numbers(reader.call(statement, 100)) == [1222]
        assert reader.errors("SELECT v FROM is_t WHERE id = 100") == [1222]
        assert reader.errors("INSERT INTO is_t VALUES (100, 1)") == [1222]
        writer.run("ROLLBACK")
        reader.run("ROLLBACK")


# ---- SNAPSHOT -------------------------------------------------------------------------------------------


@pytest.fixture
def snapshots(server, sessions):
    server.databases.change("shop", snapshot=1)
    yield sessions
    server.databases.change("shop", snapshot=0)


def test_snapshot_sees_the_start_of_its_transaction(snapshots):
    writer, reader = snapshots
    reader.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION; SELECT * FROM is_t")
    writer.run("UPDATE is_t SET v = 9 WHERE id = 1")
    assert reader.run("SELECT * FROM is_t") == OLD
    told = reader.error("UPDATE t SET v = 3 FROM is_t t WHERE id = 1")
    assert "to access table 'dbo.is_t' directly or indirectly in database 'shop' to update" in told


def test_snapshot_that_comes_too_late_fails_at_the_next_access(snapshots):
    _, reader = snapshots
    reader.run("BEGIN TRANSACTION; SELECT * FROM is_t; SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    assert reader.errors("SELECT * FROM is_t; SELECT 1") == [3951]
    assert reader.value("SELECT @@TRANCOUNT") == 0


@pytest.mark.parametrize(
    "ddl",
    [
        "ALTER TABLE is_t ADD w int",
        "CREATE INDEX is_i ON is_t (v)",
        "ALTER INDEX ALL ON is_t REBUILD",
        "DROP INDEX is_j ON is_u",
    ],
)
def test_ddl_that_a_snapshot_transaction_refuses(snapshots, ddl):
    writer, reader = snapshots
    writer.run("CREATE INDEX is_j ON is_u (id)")
    reader.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION")
    assert reader.errors(f"{ddl}; SELECT 1") == [3964]
    assert reader.value("SELECT @@TRANCOUNT") == 0
    reader.run("BEGIN TRANSACTION")
    caught = reader.events(f"BEGIN TRY {ddl} END TRY BEGIN CATCH SELECT ERROR_NUMBER(), XACT_STATE() END CATCH")
    assert reader.rows(caught) == [(3964, -1)]


def test_ddl_that_a_snapshot_transaction_takes(snapshots):
    _, reader = snapshots
    reader.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION; CREATE TABLE is_made (n int); ROLLBACK")


# ---- what the views tell ---------------------------------------------------------------------------------


def test_sessions_tell_transactions_and_levels(server):
    client, other = Client(server), Client(server)
    other.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRANSACTION; BEGIN TRANSACTION; SET LOCK_TIMEOUT 5")
    spid = other.value("SELECT @@SPID")
    told = "SELECT transaction_isolation_level, open_transaction_count, lock_timeout FROM sys.dm_exec_sessions WHERE session_id = {}"
    assert client.run(told.format(spid)) == [(4, 2, 5)]
    assert client.value(f"IF EXISTS ({told.format('@@SPID')}) SELECT 1") == 1
    list(client.session.transaction_request("begin", "", 3, False))
    assert client.run(told.format("@@SPID")) == [(3, 1, -1)]
    for session in (client, other):
        session.session.close()


def test_defaults_of_databases(server):
    client = Client(server)
    versions = "SELECT snapshot_isolation_state, is_read_committed_snapshot_on FROM sys.databases WHERE name = '{}'"
    assert client.run(versions.format("shop")) == [(0, 0)]
    assert client.run(versions.format("master")) == client.run(versions.format("msdb")) == [(1, 0)]
    client.run("ALTER DATABASE shop SET READ_COMMITTED_SNAPSHOT ON")
    assert client.run(versions.format("shop")) == [(0, 1)]
    other = Client(server)
    assert client.errors("ALTER DATABASE shop SET READ_COMMITTED_SNAPSHOT OFF") == [REFUSED]  # a server waits
    client.run("ALTER DATABASE shop SET READ_COMMITTED_SNAPSHOT OFF WITH ROLLBACK IMMEDIATE")
    other.session.close()
    client.session.close()


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        ("UPDLOCK, NOWAIT", [1222]),
        ("UPDLOCK, READPAST", []),
        ("NOWAIT", [1222]),
    ],
)
def test_nowait_and_readpast_never_wait(sessions, hints, expected):
    """Also in a table into which another session has inserted; a row of its own would be waited for elsewhere."""
    writer, reader = sessions
    reader.run("SET LOCK_TIMEOUT 300000")
    writer.run("BEGIN TRAN; UPDATE is_t SET v = 9 WHERE id = 1; INSERT INTO is_t VALUES (3, 3)")
    assert reader.errors(f"SELECT v FROM is_t WITH ({hints}) WHERE id = 1") == expected
    assert reader.errors("SELECT v FROM is_t WITH (UPDLOCK, NOWAIT) WHERE id = 2") == []


def test_the_cloud_reads_versions_and_qualifies_before_it_locks():
    """https://learn.microsoft.com/sql/relational-databases/performance/optimized-locking (lock after qualification)"""
    server = start_server("azure")
    writer, reader = Client(server), Client(server)
    settings = "SELECT is_read_committed_snapshot_on, snapshot_isolation_state FROM sys.databases WHERE name = 'shop'"
    assert reader.run(settings) == [(1, 1)]
    writer.run("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, 2)")
    writer.run("BEGIN TRANSACTION; UPDATE t SET v = 9 WHERE id = 1; INSERT INTO t VALUES (3, 3)")
    assert reader.run("SET LOCK_TIMEOUT 0; SELECT * FROM t") == OLD
    assert reader.errors("UPDATE t SET v = 5 WHERE v = 2; DELETE FROM t WHERE id = 3") == []
    assert reader.errors("UPDATE t SET v = 5 WHERE id = 1") == [1222]
    assert reader.errors("SELECT * FROM t WITH (UPDLOCK) WHERE id = 3") == [1222]
    server.close()


def test_dollar_signs_in_the_keys_of_a_search_are_text(sessions):
    writer, _ = sessions
    writer.run(
        "DROP TABLE IF EXISTS is_s; CREATE TABLE is_s (s nvarchar(9) PRIMARY KEY); INSERT INTO is_s VALUES ('$5')"
    )
    writer.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRANSACTION")
    assert writer.run("SELECT s FROM is_s WHERE s = N'$5'") == [("$5",)]
    writer.run("UPDATE is_s SET s = N'$1' WHERE s = N'$5'; COMMIT")
    assert writer.run("SELECT s FROM is_s") == [("$1",)]


def locked(reader, text):
    """Whether a statement under LOCK_TIMEOUT 0 waits."""
    events = reader.events(text)
    assert reader.numbers(events) in ([], [WAITS])
    return bool(reader.numbers(events))


def test_an_exclusive_lock_of_the_table_keeps_readers_and_writers_out(sessions):
    holder, other = sessions
    for text in ("SELECT * FROM is_t WITH (TABLOCKX)", "UPDATE is_t WITH (TABLOCK) SET v = 9 WHERE id = 99",
                 "UPDATE x SET v = 9 FROM is_t AS x WITH (TABLOCK) WHERE x.id = 99",
                 "INSERT INTO is_t WITH (TABLOCKX) SELECT 5, 5 WHERE 1 = 0"):  # fmt: skip
        holder.run(f"BEGIN TRANSACTION; {text}")
        assert locked(other, "SELECT * FROM is_t WHERE id = 2") and locked(other, "INSERT INTO is_t VALUES (3, 3)")
        assert locked(other, "SELECT * FROM is_t WITH (TABLOCKX)")
        assert other.run("SELECT * FROM is_t WITH (NOLOCK)") == OLD
        holder.run("ROLLBACK")
        assert not locked(other, "SELECT * FROM is_t")


def test_a_shared_lock_of_the_table_lasts_at_higher_levels(sessions):
    holder, other = sessions
    for hints, lasts in (("TABLOCK", False), ("TABLOCK, HOLDLOCK", True), ("TABLOCK, REPEATABLEREAD", True)):
        holder.run(f"BEGIN TRANSACTION; SELECT * FROM is_t WITH ({hints}) WHERE id = 1")
        assert not locked(other, "SELECT * FROM is_t")
        for text in (
            "UPDATE is_t SET v = v WHERE id = 2",
            "INSERT INTO is_t SELECT 7, 7",
            "SELECT * FROM is_t WITH (TABLOCKX)",
        ):
            other.run("BEGIN TRANSACTION")
            assert locked(other, text) is lasts, (hints, text)
            other.run("ROLLBACK")
        holder.run("ROLLBACK")


def test_changes_pass_locked_rows_by(sessions):
    holder, other = sessions
    holder.run("INSERT INTO is_t VALUES (3, 3); BEGIN TRANSACTION; UPDATE is_t SET v = v WHERE id = 1")
    assert other.run("UPDATE TOP (1) is_t WITH (READPAST) SET v = 7 OUTPUT inserted.id") == [(2,)]
    assert sorted(other.run("UPDATE is_t WITH (READPAST) SET v = v + 1 OUTPUT inserted.v")) == [(4,), (8,)]
    assert other.run("DELETE FROM is_t WITH (ROWLOCK, READPAST) OUTPUT deleted.id WHERE id < 3") == [(2,)]
    queue = (
        "WITH q AS (SELECT TOP (1) * FROM is_t WITH (READPAST, UPDLOCK) ORDER BY id) DELETE FROM q OUTPUT deleted.id"
    )
    assert other.run(queue) == [(3,)]
    assert other.run("DELETE FROM is_t WITH (READPAST) OUTPUT deleted.id") == []
    assert other.errors("DELETE x FROM is_t AS x WITH (READPAST)") == [REFUSED]
    holder.run("ROLLBACK")
    assert holder.run("SELECT id FROM is_t") == [(1,)]


@pytest.mark.parametrize(
    ("level", "hints", "number"),
    [("SERIALIZABLE", "READPAST", 650), ("READ UNCOMMITTED", "READPAST", 650), ("SNAPSHOT", "READPAST", REFUSED),
     ("READ COMMITTED", "READPAST, HOLDLOCK", REFUSED), ("READ COMMITTED", "READPAST, NOLOCK", REFUSED)],
)  # fmt: skip
def test_readpast_is_for_the_levels_between(sessions, level, hints, number):
    """https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table (READPAST)"""
    _, reader = sessions
    reader.run(f"SET TRANSACTION ISOLATION LEVEL {level}")
    assert reader.errors(f"SELECT * FROM is_t WITH ({hints})") == [number]
