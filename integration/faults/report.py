"""The table of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Iterator

_TOLD = ("success", "error", "unknown", "not run")


class Table:
    """Counts results by kind of fault.

    :ivar violations: their number.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.cases = 0
        self.violations = 0
        self._by_kind: dict[str, Counter] = defaultdict(Counter)
        self._kinds: Counter = Counter()

    def add(self, result: dict[str, Any]) -> None:
        """Count a result; see worker.Worker.play."""
        self.cases += 1
        self.violations += len(result["violations"])
        self._kinds.update(kind for kind, _ in result["violations"])
        line = self._by_kind[result["kind"] if result["fired"] else "(did not happen)"]
        line["faults"] += 1
        line["violations"] += len(result["violations"])
        line.update(result["told"])

    def violations_of(self, result: dict[str, Any], detailed: bool = False) -> Iterator[str]:
        """Each violation with the command that repeats it.

        :param detailed: append the errors that the application saw, even without a violation.
        """
        for kind, text in result["violations"]:
            yield "%s: %s" % (kind.upper(), text)
            yield "    fault: %s (at: %s); %s" % (result["fault"], result["fired"] or "-", result["settings"])
            yield "    again: hatch run faults --seed %d --case %d" % (self.seed, result["case"])
        if detailed:
            yield "case %d: %s (at: %s); %s" % (
                result["case"], result["fault"], result["fired"] or "-", result["settings"],
            )  # fmt: skip
            yield "    units: %s" % ", ".join(result["units"])
            for error in result["errors"]:
                yield "    %s" % error

    def text(self, seconds: float) -> str:
        """The table and the violations."""
        columns = ("faults", *_TOLD, "violations")
        total: Counter = Counter()
        lines = ["%-22s" % "fault" + "".join("%11s" % name for name in columns)]
        for kind, counts in sorted(self._by_kind.items()):
            total.update(counts)
            lines.append("%-22s" % kind + "".join("%11d" % counts[name] for name in columns))
        lines.append("%-22s" % "all" + "".join("%11d" % total[name] for name in columns))
        happened = total["faults"] - self._by_kind.get("(did not happen)", Counter())["faults"]
        lines.append("%d faults in %d cases, %.0f s, %.1f faults a second; units of work by what the application was told."
                     % (happened, self.cases, seconds, happened / max(seconds, 0.001)))  # fmt: skip
        lines += ["%s: %d" % item for item in sorted(self._kinds.items())] or ["No violation."]
        return "\n".join(lines)
