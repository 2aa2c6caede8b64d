"""The lifetime of a connection's credentials."""

import logging
import time
from typing import Optional

logger = logging.getLogger("mssql_core.connection")


class Lifetime:
    """The expiry of a connection's credentials, such as an access token.

    :param max_age: seconds from now, or None for ever; 0 is one request, however long.
    """

    def __init__(self, max_age: Optional[float] = None) -> None:
        self._end = time.monotonic() + max_age if max_age else None
        self._told = False

    @property
    def is_over(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def warn(self, alias: str) -> None:
        """Log once that the connection is used although its token has expired."""
        if self._told or not self.is_over:
            return
        self._told = True
        logger.warning(
            "alias %r: the access token of this connection has expired, and the server may end it any time. "
            "Long tasks call django.db.close_old_connections() between units of work.",
            alias,
        )


def bounded(close_at: Optional[float], max_age: Optional[float]) -> Optional[float]:
    """The time from which Django closes the connection between requests: ``close_at`` or sooner.

    :param close_at: by CONN_MAX_AGE, on the monotonic clock; None is never.
    :param max_age: seconds from now, or None.
    """
    if max_age is None:
        return close_at
    end = time.monotonic() + max_age
    return end if close_at is None else min(close_at, end)
