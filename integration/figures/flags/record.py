"""``hatch run flags-peers:record``: the flags of Django and two of its backends, kept in peers.json.

Flags that depend on versions are those of Django's newest version, PostgreSQL 18 and SQL Server 2022.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from django.conf import settings
from django.db.backends.base.features import BaseDatabaseFeatures

PEERS = Path(__file__).with_name("peers.json")


def flags(features_class: type, **connection: Any) -> dict[str, bool | None]:
    """The flags of a backend by name; None for one that asks the database.

    :param connection: attributes of the connection that flags ask.
    """
    features = features_class(SimpleNamespace(settings_dict={"OPTIONS": {}}, **connection))
    flags: dict[str, bool | None] = {}
    for name in dir(features_class):
        if name.startswith("_") or callable(getattr(features_class, name)):
            continue
        try:
            value = getattr(features, name)
        except (AttributeError, TypeError):
            value = None
        if value is None or isinstance(value, bool):
            flags[name] = value
    return flags


def main() -> None:
    from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQL
    from mssql.features import DatabaseFeatures as Peer

    settings.configure(USE_TZ=True)
    columns = {
        "django": flags(BaseDatabaseFeatures),
        "postgresql": flags(PostgreSQL, pg_version=180000),
        "mssql-django": flags(Peer, sql_server_version=2022, to_azure_sql_db=False),
    }
    # An attribute of a single backend is not a flag of Django's.
    names = [
        name for name, value in columns["django"].items() if value is not None or name in ("supports_transactions",)
    ]
    recorded = {
        "version": django.get_version(),
        "flags": {name: {column: values.get(name) for column, values in columns.items()} for name in names},
    }
    PEERS.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    print(f"{len(names)} flags of Django {recorded['version']} in {PEERS.name}")


if __name__ == "__main__":
    main()
