"""NULL handling, choices, identifiers, hashing."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import FLOAT, INT, MAX, UNIQUEIDENTIFIER, SqlType, varbinary
from ...syntax import nodes
from ...types.typenames import pg_type
from ..bound import Bound
from ..operands import comparable, convert, unified
from .math import real
from .registry import Functions
from .string import result, text

FUNCTIONS = Functions()


@FUNCTIONS.define("isnull", 2)
def _isnull(t, node, scope, a):
    first, second = a
    if first.is_null:
        return second if not second.is_null else Bound("NULL::integer", INT)
    converted = convert(second, first.type)
    return Bound(
        f"coalesce({first.sql}, {converted})", first.type, first.nullable and second.nullable, first.coercibility,
        columns=first.columns or second.columns,
    )  # fmt: skip


@FUNCTIONS.define("coalesce", 2, 254)
def _coalesce(t, node, scope, a):
    if all(bound.is_null for bound in a):
        raise SqlServerError(4127)
    type_, converted, coercibility = unified(a, "coalesce")
    return Bound(
        f"coalesce({', '.join(converted)})", type_, all(b.nullable for b in a), coercibility,
        columns=any(b.columns for b in a),
    )  # fmt: skip


@FUNCTIONS.define("nullif", 2)
def _nullif(t, node, scope, a):
    if a[0].is_null:
        raise SqlServerError(4151)
    left, right = comparable(a, "equal to")
    type_ = _narrowest(a[0])
    value = a[0].sql if type_ == a[0].type else f"({a[0].sql})::smallint"
    return Bound(
        f"(CASE WHEN {left} = {right} THEN NULL ELSE {value} END)", type_, True, a[0].coercibility,
        columns=any(b.columns for b in a),
    )  # fmt: skip


def _narrowest(bound: Bound) -> SqlType:
    """NULLIF gives an integer literal the narrowest type that holds it."""
    if bound.type.name == "int" and bound.is_constant and isinstance(bound.constant, int):
        if 0 <= bound.constant <= 255:
            return SqlType("tinyint")
        if -32768 <= bound.constant <= 32767:
            return SqlType("smallint")
    return bound.type


@FUNCTIONS.define("iif", 3, raw=True)
def _iif(t, node, scope):
    condition, yes, no = node.arguments
    return t.expression(nodes.Case(None, [nodes.When(condition, yes)], no), scope)


@FUNCTIONS.define("choose", 2, 254)
def _choose(t, node, scope, a):
    type_, converted, coercibility = unified(a[1:], "choose")
    whens = " ".join(f"WHEN {n} THEN {sql}" for n, sql in enumerate(converted, 1))
    return Bound(
        f"(CASE {convert(a[0], INT)} {whens} END)", type_, True, coercibility, columns=any(b.columns for b in a)
    )


FUNCTIONS.constant("newid", "gen_random_uuid()", UNIQUEIDENTIFIER)
FUNCTIONS.constant("min_active_rowversion", "ms.min_active_rowversion()", SqlType("binary", length=8))
FUNCTIONS.constant("newsequentialid", "uuidv7()", UNIQUEIDENTIFIER)


@FUNCTIONS.define("isnumeric", 1)
def _isnumeric(t, node, scope, a):
    if a[0].type.name == "bit":
        return result(a, "0", INT, False)
    if a[0].type.is_number:
        return result(a, f"(CASE WHEN {a[0].sql} IS NULL THEN 0 ELSE 1 END)", INT, False)
    return result(a, f"ms.isnumeric({text(t, a[0], 1, 'isnumeric').sql})", INT, False)


@FUNCTIONS.define("hashbytes", 2)
def _hashbytes(t, node, scope, a):
    if not a[0].is_constant or not isinstance(a[0].constant, str):
        raise NotSupported("HASHBYTES with an algorithm that is not a literal")
    algorithm = a[0].constant.upper()
    lengths = {"MD5": 16, "SHA": 20, "SHA1": 20, "SHA2_256": 32, "SHA2_512": 64}
    if algorithm not in lengths:
        if algorithm in ("MD2", "MD4"):
            raise NotSupported(f"HASHBYTES('{algorithm}')")
        raise SqlServerError(195, name=a[0].constant, kind="hash algorithm", state=1)
    value = a[1]
    if value.is_null:
        return Bound("NULL::bytea", varbinary(8000), True)
    if value.type.is_character:
        data = convert(value, varbinary(MAX), True)
    elif value.type.is_binary:
        data = value.sql
    else:
        raise SqlServerError(8116, type=value.type.name, position=2, name="hashbytes")
    function = {
        "MD5": f"decode(md5({data}), 'hex')",
        "SHA2_256": f"sha256({data})",
        "SHA2_512": f"sha512({data})",
    }.get(algorithm, f"ms.sha1({data})")
    return result(a, function, varbinary(8000), True)


@FUNCTIONS.define("checksum binary_checksum", 1, 254, raw=True)
def _checksum(t, node, scope):
    if any(isinstance(argument, nodes.Star) for argument in node.arguments):
        raise NotSupported(f"{node.name.upper()}(*)")
    bounds = t.expressions(node.arguments, scope)
    if len(bounds) != 1 or bounds[0].type.name != "uniqueidentifier":
        raise NotSupported(f"{node.name.upper()} of anything but NEWID()")
    return result(bounds, f"hashtext(({bounds[0].sql})::text)", INT, False)


@FUNCTIONS.define("square", 1)
def _square(t, node, scope, a):
    x = real(t, a[0], 1, "square")
    return result(a, f"ms.float_result(({x}) * ({x}))", FLOAT)


@FUNCTIONS.define("next_value_for", 1, raw=True)
def _next_value(t, node, scope):
    parts = node.arguments[0].parts
    if scope.clause in ("where", "having", "group", "order", "on"):
        raise SqlServerError(11720)
    schema = parts[-2] if len(parts) > 1 else None
    sequence = t.context.catalog.sequence(schema, parts[-1])
    table = t.context.catalog.table(schema, parts[-1]) if sequence is None else None
    if table is not None:
        raise SqlServerError(11726, schema=table.schema, table=table.name)
    if sequence is None:
        raise SqlServerError(208, name=".".join(parts))
    return Bound(f"nextval('{sequence.physical}')::{pg_type(sequence.type)}", sequence.type, False)
