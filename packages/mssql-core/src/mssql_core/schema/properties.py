"""Extended properties of what is dropped and made again."""

from typing import Dict, Iterable, Iterator, List

from ..introspection import table_snapshot
from ..introspection.objects import Column, ExtendedProperty, Index, SchemaObject
from ..names import TableName
from ..plugin.django_types import SchemaEditor
from .comments import property_sql


class PartProperties:
    """
    The properties of columns, constraints, and indexes, which are dropped with their objects.

    :param editor: the schema editor.
    :param items: the objects to be dropped.
    """

    def __init__(self, editor: SchemaEditor, items: Iterable[SchemaObject]) -> None:
        # The properties of each table's parts.
        self._by_table: Dict[TableName, List[ExtendedProperty]] = {}
        with editor.connection.cursor() as cursor:
            for table in dict.fromkeys(item.table for item in items):
                properties = table_snapshot.load_properties(cursor, editor.catalogue.name_on_server(table))
                self._by_table[table] = [extended for extended in properties if extended.part_kind]

    def restore_sql(self, items: Iterable[SchemaObject]) -> Iterator[str]:
        """Yield the statements that restore the properties of objects that were made again."""
        for item in items:
            is_column = isinstance(item, Column)
            for extended in self._by_table[item.table]:
                if extended.part_name == item.name and (extended.part_kind == "COLUMN") == is_column:
                    table = item.table.in_schema(extended.table.schema)
                    yield property_sql(extended._replace(table=table, part_kind=_kind(item)))


def _kind(item: SchemaObject) -> str:
    if isinstance(item, Column):
        return "COLUMN"
    return "INDEX" if isinstance(item, Index) and not item.is_constraint else "CONSTRAINT"
