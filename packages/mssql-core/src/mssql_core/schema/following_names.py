"""Names of constraints and indexes that follow those of tables and columns."""

from typing import Iterable, Optional, Union

from ..introspection.objects import Check, Default, ForeignKey, Index
from ..introspection.table_snapshot import TableSnapshot
from ..names import TableName, quote_bare
from ..plugin.django_types import SchemaEditor
from .references import hidden_renamings
from .statements import rename_if_there_sql

_Constraint = Union[Check, Default, ForeignKey, Index]


class FollowingNames:
    """
    Renames what was named after a table or a column.

    Names of constraints are unique in a schema (error 2714): a later table or column of the old name needs them.

    :param editor: the schema editor.
    """

    def __init__(self, editor: SchemaEditor) -> None:
        self._editor = editor

    def rename_with_table(self, old: TableName, new: TableName, doubtful: Iterable[ForeignKey]) -> None:
        """
        Rename the constraints and indexes whose names were made from the table's old name, foreign keys to it too.

        :param doubtful: keys to the table that it may have or not; a table that is known tells its keys itself.
        """
        editor = self._editor
        snapshot = editor.catalogue.table(old)
        self._rename_all(snapshot, snapshot.moved(new))
        for key in doubtful:
            if not editor.catalogue.table(key.table).exists:
                self._rename_if_there(key, editor.names.followed(key, key._replace(to_table=new)))

    def rename_with_column(self, table: TableName, old: str, new: str) -> None:
        """
        Rename the constraints and indexes whose names were made from a column's old name, on either end of foreign keys.

        A script about a table that is not made yet has only the models to tell it the names.

        :param old, new: the names of the column, which has the new one already.
        """
        snapshot = self._editor.catalogue.table(table)
        self._rename_all(snapshot.renamed(new, old), snapshot)

    def _rename_all(self, before: TableSnapshot, after: TableSnapshot) -> None:
        editor = self._editor
        for kind in ("indexes", "checks", "defaults", "foreign_keys", "incoming"):
            for old, new in zip(before.groups()[kind], after.groups()[kind]):
                if old == new:
                    continue
                # A model that no longer is, or not yet, may still stand among the relations of one that is.
                is_doubtful = kind == "incoming" and editor.catalogue.is_planned(old.table)
                rename = self._rename_if_there if is_doubtful else self._rename
                rename(old, editor.names.followed(old, new))

    def _rename_if_there(self, key: ForeignKey, name: Optional[str]) -> None:
        """Rename a foreign key that a script takes to be there by a model alone; None leaves the old name."""
        if name is not None:
            self._editor.run([rename_if_there_sql(str(TableName(key.table.schema, key.name)), name)])
            self._editor.catalogue.renamed(key.table, key.name, name)

    def _rename(self, item: _Constraint, name: Optional[str]) -> None:
        """Rename a constraint or an index; None leaves the old name."""
        if name is None:
            return
        editor = self._editor
        if isinstance(item, Index) and not item.is_constraint:
            editor.rename_object("%s.%s" % (item.table, quote_bare(item.name)), name, "INDEX")
        else:
            editor.rename_object(str(TableName(item.table.schema, item.name)), name)
        editor.catalogue.renamed(item.table, item.name, name)
        for old, new in hidden_renamings(item, name) if isinstance(item, Index) else ():
            editor.rename_object("%s.%s" % (item.table, quote_bare(old)), new, "COLUMN")
            editor.catalogue.column_renamed(item.table, old, new)
