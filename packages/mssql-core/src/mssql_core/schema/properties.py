"""Extended properties of what is dropped and made again."""

from typing import Any, Iterable, Iterator

from ..introspection import table_snapshot
from ..introspection.objects import Column, Index
from ..plugin.django_types import SchemaEditor
from .comments import property_sql


class PartProperties:
    """
    The properties of columns, constraints, and indexes, which go with their objects.

    :param editor: the schema editor.
    :param items: objects of the catalogue that will be dropped.
    """

    def __init__(self, editor: SchemaEditor, items: Iterable[Any]) -> None:
        # By the table's present name: the properties of its parts.
        self._by_table = {}
        with editor.connection.cursor() as cursor:
            for table in dict.fromkeys(item.table for item in items):
                found = table_snapshot.load_properties(cursor, editor.catalogue.name_on_server(table))
                self._by_table[table] = [item for item in found if item.part_kind]

    def restore_sql(self, items: Iterable[Any]) -> Iterator[str]:
        """Yield the statements that give their properties back to objects that were made again."""
        for item in items:
            is_column = isinstance(item, Column)
            for extended in self._by_table.get(item.table, ()):
                if extended.part_name == item.name and (extended.part_kind == "COLUMN") == is_column:
                    table = item.table.in_schema(extended.table.schema)
                    yield property_sql(extended._replace(table=table, part_kind=_kind(item)))


def _kind(item: Any) -> str:
    if isinstance(item, Column):
        return "COLUMN"
    return "INDEX" if isinstance(item, Index) and not item.is_constraint else "CONSTRAINT"
