"""Mathematical functions."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import FLOAT, INT, SqlType, decimal
from ...types.collation import key_sql
from ...types.precedence import as_decimal
from ..bound import Bound
from ..operands import convert, unified
from .registry import Functions, invalid_argument
from .string import result

FUNCTIONS = Functions()


def number(t, bound: Bound, position: int, name: str) -> Bound:
    """A numeric argument; strings become float, NULL int."""
    if bound.is_null:
        return Bound("NULL::double precision", FLOAT, True)
    if bound.type.is_character:
        return Bound(convert(bound, FLOAT), FLOAT, bound.nullable, columns=bound.columns)
    if not bound.type.is_number:
        raise invalid_argument(bound, position, name)
    return bound


def real(t, bound: Bound, position: int, name: str) -> str:
    """A float argument."""
    x = number(t, bound, position, name)
    return convert(x, FLOAT)


def widened(type_: SqlType) -> SqlType:
    """ABS, ROUND, CEILING ... give int for the smaller integers, float for bit and real."""
    if type_.name in ("tinyint", "smallint"):
        return INT
    if type_.name in ("real", "bit"):
        return FLOAT
    if type_.name == "smallmoney":
        return SqlType("money", precision=19, scale=4)
    return type_


@FUNCTIONS.define("abs", 1)
def _abs(t, node, scope, a):
    x = number(t, a[0], 1, "abs")
    kind = widened(x.type)
    return result(a, f"abs({convert(x, kind)})", kind)


@FUNCTIONS.define("sign", 1)
def _sign(t, node, scope, a):
    x = number(t, a[0], 1, "sign")
    kind = widened(x.type)
    cast = {"int": "integer", "bigint": "bigint", "float": "double precision"}.get(kind.name, "numeric")
    return result(a, f"sign(({x.sql})::numeric)::{cast}", kind)


@FUNCTIONS.define("ceiling floor", 1)
def _ceiling(t, node, scope, a):
    name = node.name.lower()
    x = number(t, a[0], 1, name)
    kind = widened(x.type)
    if kind.is_integer:
        return result(a, convert(x, kind), kind)
    if kind.name == "decimal":
        return result(a, f"{name}({x.sql})", decimal(kind.precision, 0))
    return result(a, f"{name}({convert(x, kind)})", kind)


@FUNCTIONS.define("round", 2, 3)
def _round(t, node, scope, a):
    x = number(t, a[0], 1, "round")
    kind = widened(x.type)
    places = convert(a[1], INT)
    function = "round"
    if len(a) > 2:
        if not a[2].is_constant:
            raise NotSupported("ROUND with a third argument that is not a constant")
        function = "trunc" if a[2].constant else "round"
    value = convert(x, kind)
    if kind.is_approximate:
        return result(a, f"ms.float_{function}({value}, {places})", kind)
    if kind.is_integer:
        cast = "bigint" if kind.name == "bigint" else "integer"
        return result(a, f"{function}(({value})::numeric, {places})::{cast}", kind)
    if kind.name == "decimal":
        rounded = f"{function}({value}, least({places}, {kind.scale}))"
        sql = f"ms.to_decimal({rounded}, {kind.precision}, {kind.scale}, 'expression')"
        return result(a, sql, kind)
    return result(a, f"{function}({value}, {places})", kind)


@FUNCTIONS.define("power", 2)
def _power(t, node, scope, a):
    x = number(t, a[0], 1, "power")
    kind = widened(x.type)
    exponent = real(t, a[1], 2, "power")
    raw = f"ms.power({convert(x, FLOAT)}, {exponent})"
    if kind.is_approximate:
        return result(a, raw, kind)
    if kind.is_integer:
        return result(a, f"ms.power_{kind.name}({raw})", kind)
    if kind.name == "money":
        return result(a, f"ms.to_money(ms.float_numeric({raw}))", kind)
    scale = as_decimal(kind).scale
    return result(a, f"ms.to_decimal(ms.float_numeric({raw}), 38, {scale}, 'float')", decimal(38, scale))


@FUNCTIONS.define("sqrt square exp log10 sin cos tan asin acos atan cot", 1)
def _float_function(t, node, scope, a):
    name = node.name.lower()
    x = real(t, a[0], 1, name)
    functions = {"square": f"ms.float_result(({x}) * ({x}))", "log10": f"ms.log10({x})", "exp": f"ms.exp({x})"}
    if name in ("sqrt", "asin", "acos", "cot"):
        return result(a, f"ms.{name}({x})", FLOAT)
    return result(a, functions.get(name, f"{name}({x})"), FLOAT)


@FUNCTIONS.define("atn2", 2)
def _atn2(t, node, scope, a):
    return result(a, f"ms.atn2({real(t, a[0], 1, 'atn2')}, {real(t, a[1], 2, 'atn2')})", FLOAT)


@FUNCTIONS.define("log", 1, 2)
def _log(t, node, scope, a):
    x = real(t, a[0], 1, "log")
    if len(a) == 1:
        return result(a, f"ms.ln({x})", FLOAT)
    return result(a, f"ms.log_base({x}, {real(t, a[1], 2, 'log')})", FLOAT)


@FUNCTIONS.define("degrees radians", 1)
def _degrees(t, node, scope, a):
    name = node.name.lower()
    x = number(t, a[0], 1, name)
    kind = widened(x.type)
    value = f"{name}({convert(x, FLOAT)})"
    if kind.is_integer:
        return result(
            a, f"ms.float_integer({value}, '{kind.name}')" + ("" if kind.name == "bigint" else "::integer"), kind
        )
    if kind.name == "decimal":
        kind = decimal(38, max(kind.scale, 18))
        return result(a, f"ms.to_decimal(ms.float_numeric({value}), 38, {kind.scale}, 'expression')", kind)
    return result(a, value, FLOAT)


FUNCTIONS.constant("pi", "pi()", FLOAT)


@FUNCTIONS.define("rand", 0, 1)
def _rand(t, node, scope, a):
    if not a:
        return Bound("(SELECT random())", FLOAT, False)
    return result(a, f"ms.rand({convert(a[0], INT)})", FLOAT)


@FUNCTIONS.define("greatest least", 1, 254)
def _greatest(t, node, scope, a):
    name = node.name.lower()
    type_, converted, coercibility = unified(a, name)
    if type_.is_character or type_.name in ("datetimeoffset", "uniqueidentifier"):
        rows = ", ".join(f"({sql})" for sql in converted)
        direction = "DESC" if name == "greatest" else "ASC"
        key = key_sql("g.v", type_, True)
        sql = f"(SELECT g.v FROM (VALUES {rows}) g(v) WHERE g.v IS NOT NULL ORDER BY {key} {direction} LIMIT 1)"
        return Bound(sql, type_, True, coercibility, columns=any(b.columns for b in a))
    return Bound(f"{name}({', '.join(converted)})", type_, True, coercibility, columns=any(b.columns for b in a))


@FUNCTIONS.define("left_shift right_shift", 2)
def _shift(t, node, scope, a):
    for position, bound in enumerate(a, 1):
        if not bound.type.is_integer:
            raise invalid_argument(bound, position, node.name.lower())
    function = "ms.shift_left" if node.name.lower() == "left_shift" else "ms.shift_right"
    bits = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}.get(a[0].type.name)
    if bits is None:
        raise SqlServerError(8116, type="bit", position=1, name=node.name.lower())
    cast = {8: "smallint", 16: "smallint", 32: "integer", 64: "bigint"}[bits]
    return result(a, f"{function}(({a[0].sql})::bigint, ({a[1].sql})::bigint, {bits})::{cast}", a[0].type)


@FUNCTIONS.define("bit_count", 1)
def _bit_count(t, node, scope, a):
    if a[0].type.is_binary:
        return result(a, f"bit_count({a[0].sql})", SqlType("bigint"))
    if not a[0].type.is_integer:
        raise invalid_argument(a[0], 1, "bit_count")
    bits = {"tinyint": 8, "smallint": 16, "int": 32}.get(a[0].type.name, 64)
    return result(a, f"bit_count(({a[0].sql})::bigint::bit({bits}))::bigint", SqlType("bigint"))


def _bit_target(bound: Bound, name: str) -> tuple[int, str]:
    """Width and engine type of the operand of a bit function."""
    bits = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}.get(bound.type.name)
    if bits is None:
        raise invalid_argument(bound, 1, name)
    return bits, {8: "smallint", 16: "smallint", 32: "integer", 64: "bigint"}[bits]


@FUNCTIONS.define("get_bit", 2)
def _get_bit(t, node, scope, a):
    bits, _ = _bit_target(a[0], "get_bit")
    return result(a, f"ms.get_bit(({a[0].sql})::bigint, {convert(a[1], INT)}, {bits})", SqlType("bit"))


@FUNCTIONS.define("set_bit", 2, 3)
def _set_bit(t, node, scope, a):
    bits, cast = _bit_target(a[0], "set_bit")
    value = convert(a[2], SqlType("bit")) if len(a) > 2 else "1"
    sql = f"ms.set_bit(({a[0].sql})::bigint, {convert(a[1], INT)}, ({value})::int, {bits})::{cast}"
    return result(a, sql, a[0].type)
