"""From a session's events to the token stream of a response.

It has the rules of the DONE tokens. Source: MS-TDS 2.2.7.6 to 2.2.7.8.
"""

import sys
import traceback
from dataclasses import dataclass
from typing import Any, Callable, Iterable

from ..errors import SqlServerError
from ..interface import (
    Columns,
    Done,
    EnvChange,
    Error,
    Event,
    Info,
    ReturnStatus,
    ReturnValue,
    Rows,
    Session,
)
from . import tokens
from .encode import Encoder

FLUSH_ABOVE = 64 * 1024
FATAL_SEVERITY = 20
INTERNAL_ERROR = 50998


@dataclass
class _Pending:
    """A DONE whose MORE bit depends on what follows."""

    token: int
    status: int
    command: int
    count: int


class Response:
    """Collects the tokens of one client message.

    :param flush: called with the grown buffer; removes whole packets from its start.
    :param cancelled: whether the client has cancelled.
    """

    def __init__(
        self, session: Session, server: str, flush: Callable[[bytearray], None], cancelled: Callable[[], bool]
    ) -> None:
        self.buffer = bytearray()
        self.fatal = False
        self._session = session
        self._server = server
        self._flush = flush
        self._cancelled = cancelled
        self._in_rpc = False
        self._pending: _Pending | None = None
        self._encoders: list[Encoder] | None = None
        self._error = False
        self._command = 0
        self._handlers: dict[type, Callable[[Any], None]] = {
            Columns: self._columns,
            Rows: self._rows,
            Done: self._done,
            Error: self._write_error,
            Info: self._info,
            EnvChange: self._environment,
            ReturnStatus: self._return_status,
            ReturnValue: self._return_value,
        }

    # ---- one request

    def reset(self, events: Iterable[Event]) -> None:
        """Acknowledge RESETCONNECTION, before the request's tokens."""
        acknowledged = False
        for event in events:
            if isinstance(event, EnvChange):
                acknowledged |= event.kind == "reset"
                self._environment(event)
        if not acknowledged:
            self._environment(EnvChange("reset"))

    def batch(self, events: Iterable[Event]) -> None:
        """DONE for each statement with a count or rows; one final DONE if there is none."""
        self._in_rpc = False
        self._play(events)
        if self._pending is None:
            self._pend(tokens.DONE, self._take_error(), self._command)
        elif self._pending.token == tokens.DONE_IN_PROC:  # the procedure ended with the batch
            self._pend(tokens.DONE_PROC, self._pending.status & tokens.DONE_ERROR, tokens.COMMAND_EXECUTE)

    def rpc(self, events: Iterable[Event], last: bool) -> None:
        """DONEINPROC for each statement, DONEPROC at the end of the procedure.

        :param last: whether it is the message's last RPC request.
        """
        self._in_rpc = True
        self._play(events)
        if self._encoders is not None:
            self._done(Done())
        status = self._take_error() | (0 if last else tokens.DONE_RPC_IN_BATCH)
        self._pend(tokens.DONE_PROC, status, tokens.COMMAND_EXECUTE)

    def finish(self) -> bytearray:
        """Write the last DONE, without the MORE bit; nothing may follow it."""
        if self._pending is None:
            self._pend(tokens.DONE, self._take_error(), 0)
        self._settle(more=False)
        return self.buffer

    def finish_attention(self) -> bytearray:
        """End a cancelled response with the acknowledgement as its last token."""
        self._settle(more=True)
        self.buffer += tokens.done(tokens.DONE, tokens.DONE_ATTENTION | self._transaction_bit())
        return self.buffer

    def error(self, error: SqlServerError) -> None:
        """An error of the wire layer itself."""
        self._write_error(
            Error(error.number, error.message, error.severity, error.state, max(error.line, 1), error.procedure)
        )

    # ---- events

    def _play(self, events: Iterable[Event]) -> None:
        try:
            for event in events:
                if self._cancelled() and not isinstance(event, EnvChange):
                    continue
                self._handlers[type(event)](event)
                if self.fatal:
                    break
        except SqlServerError as error:
            self.error(error)
        except (ConnectionError, TimeoutError):
            raise
        except Exception as fault:
            self._internal_error(fault)
        finally:
            # An unfinished generator releases its resources now.
            close = getattr(events, "close", None)
            if close is not None:
                close()

    def _internal_error(self, fault: Exception) -> None:
        """Report a defect of the sandbox: an error of its own number to the client, the trace to stderr."""
        if self._cancelled():
            return
        traceback.print_exc(file=sys.stderr)
        text = f"sandbox: internal error: {type(fault).__name__}: {fault}"
        self._write_error(Error(INTERNAL_ERROR, text[:2000], 16, 1, 1))

    def _columns(self, event: Columns) -> None:
        metadata = tokens.column_metadata(event.columns)
        encoders = tokens.row_encoders(event.columns)
        self._settle(more=True)
        self.buffer += metadata + (tokens.order(event.order) if event.order else b"")
        self._encoders = encoders

    def _rows(self, event: Rows) -> None:
        if self._encoders is None:
            raise AssertionError("rows without columns")
        tokens.append_rows(self.buffer, self._encoders, event.rows)
        self._flush_when_large()

    def _done(self, event: Done) -> None:
        error = self._take_error() | (tokens.DONE_ERROR if event.error else 0)
        reported = event.count is not None or self._encoders is not None or error or event.alone
        self._encoders = None
        if not reported:
            self._command = event.command
            return
        status = error | (tokens.DONE_COUNT if event.count is not None else 0)
        token = tokens.DONE_IN_PROC if self._in_rpc or event.in_procedure else tokens.DONE
        self._pend(token, status, event.command, event.count or 0)

    def _write_error(self, event: Error) -> None:
        self._settle(more=True)
        self.buffer += tokens.message(
            tokens.ERROR, event.number, event.message, event.severity, event.state, event.line,
            self._server, event.procedure,
        )  # fmt: skip
        self._error = True
        self._encoders = None
        if event.severity >= FATAL_SEVERITY:
            self.fatal = True
            self._pend(tokens.DONE, tokens.DONE_ERROR | tokens.DONE_SERVER_ERROR)

    def _info(self, event: Info) -> None:
        self._settle(more=True)
        self.buffer += tokens.message(
            tokens.INFO, event.number, event.message, event.severity, event.state, event.line, self._server
        )

    def _environment(self, event: EnvChange) -> None:
        self._settle(more=True)
        self.buffer += tokens.environment_change(event)

    def _return_status(self, event: ReturnStatus) -> None:
        self._settle(more=True)
        self.buffer += tokens.return_status(event.value)
        if not self._in_rpc:
            # EXECUTE in a batch ends with its own DONEPROC: MS-TDS 2.2.7.7 and 2.2.7.18.
            self._pend(tokens.DONE_PROC, self._take_error(), tokens.COMMAND_EXECUTE)

    def _return_value(self, event: ReturnValue) -> None:
        token = tokens.return_value(event)
        self._settle(more=True)
        self.buffer += token

    # ---- DONE

    def _take_error(self) -> int:
        error, self._error = self._error, False
        return tokens.DONE_ERROR if error else 0

    def _pend(self, token: int, status: int, command: int = 0, count: int = 0) -> None:
        self._settle(more=True)
        self._pending = _Pending(token, status, command, count)

    def _settle(self, more: bool) -> None:
        """Write the pending DONE, now that it is known whether something follows."""
        pending = self._pending
        if pending is None:
            return
        self._pending = None
        status = pending.status | self._transaction_bit() | (tokens.DONE_MORE if more else 0)
        self.buffer += tokens.done(pending.token, status, pending.command, pending.count)
        self._flush_when_large()

    def _transaction_bit(self) -> int:
        return tokens.DONE_IN_TRANSACTION if self._session.in_transaction else 0

    def _flush_when_large(self) -> None:
        if len(self.buffer) > FLUSH_ABOVE:
            self._flush(self.buffer)
