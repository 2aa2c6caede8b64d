"""Errors that pass by themselves.

https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
"""

NUMBERS = frozenset(
    (
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
