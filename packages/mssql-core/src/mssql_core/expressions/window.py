"""Window functions and the OVER clause."""

from typing import Any, Optional

from django.db.models import Aggregate, Window
from django.db.models.expressions import Expression

from mssql_core.compat.orm import window_order
from mssql_core.compiler.nth_value import compile_nth_value, is_nth_value
from mssql_core.compiler.order_by import UNORDERED
from mssql_core.compiler.predicates import values_of

from ..plugin.django_types import Compiler, Connection
from ..plugin.types import Compiled, Translation


class Unordered(Expression):
    """ORDER BY for functions that need one, where none was asked for (error 4112)."""

    def __init__(self) -> None:
        super().__init__(output_field=None)

    def as_sql(self, compiler: Compiler, connection: Connection, template: Optional[str] = None) -> Compiled:
        return window_order(UNORDERED), ()


def compile_window(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Ranking and offset functions, and frames, need an order; a partition needs values."""
    if is_nth_value(node):
        return compile_nth_value(node, compiler)
    partition = _partition_of_values(node.partition_by)
    needs_order = not _is_ordered(node) and not (isinstance(node.source_expression, Aggregate) and node.frame is None)
    if partition is node.partition_by and not needs_order:
        return NotImplemented
    copy = node.copy()
    copy.partition_by = partition
    if needs_order:
        copy.order_by = Unordered()
    return copy.as_sql(compiler, connection, **extra)


def _partition_of_values(partition: Any) -> Any:
    """PARTITION BY, which Django compiles by itself, with values in the place of conditions (errors 102 and 156)."""
    with_values = None if partition is None else values_of(type(partition))
    return partition if with_values is None else with_values(partition)


def _is_ordered(node: Expression) -> bool:
    # The order of a sliced prefetch may be an empty list.
    return node.order_by is not None and bool(node.order_by.get_source_expressions())


COMPILERS = {Window: compile_window}
