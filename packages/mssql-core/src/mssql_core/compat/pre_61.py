"""Django before 6.1."""

from typing import Any, Dict, Tuple

from ..plugin.django_types import Cursor, Mixin


class Introspection(Mixin):
    """get_relations() without the action on delete, which Django 6.1 added."""

    on_delete_types: Dict[str, Any] = {}

    def get_relations(self, cursor: Cursor, table_name: str) -> Dict[str, Tuple[Any, ...]]:
        relations = super().get_relations(cursor, table_name)
        return {column: relation[:2] for column, relation in relations.items()}
