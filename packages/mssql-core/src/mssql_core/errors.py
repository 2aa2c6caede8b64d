"""Server error numbers as DB-API exceptions; the namespace ``DatabaseWrapper.Database``.

The ODBC driver gives SQLSTATE 42000 to most server errors and none that pyodbc knows
to deadlocks, so the exception's class says little; the native number decides here.
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
"""

import enum
import re
from typing import Any, Container, Dict, Iterable, Optional, Tuple, Type, Union

from .plugin.types import Secret, revealed

# Keys, CHECK and NOT NULL constraints, identities and computed columns.
_INTEGRITY = frozenset((233, 271, 272, 273, 515, 544, 545, 547, 1505, 1508, 2601, 2627, 3605, 8101, 8102, 8106))
# Values that do not fit or do not convert.
_DATA = frozenset(
    (168, 210, 211, 220, 232, 234, 235, 236, 237, 238, 241, 242, 244, 245, 246, 248, 289, 294, 295, 296, 409,
     517, 518, 535, 536, 537, 1007, 1010, 1014, 1946, 2628, 3606, 3607, 3622, 3623, 8023, 8029, 8114, 8115, 8134, 8152,
     8169, 9803, 9807, 9808, 9809, 9812, 9820, 9829, 10742, 13607, 13608, 13609, 13610, 13623)
)  # fmt: skip
# Locks, resources, versions of rows, logins, and the network.
_OPERATIONAL = frozenset(
    (-2, 701, 802, 904, 916, 921, 922, 923, 924, 926, 927, 945, 952, 983, 1101, 1105, 1204, 1205, 1211, 1222,
     2801, 3635, 3902, 3903, 3906, 3908, 3930, 3931, 3935, 3950, 3951, 3952, 3960, 3961, 3966, 3967, 3989, 3998, 4014,
     4060, 4064, 4221, 6005, 7112, 8623, 8628, 8631, 8632, 8645, 8651, 8657, 8902, 9001, 9002, 10928, 10929,
     17142, 17189, 17830, 17892, 18401, 18450, 18451, 18452, 18456, 18458, 18459, 18461, 18463, 18464, 18465,
     18466, 18467, 18468, 18470, 18486, 18487, 18488, 40020, 40143, 40166, 40197, 40501, 40532, 40540, 40544, 40549,
     40550, 40551, 40552, 40553, 40613, 40615, 40648, 40671, 41301, 41302, 41305, 41325, 41839, 42108, 42109, 45168,
     45169, 47073, 49918, 49919, 49920)
)  # fmt: skip
_NOT_SUPPORTED = frozenset((40508, 40510, 40511, 40512, 40514, 40515, 40517, 40528, 41317, 46922))


class Fault(enum.Enum):
    """The meaning of an error for the connection and for a new attempt; other errors have none, even 1222, a lock timeout."""

    #: The connection is gone, or the server is about to close it.
    LOST = "lost"
    #: The same, because the session used more than it may: doing it again ends alike.
    GOVERNED = "governed"
    #: The server cannot serve now and may soon.
    TRANSIENT = "transient"
    #: Another transaction was in the way, and this one was rolled back.
    CONFLICT = "conflict"


_LEARN = "https://learn.microsoft.com/"
_ENGINE = _LEARN + "sql/relational-databases/errors-events/database-engine-events-and-errors"
_AZURE = _LEARN + "azure/azure-sql/database/troubleshoot-common-errors-issues"
_GOVERNANCE = _LEARN + "azure/azure-sql/database/resource-limits-logical-server"
_SNAPSHOT = _LEARN + "sql/t-sql/statements/set-transaction-isolation-level-transact-sql"
_MEMORY_OPTIMIZED = _LEARN + "sql/relational-databases/in-memory-oltp/transactions-with-memory-optimized-tables"
_WINSOCK = _LEARN + "windows/win32/winsock/windows-sockets-error-codes-2"
_SYSTEM = _LEARN + "windows/win32/debug/system-error-codes"
_RESILIENCY = _LEARN + "sql/connect/odbc/connection-resiliency"
_ODBC = _LEARN + "sql/odbc/reference/appendixes/appendix-a-odbc-error-codes"

#: (what it is, numbers or SQLSTATEs, source). The engine's own are those of severity 20 and more: pyodbc shows none.
FAULTS: Tuple[Tuple[Fault, Tuple[Union[int, str], ...], str], ...] = (
    (Fault.LOST, (21, 596, 823, 824, 3314, 3624, 4014, 9001, 17310, 18056), _ENGINE),
    (Fault.LOST, (40020, 40143, 40166, 40197, 40540), _AZURE),
    (Fault.LOST, ("IMC01", "IMC02", "IMC03", "IMC04", "IMC05", "IMC06"), _RESILIENCY),
    (Fault.LOST, ("08001", "08003", "08004", "08007", "08S01", "08S02"), _ODBC),
    (Fault.GOVERNED, (40549, 40550, 40551, 40552, 40553), _GOVERNANCE),
    (Fault.TRANSIENT, (615, 921, 926, 4221, 10928, 10929, 10936, 40501, 40613, 42108, 42109, 49918, 49919, 49920), _AZURE),
    # "Rerun", the messages say; or the server is paused or being upgraded.
    (Fault.TRANSIENT, (1204, 8628, 8645, 8651, 17142, 18401), _ENGINE),
    (Fault.CONFLICT, (1205,), _ENGINE),
    (Fault.CONFLICT, (3960, 3961), _SNAPSHOT),
    (Fault.CONFLICT, (41301, 41302, 41305, 41325, 41839), _MEMORY_OPTIMIZED),
)  # fmt: skip
#: Numbers of the network's layers, which the server uses for other errors (121, 233): they count beside a SQLSTATE 08.
NETWORK = (
    ((20, 64, 121), _SYSTEM),
    ((10053, 10054, 10060, 11001), _WINSOCK),
)
_FAULT: Dict[Union[int, str, None], Fault] = {code: fault for fault, codes, _ in FAULTS for code in codes}
_NETWORK = frozenset(number for numbers, _ in NETWORK for number in numbers)
# pyodbc's words where the driver failed without a diagnostic record, as in a call that a signal ended in its middle.
_NO_DIAGNOSTICS = "The driver did not supply an error!"
_CANCELLATION_STATES = ("HYT00", "HY008")
_QUERY_TIMEOUT = " OPTIONS['query_timeout'] of the alias bounds each statement, in seconds; 0 is no bound."

_DDL_IN_SNAPSHOT = 3964
_LEAVE_SNAPSHOT = (
    " Make it the first statement of its transaction, which then runs at READ COMMITTED, or run it for an alias without "
    "OPTIONS['isolation_level']."
)

_NUMBER = re.compile(r"\((-?\d+)\) \(SQL\w+\)")


class Warning(Exception):
    """DB-API."""


class Error(Exception):
    """DB-API; ``args`` are (SQLSTATE, message).

    :ivar number: the server's native error number, None for errors of the driver.
    :ivar sqlstate: five characters.
    """

    number: Optional[int] = None

    @property
    def sqlstate(self) -> Optional[str]:
        return self.args[0] if self.args else None

    @property
    def fault(self) -> Optional[Fault]:
        """A :class:`Fault`, or None; by SQLSTATE, else by number.

        An error that the driver itself cannot explain leaves a connection that nothing is known of: it counts as lost.
        """
        if self.number is None and _NO_DIAGNOSTICS in str(self.args[-1:]):
            return Fault.LOST
        return _FAULT.get(self.sqlstate) or _FAULT.get(self.number)

    @property
    def is_disconnect(self) -> bool:
        """Whether the connection is gone, or of no use."""
        return self.fault in (Fault.LOST, Fault.GOVERNED)

    @property
    def may_connect_later(self) -> bool:
        """Whether a new attempt to connect may succeed without any change.

        A SQLSTATE alone does not say so: a wrong address has the same.
        """
        if self.number in _NETWORK:
            return (self.sqlstate or "").startswith(("08", "HYT"))
        return _FAULT.get(self.number) in (Fault.LOST, Fault.TRANSIENT)

    @property
    def is_cancellation(self) -> bool:
        """Whether the statement was ended by the client: a timeout or a cancel, both an attention on the wire."""
        return self.sqlstate in _CANCELLATION_STATES


class InterfaceError(Error):
    """DB-API."""


class DatabaseError(Error):
    """DB-API."""


class DataError(DatabaseError):
    """DB-API: a value does not fit or convert."""


class OperationalError(DatabaseError):
    """DB-API: locks, resources, logins, the network."""


class IntegrityError(DatabaseError):
    """DB-API: a constraint."""


class InternalError(DatabaseError):
    """DB-API."""


class ProgrammingError(DatabaseError):
    """DB-API: the statement itself."""


class NotSupportedError(DatabaseError):
    """DB-API: the server does not support it."""


_BY_NUMBER: Tuple[Tuple[Container[object], Type[Error]], ...] = (
    (_INTEGRITY, IntegrityError),
    (_DATA, DataError),
    (_NOT_SUPPORTED, NotSupportedError),
    (_OPERATIONAL.union(_FAULT), OperationalError),
)
_BY_STATE: Tuple[Tuple[Tuple[str, ...], Type[Error]], ...] = (
    (("08", "HYT", "HY000", "HY001", "HY008", "HY014", "IM", "FA", "28", "40"), OperationalError),
    (("22",), DataError),
    (("23",), IntegrityError),
    (("0A", "HYC00"), NotSupportedError),
    (("07", "21", "24", "25", "34", "37", "42", "44", "HY0"), ProgrammingError),
)


def native_number(message: str) -> Optional[int]:
    """The server's number in a message of the driver, or None."""
    match = _NUMBER.search(message)
    return int(match.group(1)) if match and match.group(1) != "0" else None


def classify(number: Optional[int], sqlstate: Optional[str]) -> Type[Error]:
    """The exception class of a server's error number, or of a SQLSTATE where there is none."""
    state = sqlstate or ""
    if not state.startswith(("08", "HYT")):
        for numbers, kind in _BY_NUMBER:
            if number in numbers:
                return kind
    for prefixes, kind in _BY_STATE:
        if state.startswith(prefixes):
            return kind
    return DatabaseError


def make(kind: Type[Error], number: Optional[int], sqlstate: Optional[str], message: str) -> Error:
    """An exception of this module."""
    error = kind(sqlstate, message)
    error.number = number
    return error


def translate(error: BaseException, secrets: Iterable[Union[Secret, str, None]] = ()) -> Error:
    """Return a driver's exception as one of this module.

    :param error: its ``args`` are (SQLSTATE, message). The server's number is its ``number``, or stands in the message as
        the ODBC driver manager writes it.
    :param secrets: texts, as Secrets, that must not stand in the message.
    """
    arguments: Tuple[Any, ...] = getattr(error, "args", ())
    sqlstate = arguments[0] if len(arguments) > 1 and isinstance(arguments[0], str) else "HY000"
    message = str(arguments[1]) if len(arguments) > 1 else str(error)
    for secret in secrets:
        if secret:
            message = message.replace(revealed(secret), str(Secret(secret)))
    if sqlstate == "HYT00" and "query timeout" in message.lower():
        message += _QUERY_TIMEOUT
    number = getattr(error, "number", None) or native_number(message)
    if number == _DDL_IN_SNAPSHOT:
        message += _LEAVE_SNAPSHOT
    return make(classify(number, sqlstate), number, sqlstate, message)


# What DB-API calls the constructor of binary parameters.
Binary = bytes
