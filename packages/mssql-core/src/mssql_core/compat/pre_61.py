"""Django before 6.1."""


class Introspection:
    """Relations tell no action on delete: Django 6.1 brings the database's own."""

    on_delete_types = {}

    def get_relations(self, cursor, table_name):
        relations = super().get_relations(cursor, table_name)
        return {column: relation[:2] for column, relation in relations.items()}
