"""The kept runs, runs/*.json: capabilities demonstrated on a version of the sandbox or a real server."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from harness.project import new_alias

from mssql_core.plugin import Capability
from mssql_sandbox.versions import VERSIONS as PLAYED

from .probes import has

RUNS = Path(__file__).parent / "runs"
BOXED = tuple(name for name in PLAYED if name.isdigit())
SERVICES = ("azure", "managed-instance", "fabric")
NAMES = {
    **{version: f"SQL Server {version}" for version in BOXED},
    "azure": "Azure SQL Database",
    "managed-instance": "Azure SQL Managed Instance",
    "fabric": "SQL database in Fabric",
}
#: The year of each major version.
RELEASES = {PLAYED[name].major: name for name in BOXED}
_LOWEST_LEVEL = 100
Run = dict[str, Any]


def run(entry: dict[str, Any], sandbox: str | None) -> Run:
    """Ask one server for all capabilities, and work on it.

    :param entry: of ``DATABASES``; what is made in the database is dropped again.
    :param sandbox: the version that a sandbox plays; None for a real server.
    """
    with new_alias("compatibility", entry) as connection:
        connection.ensure_connection()
        info = connection.server
        outcome = {
            "sandbox": sandbox,
            "name": NAMES[sandbox or _name(info)],
            "version": ".".join(map(str, info.version)),
            "level": info.compatibility_level,
            "date": datetime.now(timezone.utc).date().isoformat(),
            "driver": connection.driver.version(connection.connection),
            "works": _works(connection),
            "claims": {one.name: info.has(one) for one in Capability},
            "has": {one.name: has(connection, one) for one in Capability},
        }
    if info.edition.is_versioned:
        outcome["works_at_lowest_level"] = _works_at_level(entry, _LOWEST_LEVEL, info.compatibility_level)
    return outcome


def _name(info: Any) -> str:
    """The kind of a real server."""
    if info.edition.is_versioned:
        return RELEASES[info.version[0]]
    return {"AZURE_SQL_DATABASE": "azure", "FABRIC_SQL_DATABASE": "fabric"}.get(info.edition.name, "managed-instance")


def _works(connection: Any) -> bool:
    """Make a table, fill it, change its rows, read and drop it."""
    from django.db import models
    from django.test.utils import isolate_apps

    with isolate_apps("django.contrib.contenttypes"):

        class Probe(models.Model):
            name = models.CharField(max_length=20, unique=True)

            class Meta:
                app_label = "contenttypes"
                db_table = "mssql_core_probe"

    rows = Probe.objects.using(connection.alias)
    with connection.schema_editor() as editor:
        editor.create_model(Probe)
    try:
        made = rows.bulk_create([Probe(name=name) for name in "abc"])
        rows.filter(pk__in=[one.pk for one in made[:1]]).update(name="z")
        return list(rows.order_by("-name").values_list("name", flat=True)[:2]) == ["z", "c"]
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Probe)


def _works_at_level(entry: dict[str, Any], level: int, before: int) -> bool:
    """On an alias of its own, since an alias remembers what it knows about its server."""
    _set_level(entry, level)
    try:
        with new_alias(f"compatibility at {level}", entry) as connection:
            return _works(connection)
    finally:
        _set_level(entry, before)


def _set_level(entry: dict[str, Any], level: int) -> None:
    with new_alias("compatibility", entry) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = %d" % level)


def keep(outcome: Run) -> Path:
    """Write a run into its file: one for each version."""
    RUNS.mkdir(exist_ok=True)
    name = f"sandbox-{outcome['sandbox']}" if outcome["sandbox"] else f"server-{outcome['version']}"
    path = RUNS / f"{name}.json"
    path.write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
    return path


def load() -> list[Run]:
    """All kept runs: sandboxes first, by version."""
    every = [json.loads(path.read_text(encoding="utf-8")) for path in RUNS.glob("*.json")]
    order = list(NAMES.values())
    return sorted(every, key=lambda kept: (kept["sandbox"] is None, order.index(kept["name"]), kept["version"]))


def contradictions(outcome: Run) -> list[str]:
    """Capabilities in which the run differs from mssql-core's assumptions."""
    wrong = [
        name for name, answer in outcome["has"].items() if answer is not None and answer != outcome["claims"][name]
    ]
    return wrong + [key for key in ("works", "works_at_lowest_level") if outcome.get(key) is False]
