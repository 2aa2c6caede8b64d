"""Bytes between the socket and the packet layer, in clear text or through TLS."""

import contextlib
import socket
import ssl
import threading

from .tls import TlsTunnel

RECEIVE_SIZE = 256 * 1024


class Transport:
    """A client socket.

    The connection's thread reads while it waits for a request; during a request
    only the watcher thread reads. ``lock`` guards the TLS state, which both use.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.lock = threading.Lock()
        self._socket = connection
        self._tunnel: TlsTunnel | None = None

    def fileno(self) -> int:
        return self._socket.fileno()

    def set_timeout(self, seconds: float | None) -> None:
        self._socket.settimeout(seconds)

    def receive(self, wait: bool = True) -> bytes | None:
        """Plain bytes; b"" for none or a partial TLS record; None at the end of the stream."""
        try:
            data = self._socket.recv(RECEIVE_SIZE, 0 if wait else socket.MSG_DONTWAIT)
        except BlockingIOError:
            return b""
        except (ConnectionError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            return None
        if not data:
            return None
        return self._decrypt(data)

    def _decrypt(self, data: bytes) -> bytes | None:
        if self._tunnel is None:
            return data
        try:
            return self._tunnel.decrypt(data)
        except ssl.SSLError:
            return None

    def send(self, data: bytes) -> None:
        """:raises OSError: when the client has disconnected."""
        if self._tunnel is not None:
            with self.lock:
                data = self._tunnel.encrypt(data)
        self._socket.sendall(data)

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive_raw(self) -> bytes:
        return self._socket.recv(RECEIVE_SIZE)

    def start_tls(self, tunnel: TlsTunnel, received: bytes) -> bytes:
        """Encrypt from now on.

        :param received: records received after the handshake.
        :returns: the plain bytes in them and in the handshake's rest.
        """
        self._tunnel = tunnel
        return self._decrypt(received) or b""

    def stop_tls(self) -> None:
        """Continue in clear text after an encrypted login."""
        self._tunnel = None

    def finish(self) -> None:
        """Let the client read the last response before the socket closes."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(1.0)
            while self._socket.recv(RECEIVE_SIZE):
                pass

    def abort(self) -> None:
        """Wake the reading thread; called from other threads."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
