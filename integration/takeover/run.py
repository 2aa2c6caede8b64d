"""``hatch run takeover``: databases that mssql-django made are taken over by mssql-core, changed, and given back.

For each pair of mssql-django and Django: mssql-django makes a database with Django's own apps and an app with every kind
of field, constraint and index, and fills it with extreme values. Then the engine changes: no migration may be missing, every value has to be
what it was and to find its row, and operations on the schema go forward and back. At the end mssql-django has to read
and write everything again. Each step is a process of its own. The figures are kept and written into the documentation.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

from django_suite.peer.run import registered_driver
from harness import needs
from harness.server import VARIABLE, Server, serve

from . import page
from .environment import python

# (mssql-django, Django, whether USE_TZ is on): each line's newest, on the oldest and newest Django that both have.
PAIRS = (("1.7.3", "4.2", False), ("1.7.3", "5.2", True), ("2.0.0", "5.2", False), ("2.0.0", "6.0", True))
# (step, engine, stage of the models); without an engine: the doctor's remedy, in the text of migrations.
STEPS = (
    ("make", "mssql", 0), ("before", "mssql", 0), ("unmended", "mssql_core", 0), ("remedy", "", 0), ("over", "mssql_core", 0),
    ("changes", "mssql_core", 0), ("forward", "mssql_core", 1), ("back", "mssql", 1), ("further", "mssql", 2),
    ("remedy again", "", 2),
    ("again", "mssql_core", 2), ("convert", "mssql_core", 2), ("revert", "mssql_core", 2), ("last", "mssql", 2),
)  # fmt: skip
# What the doctor has to tell before the switch.
BEFORE = ("['ENGINE']", "char(32)", "max_length='max'", "JSON objects and arrays only", "return_rows_bulk_insert")
LENGTH = re.compile(r"(, )?max_length='max'(?(1)|(, )?)")


class Takeover:
    """One database, from the one backend to the other and back.

    :param folder: of its migrations and its record.
    """

    def __init__(self, pair: tuple[str, str, bool], server: Server, folder: Path, operations: int):
        self.peer, self.django, self.use_tz = pair
        self.python = python(self.peer, self.django)
        self.migrations = folder / "kinds_migrations"
        self.migrations.mkdir()
        (self.migrations / "__init__.py").touch()
        self.environment = {
            **os.environ,
            VARIABLE: server.url,
            "TAKEOVER_DATABASE": f"takeover_{self.peer}_{self.django}".replace(".", "_"),
            "TAKEOVER_FOLDER": str(folder),
            "TAKEOVER_OPERATIONS": str(operations),
            "TAKEOVER_USE_TZ": str(int(self.use_tz)),
        }

    def run(self) -> dict[str, Any]:
        """Step -> its measurements; ends with the first step that fails."""
        told: dict[str, Any] = {}
        for step, engine, stage in STEPS:
            told[step] = self._mend() if not engine else self._step(step, engine, stage)
            wrong = list(problems(step, told[step]))
            print(f"{self.peer} on Django {self.django}: {step}: {'; '.join(wrong) or 'good'}", flush=True)
            if "broken" in told[step]:
                break
        return told

    def _step(self, step: str, engine: str, stage: int) -> dict[str, Any]:
        uuid_type = "uniqueidentifier" if step == "convert" else "char(32)"
        more = {"TAKEOVER_ENGINE": engine, "TAKEOVER_STAGE": str(stage), "TAKEOVER_UUID_TYPE": uuid_type}
        done = subprocess.run(
            [self.python, "-W", "ignore", "-m", "takeover.steps", step],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return {"broken": done.stderr.strip()[-2000:]}
        return json.loads(done.stdout)

    def _mend(self) -> dict[str, Any]:
        """The remedy for BinaryField, from the page on coming from mssql-django."""
        mended = 0
        for path in self.migrations.glob("0*.py"):
            text, count = LENGTH.subn("", path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")
            mended += count
        return {"mended": mended}


def problems(step: str, told: dict[str, Any]) -> Iterator[str]:
    """What is wrong after a step."""
    if "broken" in told:
        yield told["broken"]
        return
    for name in ("failures", "differing", "not found", "differing after saving", "missing", "failure", "shape"):
        if told.get(name):
            yield f"{name}: {json.dumps(told[name], ensure_ascii=False)[:1500]}"
    wanted = [
        line for line in told.get("wanted", ()) if not re.fullmatch(r"[-~] Alter field (binary|latest) on every", line)
    ]
    if wanted:
        yield f"makemigrations wants: {wanted}"
    for word in BEFORE if step == "before" else ():
        if not any(word in line for line in told["doctor"]):
            yield f"the doctor does not tell of {word}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="hatch run takeover", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", nargs="+", help="versions of mssql-django (default: 1.7.3 and 2.0.0)")
    parser.add_argument("--django", nargs="+", help="versions of Django (default: 4.2, 5.2 and 6.0)")
    parser.add_argument("--operations", type=int, default=10_000, help="schema operations of each pair (default: all)")
    parser.add_argument("--version", default="2022", help="version the sandbox plays")
    parser.add_argument("--keep", action="store_true", help="keep the figures and write the page")
    parser.add_argument(
        "--if-possible", action="store_true", help="succeed without mssql-django's environment, except where CI=true"
    )
    parser.add_argument("--doctor", action="store_true", help="print what the doctor said before the switch")
    arguments = parser.parse_args(argv)
    try:
        failed = taken_over(arguments)
    except needs.Missing as missing:
        if arguments.if_possible and os.environ.get("CI", "").lower() != "true":
            print(f"not run: {missing}")
            return 0
        raise
    if arguments.keep:
        page.write()
    return int(failed)


def taken_over(arguments: argparse.Namespace) -> bool:
    """Run all requested pairs, one after another; returns whether anything was wrong."""
    pairs = [p for p in PAIRS if p[0] in (arguments.peer or p[0]) and p[1] in (arguments.django or p[1])]
    failed = not pairs
    with registered_driver(), serve(arguments.version) as server:
        for pair in pairs:
            made(server, pair)
            with tempfile.TemporaryDirectory() as folder:
                told = Takeover(pair, server, Path(folder), arguments.operations).run()
            if arguments.doctor:
                print(*told.get("before", {}).get("doctor", ()), sep="\n")
            failed |= any(any(problems(step, result)) for step, result in told.items())
            kept = page.result(pair, arguments.version if server.sandbox else None, told)
            print("\n".join(page.table([kept])))
            if arguments.keep:
                page.keep(kept)
    return failed


def made(server: Server, pair: tuple[str, str, bool]) -> None:
    """An empty database for a pair."""
    name = f"takeover_{pair[0]}_{pair[1]}".replace(".", "_")
    from harness.project import configure, new_alias

    configure()
    with new_alias("master", server.database("master")) as alias, alias.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS [{name}]")
        cursor.execute(f"CREATE DATABASE [{name}]")


if __name__ == "__main__":
    sys.exit(needs.told(main))
