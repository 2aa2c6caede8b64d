"""The tables of Django's database cache, which no model describes."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def is_cache_table(name: str) -> bool:
    """Whether CACHES keeps a database cache in the table `name`."""
    return any(
        configured.get("LOCATION") == name and _is_database_cache(configured.get("BACKEND"))
        for configured in settings.CACHES.values()
    )


def _is_database_cache(backend: Any) -> bool:
    from django.core.cache.backends.db import BaseDatabaseCache

    backend_class = import_string(backend) if isinstance(backend, str) else backend
    return isinstance(backend_class, type) and issubclass(backend_class, BaseDatabaseCache)
