"""``hatch run side-by-side``: mssql-core and mssql-django on the same server, in one run.

Each backend runs in a process of its own (mssql-django changes Django when it is imported), and they take turns at each
operation, three times in a round, each time in new processes: one may be slower than another by a fiftieth with the same
work. Times are the medians of the best turn: elapsed (including the sandbox's own time, which is not SQL Server's) and the
client's processor time. A backend counts as slower if it was slower in so many turns that
chance would cause it once in fifty times; if it only took longer in the best turn, that is printed separately. Messages
are those of one call, counted by the journal of another sandbox: to write it takes time, more for parameters than for text.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
from collections import defaultdict
from typing import Any

from django_suite.peer.run import registered_driver
from harness.needs import told
from harness.server import VARIABLE, Server

from . import report
from .workload import ENGINES

#: Operation -> what its turns measured.
Turns = dict[str, list[dict]]
# Of each operation in a round.
TURNS = 3


class Worker:
    """A process with one backend, see workload.py.

    :ivar names: of the operations.
    """

    def __init__(self, engine: str, server: Server) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "figures.side_by_side.workload", engine],
            env={**os.environ, VARIABLE: server.url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.names: list[str] = self._read()

    def measure(self, name: str) -> dict:
        """Milliseconds and times of one turn, or an error."""
        self._process.stdin.write(name + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._process.args[-2:])} ended with status {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """Let the process remove its database, and wait for its end."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def line(name: str, ours: dict, theirs: dict) -> str:
    if "error" in ours or "error" in theirs:
        errors = "; ".join(f"{e}: {r['error']}" for e, r in zip(ENGINES, (ours, theirs)) if "error" in r)
        return f"{name:<34} {errors}"
    figures = "".join(f"{ours[key]:>9.2f}{theirs[key]:>9.2f}{theirs[key] / ours[key]:>6.1f}x" for key in ("ms", "cpu"))
    return f"{name:<34}{figures}   {ours['messages']} : {theirs['messages']}"


def best(turns: list[dict], counted: list[dict], times: list[float]) -> dict:
    """The minimum of each figure; an operation that failed once stays failed.

    :param counted: the turns on the server with the journal.
    :param times: when messages arrived there.
    """
    failed = [turn for turn in turns + counted if "error" in turn]
    if failed:
        return failed[0]
    messages = min(sum(turn["began"] <= time <= turn["ended"] for time in times) for turn in counted)
    return {"messages": messages, **{key: min(turn[key] for turn in turns) for key in ("ms", "cpu")}}


def is_slower(ours: list[dict], theirs: list[dict], key: str) -> bool:
    """Whether ours took longer in more of the turns than chance explains: the sign test, at two percent."""
    more = sum(our[key] > their[key] for our, their in zip(ours, theirs))
    chance = sum(math.comb(len(ours), number) for number in range(more, len(ours) + 1)) / 2 ** len(ours)
    return chance <= 0.02


def measured(version: str, rounds: int, parts: list[str]) -> tuple[list[Turns], list[dict[str, dict]]]:
    """Of each engine: operation -> its turns, and operation -> its least figures.

    :param parts: parts of operations' names; all operations without them.
    """
    from mssql_sandbox.api import Sandbox

    turns: list[Turns] = [defaultdict(list) for _ in ENGINES]
    counted: list[Turns] = [defaultdict(list) for _ in ENGINES]
    with registered_driver():
        with Sandbox(version=version) as sandbox:
            for _ in range(rounds * TURNS):
                take_turns(Server.of_sandbox(sandbox), turns, parts)
        with Sandbox(version=version, journal=True) as sandbox:
            take_turns(Server.of_sandbox(sandbox), counted, parts)
            times = [entry["time"] for entry in sandbox.journal_entries()]
    return turns, [
        {name: best(answers, counts[name], times) for name, answers in results.items()}
        for results, counts in zip(turns, counted)
    ]


def take_turns(server: Server, turns: list[Turns], parts: list[str]) -> None:
    """New processes, and for each operation a turn behind one that warms up."""
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(contextlib.closing(Worker(engine, server))) for engine in ENGINES]
        for name in workers[0].names:
            if parts and not any(part in name for part in parts):
                continue
            for worker in workers:
                worker.measure(name)
            for worker, results in zip(workers, turns):
                results[name].append(worker.measure(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operations", nargs="*", help="parts of operations' names; all without them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--version", default="2022", help="version the sandbox plays")
    parser.add_argument("--keep", action="store_true", help="keep the run for the documentation and the README")
    arguments = parser.parse_args()
    if arguments.keep and arguments.operations:
        parser.error("--keep wants all operations")
    turns, (ours, theirs) = measured(arguments.version, arguments.rounds, arguments.operations)
    print(f"{'':<34}{'elapsed ms':>18}{'':>7}{'processor ms':>18}{'':>7}   messages")
    print(f"{'':<34}{'core':>9}{'peer':>9}{'ratio':>7}{'core':>9}{'peer':>9}{'ratio':>7}   core : peer")
    for name in ours:
        print(line(name, ours[name], theirs[name]))
    both = [name for name in ours if "ms" in ours[name] and "ms" in theirs[name]]
    if arguments.keep:
        operations = {name: {"mssql_core": ours[name], "mssql": theirs[name]} for name in ours}
        report.keep(operations, arguments.version, arguments.rounds)
    for key, title in (("ms", "elapsed"), ("cpu", "processor")):
        slower = [name for name in both if is_slower(turns[0][name], turns[1][name], key)]
        behind = [name for name in both if theirs[name][key] < ours[name][key] and name not in slower]
        print(f"slower with mssql-core, {title}: {', '.join(slower) or 'none'}")
        print(f"longer in the best turn, not in most: {', '.join(behind) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(told(main))
