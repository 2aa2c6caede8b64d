"""Declared data types: from source text to SqlType, catalogue columns and engine types."""

from typing import NamedTuple

from ..errors import NotSupported, SqlServerError
from ..sqltypes import ALIASES, MAX, SqlType
from ..syntax import nodes

# https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-types-transact-sql
SYSTEM_TYPE_IDS = {
    "image": 34, "text": 35, "uniqueidentifier": 36, "date": 40, "time": 41, "datetime2": 42, "datetimeoffset": 43,
    "tinyint": 48, "smallint": 52, "int": 56, "smalldatetime": 58, "real": 59, "money": 60, "datetime": 61,
    "float": 62, "sql_variant": 98, "ntext": 99, "bit": 104, "decimal": 106, "smallmoney": 122, "bigint": 127,
    "varbinary": 165, "varchar": 167, "binary": 173, "char": 175, "rowversion": 189, "nvarchar": 231, "nchar": 239,
    "xml": 241, "json": 244,
}  # fmt: skip
NUMERIC_ID, SYSNAME_ID, ROWVERSION_ID = 108, 256, 189
ROWVERSION = SqlType("binary", length=8)  # of the values in a rowversion column
_NAMES = {number: name for name, number in SYSTEM_TYPE_IDS.items()} | {NUMERIC_ID: "decimal"}

_ENGINE_TYPES = {
    "bit": "smallint", "tinyint": "smallint", "smallint": "smallint", "int": "integer", "bigint": "bigint",
    "real": "real", "float": "float8", "money": "numeric(19,4)", "smallmoney": "numeric(10,4)",
    "char": "text", "varchar": "text", "nchar": "text", "nvarchar": "text", "text": "text", "ntext": "text",
    "xml": "text", "json": "text", "sql_variant": "text", "binary": "bytea", "varbinary": "bytea", "image": "bytea",
    "uniqueidentifier": "uuid", "date": "date", "time": "bigint", "datetime": "bigint", "datetime2": "bigint",
    "smalldatetime": "bigint", "datetimeoffset": "ms.dto", "rowversion": "bigint",
}  # fmt: skip

_SIZES = {"char": 8000, "varchar": 8000, "nchar": 4000, "nvarchar": 4000, "binary": 8000, "varbinary": 8000}
_FIXED = {
    "bit": (1, 1, 0), "tinyint": (1, 3, 0), "smallint": (2, 5, 0), "int": (4, 10, 0), "bigint": (8, 19, 0),
    "real": (4, 24, 0), "float": (8, 53, 0), "money": (8, 19, 4), "smallmoney": (4, 10, 4), "date": (3, 10, 0),
    "datetime": (8, 23, 3), "smalldatetime": (4, 16, 0), "uniqueidentifier": (16, 0, 0), "text": (16, 0, 0),
    "ntext": (16, 0, 0), "image": (16, 0, 0), "xml": (-1, 0, 0), "json": (-1, 0, 0), "sql_variant": (8016, 0, 0),
    "rowversion": (8, 0, 0),
}  # fmt: skip
_TEMPORAL = {"time": (3, 8), "datetime2": (6, 19), "datetimeoffset": (8, 26)}
_UNSUPPORTED = ("hierarchyid", "geometry", "geography", "vector", "cursor", "table", "rowversion")


class Facets(NamedTuple):
    """max_length (bytes), precision and scale as sys.columns has them."""

    max_length: int
    precision: int
    scale: int


def resolve(
    name: nodes.TypeName,
    collation: str | None = None,
    *,
    default_length: int = 1,
    ordinal: int = 1,
    kind: str = "column",
    subject: str = "",
    version: int = 17,
) -> SqlType:
    """Resolve a type declaration.

    :param collation: of character types; the caller passes the database's when none is written.
    :param default_length: of ``varchar`` without a length: 1 in declarations, 30 in CAST.
    :param ordinal: position of the column or parameter, for error texts.
    :param kind: 'column' or 'parameter', for error texts; ``subject`` is its name.
    :raises SqlServerError: 2715 unknown type, 2716 width not allowed, 131/2717 too long, 1001 zero
        length, 2750/2751 decimal facets, 1002 fractional seconds.
    """
    written = name.name.casefold().replace("[", "").replace("]", "")
    leaf = written.rpartition(".")[2]
    if "." in written and written.rpartition(".")[0] not in ("sys",):
        raise _unknown(ordinal, name)
    base = ALIASES.get(leaf, leaf)
    if leaf == "sysname":
        return SqlType("nvarchar", length=128, collation=collation)
    if base in ("json", "vector") and version < 17:
        raise _unknown(ordinal, name)
    if base in _UNSUPPORTED:
        raise NotSupported(f"data type {leaf}", name.line)
    if base not in SYSTEM_TYPE_IDS:
        raise _unknown(ordinal, name)
    if base in _SIZES:
        length = _length(base, leaf, name.arguments, default_length, kind, subject)
        return SqlType(base, length=length, collation=collation if "char" in base else None)
    return _other_type(base, leaf, name, ordinal, kind, collation)


def _other_type(base: str, leaf: str, name: nodes.TypeName, ordinal: int, kind: str, collation: str | None) -> SqlType:
    """A type without a length."""
    arguments = name.arguments
    if base == "decimal":
        return _decimal(arguments, ordinal, kind)
    if base in _TEMPORAL:
        scale = int(arguments[0]) if arguments else 7
        if scale > 7:
            raise SqlServerError(1002, at=name.line or 1, scale=scale)
        return SqlType(base, scale=scale)
    if base == "float" and arguments:
        bits = int(arguments[0])
        if not 1 <= bits <= 53:
            raise _precision(ordinal, bits, 53)
        return SqlType("real" if bits <= 24 else "float")
    if arguments and base == "xml":
        raise NotSupported("xml schema collections", name.line)
    if arguments:
        raise SqlServerError(2716, ordinal=ordinal, type=leaf)
    if base in ("money", "smallmoney"):
        return SqlType(base, precision=_FIXED[base][1], scale=4)
    return SqlType(base, collation=collation if base in ("text", "ntext") else None)


def is_system_name(written: str) -> bool:
    """Whether a type's name, as written, is a system type."""
    schema, _, leaf = written.casefold().replace("[", "").replace("]", "").rpartition(".")
    return schema in ("", "sys") and (
        leaf in SYSTEM_TYPE_IDS or leaf in ALIASES or leaf == "sysname" or leaf in _UNSUPPORTED
    )


def type_ids(name: nodes.TypeName | None, type_: SqlType) -> tuple[int, int]:
    """(system_type_id, user_type_id) of a declaration; numeric, sysname and alias types have their own ids."""
    leaf = name.name.casefold().rpartition(".")[2].strip("[]") if name else ""
    own = {"numeric": NUMERIC_ID, "timestamp": ROWVERSION_ID, "rowversion": ROWVERSION_ID}
    system = own.get(leaf, SYSTEM_TYPE_IDS[type_.name])
    return system, name and name.alias or (SYSNAME_ID if leaf == "sysname" else system)


def facets(type_: SqlType) -> Facets:
    name = type_.name
    if name in _SIZES:
        length = type_.length if type_.length is not None else 1
        factor = 2 if name in ("nchar", "nvarchar") and length != MAX else 1
        return Facets(length * factor, 0, 0)
    if name == "decimal":
        precision = type_.precision or 18
        size = 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17
        return Facets(size, precision, type_.scale or 0)
    if name in _TEMPORAL:
        size, digits = _TEMPORAL[name]
        scale = 7 if type_.scale is None else type_.scale
        return Facets(size + (0 if scale <= 2 else 1 if scale <= 4 else 2), digits + (scale + 1 if scale else 0), scale)
    return Facets(*_FIXED[name])


def from_catalog(
    system_type: int, max_length: int, precision: int, scale: int, collation: str | None = None
) -> SqlType:
    """The inverse of :func:`facets`."""
    name = _NAMES[system_type]
    if name in _SIZES:
        length = max_length // 2 if name in ("nchar", "nvarchar") and max_length > 0 else max_length
        return SqlType(name, length=length, collation=collation if "char" in name else None)
    if name in ("decimal", "money", "smallmoney"):
        return SqlType(name, precision=precision, scale=scale)
    if name in _TEMPORAL:
        return SqlType(name, scale=scale)
    return SqlType(name, collation=collation if name in ("text", "ntext") else None)


def engine_type(type_: SqlType) -> str:
    """The PostgreSQL type of stored values."""
    if type_.name == "decimal":
        return f"numeric({type_.precision},{type_.scale})"
    return _ENGINE_TYPES[type_.name]


def declared_name(type_: SqlType) -> str:
    """The type as error texts name it: without facets, numeric for decimal."""
    return "numeric" if type_.name == "decimal" else type_.name


def _length(base: str, leaf: str, arguments: tuple[str, ...], default: int, kind: str, subject: str) -> int:
    if not arguments:
        return default
    if arguments[0].casefold() == "max":
        if base in ("char", "nchar", "binary"):
            raise SqlServerError(102, near="max")
        return MAX
    length = int(arguments[0])
    if length == 0:
        raise SqlServerError(1001, at=1, value=0)
    if length > 8000:
        raise SqlServerError(131, length=length, what=kind, name=subject or leaf)
    if length > _SIZES[base]:
        raise SqlServerError(2717, length=length, what=kind, name=subject or leaf, maximum=_SIZES[base])
    return length


def _decimal(arguments: tuple[str, ...], ordinal: int, kind: str) -> SqlType:
    precision = int(arguments[0]) if arguments else 18
    scale = int(arguments[1]) if len(arguments) > 1 else 0
    if precision == 0:
        raise SqlServerError(1001, at=1, value=0)
    if precision > 38:
        raise _precision(ordinal, precision, 38)
    if scale > precision and kind == "parameter":
        raise SqlServerError(192)
    if scale > precision:
        raise SqlServerError(2751, ordinal=ordinal, scale=scale, precision=precision)
    return SqlType("decimal", precision=precision, scale=scale)


def _precision(ordinal: int, precision: int, maximum: int) -> SqlServerError:
    return SqlServerError(2750, ordinal=ordinal, precision=precision, maximum=maximum)


def _unknown(ordinal: int, name: nodes.TypeName) -> SqlServerError:
    return SqlServerError(2715, ordinal=ordinal, type=name.name, line=name.line)
