"""Findings of an examination, and the project's tables."""

from typing import Any, Iterable, Iterator, List, Sequence, Tuple

from django.apps import apps
from django.db import router

from ..names import TableName
from ..plugin import Finding
from ..plugin.django_types import Connection, Model
from ..plugin.types import Params

#: Only findings of this level make ``mssql_doctor`` fail by default: something of the project cannot work.
ERROR = "error"
WARNING = "warning"
_SHOWN = 5


def finding(text: str, remedy: str, page: str, level: str = WARNING) -> Finding:
    """A Finding.

    :param page: path in the documentation, without suffix: ``reference/rights``.
    """
    return Finding(text, remedy, page, level)


def listed(names: Sequence[str]) -> str:
    """The first names, and the number of the others."""
    shown = ", ".join(names[:_SHOWN])
    return "%s and %d more" % (shown, len(names) - _SHOWN) if len(names) > _SHOWN else shown


def models_of(connection: Connection) -> Iterator[Model]:
    """The models of the connection's alias, those of many-to-many tables included."""
    return models_in(connection.alias)


def models_in(alias: str) -> Iterator[Model]:
    """The models of an alias, without a connection."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy and router.allow_migrate_model(alias, model):
            yield model


class ProjectTables:
    """The project's models by schema and table name, compared without case."""

    def __init__(self, connection: Connection) -> None:
        default_schema = connection.ops.schema_option or connection.server.default_schema
        self._models = {}
        for model in models_of(connection):
            table = TableName.parse(model._meta.db_table, default_schema)
            if table.database is None:
                self._models[self._key(str(table.schema), table.name)] = model

    @staticmethod
    def _key(schema: str, name: str) -> Tuple[str, str]:
        return schema.casefold(), name.casefold()

    def model(self, schema: str, name: str) -> Any:
        """The model of a table, or None for a table that is not the project's."""
        return self._models.get(self._key(schema, name))

    def of(self, rows: Iterable[Tuple[Any, ...]]) -> List[Tuple[Any, ...]]:
        """The rows (schema, table, ...) that are about the project's tables."""
        return [row for row in rows if self.model(row[0], row[1]) is not None]


def fetched(connection: Connection, sql: str, params: Params = ()) -> List[Tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: List[Tuple[Any, ...]] = cursor.fetchall()
    return rows


class Examination:
    """What plugins ask of the database; see :class:`mssql_core.plugin.ExaminedDatabase`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = ProjectTables(connection)
        self.alias = connection.alias
        self.server = connection.server

    def rows(self, sql: str) -> List[Tuple[Any, ...]]:
        return fetched(self._connection, sql)

    def of_project(self, rows: Iterable[Tuple[Any, ...]]) -> List[Tuple[Any, ...]]:
        return self._tables.of(rows)

    def model(self, schema: str, table: str) -> Any:
        return self._tables.model(schema, table)
