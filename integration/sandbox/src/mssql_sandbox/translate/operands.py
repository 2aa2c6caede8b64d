"""Operands of one operation: their common type and collation, and the keys by which they are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import SqlServerError
from ..sqltypes import INT, SqlType
from ..types.arithmetic import literal_type
from ..types.collation import key_sql
from ..types.conversion import convert_sql
from ..types.precedence import label, unify
from .bound import LITERAL, Bound


def convert(bound: Bound, target: SqlType, explicit: bool = False, **options: Any) -> str:
    """Engine SQL of a value in another type; the options are those of :func:`convert_sql`."""
    return convert_sql(bound.sql, bound.type, target, explicit=explicit, **options)


def same_collation(operands: list[Bound], operation: str) -> list[Bound]:
    """The operands with the collation that wins. :raises SqlServerError: 468 on a conflict."""
    characters = [operand for operand in operands if operand.type.is_character]
    if not characters:
        return operands
    strongest = max(operand.coercibility for operand in characters)
    names = {operand.type.collation for operand in characters if operand.coercibility == strongest}
    if len(names) > 1 and strongest > LITERAL:
        first, second = [o.type.collation for o in characters if o.coercibility == strongest][:2]
        if first == second:
            second = next(name for name in names if name != first)
        raise SqlServerError(468, second=second, first=first, operation=operation)
    chosen = next(o.type.collation for o in characters if o.coercibility == strongest)
    return [
        replace(operand, type=replace(operand.type, collation=chosen), coercibility=strongest)
        if operand.type.is_character
        else operand
        for operand in operands
    ]


def unified(branches: list[Bound], operation: str) -> tuple[SqlType, list[str], int]:
    """Branches converted to their common type."""
    branches = same_collation(branches, operation)
    type_ = unify(_among(branch, branches) for branch in branches)
    if type_.name == "null":
        type_ = INT
    if type_.is_character:
        strongest = max((b for b in branches if b.type.is_character), key=lambda b: b.coercibility)
        type_ = replace(type_, collation=strongest.type.collation)
    converted = [convert(branch, type_) for branch in branches]
    return type_, converted, max(branch.coercibility for branch in branches)


def comparable(operands: list[Bound], operation: str) -> list[str]:
    """Keys of operands that are compared with each other, after implicit conversion."""
    operands = same_collation(operands, operation)
    known = [operand for operand in operands if not operand.is_null]
    if not known:
        return [f"{operand.sql}::integer" for operand in operands]
    target = unify(operand.type for operand in known)
    _check_comparable(target, known, operation)
    result = []
    for operand in operands:
        if operand.is_null:
            result.append(key_sql(convert(operand, target), target))
        elif operand.type.is_number and target.is_number:
            result.append(operand.sql)
        elif operand.type.is_character and target.is_character:
            result.append(key_sql(operand.sql, operand.type))
        else:
            converted = convert(operand, target)
            result.append(key_sql(converted, target))
    if target.name == "uniqueidentifier" and operation in ("equal to", "not equal to"):
        return [convert(operand, target) for operand in operands]
    return result


def _check_comparable(target: SqlType, operands: list[Bound], operation: str) -> None:
    """:raises SqlServerError: 402 for types that have no order, or none together."""
    times = [operand for operand in operands if operand.type.name == "time"]
    others = [operand for operand in operands if operand.type.name in ("datetime", "smalldatetime", "datetime2")]
    if times and others:
        raise SqlServerError(402, left=label(operands[0].type), right=label(operands[1].type), operator=operation)
    for operand in operands:
        name = operand.type.name
        if name in ("text", "ntext", "image", "xml"):
            first, second = (operands * 2)[:2]
            raise SqlServerError(402, left=label(first.type), right=label(second.type), operator=operation)
        if name == "json":
            raise SqlServerError(13636)


def beside(bound: Bound, other: Bound) -> SqlType:
    if bound.type.name == "int" and bound.is_constant and isinstance(bound.constant, int):
        return literal_type(bound.constant, other.type)
    return bound.type


def _among(branch: Bound, branches: list[Bound]) -> SqlType:
    """An integer literal counts with its own digits where a sibling is decimal."""
    if branch.type.name == "int" and any(other.type.name == "decimal" for other in branches):
        return beside(branch, next(other for other in branches if other.type.name == "decimal"))
    return branch.type


def stronger(left: Bound, right: Bound) -> Bound:
    return left if left.coercibility >= right.coercibility else right
