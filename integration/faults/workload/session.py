"""Comparison of the session that the application continues with and a new one."""

from __future__ import annotations

from typing import Any

_STATE = (
    "SELECT @@TRANCOUNT, @@OPTIONS, @@LOCK_TIMEOUT, @@DATEFIRST, @@TEXTSIZE, XACT_STATE(), transaction_isolation_level "
    "FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
)
_NAMES = (
    "@@TRANCOUNT", "@@OPTIONS", "@@LOCK_TIMEOUT", "@@DATEFIRST", "@@TEXTSIZE", "XACT_STATE()", "the isolation level",
)  # fmt: skip


def state(connection: Any) -> tuple[Any, ...]:
    """The session's options and transactions before the application's next statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return cursor.fetchone()


def differences(connection: Any, expected: tuple[Any, ...]) -> list[str]:
    """The differences from a new session, outside of atomic blocks.

    :raises django.db.Error: the connection is dead.
    """
    lines = ["%s is %s, not %s" % item for item in zip(_NAMES, state(connection), expected) if item[1] != item[2]]
    if not connection.get_autocommit() or connection.in_atomic_block:
        lines.append("Django believes that a transaction is open")
    lines.extend(_identity_insert(connection))
    return lines


def _identity_insert(connection: Any) -> list[str]:
    """Whether IDENTITY_INSERT is ON for a table: switching it on for another fails (8107)."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SET IDENTITY_INSERT faults_content ON")
        except Exception as error:
            if "8107" in str(error):
                return ["IDENTITY_INSERT is on"]
            raise
        cursor.execute("SET IDENTITY_INSERT faults_content OFF")
    return []
