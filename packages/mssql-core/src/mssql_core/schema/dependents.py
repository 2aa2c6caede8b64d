"""Objects that block ALTER COLUMN, in drop and re-create order."""

from typing import Any, Iterable, List, Set, Tuple, TypeVar

from django.db import NotSupportedError

from ..introspection.objects import (
    Check,
    Column,
    Default,
    ForeignKey,
    Index,
    SchemaObject,
    Statistics,
    column_references,
)
from ..introspection.table_snapshot import TableSnapshot, renamed_key
from ..names import TableName

_Object = TypeVar("_Object", bound=SchemaObject)


class Dependents:
    """
    The objects that block a change of columns (errors 5074 and 4922).

    Collected from snapshots of the tables concerned, each object once. Dropped
    in one order and created in the reverse one, they leave the tables as before,
    except for what the caller changed in between.
    """

    def __init__(self) -> None:
        self.foreign_keys: List[ForeignKey] = []
        self.statistics: List[Statistics] = []
        self.indexes: List[Index] = []
        self.keys: List[Index] = []
        self.checks: List[Check] = []
        self.defaults: List[Default] = []
        self.computed: List[Column] = []

    def add(self, snapshot: TableSnapshot, columns: Iterable[str]) -> None:
        """Collect what depends on any of `columns` (names) of the table."""
        columns = set(columns)
        computed = [
            column
            for column in snapshot.columns.values()
            if column.computed is not None and columns.intersection(column_references(column.computed))
        ]
        self._extend(self.computed, computed)
        columns.update(column.name for column in computed)
        self._refuse_others(snapshot, columns)
        for index in snapshot.indexes:
            if columns.intersection(index.references):
                self._extend(self.keys if index.is_constraint else self.indexes, [index])
        self._extend(self.statistics, [s for s in snapshot.statistics if columns.intersection(s.columns)])
        self._extend(self.checks, [c for c in snapshot.checks if columns.intersection(c.columns)])
        self._extend(self.foreign_keys, [key for key in snapshot.foreign_keys if columns.intersection(key.columns)])
        self._extend(
            self.foreign_keys,
            [key for key in snapshot.referring if columns.intersection(key.to_columns)],
        )
        self._extend(self.defaults, [d for d in snapshot.defaults if d.column in columns])

    def add_named(self, snapshot: TableSnapshot, column: str) -> None:
        """
        Collect what names the column in an expression.

        While it exists the column cannot be renamed (error 15336).
        """
        computed = [
            item
            for item in snapshot.columns.values()
            if item.computed is not None and column in column_references(item.computed)
        ]
        for item in computed:
            self.add(snapshot, [item.name])
        self._extend(self.computed, computed)
        self._extend(
            self.indexes,
            [i for i in snapshot.indexes if column in column_references(i.filter)],
        )
        self._extend(self.checks, [c for c in snapshot.checks if column in c.columns])
        self._extend(
            self.statistics,
            [s for s in snapshot.statistics if column in column_references(s.filter)],
        )

    def rename(self, table: TableName, old: str, new: str) -> None:
        """Follow the renaming of a column of `table`."""
        for group in self._groups():
            group[:] = [
                renamed_key(item, table, old, new)
                if group is self.foreign_keys
                else (item.renamed(old, new) if item.table == table else item)
                for item in group
            ]

    def add_references(self, snapshot: TableSnapshot, column: str) -> None:
        """Collect the foreign keys of other tables that need the column's key."""
        self._extend(
            self.foreign_keys,
            [key for key in snapshot.referring if key.to_columns == (column,)],
        )

    @staticmethod
    def _extend(group: List[_Object], items: Iterable[_Object]) -> None:
        known = {(item.table, item.name) for item in group}
        group.extend(item for item in items if (item.table, item.name) not in known)

    @staticmethod
    def _refuse_others(snapshot: TableSnapshot, columns: Set[str]) -> None:
        for name, kind, index_columns in snapshot.other_indexes:
            if columns.intersection(index_columns):
                raise NotSupportedError(
                    "The %s index %s on %s cannot be rebuilt automatically. Drop it "
                    "with migrations.RunSQL before this operation and create it "
                    "again after." % (kind, name, snapshot.table)
                )

    def _groups(self) -> Tuple[List[Any], ...]:
        return (
            self.foreign_keys,
            self.statistics,
            self.indexes,
            self.checks,
            self.keys,
            self.defaults,
            self.computed,
        )

    def drop_order(self) -> List[SchemaObject]:
        """Return the objects, nonclustered before clustered, references before their targets."""
        return [item for group in self._groups() for item in group]

    def create_order(self) -> List[SchemaObject]:
        """Return the objects in the reverse order."""
        return [item for group in reversed(self._groups()) for item in group]

    def discard(self, items: Iterable[SchemaObject]) -> None:
        """Forget these objects: they are neither dropped nor made again."""
        known = {(item.table, item.name) for item in items}
        for group in self._groups():
            group[:] = [i for i in group if (i.table, i.name) not in known]
