"""JSON_ARRAYAGG and JSON_OBJECTAGG of SQL Server 2025."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import MAX, SqlType
from ..bound import Bound
from .aggregate import argument, ordered_within
from .call import Call
from .json import json_item
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define


@define("json_arrayagg", 1)
def _json_arrayagg(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/json-arrayagg-transact-sql"""
    _check(call)
    call.bound[1] = argument(call)
    item = json_item(call, 1)
    if call.node.nulls == "NULL ON NULL":
        item = f"coalesce({item}, 'null')"
    return _result(call, "[]", f"string_agg({item}, ','{ordered_within(call)})")


@define("json_objectagg", 1)
def _json_objectagg(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/json-objectagg-transact-sql"""
    _check(call)
    keys = call.node.keys or []
    if len(keys) != 1:
        raise SqlServerError(102, near="JSON_OBJECTAGG")
    call.bound[1] = argument(call)
    call.scope.in_aggregate += 1
    key = call.text(1, call.expression(keys[0])).sql
    call.scope.in_aggregate -= 1
    item = json_item(call, 1)
    if call.node.nulls != "ABSENT ON NULL":
        item = f"coalesce({item}, 'null')"
    return _result(call, "{}", f"string_agg(ms.json_key({key}) || ':' || {item}, ',')")


def _check(call: Call) -> None:
    if call.node.over is not None:
        raise NotSupported(f"{call.node.name.upper()} with OVER")
    if call.node.distinct:
        raise NotSupported(f"{call.node.name.upper()} with DISTINCT")


def _result(call: Call, brackets: str, items: str) -> Bound:
    sql = f"ms.json_aggregate('{brackets[0]}', {items}, '{brackets[1]}', count(*), '{call.node.name.upper()}')"
    if call.node.returning is None:
        return Bound(sql, call.nvarchar(MAX), False)
    target = call.context.type_of(call.node.returning)
    if target.name != "json":
        raise SqlServerError(102, near=call.node.returning.name)
    return Bound(sql, SqlType("json"), False)
