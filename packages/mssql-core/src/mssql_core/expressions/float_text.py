"""Floats among texts: Cast, text functions and lookups take them as Python prints them."""

from copy import copy
from typing import Any, Iterable, Optional

from django.db.models import CharField, FloatField

from ..compat.orm import known_field
from ..operations.floats import exact_text, shortest_text
from ..plugin import UnaryExpression
from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Compiled


class FloatText(UnaryExpression):
    """The text of a float."""

    def __init__(self, expression: Expression) -> None:
        super().__init__(expression, CharField(max_length=32))

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        return (exact_text if self._takes_no_subquery(compiler) else shortest_text)(sql), params

    def _takes_no_subquery(self, compiler: Compiler) -> bool:
        """Definitions refuse one (error 1046; Django names columns without their table there), aggregates live in none."""
        is_definition = getattr(compiler.query, "alias_cols", True) is False
        of_rows = self.expression
        return (
            is_definition
            or getattr(of_rows, "contains_aggregate", False)
            or getattr(of_rows, "contains_over_clause", False)
        )


def is_float(node: Any) -> bool:
    """Whether `node` is an expression whose value is a float."""
    return isinstance(known_field(node), FloatField)


def with_text(node: Expression, positions: Optional[Iterable[int]] = None) -> Expression:
    """
    `node` with the text of the floats among its arguments; itself where there are none.

    :param positions: those of the arguments that are texts; all by default.
    """
    sources = node.get_source_expressions()
    wanted = range(len(sources)) if positions is None else positions
    places = {index for index in wanted if index < len(sources) and is_float(sources[index])}
    if not places:
        return node
    changed = copy(node)
    changed.set_source_expressions(
        [FloatText(source) if index in places else source for index, source in enumerate(sources)]
    )
    return changed
