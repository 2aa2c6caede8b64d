"""Django before 6.1."""


class Introspection:
    """get_relations() without the action on delete, which Django 6.1 added."""

    on_delete_types = {}

    def get_relations(self, cursor, table_name):
        relations = super().get_relations(cursor, table_name)
        return {column: relation[:2] for column, relation in relations.items()}
