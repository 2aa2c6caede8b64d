"""The interface of the translator to its parts.

SQL is recursive: expressions contain conditions and queries, queries contain expressions. That recursion goes only
through :class:`Translation`; otherwise a part calls only the parts passed to its constructor.
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
    """The setting of a translation.

    :param frame: variables of a function's body, in place of the session's.
    :param stored: whether it is a CHECK, DEFAULT or computed column.
    :param compiling: id of the function being compiled.
    :param merging: whether it is a MERGE, whose OUTPUT has ``$action``.
    :param max_recursion: OPTION (MAXRECURSION n); 0 is no limit.
    """

    context: Context
    frame: dict[str, Bound] = field(default_factory=dict)
    stored: bool = False
    compiling: int | None = None
    merging: bool = False
    max_recursion: int = 100


class Translation(Protocol):
    """The translation of a statement or a stored expression."""

    setting: Setting
    context: Context
    statement: EngineStatement
    names: Names

    def expression(self, node: nodes.Node, scope: Scope) -> Bound:
        """:raises SqlServerError: SQL Server's binding error."""

    def expressions(self, items: Iterable[nodes.Node], scope: Scope) -> list[Bound]: ...

    def predicate(self, node: nodes.Predicate, scope: Scope) -> str:
        """:raises SqlServerError: binding errors; 4145 for a value where a condition is expected."""

    def relation(self, query: nodes.Query, parent: Scope | None, exists: bool = False) -> Relation:
        """A query expression with output columns o1 ... on.

        :param parent: scope of the enclosing query.
        :param exists: whether only the existence of rows matters.
        """

    def within(self, frame: dict[str, Bound], variables: dict[str, SqlType] | None = None) -> Translation:
        """A translation into the same engine statement with other variables, without the enclosing common tables."""

    def why_broken(self, function: UserFunction) -> SqlServerError:
        """The binding error of a function's body, such as a missing table or column."""
