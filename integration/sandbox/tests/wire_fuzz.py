"""Broken clients at random: noise, damaged logins and requests, clients that leave in the middle of a packet.

``python -m wire_fuzz --count 10000`` lets them come to a sandbox of its own.
"""

from __future__ import annotations

import argparse
import socket
import struct
import sys
import time
from typing import Any, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_client import HEADERS, PRELOGIN_CLEAR, RawClient, login7, packet

COLLATION = bytes.fromhex("0904d00034")


def nvarchar(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return b"\0\0\xe7\x40\x1f" + COLLATION + struct.pack("<H", len(data)) + data


EXECUTE = HEADERS + struct.pack("<HHH", 0xFFFF, 10, 0) + nvarchar("echo @P1") + nvarchar("@P1 int")
EXECUTE += b"\0\0\x26\x04\x04" + struct.pack("<i", 5)
BEGIN = HEADERS + struct.pack("<HBB", 5, 0, 0)
MESSAGES = [(3, EXECUTE), (1, HEADERS + "select 1".encode("utf-16-le")), (0x0E, BEGIN), (7, b"\x81\x01\0" + bytes(20))]


def noise(target: Any, data: bytes) -> None:
    """Instead of a login."""
    with RawClient(target.port) as client:
        client.socket.sendall(data)
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()


def framed_noise(target: Any, kind: int, data: bytes) -> None:
    """Instead of a login, in a packet that is well formed."""
    with RawClient(target.port) as client:
        client.send(kind, data)
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()


def damaged_login(target: Any, position: int, value: int) -> None:
    message = bytearray(login7(password=target.password, features=b"\x0a\x01\0\0\0\x01\xff"))
    message[position % len(message)] = value
    with RawClient(target.port) as client:
        client.send(0x12, PRELOGIN_CLEAR)
        client.receive()
        client.send(0x10, bytes(message))
        client.socket.shutdown(socket.SHUT_WR)
        client.receive()


def damaged_request(target: Any, message: tuple[int, bytes], changes: list[tuple[int, int]], kept: float) -> None:
    kind, payload = message
    damaged = bytearray(payload)
    for position, value in changes:
        damaged[position % len(damaged)] = value
    with RawClient(target.port, target.password) as client:
        client.send(kind, bytes(damaged[: round(kept * len(damaged))]))
        assert client.receive()


def leaving(target: Any, message: tuple[int, bytes], missing: int) -> None:
    """In the middle of a packet."""
    kind, payload = message
    with RawClient(target.port, target.password) as client:
        client.socket.sendall(packet(kind, payload)[:-missing])


_changes = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4)
ATTACKS: dict[str, tuple[Callable[..., None], tuple[Any, ...]]] = {
    "noise": (noise, (st.binary(min_size=1, max_size=300),)),
    "framed noise": (framed_noise, (st.sampled_from([0x10, 0x12]), st.binary(max_size=200))),
    "damaged logins": (damaged_login, (st.integers(0, 300), st.integers(0, 255))),
    "damaged requests": (damaged_request, (st.sampled_from(MESSAGES), _changes, st.floats(0, 1))),
    "clients that leave": (leaving, (st.sampled_from(MESSAGES), st.integers(1, 40))),
}


def attack(name: str, target: Any, cases: int) -> int:
    """Let so many broken clients come.

    :param target: has ``port`` and ``password``.
    :returns: how many came; equal random choices come once.
    :raises Exception: what the smallest failing case failed with.
    """
    function, strategies = ATTACKS[name]
    came = 0

    @settings(max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(*strategies))
    def run(arguments: tuple[Any, ...]) -> None:
        nonlocal came
        came += 1
        function(target, *arguments)

    run()
    return came


def still_answers(target: Any) -> None:
    with RawClient(target.port, target.password) as client:
        assert b"\xd1" in client.batch("select 1")


def run_fuzz(target: Any, cases: int) -> int:
    """All attacks, ``cases`` in all; the server has to answer the next client.

    :returns: the cases that it survived.
    """
    survived = 0
    while survived < cases:
        for name in ATTACKS:
            survived += attack(name, target, min(-(-cases // len(ATTACKS)), cases - survived) or 1)
            still_answers(target)
            if survived >= cases:
                break
    return survived


def main() -> int:
    """:returns: 0 when the server outlived every case and keeps no session of theirs."""
    from mssql_sandbox.api import Sandbox

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="broken clients (default: 10000)")
    parser.add_argument("--version", default="2022", help="version the sandbox plays (default: 2022)")
    arguments = parser.parse_args()
    with Sandbox(version=arguments.version) as sandbox:
        survived = run_fuzz(sandbox, arguments.count)
        left = sessions_left(sandbox)
        traces = sandbox.log.count("Traceback")
    print(f"{survived} broken clients survived, {left} sessions left behind, {traces} internal errors")
    return int(survived < arguments.count or left > 0)


def sessions_left(target: Any, seconds: float = 120) -> int:
    """User sessions besides the one that asks, once they had time to end."""
    import mssql_python

    connection = mssql_python.connect(
        f"SERVER={target.host},{target.port};UID={target.user};PWD={target.password};TrustServerCertificate=yes"
    )
    try:
        deadline = time.monotonic() + seconds
        while True:
            cursor = connection.cursor()
            cursor.execute("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1")
            left = int(cursor.fetchone()[0]) - 1
            cursor.close()
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.2)
    finally:
        connection.close()


def hold_connections(target: Any, count: int) -> int:
    """Open ``count`` sessions at once and use each; gives how many answered."""
    clients = [RawClient(target.port, target.password) for _ in range(count)]
    try:
        return sum(b"\xd1" in client.batch("select 1") for client in clients)
    finally:
        for client in clients:
            client.close()


if __name__ == "__main__":
    sys.exit(main())
