"""What translation is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..interface import ResultColumn
from ..sqltypes import DEFAULT_COLLATION, SqlType
from ..syntax import nodes
from ..types.typenames import resolve_type


@dataclass
class Context:
    """Everything that translation may ask.

    :param catalog: look-ups of tables by (schema, name), see catalog/store.py.
    :param variables: declared variables, '@x' in lower case -> type.
    :param settings: the session's SET options.
    :param version: the version played.
    :param database: name of the current database.
    """

    catalog: Any
    variables: dict[str, SqlType]
    settings: Any
    version: Any
    database: str = ""

    @property
    def collation(self) -> str:
        return getattr(self.catalog, "collation", None) or DEFAULT_COLLATION

    def type_of(self, name: nodes.TypeName, usage: str = "cast") -> SqlType:
        """The type that a name means; see :func:`~mssql_sandbox.types.typenames.resolve_type`."""
        return resolve_type(name, usage, self.version, self.collation)


@dataclass
class Plan:
    """A statement in the engine's language.

    :param kind: select, into, assign, insert, update, delete, merge, truncate.
    :param sql: engine text with ``$1`` ... ``$n``.
    :param parameters: what ``$n`` is: '@x' or the key of a session value (builtins/session.py).
    :param columns: of the result set, None when there is none.
    :param before: engine statements to run first (locks); ``after``: last (identity).
    :param ranges: tables of which the ranges are locked that the parameters stand for (HOLDLOCK).
    :param dirty: tables under NOLOCK; ``waiting``: tables whose writers a hint waits for.
    :param unwaited: tables of which rows are locked under NOWAIT or READPAST; ``nowait``: read so without such a lock.
    :param assign: variables that the columns of an 'assign' plan go to.
    :param into: nodes.Name of SELECT ... INTO.
    :param order: numbers of the columns that ORDER BY names, from 1; empty where it names others.
    :param identity: the last column of the engine's result is the identity value of the inserted row.
    """

    kind: str
    sql: str
    parameters: list[str] = field(default_factory=list)
    columns: list[ResultColumn] | None = None
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    assign: list[str] | None = None
    identity: bool = False
    into: Any = None
    ranges: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    unwaited: tuple[str, ...] = ()
    nowait: tuple[str, ...] = ()
    order: tuple[int, ...] = ()

    @property
    def writes(self) -> bool:
        return self.kind not in ("select", "assign")
