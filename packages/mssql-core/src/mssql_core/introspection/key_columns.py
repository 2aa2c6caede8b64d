"""The key of a model whose table has no primary key."""

from typing import Any, Iterable, NamedTuple, Tuple

from ..plugin.django_types import Cursor

# What the server does not compare, or changes with each UPDATE.
_NO_KEYS = ("geography", "geometry", "image", "ntext", "rowversion", "text", "timestamp", "xml")


class Key(NamedTuple):
    """
    The columns that identify a model's rows.

    :ivar columns: their names, in the key's order.
    :ivar is_primary: whether they are the table's primary key.
    :ivar is_unique: whether anything makes them unique.
    """

    columns: Tuple[str, ...]
    is_primary: bool
    is_unique: bool


def key_of(introspection: Any, cursor: Cursor, table_name: str) -> Key:
    """
    The Key of a table or view.

    Without a primary key: the columns of the shortest unique index or constraint without a filter and without nullable
    columns; else the identity; else the first comparable column, preferably one that is never NULL.
    """
    constraints = introspection.get_constraints(cursor, table_name).values()
    for constraint in constraints:
        if constraint["primary_key"]:
            return Key(tuple(constraint["columns"]), True, True)
    columns = {column.name: column for column in introspection.get_table_description(cursor, table_name)}
    candidates = [
        tuple(constraint["columns"])
        for constraint in constraints
        if constraint["unique"]
        and constraint["definition"] is None
        and all(name in columns and not columns[name].null_ok for name in constraint["columns"])
    ]
    if candidates:
        return Key(min(candidates, key=len), False, True)
    return Key((_first(columns.values()),), False, False)


def _first(columns: Iterable[Any]) -> str:
    fitting = [
        column for column in columns if column.data_type not in _NO_KEYS and column.generation_expression is None
    ]
    ranked = sorted(fitting or columns, key=lambda column: (not column.is_autofield, bool(column.null_ok)))
    return str(ranked[0].name)
