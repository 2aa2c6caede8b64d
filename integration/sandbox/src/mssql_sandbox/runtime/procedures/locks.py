"""Application locks over the engine's advisory locks.

https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
"""

from typing import Any, Iterator

import psycopg

from ...catalog import first_value
from ...errors import NotSupported, SqlServerError
from ...interface import Event, ReturnStatus
from .binding import Call

_GRANTED, _WAITED, _TIMEOUT, _DEADLOCK, _BAD = 0, 1, -1, -3, -999
# Mode -> engine locks (seed of the key, suffix of the function) that conflict as the modes do.
_MODES = {
    "INTENTSHARED": ((20, "_shared"),),
    "SHARED": ((20, "_shared"),),
    "UPDATE": ((21, ""), (20, "_shared")),
    "EXCLUSIVE": ((20, ""),),
}


def get(call: Call) -> Iterator[Event]:
    """sp_getapplock: 0 granted, 1 after waiting, -1 timeout, -3 deadlock, -999 bad parameters.

    :raises SqlServerError: 1224 NULL as the resource, 1227 a timeout below -1.
    """
    resource, mode, owner, timeout, principal = call.bind(
        "Resource", "LockMode", "LockOwner", "LockTimeout", "DbPrincipal", required=2
    )
    if principal not in (None, "public", "dbo"):
        raise NotSupported(f"sp_getapplock with DbPrincipal {principal}")
    if resource is None:
        raise SqlServerError(1224)
    owner = _owner(call, owner)
    kind = (mode or "").upper()
    if kind == "INTENTEXCLUSIVE":
        raise NotSupported("sp_getapplock with the mode IntentExclusive")
    if owner is None or kind not in _MODES:
        yield ReturnStatus(_BAD)
        return
    wait = call.session.settings.lock_timeout if timeout is None else int(timeout)
    if wait < -1:
        raise SqlServerError(1227)
    yield ReturnStatus(_acquire(call.session.connection, owner, _MODES[kind], str(resource)[:255], wait))


def release(call: Call) -> Iterator[Event]:
    """sp_releaseapplock. :raises SqlServerError: 1223 when the lock is not held."""
    resource, owner, _principal = call.bind("Resource", "LockOwner", "DbPrincipal", required=1)
    owner = _owner(call, owner)
    if owner is None:
        yield ReturnStatus(_BAD)
        return
    if owner == "transaction":
        raise NotSupported("sp_releaseapplock of a lock that the transaction owns")
    if resource is None:
        raise SqlServerError(1224)
    # Which mode was requested last is unknown: release the strongest.
    for locks in (_MODES["EXCLUSIVE"], _MODES["UPDATE"], _MODES["SHARED"]):
        if _call(call.session.connection, "advisory_unlock", locks[0], resource):
            for lock in locks[1:]:
                _call(call.session.connection, "advisory_unlock", lock, resource)
            yield ReturnStatus(0)
            return
    raise SqlServerError(1223, resource=resource)


def _call(connection: psycopg.Connection, function: str, lock: tuple[int, str], resource: Any) -> Any:
    sql = f"select pg_{function}{lock[1]}(hashtextextended($1, {lock[0]}))"
    return first_value(connection, sql, (str(resource)[:255],))


def _owner(call: Call, owner: Any) -> str | None:
    """The owner; None for an unknown one, or for the transaction when there is none.

    The procedures then return -999 and raise nothing. Source: the page, and RyanLamansky/sql-server-simulator
    SqlServerSimulator/Errors/SimulatedSqlException.AppLockErrors.cs.
    """
    text = (owner or "Transaction").casefold()
    known = text == "session" or text == "transaction" and call.session.transactions.count
    return text if known else None


def _acquire(connection: psycopg.Connection, owner: str, locks: tuple[Any, ...], resource: str, wait: int) -> int:
    function = "advisory_xact_lock" if owner == "transaction" else "advisory_lock"
    previous = first_value(connection, "select current_setting('lock_timeout')")
    connection.execute("savepoint applock")
    connection.execute(f"set local lock_timeout = {max(wait, 0)}")
    status, taken = _GRANTED, []
    try:
        for lock in locks:
            if not _call(connection, f"try_{function}", lock, resource):
                if not wait:
                    raise psycopg.errors.LockNotAvailable
                status = _WAITED
                _call(connection, function, lock, resource)
            taken.append(lock)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as fault:
        connection.execute("rollback to savepoint applock")
        for lock in taken if owner == "session" else ():
            _call(connection, "advisory_unlock", lock, resource)
        return _TIMEOUT if isinstance(fault, psycopg.errors.LockNotAvailable) else _DEADLOCK
    connection.execute(f"set local lock_timeout = '{previous}'")
    connection.execute("release savepoint applock")
    return status


PROCEDURES = {"sp_getapplock": get, "sp_releaseapplock": release}
