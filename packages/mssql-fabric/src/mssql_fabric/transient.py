"""Errors that pass by themselves.

https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
"""

NUMBERS = frozenset((4221, 10928, 10929, 40197, 40501, 40613, 42108, 42109, 49918, 49919, 49920))
