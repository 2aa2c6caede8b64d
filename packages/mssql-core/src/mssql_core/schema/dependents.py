"""Objects that block ALTER COLUMN, in drop and re-create order."""

from typing import Any, Iterable, List, Set, Tuple

from django.db import NotSupportedError

from ..introspection.objects import Check, Column, Default, ForeignKey, Index, Statistics, column_references
from ..introspection.table_snapshot import TableSnapshot, renamed_key
from ..names import TableName


class Dependents:
    """
    The objects that block a change of columns (errors 5074 and 4922).

    Fed with snapshots of the tables concerned, it lists each object once.
    Dropped in one order and created in the reverse one, the tables are as
    before, but for what the caller changed in between.
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
        for items, found in (
            (self.statistics, snapshot.statistics),
            (self.checks, snapshot.checks),
            (self.foreign_keys, snapshot.foreign_keys),
        ):
            self._extend(items, [i for i in found if columns.intersection(i.columns)])
        self._extend(
            self.foreign_keys,
            [key for key in snapshot.referring if columns.intersection(key.to_columns)],
        )
        self._extend(self.defaults, [d for d in snapshot.defaults if d.column in columns])

    def add_named(self, snapshot: TableSnapshot, column: str) -> None:
        """
        Collect what names the column in an expression.

        Renaming the column is refused while it exists (error 15336).
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
    def _extend(items: List[Any], found: Iterable[Any]) -> None:
        known = {(item.table, item.name) for item in items}
        items.extend(item for item in found if (item.table, item.name) not in known)

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

    def drop_order(self) -> List[Any]:
        """Nonclustered before clustered, references before their targets."""
        return [item for group in self._groups() for item in group]

    def create_order(self) -> List[Any]:
        return [item for group in reversed(self._groups()) for item in group]

    def discard(self, items: Iterable[Any]) -> None:
        """Forget these objects: they are neither dropped nor made."""
        known = {(item.table, item.name) for item in items}
        for group in self._groups():
            group[:] = [i for i in group if (i.table, i.name) not in known]
