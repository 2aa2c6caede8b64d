"""The project's migrations that mssql-django wrote."""

import inspect
import re
import sys
from typing import Any, Iterator

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from ...plugin.types import Finding
from ..findings import finding, listed
from .settings import PAGE

# Reads their source: a loaded mssql-django changes BinaryField, and with it the operations.
_LENGTH = re.compile(r"max_length\s*=\s*(['\"])max\1")


def findings() -> Iterator[Finding]:
    """Migrations that name a length which only mssql-django's BinaryField has."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    named = [
        "%s.%s" % key
        for key, migration in sorted(loader.disk_migrations.items())
        if key[0] in apps.app_configs and _LENGTH.search(_source(migration))
    ]
    if named:
        yield finding(
            "mssql-django wrote max_length='max' for each BinaryField into: %s. They run, and makemigrations writes an "
            "AlterField for each, which changes nothing in the database." % listed(named),
            "Delete max_length='max' there: both backends read the same then. Or run makemigrations once.",
            PAGE,
        )


def _source(migration: Any) -> str:
    try:
        return inspect.getsource(sys.modules[type(migration).__module__])
    except (KeyError, OSError):
        # A module without source is skipped.
        return ""
