"""Enough of TDS to find the boundaries of messages, and those that begin or commit a transaction.

https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/ (2.2.3.1 packet header, 2.2.6 messages)
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

BATCH, RPC, ATTENTION, TRANSACTION_MANAGER, LOGIN7, PRELOGIN = 0x01, 0x03, 0x06, 0x0E, 0x10, 0x12
_HEADER = 8  # bytes
_END_OF_MESSAGE = 0x01
# Content types of TLS records, which occur among the packets if only the login is encrypted.
_TLS_RECORDS = range(0x14, 0x18)
_TLS_HEADER = 5
# Request types of a transaction manager message (2.2.6.9).
_REQUESTS = {5: "begin", 7: "commit", 8: "rollback", 9: "save"}
_NAMES = {BATCH: "batch", RPC: "rpc", ATTENTION: "attention", LOGIN7: "login", PRELOGIN: "prelogin"}
# In this order, as a message may contain several statements.
_WORDS = (("COMMIT TRAN", "commit"), ("ROLLBACK TRAN", "rollback"), ("BEGIN TRAN", "begin"), ("SAVE TRAN", "save"))


@dataclass(frozen=True)
class Packet:
    """A packet on the wire.

    :ivar kind: the type in its header, or of a TLS record.
    :ivar ends: whether it ends its message.
    :ivar session: the server's session id, in packets of the server; 0 before the login.
    """

    data: bytes
    kind: int
    ends: bool
    session: int = 0


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """The next packet.

    :raises asyncio.IncompleteReadError: the peer has closed.
    """
    start = await reader.readexactly(_TLS_HEADER)
    if start[0] in _TLS_RECORDS and start[1] == 3:
        rest = await reader.readexactly(struct.unpack(">H", start[3:5])[0])
        return Packet(start + rest, start[0], True)
    start += await reader.readexactly(_HEADER - _TLS_HEADER)
    kind, status, length, session = struct.unpack(">BBHH", start[:6])
    rest = await reader.readexactly(max(length - _HEADER, 0))
    return Packet(start + rest, kind, bool(status & _END_OF_MESSAGE), session)


def name_of(packets: list[Packet]) -> str:
    """A client message's kind: login, begin, commit, rollback, save, batch, rpc, attention, prelogin or hidden."""
    first = packets[0]
    if first.kind in _TLS_RECORDS:
        # Only the login is encrypted while other messages are plain.
        return "login" if first.kind == 0x17 else "prelogin"
    if first.kind == TRANSACTION_MANAGER:
        body = first.data[_HEADER:]
        (headers,) = struct.unpack_from("<I", body)
        return _REQUESTS.get(struct.unpack_from("<H", body, headers)[0], "tm")
    name = _NAMES.get(first.kind, "hidden")
    if name in ("batch", "rpc"):
        text = b"".join(packet.data[_HEADER:] for packet in packets[:2]).decode("utf-16-le", "replace").upper()
        return next((meaning for words, meaning in _WORDS if words in text), name)
    return name
