"""Empty databases, and the catalogue's description of their tables as comparable text."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator

from .project import new_alias
from .server import Server


class NoTables:
    """A router that lets no migration create a table."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return False


@contextlib.contextmanager
def empty(server: Server, name: str, collation: str | None = None) -> Iterator[Any]:
    """An alias of that name, for an empty database with that collation or the server's."""
    from django.test import override_settings

    entry = server.database(name, plugins=["json"])
    entry["TEST"] = {**entry.get("TEST", {}), "MIGRATE": False, "COLLATION": collation}
    with new_alias(name, entry) as connection:
        with override_settings(DATABASE_ROUTERS=[NoTables()]):
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        yield connection
        connection.creation.destroy_test_db(name, verbosity=0)


def catalogue(connection: Any, prefix: str = "") -> dict[str, Any]:
    """{table: its description by the catalogue}, without the table of migrations.

    :param prefix: of the tables' names.
    """
    from mssql_core.introspection import table_snapshot
    from mssql_core.names import TableName

    with connection.cursor() as cursor:
        tables = {
            name: table_snapshot.load(cursor, TableName(None, name))
            for name in connection.introspection.table_names(cursor)
            if name != "django_migrations" and name.startswith(prefix)
        }
    return {name: _described(table) for name, table in tables.items()}


def _described(table: Any) -> Any:
    others = table.indexes + table.foreign_keys + table.checks + table.defaults
    columns = [column.definition() for column in table.columns.values()]
    return columns, sorted(sql for item in others for sql in item.create_sql())
