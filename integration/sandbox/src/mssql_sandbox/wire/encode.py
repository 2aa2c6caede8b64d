"""Values of result rows and output parameters, from Python to TDS bytes.

Each column gets an encoder for its type, so that a row costs one call per value.
Source: MS-TDS 2.2.5.5 "Data Type Dependent Data Streams".
"""

import re
import struct
import uuid
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any, Callable

from ..errors import NotSupported
from ..sqltypes import DEFAULT_COLLATION, MAX, SqlType
from . import typeinfo
from .collation import collation_bytes, encoder

Encoder = tuple[bytes, Callable[[Any], bytes]]  # the bytes of NULL, and the function of other values

TICKS_PER_DAY = 864_000_000_000
DAYS_TO_1900 = 693_595
NULL_BYTE = b"\0"
NULL_SHORT = b"\xff\xff"
NULL_PLP = b"\xff" * 8

_exact = Context(prec=120)
_short = struct.Struct("<H").pack
_plp_head = struct.Struct("<QI").pack


@lru_cache(maxsize=1024)
def value_encoder(sqltype: SqlType) -> Encoder:
    """The encoder of the values of ``sqltype``, including the length prefix.

    Its function raises ValueError, OverflowError or struct.error for a value outside the type.

    :raises NotSupported: for a type the sandbox cannot send.
    """
    name = sqltype.name
    if name in _FIXED_FORMATS:
        return _fixed(_FIXED_FORMATS[name])
    if name in _FACTORIES:
        return _FACTORIES[name](sqltype)
    raise NotSupported(f"sending a value of type {sqltype}")


def encoded(sqltype: SqlType, value: Any) -> bytes:
    """One value; see :func:`value_encoder`."""
    null, encode = value_encoder(sqltype)
    return null if value is None else encode(value)


_FIXED_FORMATS = {
    "null": "<Bi", "tinyint": "<BB", "smallint": "<Bh", "int": "<Bi", "bigint": "<Bq", "real": "<Bf", "float": "<Bd",
}  # fmt: skip


def _fixed(layout: str) -> Encoder:
    packer = struct.Struct(layout)
    size = packer.size - 1
    pack = packer.pack
    return NULL_BYTE, lambda value: pack(size, value)


def _bit(sqltype: SqlType) -> Encoder:
    return NULL_BYTE, lambda value: b"\x01\x01" if value else b"\x01\x00"


def _scaled_integer(value: Any, scale: int) -> int:
    number = value if isinstance(value, Decimal) else Decimal(value)
    scaled = _exact.scaleb(number, scale)
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"more than {scale} decimal places")
    return whole


def decimal_bytes(value: Any, precision: int, scale: int) -> bytes:
    """Sign byte and magnitude, in the precision's size."""
    number = _scaled_integer(value, scale)
    if abs(number) >= 10**precision:
        raise OverflowError(f"value outside decimal({precision},{scale})")
    size = typeinfo.decimal_size(precision) - 1
    return (b"\1" if number >= 0 else b"\0") + abs(number).to_bytes(size, "little")


def _decimal(sqltype: SqlType) -> Encoder:
    precision, scale = sqltype.precision or 18, sqltype.scale or 0
    prefix = bytes([typeinfo.decimal_size(precision)])
    return NULL_BYTE, lambda value: prefix + decimal_bytes(value, precision, scale)


def _money(sqltype: SqlType) -> Encoder:
    pack = struct.Struct("<BiI").pack

    def encode(value: Any) -> bytes:
        number = _scaled_integer(value, 4)
        return pack(8, number >> 32, number & 0xFFFFFFFF)

    return NULL_BYTE, encode


def _smallmoney(sqltype: SqlType) -> Encoder:
    pack = struct.Struct("<Bi").pack
    return NULL_BYTE, lambda value: pack(4, _scaled_integer(value, 4))


def _date(sqltype: SqlType) -> Encoder:
    return NULL_BYTE, lambda value: b"\3" + value.to_bytes(3, "little")


def _time(sqltype: SqlType) -> Encoder:
    scale = typeinfo.scale_of(sqltype)
    size, divisor = typeinfo.time_size(scale), ticks_per_unit(scale)
    prefix = bytes([size])
    return NULL_BYTE, lambda value: prefix + (value // divisor).to_bytes(size, "little")


def ticks_per_unit(scale: int) -> int:
    """Ticks of 100 ns in one unit of the last fractional digit."""
    return int(10 ** (7 - scale))


def _day_and_ticks(moment: int) -> tuple[int, int]:
    return divmod(moment, TICKS_PER_DAY)


def _datetime2(sqltype: SqlType) -> Encoder:
    scale = typeinfo.scale_of(sqltype)
    size, divisor = typeinfo.time_size(scale), ticks_per_unit(scale)
    prefix = bytes([size + 3])

    def encode(value: Any) -> bytes:
        days, ticks = _day_and_ticks(value)
        return prefix + (ticks // divisor).to_bytes(size, "little") + days.to_bytes(3, "little")

    return NULL_BYTE, encode


def _datetimeoffset(sqltype: SqlType) -> Encoder:
    scale = typeinfo.scale_of(sqltype)
    size, divisor = typeinfo.time_size(scale), ticks_per_unit(scale)
    prefix = bytes([size + 5])

    def encode(value: Any) -> bytes:
        utc, offset = value
        days, ticks = _day_and_ticks(utc)
        moment = (ticks // divisor).to_bytes(size, "little") + days.to_bytes(3, "little")
        return prefix + moment + int(offset).to_bytes(2, "little", signed=True)

    return NULL_BYTE, encode


def _datetime(sqltype: SqlType) -> Encoder:
    pack = struct.Struct("<BiI").pack

    def encode(value: Any) -> bytes:
        days, ticks = _day_and_ticks(value)
        return pack(8, days - DAYS_TO_1900, (ticks * 3 + 50_000) // 100_000)

    return NULL_BYTE, encode


def _smalldatetime(sqltype: SqlType) -> Encoder:
    pack = struct.Struct("<BHH").pack

    def encode(value: Any) -> bytes:
        days, ticks = _day_and_ticks(value)
        return pack(4, days - DAYS_TO_1900, ticks // 600_000_000)

    return NULL_BYTE, encode


def _uniqueidentifier(sqltype: SqlType) -> Encoder:
    return NULL_BYTE, lambda value: b"\x10" + value.bytes_le


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _short_length(to_bytes: Callable[[Any], bytes], size: int, filler: bytes) -> Encoder:
    """Encoder of a type with a two-byte length; ``filler`` pads the fixed-length types."""

    def encode(value: Any) -> bytes:
        data = to_bytes(value)
        length = len(data)
        if length > size:
            raise ValueError(f"value of {length} bytes in a column of {size}")
        if filler and length < size:
            data += filler * ((size - length) // len(filler))
            length = len(data)
        return _short(length) + data

    return NULL_SHORT, encode


def _plp(to_bytes: Callable[[Any], bytes]) -> Encoder:
    """Encoder of the (max) types: total length, one chunk, terminator."""

    def encode(value: Any) -> bytes:
        data = to_bytes(value)
        length = len(data)
        if not length:
            return b"\0" * 12
        return b"".join((_plp_head(length, length), data, b"\0\0\0\0"))

    return NULL_PLP, encode


def _long_length(to_bytes: Callable[[Any], bytes]) -> Encoder:
    """Encoder of text, ntext and image, each value after a made-up text pointer."""
    pointer = b"\x10" + b"pointer".ljust(16, b"\0") + b"moment".ljust(8, b"\0")

    def encode(value: Any) -> bytes:
        data = to_bytes(value)
        return b"".join((pointer, struct.pack("<I", len(data)), data))

    return NULL_BYTE, encode


def _character(sqltype: SqlType) -> Encoder:
    unicode = sqltype.is_unicode
    to_bytes = _utf16 if unicode else encoder(typeinfo.page_of(sqltype))
    if sqltype.name in ("text", "ntext"):
        return _long_length(to_bytes)
    if sqltype.length == MAX:
        return _plp(to_bytes)
    size = (sqltype.length or 1) * (2 if unicode else 1)
    filler = {"char": b" ", "nchar": b" \0"}.get(sqltype.name, b"")
    return _short_length(to_bytes, size, filler)


def _binary(sqltype: SqlType) -> Encoder:
    if sqltype.name == "image":
        return _long_length(bytes)
    if sqltype.name == "rowversion":
        return _short_length(_eight_bytes, 8, b"")
    if sqltype.length == MAX:
        return _plp(bytes)
    return _short_length(bytes, sqltype.length or 1, b"\0" if sqltype.name == "binary" else b"")


def _eight_bytes(value: Any) -> bytes:
    return value.to_bytes(8, "big") if isinstance(value, int) else bytes(value)


def _unlimited_text(sqltype: SqlType) -> Encoder:
    return _plp(_utf16)


# ---- sql_variant


def _sql_variant(sqltype: SqlType) -> Encoder:
    def encode(value: Any) -> bytes:
        body = _variant_body(value)
        return struct.pack("<I", len(body)) + body

    return b"\0\0\0\0", encode


# Base types of sql_variant: token, and function from text to value. Source: MS-TDS 2.2.5.5.3
BASE_TYPES: dict[str, tuple[int, Callable[[str], Any]]] = {
    "bit": (0x32, int), "tinyint": (0x30, int), "smallint": (0x34, int), "int": (0x38, int), "bigint": (0x7F, int),
    "real": (0x3B, float), "float": (0x3E, float), "numeric": (typeinfo.NUMERICN, Decimal), "decimal": (0x6A, Decimal), "money": (0x3C, Decimal),
    "smallmoney": (0x7A, Decimal), "datetime": (0x3D, int), "smalldatetime": (0x3A, int),
    "date": (0x28, lambda text: date.fromisoformat(text).toordinal() - 1), "time": (0x29, int), "datetime2": (0x2A, int),
    "datetimeoffset": (0x2B, lambda text: tuple(map(int, text.strip("()").split(",")))),
    "uniqueidentifier": (typeinfo.GUID, uuid.UUID), "binary": (0xAD, lambda text: bytes.fromhex(text[2:])),
    "varbinary": (typeinfo.BIGVARBINARY, lambda text: bytes.fromhex(text[2:])), "char": (0xAF, str),
    "varchar": (0xA7, str), "nchar": (0xEF, str), "nvarchar": (typeinfo.NVARCHAR, str),
}  # fmt: skip
_TYPED = re.compile("\ue110(\\w+)(?:\\((\\d+)(?:,(\\d+))?\\))?(?: (\\w+))?:(.*)", re.S)


def _typed_body(name: str, first: str | None, second: str | None, collation: str | None, text: str) -> bytes:
    token, read = BASE_TYPES[name]
    size = int(first) if first else None
    if name in ("numeric", "decimal"):
        precision, scale = size or 38, int(second or 0)
        base, properties = SqlType("decimal", precision=precision, scale=scale), bytes([precision, scale])
    elif name in ("time", "datetime2", "datetimeoffset"):
        base, properties = SqlType(name, scale=size), bytes([size or 0])
    else:
        base = SqlType(name, length=size, collation=collation)
        properties = collation_bytes(collation) if collation else b""
        if size is not None:
            properties += _short(size * (2 if base.is_unicode else 1))
    data = encoded(base, read(text))
    return bytes([token, len(properties)]) + properties + data[1 if size is None or base.is_temporal or second else 2 :]


def _variant_body(value: Any) -> bytes:
    """Base type, properties and data; by default the base type follows from the Python type."""
    if isinstance(value, str) and (typed := _TYPED.fullmatch(value)):
        return _typed_body(*typed.groups())
    if isinstance(value, str):
        data = _utf16(value)
        properties = collation_bytes(DEFAULT_COLLATION) + _short(max(len(data), 2))
        return bytes([typeinfo.NVARCHAR, len(properties)]) + properties + data
    if isinstance(value, int):
        if -(2**31) <= value < 2**31:
            return struct.pack("<BBi", 0x38, 0, value)
        return struct.pack("<BBq", 0x7F, 0, value)
    if isinstance(value, Decimal):
        scale = max(-int(value.as_tuple().exponent), 0)
        return bytes([typeinfo.NUMERICN, 2, 38, scale]) + decimal_bytes(value, 38, scale)
    if isinstance(value, float):
        return struct.pack("<BBd", 0x3E, 0, value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        return bytes([typeinfo.BIGVARBINARY, 2]) + _short(max(len(data), 1)) + data
    if isinstance(value, uuid.UUID):
        return bytes([typeinfo.GUID, 0]) + value.bytes_le
    raise ValueError(f"{type(value).__name__} in sql_variant")


_FACTORIES: dict[str, Callable[[SqlType], Encoder]] = {
    "bit": _bit, "decimal": _decimal, "money": _money, "smallmoney": _smallmoney, "date": _date, "time": _time,
    "datetime2": _datetime2, "datetimeoffset": _datetimeoffset, "datetime": _datetime,
    "smalldatetime": _smalldatetime, "uniqueidentifier": _uniqueidentifier, "sql_variant": _sql_variant,
    "char": _character, "varchar": _character, "nchar": _character, "nvarchar": _character, "text": _character,
    "ntext": _character, "binary": _binary, "varbinary": _binary, "image": _binary, "rowversion": _binary,
    "xml": _unlimited_text, "json": _unlimited_text,
}  # fmt: skip
