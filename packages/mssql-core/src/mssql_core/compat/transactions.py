"""Logging of transactions, which Django has had since 4.2."""

from contextlib import contextmanager
from typing import Iterator

from ..plugin.django_types import Connection

try:
    from django.db.backends.utils import debug_transaction
except ImportError:

    @contextmanager
    def debug_transaction(connection: Connection, sql: str) -> Iterator[None]:
        yield


__all__ = ["debug_transaction"]
