"""Transient connection errors and retry delays. Only connecting is retried, never a statement.

https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues ("Implement retry logic": five
seconds before the first attempt, then exponentially longer, up to 60 seconds)
"""

import random
from typing import Optional

NUMBERS = frozenset(
    (
        615,  # the directory of databases is behind
        926,  # the old primary shuts down
        4221,  # a secondary replica waits for a long transaction
        10928, 10929,  # limits of the service tier
        40143, 40166, 40197, 40540,  # the service is being reconfigured
        40501,  # the service is busy
        40613,  # not available; also a serverless database that wakes up, for up to a minute
        40648, 40671,  # too many or conflicting operations of management
        42108, 42109,  # the pool is paused or resuming
        45168, 45169,  # too many operations of the server or subscription
        49918, 49919, 49920,  # too many operations in progress
    )
)  # fmt: skip
# Also the error of a wrong name: transient only if the database was open before, as after a failover.
CANNOT_OPEN = 4060
# "Retry the request after 10 seconds."
BUSY = 40501
_BUSY_SECONDS = 10
LONGEST = 60
# The driver's SQLSTATE for a login that waits for a database to resume.
LOGIN_TIMEOUT = "HYT00"


def is_transient(error: Exception, was_open: bool, is_service: bool) -> Optional[bool]:
    """
    Whether a connection attempt should be retried; None leaves it to the next plugin.

    :param was_open: whether this process has connected to the database before.
    :param is_service: whether the host is one of Azure or Fabric.
    """
    number = getattr(error, "number", None)
    if number in NUMBERS:
        return True
    if number == CANNOT_OPEN and was_open:
        return True
    if number is None and is_service and getattr(error, "sqlstate", None) == LOGIN_TIMEOUT:
        return True
    return None


def delay(number: Optional[int], attempt: int, first: float) -> float:
    """
    Seconds before the next attempt: twice as many each time, and up to a quarter more at random.

    The random part keeps many processes from reconnecting at the same moment.

    :param number: the server's error number, or None.
    :param attempt: the number of failed attempts, from 1.
    :param first: seconds before the second attempt; 0 never waits.
    """
    if not first:
        return 0
    seconds: float = min(LONGEST, first * 2 ** min(attempt - 1, 10))
    if number == BUSY:
        seconds = max(seconds, _BUSY_SECONDS)
    return min(LONGEST, seconds * random.uniform(1, 1.25))
