"""``hatch run mutants``: change core's code in small ways and see whether a test fails.

    hatch run mutants --sample 400 --seed 1                    a random share, drawn over all modules
    hatch run mutants packages/mssql-core/src/mssql_core/schema/columns.py     every change of one module
    hatch run mutants --seconds 0 PATH                         by the packages' own tests alone

The tests are those that run the changed line: first the packages' own, fastest first, then, if none of them fails, those
of ``integration/tests`` on a sandbox of its own, up to ``--seconds`` together. Coverage is measured at first and for
changed tests. The output is the survivors with their change, then killed and survived for each module and folder.
``reasons.toml`` lists equivalent survivors, each with its reason; they do not count. The status is 1 if less than
``--floor`` percent were killed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Callable, Sequence

from .covering import MEMORY
from .generate import Mutant, modules, mutants
from .reasons import key, reasons
from .session import Outcome
from .stages import Stage, in_stages


def drawn(paths: list[str], sample: int | None, seed: int) -> list[Mutant]:
    """The mutants to try, in the order of the modules."""
    every = [mutant for path in modules(paths) for mutant in mutants(path)]
    if sample is None or sample >= len(every):
        return every
    chosen = random.Random(seed).sample(range(len(every)), sample)
    return [every[number] for number in sorted(chosen)]


def counted(outcomes: Sequence[Outcome], place: Callable[[Mutant], str]) -> dict[str, Counter[str]]:
    """How many were killed, have survived, and have survived with a reason, for each place."""
    known = reasons()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        kind = outcome.kind
        if outcome.alive:
            kind = "reason" if key(outcome.mutant) in known else "survived"
        counts[place(outcome.mutant)][kind] += 1
    return counts


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of the table: a module a line, then a folder a line, then all together."""
    lines = [f"{'module':<52}{'killed':>8}{'survived':>10}{'with reason':>13}{'share':>9}"]
    for place in (lambda mutant: mutant.module, _folder, lambda _: "together"):
        for name, count in sorted(counted(outcomes, place).items()):
            figures = f"{count['killed']:>8}{count['survived']:>10}{count['reason']:>13}{share(count):>7.1f} %"
            lines.append(f"{name:<52}{figures}")
    return lines


def _folder(mutant: Mutant) -> str:
    return ".".join(mutant.module.split(".")[:2]) + ".*"


def share(count: Counter[str]) -> float:
    """Percent killed, of those that count."""
    return 100 * count["killed"] / max(1, count["killed"] + count["survived"])


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
    parser.add_argument(
        "--then",
        nargs="+",
        default=["integration/tests"],
        metavar="PATH",
        help="tests which survivors are tried against",
    )
    parser.add_argument("--seconds", type=float, default=30, metavar="S", help="of these for each survivor; 0 for none")
    parser.add_argument("--memory", type=Path, default=MEMORY, metavar="FILE", help="keeps which tests run which lines")
    parser.add_argument("--fresh", action="store_true", help="measure anew which tests run which lines")
    arguments = parser.parse_args(argv)
    if arguments.fresh:
        arguments.memory.unlink(missing_ok=True)
    started = time.monotonic()
    chosen = drawn(arguments.paths, arguments.sample, arguments.seed)
    print(f"{len(chosen)} mutants", flush=True)
    stages = [Stage(arguments.tests, None, arguments.memory)]
    if arguments.seconds:
        stages.append(Stage(arguments.then, arguments.seconds, arguments.memory))
    outcomes = in_stages(chosen, stages)
    count = counted(outcomes, lambda _: "together")["together"]
    print("\n" + "\n".join(table(outcomes)))
    if count["unfit"]:
        print(f"\n{count['unfit']} changes could not be put into effect, and do not count")
    minutes = (time.monotonic() - started) / 60
    print(f"\n{share(count):.1f} % killed of {len(outcomes)}, in {minutes:.0f} min")
    return int(share(count) < arguments.floor or len(outcomes) < len(chosen))


if __name__ == "__main__":
    sys.exit(main())
