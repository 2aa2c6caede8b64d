"""Response tokens.

Source: MS-TDS 2.2.7 "Packet Data Token Stream Definition".
"""

import struct
from functools import lru_cache
from typing import Any, Sequence

from ..interface import EnvChange, ResultColumn, ReturnValue
from ..sqltypes import SqlType
from .collation import collation_bytes
from .encode import Encoder, encoded, value_encoder
from .typeinfo import type_info

ORDER = 0xA9
ERROR = 0xAA
INFO = 0xAB
DONE = 0xFD
DONE_PROC = 0xFE
DONE_IN_PROC = 0xFF

DONE_MORE = 0x01
DONE_ERROR = 0x02
DONE_IN_TRANSACTION = 0x04
DONE_COUNT = 0x10
DONE_ATTENTION = 0x20
DONE_RPC_IN_BATCH = 0x80
DONE_SERVER_ERROR = 0x100

COMMAND_EXECUTE = 0xE0

_NULLABLE = 0x0001
_UPDATABLE_UNKNOWN = 0x0008
_IDENTITY = 0x0010
_COMPUTED = 0x0020

_USER_TYPE_ROWVERSION = 80
_PROGRAM = "Microsoft SQL Server"
# A token's length field has two bytes; the server's messages are much shorter.
_LONGEST_MESSAGE = 16_000

_done = struct.Struct("<BHHQ").pack


def b_varchar(text: str) -> bytes:
    data = text.encode("utf-16-le")[:510]
    return bytes([len(data) // 2]) + data


def us_varchar(text: str) -> bytes:
    data = text.encode("utf-16-le", "replace")
    return struct.pack("<H", len(data) // 2) + data


def done(token: int, status: int, command: int = 0, count: int = 0) -> bytes:
    return _done(token, status, command, count)


def message(
    token: int, number: int, text: str, severity: int, state: int, line: int, server: str, procedure: str = ""
) -> bytes:
    """ERROR or INFO. Severity 10 reaches the client as 0.

    https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-error-severities
    """
    body = (
        struct.pack("<iBB", number, state & 0xFF, 0 if severity == 10 else severity)
        + us_varchar(text[:_LONGEST_MESSAGE])
        + b_varchar(server)
        + b_varchar(procedure)
        + struct.pack("<i", line)
    )
    return struct.pack("<BH", token, len(body)) + body


# ---- rows


def column_metadata(columns: Sequence[ResultColumn]) -> bytes:
    """COLMETADATA.

    :raises NotSupported: when a column has a type that cannot be sent.
    """
    return struct.pack("<BH", 0x81, len(columns)) + b"".join([_column(column) for column in columns])


@lru_cache(maxsize=4096)
def _column(column: ResultColumn) -> bytes:
    flags = _UPDATABLE_UNKNOWN
    flags |= _NULLABLE if column.nullable else 0
    flags |= _IDENTITY if column.identity else 0
    flags |= _COMPUTED if column.computed else 0
    # text, ntext and image name their table, here with no parts.
    table = b"\0" if column.type.name in ("text", "ntext", "image") else b""
    return _typed(column.type, flags) + table + b_varchar(column.name)


def _typed(sqltype: SqlType, flags: int) -> bytes:
    user_type = _USER_TYPE_ROWVERSION if sqltype.name == "rowversion" else 0
    return struct.pack("<IH", user_type, flags) + type_info(sqltype)


def order(columns: Sequence[int]) -> bytes:
    """ORDER: the columns that the rows are ordered by. Source: MS-TDS 2.2.7.17."""
    return struct.pack(f"<BH{len(columns)}H", ORDER, 2 * len(columns), *columns)


def row_encoders(columns: Sequence[ResultColumn]) -> list[Encoder]:
    return [value_encoder(column.type) for column in columns]


def append_rows(buffer: bytearray, encoders: list[Encoder], rows: Sequence[Sequence[Any]]) -> None:
    """Append ROW tokens. A value that cannot be encoded raises before its row is appended."""
    for row in rows:
        pairs = zip(encoders, row, strict=True)
        buffer += b"\xd1" + b"".join([null if value is None else encode(value) for (null, encode), value in pairs])


def return_status(value: int) -> bytes:
    return struct.pack("<Bi", 0x79, value)


def return_value(event: ReturnValue) -> bytes:
    return b"".join(
        (
            struct.pack("<BH", 0xAC, event.ordinal),
            b_varchar(event.name),
            b"\1",
            _typed(event.type, _NULLABLE),
            encoded(event.type, event.value),
        )
    )


# ---- ENVCHANGE


def _environment(kind: int, new: bytes, old: bytes) -> bytes:
    return struct.pack("<BHB", 0xE3, len(new) + len(old) + 1, kind) + new + old


def _b_varbyte(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _descriptor(value: int | None) -> bytes:
    return _b_varbyte(b"" if value is None else value.to_bytes(8, "little"))


def environment_change(event: EnvChange) -> bytes:
    """ENVCHANGE of a session event; kind 'collation' takes collation names.

    :raises KeyError: for a kind that the interface does not have.
    """
    kind = event.kind
    if kind == "collation":
        old = collation_bytes(event.old) if event.old else b""
        return _environment(7, _b_varbyte(collation_bytes(event.new)), _b_varbyte(old))
    if kind in ("begin", "commit", "rollback"):
        number = {"begin": 8, "commit": 9, "rollback": 10}[kind]
        return _environment(number, _descriptor(event.new), _descriptor(event.old))
    number = {"database": 1, "language": 2, "packet_size": 4, "reset": 18}[kind]
    return _environment(number, b_varchar(str(event.new or "")), b_varchar(str(event.old or "")))


# ---- login


def login_acknowledgement(tds_version: int, version: tuple[int, int, int, int]) -> bytes:
    major, minor, build, _ = version
    body = b"\1" + struct.pack(">I", tds_version) + b_varchar(_PROGRAM) + struct.pack(">BBH", major, minor, build)
    return struct.pack("<BH", 0xAD, len(body)) + body


def feature_acknowledgements(features: dict[int, bytes]) -> bytes:
    parts = [struct.pack("<BI", feature, len(data)) + data for feature, data in features.items()]
    return b"\xae" + b"".join(parts) + b"\xff"


FEDAUTH_INFO = 0xEE


def federation_info(authority: str, resource: str) -> bytes:
    """FEDAUTHINFO: the issuer's address (1) and the resource (2). Source: MS-TDS 2.2.7.12."""
    texts = [(1, authority.encode("utf-16-le")), (2, resource.encode("utf-16-le"))]
    offset = 4 + 9 * len(texts)
    directory, body = bytearray(struct.pack("<I", len(texts))), bytearray()
    for number, text in texts:
        directory += struct.pack("<BII", number, len(text), offset + len(body))
        body += text
    return struct.pack("<BI", FEDAUTH_INFO, len(directory) + len(body)) + bytes(directory + body)
