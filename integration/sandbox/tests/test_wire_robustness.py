"""Broken clients: whatever they send, the server answers the next one and keeps no session of theirs."""

from __future__ import annotations

import struct
import time

import pytest
from raw_client import HEADERS, RawClient
from wire_fuzz import ATTACKS, EXECUTE, attack, still_answers
from wire_support import PYTDS, fake_server, run


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with fake_server(tmp_path_factory.mktemp("wire")) as target:
        yield target


@pytest.fixture(scope="module", autouse=True)
def alive_at_the_end(target):
    yield
    with PYTDS.connect(target) as connection:
        assert run(connection, "select 1") == [[1]]
        deadline = time.monotonic() + 120
        while run(connection, "select sessions") != [[1]] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert run(connection, "select sessions") == [[1]]


@pytest.mark.parametrize("name", ATTACKS)
def test_broken_clients(target, name):
    assert attack(name, target, 150)


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
        client.send(1, HEADERS + "sleep 600".encode("utf-16-le"))
        client.send(6, b"")
        ended, answer = client.receive(), client.receive()
        assert not struct.unpack_from("<H", ended, len(ended) - 12)[0] & 0x20
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
        assert client.receive()[0] == 0xFD  # DONE, no error
        assert b"\xd1" in client.batch("select 1")
