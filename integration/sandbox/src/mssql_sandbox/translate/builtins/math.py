"""Mathematical functions."""

from ...errors import NotSupported
from ...sqltypes import BIGINT, BIT, FLOAT, INT, MONEY, SqlType, decimal
from ...types.arithmetic import BITS, bits_cast
from ...types.collation import key_sql
from ...types.precedence import as_decimal
from ..bound import Bound
from ..operands import convert, unified
from .call import Call
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define


def number(call: Call, position: int) -> Bound:
    """A numeric argument; strings become float, NULL int."""
    bound = call.arguments[position - 1]
    if bound.is_null:
        return Bound("NULL::float8", FLOAT, True)
    if bound.type.is_character:
        return Bound(convert(bound, FLOAT), FLOAT, bound.nullable, columns=bound.columns)
    if not bound.type.is_number:
        raise call.invalid(position)
    return bound


def real(call: Call, position: int) -> str:
    """A float argument."""
    return convert(number(call, position), FLOAT)


def widened(type_: SqlType) -> SqlType:
    """The result type of ABS, ROUND, CEILING ...: int for smaller integers, float for bit and real."""
    if type_.name in ("tinyint", "smallint"):
        return INT
    if type_.name in ("real", "bit"):
        return FLOAT
    if type_.name == "smallmoney":
        return MONEY
    return type_


@define("abs", 1)
def _abs(call: Call) -> Bound:
    x = number(call, 1)
    kind = widened(x.type)
    return call.result(f"abs({convert(x, kind)})", kind)


@define("sign", 1)
def _sign(call: Call) -> Bound:
    x = number(call, 1)
    kind = widened(x.type)
    cast = {"int": "integer", "bigint": "bigint", "float": "float8"}.get(kind.name, "numeric")
    return call.result(f"sign(({x.sql})::numeric)::{cast}", kind)


@define("ceiling floor", 1)
def _ceiling(call: Call) -> Bound:
    name = call.name
    x = number(call, 1)
    kind = widened(x.type)
    if kind.is_integer:
        return call.result(convert(x, kind), kind)
    if kind.name == "decimal":
        return call.result(f"{name}({x.sql})", decimal(kind.digits[0], 0))
    return call.result(f"{name}({convert(x, kind)})", kind)


@define("round", 2, 3)
def _round(call: Call) -> Bound:
    x = number(call, 1)
    kind = widened(x.type)
    places = convert(call.second, INT)
    function = "round"
    if call.count > 2:
        if not call.arguments[2].is_constant:
            raise NotSupported("ROUND with a third argument that is not a constant")
        function = "trunc" if call.arguments[2].constant else "round"
    value = convert(x, kind)
    if kind.is_approximate:
        return call.result(f"ms.float_{function}({value}, {places})", kind)
    if kind.is_integer:
        cast = "bigint" if kind.name == "bigint" else "integer"
        return call.result(f"{function}(({value})::numeric, {places})::{cast}", kind)
    if kind.name == "decimal":
        rounded = f"{function}({value}, least({places}, {kind.scale}))"
        return call.result(f"ms.to_decimal({rounded}, {kind.precision}, {kind.scale}, 'expression')", kind)
    return call.result(f"{function}({value}, {places})", kind)


@define("power", 2)
def _power(call: Call) -> Bound:
    x = number(call, 1)
    kind = widened(x.type)
    exponent = real(call, 2)
    raw = f"ms.power({convert(x, FLOAT)}, {exponent})"
    if kind.is_approximate:
        return call.result(raw, kind)
    if kind.is_integer:
        return call.result(f"ms.power_{kind.name}({raw})", kind)
    if kind.name == "money":
        return call.result(f"ms.to_money(ms.float_numeric({raw}))", kind)
    _, scale = as_decimal(kind).digits
    return call.result(f"ms.to_decimal(ms.float_numeric({raw}), 38, {scale}, 'float')", decimal(38, scale))


@define("sqrt square exp log10 sin cos tan asin acos atan cot", 1)
def _float_function(call: Call) -> Bound:
    name = call.name
    x = real(call, 1)
    functions = {"square": f"ms.float_result(({x}) * ({x}))", "log10": f"ms.log10({x})", "exp": f"exp({x})"}
    if name in ("sqrt", "asin", "acos", "cot"):
        return call.result(f"ms.{name}({x})", FLOAT)
    return call.result(functions.get(name, f"{name}({x})"), FLOAT)


@define("atn2", 2)
def _atn2(call: Call) -> Bound:
    return call.result(f"ms.atn2({real(call, 1)}, {real(call, 2)})", FLOAT)


@define("log", 1, 2)
def _log(call: Call) -> Bound:
    x = real(call, 1)
    if call.count == 1:
        return call.result(f"ms.ln({x})", FLOAT)
    return call.result(f"ms.log_base({x}, {real(call, 2)})", FLOAT)


@define("degrees radians", 1)
def _degrees(call: Call) -> Bound:
    name = call.name
    x = number(call, 1)
    kind = widened(x.type)
    value = f"{name}({convert(x, FLOAT)})"
    if kind.is_integer:
        cast = "" if kind.name == "bigint" else "::integer"
        return call.result(f"ms.float_integer({value}, '{kind.name}'){cast}", kind)
    if kind.name == "decimal":
        kind = decimal(38, max(kind.digits[1], 18))
        return call.result(f"ms.to_decimal(ms.float_numeric({value}), 38, {kind.scale}, 'expression')", kind)
    return call.result(value, FLOAT)


FUNCTIONS.constant("pi", "pi()", FLOAT)


@define("rand", 0, 1)
def _rand(call: Call) -> Bound:
    if not call.count:
        return Bound("(SELECT random())", FLOAT, False)
    return call.result(f"ms.rand({convert(call.first, INT)})", FLOAT)


@define("greatest least", 1, 254)
def _greatest(call: Call) -> Bound:
    name = call.name
    type_, converted, coercibility = unified(call.arguments, name)
    if type_.is_character or type_.name in ("datetimeoffset", "uniqueidentifier"):
        rows = ", ".join(f"({sql})" for sql in converted)
        direction = "DESC" if name == "greatest" else "ASC"
        key = key_sql("g.v", type_, True)
        sql = f"(SELECT g.v FROM (VALUES {rows}) g(v) WHERE g.v IS NOT NULL ORDER BY {key} {direction} LIMIT 1)"
        return Bound(sql, type_, True, coercibility, columns=call.columns)
    return Bound(f"{name}({', '.join(converted)})", type_, True, coercibility, columns=call.columns)


@define("left_shift right_shift", 2)
def _shift(call: Call) -> Bound:
    for position, bound in enumerate(call.arguments, 1):
        if not bound.type.is_integer:
            raise call.invalid(position)
    function = "ms.shift_left" if call.name == "left_shift" else "ms.shift_right"
    bits, cast = _bit_target(call)
    sql = f"{function}(({call.first.sql})::bigint, ({call.second.sql})::bigint, {bits})::{cast}"
    return call.result(sql, call.first.type)


@define("bit_count", 1)
def _bit_count(call: Call) -> Bound:
    if call.first.type.is_binary:
        return call.result(f"bit_count({call.first.sql})", BIGINT)
    if not call.first.type.is_integer:
        raise call.invalid(1)
    bits = BITS.get(call.first.type.name, 64)
    return call.result(f"bit_count(({call.first.sql})::bigint::bit({bits}))::bigint", BIGINT)


def _bit_target(call: Call) -> tuple[int, str]:
    """Width and engine type of the operand of a bit function."""
    name = call.first.type.name
    if name not in BITS:
        raise call.invalid(1)
    return BITS[name], bits_cast(name)


@define("get_bit", 2)
def _get_bit(call: Call) -> Bound:
    bits, _ = _bit_target(call)
    return call.result(f"ms.get_bit(({call.first.sql})::bigint, {convert(call.second, INT)}, {bits})", BIT)


@define("set_bit", 2, 3)
def _set_bit(call: Call) -> Bound:
    bits, cast = _bit_target(call)
    value = convert(call.arguments[2], BIT) if call.count > 2 else "1"
    sql = f"ms.set_bit(({call.first.sql})::bigint, {convert(call.second, INT)}, ({value})::int, {bits})::{cast}"
    return call.result(sql, call.first.type)
