"""``hatch run mutants``: changes core's code in small ways and looks whether a test notices.

    hatch run mutants --sample 400 --seed 1                    a random share, drawn over all modules
    hatch run mutants packages/mssql-core/src/mssql_core/schema/columns.py     every change of one module

The tests are those of the packages which run the changed line, the fastest first. At first, and when tests have changed,
it is measured which these are. Printed are the survivors with their change, then killed and survived for each module.
``reasons.toml`` lists survivors that nobody can see, each with its reason; they do not count. The status is 1 when less
than ``--floor`` percent were killed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from typing import Sequence

import pytest

from .covering import MEMORY, Covering
from .generate import Mutant, modules, mutants
from .reasons import key, reasons
from .session import Outcome, Session


def drawn(paths: list[str], sample: int | None, seed: int) -> list[Mutant]:
    """The mutants to try, in the order of the modules."""
    every = [mutant for path in modules(paths) for mutant in mutants(path)]
    if sample is None or sample >= len(every):
        return every
    chosen = random.Random(seed).sample(range(len(every)), sample)
    return [every[number] for number in sorted(chosen)]


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of the table: a module a line, then all together."""
    known = reasons()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        kind = outcome.kind
        if kind == "untested":
            kind = "survived"
        if kind == "survived" and key(outcome.mutant) in known:
            kind = "reason"
        counts[outcome.mutant.module][kind] += 1
    lines = [f"{'module':<52}{'killed':>8}{'survived':>10}{'with reason':>13}"]
    for name, count in [*sorted(counts.items()), ("together", sum(counts.values(), Counter()))]:
        lines.append(f"{name:<52}{count['killed']:>8}{count['survived']:>10}{count['reason']:>13}")
    return lines


def share(outcomes: Sequence[Outcome]) -> float:
    """Percent killed, of those that count."""
    known = reasons()
    killed = sum(outcome.kind == "killed" for outcome in outcomes)
    survived = sum(
        outcome.kind in ("survived", "untested") and key(outcome.mutant) not in known for outcome in outcomes
    )
    return 100 * killed / max(1, killed + survived)


def show(outcome: Outcome) -> None:
    """Print a survivor when it is known."""
    if outcome.kind in ("survived", "untested") and key(outcome.mutant) not in reasons():
        mutant = outcome.mutant
        where = f"{mutant.module}:{min(mutant.lines, default=0)} {mutant.function}"
        print(f"\n{outcome.kind} {outcome.tests} tests: {where}\n{mutant.diff}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="hatch run mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="modules or folders; all four folders if none is given"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="so many mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the draw")
    parser.add_argument("--floor", type=float, default=90, help="percent killed that are enough")
    parser.add_argument(
        "--tests", nargs="+", default=["packages"], metavar="PATH", help="fewer tests than the packages'"
    )
    parser.add_argument("--fresh", action="store_true", help="measure anew which tests run which lines")
    arguments = parser.parse_args(argv)
    if arguments.fresh:
        MEMORY.unlink(missing_ok=True)
    started = time.monotonic()
    chosen = drawn(arguments.paths, arguments.sample, arguments.seed)
    print(f"{len(chosen)} mutants", flush=True)
    session = Session(chosen, Covering(), show)
    pytest.main([*arguments.tests, "-q", "-p", "no:cacheprovider", "--capture=no"], plugins=[session])
    killed = share(session.outcomes)
    print("\n" + "\n".join(table(session.outcomes)))
    unfit = sum(outcome.kind == "unfit" for outcome in session.outcomes)
    if unfit:
        print(f"\n{unfit} changes could not be put into effect, and do not count")
    print(f"\n{killed:.1f} % killed of {len(session.outcomes)}, in {(time.monotonic() - started) / 60:.0f} min")
    return int(killed < arguments.floor or len(session.outcomes) < len(chosen))


if __name__ == "__main__":
    sys.exit(main())
