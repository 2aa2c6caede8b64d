"""NULL handling, choice, identifiers, hashing."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import INT, MAX, UNIQUEIDENTIFIER, SqlType, varbinary
from ...syntax import nodes
from ...types.typenames import pg_type
from ..bound import Bound
from ..operands import comparable, convert, unified
from .call import Call
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define


@define("isnull", 2)
def _isnull(call: Call) -> Bound:
    first, second = call.arguments
    if first.is_null:
        return second if not second.is_null else Bound("NULL::integer", INT)
    converted = convert(second, first.type)
    return Bound(
        f"coalesce({first.sql}, {converted})", first.type, first.nullable and second.nullable, first.coercibility,
        columns=call.columns,
    )  # fmt: skip


@define("coalesce", 0, None)  # the grammar counts
def _coalesce(call: Call) -> Bound:
    outside = call.scope.unreached
    for position in range(1, call.count + 1):
        bound = call.bind(position)
        call.scope.unreached += bound.is_constant and not bound.is_null
    call.scope.unreached = outside
    if all(bound.is_null for bound in call.arguments):
        raise SqlServerError(4127)
    type_, converted, coercibility = unified(call.arguments, "coalesce")
    return Bound(
        f"coalesce({', '.join(converted)})", type_, all(b.nullable for b in call.arguments), coercibility,
        columns=call.columns,
    )  # fmt: skip


@define("nullif", 0, None)
def _nullif(call: Call) -> Bound:
    if call.first.is_null:
        raise SqlServerError(4151)
    left, right = comparable(call.arguments, "equal to")
    type_ = _narrowest(call.first)
    value = call.first.sql if type_ == call.first.type else f"({call.first.sql})::smallint"
    return Bound(
        f"(CASE WHEN {left} = {right} THEN NULL ELSE {value} END)", type_, True, call.first.coercibility,
        columns=call.columns,
    )  # fmt: skip


def _narrowest(bound: Bound) -> SqlType:
    """The narrowest type of an integer literal, as in NULLIF."""
    if bound.type.name == "int" and bound.is_constant and isinstance(bound.constant, int):
        if 0 <= bound.constant <= 255:
            return SqlType("tinyint")
        if -32768 <= bound.constant <= 32767:
            return SqlType("smallint")
    return bound.type


@define("iif", 3)
def _iif(call: Call) -> Bound:
    condition, yes, no = call.node.arguments
    return call.expression(nodes.Case(None, [nodes.When(condition, yes)], no))


@define("choose", 2, None, counted=1076)
def _choose(call: Call) -> Bound:
    type_, converted, coercibility = unified(call.arguments[1:], "choose")
    whens = " ".join(f"WHEN {n} THEN {sql}" for n, sql in enumerate(converted, 1))
    return Bound(f"(CASE {convert(call.first, INT)} {whens} END)", type_, True, coercibility, columns=call.columns)


FUNCTIONS.constant("newid", "gen_random_uuid()", UNIQUEIDENTIFIER)
FUNCTIONS.constant("min_active_rowversion", "ms.min_active_rowversion()", SqlType("binary", length=8))
FUNCTIONS.constant("newsequentialid", "uuidv7()", UNIQUEIDENTIFIER)


@define("isnumeric", 1)
def _isnumeric(call: Call) -> Bound:
    if call.first.type.name == "bit":
        return call.result("0", INT, False)
    if call.first.type.is_number:
        return call.result(f"(CASE WHEN {call.first.sql} IS NULL THEN 0 ELSE 1 END)", INT, False)
    return call.result(f"ms.isnumeric({call.text(1).sql})", INT, False)


@define("hashbytes", 2)
def _hashbytes(call: Call) -> Bound:
    if not call.first.is_constant or not isinstance(call.first.constant, str):
        raise NotSupported("HASHBYTES with an algorithm that is not a literal")
    algorithm = call.first.constant.upper()
    lengths = {"MD5": 16, "SHA": 20, "SHA1": 20, "SHA2_256": 32, "SHA2_512": 64}
    if algorithm not in lengths:
        if algorithm in ("MD2", "MD4"):
            raise NotSupported(f"HASHBYTES('{algorithm}')")
        raise SqlServerError(195, name=call.first.constant, kind="hash algorithm", state=1)
    value = call.second
    if value.is_null:
        return Bound("NULL::bytea", varbinary(8000), True)
    if value.type.is_character:
        data = convert(value, varbinary(MAX), True)
    elif value.type.is_binary:
        data = value.sql
    else:
        raise call.invalid(2)
    function = {
        "MD5": f"decode(md5({data}), 'hex')",
        "SHA2_256": f"sha256({data})",
        "SHA2_512": f"sha512({data})",
    }.get(algorithm, f"ms.sha1({data})")
    return call.result(function, varbinary(8000), True)


@define("checksum binary_checksum", 1, None, counted=50999)
def _checksum(call: Call) -> Bound:
    if any(isinstance(argument, nodes.Star) for argument in call.node.arguments):
        raise NotSupported(f"{call.node.name.upper()}(*)")
    if call.count != 1 or call.first.type.name != "uniqueidentifier":
        raise NotSupported(f"{call.node.name.upper()} of anything but NEWID()")
    return call.result(f"hashtext(({call.first.sql})::text)", INT, False)


@define("next_value_for", 1)
def _next_value(call: Call) -> Bound:
    parts = call.node.arguments[0].parts
    if call.scope.clause in ("where", "having", "group", "order", "on"):
        raise SqlServerError(11720)
    schema = parts[-2] if len(parts) > 1 else None
    sequence = call.context.catalog.sequence(schema, parts[-1])
    table = call.context.catalog.table(schema, parts[-1]) if sequence is None else None
    if table is not None:
        raise SqlServerError(11726, schema=table.schema, table=table.name)
    if sequence is None:
        raise SqlServerError(208, name=".".join(parts))
    return Bound(f"nextval('{sequence.physical}')::{pg_type(sequence.type)}", sequence.type, False)
