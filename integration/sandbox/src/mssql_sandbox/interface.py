"""The interface between the wire layer and the runtime.

The wire layer decodes TDS requests into calls on a :class:`Session`, which
answers each with an iterator of events, in the order of the tokens sent to
the client. Neither side depends on the other's internals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, NamedTuple, Protocol, Sequence

from .messages import message
from .sqltypes import SqlType

# Values cross this interface as Python objects:
#   integers and bit -> int (bit: 0/1) · real, float -> float · decimal, money -> decimal.Decimal
#   character types, xml, json -> str · binary types -> bytes · uniqueidentifier -> uuid.UUID
#   date -> int, days since 0001-01-01
#   time -> int, ticks of 100 ns since midnight
#   datetime, smalldatetime, datetime2 -> int, ticks of 100 ns since 0001-01-01
#   datetimeoffset -> (int UTC ticks, int offset minutes)
#   sql_variant -> str, as types/conversion.py writes it; without a base type it is nvarchar
#   SQL NULL -> None


# @@SERVERNAME
SERVER_NAME = "sandbox"


@dataclass(frozen=True)
class ResultColumn:
    name: str
    type: SqlType
    nullable: bool = True
    identity: bool = False
    computed: bool = False


class Parameter(NamedTuple):
    """A parameter of an RPC request; ``type`` is the type that the client declared on the wire."""

    name: str  # "@P1" or "" when positional
    type: SqlType
    value: Any
    output: bool = False
    default: bool = False


# ---- events, session -> wire


@dataclass(frozen=True)
class Columns:
    """Start of a result set (COLMETADATA).

    :param order: 1-based numbers of the columns that order the rows (ORDER token).
    """

    columns: Sequence[ResultColumn]
    order: Sequence[int] = ()


@dataclass(frozen=True)
class Rows:
    """Some rows of the open result set."""

    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Done:
    """End of one statement (DONE / DONEINPROC).

    ``count`` is None when no row count is reported (NOCOUNT, or a statement without one).
    ``command`` is the TDS CurCmd (0xC1 SELECT, 0xC3 INSERT, 0xC4 DELETE, 0xC5 UPDATE ...).
    """

    count: int | None = None
    command: int = 0
    error: bool = False
    alone: bool = False  # sent without a count or rows: PRINT
    in_procedure: bool = False  # of a statement in a procedure that a batch called


@dataclass(frozen=True)
class Info:
    """INFO token: messages of severity 10 and below (PRINT, 5701, 15477 ...)."""

    number: int
    message: str
    severity: int = 0
    state: int = 1
    line: int = 1

    @classmethod
    def of(cls, number: int, /, *, variant: str = "", line: int = 1, **values: object) -> Info:
        """A message from the table. :raises KeyError: as :class:`SqlServerError` does."""
        entry = message(number, variant)
        return cls(number, entry.fill(values), entry.severity, entry.state, line)


@dataclass(frozen=True)
class Error:
    """ERROR token; several may occur in one response."""

    number: int
    message: str
    severity: int = 16
    state: int = 1
    line: int = 1
    procedure: str = ""


@dataclass(frozen=True)
class EnvChange:
    """ENVCHANGE token. kind: 'database', 'collation', 'language', 'begin', 'commit', 'rollback', 'reset'.

    For 'begin' ``new`` is the 8-byte transaction descriptor as int, for 'commit' and
    'rollback' ``old`` is; for 'database' and 'collation' both are names.
    """

    kind: str
    new: Any = None
    old: Any = None


@dataclass(frozen=True)
class ReturnStatus:
    value: int


@dataclass(frozen=True)
class ReturnValue:
    """Output parameter of an RPC (RETURNVALUE token)."""

    name: str
    ordinal: int
    type: SqlType
    value: Any


Event = Columns | Rows | Done | Info | Error | EnvChange | ReturnStatus | ReturnValue


# ---- calls, wire -> session


@dataclass(frozen=True)
class Login:
    user: str
    password: str = field(repr=False)
    database: str
    application: str = ""
    host: str = ""
    read_only_intent: bool = False
    access_token: str | None = field(default=None, repr=False)


class Session(Protocol):
    """One connection. A method may be called only when the previous call's events are exhausted."""

    spid: int
    database: str
    hang_up: Callable[[], None]  # set by the wire layer, called when another session ends this one
    cancelled: bool  # set by cancel(); the wire layer clears it before each message

    @property
    def in_transaction(self) -> bool:
        """For the DONE_INXACT bit."""

    def execute_batch(self, text: str) -> Iterator[Event]:
        """SQLBatch. Errors come as Error events, not exceptions (severity >= 20 closes)."""

    def execute_rpc(self, procedure: str, parameters: Sequence[Parameter]) -> Iterator[Event]:
        """RPC by name; well-known ids arrive as their names (sp_executesql, sp_prepexec ...)."""

    def transaction_request(self, request: str, name: str, isolation: int, begin_again: bool) -> Iterator[Event]:
        """request: 'begin', 'commit', 'rollback', 'save'. isolation: 0 = current, 1..5 as in TDS."""

    def bulk_load(self, columns: Sequence[ResultColumn], rows: Iterator[Sequence[Any]]) -> Iterator[Event]:
        """Rows of the INSERT BULK announced by the previous batch."""

    def reset(self, keep_transaction: bool) -> Iterator[Event]:
        """RESETCONNECTION: what sp_reset_connection does."""

    def cancel(self) -> None:
        """Stop the running request as soon as possible; called from another thread on ATTENTION."""

    def close(self) -> None:
        """Roll back and release everything: the client has disconnected."""


class Server(Protocol):
    """The server as the wire layer needs it."""

    name: str

    @property
    def version(self) -> tuple[int, int, int, int]:
        """For PRELOGIN and LOGINACK, e.g. (16, 0, 4185, 3)."""

    @property
    def federation(self) -> tuple[str, str] | None:
        """(address of the token issuer, resource to request), for drivers that fetch the token themselves."""

    def login(self, login: Login) -> tuple[Session, list[Event]]:
        """Open a session, with the login's ENVCHANGE and INFO events.

        :raises SqlServerError: 18456 (wrong login), 4060 (unknown database) ...
        """
