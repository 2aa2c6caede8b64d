"""``hatch run faults --count 10000 --seed 1``: inject faults, and compare what the application was told with what the
database holds. Exit status 1 when a write was lost, doubled, halved, or left in an unknown state.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import Any, Iterator

from harness.server import VARIABLE, Server, serve

from . import database, report
from .proxy.client import ProxyProcess


def run(
    server: Server, seed: int, count: int, workers: int, cases: list[int] | None = None, first: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield the results of the cases; see worker.Worker.play.

    :param count: number of faults that have to happen.
    :param workers: number of processes.
    :param cases: numbers of the only cases to run, whatever ``count`` is.
    :param first: the number of the first case.
    """
    workers = 1 if cases else min(workers, count)
    with database.databases(server, workers) as names, ProxyProcess([(server.host, server.port)] * workers) as proxy:
        tasks = [
            {
                "seed": seed, "worker": first + number, "workers": workers, "database": name, "port": port, "cases": cases,
                "control": proxy.control, "count": count // workers + (number < count % workers),
            }
            for number, (name, port) in enumerate(zip(names, proxy.ports))
        ]  # fmt: skip
        yield from _results(server, tasks)


def _results(server: Server, tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    environment = {**os.environ, VARIABLE: server.url}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "faults.worker", json.dumps(task)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for task in tasks
    ]
    lines: queue.Queue[str | None] = queue.Queue()

    def read(process: subprocess.Popen) -> None:
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    for process in processes:
        threading.Thread(target=read, args=(process,), daemon=True).start()
    try:
        left = len(processes)
        while left:
            line = lines.get()
            left -= line is None
            if line is not None:
                yield json.loads(line)
        for process in processes:
            if process.wait():
                raise RuntimeError("a worker ended with status %d" % process.returncode)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run faults", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="faults to inject")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--first", type=int, default=0, help="the number of the first case: goes on where another run ended"
    )
    parser.add_argument("--case", type=int, action="append", help="play only the case of this number; may be repeated")
    parser.add_argument("--workers", type=int, default=6, help="processes; many of them wait most of the time")
    parser.add_argument("--version", default="2022", help="what the sandbox plays")
    arguments = parser.parse_args(argv)
    table = report.Table(arguments.seed)
    started = time.monotonic()
    numbers = set()
    with serve(arguments.version) as server:
        for result in run(server, arguments.seed, arguments.count, arguments.workers, arguments.case, arguments.first):
            table.add(result)
            numbers.add(result["case"])
            for line in table.violations_of(result, detailed=bool(arguments.case)):
                print(line, flush=True)
    print("cases %d to %d" % (min(numbers), max(numbers)))
    print(table.text(time.monotonic() - started))
    return int(table.violations > 0)


if __name__ == "__main__":
    sys.exit(main())
