"""Django's cursors, which applications hold, with what pyodbc's own cursors have beside DB-API."""

from django.db.backends import utils
from django.db.utils import NotSupportedError

from ..plugin.django_types import Mixin


class _PyodbcAttributes(Mixin):
    @property
    def fast_executemany(self) -> bool:
        """Always False: parameters have one type for each row, which pyodbc's arrays of parameters cannot have.

        :raises NotSupportedError: it is set to True.
        """
        return False

    @fast_executemany.setter
    def fast_executemany(self, value: bool) -> None:
        if value:
            raise NotSupportedError(
                "fast_executemany is not supported: executemany() sends one message for each row. bulk_create() sends "
                "many rows in one."
            )


class CursorWrapper(_PyodbcAttributes, utils.CursorWrapper):
    """Of ``connection.cursor()``."""


class CursorDebugWrapper(_PyodbcAttributes, utils.CursorDebugWrapper):
    """The same with DEBUG on, and in tests that count queries."""
