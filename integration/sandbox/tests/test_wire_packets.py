"""Framing: packets in, messages out, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mssql_sandbox.wire.packets import (
    ATTENTION,
    RESET_CONNECTION,
    RPC,
    SQL_BATCH,
    MessageReader,
    PacketWriter,
    ProtocolError,
    single_message,
)


def messages(reader):
    received = []
    while (message := reader.next_message()) is not None:
        received.append(message)
    return received


@given(st.binary(max_size=5000), st.integers(512, 4096), st.integers(1, 700))
def test_a_message_survives_any_split(payload, packet_size, piece):
    data = single_message(SQL_BATCH, payload, packet_size)
    reader = MessageReader()
    received = []
    for start in range(0, len(data), piece):
        reader.feed(data[start : start + piece])
        received += messages(reader)
    assert [message.data for message in received] == [payload]


def test_packets_have_the_negotiated_size_and_are_numbered():
    data = single_message(SQL_BATCH, b"x" * 1500, 512, spid=77)
    first = data[:8]
    assert first == bytes([SQL_BATCH, 0, 2, 0, 0, 77, 1, 0])
    last = data[1024 : 1024 + 8]
    assert last[1] == 1
    assert last[6] == 3
    assert len(data) == 1500 + 3 * 8


def test_whole_packets_leave_the_last_one():
    writer = PacketWriter(SQL_BATCH, 512, 0)
    buffer = bytearray(b"x" * 1008)
    sent = writer.whole_packets(buffer)
    assert len(sent) == 512
    assert len(buffer) == 504
    assert writer.finish(buffer)[1] == 1


def test_attention_inside_a_message_is_seen_at_once():
    reader = MessageReader()
    reader.feed(bytes([RPC, 0, 0, 9, 0, 0, 1, 0]) + b"a")
    reader.feed(bytes([ATTENTION, 1, 0, 8, 0, 0, 1, 0]))
    assert [message.type for message in messages(reader)] == [ATTENTION]


def test_status_of_the_first_packet_counts():
    reader = MessageReader()
    reader.feed(bytes([RPC, RESET_CONNECTION, 0, 9, 0, 0, 1, 0]) + b"a")
    reader.feed(bytes([RPC, 1, 0, 9, 0, 0, 2, 0]) + b"b")
    [message] = messages(reader)
    assert (message.status, message.data) == (RESET_CONNECTION, b"ab")


def test_withdrawn_message():
    reader = MessageReader()
    reader.feed(bytes([RPC, 0, 0, 9, 0, 0, 1, 0]) + b"a")
    reader.feed(bytes([RPC, 3, 0, 8, 0, 0, 2, 0]))
    [message] = messages(reader)
    assert message.ignored


@pytest.mark.parametrize(
    "data",
    [
        bytes([SQL_BATCH, 1, 0, 7, 0, 0, 1, 0]),
        bytes([SQL_BATCH, 0, 0, 9, 0, 0, 1, 0]) + b"a" + bytes([RPC, 1, 0, 8, 0, 0, 2, 0]),
    ],
    ids=["length below the header's", "type changes inside a message"],
)
def test_impossible_packets(data):
    reader = MessageReader()
    reader.feed(data)
    with pytest.raises(ProtocolError):
        messages(reader)


def test_a_login_of_a_megabyte_is_refused():
    reader = MessageReader()
    reader.feed(single_message(SQL_BATCH, b"x" * 1_000_000))
    with pytest.raises(ProtocolError):
        messages(reader)
