"""Constant folding at compile time, as far as SQL Server shows it.

Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator query.md (Constant terms, predicate folding, GROUP BY
containment).
"""

import operator
from typing import Any

from ..syntax import nodes

_COMPARED = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
             ">=": operator.ge}  # fmt: skip

# Folded if their arguments are; other functions are not.
_FOLDED = frozenset(
    """ABS ACOS ASIN ATAN CEILING CHARINDEX COALESCE CONCAT COS DATEADD DATEDIFF DATEFROMPARTS DATENAME DATEPART DAY
    DEGREES EXP FLOOR GREATEST LEAST LEN LOG LOG10 MONTH NULLIF PI POWER RADIANS ROUND SIGN SIN SQRT SQUARE TAN
    YEAR""".split()
)


def is_constant(node: Any) -> bool:
    """Whether an expression is a constant: a literal, or folded from literals."""
    if isinstance(node, nodes.Literal):
        return True
    if isinstance(node, nodes.Binary):
        return is_constant(node.left) and is_constant(node.right)
    if isinstance(node, (nodes.Unary, nodes.Cast, nodes.Collate)):
        return is_constant(node.operand)
    if isinstance(node, nodes.FunctionCall) and node.over is None and node.name.upper() in _FOLDED:
        return all(is_constant(argument) for argument in node.arguments)
    return False


def is_converted_variable(node: Any) -> bool:
    """Whether an expression is a variable or a conversion of one, which would be a column position in ORDER BY."""
    while isinstance(node, nodes.Cast):
        node = node.operand
    return isinstance(node, nodes.Variable)


def signed_integer(node: Any) -> int | None:
    """An integer literal with its sign: the position of a column."""
    if isinstance(node, nodes.Unary) and node.operator in "+-":
        number = signed_integer(node.operand)
        return None if number is None else -number if node.operator == "-" else number
    return int(node.text) if isinstance(node, nodes.Literal) and node.kind == "int" else None


def folded_integer(node: Any) -> int | None:
    """The value of an int constant that is a sum, difference or product of literals."""
    if isinstance(node, nodes.Cast):
        return folded_integer(node.operand) if node.type.name.lower() in ("int", "integer") else None
    if isinstance(node, nodes.Binary):
        left, right = folded_integer(node.left), folded_integer(node.right)
        if left is None or right is None or node.operator not in "+-*":
            return None
        return {"+": left + right, "-": left - right, "*": left * right}[node.operator]
    return signed_integer(node)


def truth(condition: Any) -> bool | None:
    """What a condition of written integers is, whatever stands beside what settles it; None if it is not settled."""
    if isinstance(condition, nodes.Comparison):
        left, right = folded_integer(condition.left), folded_integer(condition.right)
        return None if left is None or right is None else _COMPARED[condition.operator](left, right)
    if not isinstance(condition, (nodes.And, nodes.Or)):
        return None
    settling = isinstance(condition, nodes.Or)
    operands = [truth(operand) for operand in condition.operands]
    return settling if settling in operands else None if None in operands else not settling
