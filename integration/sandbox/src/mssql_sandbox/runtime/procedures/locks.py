"""Application locks over the engine's advisory locks.

https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
"""

from __future__ import annotations

from typing import Any, Iterator

import psycopg

from ...errors import NotSupported, SqlServerError
from ...interface import Event, ReturnStatus
from .binding import Call

_GRANTED, _TIMEOUT, _DEADLOCK, _BAD = 0, -1, -3, -999
_SHARED = ("SHARED", "INTENTSHARED")
_EXCLUSIVE = ("EXCLUSIVE", "UPDATE", "INTENTEXCLUSIVE")


def get(call: Call) -> Iterator[Event]:
    """sp_getapplock: 0 granted, -1 timeout, -3 deadlock, -999 bad parameters."""
    resource, mode, owner, timeout, principal = call.bind(
        "Resource", "LockMode", "LockOwner", "LockTimeout", "DbPrincipal", required=2
    )
    if principal not in (None, "public", "dbo"):
        raise NotSupported(f"sp_getapplock with DbPrincipal {principal}")
    owner = _owner(call, owner)
    kind = (mode or "").upper()
    if owner is None or kind not in _SHARED + _EXCLUSIVE:
        yield ReturnStatus(_BAD)
        return
    function = "pg_advisory_xact_lock" if owner == "transaction" else "pg_advisory_lock"
    if kind in _SHARED:
        function += "_shared"
    wait = call.session.settings.lock_timeout if timeout is None else int(timeout)
    yield ReturnStatus(_acquire(call.session.connection, function, str(resource), wait))


def release(call: Call) -> Iterator[Event]:
    """sp_releaseapplock. :raises SqlServerError: 1223 when the lock is not held."""
    resource, owner, _principal = call.bind("Resource", "LockOwner", "DbPrincipal", required=1)
    owner = _owner(call, owner)
    if owner is None:
        yield ReturnStatus(_BAD)
        return
    if owner == "transaction":
        raise NotSupported("sp_releaseapplock of a lock that the transaction owns")
    connection = call.session.connection
    for function in ("pg_advisory_unlock", "pg_advisory_unlock_shared"):
        if connection.execute(f"select {function}({_KEY})", (str(resource),)).fetchone()[0]:
            yield ReturnStatus(0)
            return
    raise SqlServerError(1223, resource=resource)


_KEY = "hashtextextended($1, 20)"


def _owner(call: Call, owner: Any) -> str | None:
    """None where the call is wrong: an unknown owner, or the transaction where there is none.

    The procedures then answer -999 and raise nothing. Source: the page, and RyanLamansky/sql-server-simulator
    SqlServerSimulator/Errors/SimulatedSqlException.AppLockErrors.cs.
    """
    text = (owner or "Transaction").casefold()
    known = text == "session" or text == "transaction" and call.session.transactions.count
    return text if known else None


def _acquire(connection: psycopg.Connection, function: str, resource: str, wait: int) -> int:
    if wait == 0:
        attempt = function.replace("pg_", "pg_try_", 1)
        return _GRANTED if connection.execute(f"select {attempt}({_KEY})", (resource,)).fetchone()[0] else _TIMEOUT
    previous = connection.execute("select current_setting('lock_timeout')").fetchone()[0]
    connection.execute("savepoint applock")
    connection.execute(f"set local lock_timeout = {max(wait, 0)}")
    try:
        connection.execute(f"select {function}({_KEY})", (resource,))
    except psycopg.errors.LockNotAvailable:
        connection.execute("rollback to savepoint applock")
        return _TIMEOUT
    except psycopg.errors.DeadlockDetected:
        connection.execute("rollback to savepoint applock")
        return _DEADLOCK
    connection.execute(f"set local lock_timeout = '{previous}'")
    connection.execute("release savepoint applock")
    return _GRANTED


PROCEDURES = {"sp_getapplock": get, "sp_releaseapplock": release}
