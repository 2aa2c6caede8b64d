"""What translation is given and what it gives back."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

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


@dataclass(frozen=True)
class Access:
    """A table that a statement reads, for its locks.

    :param table: its name in the engine.
    :param hints: its locking hints, and TARGET where the statement changes the rows that it reads.
    :param columns: the columns of an index that are compared for equality; none where the whole table is read.
    :param keys: engine query of what they are compared with: arrays of hashes.
    """

    table: str
    hints: frozenset[str]
    columns: tuple[str, ...] = ()
    keys: str = ""


class Images(NamedTuple):
    """The columns of the indexes of a table that is changed, and what RETURNING tells of a row's.

    :param returned: whether the engine's result has that anyway, last.
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
    :param parameters: what ``$n`` is: '@x' or the key of a session value (builtins/session.py).
    :param columns: of the result set, if there is one.
    :param before: engine statements to run first (locks); ``after``: last (identity).
    :param accesses: what it reads, and with which hints.
    :param images: of the table of the database that it changes.
    :param assign: variables that the columns of an 'assign' plan go to.
    :param into: nodes.Name of SELECT ... INTO.
    :param order: numbers of the columns that ORDER BY names, from 1; empty where it names others.
    :param identity: the last column of the engine's result is the identity value of the inserted row.
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
        """The text, with the keys of the changed rows behind the other columns."""
        if self.images is None or self.images.returned:
            return self.sql
        returns = bool(self.columns) or self.identity
        return f"{self.sql}{',' if returns else ' RETURNING'} {self.images.sql}"
