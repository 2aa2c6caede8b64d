"""JSON_ARRAYAGG and JSON_OBJECTAGG of SQL Server 2025."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import MAX, SqlType, nvarchar
from ..bound import Bound
from .aggregate import argument, ordered_within
from .json import json_item
from .registry import Functions
from .string import text

FUNCTIONS = Functions()


@FUNCTIONS.define("json_arrayagg", 1, raw=True)
def _json_arrayagg(t, node, scope):
    """https://learn.microsoft.com/sql/t-sql/functions/json-arrayagg-transact-sql"""
    _check(node)
    bound = argument(t, node, scope)
    item = json_item(t, bound, node.arguments[0])
    if node.nulls == "NULL ON NULL":
        item = f"coalesce({item}, 'null')"
    return _result(t, node, "[]", f"string_agg({item}, ','{ordered_within(t, node, scope)})")


@FUNCTIONS.define("json_objectagg", 1, raw=True)
def _json_objectagg(t, node, scope):
    """https://learn.microsoft.com/sql/t-sql/functions/json-objectagg-transact-sql"""
    _check(node)
    if len(node.keys or ()) != 1:
        raise SqlServerError(102, near="JSON_OBJECTAGG")
    value = argument(t, node, scope)
    scope.in_aggregate += 1
    key = text(t, t.expression(node.keys[0], scope), 1, "json_objectagg").sql
    scope.in_aggregate -= 1
    item = json_item(t, value, node.arguments[0])
    if node.nulls != "ABSENT ON NULL":
        item = f"coalesce({item}, 'null')"
    return _result(t, node, "{}", f"string_agg(ms.json_key({key}) || ':' || {item}, ',')")


def _check(node) -> None:
    if node.over is not None:
        raise NotSupported(f"{node.name.upper()} with OVER")
    if node.distinct:
        raise NotSupported(f"{node.name.upper()} with DISTINCT")


def _result(t, node, brackets: str, items: str) -> Bound:
    sql = f"ms.json_aggregate('{brackets[0]}', {items}, '{brackets[1]}', count(*), '{node.name.upper()}')"
    if node.returning is None:
        return Bound(sql, nvarchar(MAX, t.context.collation), False)
    target = t.context.type_of(node.returning)
    if target.name != "json":
        raise SqlServerError(102, near=node.returning.name)
    return Bound(sql, SqlType("json"), False)
