"""Django in this process: settings without a file, and temporary aliases."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Sequence


def configure(
    databases: dict[str, Any] | None = None,
    apps: Sequence[str] = ("django.contrib.contenttypes",),
    **others: Any,
) -> None:
    """Set Django up, unless it is set up already.

    :param databases: ``DATABASES``; by default a ``default`` alias without a server.
    :param apps: ``INSTALLED_APPS``.
    :param others: more settings.
    """
    import django
    from django.conf import settings

    if settings.configured:
        return
    settings.configure(
        DATABASES=databases or {"default": {"ENGINE": "mssql_core", "NAME": "unused"}},
        INSTALLED_APPS=list(apps),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="tests",
        USE_TZ=True,
        **others,
    )
    django.setup()


@contextlib.contextmanager
def new_alias(name: str, database: dict[str, Any]) -> Iterator[Any]:
    """A connection of that name in ``django.db.connections``, closed and removed afterwards.

    :param database: as in ``DATABASES``.
    """
    from django.db import connections

    connections.databases[name] = connections.configure_settings({"default": database})["default"]
    try:
        yield connections[name]
    finally:
        connections[name].close()
        del connections[name]
        del connections.databases[name]
