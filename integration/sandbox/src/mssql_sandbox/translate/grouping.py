"""GROUP BY: keys, their values in the select list, ROLLUP, CUBE and GROUPING SETS.

https://learn.microsoft.com/sql/t-sql/queries/select-group-by-transact-sql
"""

from dataclasses import replace
from typing import Any

from ..errors import SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from ..types.collation import key_sql
from .aggregates import contains_aggregate, contains_subquery, walk
from .bound import Bound, Scope
from .operands import check_sortable
from .translation import Translation


def clause(t: Translation, group_by: nodes.GroupBy, scope: Scope) -> str:
    """The clause; sets the scope's groups.

    :raises SqlServerError: 144, 164, 305, 306, 13636 for expressions that cannot be grouped.
    """
    scope.clause = "group"
    groups: dict[Any, Bound] = {}
    keys: dict[Any, str] = {}
    for item in group_by.items:
        bound = _checked(t, item, scope)
        fingerprint = t.names.fingerprint(item, scope)
        keys[fingerprint] = _key(bound)
        sql = _representative(bound)
        if group_by.elements is None:
            groups[fingerprint] = replace(bound, sql=sql)
            continue
        if sql != bound.sql:
            sql = f"(CASE WHEN grouping({keys[fingerprint]}) = 0 THEN {sql} END)"
        groups[fingerprint] = replace(bound, sql=sql, nullable=True)
    scope.group_keys = keys
    if group_by.elements is None:
        text = ", ".join(dict.fromkeys(keys.values()))
    else:
        text = ", ".join(
            _element(element, lambda item: keys[t.names.fingerprint(item, scope)]) for element in group_by.elements
        )
    scope.groups = groups
    return f" GROUP BY {text}"


def _checked(t: Translation, item: nodes.Expression, scope: Scope) -> Bound:
    if contains_aggregate(item) or contains_subquery(item):
        raise SqlServerError(144, line=item.line)
    bound = t.expression(item, scope)
    if not any(isinstance(part, nodes.ColumnRef) and t.names.here(part, scope) is not None for part in walk(item)):
        raise SqlServerError(164, line=item.line)
    check_sortable(bound.type)
    return bound


def _element(element: nodes.GroupingElement, key: Any) -> str:
    """An element in the engine's SQL, which has the same rules."""
    parts = [_element(part, key) if isinstance(part, nodes.GroupingElement) else key(part) for part in element.parts]
    if element.kind == "LIST":
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    return f"{element.kind} ({', '.join(parts)})"


def _needs_representative(type_: SqlType) -> bool:
    return type_.is_character or type_.name == "datetimeoffset" or type_.is_binary


def _representative(bound: Bound) -> str:
    """One value of a group whose rows may share only the key."""
    if not _needs_representative(bound.type):
        return bound.sql
    function = "ms.min_offset" if bound.type.name == "datetimeoffset" else "min"
    return f"{function}({bound.sql})"


def _key(bound: Bound) -> str:
    return key_sql(bound.sql, bound.type) if _needs_representative(bound.type) else bound.sql
