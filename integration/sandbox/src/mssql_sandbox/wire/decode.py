"""Values of RPC parameters and bulk rows, from TDS bytes to Python.

Source: MS-TDS 2.2.5.5 "Data Type Dependent Data Streams"; the Python forms are
those of :mod:`mssql_sandbox.interface`.
"""

import math
import struct
import uuid
from decimal import Decimal
from typing import Any, Callable

from ..errors import NotSupported, SqlServerError
from . import typeinfo
from .buffer import Buffer
from .collation import decoder
from .encode import DAYS_TO_1900, TICKS_PER_DAY, ticks_per_unit
from .packets import ProtocolError
from .typeinfo import TypeInfo

LAST_DAY = 3_652_058  # 9999-12-31 as days since 0001-01-01
MAXIMUM_OFFSET = 14 * 60
PLP_NULL = 0xFFFFFFFFFFFFFFFF
PLP_UNKNOWN = 0xFFFFFFFFFFFFFFFE

Reader = Callable[[Buffer, TypeInfo, str], Any]


class InvalidValue(Exception):
    """The bytes are not a value of their type."""


def read_value(buffer: Buffer, info: TypeInfo, parameter: str) -> Any:
    """Read a value; None for NULL.

    :param parameter: the parameter's name in messages.
    :raises SqlServerError: 8016 for a wrong length, 8023 for bytes that are not a value of the type.
    """
    try:
        return _READERS[info.token](buffer, info, parameter)
    except InvalidValue:
        raise SqlServerError(8023, parameter=parameter, type=info.type.name) from None


def _sized(buffer: Buffer, info: TypeInfo, parameter: str, sizes: tuple[int, ...]) -> bytes | None:
    """Data after a one-byte length; None for length 0."""
    size = buffer.byte()
    if size == 0:
        return None
    if size not in sizes:
        raise typeinfo.invalid_length(parameter, info.token)
    return buffer.take(size)


def _fixed(buffer: Buffer, info: TypeInfo, parameter: str) -> Any:
    return _NUMBERS[info.type.name](buffer.take(info.size))


def _nullable(buffer: Buffer, info: TypeInfo, parameter: str) -> Any:
    data = _sized(buffer, info, parameter, (info.size,))
    return None if data is None else _NUMBERS[info.type.name](data)


def _float(data: bytes) -> float:
    value: float = struct.unpack("<d" if len(data) == 8 else "<f", data)[0]
    if not math.isfinite(value):
        raise InvalidValue
    return value


def _money(data: bytes) -> Decimal:
    high, low = struct.unpack("<iI", data)
    return Decimal((high << 32) | low).scaleb(-4)


def _smallmoney(data: bytes) -> Decimal:
    return Decimal(struct.unpack("<i", data)[0]).scaleb(-4)


def _datetime(data: bytes) -> int:
    day = _signed(data[:4]) + DAYS_TO_1900
    parts = int.from_bytes(data[4:], "little")
    if not 639_905 <= day <= LAST_DAY or parts >= 86_400 * 300:
        raise InvalidValue
    return day * TICKS_PER_DAY + (parts * 100_000 + 1) // 3


def _smalldatetime(data: bytes) -> int:
    day = int.from_bytes(data[:2], "little") + DAYS_TO_1900
    minutes = int.from_bytes(data[2:], "little")
    if minutes >= 1440:
        raise InvalidValue
    return day * TICKS_PER_DAY + minutes * 600_000_000


def _signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


_NUMBERS: dict[str, Callable[[bytes], Any]] = {
    "bit": lambda data: int(data != b"\0"),
    "tinyint": lambda data: data[0],
    "smallint": _signed,
    "int": _signed,
    "bigint": _signed,
    "real": _float,
    "float": _float,
    "money": _money,
    "smallmoney": _smallmoney,
    "datetime": _datetime,
    "smalldatetime": _smalldatetime,
    "uniqueidentifier": lambda data: uuid.UUID(bytes_le=data),
}


def _decimal(buffer: Buffer, info: TypeInfo, parameter: str) -> Decimal | None:
    data = _sized(buffer, info, parameter, (5, 9, 13, 17))
    if data is None:
        return None
    number = int.from_bytes(data[1:], "little")
    precision, scale = info.type.precision or 0, info.type.scale or 0
    if number >= 10**precision:
        raise InvalidValue
    return Decimal(f"{'' if data[0] else '-'}{number}E-{scale}")


def _day(data: bytes) -> int:
    day = int.from_bytes(data, "little")
    if day > LAST_DAY:
        raise InvalidValue
    return day


def _ticks(data: bytes, scale: int) -> int:
    ticks = int.from_bytes(data, "little") * ticks_per_unit(scale)
    if ticks >= TICKS_PER_DAY:
        raise InvalidValue
    return ticks


def _date(buffer: Buffer, info: TypeInfo, parameter: str) -> int | None:
    data = _sized(buffer, info, parameter, (3,))
    return None if data is None else _day(data)


def _time(buffer: Buffer, info: TypeInfo, parameter: str) -> int | None:
    scale = typeinfo.scale_of(info.type)
    data = _sized(buffer, info, parameter, (typeinfo.time_size(scale),))
    return None if data is None else _ticks(data, scale)


def _datetime2(buffer: Buffer, info: TypeInfo, parameter: str) -> int | None:
    scale = typeinfo.scale_of(info.type)
    size = typeinfo.time_size(scale)
    data = _sized(buffer, info, parameter, (size + 3,))
    if data is None:
        return None
    return _day(data[size:]) * TICKS_PER_DAY + _ticks(data[:size], scale)


def _datetimeoffset(buffer: Buffer, info: TypeInfo, parameter: str) -> tuple[int, int] | None:
    scale = typeinfo.scale_of(info.type)
    size = typeinfo.time_size(scale)
    data = _sized(buffer, info, parameter, (size + 5,))
    if data is None:
        return None
    offset = _signed(data[size + 3 :])
    if abs(offset) > MAXIMUM_OFFSET:
        raise InvalidValue
    return _day(data[size : size + 3]) * TICKS_PER_DAY + _ticks(data[:size], scale), offset


def _plp(buffer: Buffer) -> bytes | None:
    total = buffer.unsigned(8)
    if total == PLP_NULL:
        return None
    chunks = []
    while size := buffer.unsigned(4):
        chunks.append(buffer.take(size))
    data = b"".join(chunks)
    if total != PLP_UNKNOWN and total != len(data):
        raise ProtocolError("length of a (max) value is wrong")
    return data


def _short_data(buffer: Buffer, info: TypeInfo, parameter: str) -> bytes | None:
    if info.size == typeinfo.PLP:
        return _plp(buffer)
    size = buffer.unsigned(2)
    if size == 0xFFFF:
        return None
    if size > info.size:
        raise typeinfo.invalid_length(parameter, info.token)
    return buffer.take(size)


def _long_data(buffer: Buffer, info: TypeInfo, parameter: str) -> bytes | None:
    size = buffer.unsigned(4)
    return None if size == 0xFFFFFFFF else buffer.take(size)


def _utf16(data: bytes, info: TypeInfo) -> str:
    if len(data) % 2:
        raise InvalidValue
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise NotSupported("half of a surrogate pair in a Unicode value") from None


def _of_page(data: bytes, info: TypeInfo) -> str:
    return decoder(info.page)(data)


def _text(take: Callable[..., bytes | None], decode: Callable[[bytes, TypeInfo], str]) -> Reader:
    """A reader of strings: ``take`` takes their bytes."""

    def read(buffer: Buffer, info: TypeInfo, parameter: str) -> str | None:
        data = take(buffer, info, parameter)
        return None if data is None else decode(data, info)

    return read


def _xml(buffer: Buffer, info: TypeInfo, parameter: str) -> str | None:
    data = _plp(buffer)
    if data is None:
        return None
    if data.startswith(b"\xff\xfe"):
        return _utf16(data[2:], info)
    if data.startswith(b"<\0"):
        return _utf16(data, info)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotSupported("xml parameter that is neither UTF-16 nor UTF-8") from None


def _null(buffer: Buffer, info: TypeInfo, parameter: str) -> None:
    return None


def _sql_variant(buffer: Buffer, info: TypeInfo, parameter: str) -> None:
    if buffer.unsigned(4):
        raise NotSupported(f"parameter {parameter}: sql_variant")
    return None


_READERS: dict[int, Reader] = {
    **dict.fromkeys(typeinfo.FIXED, _fixed),
    **dict.fromkeys((typeinfo.INTN, typeinfo.BITN, typeinfo.FLTN, typeinfo.MONEYN), _nullable),
    **dict.fromkeys((typeinfo.DATETIMN, typeinfo.GUID), _nullable),
    **dict.fromkeys((typeinfo.NVARCHAR, typeinfo.NCHAR), _text(_short_data, _utf16)),
    **dict.fromkeys((typeinfo.BIGVARCHAR, typeinfo.BIGCHAR), _text(_short_data, _of_page)),
    **dict.fromkeys((typeinfo.BIGVARBINARY, typeinfo.BIGBINARY), _short_data),
    **dict.fromkeys((typeinfo.DECIMALN, typeinfo.NUMERICN), _decimal),
    typeinfo.DATEN: _date,
    typeinfo.TIMEN: _time,
    typeinfo.DATETIME2N: _datetime2,
    typeinfo.DATETIMEOFFSETN: _datetimeoffset,
    typeinfo.TEXT: _text(_long_data, _of_page),
    typeinfo.NTEXT: _text(_long_data, _utf16),
    typeinfo.IMAGE: _long_data,
    typeinfo.XML: _xml,
    typeinfo.NULL_TYPE: _null,
    typeinfo.SQL_VARIANT: _sql_variant,
}
