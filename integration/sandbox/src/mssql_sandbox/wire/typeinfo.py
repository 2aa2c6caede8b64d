"""TYPE_INFO: data types as TDS describes them, to and from :class:`SqlType`.

Source: MS-TDS 2.2.5.4 "Data Type Definitions" and 2.2.5.6 "TYPE_INFO".
"""

import struct
from dataclasses import dataclass
from functools import lru_cache

from ..errors import NotSupported, SqlServerError
from ..sqltypes import DEFAULT_COLLATION, MAX, SqlType
from .buffer import Buffer
from .collation import code_page, code_page_of_bytes, collation_bytes

NULL_TYPE = 0x1F
IMAGE = 0x22
TEXT = 0x23
GUID = 0x24
INTN = 0x26
DATEN = 0x28
TIMEN = 0x29
DATETIME2N = 0x2A
DATETIMEOFFSETN = 0x2B
SQL_VARIANT = 0x62
NTEXT = 0x63
BITN = 0x68
DECIMALN = 0x6A
NUMERICN = 0x6C
FLTN = 0x6D
MONEYN = 0x6E
DATETIMN = 0x6F
BIGVARBINARY = 0xA5
BIGVARCHAR = 0xA7
BIGBINARY = 0xAD
BIGCHAR = 0xAF
NVARCHAR = 0xE7
NCHAR = 0xEF
UDT = 0xF0
XML = 0xF1
TABLE = 0xF3
JSON = 0xF4
VECTOR = 0xF5

PLP = 0xFFFF

INTEGER_SIZES = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}

# Fixed-length types: no length byte in TYPE_INFO or before the value.
FIXED = {
    0x30: ("tinyint", 1), 0x32: ("bit", 1), 0x34: ("smallint", 2), 0x38: ("int", 4), 0x7F: ("bigint", 8),
    0x3A: ("smalldatetime", 4), 0x3D: ("datetime", 8), 0x3B: ("real", 4), 0x3E: ("float", 8),
    0x3C: ("money", 8), 0x7A: ("smallmoney", 4),
}  # fmt: skip

_NULLABLE = {
    INTN: {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"},
    BITN: {1: "bit"},
    FLTN: {4: "real", 8: "float"},
    MONEYN: {4: "smallmoney", 8: "money"},
    DATETIMN: {4: "smalldatetime", 8: "datetime"},
    GUID: {16: "uniqueidentifier"},
}

_SCALED = {TIMEN: "time", DATETIME2N: "datetime2", DATETIMEOFFSETN: "datetimeoffset"}

_SHORT_LENGTH = {
    BIGVARBINARY: "varbinary", BIGBINARY: "binary", BIGVARCHAR: "varchar",
    BIGCHAR: "char", NVARCHAR: "nvarchar", NCHAR: "nchar",
}  # fmt: skip

_LONG_LENGTH = {TEXT: "text", NTEXT: "ntext", IMAGE: "image"}

MONEY_DIGITS = {"money": (19, 4), "smallmoney": (10, 4)}


@dataclass(frozen=True)
class TypeInfo:
    """A parsed TYPE_INFO.

    :param token: TDS type byte.
    :param size: declared bytes; ``PLP`` for the (max) types.
    :param page: code page of char, varchar and text; 0 otherwise.
    """

    type: SqlType
    token: int
    size: int = 0
    page: int = 0


def invalid_length(parameter: str, token: int) -> SqlServerError:
    """Error 8016: invalid length or precision."""
    return SqlServerError(8016, parameter=parameter, type=token)


def read_type_info(buffer: Buffer, parameter: str) -> TypeInfo:
    """Parse TYPE_INFO.

    :param parameter: the parameter's name in messages, e.g. ``1 ("@P1")``.
    :raises SqlServerError: 8009 for an unknown type, 8016 for an invalid length, precision or scale.
    :raises NotSupported: for CLR types, table-valued parameters, json and vector.
    """
    token = buffer.byte()
    if token in FIXED:
        name, size = FIXED[token]
        return _number(token, size, name, *MONEY_DIGITS.get(name, ()))
    if token in _NULLABLE:
        return _nullable(buffer, token, parameter)
    if token in _SCALED:
        scale = buffer.byte()
        if scale > 7:
            raise invalid_length(parameter, token)
        return _number(token, 0, _SCALED[token], None, scale)
    if token in _SHORT_LENGTH:
        return _short_length(buffer, token, parameter)
    if token in (DECIMALN, NUMERICN):
        return _decimal(buffer, token, parameter)
    if token == DATEN:
        return _number(token, 0, "date")
    if token in _LONG_LENGTH:
        return _long_length(buffer, token)
    if token == XML:
        return _xml(buffer, token)
    if token == SQL_VARIANT:
        return TypeInfo(SqlType("sql_variant"), token, buffer.unsigned(4))
    if token == NULL_TYPE:
        return TypeInfo(SqlType("null"), token)
    refused = {UDT: "CLR types", TABLE: "table-valued parameters", JSON: "json", VECTOR: "vector"}
    if token in refused:
        raise NotSupported(f"parameter {parameter}: {refused[token]}")
    raise SqlServerError(8009, parameter=parameter, type=token)


@lru_cache(maxsize=1000)
def _number(token: int, size: int, name: str, precision: int | None = None, scale: int | None = None) -> TypeInfo:
    return TypeInfo(SqlType(name, precision=precision, scale=scale), token, size)


def _nullable(buffer: Buffer, token: int, parameter: str) -> TypeInfo:
    size = buffer.byte()
    name = _NULLABLE[token].get(size)
    if name is None:
        raise invalid_length(parameter, token)
    return _number(token, size, name, *MONEY_DIGITS.get(name, ()))


def _decimal(buffer: Buffer, token: int, parameter: str) -> TypeInfo:
    size, precision, scale = buffer.byte(), buffer.byte(), buffer.byte()
    if not 1 <= precision <= 38 or scale > precision:
        raise invalid_length(parameter, token)
    return _number(token, size, "decimal", precision, scale)


def _short_length(buffer: Buffer, token: int, parameter: str) -> TypeInfo:
    size = buffer.unsigned(2)
    if size > 8000 and (size != PLP or token in (BIGBINARY, BIGCHAR, NCHAR)):
        raise invalid_length(parameter, token)
    if token in (BIGVARBINARY, BIGBINARY):
        return _string(token, size)
    collation = buffer.take(5)
    if token in (BIGVARCHAR, BIGCHAR):
        return _string(token, size, code_page_of_bytes(collation))
    if size != PLP and size % 2:
        raise invalid_length(parameter, token)
    return _string(token, size)


@lru_cache(maxsize=1000)
def _string(token: int, size: int, page: int = 0) -> TypeInfo:
    length = MAX if size == PLP else max(size // 2 if token in (NVARCHAR, NCHAR) else size, 1)
    collation = None if token in (BIGVARBINARY, BIGBINARY) else DEFAULT_COLLATION
    return TypeInfo(SqlType(_SHORT_LENGTH[token], length=length, collation=collation), token, size, page)


def _long_length(buffer: Buffer, token: int) -> TypeInfo:
    size = buffer.unsigned(4)
    page = 0
    collation = None
    if token in (TEXT, NTEXT):
        page = code_page_of_bytes(buffer.take(5))
        collation = DEFAULT_COLLATION
    return TypeInfo(SqlType(_LONG_LENGTH[token], collation=collation), token, size, page)


def _xml(buffer: Buffer, token: int) -> TypeInfo:
    if buffer.byte():
        raise NotSupported("xml bound to a schema collection")
    return TypeInfo(SqlType("xml"), token, PLP)


# ---- SqlType -> TYPE_INFO


def type_info(sqltype: SqlType) -> bytes:
    """TYPE_INFO of a result column or output parameter, always in the nullable form.

    :raises NotSupported: for a type that cannot be sent.
    """
    name = sqltype.name
    if name in INTEGER_SIZES:
        return bytes([INTN, INTEGER_SIZES[name]])
    if name in _PLAIN_INFO:
        return _PLAIN_INFO[name]
    if name == "decimal":
        precision = sqltype.precision or 18
        return bytes([NUMERICN, decimal_size(precision), precision, sqltype.scale or 0])
    if name in _SCALED_TOKENS:
        return bytes([_SCALED_TOKENS[name], scale_of(sqltype)])
    if sqltype.is_character or name == "json":
        return _character_info(sqltype)
    if sqltype.is_binary:
        return _binary_info(sqltype)
    raise NotSupported(f"sending a value of type {sqltype}")


_PLAIN_INFO = {
    "null": bytes([INTN, 4]), "bit": bytes([BITN, 1]), "real": bytes([FLTN, 4]), "float": bytes([FLTN, 8]),
    "money": bytes([MONEYN, 8]), "smallmoney": bytes([MONEYN, 4]), "datetime": bytes([DATETIMN, 8]),
    "smalldatetime": bytes([DATETIMN, 4]), "date": bytes([DATEN]), "uniqueidentifier": bytes([GUID, 16]),
    "xml": bytes([XML, 0]), "sql_variant": struct.pack("<BI", SQL_VARIANT, 8009),
}  # fmt: skip

_SCALED_TOKENS = {name: token for token, name in _SCALED.items()}


def decimal_size(precision: int) -> int:
    """Bytes of a decimal value with its sign byte."""
    return 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17


def scale_of(sqltype: SqlType) -> int:
    return 7 if sqltype.scale is None else sqltype.scale


def time_size(scale: int) -> int:
    """Bytes of the time part of time, datetime2 and datetimeoffset."""
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


def _character_info(sqltype: SqlType) -> bytes:
    collation = collation_bytes(sqltype.collation or DEFAULT_COLLATION)
    name, length = sqltype.name, sqltype.length
    if name in ("text", "ntext"):
        return struct.pack("<BI", TEXT if name == "text" else NTEXT, 0x7FFFFFFF) + collation
    if name == "json":
        # Without LOGIN7's JSON feature a json column is sent as text.
        return struct.pack("<BH", NVARCHAR, PLP) + collation
    token = {"char": BIGCHAR, "varchar": BIGVARCHAR, "nchar": NCHAR, "nvarchar": NVARCHAR}[name]
    if length == MAX:
        return struct.pack("<BH", token, PLP) + collation
    size = (length or 1) * (2 if sqltype.is_unicode else 1)
    return struct.pack("<BH", token, size) + collation


def _binary_info(sqltype: SqlType) -> bytes:
    if sqltype.name == "image":
        return struct.pack("<BI", IMAGE, 0x7FFFFFFF)
    if sqltype.name == "rowversion":
        return struct.pack("<BH", BIGBINARY, 8)
    token = BIGBINARY if sqltype.name == "binary" else BIGVARBINARY
    return struct.pack("<BH", token, PLP if sqltype.length == MAX else sqltype.length or 1)


def page_of(sqltype: SqlType) -> int:
    """Code page of char, varchar or text values on the wire."""
    return code_page(sqltype.collation)
