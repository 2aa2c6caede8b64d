"""The kept results of whole runs, results/*.json, from which the documentation's page is made."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Iterable

from .expectations import kinds, unconstrained
from .report import FAILURES
from .state import Outcome

RESULTS = Path(__file__).parent / "results"
ALL = "all"
TELLING = "telling"
_BY_FLAG = ("Database doesn't support feature", "Database has feature")
Result = dict[str, Any]


def result(outcomes: Iterable[Outcome], scope: str, sandbox: str | None) -> Result:
    """What is kept of a run.

    :param scope: :data:`ALL` or :data:`TELLING`.
    :param sandbox: the version that the sandbox played; None for a real server.
    """
    outcomes = sorted(outcomes, key=lambda outcome: outcome["summary"]["app"])
    environments = [outcome["environment"] for outcome in outcomes if outcome["environment"]]
    skipped = _skipped(outcomes)
    return {
        "scope": scope,
        "sandbox": sandbox,
        **{name: _only(environments, name) for name in ("django", "python", "server")},
        "dates": sorted({environment["date"] for environment in environments}),
        "states_of_code": len({outcome["state"]["code"] for outcome in outcomes}),
        "apps": {outcome["summary"]["app"]: _counts(outcome) for outcome in outcomes},
        "failed": sorted(_names(outcomes, FAILURES)),
        **skipped,
        "unconstrained": [
            name
            for name in unconstrained()
            if name.split(".")[0] in {outcome["summary"]["app"] for outcome in outcomes}
        ],
    }


def _only(environments: list[dict[str, str]], name: str) -> str:
    values = {environment[name] for environment in environments}
    if len(values) != 1:
        raise ValueError(f"a run is on one {name}, not on {', '.join(sorted(values)) or 'none'}")
    return values.pop()


def _names(outcomes: Iterable[Outcome], kinds_of_outcome: Iterable[str]) -> set[str]:
    return {entry["id"] for outcome in outcomes for entry in outcome["results"] if entry["outcome"] in kinds_of_outcome}


def _counts(outcome: Outcome) -> dict[str, Any]:
    """Tests by outcome; a test with several failing parts counts as one failure."""
    failed = _names([outcome], FAILURES)
    passed = _names([outcome], ("passed", "expected failure")) - failed
    skipped = sum(entry["outcome"] == "skipped" for entry in outcome["results"])
    seconds = outcome["summary"]["seconds"]
    return {"passed": len(passed), "failed": len(failed), "skipped": skipped, "seconds": seconds}


def _skipped(outcomes: Iterable[Outcome]) -> dict[str, dict[str, Any]]:
    """Skips in groups: by rule of the expectations with the tests, by flag and other reasons with their number."""
    by_rule = kinds()
    groups: dict[str, Any] = {"words": {}, "impossible": {}, "machine": {}, "flags": Counter(), "other": Counter()}
    for outcome in outcomes:
        for entry in outcome["results"]:
            if entry["outcome"] == "skipped":
                reason = entry["reason"]
                kind = by_rule.get(reason) or ("flags" if reason.startswith(_BY_FLAG) else "other")
                if kind in by_rule.values():
                    groups[kind].setdefault(reason, []).append(entry["id"])
                else:
                    groups[kind][reason] += 1
    return {kind: {reason: group[reason] for reason in sorted(group)} for kind, group in groups.items()}


def keep(kept: Result) -> Path:
    """Write a result into its file: one for each Django on each server."""
    RESULTS.mkdir(exist_ok=True)
    major_minor = ".".join(kept["django"].split(".")[:2])
    server = f"sandbox-{kept['sandbox']}" if kept["sandbox"] else f"server-{kept['server']}"
    path = RESULTS / f"django-{major_minor}-{server}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return path


def load() -> list[Result]:
    """All kept results, by Django and server."""
    every = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")]
    return sorted(every, key=lambda kept: ([int(part) for part in kept["django"].split(".")], kept["server"]))


def seconds() -> dict[str, float]:
    """App -> the most seconds it took in any kept result."""
    longest: dict[str, float] = {}
    for kept in load():
        for app, counts in kept["apps"].items():
            longest[app] = max(counts["seconds"], longest.get(app, 0))
    return longest
