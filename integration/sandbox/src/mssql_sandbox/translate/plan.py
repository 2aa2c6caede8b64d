"""Input and result of the translation."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..interface import ResultColumn
from ..sqltypes import DEFAULT_COLLATION, SqlType
from ..syntax import nodes
from ..types.typenames import resolve_type


@dataclass
class Context:
    """The input of the translation besides the tree.

    :param catalog: look-up of tables by (schema, name), see catalog/store.py.
    :param variables: declared variables: '@x' in lower case -> type.
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
        """The type of a name; see :func:`~mssql_sandbox.types.typenames.resolve_type`."""
        return resolve_type(name, usage, self.version, self.collation)


@dataclass(frozen=True)
class Access:
    """A table that a statement reads, for its locks.

    :param table: its name in the engine.
    :param hints: its locking hints, and TARGET if the statement changes the rows it reads.
    :param columns: index columns compared for equality; none if the whole table is read.
    :param keys: engine query of the values they are compared with: arrays of hashes.
    """

    table: str
    hints: frozenset[str]
    columns: tuple[str, ...] = ()
    keys: str = ""


class Images(NamedTuple):
    """The index columns of a changed table, and the RETURNING items with a row's keys.

    :param returned: whether the engine's result has them already, at its end.
    """

    table: str
    columns: tuple[str, ...]
    sql: str
    returned: bool = False


@dataclass
class Plan:
    """A statement in the engine's language.

    :param kind: select, into, assign, insert, update, delete, merge, truncate.
    :param sql: engine text with ``$1`` ... ``$n``.
    :param parameters: of ``$n``: '@x' or the key of a session value (builtins/session.py).
    :param columns: of the result set, if any.
    :param before: engine statements to run first (locks); ``after``: last (identity).
    :param accesses: the tables that it reads, with their hints.
    :param images: of the user table that it changes.
    :param assign: the variables for the columns of an 'assign' plan.
    :param into: nodes.Name of SELECT ... INTO.
    :param order: 1-based numbers of the columns in ORDER BY; empty if it names others.
    :param identity: whether the last column of the engine's result is the inserted row's identity value.
    """

    kind: str
    sql: str
    parameters: list[str] = field(default_factory=list)
    columns: list[ResultColumn] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    assign: list[str] | None = None
    identity: bool = False
    into: Any = None
    accesses: tuple[Access, ...] = ()
    images: Images | None = None
    order: tuple[int, ...] = ()

    @property
    def writes(self) -> bool:
        return self.kind not in ("select", "assign")

    @property
    def watched(self) -> str:
        """The SQL with the keys of the changed rows after the other columns."""
        if self.images is None or self.images.returned:
            return self.sql
        returns = bool(self.columns) or self.identity
        return f"{self.sql}{',' if returns else ' RETURNING'} {self.images.sql}"
