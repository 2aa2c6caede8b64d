"""The catalogue."""

from typing import Any, Sequence


def first_value(connection: Any, sql: str, arguments: Sequence[Any] = ()) -> Any:
    """The first value of a query's first row; None without rows."""
    row = connection.execute(sql, arguments, prepare=True).fetchone()
    return row[0] if row else None
