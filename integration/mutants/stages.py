"""The stages of a run: the packages' own tests, then the integration tests for what these did not notice."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import pytest

from .covering import Covering
from .generate import Mutant
from .reasons import key, reasons
from .session import Outcome, Session


@dataclass(frozen=True)
class Stage:
    """Tests that are run together.

    :ivar tests: files or folders.
    :ivar seconds: of tests for each mutant; None for all that run the changed line.
    :ivar memory: the file that keeps which tests run which lines.
    """

    tests: list[str]
    seconds: float | None
    memory: Path

    def outcomes(self, mutants: list[Mutant], shown: bool) -> list[Outcome]:
        """Try the mutants in a process of its own: tests of packages and of integration set Django up differently.

        :param shown: whether to print survivors.
        """
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(self._outcomes, mutants, shown).result() if mutants else []

    def _outcomes(self, mutants: list[Mutant], shown: bool) -> list[Outcome]:
        session = Session(mutants, Covering(self.memory), show if shown else lambda outcome: None, self.seconds)
        pytest.main([*self.tests, "-q", "-p", "no:cacheprovider", "--capture=no"], plugins=[session])
        return session.outcomes


def in_stages(chosen: list[Mutant], stages: Sequence[Stage]) -> list[Outcome]:
    """What became of the mutants, in their order: each stage has those that lived through the one before."""
    known = reasons()
    outcomes: dict[Mutant, Outcome] = {}
    alive = chosen
    for stage in stages:
        tried = stage.outcomes(alive, shown=stage is stages[-1])
        outcomes.update((outcome.mutant, outcome) for outcome in tried)
        killed = sum(outcome.kind == "killed" for outcome in tried)
        print(f"\n{' '.join(stage.tests)}: {killed} of {len(alive)} killed", flush=True)
        alive = [outcome.mutant for outcome in tried if outcome.alive and key(outcome.mutant) not in known]
    return [outcomes[mutant] for mutant in chosen if mutant in outcomes]


def show(outcome: Outcome) -> None:
    """Print a survivor when it is known, and how many tests of the stage it was tried against."""
    if outcome.alive and key(outcome.mutant) not in reasons():
        mutant = outcome.mutant
        where = f"{mutant.module}:{min(mutant.lines, default=0)} {mutant.function}"
        print(f"\n{outcome.kind} {outcome.tests} tests: {where}\n{mutant.diff}", flush=True)
