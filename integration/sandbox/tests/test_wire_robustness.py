"""Broken clients: whatever they send, the server answers the next one and keeps no session of theirs."""

from __future__ import annotations

import socket
import struct
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_client import HEADERS, PRELOGIN_CLEAR, RawClient, login7, packet
from wire_support import PYTDS, fake_server, run

COLLATION = bytes.fromhex("0904d00034")
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def nvarchar(text):
    data = text.encode("utf-16-le")
    return b"\0\0\xe7\x40\x1f" + COLLATION + struct.pack("<H", len(data)) + data


EXECUTE = HEADERS + struct.pack("<HHH", 0xFFFF, 10, 0) + nvarchar("echo @P1") + nvarchar("@P1 int")
EXECUTE += b"\0\0\x26\x04\x04" + struct.pack("<i", 5)
BEGIN = HEADERS + struct.pack("<HBB", 5, 0, 0)
MESSAGES = [(3, EXECUTE), (1, HEADERS + "select 1".encode("utf-16-le")), (0x0E, BEGIN), (7, b"\x81\x01\0" + bytes(20))]


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with fake_server(tmp_path_factory.mktemp("wire")) as target:
        yield target


@pytest.fixture(scope="module", autouse=True)
def alive_at_the_end(target):
    yield
    with PYTDS.connect(target) as connection:
        assert run(connection, "select 1") == [[1]]
        deadline = time.monotonic() + 5
        while run(connection, "select sessions") != [[1]] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert run(connection, "select sessions") == [[1]]


def still_answers(target):
    with RawClient(target.port, target.password) as client:
        assert b"\xd1" in client.batch("select 1")


@few
@given(st.binary(min_size=1, max_size=300))
def test_noise_instead_of_a_login(target, noise):
    with RawClient(target.port) as client:
        client.socket.sendall(noise)
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()


@few
@given(st.sampled_from([0x10, 0x12]), st.binary(max_size=200))
def test_well_framed_noise_instead_of_a_login(target, kind, noise):
    with RawClient(target.port) as client:
        client.send(kind, noise)
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()


@few
@given(st.integers(0, 300), st.integers(0, 255))
def test_damaged_login(target, position, value):
    message = bytearray(login7(password=target.password, features=b"\x0a\x01\0\0\0\x01\xff"))
    message[position % len(message)] = value
    with RawClient(target.port) as client:
        client.send(0x12, PRELOGIN_CLEAR)
        client.receive()
        client.send(0x10, bytes(message))
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()


@few
@given(st.sampled_from(MESSAGES), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4), st.data())
def test_damaged_requests(target, message, changes, data):
    kind, payload = message
    damaged = bytearray(payload)
    for position, value in changes:
        damaged[position % len(damaged)] = value
    damaged = damaged[: data.draw(st.integers(0, len(damaged)))]
    with RawClient(target.port, target.password) as client:
        client.send(kind, bytes(damaged))
        assert client.receive()


@few
@given(st.sampled_from(MESSAGES), st.integers(1, 40))
def test_clients_that_leave_in_the_middle_of_a_packet(target, message, missing):
    kind, payload = message
    with RawClient(target.port, target.password) as client:
        client.socket.sendall(packet(kind, payload)[:-missing])


def test_the_server_answers_after_all_that(target):
    still_answers(target)


def test_a_silent_client_holds_nobody_up(target):
    with RawClient(target.port), RawClient(target.port):
        still_answers(target)


def test_unknown_message_type_is_refused_by_name(target):
    with RawClient(target.port, target.password) as client:
        client.send(0x55, b"")
        assert "sandbox: not supported".encode("utf-16-le") in client.receive()
        assert b"\xd1" in client.batch("select 1")


def test_cut_off_request_is_error_4002_and_the_end(target):
    with RawClient(target.port, target.password) as client:
        client.send(3, EXECUTE[:-2])
        assert struct.pack("<i", 4002) in client.receive()
        assert client.receive() == b""


def test_requests_before_a_faulty_one_run(target):
    faulty = struct.pack("<HHH", 0xFFFF, 10, 0) + b"\0\0\x99"
    with RawClient(target.port, target.password) as client:
        client.send(3, EXECUTE + b"\xff" + faulty)
        answer = client.receive()
    assert b"\xd1\x04\x05\0\0\0" in answer
    assert struct.pack("<i", 8009) in answer


def test_too_many_parameters(target):
    with RawClient(target.port, target.password) as client:
        extra = b"\0\0\x26\x04\x04" + struct.pack("<i", 5)
        client.send(3, HEADERS + struct.pack("<HHH", 0xFFFF, 10, 0) + extra * 2101)
        assert struct.pack("<i", 8003) in client.receive()


def test_attention_after_the_response_is_acknowledged(target):
    with RawClient(target.port, target.password) as client:
        client.batch("select 1")
        client.send(6, b"")
        answer = client.receive()
    assert answer[-13] == 0xFD
    assert struct.unpack_from("<H", answer, len(answer) - 12)[0] == 0x20


def test_attention_stops_a_running_request(target):
    with RawClient(target.port, target.password) as client:
        client.send(1, HEADERS + "sleep 30".encode("utf-16-le"))
        client.send(6, b"")
        started = time.monotonic()
        answer = client.receive()
        assert time.monotonic() - started < 5
        assert struct.unpack_from("<H", answer, len(answer) - 12)[0] & 0x20
        assert b"\xd1" in client.batch("select 1")


def test_reset_connection_rolls_back_and_is_acknowledged_first(target):
    with RawClient(target.port, target.password) as client:
        client.batch("begin tran")
        answer = client.batch("select 1", status=0x09)
    rolled_back, acknowledged = answer.index(b"\xe3\x0b\x00\x0a"), answer.index(b"\xe3\x03\x00\x12\x00\x00")
    assert rolled_back < acknowledged < answer.index(b"\x81")


def test_withdrawn_request_is_answered(target):
    with RawClient(target.port, target.password) as client:
        client.send(1, HEADERS + b"s\0", status=3)
        assert struct.pack("<i", 3617) in client.receive()
        assert b"\xd1" in client.batch("select 1")
