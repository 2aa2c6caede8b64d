"""Statements that SQL Server refuses, one TOML file for each theme, and what judges a server by them.

A file has an optional ``setup`` (batches, run once before the file's entries) and ``[[refused]]`` tables;
``_shared.toml`` has the set-up of what the entries of all files may use. The keys of an entry:

``statement``   the T-SQL text of one batch.
``number``      the number of the first error that the batch raises.
``then``        numbers of the errors that follow it, where they matter.
``setup``       batches before the statement; with them the entry runs in a transaction that is rolled back.
``cleanup``     batches after the statement, may be empty; with it the entry runs in no transaction of ours.
``parameters``  sends the statement by sp_executesql with so many int parameters @p1, @p2, ...
``repeat``      ``[text, separator, count]``: what stands for ``{}`` in the statement.
``versions``    versions that refuse so; without it, all.
``source``      where it is written that a server answers so: a page, or notes of probes of a real server (those in
                Errors/*.cs tell what raises a number, not this very statement). A page of the error reference has the
                number with the rule that the statement breaks, not the statement. A grammar of SqlScriptDOM is
                Microsoft's own: it refuses the statement at a token that makes the number 102 or, for a keyword, 156.
                What begins with "unsure: " is doubted, says why, and is refused by name: 50999.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Protocol

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent
SHARED = "_shared"
KEYS = {"statement", "number", "then", "setup", "cleanup", "parameters", "repeat", "versions", "source"}


class Sandbox(Protocol):
    """One session of a server; ``version`` is the name of what it plays, for example ``2022``."""

    version: str

    def errors(self, text: str, parameters: int = 0) -> list[int]:
        """Numbers of the errors of a batch, in order."""
        ...


@dataclass(frozen=True)
class Refusal:
    """One entry; see the module for the meaning of its fields."""

    theme: str
    statement: str
    number: int
    source: str
    then: tuple[int, ...] = ()
    setup: tuple[str, ...] = ()
    cleanup: tuple[str, ...] | None = None
    parameters: int = 0
    versions: tuple[str, ...] = ()

    def applies_to(self, version: str) -> bool:
        return not self.versions or version in self.versions

    def ask(self, sandbox: Sandbox) -> list[int]:
        """Numbers of the errors that the statement raises; nothing of it stays.

        :raises AssertionError: when the set-up fails.
        """
        before = self.setup if self.cleanup is not None or not self.setup else ("BEGIN TRANSACTION", *self.setup)
        try:
            for batch in before:
                faults = sandbox.errors(batch)
                assert not faults, f"set-up raised {faults}: {batch}"
            return sandbox.errors(self.statement, self.parameters)
        finally:
            for batch in ("IF @@TRANCOUNT > 0 ROLLBACK", *(self.cleanup or ())):
                sandbox.errors(batch)

    @property
    def numbers(self) -> list[int]:
        return [self.number, *self.then]

    def check(self, sandbox: Sandbox) -> str | None:
        """None when the sandbox refuses with the number, else what it did."""
        try:
            raised = self.ask(sandbox)
        except AssertionError as fault:
            return str(fault)
        if raised[: len(self.numbers)] == self.numbers:
            return None
        return f"expected {self.numbers}, got {raised}: {self.statement[:300]}"


@dataclass
class Result:
    """What :func:`run_refusals` counted; ``failures`` are lines for people."""

    total: int = 0
    passed: int = 0
    failures: list[str] = field(default_factory=list)


def themes() -> list[str]:
    """Names of the files with entries, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != SHARED)


def refusals(theme: str | None = None) -> Iterator[Refusal]:
    """All entries, or those of a theme.

    :raises ValueError: for an entry with a key that is not known or without one that is needed.
    """
    for name in [theme] if theme else themes():
        for entry in _load(name)["refused"]:
            yield _refusal(name, entry)


def prepare(sandbox: Sandbox, theme: str) -> None:
    """Run the set-up of a theme, or with :data:`SHARED` that of all.

    :raises AssertionError: when it fails.
    """
    for batch in _load(theme).get("setup", ()):
        faults = sandbox.errors(batch)
        assert not faults, f"{theme}: {faults}: {batch}"


def run_refusals(sandbox: Sandbox) -> Result:
    """Judge a server by every entry that applies to its version.

    :param sandbox: a session in an empty database; the objects of the set-ups stay in it.
    """
    result = Result()
    prepare(sandbox, SHARED)
    for theme in themes():
        prepare(sandbox, theme)
        for refusal in refusals(theme):
            if not refusal.applies_to(sandbox.version):
                continue
            result.total += 1
            fault = refusal.check(sandbox)
            if fault is None:
                result.passed += 1
            else:
                result.failures.append(f"{theme}: {fault}")
    return result


def _load(theme: str) -> dict[str, Any]:
    with open(FOLDER / f"{theme}.toml", "rb") as file:
        return tomllib.load(file)


def _refusal(theme: str, entry: dict[str, Any]) -> Refusal:
    facts = dict(entry)
    if unknown := set(facts) - KEYS:
        raise ValueError(f"{theme}: unknown keys {sorted(unknown)} in {entry}")
    if missing := {"statement", "number", "source"} - set(facts):
        raise ValueError(f"{theme}: {sorted(missing)} missing in {entry}")
    if repeat := facts.pop("repeat", None):
        text, separator, count = repeat
        facts["statement"] = facts["statement"].replace("{}", separator.join([text] * count))
    return Refusal(theme, **{key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()})
