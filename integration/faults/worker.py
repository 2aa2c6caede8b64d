"""A worker: ``python -m faults.worker JSON``; runs cases and prints a line of JSON for each.

``MSSQL_TEST_URL`` names the server.
"""

from __future__ import annotations

import collections
import json
import sys
import time
from typing import Any, Iterator

from harness.server import given_server

from . import database
from .proxy.client import Port

# Seconds a session may outlive its connection.
_SESSION_END = 60.0
# Number of cases after which the tables are emptied.
_EMPTY_EVERY = 60
_TABLES = ("faults_box_entries", "faults_content", "faults_box", "faults_entry", "faults_account")


class Worker:
    """Runs cases in one database.

    :param task: ``seed``, ``database``, ``port``, ``control``.
    """

    def __init__(self, task: dict[str, Any]) -> None:
        from .workload.case import Runner

        self.task = task
        self.server = given_server()
        self.cursor = self._direct().cursor()
        port = Port(task["port"], task["control"])
        port.arm(None)
        self._connect_once()
        self.runner = Runner(port, self._direct, self._expected())

    def _direct(self) -> Any:
        return database.connect(self.server, self.task["database"])

    @staticmethod
    def _connect_once() -> None:
        """Connect once before the cases, since a process's first connection sends more messages than later ones."""
        from django.db import connection

        connection.ensure_connection()
        connection.close()

    def _expected(self) -> tuple[Any, ...]:
        from django.db import connections

        from .workload import session

        try:
            return session.state(connections["direct"])
        finally:
            connections["direct"].close()

    def play(self, number: int) -> dict[str, Any]:
        """Run a case and compare."""
        from .workload import case

        plan = case.plan(self.task["seed"], number)
        for unit in (unit for request in plan.requests for unit in request):
            unit.prepare(self.cursor)
        outcome = self.runner.run(plan)
        if not self._sessions_end(outcome.sessions):
            outcome.violations.append(("session left", "sessions %s" % outcome.sessions))
        self._compare(plan, outcome)
        return {
            "case": number,
            "fault": str(plan.fault),
            "kind": plan.fault.kind,
            "place": plan.fault.place,
            "settings": "%s, CONN_MAX_AGE %s, health checks %s, query_timeout %d"
            % (plan.mode, plan.conn_max_age, plan.health_checks, plan.query_timeout),
            "fired": outcome.fired,
            "told": collections.Counter(claim.told.value for claim in outcome.claims),
            "units": ["%s %s" % (claim.text, claim.unit) for claim in outcome.claims],
            "violations": outcome.violations,
            "errors": outcome.errors,
        }

    def _sessions_end(self, sessions: list[int]) -> bool:
        if not sessions:
            return True
        deadline = time.monotonic() + _SESSION_END
        sql = "SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE session_id IN (%s)" % ", ".join(map(str, sessions))
        while self.cursor.execute(sql).fetchval():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _compare(self, plan: Any, outcome: Any) -> None:
        from .workload.claims import read

        seen = read(self.cursor, plan.name)
        units = [unit for request in plan.requests for unit in request]
        for claim, unit in zip(outcome.claims, units):
            claim.before, claim.after = unit.before, unit.after
            observed = unit.observe(seen)
            if violation := claim.violation(observed):
                text = "%s %s was told %s: %s, not %s" % (
                    claim.unit,
                    unit.name,
                    claim.told.value,
                    observed,
                    claim.after,
                )
                outcome.violations.append((violation, text))

    def empty(self) -> None:
        """Delete the rows of past cases."""
        for table in _TABLES:
            self.cursor.execute("DELETE FROM %s" % table)


def _numbers(task: dict[str, Any]) -> Iterator[int]:
    """The numbers of this worker's cases: the given ones, or every n-th."""
    if task.get("cases"):
        yield from task["cases"]
        return
    number = task["worker"]
    while True:
        yield number
        number += task["workers"]


def main(task: dict[str, Any]) -> None:
    server = given_server()
    database.configure(
        {
            "default": database.alias(
                server, task["database"], task["port"], connection_timeout=20, connection_retry_backoff_time=0
            ),
            "direct": database.alias(server, task["database"]),
        }
    )
    database.create_tables("direct")
    worker = Worker(task)
    fired = 0
    for played, number in enumerate(_numbers(task), 1):
        result = worker.play(number)
        print(json.dumps(result), flush=True)
        fired += bool(result["fired"])
        if not task.get("cases") and fired >= task["count"]:
            return
        if played % _EMPTY_EVERY == 0:
            worker.empty()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
