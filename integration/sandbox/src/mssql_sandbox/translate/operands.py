"""Operands of an operation: common type and collation, and keys for comparison."""

from dataclasses import replace
from typing import Any

from ..errors import NotSupported, SqlServerError
from ..sqltypes import INT, MAX, SqlType
from ..types.arithmetic import literal_type
from ..types.code_pages import code_page, is_multibyte, length_of, most_bytes, recoded
from ..types.collation import key_sql
from ..types.conversion import convert_sql
from ..types.pairs import check_compared
from ..types.precedence import unify
from .bound import LITERAL, Bound


def convert(bound: Bound, target: SqlType, explicit: bool = False, **options: Any) -> str:
    """Engine SQL of a value in another type; options as for :func:`convert_sql`."""
    return convert_sql(bound.sql, bound.type, target, explicit=explicit, **options)


def same_collation(operands: list[Bound], operation: str) -> list[Bound]:
    """The operands with the collation that wins. :raises SqlServerError: 468 on a conflict."""
    characters = [operand for operand in operands if operand.type.is_character]
    if not characters:
        return operands
    if conflict := collation_conflict(characters):
        raise SqlServerError(468, **conflict, operation=operation)
    strongest = max(operand.coercibility for operand in characters)
    chosen = next(o.type.collation for o in characters if o.coercibility == strongest)
    return [recollated(operand, chosen, strongest) if operand.type.is_character else operand for operand in operands]


def collation_conflict(operands: list[Bound]) -> dict[str, Any]:
    """The first two of the strongest collations if they differ, else empty."""
    strongest = max((operand.coercibility for operand in operands), default=LITERAL)
    names = list(dict.fromkeys(operand.type.collation for operand in operands if operand.coercibility == strongest))
    return {"first": names[0], "second": names[1]} if len(names) > 1 and strongest > LITERAL else {}


def recollated(bound: Bound, name: str | None, coercibility: int) -> Bound:
    """A string under another collation; char and varchar are converted to its code page."""
    type_ = replace(bound.type, collation=name)
    if code_page(name) == code_page(bound.type.collation) or type_.is_unicode:
        return replace(bound, type=type_, coercibility=coercibility)
    if type_.length not in (None, MAX) and is_multibyte(type_):
        known = isinstance(bound.constant, str)
        width = length_of(bound.constant, name) if known else type_.length * most_bytes(type_)
        type_ = replace(type_, length=max(min(width, 8000), 1))
    return replace(bound, sql=recoded(bound.sql, type_, bound.type), type=type_, coercibility=coercibility)


def unified(branches: list[Bound], operation: str) -> tuple[SqlType, list[str], int]:
    """Operands converted to their common type."""
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
    """The keys of operands compared with each other, after implicit conversion."""
    operands = same_collation(operands, operation)
    known = [operand for operand in operands if not operand.is_null]
    if not known:
        return [f"{operand.sql}::integer" for operand in operands]
    for operand in known[1:] or known:
        check_compared(known[0].type, operand.type, operation)
    target = unify(operand.type for operand in known)
    ordered = "less" in operation or "greater" in operation
    if ordered and target.name == "sql_variant":
        raise NotSupported("the order of sql_variant values")
    result = []
    for operand in operands:
        if operand.is_null:
            result.append(key_sql(convert(operand, target), target, ordered))
        elif operand.type.is_number and target.is_number:
            result.append(operand.sql)
        elif operand.type.is_character and target.is_character:
            result.append(key_sql(operand.sql, operand.type, ordered))
        else:
            converted = convert(operand, target)
            result.append(key_sql(converted, target, ordered))
    if target.name == "uniqueidentifier" and operation in ("equal to", "not equal to"):
        return [convert(operand, target) for operand in operands]
    return result


def check_sortable(type_: SqlType) -> None:
    """Refuse types that ORDER BY and GROUP BY do not take. :raises SqlServerError: 305, 306, 13636."""
    if type_.name in ("text", "ntext", "image"):
        raise SqlServerError(306)
    if type_.name in ("xml", "json"):
        raise SqlServerError(305 if type_.name == "xml" else 13636, state=2)


def json_number(bound: Bound) -> str | None:
    """A bit or number as JSON has it; None for others."""
    if bound.type.name == "bit":
        return f"(CASE {bound.sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    return f"({bound.sql})::text" if bound.type.is_number else None


def beside(bound: Bound, other: Bound) -> SqlType:
    if bound.type.name == "int" and bound.is_constant and isinstance(bound.constant, int):
        return literal_type(bound.constant, other.type)
    return bound.type


def _among(branch: Bound, branches: list[Bound]) -> SqlType:
    """The operand's type; an integer literal beside a decimal has as many digits as written."""
    if branch.type.name == "int" and any(other.type.name == "decimal" for other in branches):
        return beside(branch, next(other for other in branches if other.type.name == "decimal"))
    return branch.type


def stronger(left: Bound, right: Bound) -> Bound:
    return left if left.coercibility >= right.coercibility else right
