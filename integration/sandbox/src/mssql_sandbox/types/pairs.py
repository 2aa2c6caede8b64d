"""Which types may meet: in an operator, a comparison, or an expression of several types.

Probed for every pair of types on SQL Server 2025: RyanLamansky/sql-server-simulator arithmetic.md, "Type-pair legality".
"""

from ..errors import SqlServerError
from ..sqltypes import PRECEDENCE, SqlType

_WORDS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo"}
# Types that behave alike; all others are a kind of their own.
_KINDS = {
    "int": ("tinyint", "smallint", "int", "bigint"),
    "decimal": ("decimal", "money", "smallmoney"),
    "float": ("float", "real"),
    "char": ("char", "varchar", "nchar", "nvarchar"),
    "binary": ("binary", "varbinary"),
    "text": ("text", "ntext"),
    "old": ("datetime", "smalldatetime"),
    "new": ("date", "time", "datetime2", "datetimeoffset"),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
_NUMBERS = {"bit", "int", "decimal", "float"}
_FIRST = ("xml", "new", "text", "image", "uniqueidentifier", "binary")  # named first in errors of comparisons
_FOREIGN = set(_FIRST[:-1])  # of arithmetic
# A kind -> those that it has no common type with.
_APART = {
    "xml": _NUMBERS | {"image", "uniqueidentifier", "old", "new", "sql_variant"},
    "new": _NUMBERS | {"text", "image", "uniqueidentifier"},
    "text": _NUMBERS | {"binary", "image", "uniqueidentifier", "old", "sql_variant"},
    "image": _NUMBERS | {"uniqueidentifier", "old", "sql_variant"},
    "uniqueidentifier": _NUMBERS | {"old"},
    "binary": {"float"},
}
_NEVER = {frozenset((kind, other)) for kind, others in _APART.items() for other in others}


def label(type_: SqlType) -> str:
    """The type as error texts name it: without facets, numeric for decimal."""
    return {"decimal": "numeric", "null": "NULL"}.get(type_.name, type_.name)


def clash(left: SqlType, right: SqlType) -> SqlServerError:
    return SqlServerError(206, left=label(left), right=label(right))


def _kind(type_: SqlType) -> str:
    return _KIND_OF.get(type_.name, type_.name)


def _cast_needed(source: SqlType, target: SqlType) -> SqlServerError:
    return SqlServerError(257, source=label(source), target=label(target))


def are_convertible(source: SqlType, target: SqlType) -> bool:
    """Whether CAST takes a pair of types: https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql"""
    kinds = {_kind(source), _kind(target)}
    if "json" in kinds:
        return kinds <= {"json", "char", "text"}
    apart = kinds in _NEVER and kinds != {"binary", "float"} or {source.name, target.name} == {"date", "time"}
    return not apart and not (source.name == "image" and target.is_character)


def check_together(left: SqlType, right: SqlType) -> None:
    """:raises SqlServerError: 206, 257 for types without a common one; the weaker is named first."""
    strong, weak = sorted((left, right), key=lambda type_: PRECEDENCE.index(type_.name))
    kinds = {_kind(strong), _kind(weak)}
    if kinds == {"xml", "sql_variant"}:
        raise clash(strong, weak)
    if kinds in _NEVER or {left.name, right.name} == {"date", "time"}:
        raise clash(weak, strong)
    if kinds == {"binary", "new"}:
        raise _cast_needed(weak, strong)


def check_compared(left: SqlType, right: SqlType, operation: str) -> None:
    """:raises SqlServerError: 206, 305, 402, 13636 for types that are not compared with each other."""
    kinds, names = {_kind(left), _kind(right)}, {left.name, right.name}
    if "json" in kinds or kinds == {"xml"}:
        raise SqlServerError(13636 if "json" in kinds else 305)
    plain = kinds <= {"text", "image", "char", "binary", "new", "xml"}
    times = "time" in names and names != {"time"} and kinds <= {"old", "new"}
    if times or plain and (kinds & {"text", "image", "xml"} or kinds == {"binary", "new"}):
        raise SqlServerError(402, left=label(left), right=label(right), operator=operation)
    if kinds in _NEVER:
        raise clash(*sorted((left, right), key=lambda type_: (*_FIRST, _kind(type_)).index(_kind(type_))))


def check_operands(operator: str, left: SqlType, right: SqlType) -> None:
    """:raises SqlServerError: 206, 257, 402, 8117 for types that + - * / % do not take."""
    kinds, odd = {_kind(left), _kind(right)}, _FOREIGN
    if operator == "%":
        odd = _FOREIGN | {"float", "old", "sql_variant"}
        if kinds <= {"bit", "int", "decimal"} and kinds != {"bit"} or "int" in kinds <= {"int", "char", "binary"}:
            return
    elif kinds & {"int", "decimal", "float"}:
        _check_beside_number(operator, left, right)
        return
    elif operator in "*/":
        raise SqlServerError(8117, type=label(left), operator=_WORDS[operator])
    elif kinds == {"old", "sql_variant"}:
        raise _cast_needed(*((right, left) if _kind(left) == "old" else (left, right)))
    elif "old" in kinds <= {"old", "bit", "char", "binary"} or operator == "+" and kinds in ({"char"}, {"binary"}):
        return
    raise (
        SqlServerError(8117, type=label(left), operator=_WORDS[operator])
        if kinds <= odd
        else SqlServerError(402, left=label(left), right=label(right), operator=_WORDS[operator])
    )


def _check_beside_number(operator: str, left: SqlType, right: SqlType) -> None:
    number, other = (left, right) if _kind(left) in ("int", "decimal", "float") else (right, left)
    if _kind(other) in _FOREIGN or _kind(number) == "float" and _kind(other) == "binary":
        raise clash(other, number)
    if _kind(other) == "sql_variant" or _kind(other) == "old" and operator in "*/":
        raise _cast_needed(other, number)
