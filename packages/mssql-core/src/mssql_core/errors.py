"""Server error numbers as DB-API exceptions.

The ODBC driver gives SQLSTATE 42000 to most server errors, so pyodbc's class
says little; the native number decides here.
"""

import re

# https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
_INTEGRITY = frozenset(
    (233, 272, 273, 515, 544, 545, 547, 1505, 1508, 2601, 2627, 3605, 8101, 8102, 271)
)
_DATA = frozenset(
    (168, 206, 210, 211, 220, 232, 234, 235, 236, 237, 238, 241, 242, 244, 245, 246, 248, 289, 295, 296, 409, 517,
     518, 529, 535, 536, 537, 1007, 1010, 2628, 3623, 8023, 8114, 8115, 8116, 8134, 8152, 8169, 9812, 9820, 13609,
     13608)
)  # fmt: skip
_OPERATIONAL = frozenset(
    (-2, 20, 64, 121, 233, 701, 802, 921, 922, 1204, 1205, 1211, 1222, 3635, 3950, 3951, 3952, 3960, 3961, 4014, 4060,
     4221, 8645, 8651, 9002, 10053, 10054, 10060, 10928, 10929, 11001, 17142, 17892, 18401, 18452, 18456, 18461, 18470,
     18487, 18488, 40143, 40197, 40501, 40532, 40540, 40549, 40550, 40551, 40552, 40553, 40613, 40615, 42108, 42109,
     49918, 49919, 49920)
)  # fmt: skip
_NOT_SUPPORTED = frozenset((40508, 40510, 40511, 40512, 40515, 40517))
TRANSIENT = frozenset(
    (20, 64, 233, 4060, 4221, 10053, 10054, 10060, 10928, 10929, 40143, 40197, 40501, 40540, 40613, 42108, 42109,
     49918, 49919, 49920)
)  # fmt: skip
# The server has rolled the whole transaction back.
ENDS_TRANSACTION = frozenset((1205, 3960, 3961, 245, 241))
# Communication states: the connection is gone.
BROKEN_STATES = ("08S01", "08S02", "08003", "08007")

_NUMBER = re.compile(r"\((\d+)\) \(SQL\w+\)")


class Warning(Exception):
    """DB-API."""


class Error(Exception):
    """DB-API. ``number`` is the server's native error number, None for errors of the driver."""

    number = None
    sqlstate = None


class InterfaceError(Error):
    """DB-API."""


class DatabaseError(Error):
    """DB-API."""


class DataError(DatabaseError):
    """DB-API."""


class OperationalError(DatabaseError):
    """DB-API."""


class IntegrityError(DatabaseError):
    """DB-API."""


class InternalError(DatabaseError):
    """DB-API."""


class ProgrammingError(DatabaseError):
    """DB-API."""


class NotSupportedError(DatabaseError):
    """DB-API."""


def native_number(message):
    """The server's number inside a driver message, or None."""
    found = _NUMBER.search(message)
    return int(found.group(1)) if found and found.group(1) != "0" else None


def classify(number, sqlstate):
    """The exception class of a server error number, or of a SQLSTATE where the server gave none."""
    if number is not None:
        for numbers, kind in (
            (_INTEGRITY, IntegrityError),
            (_DATA, DataError),
            (_NOT_SUPPORTED, NotSupportedError),
            (_OPERATIONAL, OperationalError),
        ):
            if number in numbers:
                return kind
        return ProgrammingError
    state = sqlstate or ""
    if state.startswith(("08", "HYT", "HY001", "IM", "FA", "28")):
        return OperationalError
    if state.startswith("22"):
        return DataError
    if state.startswith("23"):
        return IntegrityError
    if state.startswith("0A") or state == "HYC00":
        return NotSupportedError
    if state.startswith(("07", "21", "24", "25", "34", "37", "40", "42", "44")):
        return ProgrammingError
    return DatabaseError


def translate(error):
    """A driver's exception as ours, with ``number`` and ``sqlstate``."""
    arguments = getattr(error, "args", ())
    sqlstate = arguments[0] if len(arguments) > 1 and isinstance(arguments[0], str) else None
    message = str(arguments[1]) if len(arguments) > 1 else str(error)
    number = native_number(message)
    translated = classify(number, sqlstate)(sqlstate or "HY000", message)
    translated.number = number
    translated.sqlstate = sqlstate
    return translated

# What DB-API calls the constructor of binary parameters.
Binary = bytes
