"""``hatch run legacy``: databases that were there before Django, with the models that inspectdb makes of them; prints a table.

Each script is loaded as a migration loads it, inspected as a whole and by schema, its models pass the system check, and
each of them is read, filtered, ordered, written and inserted. What fails by no rule fails the run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

from harness.server import VARIABLE, Server, serve

from .page import PAGE, Result, text
from .rules import rule_of
from .schemas import SCHEMAS, Schema
from .trials import Outcome

_INTEGRATION = Path(__file__).parents[1]


def result(schema: Schema, server: Server) -> Result:
    """What happens with one database. :raises RuntimeError: it cannot be loaded or inspected, or its models checked."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "legacy.worker", schema.name, folder],
            cwd=_INTEGRATION, env={**os.environ, VARIABLE: server.url}, capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{schema.name}: {done.stderr[-4000:]}")
    answer = json.loads(done.stdout)
    return Result(schema, answer["modules"], [Outcome(*outcome) for outcome in answer["outcomes"]])


def faults(results: list[Result]) -> Iterator[str]:
    """A line for each outcome without a rule, and for each table that inspectdb could not write."""
    for one in results:
        for module in one.modules:
            yield from (f"{one.schema.name}: {line}" for line in module.splitlines() if "Unable to inspect" in line)
        for outcome in one.outcomes:
            if outcome.error and rule_of(outcome) is None:
                yield f"{one.schema.name}: {outcome.table}.{outcome.column} {outcome.action}: {outcome.error} {outcome.text[:300]}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run legacy", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*(schema.name for schema in SCHEMAS), []], help="databases (default: all)"
    )
    parser.add_argument("--page", action="store_true", help="write the documentation's page of it")
    arguments = parser.parse_args(argv)
    chosen = [schema for schema in SCHEMAS if not arguments.names or schema.name in arguments.names]
    with serve() as server:
        results = [result(schema, server) for schema in chosen]
    printed = text(results)
    print(printed)
    if arguments.page:
        PAGE.write_text(printed, encoding="utf-8")
    wrong = list(faults(results))
    print(*wrong, sep="\n", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
