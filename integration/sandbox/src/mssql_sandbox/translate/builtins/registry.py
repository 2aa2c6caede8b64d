"""Checks and translation of calls of built-in functions."""

from dataclasses import dataclass
from typing import Callable

from ...errors import NotSupported, SqlServerError
from ...sqltypes import SqlType
from ...syntax import nodes
from ..aggregates import AGGREGATES
from ..bound import Bound, Scope
from ..translation import Translation
from .call import Call

Binder = Callable[[Call], Bound]


@dataclass(frozen=True)
class Function:
    """A built-in function.

    :param minimum: fewest arguments; ``maximum`` None = any number.
    :param kind: scalar, aggregate or window.
    """

    name: str
    minimum: int
    maximum: int | None
    binder: Binder
    kind: str = "scalar"

    def bind(self, t: Translation, node: nodes.FunctionCall, scope: Scope) -> Bound:
        """:raises SqlServerError: 174/189 wrong number of arguments, 4113 and 10753 about OVER."""
        self._check_count(node)
        if self.name == "next_value_for" and node.over is not None:
            raise NotSupported("NEXT VALUE FOR ... OVER")
        if self.kind == "scalar" and node.over is not None:
            raise SqlServerError(4113, name=node.name)
        if self.kind == "window" and node.over is None:
            raise SqlServerError(10753, name=node.name)
        if node.distinct and self.kind != "aggregate":
            raise SqlServerError(102, near="DISTINCT")
        return self.binder(Call(t, node, scope, self.name))

    def _check_count(self, node: nodes.FunctionCall) -> None:
        count = len(node.arguments)
        if count >= self.minimum and (self.maximum is None or count <= self.maximum):
            return
        name = node.name.lower()
        if self.minimum == self.maximum:
            raise SqlServerError(174, name=name, count=self.minimum)
        raise SqlServerError(189, name=name, minimum=self.minimum, maximum=self.maximum or 254)


class Functions(dict[str, Function]):
    """The functions of one module."""

    def define(
        self, name: str, minimum: int, maximum: int | None = -1, *, kind: str = "scalar"
    ) -> Callable[[Binder], Binder]:
        """Decorator: register a binder under one or more names, separated by blanks; other arguments as of Function."""

        def take(binder: Binder) -> Binder:
            for each in name.split():
                own = "aggregate" if each in AGGREGATES else kind
                self[each] = Function(each, minimum, minimum if maximum == -1 else maximum, binder, own)
            return binder

        return take

    def constant(self, name: str, sql: str, type_: SqlType) -> None:
        """Define functions without arguments that are never NULL."""
        self.define(name, 0)(lambda call: Bound(sql, type_, False))
