"""``hatch run side-by-side``: mssql-core and mssql-django on the same server, in one run.

Each backend works in processes of its own (mssql-django changes Django when it is imported), in turns. Times are the
best of the rounds: elapsed (medians; they hold the sandbox's own work, which is not SQL Server's) and the client's
processor time. Messages are what one call sends, as the sandbox's journal counts them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from django_suite.peer.run import registered_driver
from harness.needs import told
from harness.server import VARIABLE, Server

from . import report
from .workload import ENGINES


def measure(engine: str, server: Server) -> dict:
    """Operation -> milliseconds and messages of one round."""
    output = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "figures.side_by_side.workload", engine],
        env={**os.environ, VARIABLE: server.url},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    results = json.loads(output.splitlines()[-1])
    times = [entry["time"] for entry in server.sandbox.journal_entries()]
    for result in results.values():
        if "ms" in result:
            result["messages"] = sum(result["began"] <= time <= result["ended"] for time in times)
    return results


def line(name: str, ours: dict, theirs: dict) -> str:
    if "error" in ours or "error" in theirs:
        errors = "; ".join(f"{e}: {r['error']}" for e, r in zip(ENGINES, (ours, theirs)) if "error" in r)
        return f"{name:<34} {errors}"
    figures = "".join(f"{ours[key]:>9.2f}{theirs[key]:>9.2f}{theirs[key] / ours[key]:>6.1f}x" for key in ("ms", "cpu"))
    return f"{name:<34}{figures}   {ours['messages']} : {theirs['messages']}"


def best(rounds: list[dict]) -> dict:
    """The minimum of each figure; an operation that failed once stays failed."""
    least = {}
    for name in rounds[0]:
        results = [r[name] for r in rounds]
        failed = [r for r in results if "error" in r]
        least[name] = failed[0] if failed else {k: min(r[k] for r in results) for k in ("ms", "cpu", "messages")}
    return least


def measured(version: str, rounds: int) -> list[dict]:
    """The best of the rounds of each engine."""
    from mssql_sandbox.api import Sandbox

    results: dict[str, list[dict]] = {engine: [] for engine in ENGINES}
    with registered_driver(), Sandbox(version=version, journal=True) as sandbox:
        server = Server.of_sandbox(sandbox)
        for _ in range(rounds):
            for engine in ENGINES:
                results[engine].append(measure(engine, server))
    return [best(results[engine]) for engine in ENGINES]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--version", default="2022", help="version the sandbox plays")
    parser.add_argument("--keep", action="store_true", help="keep the run for the documentation and the README")
    arguments = parser.parse_args()
    ours, theirs = measured(arguments.version, arguments.rounds)
    print(f"{'':<34}{'elapsed ms':>18}{'':>7}{'processor ms':>18}{'':>7}   messages")
    print(f"{'':<34}{'core':>9}{'peer':>9}{'ratio':>7}{'core':>9}{'peer':>9}{'ratio':>7}   core : peer")
    for name in ours:
        print(line(name, ours[name], theirs[name]))
    both = [name for name in ours if "ms" in ours[name] and "ms" in theirs[name]]
    if arguments.keep:
        operations = {name: {"mssql_core": ours[name], "mssql": theirs[name]} for name in ours}
        report.keep(operations, arguments.version, arguments.rounds)
    for key, title in (("ms", "elapsed"), ("cpu", "processor")):
        slower = [name for name in both if theirs[name][key] < ours[name][key]]
        print(f"slower with mssql-core, {title}: {', '.join(slower) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(told(main))
