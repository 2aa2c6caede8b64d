"""Checks and translation of calls of built-in functions."""

from dataclasses import dataclass
from typing import Any, Callable

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
    :param before: a key of ``[syntax.N]`` in versions.toml and the only number of arguments in versions without it.
    :param counted: the error of a wrong number of arguments; by default 174 or, for a range, 189; 50999 if unknown.
    """

    name: str
    minimum: int
    maximum: int | None
    binder: Binder
    kind: str = "scalar"
    counted: int = 0
    before: tuple[str, int] | None = None

    def bind(self, t: Translation, node: nodes.FunctionCall, scope: Scope) -> Bound:
        return self.binder(Call(t, node, scope, self.name))

    def check(self, node: nodes.FunctionCall, version: Any) -> None:
        """:raises SqlServerError: 174, 189, 1076, 4114, 10755 wrong number of arguments, 4113 and 10753 about OVER."""
        count = len(node.arguments)
        if self.before and not version.allows(self.before[0]):
            if count != self.before[1]:
                raise SqlServerError(174, name=node.name.lower(), count=self.before[1], line=node.line)
        elif count < self.minimum or self.maximum is not None and count > self.maximum:
            raise self._miscounted(node)
        if self.name == "next_value_for" and node.over is not None:
            raise NotSupported("NEXT VALUE FOR ... OVER", node.line)
        if self.kind == "scalar" and node.over is not None:
            raise SqlServerError(4113, name=node.name, line=node.line)
        if self.kind == "window" and node.over is None:
            raise SqlServerError(10753, name=node.name, line=node.line)
        if node.distinct and self.kind != "aggregate":
            raise SqlServerError(102, near="DISTINCT", line=node.line)

    def _miscounted(self, node: nodes.FunctionCall) -> SqlServerError:
        number = self.counted or (174 if self.minimum == self.maximum else 189)
        if number == 50999:
            return NotSupported(f"{len(node.arguments)} arguments of {node.name.upper()}", node.line)
        name, count = node.name.lower(), self.minimum
        return SqlServerError(
            number, name=name, count=count, minimum=count, maximum=self.maximum or 254, line=node.line
        )


class Functions(dict[str, Function]):
    """The functions of one module."""

    def define(
        self, name: str, minimum: int, maximum: int | None = -1, *, kind: str = "scalar", **rules: Any
    ) -> Callable[[Binder], Binder]:
        """Decorator: register a binder under one or more names, separated by blanks; other arguments as of Function."""

        def take(binder: Binder) -> Binder:
            for each in name.split():
                own = "aggregate" if each in AGGREGATES else kind
                self[each] = Function(each, minimum, minimum if maximum == -1 else maximum, binder, own, **rules)
            return binder

        return take

    def constant(self, name: str, sql: str, type_: SqlType) -> None:
        """Define functions without arguments that are never NULL."""
        self.define(name, 0)(lambda call: Bound(sql, type_, False))
