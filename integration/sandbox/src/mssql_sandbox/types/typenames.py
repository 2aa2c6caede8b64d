"""Resolution of type names, and conversion of values between Python and the engine."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable, Sequence

from ..catalog import datatypes
from ..errors import NotSupported, SqlServerError
from ..sqltypes import DEFAULT_COLLATION, SqlType
from ..syntax import nodes
from .code_pages import length_of

pg_type = datatypes.engine_type


def resolve_type(
    name: nodes.TypeName, context: str = "declare", version: Any = None, collation: str = DEFAULT_COLLATION
) -> SqlType:
    """The type of a name.

    :param context: 'declare' (varchar without a length is varchar(1)) or 'cast' (30).
    :raises SqlServerError: see :func:`mssql_sandbox.catalog.datatypes.resolve`; 243 for an unknown type in CAST.
    """
    major = getattr(version, "major", 17)
    try:
        return datatypes.resolve(
            name, collation, default_length=30 if context == "cast" else 1, kind="parameter", version=major
        )
    except SqlServerError as error:
        if error.number == 2715 and context == "cast":
            raise SqlServerError(243, name=name.name, line=name.line) from None
        raise


def engine_cast(type_: SqlType) -> str:
    """The engine type of a parameter, without length and scale."""
    if type_.name == "decimal":
        return "numeric"
    if type_.name == "null":
        return "text"
    return datatypes.engine_type(type_)


def to_pg(value: Any, type_: SqlType) -> Any:
    """A Python value (see interface.py) as a parameter of the engine.

    :raises NotSupported: for U+0000, which the engine's strings cannot hold.
    """
    if value is None:
        return None
    if isinstance(value, str) and "\0" in value:
        raise NotSupported("the character U+0000 in a string")
    if type_.name == "date":
        return _date_text(value)
    if type_.name == "datetimeoffset":
        return f"({value[0]},{value[1]})"
    if type_.name in ("bit", "tinyint", "smallint", "int", "bigint", "decimal", "money", "smallmoney"):
        return str(value)
    if type_.is_approximate:
        return repr(float(value))
    if type_.name in ("time", "datetime", "smalldatetime", "datetime2"):
        return str(value)
    return value


def from_pg(value: Any, type_: SqlType) -> Any:
    """A value that the engine returned as a Python value of interface.py."""
    if value is None:
        return None
    decode = column_decoder(type_)
    return value if decode is None else decode(value)


def rows_decoder(types: Sequence[SqlType]) -> Callable[[Sequence[tuple[Any, ...]]], Sequence[Sequence[Any]]]:
    """The function from engine rows to rows of interface.py; columns beyond ``types`` are dropped."""
    width = len(types)
    decoders = [(index, decode) for index, type_ in enumerate(types) if (decode := column_decoder(type_))]

    def decode_rows(rows: Sequence[tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
        if not decoders and len(rows[0]) == width:
            return rows
        result = [list(row[:width]) for row in rows]
        for index, decode in decoders:
            for row in result:
                if row[index] is not None:
                    row[index] = decode(row[index])
        return result

    return decode_rows


@lru_cache(maxsize=1000)
def column_decoder(type_: SqlType) -> Callable[[Any], Any] | None:
    """The function from non-NULL engine values to interface.py; None if they are the same."""
    name = type_.name
    if name == "date":
        return lambda value: value if isinstance(value, int) else value.toordinal() - 1
    if name == "datetimeoffset":
        return _offset_value
    if name in ("decimal", "money", "smallmoney"):
        return lambda value: value if isinstance(value, Decimal) else Decimal(value)
    if name in ("char", "nchar") and type_.length:
        length, collation = type_.length, None if type_.is_unicode else type_.collation
        return lambda value: value + " " * (length - length_of(value, collation))
    if name == "binary" and type_.length:
        length = type_.length
        return lambda value: bytes(value).ljust(length, b"\0")
    return None


def _offset_value(value: Any) -> tuple[int, int]:
    if isinstance(value, str):
        ticks, offset = value.strip("()").split(",")
        return int(ticks), int(offset)
    return tuple(value)


def _date_text(days: int) -> str:
    return date.fromordinal(days + 1).isoformat()
