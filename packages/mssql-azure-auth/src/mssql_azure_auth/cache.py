"""A cache of access tokens for all connections and threads of the process."""

import logging
import os
import threading
import time
from collections import OrderedDict
from typing import Callable, Hashable, NamedTuple, Optional, Union

from mssql_core.plugin import Secret

logger = logging.getLogger("mssql_azure_auth")

# Seconds before its expiry at which a token is renewed, while connections still use it.
RENEWED_BEFORE = 300
# Seconds that a token must last for a connection to use it.
LEAST_LEFT = 30
# Seconds between attempts to renew a token that is still valid.
PAUSE = 30
_MOST_ENTRIES = 1000


class Token(NamedTuple):
    """An access token, its expiry and its renewal time, both in seconds since 1970."""

    text: Secret
    expires_on: float
    renewed_on: float

    def __repr__(self) -> str:
        return "<Token>"

    def holds(self, now: float) -> bool:
        return now < self.expires_on - LEAST_LEFT


def token(text: Union[Secret, str], expires_on: float, renewed_on: Optional[float] = None) -> Token:
    """A token for the cache, by default renewed five minutes before its expiry, or after half of a shorter life.

    :param text: preferably a Secret, so that no frame of an error holds it.
    :param expires_on: seconds since 1970, like ``renewed_on``.
    """
    left = expires_on - time.time()
    return Token(Secret(text), expires_on, renewed_on or expires_on - min(RENEWED_BEFORE, left / 2))


class _Entry:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.token: Optional[Token] = None
        self.pause_until = 0.0


class Cache:
    """Tokens by key. One thread fetches a token; the others wait, or use the one that is still valid."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._entries: "OrderedDict[Hashable, _Entry]" = OrderedDict()
        self._lock = threading.Lock()
        self._process = os.getpid()

    def get(self, key: Hashable, fetch: Callable[[], Token]) -> Token:
        """A valid token, from the cache or fetched.

        :param key: equal for options that give the same tokens.
        :param fetch: returns a new :class:`Token`; its errors are raised unless the old token is still valid.
        """
        entry = self._entry(key)
        known, now = entry.token, time.time()
        if known is not None and known.holds(now):
            if now < max(known.renewed_on, entry.pause_until):
                return known
            if not entry.lock.acquire(blocking=False):
                # Another thread renews it.
                return known
        else:
            entry.lock.acquire()
        try:
            return self._renewed(entry, fetch)
        finally:
            entry.lock.release()

    def _renewed(self, entry: _Entry, fetch: Callable[[], Token]) -> Token:
        known, now = entry.token, time.time()
        if known is None or not known.holds(now):
            entry.token = fetch()
            return entry.token
        if now < max(known.renewed_on, entry.pause_until):
            return known
        try:
            entry.token = fetch()
        except Exception as error:
            entry.pause_until = now + PAUSE
            logger.warning(
                "No new access token (%s); the known one holds for %d s.", type(error).__name__, known.expires_on - now
            )
            return known
        return entry.token

    def _entry(self, key: Hashable) -> _Entry:
        if self._process != os.getpid():
            # After a fork: a lock of the parent's threads would never be released here.
            self._begin()
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry()
                if len(self._entries) > _MOST_ENTRIES:
                    self._entries.popitem(last=False)
            else:
                self._entries.move_to_end(key)
            return entry
