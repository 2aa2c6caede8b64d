"""``hatch run querysets --count 5000``: random querysets, each compared with Django's SQLite backend; prints those that differ.

Options: --count querysets (1,000), --seed (1), --version 2016 to 2025, several too (2016 2025), --number a queryset's number,
to run that one alone. A queryset is made of its seed and its number, so that it is the same each time. What SQLite or Django refuses is
not counted; values are rounded to four decimal places, since SQLite has no decimals. With MSSQL_TEST_URL the server that it names is the only one.
"""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Iterable

from harness.project import configure, new_alias
from harness.server import serve

# The rows of the answers that a report shows.
_SHOWN = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="querysets", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int)
    versions = ("2016", "2017", "2019", "2022", "2025")
    parser.add_argument("--version", nargs="+", choices=versions, default=["2016", "2025"])
    arguments = parser.parse_args()
    configure()
    numbers = range(arguments.count) if arguments.number is None else [arguments.number]
    failed = False
    for version in arguments.version:
        with serve(version) as server, new_alias("querysets", server.database("master", plugins=["json"])):
            compared, differences = differing("querysets", arguments.seed, numbers)
        for difference in differences:
            print(difference, flush=True)
        print(f"{version}: {compared} querysets compared, {len(differences)} differ", flush=True)
        failed |= bool(differences)
    return failed


def differing(alias: str, seed: int, numbers: Iterable[int]) -> tuple[int, list[str]]:
    """How many querysets were compared, and a report of each whose rows differ, or that the server refuses.

    :param alias: of the server; the table is created there, and dropped.
    """
    from . import shelf

    compared, differences = 0, []
    with new_alias("sqlite", {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}):
        with shelf.filled("sqlite"), shelf.filled(alias):
            for number in numbers:
                source, is_ordered = shelf.Draw(f"{seed}.{number}").queryset()
                expected = _answer(source, "sqlite", is_ordered)
                if isinstance(expected, Exception):
                    continue
                compared += 1
                answer = _answer(source, alias, is_ordered)
                if answer != expected:
                    differences.append(_report(number, source, expected, answer))
    return compared, differences


def _answer(source: str, alias: str, is_ordered: bool) -> Any:
    """The rows of a queryset, or the error that it raises."""
    from django.db import transaction

    from . import shelf

    try:
        with transaction.atomic(using=alias):
            result = eval(source, {**shelf.NAMES, "books": shelf.Book.objects.using(alias)})
            rows = [_plain(row) for row in (result if hasattr(result, "query") else [result])]
    except Exception as error:
        # Whatever is raised is the answer: the other database has to give one.
        return error
    return rows if is_ordered else sorted(rows, key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    if isinstance(value, (float, Decimal)) or type(value) is int:
        # And no negative zero.
        return round(float(value), 4) + 0.0
    return value


def _report(number: int, source: str, expected: list[Any], answer: Any) -> str:
    lines = [f"--number {number}: {source}"]
    if isinstance(answer, Exception):
        return "\n  ".join([*lines, f"{type(answer).__name__}: {answer}"])
    lines.append(f"{len(expected)} rows on SQLite, {len(answer)} here")
    pairs = [pair for pair in zip_longest(expected, answer) if pair[0] != pair[1]]
    return "\n  ".join([*lines, *(f"{row}, {here} here" for row, here in pairs[:_SHOWN])])


if __name__ == "__main__":
    sys.exit(main())
