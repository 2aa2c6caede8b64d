"""Constant folding at compile time, as far as SQL Server shows it.

Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator query.md (Constant terms, predicate folding, GROUP BY
containment, COUNT of an expression real types NOT NULL).
"""

import operator
from typing import Any

from ..errors import NotSupported
from ..syntax import nodes
from ..syntax.walk import below, children

UNKNOWN = "unknown"  # the truth of a comparison with NULL
_COMPARED = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
             ">=": operator.ge}  # fmt: skip
_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul}

# Folded if their arguments are; other functions are not. The second have no value for some arguments.
_SAFE = frozenset("ABS CEILING CHARINDEX CONCAT FLOOR GREATEST LEAST LEN NULLIF PI SIGN".split())
_FOLDED = _SAFE | frozenset(
    """ACOS ASIN ATAN COS DATEADD DATEDIFF DATEFROMPARTS DATENAME DATEPART DAY DEGREES EXP LOG LOG10 MONTH POWER RADIANS
    ROUND SIN SQRT SQUARE TAN YEAR""".split()
)
_MADE_OF = (nodes.Binary, nodes.Unary, nodes.Cast, nodes.Collate, nodes.Predicate)


def is_null(node: Any) -> bool:
    """Whether an expression is the keyword NULL, perhaps converted or with a minus."""
    while isinstance(node, nodes.Unary) or isinstance(node, nodes.Cast) and node.function in ("CAST", "CONVERT"):
        node = node.operand
    return isinstance(node, nodes.Literal) and node.kind == "null"


def is_written(node: Any) -> bool:
    """Whether an expression is computed from literals that are not NULL, by signs and operators alone."""
    if isinstance(node, (nodes.Binary, nodes.Unary)):
        return all(map(is_written, children(node)))
    return isinstance(node, nodes.Literal) and node.kind != "null"


def _as_case(node: Any) -> Any:
    name = node.name.upper() if isinstance(node, nodes.FunctionCall) else ""
    if name == "IIF":
        return nodes.Case(None, [nodes.When(*node.arguments[:2])], node.arguments[2])
    if name == "COALESCE":
        return nodes.Case(None, [nodes.When(nodes.IsNull(a, True), a) for a in node.arguments[:-1]], node.arguments[-1])
    return node


def condition_of(case: nodes.Case, when: nodes.When) -> Any:
    condition: Any = when.condition
    return condition if case.operand is None else nodes.Comparison("=", case.operand, condition, line=when.line)


def is_constant(node: Any) -> bool:
    """Whether an expression is a constant: a literal, or folded from literals.

    :raises NotSupported: if that depends on a condition of constants that is not folded here.
    """
    node = _as_case(node)
    if isinstance(node, nodes.Case):
        return _is_constant_case(node)
    if isinstance(node, _MADE_OF) or isinstance(node, nodes.FunctionCall) and node.name.upper() in _FOLDED:
        return all(map(is_constant, children(node)))
    return isinstance(node, (nodes.Literal, nodes.TypeName))


def _is_constant_case(case: nodes.Case) -> bool:
    """Whether the results that may be reached are constants, and so are the conditions."""
    results, fixed = [], True
    for when in case.whens:
        condition = condition_of(case, when)
        settled = truth(condition)
        if settled in (True, None):
            results.append(is_constant(when.result))
            fixed = fixed and is_constant(condition)
        if settled is True:
            break
    else:
        results.append(case.default is None or is_constant(case.default))
    if fixed and len(set(results)) > 1:
        raise NotSupported("a choice by constants between a constant and an expression", case.line)
    return fixed and all(results)


def divides_by_zero(node: nodes.Node) -> bool:
    """Whether folding a constant fails with error 8134."""
    divisors = [part.right for part in below(node) if isinstance(part, nodes.Binary) and part.operator in "/%"]
    return is_written(node) and any(folded_integer(divisor) == 0 for divisor in divisors)


def check_folding(node: nodes.Node) -> None:
    """:raises NotSupported: for a constant that may have no value, as folding it would fail with another error."""
    for part in below(node):
        if folded_integer(part) is None and isinstance(part, (nodes.Binary, nodes.Cast, nodes.FunctionCall)):
            if isinstance(part, nodes.Cast):
                known = is_null(part) or folded_integer(part.operand) in range(256)
            elif isinstance(part, nodes.Binary):
                known = all(isinstance(side, nodes.Literal) and side.kind.endswith("string") for side in children(part))
            else:
                known = _as_case(part) is not part or part.name.upper() in _SAFE
            if not known:
                raise NotSupported("ORDER BY a constant that may have no value", node.line)


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
        if left is None or right is None or node.operator not in _OPERATORS:
            return None
        number: int = _OPERATORS[node.operator](left, right)
        return number if -(2**31) <= number < 2**31 else None
    return signed_integer(node)


def truth(condition: Any) -> bool | str | None:
    """What a condition of written integers and NULL is, whatever stands beside what settles it; None if not settled.

    :returns: True, False, :data:`UNKNOWN` or None.
    """
    if isinstance(condition, nodes.Comparison):
        if is_null(condition.left) or is_null(condition.right):
            return UNKNOWN
        left, right = folded_integer(condition.left), folded_integer(condition.right)
        return None if left is None or right is None else _COMPARED[condition.operator](left, right)
    if isinstance(condition, nodes.IsNull) and (
        isinstance(condition.operand, nodes.Literal)
        or is_null(condition.operand)
        or folded_integer(condition.operand) is not None
    ):
        return is_null(condition.operand) is not condition.negated
    if isinstance(condition, nodes.InList):
        return UNKNOWN if is_null(condition.operand) or all(map(is_null, condition.items)) else None
    if isinstance(condition, nodes.Between):
        low = nodes.Comparison(">=", condition.operand, condition.low)
        settled = truth(nodes.And([low, nodes.Comparison("<=", condition.operand, condition.high)]))
        return _not(settled) if condition.negated else settled
    if isinstance(condition, nodes.Not):
        return _not(truth(condition.operand))
    if not isinstance(condition, (nodes.And, nodes.Or)):
        return None
    settling = isinstance(condition, nodes.Or)
    operands = [truth(operand) for operand in condition.operands]
    return next((value for value in (settling, None, UNKNOWN) if value in operands), not settling)


def _not(settled: bool | str | None) -> bool | str | None:
    return not settled if isinstance(settled, bool) else settled
