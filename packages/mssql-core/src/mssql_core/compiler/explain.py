"""QuerySet.explain(): the estimated plan as XML.

While SHOWPLAN_XML is ON the session returns the plans of statements and runs none of
them. SET SHOWPLAN_XML is a batch of its own (error 1067), and needs the permission SHOWPLAN (262).
https://learn.microsoft.com/sql/t-sql/statements/set-showplan-xml-transact-sql
"""

from contextlib import contextmanager
from typing import Any, Iterator, List

from django.db import Error, NotSupportedError

from ..connection.parameters import TypedParam
from ..literals import literal
from ..plugin.django_types import Connection
from ..plugin.types import Params


def explain(connection: Connection, sql: str, params: Params) -> List[Any]:
    """
    The plan documents of a statement.

    :param sql: the statement, with %s for its parameters.
    :raises NotSupportedError: a parameter has no literal form.
    """
    statement = with_literals(sql, params)
    with _showplan(connection), connection.cursor() as cursor:
        cursor.execute(statement)
        return [plan for (plan,) in cursor.fetchall()]


@contextmanager
def _showplan(connection: Connection) -> Iterator[None]:
    # Before any other statement, the first cursor opens the transaction, which later would only be explained.
    _set(connection, "ON")
    try:
        yield
    finally:
        try:
            _set(connection, "OFF")
        except Error:
            # The session would explain all later statements instead of running them.
            connection.close()
            raise


def _set(connection: Connection, value: str) -> None:
    with connection.wrap_database_errors, connection.create_cursor() as cursor:
        cursor.execute("SET SHOWPLAN_XML %s" % value)


def with_literals(sql: str, params: Params) -> str:
    """The statement with literals, since the plan of a batch with parameters is that of a remote call."""
    return (sql % tuple(_literal(param) for param in params)).strip()


def _literal(value: Any) -> str:
    try:
        return value.literal() if isinstance(value, TypedParam) else literal(value)
    except ValueError as error:
        raise NotSupportedError("explain() cannot write a parameter into the statement: %s" % error) from error
