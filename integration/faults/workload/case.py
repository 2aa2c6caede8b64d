"""A case: settings, requests and a fault, all from one seed; and its outcome."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterator

from django.core import signals
from django.db import Error, connection, connections
from django.db.utils import OperationalError
from harness.driver import pyodbc

from ..proxy.client import Port
from ..proxy.fault import OUTAGE, Fault, draw, wants_timeout
from . import session, units
from .claims import Claim, Told
from .outcome import Outcome, judge_requests
from .unit import Unit

# The approximate number of messages of a case, for faults by number.
_MESSAGES = 24


class TimeLimit(Exception):
    """Raised by the signal handler, as by a worker's soft time limit."""


@dataclass
class Plan:
    """A case made from a seed.

    :ivar mode: ``requests`` sends Django's signals around each request, ``worker`` sends none.
    :ivar goes_on: whether a request continues after a failed unit.
    """

    number: int
    fault: Fault
    conn_max_age: int | None
    health_checks: bool
    query_timeout: int
    mode: str
    goes_on: bool
    requests: list[list[Unit]]

    @property
    def name(self) -> str:
        return "c%dx" % self.number


def plan(seed: int, number: int) -> Plan:
    """The case of a number, independent of earlier ones."""
    chance = random.Random("%d:%d" % (seed, number))
    timeout = chance.choice([0, 0, 0, 30])
    fault = draw(chance, _MESSAGES, os.getpid(), timeout)
    if wants_timeout(fault.kind) and chance.random() < 0.75:
        timeout = 1
        fault = Fault(fault.kind, fault.place, fault.moment, fault.number, 2.5)
    elif wants_timeout(fault.kind):
        timeout = 0
    requests = [
        [
            kind("c%dx%d%s" % (number, request, letter), chance)
            for letter, kind in zip(
                "abc", chance.choices(list(units.WEIGHTS), list(units.WEIGHTS.values()), k=chance.randint(1, 3))
            )
        ]
        for request in range(chance.randint(2, 4))
    ]
    return Plan(
        number, fault, chance.choice([0, None, None]), chance.random() < 0.5, timeout,
        chance.choice(["requests", "requests", "worker"]), chance.random() < 0.3, requests,
    )  # fmt: skip


class Runner:
    """Runs cases, in the main thread of this process (signals).

    :param port: the proxy's.
    :param direct: opens a connection that bypasses the proxy.
    :param expected: the state of a new session, see session.state.
    """

    def __init__(self, port: Port, direct: Callable[[], Any], expected: tuple[Any, ...]) -> None:
        self.port = port
        self.direct = direct
        self.expected = expected
        self._is_limited = False
        self._attentions = 0
        signal.signal(signal.SIGUSR1, self._interrupt)

    def _interrupt(self, *arguments: Any) -> None:
        if self._is_limited:
            raise TimeLimit

    @contextlib.contextmanager
    def _limited(self) -> Iterator[None]:
        """The application's code, which a worker's time limit may interrupt."""
        self._is_limited = True
        try:
            yield
        finally:
            self._is_limited = False

    def run(self, case: Plan) -> Outcome:
        """Run the case; the caller compares the database."""
        outcome = Outcome()
        self._configure(case)
        for unit in (unit for request in case.requests for unit in request):
            unit.connect = self.direct
        self.port.arm(None if case.fault.is_idle else case.fault)
        self._attentions = 0
        for number, request in enumerate(case.requests):
            if case.fault.is_idle and number == case.fault.number:
                outcome.fault_request = number
                outcome.fired = "idle" if connection.connection is not None else ""
                self._end_idle(case.fault)
            self._request(case, number, request, outcome)
            self._look_at_port(case, number, outcome)
        self._look_at_session(case, outcome)
        self._look_at_port(case, len(case.requests), outcome)
        connection.close()
        report = self.port.report()
        outcome.fired = outcome.fired or report["fired"]
        outcome.sessions = report["sessions"]
        judge_requests(case, outcome)
        return outcome

    def _look_at_port(self, case: Plan, number: int, outcome: Outcome) -> None:
        report = self.port.report()
        if outcome.fault_request is None and report["fired"]:
            outcome.fault_request = number
        # Without a time limit, or with a long one, an attention is from a cursor that was left early.
        if case.query_timeout == 1 and report["forwarded"].get("attention", 0) > self._attentions:
            outcome.timed_out.add(number)
        self._attentions = report["forwarded"].get("attention", 0)

    def _end_idle(self, fault: Fault) -> None:
        """End the open connections between two requests."""
        if fault.kind == "idle cut":
            self.port.cut()
            return
        administrator = self.direct()
        for number in self.port.report()["sessions"]:
            # Some sessions have ended already (6106).
            with contextlib.suppress(pyodbc.Error):
                administrator.execute("KILL %d" % number)
        administrator.close()

    def _configure(self, case: Plan) -> None:
        if hasattr(connections._connections, "default"):
            del connections["default"]
        entry = connections.databases["default"]
        entry["CONN_MAX_AGE"] = case.conn_max_age
        entry["CONN_HEALTH_CHECKS"] = case.health_checks
        entry["OPTIONS"]["query_timeout"] = case.query_timeout

    # ---- requests --------------------------------------------------------------------

    def _request(self, case: Plan, number: int, request: list[Unit], outcome: Outcome) -> None:
        if case.mode == "requests":
            signals.request_started.send(type(self))
        failed = False
        for unit in request:
            told = Told.NOT_RUN
            if not failed or case.goes_on:
                told = self._unit(unit, outcome)
            failed = failed or told in (Told.ERROR, Told.UNKNOWN)
            outcome.claims.append(Claim(type(unit).__name__, told, None, None, unit.name))
        if case.mode == "requests":
            signals.request_finished.send(type(self))
        if failed:
            outcome.failed_requests.append(number)
            if case.fault.kind == "outage":
                time.sleep(OUTAGE)

    def _unit(self, unit: Unit, outcome: Outcome) -> Told:
        try:
            with self._limited():
                unit.run()
        except Exception as error:
            text = "%s %s: %s: %s" % (type(unit).__name__, unit.name, type(error).__name__, str(error)[:300])
            outcome.errors.append(text)
            # pyodbc's connect() turns an exception of a signal handler into a SystemError.
            if not isinstance(error, (Error, TimeLimit)) and not isinstance(error.__cause__, TimeLimit):
                outcome.violations.append(("no database error", text))
            return _told(unit, error)
        if problem := unit.check():
            outcome.violations.append(("wrong result", "%s: %s" % (unit.name, problem)))
        return Told.ERROR if unit.is_refused else Told.SUCCESS

    def _look_at_session(self, case: Plan, outcome: Outcome) -> None:
        self.port.disarm()
        try:
            differences = session.differences(connection, self.expected)
        except Error as error:
            outcome.failed_requests.append(len(case.requests))
            outcome.errors.append("session: %s" % str(error)[:300])
        else:
            outcome.violations.extend(("unknown state", text) for text in differences)


def _told(unit: Unit, error: BaseException) -> Told:
    """The outcome told by an error: ERROR only if it shows that the last statement had no effect."""
    if not unit.finishing:
        return Told.ERROR
    cause = error.__cause__
    number, state = getattr(cause, "number", None), getattr(cause, "sqlstate", None) or ""
    refused = number is not None and not state.startswith(("08", "HYT")) and isinstance(error, Error)
    return Told.ERROR if refused and not isinstance(error, OperationalError) or number == 1205 else Told.UNKNOWN
