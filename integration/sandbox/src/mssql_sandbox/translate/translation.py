"""What the parts of the translator see of the whole.

SQL is recursive: an expression holds conditions and queries, a query holds expressions. That recursion goes through
:class:`Translation` and nothing else; apart from it a part calls only the parts that its constructor takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Protocol

from ..catalog.model import UserFunction
from ..errors import SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from .bound import Bound, Relation, Scope
from .names import Names
from .plan import Context
from .statement import EngineStatement


@dataclass(frozen=True)
class Setting:
    """Where a tree stands that is translated.

    :param frame: variables of a function's body, in place of the session's.
    :param stored: a CHECK, DEFAULT or computed column.
    :param compiling: id of the function whose body this is.
    :param merging: a MERGE, whose OUTPUT knows ``$action``.
    :param max_recursion: OPTION (MAXRECURSION n); 0 is no limit.
    """

    context: Context
    frame: dict[str, Bound] = field(default_factory=dict)
    stored: bool = False
    compiling: int | None = None
    merging: bool = False
    max_recursion: int = 100


class Translation(Protocol):
    """One statement, or one expression that is stored, on its way to the engine's language."""

    setting: Setting
    context: Context
    statement: EngineStatement
    names: Names

    def expression(self, node: nodes.Node, scope: Scope) -> Bound:
        """:raises SqlServerError: the binding error that SQL Server reports."""

    def expressions(self, items: Iterable[nodes.Node], scope: Scope) -> list[Bound]: ...

    def predicate(self, node: nodes.Predicate, scope: Scope) -> str:
        """:raises SqlServerError: binding errors; 4145 for a value where a condition is expected."""

    def relation(self, query: nodes.Query, parent: Scope | None, exists: bool = False) -> Relation:
        """A query expression with output columns o1 ... on.

        :param parent: scope of the enclosing query.
        :param exists: whether only the existence of rows is asked for.
        """

    def within(self, frame: dict[str, Bound], variables: dict[str, SqlType] | None = None) -> Translation:
        """The same statement for the engine, with other variables: it sees no common table of the query around."""

    def why_broken(self, function: UserFunction) -> SqlServerError:
        """What the body of a function raises now: tables or columns that it names are not there."""
