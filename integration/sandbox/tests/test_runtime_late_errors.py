"""Errors of statements that have sent their columns: they reach the client when it fetches."""

from __future__ import annotations

import struct

import pyodbc
import pytest
from raw_client import RawClient
from wire_support import PYODBC, Target


@pytest.fixture(scope="module")
def connection(mssql_sandbox):
    target = Target(
        mssql_sandbox.port, mssql_sandbox.user, mssql_sandbox.password, "app", mssql_sandbox.certificate,
        mssql_sandbox.token, mssql_sandbox.journal_entries,
    )  # fmt: skip
    connection = PYODBC.connect(target)
    connection.execute("CREATE TABLE #long (id int NOT NULL PRIMARY KEY, n int)")
    connection.execute("INSERT #long SELECT value, value - 5001 FROM GENERATE_SERIES(1, 6000)")
    connection.execute("CREATE TABLE #keys (id int NOT NULL PRIMARY KEY, s varchar(3)); INSERT #keys VALUES (1, 'a')")
    yield connection
    connection.close()


def fetch_until_error(cursor, number):
    rows = []
    with pytest.raises(pyodbc.Error, match=rf"\({number}\)"):
        while True:
            row = cursor.fetchone()
            assert row is not None
            rows.append(tuple(row))
    return rows


@pytest.mark.parametrize("transaction", ["", "BEGIN TRAN"])
def test_rows_before_the_error_arrive(connection, transaction):
    if transaction:
        connection.execute(transaction)
    cursor = connection.execute("SELECT id, 10 / n FROM #long ORDER BY id")
    rows = fetch_until_error(cursor, 8134)
    assert rows[0] == (1, 0)
    assert len(rows) == 5000
    count = int(bool(transaction))
    assert connection.execute("SELECT @@TRANCOUNT").fetchval() == count
    if transaction:
        connection.execute("ROLLBACK")


@pytest.mark.parametrize(
    "statement, number",
    [
        ("SELECT 1 / 0 AS n", 8134),
        ("SELECT CAST('x' AS int) AS n", 245),
        ("INSERT #keys OUTPUT inserted.id AS n VALUES (1, 'b')", 2627),
        ("UPDATE #keys SET s = 'long' OUTPUT inserted.id AS n", 2628),
        ("DELETE #keys OUTPUT deleted.id AS n WHERE 1 / 0 = 1", 8134),
    ],
)
def test_the_columns_come_before_the_error(mssql_sandbox, statement, number):
    with RawClient(mssql_sandbox.port, mssql_sandbox.password) as client:
        client.batch("CREATE TABLE #keys (id int NOT NULL PRIMARY KEY, s varchar(3)); INSERT #keys VALUES (1, 'a')")
        answer = client.batch(statement)
    assert answer[:3] == b"\x81\1\0"  # COLMETADATA of one column
    error = b"\xaa" + answer.partition(b"\xaa")[2]
    assert struct.unpack_from("<I", error, 3) == (number,)
    assert b"\xd1" not in answer.partition(b"\xaa")[0]  # no ROW


def test_a_caught_error_leaves_its_result_set(connection):
    cursor = connection.execute(
        "BEGIN TRY SELECT 10 / n FROM #long WHERE id > 4990 ORDER BY id END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH"
    )
    assert len(cursor.fetchall()) == 10
    assert cursor.nextset()
    assert cursor.fetchval() == 8134


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM #missing", "SELECT nothing FROM #keys", "INSERT #keys VALUES (1, 'b')"]
)
def test_errors_without_columns_are_raised_by_execute(connection, statement):
    with pytest.raises(pyodbc.Error):
        connection.execute(statement)
