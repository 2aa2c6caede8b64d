"""The report of a run of Django's tests: one line per app, and a file with every failure and skip."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

FAILURES = ("failed", "error", "unexpected success")
_COUNTED = ("passed", *FAILURES, "expected failure", "skipped")


def line(summary: dict[str, Any]) -> str:
    """One app: its time and its outcomes."""
    counts = ", ".join(f"{summary[key]} {key}" for key in _COUNTED if summary.get(key))
    dead = f"  DID NOT FINISH (exit {summary['exit']})" if summary["dead"] else ""
    return f"{summary['app']:<24} {summary['seconds']:>6} s  {counts}{dead}"


def write_report(runs: list[dict[str, Any]], out: Path, django: str) -> tuple[int, int, int]:
    """``out/report.md``: a line an app, each failing test with its reason, the reasons of skips.

    :returns: how many passed, failed and were skipped.
    """
    results = [result for run in runs for result in run["results"]]
    failing = {result["id"] for result in results if result["outcome"] in FAILURES}
    passed = len({result["id"] for result in results if result["outcome"] in ("passed", "expected failure")} - failing)
    reasons = Counter(result["reason"] for result in results if result["outcome"] == "skipped")
    skipped = sum(reasons.values())
    share = 100 * passed / max(passed + len(failing), 1)
    lines = [
        f"# Django {django} on mssql_core",
        "",
        f"{passed} passed, {len(failing)} failed, {skipped} skipped: {share:.1f} % of what is not skipped passes.",
        "",
        "```",
        *(line(run["summary"]) for run in runs),
        "```",
        "",
        "## Failing tests",
        "",
    ]
    for result in results:
        if result["outcome"] in FAILURES:
            lines.append(f"- `{result['id']}` ({result['outcome']}): {result['reason']}")
    lines += ["", "## Skipped tests by reason", ""]
    lines += [f"- {count} x {reason}" for reason, count in reasons.most_common()]
    (out / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return passed, len(failing), skipped
