"""The scope of a batch or a procedure call."""

from dataclasses import dataclass, field
from typing import Any

from ..errors import SqlServerError
from ..sqltypes import SqlType
from .cursors import Cursors

MAX_NESTING = 32  # procedures, functions, triggers and views
DEFAULT: Any = object()  # the value of an argument that is written DEFAULT


@dataclass
class Scope:
    """Variables, local temp objects and identity value of a batch, EXEC text or procedure call.

    :param parent: the calling scope; its temp tables stay visible, its variables do not.
    :param level: @@NESTLEVEL.
    """

    parent: "Scope | None" = None
    level: int = 0
    procedure: str = ""
    schema: str = ""  # of the procedure
    types: dict[str, SqlType] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    outputs: set[str] = field(default_factory=set)
    identity: Any = None
    created: list[str] = field(default_factory=list)  # temp tables and table variables to drop at the end
    text: str = ""
    cursors: Cursors = field(default_factory=Cursors)  # LOCAL ones and cursor variables

    def declare(self, name: str, type_: SqlType, value: Any = None) -> None:
        """:raises SqlServerError: 134 for a second declaration."""
        if name in self.types:
            raise SqlServerError(134, name=name)
        self.types[name] = type_
        self.values[name] = value

    def type_of(self, name: str) -> SqlType:
        """:raises SqlServerError: 137 for an undeclared variable."""
        try:
            return self.types[name]
        except KeyError:
            raise SqlServerError(137, name=name) from None


class BreakLoop(Exception):
    """BREAK."""


class ContinueLoop(Exception):
    """CONTINUE."""


class Jump(Exception):
    """GOTO; the label is case-folded."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class ReturnFromScope(Exception):
    """RETURN [status]."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class StopBatch(Exception):
    """End the batch after an error that has been reported.

    :param number: the error's.
    :param scope: the scope to end; None for the whole batch.
    """

    def __init__(self, number: Any = None, scope: Scope | None = None) -> None:
        super().__init__(number)
        self.number = number
        self.scope = scope
