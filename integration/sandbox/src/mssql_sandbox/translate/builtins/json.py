"""JSON functions on text."""

from ...errors import SqlServerError
from ...sqltypes import INT, MAX, nvarchar, varchar
from ..bound import Bound
from ..operands import convert
from .registry import Functions, invalid_argument
from .string import result, text

FUNCTIONS = Functions()


def document(t, bound: Bound, position: int, name: str, checked: bool = True) -> str:
    """The document of a JSON function. Text must hold an object or an array (13609 at run time)."""
    if bound.type.name == "json":
        return bound.sql
    if bound.type.is_number or bound.type.is_temporal or bound.type.is_binary:
        raise invalid_argument(bound, position, name)
    sql = text(t, bound, position, name, True).sql
    return f"ms.json_text({sql})" if checked else sql


def path(t, bound: Bound, position: int, name: str) -> str:
    """A path; before SQL Server 2017 it had to be a literal (13610)."""
    if not bound.is_constant and not t.context.version.allows("json_path_expression"):
        raise SqlServerError(13610, position=position, function=name.upper())
    if not bound.type.is_character:
        raise invalid_argument(bound, position, name)
    return bound.sql


@FUNCTIONS.define("isjson", 1, 2, raw=True)
def _isjson(t, node, scope):
    bound = t.expression(node.arguments[0], scope)
    kind = "container"
    if len(node.arguments) > 1:
        if not t.context.version.allows("isjson_type"):
            raise SqlServerError(174, name="isjson", count=1)
        kind = node.arguments[1].parts[0].lower()
        if kind not in ("value", "array", "object", "scalar"):
            raise SqlServerError(102, near=node.arguments[1].parts[0])
    return result([bound], f"ms.isjson({document(t, bound, 1, 'isjson', False)}, '{kind}')", INT)


@FUNCTIONS.define("json_value", 1, 2)
def _json_value(t, node, scope, a):
    where = path(t, a[1], 2, "json_value") if len(a) > 1 else "'$'::text"
    if node.returning is not None:
        if not t.context.version.allows("json_value_returning"):
            raise SqlServerError(102, near="RETURNING")
        target = t.context.type_of(node.returning)
        raw = Bound(f"ms.json_value({document(t, a[0], 1, 'json_value')}, {where}, 2147483647)", nvarchar(MAX), True)
        return result(a, convert(raw, target, True), target, True)
    return result(
        a,
        f"ms.json_value({document(t, a[0], 1, 'json_value')}, {where}, 4000)",
        nvarchar(4000, t.context.collation),
        True,
    )


@FUNCTIONS.define("json_query", 1, 2)
def _json_query(t, node, scope, a):
    where = path(t, a[1], 2, "json_query") if len(a) > 1 else "'$'::text"
    return result(
        a, f"ms.json_query({document(t, a[0], 1, 'json_query')}, {where})", nvarchar(MAX, t.context.collation), True
    )


@FUNCTIONS.define("json_path_exists", 2)
def _json_path_exists(t, node, scope, a):
    return result(
        a,
        f"ms.json_path_exists({document(t, a[0], 1, 'json_path_exists', False)}, {path(t, a[1], 2, 'json_path_exists')})",
        INT,
    )


@FUNCTIONS.define("json_modify", 3)
def _json_modify(t, node, scope, a):
    where = path(t, a[1], 2, "json_modify")
    value = json_item(t, a[2], node.arguments[2], "ms.json_quote")
    return result(
        a,
        f"ms.json_modify({document(t, a[0], 1, 'json_modify')}, {where}, {value})",
        nvarchar(MAX, t.context.collation),
        True,
    )


_MAKERS = ("json_query", "json_modify", "json_object", "json_array", "json_objectagg", "json_arrayagg")


def json_item(t, bound: Bound, node, quote: str = "ms.json_plain") -> str:
    """A value as JSON text inside a document; NULL stays NULL. JSON_MODIFY escapes /, the others do not."""
    name = getattr(node, "name", "")
    if isinstance(name, str) and name.lower() in _MAKERS or bound.type.name == "json":
        return bound.sql
    if bound.is_null:
        return "NULL::text"
    if bound.type.name == "bit":
        return f"(CASE {bound.sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    if bound.type.is_number:
        return f"({bound.sql})::text"
    if bound.type.is_temporal or bound.type.name == "uniqueidentifier":
        style = 126
        return f"{quote}({convert(bound, varchar(64), True, style=style if bound.type.is_temporal else None)})"
    if bound.type.is_binary:
        return f"{quote}(encode({bound.sql}, 'base64'))"
    return f"{quote}({text(t, bound, 1, 'json').sql})"


@FUNCTIONS.define("json_object", 0, 254)
def _json_object(t, node, scope, a):
    absent = "false" if node.nulls == "ABSENT ON NULL" else "true"
    keys = [text(t, bound, 1, "json_object").sql for bound in t.expressions(node.keys or [], scope)]
    if len(keys) != len(a):
        raise SqlServerError(102, near="JSON_OBJECT")
    values = [json_item(t, bound, argument) for bound, argument in zip(a, node.arguments)]
    sql = f"ms.json_object(ARRAY[{', '.join(keys)}]::text[], ARRAY[{', '.join(values)}]::text[], {absent})"
    return result(a, sql, nvarchar(MAX, t.context.collation), False)


@FUNCTIONS.define("json_array", 0, 254)
def _json_array(t, node, scope, a):
    keep = "true" if node.nulls == "NULL ON NULL" else "false"
    values = [json_item(t, bound, argument) for bound, argument in zip(a, node.arguments)]
    return result(
        a, f"ms.json_array(ARRAY[{', '.join(values)}]::text[], {keep})", nvarchar(MAX, t.context.collation), False
    )
