"""A client connection: login, then requests until the client disconnects."""

import ssl
import sys
import time
import traceback
from collections import deque
from dataclasses import replace
from typing import Iterable

from ..errors import NotSupported, SqlServerError
from ..interface import Event, ReturnValue, Server, Session
from . import packets, tokens
from .handshake import Handshake
from .journal import Journal, batch_facts, rpc_facts, statement_of
from .login import LoginRequest, login_failure, login_response, parse_fedauth_token, parse_login
from .packets import Message, MessageReader, PacketWriter, ProtocolError
from .requests import RpcRequest, parse_batch, parse_bulk_load, parse_rpc, parse_transaction
from .response import INTERNAL_ERROR, Response
from .tls import Contexts
from .transport import Transport
from .watcher import Watcher

# Seconds after which a silent client is disconnected.
LOGIN_TIMEOUT = 60.0


class Connection:
    """Serves a socket in the thread that calls :meth:`run`.

    :param server: answers the login.
    :param journal: records each message; None for no journal.
    :param watcher: notified when a request starts.
    :ivar busy_since: time.monotonic() at the start of the running request; 0.0 when idle.
    :ivar gone: whether the client closed its side during a request.
    """

    def __init__(
        self, transport: Transport, server: Server, contexts: Contexts, journal: Journal | None, watcher: Watcher
    ) -> None:
        self.busy_since = 0.0
        self.gone = False
        self.transport = transport
        self._server = server
        self._contexts = contexts
        self._journal = journal
        self._watcher = watcher
        self._reader = MessageReader()
        self._inbox: deque[Message] = deque()
        self._attention = False
        self._session: Session | None = None
        self._packet_size = packets.DEFAULT_PACKET_SIZE
        self._prepared: dict[int, tuple[str, str]] = {}
        self._writer = PacketWriter(packets.RESPONSE, self._packet_size, 0)

    # ---- life

    def run(self) -> None:
        """Serve until the client disconnects; always close the session."""
        try:
            if self._login():
                self._serve()
        except (OSError, ssl.SSLError, ProtocolError):
            pass
        finally:
            self._close()

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except Exception:
                traceback.print_exc(file=sys.stderr)
        self.transport.close()

    def stop(self) -> None:
        """End the connection from another thread."""
        with self.transport.lock:
            self.gone = True
            self._cancel_session()
        self.transport.abort()

    def hang_up(self) -> None:
        """Close an idle connection; a busy one sends error 596 first."""
        with self.transport.lock:
            idle = not self.busy_since
        if idle:
            self.stop()

    # ---- login

    def _login(self) -> bool:
        self.transport.set_timeout(LOGIN_TIMEOUT)
        handshake = Handshake(self.transport, self._reader, self._contexts, self._server.version)
        message = handshake.run()
        if message is None:
            return False
        request: LoginRequest | None = None
        try:
            request = parse_login(message.data)
            if request.fetches_token:
                request = self._with_fetched_token(request)
            session, events = self._server.login(request.login)
        except SqlServerError as error:
            self._refuse(error, request.login.user if request else "")
            return False
        except ProtocolError:
            raise
        except Exception as fault:
            traceback.print_exc(file=sys.stderr)
            text = f"sandbox: internal error at login: {type(fault).__name__}"
            self._refuse(SqlServerError.worded(INTERNAL_ERROR, text, 20), "")
            return False
        self._session = session
        session.hang_up = self.hang_up
        self._accept(request, handshake.encryption, events)
        return True

    def _with_fetched_token(self, request: LoginRequest) -> LoginRequest:
        """Send the token issuer's address, and wait for the token.

        :raises NotSupported: when the server has no issuer.
        :raises ProtocolError: when the client disconnects or sends something else.
        """
        federation = self._server.federation
        if federation is None:
            raise NotSupported("FEDAUTH library 2: log in with a user and password, or with an access token")
        self.transport.send(packets.single_message(packets.RESPONSE, tokens.federation_info(*federation)))
        message = self._next_message()
        if message is None or message.type != packets.FEDAUTH_TOKEN:
            raise ProtocolError("no FEDAUTH message after FEDAUTHINFO")
        return replace(request, login=replace(request.login, access_token=parse_fedauth_token(message.data)))

    def _refuse(self, error: SqlServerError, user: str) -> None:
        self._record("login", user=user, failed=error.number)
        response = login_failure(error, user, self._server.name)
        self.transport.send(packets.single_message(packets.RESPONSE, response))
        self.transport.finish()

    def _accept(self, request: LoginRequest, encryption: str, events: list[Event]) -> None:
        session = self._session
        assert session is not None
        login = request.login
        self._record(
            "login", user=login.user, database=login.database, application=login.application, host=login.host,
            read_only_intent=login.read_only_intent, token=login.access_token is not None, encryption=encryption,
        )  # fmt: skip
        response = login_response(request, events, self._server.version, self._server.name)
        self.transport.send(packets.single_message(packets.RESPONSE, response, spid=session.spid))
        self._packet_size = request.packet_size
        self._writer = PacketWriter(packets.RESPONSE, request.packet_size, session.spid)
        self._reader.limit = max(packets.MAXIMUM_MESSAGE_SIZE, 65536 * request.packet_size)
        self.transport.set_timeout(None)

    def _record(self, kind: str, **facts: object) -> None:
        if self._journal is not None:
            self._journal.write(self._session.spid if self._session else 0, kind, **facts)

    # ---- requests

    def _serve(self) -> None:
        while not self.gone:
            message = self._next_message()
            if message is None:
                return
            if message.type == packets.ATTENTION:
                self._acknowledge_attention()
            elif message.ignored:
                self._withdrawn()
            elif not self._answer(message):
                self.transport.finish()
                return

    def _next_message(self) -> Message | None:
        if self._inbox:
            return self._inbox.popleft()
        return self._reader.wait(self.transport.receive)

    def _response(self) -> Response:
        assert self._session is not None
        return Response(self._session, self._server.name, self._flush, self._is_cancelled)

    def _is_cancelled(self) -> bool:
        return self._attention or self.gone

    def _acknowledge_attention(self) -> None:
        """Acknowledge an attention, even one that came after the response."""
        self._record("attention")
        self._send_last(self._response().finish_attention())

    def _withdrawn(self) -> None:
        """End a message that the client cancelled while sending it."""
        self._send_last(self._response().finish())

    def _answer(self, message: Message) -> bool:
        """Run a message; whether the connection goes on."""
        response = self._response()
        self._begin()
        try:
            self._dispatch(message, response)
        except SqlServerError as error:
            response.error(error)
        except ProtocolError:
            response.error(SqlServerError(4002))
            response.fatal = True
        finally:
            attention = self._end()
        if self.gone:  # a DONE would read as success
            return False
        if attention:
            # The response ends; a separate message acknowledges: MS-TDS 2.2.1.7, 3.3.5.10
            self._send_last(response.finish())
            self._acknowledge_attention()
            return not response.fatal
        self._send_last(response.finish())
        return not response.fatal

    def _dispatch(self, message: Message, response: Response) -> None:
        session = self._session
        assert session is not None
        if message.status & (packets.RESET_CONNECTION | packets.RESET_CONNECTION_KEEP_TRANSACTION):
            keep = bool(message.status & packets.RESET_CONNECTION_KEEP_TRANSACTION)
            self._record("reset", keep_transaction=keep)
            self._prepared.clear()
            response.reset(session.reset(keep))
        if message.type == packets.SQL_BATCH:
            text = parse_batch(message.data)
            self._record("batch", **batch_facts(text))
            response.batch(session.execute_batch(text))
        elif message.type == packets.RPC:
            self._rpc(message.data, session, response)
        elif message.type == packets.TRANSACTION_MANAGER:
            request = parse_transaction(message.data)
            self._record("tm", request=request.request, name=request.name, begin_again=request.begin_again)
            response.batch(
                session.transaction_request(request.request, request.name, request.isolation, request.begin_again)
            )
        elif message.type == packets.BULK_LOAD:
            columns, rows = parse_bulk_load(message.data)
            self._record("bulk", columns=[column.name for column in columns])
            response.batch(session.bulk_load(columns, rows))
        else:
            raise NotSupported(f"TDS message type 0x{message.type:02X}")

    def _rpc(self, data: bytes, session: Session, response: Response) -> None:
        requests, error = parse_rpc(data)
        if self._journal is not None:
            self._record("rpc", **rpc_facts(requests, self._prepared))
        final = len(requests) - 1
        for index, request in enumerate(requests):
            if self._is_cancelled() or response.fatal:
                return
            last = index == final and error is None
            events: Iterable[Event] = session.execute_rpc(request.procedure, request.parameters)
            if self._journal is not None:
                events = self._remembering(request, events)
            response.rpc(events, last)
        if error is not None:
            response.rpc(_raise(error), last=True)

    def _remembering(self, request: RpcRequest, events: Iterable[Event]) -> Iterable[Event]:
        """Pass events on and remember the statement of a new handle, for the journal."""
        declarations, text = statement_of(request, self._prepared)
        name = request.procedure.lower().rpartition(".")[2]
        if name in ("sp_unprepare", "sp_prepexec") and request.parameters:
            self._prepared.pop(request.parameters[0].value, None)
        wanted = text is not None and name in ("sp_prepare", "sp_prepexec")
        for event in events:
            if wanted and isinstance(event, ReturnValue) and isinstance(event.value, int):
                self._prepared[event.value] = (declarations or "", text or "")
            yield event

    # ---- sending

    def _flush(self, buffer: bytearray) -> None:
        self.transport.send(self._writer.whole_packets(buffer))

    def _send_last(self, buffer: bytearray) -> None:
        self.transport.send(self._writer.finish(buffer))

    # ---- attention

    def _begin(self) -> None:
        assert self._session is not None
        with self.transport.lock:
            self._session.cancelled = False
            self.busy_since = time.monotonic()
        self._watcher.wake()

    def _end(self) -> bool:
        """End the request; whether an attention came meanwhile."""
        with self.transport.lock:
            self.busy_since = 0.0
            attention, self._attention = self._attention, False
        return attention

    def receive_while_busy(self) -> None:
        """Called by the watcher when bytes arrive while a request runs."""
        with self.transport.lock:
            if not self.busy_since:
                return
            # The bytes may belong to the next request if the watched one has ended.
            data = self.transport.receive(wait=False)
            if data is None:
                self.gone = True
                self._cancel_session()
                return
            self._reader.feed(data)
            try:
                while (message := self._reader.next_message()) is not None:
                    if message.type == packets.ATTENTION:
                        self._attention = True
                        self._cancel_session()
                    else:
                        self._inbox.append(message)
            except ProtocolError:
                self.gone = True
                self._cancel_session()

    def _cancel_session(self) -> None:
        session = self._session
        if session is None or not self.busy_since:
            return
        try:
            session.cancel()
        except Exception:
            traceback.print_exc(file=sys.stderr)


def _raise(error: SqlServerError) -> Iterable[Event]:
    raise error
    yield  # makes this a generator, whose error the response turns into a token
