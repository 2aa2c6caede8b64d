"""JSON functions on text."""

from ...errors import SqlServerError
from ...sqltypes import INT, MAX, nvarchar, varchar
from ...syntax import nodes
from ..bound import Bound
from ..operands import convert, json_number
from .call import Call, result
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define


def document(call: Call, bound: Bound, checked: bool = True) -> str:
    """The first argument, a document: an object or an array (13609 at run time)."""
    if bound.type.name == "json":
        return bound.sql
    if bound.type.is_number or bound.type.is_temporal or bound.type.is_binary:
        raise call.invalid(1, bound)
    sql = call.text(1, bound, unicode=True).sql
    return f"ms.json_text({sql})" if checked else sql


def path(call: Call) -> str:
    """The second argument, a path; before SQL Server 2017 it had to be a literal (13610)."""
    if call.count < 2:
        return "'$'::text"
    bound = call.second
    if not bound.is_constant and not call.context.version.allows("json_path_expression"):
        raise SqlServerError(13610, position=2, function=call.name.upper())
    if not bound.type.is_character:
        raise call.invalid(2)
    return bound.sql


@define("isjson", 1, 2, before=("isjson_type", 1))
def _isjson(call: Call) -> Bound:
    bound = call.bind(1)
    kind = "container"
    if call.count > 1:
        # The type is a word, which parses as a column name.
        kind = getattr(call.node.arguments[1], "parts", [""])[0].lower()
        if kind not in ("value", "array", "object", "scalar"):
            raise SqlServerError(1023, position=2, name="isjson")
    return result([bound], f"ms.isjson({document(call, bound, False)}, '{kind}')", INT)


@define("json_value", 2)
def _json_value(call: Call) -> Bound:
    where = path(call)
    if call.node.returning is not None:
        if not call.context.version.allows("json_value_returning"):
            raise SqlServerError(102, near="RETURNING")
        target = call.context.type_of(call.node.returning)
        raw = Bound(f"ms.json_value({document(call, call.first)}, {where}, 2147483647)", nvarchar(MAX), True)
        return call.result(convert(raw, target, True), target, True)
    return call.result(f"ms.json_value({document(call, call.first)}, {where}, 4000)", call.nvarchar(4000), True)


@define("json_query", 1, 2)
def _json_query(call: Call) -> Bound:
    where = path(call)
    return call.result(f"ms.json_query({document(call, call.first)}, {where})", call.nvarchar(MAX), True)


@define("json_path_exists", 2)
def _json_path_exists(call: Call) -> Bound:
    return call.result(f"ms.json_path_exists({document(call, call.first, False)}, {path(call)})", INT)


@define("json_modify", 3)
def _json_modify(call: Call) -> Bound:
    where = path(call)
    value = json_item(call, 3, "ms.json_quote")
    return call.result(f"ms.json_modify({document(call, call.first)}, {where}, {value})", call.nvarchar(MAX), True)


_MAKERS = ("json_query", "json_modify", "json_object", "json_array", "json_objectagg", "json_arrayagg")


def json_item(call: Call, position: int, quote: str = "ms.json_plain") -> str:
    """A value as JSON text inside a document; NULL stays NULL. Only JSON_MODIFY escapes /."""
    bound, node = call.bind(position), call.node.arguments[position - 1]
    if isinstance(node, nodes.FunctionCall) and node.name.lower() in _MAKERS or bound.type.name == "json":
        return bound.sql
    if bound.is_null:
        return "NULL::text"
    if number := json_number(bound):
        return number
    if bound.type.is_temporal or bound.type.name == "uniqueidentifier":
        return f"{quote}({convert(bound, varchar(64), True, style=126 if bound.type.is_temporal else None)})"
    if bound.type.is_binary:
        return f"{quote}(encode({bound.sql}, 'base64'))"
    return f"{quote}({call.text(position, bound).sql})"


@define("json_object", 0, 254)
def _json_object(call: Call) -> Bound:
    absent = "false" if call.node.nulls == "ABSENT ON NULL" else "true"
    keys = [call.text(1, bound).sql for bound in call.t.expressions(call.node.keys or [], call.scope)]
    if len(keys) != call.count:
        raise SqlServerError(102, near="JSON_OBJECT")
    sql = f"ms.json_object(ARRAY[{', '.join(keys)}]::text[], {_items(call)}, {absent})"
    return call.result(sql, call.nvarchar(MAX), False)


@define("json_array", 0, 254)
def _json_array(call: Call) -> Bound:
    keep = "true" if call.node.nulls == "NULL ON NULL" else "false"
    return call.result(f"ms.json_array({_items(call)}, {keep})", call.nvarchar(MAX), False)


def _items(call: Call) -> str:
    items = [json_item(call, position) for position, _ in enumerate(call.arguments, 1)]
    return f"ARRAY[{', '.join(items)}]::text[]"
