"""Texts as servers send them."""

import pytest

from mssql_core import errors
from mssql_core.connection.drivers import login_errors

TEXTS = [
    (18456, "Login failed for user 'sa'."),
    (18456, "Login failed for user '<token-identified principal>'."),
    (18470, "Login failed for user 'x'. Reason: The account is disabled."),
    (
        18486,
        "Login failed for user 'x' because the account is currently locked out. The system administrator can unlock it.",
    ),
    (18487, "Login failed for user 'x'.  Reason: The password of the account has expired."),
    (18488, "Login failed for user 'x'.  Reason: The password of the account must be changed."),
    (18452, "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication."),
    (
        18401,
        "Login failed for user 'x'. Reason: Server is in script upgrade mode. Only administrator can connect at this time.",
    ),
    (4060, 'Cannot open database "shop" requested by the login. The login failed.'),
    (4064, "Cannot open user default database. Login failed."),
    (40532, 'Cannot open server "x" requested by the login.  The login failed.'),
    (
        40615,
        "Cannot open server 'x' requested by the login. Client with IP address '1.2.3.4' is not allowed to access the server.",
    ),
    (40613, "Database 'a' on server 'b' is not currently available.  Please retry the connection later."),
    (
        10928,
        "Resource ID : 1. The request limit for the database is 180 and has been reached. See 'http://x' for assistance.",
    ),
    (10929, "Resource ID: 1. The request minimum guarantee is 0, maximum limit is 180 and the current usage is 1."),
    (49918, "Cannot process request. Not enough resources to process request. Please retry you request later."),
    (10057, "TCP Provider: Error code 0x2749"),
    (None, "Neither DSN nor SERVER keyword supplied"),
]


@pytest.mark.parametrize(("number", "text"), TEXTS)
def test_the_number_of_a_text(number, text):
    assert login_errors.number("[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]" + text) == number


def test_each_number_is_one_that_core_knows_as_operational():
    for number, _ in login_errors._TEXTS:
        assert errors.classify(number, "42000") is errors.OperationalError, number
