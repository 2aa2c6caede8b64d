"""Numbers of errors that end an attempt to connect, by their texts: mssql-python tells no number there.

The texts are those of sys.messages in English, which a login gets from the server's default language.
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
"""

import re
from typing import Optional

LOGIN_FAILED = 18456
# %s stands for an argument. A text that another one begins with comes after that.
_TEXTS = (
    (18401, "Login failed for user '%s'. Reason: Server is in script upgrade mode."),
    (18470, "Login failed for user '%s'. Reason: The account is disabled."),
    (18486, "Login failed for user '%s' because the account is currently locked out."),
    (18487, "Login failed for user '%s'. Reason: The password of the account has expired."),
    (18488, "Login failed for user '%s'. Reason: The password of the account must be changed."),
    (18452, "Login failed. The login is from an untrusted domain and cannot be used with "),
    (LOGIN_FAILED, "Login failed for user '%s'."),
    (4060, 'Cannot open database "%s" requested by the login. The login failed.'),
    (4064, "Cannot open user default database. Login failed."),
    (40532, 'Cannot open server "%s" requested by the login. The login failed.'),
    (40615, "Cannot open server '%s' requested by the login. Client with IP address '%s' is not allowed"),
    (40613, "Database '%s' on server '%s' is not currently available."),
    (40501, "The service is currently busy."),
    (40197, "The service has encountered an error processing your request."),
    (40540, "The service has encountered an error processing your request."),
    (4221, "Login to read-secondary failed due to long wait on '%s'."),
    (17142, "SQL Server service has been paused."),
    (42108, "Can not connect to the SQL pool since it is paused."),
    (42109, "The SQL pool is warming up."),
    (49918, "Cannot process request. Not enough resources to process request."),
    (49919, "Cannot process create or update request. Too many create or update operations in progress"),
    (49920, "Cannot process request. Too many operations in progress"),
)
_PATTERNS = [
    (number, re.compile(".*".join(r"\s+".join(map(re.escape, part.split(" "))) for part in text.split("%s"))))
    for number, text in _TEXTS
]
# "Resource ID : 1. The %s limit for the database is %d and has been reached." and similar texts.
_RESOURCE = re.compile(
    r"Resource ID ?: ?\d+\. The .* (limit for the (?:database|elastic pool) is|minimum guarantee is) "
)
_RESOURCES = {"m": 10929}
# The driver's form of a network error: "TCP Provider: Error code 0x2749".
_NETWORK = re.compile(r"Error code 0x([0-9A-Fa-f]+)")


def number(text: str) -> Optional[int]:
    """The server's or the network's number of the error with this text; None if unknown."""
    for known, pattern in _PATTERNS:
        if pattern.search(text):
            return known
    resource = _RESOURCE.search(text)
    if resource:
        return _RESOURCES.get(resource.group(1)[0], 10928)
    network = _NETWORK.search(text)
    return int(network.group(1), 16) if network else None
