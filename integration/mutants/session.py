"""One pytest session: collects the tests once, then tries each mutant in a fork of itself."""

from __future__ import annotations

import gc
import os
import resource
import signal
import time
from dataclasses import dataclass
from typing import Callable

import pytest
from _pytest.runner import runtestprotocol

from .apply import apply, caches
from .covering import Covering
from .generate import Mutant

#: Processor seconds beyond ten times the tests' need, after which an endless loop is stopped.
PATIENCE = 10
#: Elapsed seconds beyond ten times the tests' need, for endless waits.
WAITING = 120

#: The status of a fork whose change cannot be applied.
UNFIT = 2


@dataclass(frozen=True)
class Outcome:
    """The outcome of a mutant.

    :ivar kind: killed, survived, untested (no test runs the line) or unfit (the change cannot be applied).
    :ivar tests: number of tests tried that run the line.
    """

    mutant: Mutant
    kind: str
    tests: int

    @property
    def alive(self) -> bool:
        """Whether no test has noticed it."""
        return self.kind in ("survived", "untested")


class Session:
    """A pytest plugin which takes the place of running the tests.

    :ivar budget: seconds of tests for each mutant; None for all that run the changed line.
    :ivar outcomes: in the order of the mutants.
    :ivar sound: test -> whether it passes alone, of those that failed with a change.
    """

    def __init__(
        self,
        mutants: list[Mutant],
        covering: Covering,
        report: Callable[[Outcome], None],
        budget: float | None = None,
    ) -> None:
        self.mutants = mutants
        self.covering = covering
        self.report = report
        self.budget = budget
        self.outcomes: list[Outcome] = []
        self.sound: dict[str, bool] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure new tests, then try the mutants."""
        missing = self.covering.missing(session.items)
        if missing:
            print(f"{len(missing)} tests to measure first", flush=True)
            self.covering.measure(missing)
        items = {item.nodeid: item for item in session.items}
        caches()
        gc.freeze()
        for number, mutant in enumerate(self.mutants):
            if number and number % 50 == 0:
                print(f"{number} of {len(self.mutants)} tried", flush=True)
            tests = [name for name in self.covering.tests(mutant) if name in items]
            if self.budget is not None:
                tests = self.covering.affordable(tests, self.budget)
            kind = self._try(mutant, [items[name] for name in tests]) if tests else "untested"
            self.outcomes.append(Outcome(mutant, kind, len(tests)))
            self.report(self.outcomes[-1])
        return True

    def _try(self, mutant: Mutant, items: list[pytest.Item]) -> str:
        source = mutant.source

        def change() -> None:
            apply(mutant.module, mutant.function, source)

        while True:
            end = self._fork(items, change)
            if end.unfit or not end.failed:
                return "unfit" if end.unfit else "survived" if end.passed else "killed"
            if self._sound(end.failed, items):
                return "killed"
            items = [item for item in items if item.nodeid != end.failed]

    def _sound(self, name: str, items: list[pytest.Item]) -> bool:
        """Whether a test passes alone and without any change: else its failure says nothing."""
        if name not in self.sound:
            item = next(item for item in items if item.nodeid == name)
            self.sound[name] = self._fork([item], lambda: None).passed
            if not self.sound[name]:
                print(f"not counted, as it fails alone: {name}", flush=True)
        return self.sound[name]

    def _fork(self, items: list[pytest.Item], change: Callable[[], None]) -> End:
        items = [item for item in items if self.sound.get(item.nodeid, True)]
        seconds = self.covering.seconds(item.nodeid for item in items)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _run(items, change, seconds, writing)
        os.close(writing)
        status = _wait(child, WAITING + 10 * seconds)
        with open(reading, encoding="utf-8") as pipe:
            failed = pipe.read()
        return End(passed=status == 0, unfit=os.WIFEXITED(status) and os.WEXITSTATUS(status) == UNFIT, failed=failed)


@dataclass(frozen=True)
class End:
    """How a fork ended; ``failed`` is the name of the first test that failed, and empty when the fork was stopped."""

    passed: bool
    unfit: bool
    failed: str


def _run(items: list[pytest.Item], change: Callable[[], None], seconds: float, pipe: int) -> None:
    """In the fork: run the tests until one fails, write its name, and leave the process."""
    status = 1
    try:
        limit = int(10 * seconds) + PATIENCE
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            change()
        except (KeyError, ValueError):
            status = UNFIT
        else:
            failed = next((item for item, following in zip(items, [*items[1:], None]) if _fails(item, following)), None)
            os.write(pipe, failed.nodeid.encode() if failed else b"")
            status = int(failed is not None)
    finally:
        os._exit(status)


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


def _wait(child: int, patience: float) -> int:
    """The child's status; one that waits without end is stopped."""
    end = time.monotonic() + patience
    pause = 0.005
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]
