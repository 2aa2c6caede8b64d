"""A bare TDS client, for messages that no driver would send."""

from __future__ import annotations

import socket
import struct

HEADERS = struct.pack("<IIHQI", 22, 18, 2, 0, 1)
PRELOGIN_CLEAR = bytes.fromhex("00000b00060100110001ff") + b"\x12\0\0\0\0\0" + b"\2"


def packet(kind: int, payload: bytes, status: int = 1) -> bytes:
    return struct.pack(">BBHHBB", kind, status, len(payload) + 8, 0, 1, 0) + payload


def encode_password(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return bytes(((byte << 4 | byte >> 4) & 0xFF) ^ 0xA5 for byte in data)


def login7(
    user: str = "sa", password: str = "", database: str = "app", version: int = 0x74000004, features: bytes = b"",
    flags: tuple[int, int, int, int] = (0xE0, 3, 0, 0), language: str = "", packet_size: int = 4096,
) -> bytes:  # fmt: skip
    """A LOGIN7 message; ``features`` is the feature list with its terminator."""
    fields = [b"host", user, encode_password(password), "raw", "", b"", "raw", language, database]
    flag1, flag2, types, flag3 = flags
    if features:
        flag3 |= 0x10
    table, body = b"", b""
    for field in fields:
        if field == b"host":
            field = "host"
        data = field if isinstance(field, bytes) else field.encode("utf-16-le")
        if field == b"" and features:
            data = struct.pack("<I", 0)  # patched below
            table += struct.pack("<HH", 94 + len(body), 4)
            pointer = len(body)
        else:
            table += struct.pack("<HH", 94 + len(body), len(data) // 2)
        body += data
    if features:
        body = body[:pointer] + struct.pack("<I", 94 + len(body)) + body[pointer + 4 :] + features
    tail = bytes(6) + struct.pack("<HHHHHH", 0, 0, 0, 0, 0, 0) + struct.pack("<I", 0)
    fixed = struct.pack("<IIIIII", 94 + len(body), version, packet_size, 7, 1, 0)
    fixed += bytes([flag1, flag2, types, flag3]) + struct.pack("<iI", 0, 1033)
    return fixed + table + tail + body


class RawClient:
    """Connects without encryption.

    :ivar sizes: sizes of the packets received, headers included.
    """

    def __init__(self, port: int, password: str | None = None, packet_size: int = 4096) -> None:
        self.sizes: list[int] = []
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        if password is not None:
            self.send(0x12, PRELOGIN_CLEAR)
            self.receive()
            self.send(0x10, login7(password=password, packet_size=packet_size))
            self.receive()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, kind: int, payload: bytes, status: int = 1) -> None:
        self.socket.sendall(packet(kind, payload, status))

    def batch(self, text: str, status: int = 1) -> bytes:
        self.send(1, HEADERS + text.encode("utf-16-le"), status)
        return self.receive()

    def receive(self) -> bytes:
        """The next response; what came so far when the server closes."""
        payload = b""
        while True:
            header = self._exactly(8)
            if len(header) < 8:
                return payload
            self.sizes.append(struct.unpack(">H", header[2:4])[0])
            payload += self._exactly(self.sizes[-1] - 8)
            if header[1] & 1:
                return payload

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except ConnectionResetError:
                return data
            if not part:
                return data
            data += part
        return data
