"""Statements over rows: SELECT, INSERT, UPDATE, DELETE, MERGE."""

from dataclasses import KW_ONLY

from .base import Expression, Name, Node, Predicate, Source, Statement
from .control import Execute
from .queries import CommonTable, Query, SelectItem, Top
from .sources import TableSource


class SelectStatement(Statement):
    query: Query


class Output(Node):
    """OUTPUT items [INTO target [(columns)]]; items are inserted.x, deleted.x, $action and source columns."""

    items: list[SelectItem]
    into: Name | None = None
    into_columns: list[str] = []


class Change(Statement):
    """A statement that changes rows of a table."""

    _: KW_ONLY
    ctes: list[CommonTable] = []
    top: Top | None = None
    options: list[str] = []


class Insert(Change):
    """source: rows of VALUES (with ``DefaultValue`` for DEFAULT), a Query, an Execute, or None for DEFAULT VALUES."""

    target: TableSource
    columns: list[str]
    rows: list[list[Expression]] | None = None
    query: Query | None = None
    execute: "Execute | None" = None
    output: list[Output] = []


class DefaultValue(Expression):
    """The keyword DEFAULT as a value."""


class Assignment(Node):
    """SET column = value, or @x = value, or @x = column = value."""

    column: tuple[str, ...]  # none for @x = value
    value: Expression
    operator: str = "="
    variable: str | None = None


class Update(Change):
    target: TableSource  # may be an alias of FROM
    assignments: list[Assignment]
    sources: list[Source] = []
    where: Predicate | None = None
    output: list[Output] = []


class Delete(Change):
    target: TableSource
    sources: list[Source] = []
    where: Predicate | None = None
    output: list[Output] = []


class MergeAction(Node):
    """when: 'MATCHED', 'NOT MATCHED' (by target), 'NOT MATCHED BY SOURCE'; action: UPDATE, DELETE, INSERT."""

    when: str
    condition: Predicate | None
    action: str
    assignments: list[Assignment] = []
    columns: list[str] = []
    values: list[Expression] | None = None  # None for INSERT DEFAULT VALUES


class Merge(Change):
    target: TableSource
    source: Source
    condition: Predicate
    actions: list[MergeAction]
    output: list[Output] = []


class Truncate(Statement):
    table: Name
