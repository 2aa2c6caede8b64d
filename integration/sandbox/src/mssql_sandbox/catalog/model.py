"""Immutable snapshots of catalogue objects, read by the translator."""

from dataclasses import dataclass, field
from typing import Callable

from ..sqltypes import SqlType


@dataclass(frozen=True)
class Column:
    id: int
    name: str
    type: SqlType
    nullable: bool
    physical: str  # PostgreSQL column name, 'c<id>'
    identity: tuple[int, int] | None = None  # seed, increment
    computed: str | None = None  # T-SQL text of a computed column
    persisted: bool = False
    default_id: int = 0  # object id of the DEFAULT constraint, 0 = none
    rowversion: bool = False  # renumbered with every change of the row; the type is binary(8)
    default_sql: str | None = None  # PostgreSQL expression of the default, for DEFAULT as a value


@dataclass(frozen=True)
class Index:
    """An index, also of a PRIMARY KEY or UNIQUE constraint (then with ``constraint_id``)."""

    id: int
    name: str
    columns: tuple[int, ...]  # key column ids in key order
    unique: bool
    primary_key: bool = False
    constraint_id: int = 0
    filter: str | None = None
    included: tuple[int, ...] = ()
    descending: tuple[bool, ...] = ()


_TURKISH = str.maketrans("Iİ", "ıi")


def name_key(collation: str) -> Callable[[str], str]:
    """The function to a key that is equal for names that mean the same under a database's collation.

    https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
    """
    lowered = collation.casefold()
    if "_cs_" in lowered or "_bin" in lowered:
        return str
    return (lambda name: name.translate(_TURKISH).casefold()) if lowered.startswith("turkish") else str.casefold


@dataclass(frozen=True)
class Table:
    """A table, temp table, table variable or view."""

    id: int
    schema: str
    name: str
    physical: str  # qualified PostgreSQL name, 'u.t<id>' or 'pg_temp.t<id>', for sys views 'sys.objects'
    columns: tuple[Column, ...]
    kind: str = "table"  # table, view, system (sys.* and INFORMATION_SCHEMA), temp, variable
    view_text: str | None = None
    indexes: tuple[Index, ...] = ()
    triggers: tuple[str, ...] = ()  # enabled trigger events: INSERT, UPDATE, DELETE
    instead: tuple[str, ...] = ()  # events of enabled INSTEAD OF triggers
    foreign_key: str | None = None  # one of its foreign keys, or of those that refer to it
    check: str | None = None  # one of its enabled CHECK constraints
    partial: bool = False  # a system view with further columns on a real server
    key: Callable[[str], str] = field(default=str.casefold, compare=False, repr=False)  # of column names
    by_name: dict[str, Column] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.by_name.update((self.key(column.name), column) for column in self.columns)

    def column(self, name: str) -> Column | None:
        return self.by_name.get(self.key(name))

    @property
    def needs_options(self) -> bool:
        """Whether only sessions with the right SET options may change it (1934)."""
        computed = {column.id for column in self.columns if column.computed is not None}
        return any(column.persisted for column in self.columns) or any(
            index.filter or not computed.isdisjoint(index.columns + index.included) for index in self.indexes
        )


@dataclass(frozen=True)
class UserFunction:
    """A function made by CREATE FUNCTION.

    :param kind: FN scalar, IF inline table-valued.
    :param parameters: (name in lower case, type) in order.
    :param compiled: whether the body binds; objects it names may have been dropped.
    :param deterministic: known to be, which only schema-bound functions are.
    :param reads: whether it reads tables.
    """

    id: int
    schema: str
    name: str
    kind: str
    definition: str
    parameters: tuple[tuple[str, SqlType], ...]
    returns: SqlType  # NULL_TYPE of an inline function
    compiled: bool
    deterministic: bool
    reads: bool

    @property
    def physical(self) -> str:
        return f"u.f{self.id}"

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"
