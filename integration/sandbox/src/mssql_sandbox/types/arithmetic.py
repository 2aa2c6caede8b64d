"""Result types and engine expressions of the arithmetic operators.

https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql
"""

from dataclasses import replace

from ..errors import NotSupported, SqlServerError
from ..sqltypes import MAX, SqlType, decimal
from .code_pages import cut, padded
from .conversion import convert_sql
from .pairs import check_operands, label
from .precedence import CONCAT_WIDTHS, as_decimal, rank, unify_pair

BITWISE = {"&": "&", "|": "|", "^": "#"}


def literal_type(value: int, other: SqlType) -> SqlType:
    """The type of an integer literal beside a decimal: its own digits instead of decimal(10, 0)."""
    return decimal(len(str(abs(value))), 0) if other.name == "decimal" else SqlType("int")


def binary_sql(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    """``left operator right``.

    :raises SqlServerError: 402 incompatible types, 8117 invalid type, 206 type clash.
    """
    known = next((type_ for type_ in (left, right) if type_.name != "null"), SqlType("int"))
    if left.name == "null":
        left_sql, left = convert_sql(left_sql, left, known, explicit=False), known
    if right.name == "null":
        right_sql, right = convert_sql(right_sql, right, known, explicit=False), known
    if operator in "+-*/%":
        check_operands(operator, left, right)
    if operator == "||" or operator == "+" and _concatenates(left, right):
        return _concatenate(operator, left_sql, left, right_sql, right)
    if operator in ("<<", ">>"):
        return _shift(operator, left_sql, left, right_sql, right)
    if operator in BITWISE:
        return _bitwise(operator, left_sql, left, right_sql, right)
    if left.is_temporal or right.is_temporal:
        return _temporal(operator, left_sql, left, right_sql, right)
    return _numeric(operator, left_sql, left, right_sql, right)


def _concatenates(left: SqlType, right: SqlType) -> bool:
    return (left.is_character and right.is_character) or (left.is_binary and right.is_binary)


def _concatenate(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    """+ of strings, or || (SQL Server 2025), which converts the other operand to a string."""
    if operator == "||" and left.is_character != right.is_character:
        if left.is_character and right.name in CONCAT_WIDTHS and right.name != "bit":
            text_type = replace(left, name="varchar", length=CONCAT_WIDTHS[right.name])
            right_sql, right = convert_sql(right_sql, right, text_type, explicit=True), text_type
        elif right.is_character and left.name in CONCAT_WIDTHS and left.name != "bit":
            text_type = replace(right, name="varchar", length=CONCAT_WIDTHS[left.name])
            left_sql, left = convert_sql(left_sql, left, text_type, explicit=True), text_type
    if not _concatenates(left, right):
        raise SqlServerError(402, left=label(left), right=label(right), operator="concat")
    if {"text", "ntext", "image"} & {left.name, right.name}:
        raise SqlServerError(402, left=label(left), right=label(right), operator="add")
    unified = unify_pair(left, right)
    if MAX in (left.length, right.length):
        return f"({left_sql} || {right_sql})", replace(unified, length=MAX)
    limit = 4000 if unified.is_unicode else 8000
    length = min((left.length or 1) + (right.length or 1), limit)
    sql = f"({padded(left_sql, left)} || {padded(right_sql, right)})"
    if (left.length or 1) + (right.length or 1) > limit:
        full = replace(unified, length=limit)
        sql = cut(sql, full) if unified.is_character else f"substring({sql}, 1, {limit})"
    return sql, replace(unified, length=length)


def check_bitwise(operator: str, left: SqlType, right: SqlType) -> None:
    """Check ``&``, ``|`` and ``^``: one operand is an integer, the other an integer, text, binary or NULL.

    Probed for every pair of types: RyanLamansky/sql-server-simulator, BitwiseOperatorTests.cs.

    :raises SqlServerError: 402, 8117 for other types.
    """
    plain = [type_.is_character or type_.is_binary for type_ in (left, right)]
    odd = [not (is_plain or type_.is_integer or type_.name == "null") for is_plain, type_ in zip(plain, (left, right))]
    if all(odd):
        raise SqlServerError(8117, type=label(left), operator=f"'{operator}'")
    if any(odd) and any(plain):
        raise NotSupported(f"the operator {operator} between {label(left)} and {label(right)}")
    if any(odd) or not (left.is_integer or right.is_integer):
        raise SqlServerError(402, left=label(left), right=label(right), operator=f"'{operator}'")


def _bitwise(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    result = left if left.is_integer and (not right.is_integer or rank(left) <= rank(right)) else right
    left_sql = convert_sql(left_sql, left, result, explicit=False)
    right_sql = convert_sql(right_sql, right, result, explicit=False)
    return f"({left_sql} {BITWISE[operator]} {right_sql})", result


BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}


def bits_cast(name: str) -> str:
    """The engine type of an integer type."""
    return {"tinyint": "smallint", "int": "integer"}.get(name, name)


def _shift(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    """https://learn.microsoft.com/sql/t-sql/functions/left-shift-transact-sql"""
    if left.name not in BITS or right.name not in BITS:
        raise NotSupported(f"the operator {operator} between {label(left)} and {label(right)}")
    function = "ms.shift_left" if operator == "<<" else "ms.shift_right"
    return f"{function}(({left_sql})::bigint, ({right_sql})::bigint, {BITS[left.name]})::{bits_cast(left.name)}", left


def _temporal(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    """datetime plus or minus a number or datetime."""
    result = left if left.is_temporal else right
    name = "add" if operator == "+" else "subtract"
    a = convert_sql(left_sql, left, SqlType("datetime"), explicit=False)
    b = convert_sql(right_sql, right, SqlType("datetime"), explicit=False)
    if result.name == "smalldatetime":
        return (
            f"ms.range_check(ms.datetime_{name}(ms.whole_minutes({a}), ms.whole_minutes({b})), '{result.name}')",
            result,
        )
    return f"ms.datetime_{name}({a}, {b})", result


def _numeric(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    if not (left.is_integer or right.is_integer) and (left.is_binary or right.is_binary):
        raise NotSupported(f"the operator {operator} between {label(left)} and {label(right)}")
    result = unify_pair(left, right)
    if result.name == "decimal" or (result.is_exact and {"decimal"} & {left.name, right.name}):
        return _decimals(operator, left_sql, left, right_sql, right)
    if result.name == "bit":
        result = left if right.name == "bit" else right
    a = convert_sql(left_sql, left, result, explicit=False)
    b = convert_sql(right_sql, right, result, explicit=False)
    if result.is_approximate:
        return f"ms.float_result({a} {operator} {b})", result
    if result.name in ("money", "smallmoney"):
        sql = f"({a} {operator} {b})" if operator != "/" else f"div({a} * 1e4, {b}) * 1e-4"
        return f"ms.to_{result.name}(({sql})::numeric)", result
    if result.name == "tinyint":
        return f"ms.tinyint_result({a}::integer {operator} {b}::integer)", result
    if operator == "%":
        return f"ms.modulo({a}, {b})", result
    return f"({a} {operator} {b})", result


def decimal_result(operator: str, left: SqlType, right: SqlType) -> SqlType:
    """Precision and scale of a decimal operation, reduced to 38 digits."""
    (p1, s1), (p2, s2) = left.digits, right.digits
    if operator in ("+", "-"):
        scale = max(s1, s2)
        precision = scale + max(p1 - s1, p2 - s2) + 1
        if precision > 38:
            scale = max(min(scale, 38 - max(p1 - s1, p2 - s2)), 0)
        return decimal(min(precision, 38), scale)
    if operator == "%":
        scale = max(s1, s2)
        precision = min(p1 - s1, p2 - s2) + scale
    elif operator == "*":
        scale = s1 + s2
        precision = p1 + p2 + 1
    else:
        scale = max(6, s1 + p2 + 1)
        precision = p1 - s1 + s2 + scale
    if precision <= 38:
        return decimal(precision, scale)
    integral = precision - scale
    if integral < 32:
        return decimal(38, min(scale, 38 - integral))
    return decimal(38, min(scale, 6))


def _decimals(operator: str, left_sql: str, left: SqlType, right_sql: str, right: SqlType) -> tuple[str, SqlType]:
    a_type = as_decimal(left) if left.is_exact else as_decimal(right)
    b_type = as_decimal(right) if right.is_exact else as_decimal(left)
    a = convert_sql(left_sql, left, a_type, explicit=False)
    b = convert_sql(right_sql, right, b_type, explicit=False)
    result = decimal_result(operator, a_type, b_type)
    if operator == "/":
        # The quotient is truncated to the result's scale.
        cut = f"div({a} * 1e{result.scale}, {b}) * 1e-{result.scale}"
        return f"ms.to_decimal({cut}, {result.precision}, {result.scale}, 'expression')", result
    if operator == "%":
        if max(a_type.digits[0] - a_type.digits[1], b_type.digits[0] - b_type.digits[1]) + result.digits[1] > 38:
            a, b = (f"ms.to_decimal({side}, 38, {result.scale}, 'expression')" for side in (a, b))
        return f"({a} % {b})", result
    return f"ms.to_decimal({a} {operator} {b}, {result.precision}, {result.scale}, 'expression')", result
