"""Items of ORDER BY, and their restrictions."""

from typing import Any

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .constants import check_folding, divides_by_zero, signed_integer


def contains_constant_subquery(node: nodes.ScalarSubquery) -> bool:
    """``(SELECT NULL)``, the idiom for no order."""
    body = node.query.body
    return (
        isinstance(body, nodes.Select)
        and not body.sources
        and all(isinstance(item.expression, nodes.Literal) for item in body.items)
    )


def names_item(node: nodes.Expression, items: list[Any]) -> bool:
    """Whether a string constant is the alias of a select item, which then orders the rows.

    https://learn.microsoft.com/sql/t-sql/language-elements/coalesce-transact-sql (ORDER BY 'Total Salary')
    """
    if not isinstance(node, nodes.Literal) or not node.kind.endswith("string"):
        return False
    return any(item.name and item.name.casefold() == node.text.casefold() for item in items)


def direction(sql: str, item: nodes.OrderItem) -> str:
    """An item of the engine's ORDER BY. :raises NotSupported: for sql_variant, which orders by type family first."""
    if sql.startswith("ms.k_variant("):
        raise NotSupported("ORDER BY of sql_variant", item.line)
    return f"{sql} DESC NULLS LAST" if item.descending else f"{sql} NULLS FIRST"


def not_selected(item: nodes.OrderItem) -> SqlServerError:
    return SqlServerError(145, line=item.line)


def constant_order(position: int, node: nodes.Node) -> SqlServerError:
    """The error of a constant in ORDER BY. :raises NotSupported: if folding it may fail with another one."""
    if divides_by_zero(node):
        return SqlServerError(8134, line=node.line)
    check_folding(node)
    return SqlServerError(408, position=position, line=node.line)


def wanted_position(node: nodes.Expression, count: int) -> int:
    """The select item of an integer literal in ORDER BY. :raises SqlServerError: 108."""
    number = signed_integer(node)
    if number is None or not 1 <= number <= count:
        raise SqlServerError(108, position=number, line=node.line)
    return number
