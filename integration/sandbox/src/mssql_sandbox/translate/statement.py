"""The statement for the engine, while its text is written."""

from __future__ import annotations

from ..interface import ResultColumn
from ..sqltypes import SqlType
from ..types.typenames import engine_cast
from .bound import Source
from .plan import Plan


class EngineStatement:
    """What the parts of the translator add besides text.

    :ivar parameters: what ``$1`` ... ``$n`` are, see :class:`~.plan.Plan`.
    :ivar before: engine statements to run first.
    :ivar locks: what hints of the query at hand lock, with the engine's clause for it.
    :ivar serializable: tables that are locked as a whole against changes.
    :ivar dirty: tables that are read without waiting (NOLOCK).
    :ivar waiting: tables whose writers are waited for, whatever the isolation level.
    :ivar unwaited: tables of which rows are locked without waiting (NOWAIT, READPAST).
    :ivar nowait: tables that are read under NOWAIT alone.
    :ivar rowversions: whether a table with such a column is read.
    :ivar calls_itself: whether the function whose body this is calls itself.
    """

    def __init__(self) -> None:
        self.parameters: list[str] = []
        self.before: list[str] = []
        self.locks: list[tuple[Source, str]] = []
        self.serializable: list[str] = []
        self.dirty: list[str] = []
        self.waiting: list[str] = []
        self.unwaited: list[str] = []
        self.nowait: list[str] = []
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

    def plan(self, kind: str, sql: str, columns: list[ResultColumn] | None = None) -> Plan:
        locked = tuple(dict.fromkeys(self.serializable))
        # A change that searches by parameters locks what they stand for; others the table.
        ranges = locked if kind in ("insert", "merge") and self.parameters else ()
        whole = () if ranges else locked
        before = [*self.before, *(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE" for table in whole)]
        return Plan(
            kind, sql, self.parameters, columns, before,
            ranges=ranges, dirty=tuple(self.dirty), waiting=tuple(self.waiting),
            unwaited=tuple(self.unwaited), nowait=tuple(self.nowait),
        )  # fmt: skip
