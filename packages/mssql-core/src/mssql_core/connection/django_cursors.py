"""Django's cursors, with pyodbc's extensions of DB-API that applications use."""

from django.db.backends import utils
from django.db.utils import NotSupportedError

from ..plugin.django_types import Mixin


class _PyodbcAttributes(Mixin):
    @property
    def fast_executemany(self) -> bool:
        """Always False: the types of parameters may differ between rows, which pyodbc's arrays do not allow.

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
    """The cursor of ``connection.cursor()``."""


class CursorDebugWrapper(_PyodbcAttributes, utils.CursorDebugWrapper):
    """The cursor with DEBUG on, and in tests that count queries."""
