"""PRELOGIN: the client's option list and the server's response.

Source: MS-TDS 2.2.6.5 "PRELOGIN".
"""

import struct
from dataclasses import dataclass

from .packets import ProtocolError

VERSION = 0
ENCRYPTION = 1
INSTANCE = 2
THREAD_ID = 3
MARS = 4
TRACE_ID = 5
FEDAUTH_REQUIRED = 6
NONCE = 7
TERMINATOR = 0xFF

ENCRYPT_OFF = 0
ENCRYPT_ON = 1
ENCRYPT_NOT_SUPPORTED = 2
ENCRYPT_REQUIRED = 3
CLIENT_CERTIFICATE = 0x80


@dataclass(frozen=True)
class Prelogin:
    """The client's options before login."""

    encryption: int = ENCRYPT_NOT_SUPPORTED
    mars: bool = False
    fedauth_required: bool | None = None


def parse_prelogin(data: bytes) -> Prelogin:
    """:raises ProtocolError: when an option lies outside the message."""
    options: dict[int, bytes] = {}
    position = 0
    while True:
        if position >= len(data):
            raise ProtocolError("PRELOGIN without terminator")
        token = data[position]
        if token == TERMINATOR:
            break
        if position + 5 > len(data):
            raise ProtocolError("PRELOGIN option is cut off")
        offset, length = struct.unpack_from(">HH", data, position + 1)
        if offset + length > len(data):
            raise ProtocolError("PRELOGIN option outside the message")
        options[token] = data[offset : offset + length]
        position += 5
    if not options.get(VERSION):
        raise ProtocolError("PRELOGIN without version")
    encryption = options.get(ENCRYPTION, b"")
    fedauth = options.get(FEDAUTH_REQUIRED, b"")
    return Prelogin(
        encryption=encryption[0] & ~CLIENT_CERTIFICATE if encryption else ENCRYPT_NOT_SUPPORTED,
        mars=options.get(MARS, b"\0")[:1] == b"\1",
        fedauth_required=bool(fedauth[0]) if fedauth else None,
    )


def answer_encryption(client: int) -> int:
    """The server's answer in the negotiation: it encrypts if the client can.

    OFF with OFF encrypts only the login packet; a client without TLS uses clear text.
    """
    if client == ENCRYPT_OFF:
        return ENCRYPT_OFF
    if client == ENCRYPT_NOT_SUPPORTED:
        return ENCRYPT_NOT_SUPPORTED
    return ENCRYPT_ON


def build_prelogin(version: tuple[int, int, int, int], encryption: int, fedauth_required: bool | None) -> bytes:
    major, minor, build, sub_build = version
    options = [
        (VERSION, struct.pack(">BBHH", major, minor, build, sub_build)),
        (ENCRYPTION, bytes([encryption])),
        (INSTANCE, b"\0"),
        (THREAD_ID, b""),
        (MARS, b"\0"),
    ]
    if fedauth_required is not None:
        options.append((FEDAUTH_REQUIRED, bytes([fedauth_required])))
    offset = 5 * len(options) + 1
    directory, body = bytearray(), bytearray()
    for token, value in options:
        directory += struct.pack(">BHH", token, offset + len(body), len(value))
        body += value
    directory.append(TERMINATOR)
    return bytes(directory + body)
