"""``python -m legacy.worker NAME FOLDER``: load a database, inspect it, check the models, try them; prints JSON.

In a process of its own, because the models belong to an app of the project.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

from harness.project import configure
from harness.server import given_server

from .schemas import SCHEMAS

APP = "inspected"
# The sandbox's own error.
_NOT_SUPPORTED = 50999


def main(name: str, folder: Path) -> dict[str, Any]:
    schema = next(schema for schema in SCHEMAS if schema.name == name)
    server = given_server()
    configure(
        {"default": server.database(name, plugins=["json"]), "master": server.database("master")}, apps=["mssql_core"]
    )
    from django.db import connections

    _dropped(connections["master"], name)
    _loaded(connections["master"], schema.script(_is_sandbox(connections["master"])))
    connections["master"].close()
    try:
        written = _written_by_schema(folder)
        models = _written(folder, APP, include_views=True, include_partitions=True)
        return {"modules": [*written, models], "outcomes": _outcomes(folder)}
    finally:
        connections["default"].close()
        _dropped(connections["master"], name)


def _is_sandbox(connection: Any) -> bool:
    """Whether the server reports something that it does not support."""
    from django.db import DatabaseError

    try:
        with connection.cursor() as cursor:
            cursor.execute("DECLARE @place hierarchyid")
    except DatabaseError as error:
        return getattr(error.__cause__, "number", None) == _NOT_SUPPORTED
    return False


def _loaded(connection: Any, script: str) -> None:
    """Run a script as a migration does."""
    from django.db import migrations
    from django.db.migrations.state import ProjectState

    operation, state = migrations.RunSQL(script), ProjectState()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards(APP, editor, state, state)


def _dropped(connection: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"IF DB_ID(N'{name}') IS NOT NULL DROP DATABASE [{name}]")


def _written(folder: Path, app: str, **options: Any) -> str:
    """The module that inspectdb writes, as the models of an app."""
    from django.core.management import call_command

    output = io.StringIO()
    call_command("inspectdb", stdout=output, **options)
    package = folder / app
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "models.py").write_text(output.getvalue(), encoding="utf-8")
    _checked(app)
    return output.getvalue()


def _checked(app: str) -> None:
    """``manage.py check --database default``. :raises SystemCheckError: anything is to be said about the models."""
    from django.apps import apps
    from django.core.management import call_command

    apps.set_installed_apps(["mssql_core", app])
    call_command("check", app, databases=["default"], fail_level="INFO", stdout=io.StringIO())
    if app != APP:
        apps.unset_installed_apps()


def _written_by_schema(folder: Path) -> list[str]:
    """What ``inspectdb --schema`` writes, of each schema, and of all."""
    from django.db import connection

    from mssql_core.names import TableName

    with connection.cursor() as cursor:
        tables = [TableName.parse(info.name, "dbo") for info in connection.introspection.get_table_list(cursor)]
    schemas = sorted({table.schema for table in tables if table.schema is not None})
    choices = [[schema] for schema in schemas] + [schemas] * (len(schemas) > 1)
    return [
        _written(folder, f"schema_{number}", schema=choice, include_views=True) for number, choice in enumerate(choices)
    ]


def _outcomes(folder: Path) -> list[Any]:
    from django.apps import apps
    from django.db import connection

    from .trials import tried

    outcomes: list[Any] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    for model in apps.get_app_config(APP).get_models():
        with connection.cursor() as cursor:
            described = connection.introspection.get_table_description(cursor, model._meta.db_table)
        outcomes += tried(model, {column.name: column.data_type for column in described})
    return outcomes


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    json.dump(main(sys.argv[1], Path(sys.argv[2])), sys.stdout)
