"""Logging of transactions, which Django has had since 4.2."""

from contextlib import contextmanager

try:
    from django.db.backends.utils import debug_transaction
except ImportError:

    @contextmanager
    def debug_transaction(connection, sql):
        yield


__all__ = ["debug_transaction"]
