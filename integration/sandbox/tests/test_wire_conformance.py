"""The whole sandbox over the wire: values, packet sizes, prepared handles, cancelled and vanished clients, locks."""

from __future__ import annotations

import datetime
import os
import socket
import struct
import threading
import time
from decimal import Decimal

import pyodbc
import pytds
import pytest
from raw_client import HEADERS, RawClient, packet
from wire_fuzz import hold_connections, nvarchar, still_answers
from wire_support import DRIVERS, MSSQL_PYTHON, PYODBC, PYTDS, Target, run

every_driver = pytest.mark.parametrize("client", DRIVERS, ids=str)
with_typed_parameters = pytest.mark.parametrize("client", [PYODBC, MSSQL_PYTHON, PYTDS], ids=str)
SQL_BATCH, RPC, ATTENTION = 1, 3, 6
ATTENTION_DONE = 0x20
PACKET_SIZES = [512, 513, 1000, 4096, 8192, 16384, 32767]


@pytest.fixture(scope="module")
def target(mssql_sandbox):
    return Target(
        mssql_sandbox.port, mssql_sandbox.user, mssql_sandbox.password, "app", mssql_sandbox.certificate,
        mssql_sandbox.token, mssql_sandbox.journal_entries,
    )  # fmt: skip


@pytest.fixture
def connection(target, client):
    connection = client.connect(target)
    yield connection
    connection.close()


@pytest.fixture
def locked(target):
    """Two rows in dbo.locked, and a way to open sessions that are closed at the end."""
    opened = []

    def connect(autocommit=False):
        opened.append(PYODBC.connect(target, autocommit=autocommit))
        return opened[-1]

    owner = connect(autocommit=True)
    owner.execute("CREATE TABLE dbo.locked (id int PRIMARY KEY, n int NOT NULL)")
    owner.execute("INSERT INTO dbo.locked VALUES (1, 0), (2, 0)")
    yield connect
    for each in opened[1:]:
        each.close()
    owner.execute("DROP TABLE dbo.locked")
    owner.close()


# ---- values ------------------------------------------------------------------------------


def largest(precision, scale, negative=False):
    return Decimal((int(negative), (9,) * precision, -scale))


@every_driver
@pytest.mark.parametrize("negative", [False, True], ids=["positive", "negative"])
def test_every_decimal_precision_in_rows(connection, negative):
    for precision in range(1, 39):
        scales = sorted({0, precision // 2, precision})
        values = [largest(precision, scale, negative) for scale in scales]
        columns = [f"CAST('{value:f}' AS decimal({precision},{scale}))" for value, scale in zip(values, scales)]
        columns.append(f"CAST(NULL AS decimal({precision},0))")
        assert run(connection, f"SELECT {', '.join(columns)}") == [[*values, None]]


@with_typed_parameters
def test_every_decimal_precision_as_parameter(connection, client):
    for precision in range(1, 39):
        for scale in sorted({0, precision // 2}):
            value = largest(precision, scale, negative=True)
            sql = f"SELECT CAST({client.marker} AS decimal({precision},{scale}))"
            assert run(connection, sql, (value,)) == [[value]]


@every_driver
@pytest.mark.parametrize("scale", range(8))
def test_every_time_scale_in_rows(connection, scale):
    digits = "1234560"[:scale]
    fraction = f".{digits}" if digits else ""
    microsecond = int(digits.ljust(7, "0")) // 10
    sql = (
        f"SELECT CAST('23:59:59{fraction}' AS time({scale})), CAST('00:00' AS time({scale})), "
        f"CAST('9999-12-31T23:59:59{fraction}' AS datetime2({scale})), CAST('0001-01-01' AS datetime2({scale})), "
        f"CAST(CAST('2024-02-29T23:59:59{fraction}+14:00' AS datetimeoffset({scale})) AS varchar(40))"
    )
    assert run(connection, sql) == [[
        datetime.time(23, 59, 59, microsecond), datetime.time(0),
        datetime.datetime(9999, 12, 31, 23, 59, 59, microsecond), datetime.datetime(1, 1, 1),
        f"2024-02-29 23:59:59{fraction} +14:00",
    ]]  # fmt: skip


@with_typed_parameters
@pytest.mark.parametrize("scale", range(8))
def test_every_time_scale_as_parameter(connection, client, scale):
    microsecond = int("123456"[:scale].ljust(6, "0"))
    moment = datetime.datetime(2024, 2, 29, 23, 59, 59, microsecond)
    sql = f"SELECT CAST({client.marker} AS datetime2({scale}))"
    assert run(connection, sql, (moment,)) == [[moment]]


@with_typed_parameters
def test_ten_megabytes_of_bytes(connection, client):
    data = os.urandom(1 << 16) * 160
    sent = pytds.Binary(data) if client is PYTDS else data
    sql = f"SELECT CAST({client.marker} AS varbinary(max))"
    assert run(connection, sql, (sent,)) == [[data]]


# ---- packets -----------------------------------------------------------------------------


def answer_of(text):
    return HEADERS + text.encode("utf-16-le")


@pytest.mark.parametrize("size", PACKET_SIZES)
def test_packets_keep_to_the_negotiated_size(target, size):
    with RawClient(target.port, target.password, packet_size=size) as client:
        client.sizes.clear()
        answer = client.batch("SELECT REPLICATE(CAST(N'x' AS nvarchar(max)), 50000)")
    assert answer.count("x".encode("utf-16-le") * 1000) == 50
    assert client.sizes[:-1] == [size] * (len(client.sizes) - 1)
    assert client.sizes[-1] <= size


@pytest.mark.parametrize("asked,given", [(1, 512), (65535, 32767), (0, 4096)])
def test_impossible_packet_sizes_are_corrected(target, asked, given):
    with RawClient(target.port, target.password, packet_size=asked) as client:
        client.sizes.clear()
        client.batch("SELECT REPLICATE(CAST(N'x' AS nvarchar(max)), 50000)")
    assert client.sizes[0] == given


def test_a_request_survives_a_cut_at_every_byte(target):
    """Of the stream, and of the message into packets."""
    message = answer_of("SELECT 1 AS a")
    with RawClient(target.port, target.password) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        expected = client.batch("SELECT 1 AS a")
        whole = packet(SQL_BATCH, message)
        for cut in range(1, len(whole)):
            client.socket.sendall(whole[:cut])
            client.socket.sendall(whole[cut:])
            assert client.receive() == expected
        for cut in range(1, len(message)):
            client.send(SQL_BATCH, message[:cut], status=0)
            client.send(SQL_BATCH, message[cut:])
            assert client.receive() == expected


# ---- prepared statements -----------------------------------------------------------------

PREPARE, EXECUTE, PREPEXEC, UNPREPARE = 11, 12, 13, 15


def integer(value, output=False):
    return b"\0" + bytes([output]) + (b"\x26\4\0" if value is None else b"\x26\4\4" + struct.pack("<i", value))


def call(client, procedure, *parameters):
    client.send(RPC, HEADERS + struct.pack("<HHH", 0xFFFF, procedure, 0) + b"".join(parameters))
    return client.receive()


def handle_of(answer):
    """The output parameter stands right before the last DONEPROC."""
    return struct.unpack("<i", answer[-17:-13])[0]


def has_row(answer, value):
    return b"\xd1\4" + struct.pack("<i", value) in answer


def test_prepared_statements_live_until_unprepared(target):
    declared, text = nvarchar("@P1 int"), nvarchar("SELECT @P1 + 1")
    with RawClient(target.port, target.password) as client:
        first = handle_of(call(client, PREPARE, integer(None, output=True), declared, text, integer(1)))
        answer = call(client, PREPEXEC, integer(None, output=True), declared, nvarchar("SELECT @P1 * 2"), integer(21))
        assert has_row(answer, 42)
        second = handle_of(answer)
        assert second != first
        for value in range(3):
            assert has_row(call(client, EXECUTE, integer(first), integer(value)), value + 1)
            assert has_row(call(client, EXECUTE, integer(second), integer(value)), value * 2)
        assert struct.pack("<i", 8179) not in call(client, UNPREPARE, integer(first))
        assert struct.pack("<i", 8179) in call(client, EXECUTE, integer(first), integer(1))
        assert has_row(call(client, EXECUTE, integer(second), integer(4)), 8)


def test_prepexec_replaces_the_handle_it_is_given(target):
    declared = nvarchar("@P1 int")
    with RawClient(target.port, target.password) as client:
        old = handle_of(
            call(client, PREPEXEC, integer(None, output=True), declared, nvarchar("SELECT @P1"), integer(1))
        )
        answer = call(client, PREPEXEC, integer(old, output=True), declared, nvarchar("SELECT @P1 + 5"), integer(1))
        assert has_row(answer, 6)
        new = handle_of(answer)
        assert has_row(call(client, EXECUTE, integer(new), integer(2)), 7)
        if new != old:
            assert struct.pack("<i", 8179) in call(client, EXECUTE, integer(old), integer(1))


@pytest.mark.parametrize("procedure", [EXECUTE, UNPREPARE])
def test_a_wrong_handle_is_8179(target, procedure):
    with RawClient(target.port, target.password) as client:
        assert struct.pack("<i", 8179) in call(client, procedure, integer(12345))
        assert b"\xd1" in client.batch("SELECT 1")


def test_handles_belong_to_their_session(target):
    with RawClient(target.port, target.password) as owner, RawClient(target.port, target.password) as other:
        answer = call(
            owner, PREPEXEC, integer(None, output=True), nvarchar("@P1 int"), nvarchar("SELECT @P1"), integer(1)
        )
        assert struct.pack("<i", 8179) in call(other, EXECUTE, integer(handle_of(answer)), integer(1))


# ---- attention and vanished clients ------------------------------------------------------


def test_attention_in_the_middle_of_a_result(target):
    with RawClient(target.port, target.password) as client:
        client.send(SQL_BATCH, answer_of("SELECT value, REPLICATE(N'x', 500) FROM GENERATE_SERIES(1, 400000)"))
        received = client.socket.recv(2000)
        assert received[0] == 4
        client.send(ATTENTION, b"")
        client.socket.settimeout(300)
        stream = bytearray(received)
        while not _ends_with_attention(stream):
            stream += client.socket.recv(1 << 16)
        assert len(stream) < 400_000 * 1000
        assert b"\xd1" in client.batch("SELECT 1")


def _ends_with_attention(stream):
    return (
        len(stream) > 13
        and stream[-13] == 0xFD
        and struct.unpack_from("<H", stream, len(stream) - 12)[0] & ATTENTION_DONE
    )


def vanish(client):
    """Close with a reset, as a killed process on a lost machine."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("leaving", [vanish, RawClient.close], ids=["reset", "close"])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_locks_of_a_killed_client_are_released(target, locked, leaving, busy):
    client = RawClient(target.port, target.password)
    client.batch("BEGIN TRAN; UPDATE dbo.locked SET n = 7 WHERE id = 1")
    if busy:
        client.send(SQL_BATCH, answer_of("WAITFOR DELAY '00:00:30'"))
        time.sleep(0.2)
    other = locked(autocommit=True)
    other.execute("SET LOCK_TIMEOUT 100")
    with pytest.raises(pyodbc.Error, match="1222"):
        other.execute("UPDATE dbo.locked SET n = 1 WHERE id = 1")
    leaving(client)
    other.execute("SET LOCK_TIMEOUT 300000")
    other.execute("UPDATE dbo.locked SET n = n + 1 WHERE id = 1")
    assert run(other, "SELECT n FROM dbo.locked WHERE id = 1") == [[1]]


@pytest.mark.parametrize(
    "text", ["WAITFOR DELAY '00:00:30'", "WAITFOR DELAY '00:00:30'; SELECT 1", "BEGIN TRAN; WAITFOR DELAY '00:00:30'"]
)
def test_a_client_that_sends_no_more_gets_no_answer(target, text):
    """A DONE would read as success: the driver tells of no error then."""
    with RawClient(target.port, target.password) as client:
        client.send(SQL_BATCH, answer_of(text))
        client.socket.shutdown(socket.SHUT_WR)
        assert client.receive() == b""


@pytest.mark.parametrize(
    "record", [b"\x16\x03\x01\x00\x05nope!", os.urandom(64), b"\x16\x03\x03\xff\xff", b"\x15\x03\x03\0\2\2\x28"]
)
def test_a_broken_handshake_ends_only_its_own_connection(target, record):
    wanted = bytes.fromhex("00000b00060100110001ff") + b"\x12\0\0\0\0\0" + b"\1"
    with RawClient(target.port) as client:
        client.send(0x12, wanted)
        assert client.receive()
        client.send(0x12, record)
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()
    still_answers(target)


# ---- locks -------------------------------------------------------------------------------


def test_lock_timeout_is_1222_and_keeps_the_transaction(locked):
    owner, waiter = locked(), locked()
    owner.execute("UPDATE dbo.locked SET n = 1 WHERE id = 1")
    waiter.execute("SET LOCK_TIMEOUT 100")
    waiter.execute("UPDATE dbo.locked SET n = 2 WHERE id = 2")
    with pytest.raises(pyodbc.Error, match="1222"):
        waiter.execute("UPDATE dbo.locked SET n = 2 WHERE id = 1")
    assert run(waiter, "SELECT @@TRANCOUNT, n FROM dbo.locked WHERE id = 2") == [[1, 2]]
    waiter.commit()
    owner.rollback()
    assert run(owner, "SELECT n FROM dbo.locked ORDER BY id") == [[0], [2]]


def test_one_of_two_in_a_deadlock_is_the_victim_1205(locked):
    sessions = [locked(), locked()]
    sessions[0].execute("UPDATE dbo.locked SET n = 10 WHERE id = 1")
    sessions[1].execute("UPDATE dbo.locked SET n = 20 WHERE id = 2")
    errors = {}

    def cross(index):
        try:
            sessions[index].execute(f"UPDATE dbo.locked SET n = n + 1 WHERE id = {2 - index}")
        except pyodbc.Error as error:
            errors[index] = str(error)

    threads = [threading.Thread(target=cross, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    ((victim, message),) = errors.items()
    assert "1205" in message
    winner = sessions[1 - victim]
    winner.commit()
    assert run(sessions[victim], "SELECT n FROM dbo.locked ORDER BY id") == ([[10], [1]] if victim else [[1], [20]])


def test_two_hundred_connections_at_once(target):
    assert hold_connections(target, 200) == 200
