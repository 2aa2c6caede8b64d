"""TDS packets: eight-byte header, reassembly into messages, splitting of responses.

Source: MS-TDS 2.2.3.1 "Packet header".
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

SQL_BATCH = 0x01
RPC = 0x03
RESPONSE = 0x04
ATTENTION = 0x06
BULK_LOAD = 0x07
FEDAUTH_TOKEN = 0x08
TRANSACTION_MANAGER = 0x0E
LOGIN7 = 0x10
SSPI = 0x11
PRELOGIN = 0x12

END_OF_MESSAGE = 0x01
IGNORE = 0x02
RESET_CONNECTION = 0x08
RESET_CONNECTION_KEEP_TRANSACTION = 0x10

HEADER_SIZE = 8
DEFAULT_PACKET_SIZE = 4096
MINIMUM_PACKET_SIZE = 512
MAXIMUM_PACKET_SIZE = 32767
# SQL Server limits a batch to 65,536 packets; the limit also bounds the memory for a stray client.
MAXIMUM_MESSAGE_SIZE = 65536 * DEFAULT_PACKET_SIZE
MAXIMUM_LOGIN_SIZE = 128 * 1024

_header = struct.Struct(">BBHHBB")


class ProtocolError(Exception):
    """The client sent invalid TDS; the connection is closed."""


@dataclass(frozen=True)
class Message:
    """A complete client message.

    :param status: status bits of its first packet, which may have RESETCONNECTION.
    :param ignored: whether the client withdrew the message in its last packet.
    """

    type: int
    status: int
    data: bytes
    ignored: bool = False


class MessageReader:
    """Assembles messages from received bytes, which may be split anywhere."""

    def __init__(self) -> None:
        self.limit = MAXIMUM_LOGIN_SIZE
        self._received = bytearray()
        self._parts: list[bytes] = []
        self._size = 0
        self._type = 0
        self._status = 0

    def feed(self, data: bytes) -> None:
        self._received += data

    def next_message(self) -> Message | None:
        """The next complete message, or None if more bytes are needed.

        :raises ProtocolError: for an invalid header, or a message above the limit.
        """
        received = self._received
        position = 0
        message = None
        while message is None and len(received) - position >= HEADER_SIZE:
            kind, status, length, _, _, _ = _header.unpack_from(received, position)
            if length < HEADER_SIZE:
                raise ProtocolError(f"packet length {length}")
            end = position + length
            if len(received) < end:
                break
            message = self._packet(kind, status, bytes(received[position + HEADER_SIZE : end]))
            position = end
        if position:
            del received[:position]
        return message

    def wait(self, receive: Callable[[], bytes | None]) -> Message | None:
        """The next message of a transport, or None if the peer is gone."""
        while (message := self.next_message()) is None:
            data = receive()
            if data is None:
                return None
            self.feed(data)
        return message

    def _packet(self, kind: int, status: int, payload: bytes) -> Message | None:
        if kind == ATTENTION:
            return Message(ATTENTION, status, b"")
        if not self._parts:
            self._type, self._status = kind, status
        elif kind != self._type:
            raise ProtocolError(f"packet of type {kind} inside a message of type {self._type}")
        self._parts.append(payload)
        self._size += len(payload)
        if self._size > self.limit:
            raise ProtocolError(f"message above {self.limit} bytes")
        if not status & END_OF_MESSAGE:
            return None
        message = Message(self._type, self._status, b"".join(self._parts), bool(status & IGNORE))
        self._parts, self._size = [], 0
        return message

    def take_raw(self) -> bytes:
        """All received bytes that are not consumed (TLS records after the last packet)."""
        raw = bytes(self._received)
        self._received.clear()
        return raw


class PacketWriter:
    """Splits a response into packets of the negotiated size and numbers them."""

    def __init__(self, kind: int, size: int, spid: int) -> None:
        self._kind = kind
        self._payload = size - HEADER_SIZE
        self._spid = spid & 0xFFFF
        self._number = 1

    def whole_packets(self, buffer: bytearray) -> bytes:
        """Packets of the start of ``buffer``, which keeps at least one byte for the last packet."""
        payload = self._payload
        count = (len(buffer) - 1) // payload
        if count <= 0:
            return b""
        size = count * payload
        packets = b"".join(self._packet(buffer[start : start + payload], 0) for start in range(0, size, payload))
        del buffer[:size]
        return packets

    def finish(self, buffer: bytearray) -> bytes:
        """Packets of the rest, the last one with the end-of-message bit."""
        packets = self.whole_packets(buffer)
        last = self._packet(buffer, END_OF_MESSAGE)
        self._number = 1
        return packets + last

    def _packet(self, payload: bytes | bytearray, status: int) -> bytes:
        number = self._number
        self._number = (number + 1) & 0xFF
        return _header.pack(self._kind, status, len(payload) + HEADER_SIZE, self._spid, number, 0) + payload


def single_message(kind: int, payload: bytes, size: int = DEFAULT_PACKET_SIZE, spid: int = 0) -> bytes:
    """The packets of one complete message."""
    return PacketWriter(kind, size, spid).finish(bytearray(payload))
