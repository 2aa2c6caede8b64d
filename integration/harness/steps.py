"""``python -m harness.steps STEP ...``: run all given scripts of hatch.toml, one after another or in parallel.

All steps run even if one fails. Each step's output is printed when the step ends, and finally one line per step with
result and duration. The status is 1 if any failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence, Union

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = Path(__file__).parents[2]
Scripts = Mapping[str, Union[str, Sequence[str]]]


@dataclass(frozen=True)
class Result:
    """The result of one step."""

    step: str
    status: int
    seconds: float

    def __str__(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{self.step:<36} {'FAILED' if self.status else 'passed':<8}{minutes:>3} min {seconds:>2} s"


def environments() -> dict[str, Any]:
    """Name -> table of each environment of hatch.toml."""
    with open(TOP / "hatch.toml", "rb") as file:
        return tomllib.load(file)["envs"]


def scripts() -> Scripts:
    """The scripts of hatch.toml's default environment."""
    return environments()["default"]["scripts"]


def commands(step: str, known: Scripts) -> Iterator[str]:
    """The shell commands of a step, as hatch reads a script: its name, perhaps with arguments.

    :raises KeyError: for a name that is no script.
    """
    name, _, arguments = step.partition(" ")
    lines = known[name]
    for line in [lines] if isinstance(lines, str) else lines:
        if line.partition(" ")[0] in known:
            yield from commands(line, known)
        else:
            yield line.replace("{args}", arguments).strip()


def run(step: str, lines: Sequence[str], printing: threading.Lock) -> Result:
    """Run all commands of a step, then print their output."""
    started = time.monotonic()
    status = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        for line in lines:
            output.write(f"+ {line}\n")
            output.flush()
            status |= subprocess.run(line, shell=True, cwd=TOP, stdout=output, stderr=subprocess.STDOUT).returncode
            output.seek(0, 2)
        result = Result(step, int(bool(status)), time.monotonic() - started)
        output.seek(0)
        with printing:
            print(f"\n==== {result}", flush=True)
            for line in output:
                sys.stdout.write(line)
            sys.stdout.flush()
    return result


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m harness.steps", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("steps", nargs="+", metavar="STEP", help="a script of hatch.toml, with its arguments")
    parser.add_argument("--jobs", type=int, default=2, help="steps at a time")
    arguments = parser.parse_args(argv)
    known = scripts()
    unknown = [step for step in arguments.steps if step.partition(" ")[0] not in known]
    if unknown:
        parser.error(f"no script of hatch.toml: {', '.join(unknown)}")
    printing = threading.Lock()
    started = time.monotonic()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda step: run(step, list(commands(step, known)), printing), arguments.steps))
    print("\n==== all steps")
    print(*results, sep="\n")
    print(Result("together", int(any(result.status for result in results)), time.monotonic() - started))
    return int(any(result.status for result in results))


if __name__ == "__main__":
    sys.exit(main())
