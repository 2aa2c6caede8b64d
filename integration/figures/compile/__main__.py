"""``hatch run compile``: processor time to compile querysets, beside Django's PostgreSQL backend and mssql-django.

mssql-core and PostgreSQL's backend take turns in one process, mssql-django works in another; each turn begins with calls
that are not timed, and each figure is the least of all series. ``build and compile`` is what a view pays; ``compile`` is the backend's part of it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from django_suite.peer.run import registered_driver
from harness.server import VARIABLE, Server

from . import report
from .querysets import ENGINES


def measure(engine: str, url: str, calls: int, repeat: int) -> dict[str, dict[str, dict]]:
    """Engine -> queryset -> figures, of the backends of one process."""
    output = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "figures.compile.querysets", engine, str(calls), str(repeat)],
        env={**os.environ, VARIABLE: url},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    return json.loads(output.splitlines()[-1])


def least(rounds: list[dict[str, dict]], name: str, key: str) -> float:
    return min(times[name][key] for times in rounds)


def table(rounds: dict[str, list[dict]], key: str) -> list[str]:
    """Lines of one figure: microseconds of each backend, and how much of PostgreSQL's and the peer's ours takes."""
    lines, over = [], []
    for name in rounds[ENGINES[0]][0]:
        ours, peer, postgresql = (least(rounds[engine], name, key) for engine in ENGINES)
        lines.append(
            f"{name:<26}{ours:>8.0f}{peer:>8.0f}{postgresql:>8.0f}{ours / postgresql:>9.2f}x{ours / peer:>7.2f}x"
        )
        if ours > 1.05 * postgresql:
            over.append(name)
    return [*lines, f"over 1.05 times PostgreSQL: {', '.join(over) or 'none'}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=20, help="calls in a series")
    parser.add_argument("--repeat", type=int, default=60, help="series in a round")
    parser.add_argument("--keep", action="store_true", help="keep the run for the documentation")
    arguments = parser.parse_args()
    from mssql_sandbox.api import Sandbox

    rounds: dict[str, list[dict]] = {engine: [] for engine in ENGINES}
    with registered_driver(), Sandbox() as sandbox:
        url = Server.of_sandbox(sandbox).url
        for _ in range(arguments.rounds):
            for first in ENGINES[:2]:
                for engine, figures in measure(first, url, arguments.calls, arguments.repeat).items():
                    rounds[engine].append(figures)
    for key, title in (("compile", "compile"), ("both", "build and compile")):
        print(f"{title + ', us':<26}{'core':>8}{'peer':>8}{'pg':>8}{'core/pg':>10}{'core/peer':>11}")
        print("\n".join(table(rounds, key)), end="\n\n")
    if arguments.keep:
        keys = ("compile", "both")
        names = rounds[ENGINES[0]][0]
        figures = {
            name: {engine: {key: least(rounds[engine], name, key) for key in keys} for engine in ENGINES}
            for name in names
        }
        report.keep(figures, arguments.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
