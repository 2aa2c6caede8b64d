"""Base class of expressions with one argument."""

from typing import Any, List, Optional, Sequence

from django.db.models import Expression, Field


class UnaryExpression(Expression):
    """An expression over exactly one other, such as a cast of it; a subclass writes ``as_sql``.

    :param expression: its argument, in ``self.expression``.
    :param output_field: the field of its value; by default the argument's.
    """

    def __init__(self, expression: Any, output_field: "Optional[Field[Any, Any]]" = None) -> None:
        super().__init__(output_field=output_field)
        self.expression = expression

    def get_source_expressions(self) -> List[Any]:
        return [self.expression]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        (self.expression,) = expressions
