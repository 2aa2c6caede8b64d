"""Which tests run which lines, remembered between runs for as long as a file of tests stays the same."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterable

import coverage
import pytest
from _pytest.runner import runtestprotocol

from .generate import FOLDERS, SOURCE, Mutant, functions, statement

TOP = Path(__file__).parents[2]
MEMORY = TOP / "reports" / "mutants" / "tests.json"


class Covering:
    """The tests of each function.

    What is kept: file of tests -> its digest, the seconds of each test, and for each function its digest and the tests of
    each of its lines, counted from the body's first. Where a function has changed since, all its tests count.
    """

    def __init__(self, memory: Path = MEMORY) -> None:
        self.memory = memory
        self.files: dict[str, dict[str, Any]] = json.loads(memory.read_text()) if memory.exists() else {}

    def missing(self, items: Iterable[pytest.Item]) -> list[pytest.Item]:
        """Tests of new and changed files."""
        current: dict[str, str] = {}
        for item in items:
            current.setdefault(_file(item), _digest(item.path.read_text()))
        stale = {name for name, digest in current.items() if self.files.get(name, {}).get("digest") != digest}
        for name in stale:
            self.files[name] = {"digest": current[name], "seconds": {}, "functions": {}}
        return [item for item in items if _file(item) in stale]

    def measure(self, items: list[pytest.Item]) -> None:
        """Run the tests and remember what they cover; those that fail are left out."""
        include = [str(SOURCE / "mssql_core" / folder / "*") for folder in FOLDERS]
        watching = coverage.Coverage(data_file=None, config_file=False, include=include)
        watching.start()
        for number, item in enumerate(items):
            watching.switch_context(item.nodeid)
            following = items[number + 1] if number + 1 < len(items) else None
            reports = runtestprotocol(item, nextitem=following, log=False)
            if all(report.passed for report in reports):
                self.files[_file(item)]["seconds"][item.nodeid] = round(sum(report.duration for report in reports), 3)
        watching.stop()
        self._remember(watching.get_data())
        self.memory.parent.mkdir(parents=True, exist_ok=True)
        self.memory.write_text(json.dumps(self.files))

    def _remember(self, data: coverage.CoverageData) -> None:
        for name in data.measured_files():
            path = Path(name)
            tests = data.contexts_by_lineno(name)
            for function, (first, last) in functions(path).items():
                lines = {line: tests[line] for line in range(first, last + 1) if line in tests}
                self._keep(path, function, lines)

    def _keep(self, path: Path, function: str, lines: dict[int, list[str]]) -> None:
        first, last = functions(path)[function]
        by_file: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for line, tests in lines.items():
            for test in tests:
                by_file[test.partition("::")[0]][line - first].append(test)
        for name, offsets in by_file.items():
            if name in self.files:
                entry = {
                    "digest": _body(path, first, last),
                    "lines": {str(line): tests for line, tests in offsets.items()},
                }
                self.files[name]["functions"][f"{_short(path)}:{function}"] = entry

    def tests(self, mutant: Mutant) -> list[str]:
        """Names of the tests that run a changed line, fastest first."""
        first, last = functions(mutant.path)[mutant.function]
        digest = _body(mutant.path, first, last)
        wanted = {str(line - first) for changed in mutant.lines for line in statement(mutant.path, changed)}
        seconds: dict[str, float] = {}
        for kept in self.files.values():
            entry = kept["functions"].get(f"{_short(mutant.path)}:{mutant.function}", {"lines": {}})
            # A changed default belongs to the line of ``def``, which runs when the module is imported.
            whole = entry.get("digest") != digest or min(mutant.lines, default=first) < first
            for line, names in entry["lines"].items():
                if whole or line in wanted:
                    seconds.update({name: kept["seconds"][name] for name in names if name in kept["seconds"]})
        return sorted(seconds, key=lambda name: (seconds[name], name))

    def affordable(self, tests: list[str], budget: float) -> list[str]:
        """As many of the tests as fit into a time, and at least the first; in the order in which pytest runs them.

        A file costs its set-up besides: what its first test takes.

        :param tests: fastest first.
        :param budget: seconds.
        """
        chosen: set[str] = set()
        opened: set[str] = set()
        for test in tests:
            file = test.partition("::")[0]
            seconds = self.files[file]["seconds"]
            cost = seconds[test] + (0 if file in opened else next(iter(seconds.values())))
            if cost <= budget or not chosen:
                budget -= cost
                chosen.add(test)
                opened.add(file)
        # In another order the tests of a file would set up again and again what they share.
        return [test for file in sorted(opened) for test in self.files[file]["seconds"] if test in chosen]

    def seconds(self, tests: Iterable[str]) -> float:
        """How long these tests took."""
        return sum(float(self.files[test.partition("::")[0]]["seconds"][test]) for test in tests)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _body(path: Path, first: int, last: int) -> str:
    return _digest("\n".join(path.read_text().splitlines()[first - 1 : last]))


def _short(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()
