"""What came of a case, and whether one fault made more fail than one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .claims import Claim

if TYPE_CHECKING:
    from .case import Plan


# What the driver says of a connection on which it waited too long for the answer to a cancel: the machine is busy.
_CANCELLED_TOO_LATE = "failed to respond to a command cancellation"


@dataclass
class Outcome:
    """What came of a case.

    :ivar violations: (what, text).
    :ivar fault_request: the one in which the fault happened.
    :ivar timed_out: those in which a statement was cancelled because its time was over, also where nobody was told.
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
    """One fault makes one request fail, and none where health checks come between."""
    most = 1
    if case.fault.is_idle and case.health_checks and case.mode == "requests":
        most = 0
    if not outcome.fired:
        most = 0
    most += sum("Killed" in error for error in outcome.errors)
    # A busy machine may be slower than the time limit where no stall made it so.
    most += len(outcome.timed_out.intersection(outcome.failed_requests) - {outcome.fault_request})
    most += sum(_CANCELLED_TOO_LATE in error for error in outcome.errors)
    failed = outcome.failed_requests
    if len(failed) > most and not _has_deadlock(outcome):
        what = "dead connection kept" if outcome.fired else "failed without a fault"
        outcome.violations.append((what, "requests %s failed: %s" % (failed, " | ".join(outcome.errors))))


def _has_deadlock(outcome: Outcome) -> bool:
    """Deadlocks fail a request beside the fault."""
    return any("1205" in text for text in outcome.errors)
