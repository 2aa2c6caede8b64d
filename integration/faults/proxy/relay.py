"""A connection through the proxy."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct

from .fault import Fault
from .frames import Packet, name_of, read_packet
from .gate import Gate

_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
_GONE = (ConnectionError, asyncio.IncompleteReadError, OSError)
# Seconds that the proxy waits for an answer of the server.
_PATIENCE = 30.0


class Relay:
    """Carries packets both ways until one side closes, or the gate's fault ends it."""

    def __init__(self, gate: Gate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.gate = gate
        self._from_client, self._to_client = reader, writer
        self._held: list[Packet] | None = None
        self._answered = asyncio.Event()
        self._cancelled = asyncio.Event()
        self._behind: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Carry until the end."""
        if self.gate.is_refusing:
            self._to_client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
            self._to_client.transport.abort()
            return
        self._from_server, self._to_server = await asyncio.open_connection(*self.gate.target)
        self.gate.relays.add(self)
        for writer in (self._to_client, self._to_server):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tasks = [asyncio.ensure_future(self._requests()), asyncio.ensure_future(self._answers())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, self._behind):
                if task is not None:
                    task.cancel()
            self.gate.relays.discard(self)
            self.cut()

    # ---- both ways -------------------------------------------------------------------

    async def _requests(self) -> None:
        packets: list[Packet] = []
        with contextlib.suppress(*_GONE):
            while True:
                packet = await read_packet(self._from_client)
                packets.append(packet)
                if packet.ends:
                    message, packets = packets, []
                    await self._request(message)

    async def _request(self, message: list[Packet]) -> None:
        name = name_of(message)
        if name == "attention":
            self._cancelled.set()
            if self._behind is not None:
                await asyncio.wait([self._behind])
        fault = self.gate.arrives(name)
        if fault is None:
            self._forward(message, name)
        else:
            # Keep reading: the client may cancel.
            self._cancelled.clear()
            self._behind = asyncio.ensure_future(self._break(fault, message, name))

    def _forward(self, message: list[Packet], name: str) -> None:
        self._to_server.write(b"".join(packet.data for packet in message))
        self.gate.passes(name)

    async def _answers(self) -> None:
        with contextlib.suppress(*_GONE):
            while True:
                packet = await read_packet(self._from_server)
                if packet.session:
                    self.gate.sessions.add(packet.session)
                if self._held is None:
                    self._to_client.write(packet.data)
                    continue
                self._held.append(packet)
                if packet.ends:
                    self._answered.set()

    # ---- faults ----------------------------------------------------------------------

    async def _break(self, fault: Fault, message: list[Packet], name: str) -> None:
        if fault.moment == "before":
            if await self._strike(fault):
                self._forward(message, name)
            return
        if fault.moment != "after":
            self._answered.clear()
            self._held = []
        self._forward(message, name)
        if fault.moment != "after":
            await asyncio.wait_for(self._answered.wait(), _PATIENCE)
        if fault.moment == "amid":
            self._give_half()
        if fault.moment == "after" and fault.kind.startswith("stall"):
            self._held = []
        if await self._strike(fault) and self._held is not None:
            held, self._held = self._held, None
            self._to_client.write(b"".join(packet.data for packet in held))

    def _give_half(self) -> None:
        data = b"".join(packet.data for packet in self._held or ())
        middle = max(len(data) // 2, 1)
        self._to_client.write(data[:middle])
        self._held = [Packet(data[middle:], 0, True)]

    async def _strike(self, fault: Fault) -> bool:
        """Carry out the fault; whether the connection goes on."""
        kind = fault.kind
        if kind.startswith("stall"):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._cancelled.wait(), fault.seconds)
            if kind == "stall":
                return True
            self.cut()
        elif kind == "signal":
            os.kill(fault.pid, signal.SIGUSR1)
            # The signal must arrive before the answer.
            await asyncio.sleep(0.002)
            return True
        elif kind == "outage":
            self.gate.outage()
        elif kind == "half-close to client":
            self._to_client.write_eof()
        elif kind == "half-close to server":
            self._to_server.write_eof()
        elif kind == "reset":
            self.reset()
        else:
            self.cut()
        return False

    def cut(self) -> None:
        """Close both sides; data written before still arrives."""
        for writer in (self._to_client, self._to_server):
            writer.close()

    def reset(self) -> None:
        """RST to both sides."""
        for writer in (self._to_client, self._to_server):
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
            writer.transport.abort()
