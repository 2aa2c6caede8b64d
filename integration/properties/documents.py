"""``hatch run documents --count 5000``: random querysets over documents; prints those that do not select the same on each server.

The first server says what is right; its lookups are compared with Python by ``hatch run plugin-table json``. Options: --count
querysets (1,000), --seed (1), --number a queryset's number, to run that one alone, --server 2016 to 2025, azure and the like, at
least two; with "native" behind it documents have the type json. What the first server refuses is not counted. With
MSSQL_TEST_URL all of them are the server that it names.
"""

from __future__ import annotations

import argparse
import sys
from itertools import zip_longest
from typing import Any, Iterable, Iterator, Sequence

from harness.project import configure, new_alias
from harness.server import serve

_SERVERS = ["2016", "2025", "2025 native", "azure native"]
_SHOWN = 3
_LONGEST = 600


def main() -> int:
    parser = argparse.ArgumentParser(prog="documents", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int)
    parser.add_argument("--server", nargs="+", default=_SERVERS)
    arguments = parser.parse_args()
    configure()
    numbers = range(arguments.count) if arguments.number is None else [arguments.number]
    failed = False
    for server, compared, differences in differing(arguments.server, arguments.seed, numbers):
        for difference in differences:
            print(difference, flush=True)
        print(
            f"{server}: {compared} querysets compared with {arguments.server[0]}, {len(differences)} differ", flush=True
        )
        failed |= bool(differences)
    return failed


def differing(servers: Sequence[str], seed: int, numbers: Iterable[int]) -> Iterator[tuple[str, int, list[str]]]:
    """Of each server but the first: its name, how many querysets were compared, and a report of each that differs."""
    expected = _answers(servers[0], seed, numbers)
    for server in servers[1:]:
        compared, differences = 0, []
        for number, answer in _answers(server, seed, numbers).items():
            if isinstance(expected[number], Exception):
                continue
            compared += 1
            if answer != expected[number]:
                differences.append(_report(seed, number, expected[number], answer))
        yield server, compared, differences


def _answers(name: str, seed: int, numbers: Iterable[int]) -> dict[int, Any]:
    """What a server answers to each queryset: its rows, or an exception."""
    from . import papers

    version, _, kind = name.partition(" ")
    with serve(version) as server:
        database = server.database("master", plugins={"json": {"native": kind == "native"}})
        with new_alias("documents", database), papers.filled("documents"):
            return {number: _answer(*papers.Draw(f"{seed}.{number}").queryset()) for number in numbers}


def _answer(source: str, is_ordered: bool) -> Any:
    from django.db import transaction

    from . import papers

    objects = papers.Paper.objects.using("documents")
    try:
        with transaction.atomic(using="documents"):
            result = eval(source, {**papers.NAMES, "papers": objects})
            rows = [repr(row) for row in (result if hasattr(result, "query") or isinstance(result, list) else [result])]
            transaction.set_rollback(True, using="documents")
    except Exception as error:
        return error
    return rows if is_ordered else sorted(rows)


def _report(seed: int, number: int, expected: list[str], answer: Any) -> str:
    from . import papers

    lines = [f"--number {number}: {papers.Draw(f'{seed}.{number}').queryset()[0]}"]
    if isinstance(answer, Exception):
        return "\n  ".join([*lines, f"{type(answer).__name__}: {answer}"[:_LONGEST]])
    lines.append(f"{len(expected)} rows, {len(answer)} here")
    pairs = [pair for pair in zip_longest(expected, answer) if pair[0] != pair[1]]
    return "\n  ".join([*lines, *(f"{row}, {here} here"[:_LONGEST] for row, here in pairs[:_SHOWN])])


if __name__ == "__main__":
    sys.exit(main())
