"""The engine statement being written."""

from typing import Any, Sequence

from ..interface import ResultColumn
from ..sqltypes import SqlType
from ..types.typenames import engine_cast
from .bound import Source
from .plan import Access, Plan


class EngineStatement:
    """The output of the translator's parts besides SQL.

    :ivar parameters: of ``$1`` ... ``$n``, see :class:`~.plan.Plan`.
    :ivar before: engine statements to run first.
    :ivar locks: sources locked by hints of the current query, with the engine's clause.
    :ivar accesses: the tables that it reads.
    :ivar equalities: id of a condition -> the condition, the operands of ``=`` or ``IN``, the query of ``IN``.
    :ivar rowversions: whether a table with a rowversion column is read.
    :ivar calls_itself: whether the compiled function calls itself.
    """

    def __init__(self) -> None:
        self.parameters: list[str] = []
        self.before: list[str] = []
        self.locks: list[tuple[Source, str]] = []
        self.accesses: list[Access] = []
        self.equalities: dict[int, tuple[Any, list[str], str | None]] = {}
        self.rowversions = False
        self.calls_itself = False
        self._numbers: dict[str, int] = {}
        self._aliases = 0

    def parameter(self, name: str, type_: SqlType) -> str:
        number = self._numbers.get(name)
        if number is None:
            self.parameters.append(name)
            number = self._numbers[name] = len(self.parameters)
        return f"${number}::{engine_cast(type_)}"

    def alias(self, prefix: str = "s") -> str:
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    def plan(self, kind: str, sql: str, columns: Sequence[ResultColumn] = ()) -> Plan:
        return Plan(
            kind, sql, self.parameters, list(columns), self.before, accesses=tuple(dict.fromkeys(self.accesses))
        )
