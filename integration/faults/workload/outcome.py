"""The outcome of a case, and whether a fault made more than one request fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .claims import Claim

if TYPE_CHECKING:
    from .case import Plan


# The driver's error if the answer to a cancel took too long: the machine is busy.
_CANCELLED_TOO_LATE = "failed to respond to a command cancellation"


@dataclass
class Outcome:
    """The outcome of a case.

    :ivar violations: (kind, text).
    :ivar fault_request: the request in which the fault happened.
    :ivar timed_out: requests with a statement cancelled at its time limit, even if no error was raised.
    """

    claims: list[Claim] = field(default_factory=list)
    fired: str = ""
    failed_requests: list[int] = field(default_factory=list)
    violations: list[tuple[str, str]] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    fault_request: int | None = None
    timed_out: set[int] = field(default_factory=set)


def judge_requests(case: Plan, outcome: Outcome) -> None:
    """Check that a fault makes one request fail, or none if a health check detects it."""
    most = 1
    if case.fault.is_idle and case.health_checks and case.mode == "requests":
        most = 0
    if not outcome.fired:
        most = 0
    most += sum("Killed" in error for error in outcome.errors)
    # A busy machine may exceed the time limit without a stall.
    most += len(outcome.timed_out.intersection(outcome.failed_requests) - {outcome.fault_request})
    most += sum(_CANCELLED_TOO_LATE in error for error in outcome.errors)
    failed = outcome.failed_requests
    if len(failed) > most and not _has_deadlock(outcome):
        kind = "dead connection kept" if outcome.fired else "failed without a fault"
        outcome.violations.append((kind, "requests %s failed: %s" % (failed, " | ".join(outcome.errors))))


def _has_deadlock(outcome: Outcome) -> bool:
    """Whether a request failed by a deadlock instead of the fault."""
    return any("1205" in text for text in outcome.errors)
