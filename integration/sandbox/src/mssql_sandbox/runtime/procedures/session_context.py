"""Key-value pairs of a session, read by SESSION_CONTEXT.

https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-set-session-context-transact-sql
"""

from typing import Iterator

from ...errors import NotSupported, SqlServerError
from ...interface import Event, ReturnStatus
from .binding import Call


def set_value(call: Call) -> Iterator[Event]:
    """sp_set_session_context. :raises SqlServerError: 15664 for a read-only key."""
    key, value, read_only = call.bind("key", "value", "read_only", required=2)
    if not key:
        raise NotSupported("sp_set_session_context without a key")
    if value is not None and (isinstance(value, bool) or not isinstance(value, (str, int))):
        raise NotSupported("sp_set_session_context of a value that is neither text nor an integer")
    known = call.session.session_context.get(key.casefold())
    if known is not None and known[1]:
        raise SqlServerError(15664, key=key)
    call.session.session_context[key.casefold()] = (None if value is None else str(value), bool(read_only))
    yield ReturnStatus(0)


PROCEDURES = {"sp_set_session_context": set_value}
