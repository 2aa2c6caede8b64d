"""``python -m takeover.steps STEP``: one step, in a process with one backend; the parent gives it the environment.

Prints a JSON object at its end: what was measured -> the figure, or a list of what went wrong.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, Callable

import django

FOLDER = Path(os.environ["TAKEOVER_FOLDER"])
RECORD = FOLDER / "record.json"


def command(name: str, *arguments: str) -> tuple[str, str]:
    """(output, what it failed with or nothing) of a management command."""
    from django.core.management import CommandError, call_command

    output = io.StringIO()
    failure = ""
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            call_command(name, *arguments, stdout=output, no_color=True)
        except (CommandError, SystemExit) as error:
            failure = str(error) or "failed"
    return output.getvalue(), failure


def missing_migrations() -> list[str]:
    """The lines in which makemigrations names changes."""
    output, failure = command("makemigrations", "--check", "--dry-run", "--verbosity", "1")
    return [line.strip() for line in output.splitlines() if line.startswith("    ")] if failure else []


def _recorded() -> dict[str, Any]:
    return json.loads(RECORD.read_text(encoding="utf-8"))


def differing() -> list[str]:
    """The differences from the record."""
    from . import record

    return record.differing(_recorded(), json.loads(json.dumps(record.values())))


def save_all() -> int:
    """Save every object again, by itself and in bulk."""
    from . import record

    saved = 0
    for model in record.models():
        objects = list(model._default_manager.all())
        for instance in objects:
            instance.save(force_update=_has_more_than_key(model))
        names = [
            field.name
            for field in model._meta.local_concrete_fields
            if not field.primary_key and not getattr(field, "generated", False) and not _beyond_the_peer(field)
        ]
        names = [name for name in names if name not in getattr(model._meta.pk, "field_names", ())]
        if names and objects:
            model._default_manager.bulk_update(objects, names)
        saved += len(objects)
    return saved


def _beyond_the_peer(field: Any) -> bool:
    """What mssql-django's own bulk_update() does not write: NULL among bytes (error 257), and JSON that is NULL in all rows.

    It sends the first without a type, which the driver makes text, and takes the second for an expression (FieldError).
    """
    from django.conf import settings

    return settings.ENGINE == "mssql" and field.null and field.get_internal_type() in ("BinaryField", "JSONField")


def _has_more_than_key(model: Any) -> bool:
    return len(model._meta.local_concrete_fields) > 1


def not_by_their_values() -> list[str]:
    """Fields whose value does not find its row."""
    from . import record

    lost = []
    for model in record.models():
        for field in model._meta.local_concrete_fields:
            for instance in model._default_manager.all():
                value = getattr(instance, field.attname)
                is_found = {field.attname: value} if value is not None else {f"{field.name}__isnull": True}
                if not model._default_manager.filter(pk=instance.pk, **is_found).exists():
                    lost.append(f"{field} = {value!r:.60}")
    return lost


def migrate_once_more() -> list[str]:
    """Make the stage's migration and run it; returns what failed."""
    failures = [command("makemigrations", "kinds")[1], command("migrate", "--verbosity", "0")[1]]
    return [failure for failure in failures if failure] + missing_migrations()


def make() -> dict[str, Any]:
    """With mssql-django: tables, rows, and the record of them."""
    from . import record, values

    failures = migrate_once_more()
    values.fill()
    recorded = record.values()
    RECORD.write_text(json.dumps(recorded), encoding="utf-8")
    kinds = record.catalogue()
    counts = {kind: sum(key.startswith(kind + " ") for key in kinds) for kind in ("column", "index", "check", "key")}
    versions = {"django": django.get_version()}
    return {
        **versions,
        "failures": failures,
        "rows": len(recorded),
        "values": sum(map(len, recorded.values())),
        **counts,
    }


def before() -> dict[str, Any]:
    """Before the switch: the doctor's report with the old settings."""
    output, failure = command("mssql_doctor", "--from-mssql-django")
    return {"doctor": output.splitlines(), "failure": failure}


def unmended() -> dict[str, Any]:
    """After the switch and before any remedy: the changes that makemigrations finds."""
    return {"wanted": missing_migrations()}


def over() -> dict[str, Any]:
    """With mssql-core: everything is unchanged, can be written, and migrates further."""
    output, failure = command("mssql_doctor", "--from-mssql-django")
    told = {
        "missing": missing_migrations(),
        "checks": [command("check", "--database", "default")[1]],
        "doctor": output.splitlines(),
        "failure": failure,
        "differing": differing(),
        "not found": not_by_their_values(),
        "saved": save_all(),
    }
    told["differing after saving"] = differing()
    return told


def changes() -> dict[str, Any]:
    """Schema operations, each forward and back."""
    from . import record
    from .changes import run

    told = run(int(os.environ["TAKEOVER_OPERATIONS"]))
    # What changes of one app did to the tables of others.
    told["differing"] = [line for line in differing() if not line.startswith("kinds.")]
    # Columns and tables that a change dropped came back without their values.
    RECORD.write_text(json.dumps(record.values()), encoding="utf-8")
    return told


def forward() -> dict[str, Any]:
    """One more migration."""
    return {"failures": migrate_once_more(), "differing": differing()}


def back() -> dict[str, Any]:
    """With mssql-django again, or once more with mssql-core: everything can be read and written."""
    told = {"missing": missing_migrations(), "differing": differing(), "saved": save_all()}
    told["differing after saving"] = differing()
    return told


def convert() -> dict[str, Any]:
    """UUID columns get the type of the alias's option, and CHECK constraints allow any JSON."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from mssql_core.migrations import ConvertUUIDColumns
    from mssql_json.migrations import ReplaceJSONChecks

    state = MigrationExecutor(connection).loader.project_state()
    with connection.schema_editor() as editor:
        for operation in (ConvertUUIDColumns(), ReplaceJSONChecks()):
            operation.database_forwards("kinds", editor, state, state)
    return {**back(), "not found": not_by_their_values()}


STEPS: dict[str, Callable[[], dict[str, Any]]] = {
    "make": make, "before": before, "unmended": unmended, "over": over, "changes": changes, "forward": forward, "back": back,
    "further": forward, "again": back, "convert": convert, "revert": convert, "last": back,
}  # fmt: skip


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "takeover.settings"
    django.setup()
    json.dump(STEPS[sys.argv[1]](), sys.stdout)


if __name__ == "__main__":
    main()
