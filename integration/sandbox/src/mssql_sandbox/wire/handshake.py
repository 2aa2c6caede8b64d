"""The start of a connection up to LOGIN7: PRELOGIN, and TLS in three forms."""

from .packets import (
    LOGIN7,
    PRELOGIN,
    RESPONSE,
    Message,
    MessageReader,
    ProtocolError,
    single_message,
)
from .prelogin import (
    ENCRYPT_NOT_SUPPORTED,
    ENCRYPT_OFF,
    ENCRYPT_ON,
    answer_encryption,
    build_prelogin,
    parse_prelogin,
)
from .tls import Contexts, TlsTunnel
from .transport import Transport

_TLS_HANDSHAKE_RECORD = 0x16


class Handshake:
    """The handshake of a connection.

    :ivar encryption: 'strict', 'on', 'login' or 'off', for the journal.
    """

    def __init__(
        self, transport: Transport, reader: MessageReader, contexts: Contexts, version: tuple[int, int, int, int]
    ) -> None:
        self.encryption = "off"
        self._transport = transport
        self._reader = reader
        self._contexts = contexts
        self._version = version

    def run(self) -> Message | None:
        """The LOGIN7 message, or None when the client disconnected.

        :raises ProtocolError: when the client sends something else.
        :raises ssl.SSLError: when the TLS handshake fails.
        """
        first = self._transport.receive()
        if not first:
            return None
        if first[0] == _TLS_HANDSHAKE_RECORD:
            self._strict(first)
        else:
            self._reader.feed(first)
        message = self._next()
        if message is not None and message.type == PRELOGIN:
            self._prelogin(message)
            message = self._next()
        if message is None:
            return None
        if message.type != LOGIN7:
            raise ProtocolError(f"message of type {message.type} instead of LOGIN7")
        if self.encryption == "login":
            self._transport.stop_tls()
        return message

    def _next(self) -> Message | None:
        return self._reader.wait(self._transport.receive)

    def _prelogin(self, message: Message) -> None:
        client = parse_prelogin(message.data)
        strict = self.encryption == "strict"
        encryption = ENCRYPT_NOT_SUPPORTED if strict else answer_encryption(client.encryption)
        answer = build_prelogin(self._version, encryption, client.fedauth_required)
        self._transport.send(single_message(RESPONSE, answer))
        if not strict and encryption in (ENCRYPT_OFF, ENCRYPT_ON):
            self._tunnel()
            self.encryption = "login" if encryption == ENCRYPT_OFF else "on"

    def _strict(self, first: bytes) -> None:
        """TDS 8: TLS on the bare socket, before anything else."""
        tunnel = TlsTunnel(self._contexts.strict)
        received = first
        while True:
            done, answer = tunnel.handshake(received)
            if answer:
                self._transport.send_raw(answer)
            if done:
                break
            received = self._received_raw()
        self.encryption = "strict"
        self._reader.feed(self._transport.start_tls(tunnel, b""))

    def _received_raw(self) -> bytes:
        data = self._transport.receive_raw()
        if not data:
            raise ProtocolError("client left during the TLS handshake")
        return data

    def _tunnel(self) -> None:
        """TDS 7: handshake records inside PRELOGIN packets, then TLS on the socket."""
        tunnel = TlsTunnel(self._contexts.tunnel)
        done = False
        while not done:
            message = self._next()
            if message is None:
                raise ProtocolError("client left during the TLS handshake")
            if message.type != PRELOGIN:
                raise ProtocolError(f"message of type {message.type} inside the TLS handshake")
            done, answer = tunnel.handshake(message.data)
            if answer:
                self._transport.send_raw(single_message(PRELOGIN, answer))
        plain = self._transport.start_tls(tunnel, self._reader.take_raw())
        self._reader.feed(plain)
