"""The type of an expression of several types."""

from dataclasses import replace
from typing import Iterable

from ..sqltypes import MAX, PRECEDENCE, SqlType, decimal
from .pairs import check_together

_RANK = {name: rank for rank, name in enumerate(PRECEDENCE)}
# Digits of the integer types as decimal.
INTEGER_DIGITS = {"bit": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
# Characters that CONCAT allots to an operand of a type (probed on a server; decimal of any precision).
CONCAT_WIDTHS = {
    "bit": 1, "tinyint": 4, "smallint": 6, "int": 12, "bigint": 24, "real": 23, "float": 23, "money": 40,
    "smallmoney": 40, "decimal": 41, "date": 40, "time": 40, "datetime": 40, "smalldatetime": 40, "datetime2": 40,
    "datetimeoffset": 40, "uniqueidentifier": 40,
}  # fmt: skip


def rank(type_: SqlType) -> int:
    """The position in the precedence; lower is stronger."""
    return _RANK[type_.name]


def as_decimal(type_: SqlType) -> SqlType:
    """The decimal that holds every value of an exact type."""
    if type_.name in INTEGER_DIGITS:
        return decimal(INTEGER_DIGITS[type_.name], 0)
    if type_.name in ("money", "smallmoney"):
        return decimal(19 if type_.name == "money" else 10, 4)
    return type_


def unify(types: Iterable[SqlType]) -> SqlType:
    """The common type of operands in CASE, COALESCE, UNION, IN and comparisons.

    https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql

    :raises SqlServerError: 206, 257 for types without a common one.
    """
    result: SqlType | None = None
    for type_ in types:
        if type_.name == "null":
            continue
        result = type_ if result is None else unify_pair(result, type_)
    return result or SqlType("null")


def unify_pair(left: SqlType, right: SqlType) -> SqlType:
    if left == right:
        return left
    strong, weak = (left, right) if rank(left) <= rank(right) else (right, left)
    check_together(left, right)
    if strong.is_character and weak.is_character:
        return _characters(left, right)
    if strong.name.endswith("binary") and weak.is_binary:
        length = MAX if MAX in (left.length, right.length) else max(left.length or 1, right.length or 1)
        return replace(strong, length=length)
    if strong.name == "decimal" and weak.is_exact:
        return _decimals(as_decimal(left), as_decimal(right))
    if strong.name in ("time", "datetime2", "datetimeoffset"):
        return replace(strong, scale=max(_scale(left), _scale(right)))
    return strong


def _scale(type_: SqlType) -> int:
    if type_.name in ("time", "datetime2", "datetimeoffset"):
        return 7 if type_.scale is None else type_.scale
    return 3 if type_.name == "datetime" else 0


def _decimals(left: SqlType, right: SqlType) -> SqlType:
    (left_precision, left_scale), (right_precision, right_scale) = left.digits, right.digits
    scale = max(left_scale, right_scale)
    digits = max(left_precision - left_scale, right_precision - right_scale)
    if digits + scale > 38:
        scale = max(38 - digits, 0)
    return decimal(min(digits + scale, 38), scale)


def _characters(left: SqlType, right: SqlType) -> SqlType:
    unicode = left.is_unicode or right.is_unicode
    if {"text", "ntext"} & {left.name, right.name}:
        return SqlType("ntext" if unicode else "text", collation=left.collation or right.collation)
    varying = left.name.endswith("varchar") or right.name.endswith("varchar")
    name = ("n" if unicode else "") + ("varchar" if varying else "char")
    length = MAX if MAX in (left.length, right.length) else max(left.length or 1, right.length or 1)
    return SqlType(name, length=length, collation=left.collation or right.collation)
