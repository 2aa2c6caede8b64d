"""The thread that looks at sockets while requests run."""

import select
import socket
import threading
import time

import pytest

from mssql_sandbox.wire.connection import Connection
from mssql_sandbox.wire.transport import Transport


@pytest.fixture
def tcp_pair():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
    yield client, server
    client.close()
    server.close()


def test_bytes_that_the_request_itself_has_read_are_not_waited_for(tcp_pair):
    """The watcher saw them for the request before: the connection's own thread was faster."""
    client, server = tcp_pair
    connection = Connection(Transport(server), None, None, None, None)
    connection.busy_since = time.monotonic()
    watching = threading.Thread(target=connection.receive_while_busy, daemon=True)
    watching.start()
    watching.join(20)
    assert not watching.is_alive()
    assert not connection.gone
    client.close()
    select.select([server], [], [], 20)
    connection.receive_while_busy()
    assert connection.gone
