"""GROUP BY with ROLLUP, CUBE and GROUPING SETS.

https://learn.microsoft.com/sql/t-sql/queries/select-group-by-transact-sql
"""

from typing import Any, Callable, Iterator

from . import nodes
from .expressions import Expressions


class Grouping(Expressions):
    def group_by(self) -> nodes.GroupBy:
        token = self.token
        self.accept("ALL")
        elements = self.comma_list(self._grouping_element)
        if self.token.key == "WITH" and self.ahead().key in ("ROLLUP", "CUBE"):
            self.advance()
            elements = [self.mark(nodes.GroupingElement(self.advance().key, elements), token)]
        items = [item for element in elements for item in _grouped(element)]
        plain = all(element.kind == "LIST" and len(element.parts) == 1 for element in elements)
        return self.mark(nodes.GroupBy(items, None if plain else elements), token)

    def _grouping_element(self) -> nodes.GroupingElement:
        token = self.token
        if token.key in ("ROLLUP", "CUBE") and self.ahead().key == "(":
            kind = self.advance().key
            return self.mark(nodes.GroupingElement(kind, self._grouping_parts(self._grouping_list)), token)
        if self.accept("GROUPING", "SETS"):
            parts = self._grouping_parts(self._grouping_set)
            return self.mark(nodes.GroupingElement("GROUPING SETS", parts), token)
        if token.key == "(" and self.ahead().key == ")":
            return self._grouping_list()
        return self.mark(nodes.GroupingElement("LIST", [self.expression()]), token)

    def _grouping_parts(self, part: Callable[[], nodes.GroupingElement]) -> list[nodes.Node]:
        self.expect("(")
        parts: list[nodes.Node] = list(self.comma_list(part))
        self.expect(")")
        return parts

    def _grouping_set(self) -> nodes.GroupingElement:
        return self._grouping_element() if self.token.key in ("ROLLUP", "CUBE") else self._grouping_list()

    def _grouping_list(self) -> nodes.GroupingElement:
        """``expression``, ``(a, b)`` or ``()``."""
        token = self.token
        if token.key != "(" or self.ahead().key != ")" and self._continues_after_group():
            return self.mark(nodes.GroupingElement("LIST", [self.expression()]), token)
        self.advance()
        if self.accept(")"):
            return self.mark(nodes.GroupingElement("LIST", []), token)
        items: list[nodes.Node] = list(self.comma_list(self.expression))
        self.expect(")")
        return self.mark(nodes.GroupingElement("LIST", items), token)

    def _continues_after_group(self) -> bool:
        """Whether the next ``(`` only begins an expression, as in ``(a + b) * 2``."""
        return self.tokens[self.closing[self.at] + 1].key not in (",", ")")


def _grouped(element: nodes.GroupingElement) -> Iterator[Any]:
    """The expressions of an element, in order."""
    for part in element.parts:
        if isinstance(part, nodes.GroupingElement):
            yield from _grouped(part)
        else:
            yield part
