"""Translated expressions, and the sources and scopes of names."""

from dataclasses import dataclass, field
from typing import Any, Callable

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType

# Coercibility of collations, weakest first.
LITERAL, COLUMN, EXPLICIT = 0, 1, 2


@dataclass(slots=True)
class Bound:
    """An expression as engine SQL with its SQL Server type.

    :param coercibility: its collation's strength in a conflict.
    :param constant: the literal's Python value, for rules about constants.
    :param columns: whether it refers to a column of the current query.
    """

    sql: str
    type: SqlType
    nullable: bool = True
    coercibility: int = LITERAL
    constant: Any = None
    is_constant: bool = False
    columns: bool = False
    identity: bool = False
    computed: bool = False

    @property
    def is_null(self) -> bool:
        return self.type.name == "null"


@dataclass(slots=True)
class SourceColumn:
    name: str
    type: SqlType
    sql: str
    nullable: bool = True
    identity: bool = False
    computed: bool = False
    coercibility: int = COLUMN


@dataclass(slots=True)
class Source:
    """An item of FROM.

    :param exposed: the name that qualifies its columns, folded by ``key``.
    :param key: function to a key that is equal for the same name.
    :param schema: of a table without an alias, so that ``schema.table.column`` resolves.
    """

    exposed: str
    label: str
    engine_alias: str
    columns: list[SourceColumn]
    schema: str | None = None
    table: Table | None = None
    optional: bool = False  # nullable side of an outer join
    hints: frozenset[str] = frozenset()
    text: str = ""  # the item of FROM
    written: str = ""  # the name of the table, view or common table behind an alias
    conditions: list[Any] = field(default_factory=list)  # of ON, that every row read meets
    key: Callable[[str], str] = str.casefold

    def find(self, name: str) -> list[SourceColumn]:
        folded = self.key(name)
        return [column for column in self.columns if self.key(column.name) == folded]


@dataclass(slots=True)
class Output:
    """A column of a translated query."""

    name: str
    type: SqlType
    nullable: bool
    coercibility: int = LITERAL
    identity: bool = False
    computed: bool = False
    literal: Any = None  # of an integer literal, for the type of set operations
    untyped: bool = False  # the NULL literal


def column_labels(
    outputs: list[Output], names: list[str], key: Callable[[str], str], table: str, line: int
) -> list[str]:
    """The names of a derived or common table's columns: of its column list, or else their own.

    :param key: function to a key that is equal for the same name.
    :raises SqlServerError: 8158/8159 wrong number of names, 8155 for each column without one, 8156 a repeated name.
    """
    if names and len(names) != len(outputs):
        raise SqlServerError(8159 if len(names) > len(outputs) else 8158, table=table, line=line)
    labels = names or [output.name for output in outputs]
    unnamed = [
        SqlServerError(8155, number=number, table=table, line=line)
        for number, label in enumerate(labels, 1)
        if not label
    ]
    if unnamed:
        raise unnamed[0].followed_by(*unnamed[1:])
    seen = set()
    for label in labels:
        if key(label) in seen:
            raise SqlServerError(8156, column=label, table=table, line=line)
        seen.add(key(label))
    return labels


@dataclass
class Relation:
    """A translated query: its SQL yields the columns ``o1`` ... ``on``; for ``order`` see :class:`~.plan.Plan`."""

    sql: str
    outputs: list[Output]
    order: tuple[int, ...] = ()


@dataclass
class Scope:
    """Names visible inside one SELECT.

    :param parent: scope of the enclosing query, for correlated references.
    :param groups: fingerprints of GROUP BY expressions -> their translation; None if not grouped.
    :param group_keys: the same fingerprints -> the engine's key, for GROUPING.
    :param clause: the current clause: select, where, group, having, order, on, aggregate ...
    """

    parent: "Scope | None" = None
    sources: list[Source] = field(default_factory=list)
    groups: dict[Any, Bound] | None = None
    group_keys: dict[Any, str] = field(default_factory=dict)
    clause: str = "select"
    in_aggregate: int = 0
    grouped: bool = False  # by GROUP BY or HAVING, not by an aggregate alone
    unreached: int = 0  # in a part that is never evaluated, whose columns need no group if there are groups
    windows: dict[str, Any] = field(default_factory=dict)
    lateral: bool = False
    ordering: Any = None  # fingerprint of the aggregates' WITHIN GROUP


class CommonTableNames:
    """The visible common tables.

    :param key: function to a key that is equal for the same name.
    :ivar levels: for each WITH, outermost first: key of the name -> the engine's name and the columns.
    :ivar recursing: recursive tables being translated -> their alias in their own member.
    """

    def __init__(self, key: Callable[[str], str] = str.casefold) -> None:
        self.key = key
        self.levels: list[dict[str, tuple[str, list[Output]]]] = []
        self.recursing: dict[str, str] = {}

    def find(self, name: str) -> tuple[str, list[Output]] | None:
        for level in reversed(self.levels):
            if self.key(name) in level:
                return level[self.key(name)]
        return None


def quote(text: str) -> str:
    """A string literal of the engine."""
    if "\0" in text:
        raise NotSupported("the character U+0000 in a string")
    return "'" + text.replace("'", "''") + "'"
