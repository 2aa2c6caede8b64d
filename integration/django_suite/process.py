"""One of Django's test apps in a process of its own, so that a crash or a hang ends one app only."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Iterable, Sequence

from harness.server import VARIABLE, Server

from .report import line
from .source import Python
from .state import State, forget

INTEGRATION = Path(__file__).parents[1]


@dataclass(frozen=True)
class Run:
    """The settings of a run, common to its apps.

    :ivar out: the folder for outcomes and logs.
    :ivar settings: the settings module.
    :ivar keyword: only tests whose name contains it.
    :ivar timeout: seconds that an app may take.
    :ivar state: with it, the outcome of each app that runs to its end is kept.
    """

    out: Path
    python: Python = field(default_factory=Python)
    settings: str = "django_suite.suite_settings"
    keyword: str | None = None
    timeout: float = 3600
    state: State | None = None

    def apps(self, apps: Iterable[str], servers: Sequence[Server]) -> list[dict[str, Any]]:
        """Run the apps, one at a time on each server, and report each when it ends."""
        free: SimpleQueue[Server] = SimpleQueue()
        for server in servers:
            free.put(server)

        def work(app: str) -> dict[str, Any]:
            server = free.get()
            try:
                return self.app(app, server)
            finally:
                free.put(server)

        with ThreadPoolExecutor(len(servers)) as pool:
            return list(pool.map(work, apps))

    def app(self, app: str, server: Server) -> dict[str, Any]:
        """Run one app; its outcomes go to ``out/APP.jsonl``, its output to ``out/APP.log``."""
        forget(self.out, app)
        started = time.monotonic()
        code, lines = self._execute(app, server)
        results = [entry for entry in lines if "outcome" in entry]
        environment = next((entry["environment"] for entry in lines if "environment" in entry), {})
        counts = Counter(result["outcome"] for result in results)
        summary = {"app": app, "exit": code, "seconds": round(time.monotonic() - started, 1), **counts}
        # runtests ends with 0 or 1 after it ran to the end; no result at all means it never started.
        summary["dead"] = code not in (0, 1) or not results
        outcome = {"summary": summary, "environment": environment, "results": results}
        if self.state is not None and self.keyword is None:
            self.state.save(self.out, outcome)
        print(line(summary), flush=True)
        return outcome

    def _execute(self, app: str, server: Server) -> tuple[Any, list[dict[str, Any]]]:
        """The exit status, or "timeout", and what the runner wrote."""
        name = app.replace(".", "_")
        outcomes = self.out / f"{name}.jsonl"
        outcomes.write_text("", encoding="utf-8")
        with open(self.out / f"{name}.log", "w", encoding="utf-8") as log:
            try:
                code: Any = subprocess.run(
                    self._command(app),
                    cwd=self.python.tests_folder(),
                    env=self._environment(app, server, outcomes),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=self.timeout,
                ).returncode
            except subprocess.TimeoutExpired:
                code = "timeout"
        return code, [json.loads(text) for text in outcomes.read_text(encoding="utf-8").splitlines()]

    def _command(self, app: str) -> list[str]:
        options = [f"--settings={self.settings}", "--parallel=1", "--noinput"]
        return [*self.python.command, "runtests.py", app, *options, *(["-k", self.keyword] if self.keyword else [])]

    def _environment(self, app: str, server: Server, outcomes: Path) -> dict[str, str]:
        # The environment that this process runs in is not the one of another Python.
        inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        return {
            **inherited,
            VARIABLE: server.url,
            "MSSQL_SUITE_LABEL": app,
            "MSSQL_SUITE_OUTCOMES": str(outcomes),
            "PYTHONPATH": str(INTEGRATION),
            "PYTHONWARNINGS": "ignore",
        }


def save_journal(servers: Iterable[Server], out: Path) -> None:
    """What the sandboxes received, for ``python -m django_suite.journal``: does all of it parse?"""
    with open(out / "journal.jsonl", "w", encoding="utf-8") as journal:
        for server in servers:
            if server.journal is not None:
                journal.writelines(json.dumps(entry) + "\n" for entry in server.journal())
