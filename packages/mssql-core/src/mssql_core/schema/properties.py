"""Extended properties of what is dropped and made again, and as a script changes them."""

from typing import Callable, Dict, Iterable, List

from ..introspection.objects import Column, ExtendedProperty, Index, SchemaObject
from ..names import TableName
from ..plugin.django_types import SchemaEditor

_Properties = List[ExtendedProperty]
_Change = Callable[[_Properties], _Properties]


class PartProperties:
    """
    The properties of columns, constraints, and indexes, which are dropped with their objects.

    :param editor: the schema editor.
    :param items: the objects to be dropped.
    """

    def __init__(self, editor: SchemaEditor, items: Iterable[SchemaObject]) -> None:
        self._editor = editor
        # The properties of each table's parts.
        self._by_table: Dict[TableName, _Properties] = {}
        for table in dict.fromkeys(item.table for item in items):
            properties = editor.catalogue.properties(table)
            self._by_table[table] = [extended for extended in properties if extended.part_kind]

    def restore(self, items: Iterable[SchemaObject]) -> None:
        """Restore the properties of objects that were made again."""
        for item in items:
            is_column = isinstance(item, Column)
            for extended in self._by_table[item.table]:
                if extended.part_name == item.name and (extended.part_kind == "COLUMN") == is_column:
                    self._editor.comments.restore(extended._replace(part_kind=_kind(item)))


def _kind(item: SchemaObject) -> str:
    """Return the level2 type of an object; what was a constraint may have become an index."""
    if isinstance(item, Column):
        return "COLUMN"
    return "INDEX" if isinstance(item, Index) and not item.is_constraint else "CONSTRAINT"


class PropertyChanges:
    """What the statements of a script do to the properties that the server has before it."""

    def __init__(self) -> None:
        self._changes: Dict[TableName, List[_Change]] = {}

    def applied(self, table: TableName, properties: _Properties) -> _Properties:
        """Return the table's properties as the script leaves them; `properties` are those on the server."""
        for change in self._changes.get(table, ()):
            properties = change(properties)
        return properties

    def _note(self, table: TableName, change: _Change) -> None:
        self._changes.setdefault(table, []).append(change)

    def planned(self, table: TableName, properties: _Properties) -> None:
        """Note properties that earlier migrations give the table, which have not run yet."""
        self._changes.setdefault(table, []).insert(0, lambda known: known + properties)

    def set(self, item: ExtendedProperty) -> None:
        """Note that a property was added or replaced, or, without a value, dropped."""
        added = [item] if item.value else []
        self._note(item.table, lambda known: [other for other in known if _place(other) != _place(item)] + added)

    def table_made(self, table: TableName) -> None:
        """Note a new table, or none, in the place of one that may have had properties."""
        self._changes[table] = [lambda known: []]

    def table_renamed(self, old: TableName, new: TableName) -> None:
        """Note a table's new name or schema."""
        self._changes[new] = self._changes.pop(old, [])
        is_moved = not old.is_beside(new)
        self._note(
            new,
            lambda known: [
                item._replace(table=new if is_moved else new.in_schema(item.table.schema)) for item in known
            ],
        )

    def part_renamed(self, table: TableName, old: str, new: str, is_column: bool) -> None:
        """Note the new name of a column, or of a constraint or an index."""
        self._note(
            table,
            lambda known: [item._replace(part_name=new) if _is_of(item, old, is_column) else item for item in known],
        )

    def part_dropped(self, table: TableName, name: str, is_column: bool) -> None:
        """Note that a column, or a constraint or an index, is gone."""
        self._note(table, lambda known: [item for item in known if not _is_of(item, name, is_column)])


def _place(item: ExtendedProperty) -> object:
    return item.name, item.part_kind, item.part_name


def _is_of(item: ExtendedProperty, part: str, is_column: bool) -> bool:
    return item.part_name == part and item.part_kind is not None and (item.part_kind == "COLUMN") == is_column
