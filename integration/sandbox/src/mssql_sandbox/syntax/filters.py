"""The WHERE clause of a filtered index: comparisons with constants, IN and IS NULL, joined by AND.

https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql (filter_predicate)
"""

from ..errors import SqlServerError
from . import nodes


def check_filter(index: str, table: str, predicate: nodes.Predicate) -> None:
    """:raises SqlServerError: 10735 for any other form."""
    if not _simple(predicate):
        raise SqlServerError(10735, index=index, table=table, line=predicate.line)


def _simple(predicate: nodes.Predicate) -> bool:
    if isinstance(predicate, nodes.And):
        return all(_simple(operand) for operand in predicate.operands)
    if isinstance(predicate, nodes.IsNull):
        return isinstance(predicate.operand, nodes.ColumnRef)
    if isinstance(predicate, nodes.Comparison):
        return isinstance(predicate.left, nodes.ColumnRef) and _constant(predicate.right)
    if isinstance(predicate, nodes.InList):
        return (
            not predicate.negated
            and isinstance(predicate.operand, nodes.ColumnRef)
            and all(_constant(item) for item in predicate.items)
        )
    return False


def _constant(node: nodes.Expression) -> bool:
    if isinstance(node, nodes.Literal):
        return node.kind != "null"
    if isinstance(node, nodes.Unary):
        return _constant(node.operand)
    if isinstance(node, nodes.Cast):
        return node.function in ("CAST", "CONVERT") and _constant(node.operand)
    return False
