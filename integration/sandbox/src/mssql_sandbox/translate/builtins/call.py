"""A call of a built-in function during translation."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Iterable

from ...errors import SqlServerError
from ...sqltypes import INT, SqlType, nvarchar, varchar
from ...syntax import nodes
from ...types.code_pages import padded
from ...types.pairs import label
from ..bound import Bound, Scope
from ..operands import convert
from ..plan import Context
from ..translation import Translation

# Functions that do not accept text and ntext (8116).
_NO_LARGE_TEXT = frozenset(
    "ascii charindex left len lower ltrim quotename replace replicate reverse right rtrim soundex stuff trim unicode upper".split()
)


def result(bounds: Iterable[Bound], sql: str, type_: SqlType, nullable: bool | None = None) -> Bound:
    bounds = list(bounds)
    if nullable is None:
        nullable = any(bound.nullable for bound in bounds)
    coercibility = max((b.coercibility for b in bounds if b.type.is_character), default=0)
    return Bound(sql, type_, nullable, coercibility, columns=any(b.columns for b in bounds))


@dataclass
class Call:
    """A call; positions of arguments count from 1, as in messages.

    :param name: of the function, in lower case.
    """

    t: Translation
    node: nodes.FunctionCall
    scope: Scope
    name: str
    bound: dict[int, Bound] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        return self.t.context

    @cached_property
    def arguments(self) -> list[Bound]:
        """All arguments, bound; functions with dateparts or predicates bind their own."""
        return [self.bind(position) for position in range(1, self.count + 1)]

    @property
    def count(self) -> int:
        return len(self.node.arguments)

    @property
    def first(self) -> Bound:
        return self.arguments[0]

    @property
    def second(self) -> Bound:
        return self.arguments[1]

    @property
    def columns(self) -> bool:
        return any(argument.columns for argument in self.arguments)

    def bind(self, position: int) -> Bound:
        """Bind one argument."""
        if position not in self.bound:
            self.bound[position] = self.expression(self.node.arguments[position - 1])
        return self.bound[position]

    def expression(self, node: nodes.Node) -> Bound:
        return self.t.expression(node, self.scope)

    def text(self, position: int, bound: Bound | None = None, unicode: bool = False) -> Bound:
        """An argument as a string; numbers and dates convert, others are refused (8116)."""
        bound = bound or self.arguments[position - 1]
        if bound.is_null:
            return Bound("NULL::text", nvarchar(1) if unicode else varchar(1), True)
        if bound.type.name in ("text", "ntext") and self.name in _NO_LARGE_TEXT:
            raise self.invalid(position, bound)
        if bound.type.is_character:
            if bound.type.name in ("char", "nchar") and bound.type.length:
                kind = "nvarchar" if bound.type.is_unicode else "varchar"
                return replace(bound, sql=padded(bound.sql, bound.type), type=replace(bound.type, name=kind))
            return bound
        if bound.type.name in ("image", "rowversion", "xml", "json", "sql_variant"):
            raise self.invalid(position, bound)
        target = self.varchar(8000)
        return Bound(convert(bound, target, True), target, bound.nullable, columns=bound.columns)

    def texts(self) -> list[Bound]:
        return [self.text(position) for position, _ in enumerate(self.arguments, 1)]

    def text_sql(self, position: int, default: str) -> str:
        """The SQL of an optional string argument."""
        return self.text(position).sql if position <= self.count else default

    def integer(self, position: int, default: str = "") -> str:
        if position > self.count:
            return default
        bound = self.arguments[position - 1]
        if bound.is_null:
            return "NULL::integer"
        if not (bound.type.is_number or bound.type.is_character or bound.type.is_binary):
            raise self.invalid(position)
        return convert(bound, INT)

    def result(self, sql: str, type_: SqlType, nullable: bool | None = None) -> Bound:
        return result(self.arguments, sql, type_, nullable)

    def varchar(self, length: int) -> SqlType:
        return varchar(length, self.context.collation)

    def nvarchar(self, length: int) -> SqlType:
        return nvarchar(length, self.context.collation)

    def invalid(self, position: int, bound: Bound | None = None) -> SqlServerError:
        bound = bound or self.arguments[position - 1]
        return SqlServerError(8116, type=label(bound.type), position=position, name=self.name)
