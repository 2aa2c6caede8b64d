"""The rows that an INSERT or UPDATE returns."""

from typing import Any, List, Sequence, Tuple

from django.db.utils import NotSupportedError

from ..names import TableName
from ..plugin.django_types import Connection


def last_rows(cursor: Any) -> List[Tuple[Any, ...]]:
    """The rows of the batch's last result, since triggers may select before it.

    https://learn.microsoft.com/sql/database-engine/configure-windows/disallow-results-from-triggers-server-configuration-option
    """
    rows: List[Tuple[Any, ...]] = cursor.fetchall()
    while cursor.nextset():
        rows = cursor.fetchall()
    return rows


def check_keys(connection: Connection, table: str, keys: Sequence[Any]) -> None:
    """Refuse keys that the server did not assign, because an INSTEAD OF trigger inserts in a scope of its own.

    SCOPE_IDENTITY() is NULL then, and INSERTED has 0 for the identity.
    https://learn.microsoft.com/sql/t-sql/functions/scope-identity-transact-sql

    :param keys: the statement's result for the identity column.
    :raises NotSupportedError: such a trigger inserted the rows.
    """
    # A key of 0 is valid if the identity begins at 0 or below.
    if all(keys):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM %s WHERE parent_id = OBJECT_ID(%%s) AND is_instead_of_trigger = 1 AND is_disabled = 0"
            % TableName.parse(table).view("triggers").replace("%", "%%"),
            [table],
        )
        if cursor.fetchone() or None in keys:
            raise NotSupportedError(
                "The server tells no key of the rows inserted into %s: an INSTEAD OF trigger inserts in a scope of its "
                "own. Give the key with the object, or read the row by other columns." % table
            )
