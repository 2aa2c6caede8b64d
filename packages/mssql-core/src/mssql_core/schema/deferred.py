"""The schema editor's statements for the end of a migration."""

from typing import Any, Callable, Container, Iterable, List

from django.db.backends.ddl_references import Statement

from .statements import ForeignKeyCreation, IndexCreation, KeyCreation


class DeferredStatements:
    """
    The deferred statements of a schema editor.

    :param waiting: a function that returns Django's list of them, which has
        strings too.
    """

    def __init__(self, waiting: Callable[[], List[Any]]) -> None:
        self._waiting = waiting

    def _statements(self) -> List[Any]:
        return [statement for statement in self._waiting() if isinstance(statement, Statement)]

    def _indexes(self) -> List[Any]:
        return [statement for statement in self._waiting() if isinstance(statement, (IndexCreation, KeyCreation))]

    def forget_table(self, db_table: str) -> None:
        self._remove(statement for statement in self._statements() if statement.references_table(db_table))

    def forget_column(self, db_table: str, column: str) -> None:
        self._remove(statement for statement in self._statements() if statement.references_column(db_table, column))

    def _named(self, db_table: str, name: str) -> List[Any]:
        return [
            statement
            for statement in self._indexes()
            if statement.parts["table"].references_table(db_table) and statement.name == name
        ]

    def forget_index(self, db_table: str, name: str) -> bool:
        """Remove the statement for an index or a unique constraint; return whether there was one."""
        statements = self._named(db_table, name)
        self._remove(statements)
        return bool(statements)

    def rename_index(self, db_table: str, old_name: str, new_name: str) -> bool:
        """Let the statement for an index make it under another name; return whether there is such a statement."""
        statements = self._named(db_table, old_name)
        for statement in statements:
            statement.parts["name"].given = new_name
        return bool(statements)

    def take_indexes(self, db_table: str, columns: List[str], is_unique: bool, except_names: Container[str]) -> int:
        """
        Remove the statements for an index, or a unique constraint, on these columns; return their number.

        :param except_names: the names of indexes and constraints in Meta.
        """
        taken = [
            statement
            for statement in self._indexes()
            if statement.is_unique == is_unique
            and statement.references_table(db_table)
            and statement.parts["columns"].columns == columns
            and statement.name not in except_names
        ]
        self._remove(taken)
        return len(taken)

    def take_foreign_keys(self, db_table: str, column: str) -> int:
        """Remove the statements for foreign keys of a column; return their number."""
        taken = [
            statement
            for statement in self._waiting()
            if isinstance(statement, ForeignKeyCreation)
            and statement.parts["table"].references_table(db_table)
            and statement.parts["column"].columns == [column]
        ]
        self._remove(taken)
        return len(taken)

    def has_key(self, db_table: str, column: str) -> bool:
        """Whether a deferred statement makes the column unique."""
        return any(
            statement.is_unique and statement.references_column(db_table, column) for statement in self._indexes()
        )

    def rename_table(self, old_db_table: str, new_db_table: str) -> None:
        for statement in self._statements():
            statement.rename_table_references(old_db_table, new_db_table)

    def rename_column(self, db_table: str, old_column: str, new_column: str) -> None:
        for statement in self._statements():
            statement.rename_column_references(db_table, old_column, new_column)

    def _remove(self, statements: Iterable[Any]) -> None:
        waiting = self._waiting()
        for statement in list(statements):
            waiting.remove(statement)
