"""The proxy's process: ``python -m faults.proxy.service HOST:PORT...``, one port of its own for each.

The first line of its output is the JSON list of its ports, the control port last. A line of JSON to the control port
is a command, a line of JSON its answer. It ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

from .fault import Fault
from .gate import Gate
from .relay import Relay


class Control:
    """Answers commands: ``{"port": 1, "do": "arm" | "disarm" | "report" | "cut", "fault": {...}}``."""

    def __init__(self, gates: dict[int, Gate]) -> None:
        self.gates = gates

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(await self._answer(json.loads(line))).encode() + b"\n")
        writer.close()

    async def _answer(self, command: dict) -> dict:
        gate = self.gates[command["port"]]
        if command["do"] == "arm":
            fault = command.get("fault")
            gate.arm(None if fault is None else Fault(**fault))
        elif command["do"] == "disarm":
            gate.fault = None
        elif command["do"] == "cut":
            gate.cut_all()
        return gate.report()


async def _listen(host: str, port: int) -> tuple[int, Gate]:
    gate = Gate((host, port))

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            await Relay(gate, reader, writer).run()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1], gate


async def main(targets: list[str]) -> None:
    gates = {}
    for target in targets:
        host, _, port = target.rpartition(":")
        number, gate = await _listen(host, int(port))
        gates[number] = gate
    control = await asyncio.start_server(Control(gates).serve, "127.0.0.1", 0)
    print(json.dumps([*gates, control.sockets[0].getsockname()[1]]), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
