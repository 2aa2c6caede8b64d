"""``hatch run hostile --count 100000``: run hostile names and values, and examine every statement sent to the server.

A statement may differ from those of harmless names and values only between delimiters. Exit status 1 if one differs
elsewhere, a value comes back changed, or a row is not found.
"""

from __future__ import annotations

import argparse
import contextlib
import decimal
import itertools
import json
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Iterator

from django.core.exceptions import ImproperlyConfigured
from harness.server import Server, serve
from hypothesis import HealthCheck, Phase, given, seed, settings

from .. import database
from .skeleton import skeleton

# One in this number of examples of names is run on the server; the others are only compiled.
_RUN_EVERY = 40
# Number of problems of one kind to print.
_SHOWN = 4
# Keys of names that are arguments of procedures.
_SPLIT = ("table", "column", "other", "comment")


class Search:
    """Runs examples and collects problems.

    :ivar problems: distinct texts.
    """

    def __init__(self, number: int) -> None:
        self.seed = number
        self.problems: Counter = Counter()
        self.played = 0
        self._known: set[str] = set()
        self._names = 0

    def problem(self, text: str) -> None:
        self.problems[text[:700]] += 1

    def report(self) -> Iterator[str]:
        """A few problems of each kind, and their number."""
        kinds = defaultdict(list)
        for text in self.problems:
            kinds[":".join(text.split(":")[:2])].append(text)
        for kind, texts in kinds.items():
            for text in sorted(texts, key=len)[:_SHOWN]:
                yield json.dumps(text, ensure_ascii=False)
            yield "%s ...: %d" % (kind, len(texts))

    # ---- harmless --------------------------------------------------------------------

    def learn(self) -> None:
        """Learn the statements of harmless names and values."""
        from . import names, values

        for documents in ({"a": 1}, {"a": "b"}):
            row = {
                "text": "b", "long": "c", "data": next(iter(documents.items())), "raw": b"d",
                "number": decimal.Decimal("1.5"), "at": datetime(2026, 1, 1, tzinfo=timezone.utc),
            }  # fmt: skip
            for problem in values.play([row] * values.ROWS):
                self.problem("harmless values: " + problem)
        for text in ("d", "\ud800", "\0"):
            list(values.impossible(text))
        _fail()
        for harmless, runs in _harmless(names.KEYS):
            self._known.update(map(skeleton, self._texts(harmless)))
            for problem in names.run(harmless) if runs else ():
                self.problem("harmless names: " + problem)

    @staticmethod
    def _texts(given: dict[str, str]) -> list[str]:
        from . import names

        kind = names.model(given)
        return names.definitions(kind, given, collect=True) + names.queries(kind, given)

    # ---- hostile ---------------------------------------------------------------------

    def value_example(self, example: list[dict[str, Any]]) -> None:
        from . import values

        self.played += values.WEIGHT
        for problem in values.play(example):
            self.problem("value: " + problem)

    def impossible_example(self, text: str) -> None:
        from . import values

        self.played += 1
        for problem in values.impossible(text):
            self.problem("impossible value: " + problem)

    def name_example(self, example: dict[str, str]) -> None:
        from . import names

        self.played += names.WEIGHT
        self._names += 1
        try:
            for text in self._texts(example):
                if skeleton(text) not in self._known:
                    self.problem("name: a statement of another shape: %s" % text)
        except (ValueError, ImproperlyConfigured):
            return
        if self._names % _RUN_EVERY == 0:
            for problem in names.run(example):
                self.problem("name: " + problem)

    # ---- the journal -----------------------------------------------------------------

    def read_journal(self, entries: list[dict[str, Any]], harmless: int) -> int:
        """Compare the statements that the server received; their number.

        :param harmless: number of entries from harmless names and values.
        """
        known = {skeleton(text) for entry in entries[:harmless] for text in _texts_of(entry)} | self._known
        count = 0
        for entry in entries[harmless:]:
            for text in _texts_of(entry):
                count += 1
                if skeleton(text) not in known:
                    self.problem("journal: a statement of another shape: %s" % text)
        return count


def _harmless(keys: Iterable[str]) -> Iterator[tuple[dict[str, str], bool]]:
    """Harmless names of each key, and whether to make such a table on the server too.

    A text with a backslash before a line end is written in another form (see skeleton), so each argument of a procedure
    occurs with and without one.
    """
    plain = {name: "h_" + name for name in keys}
    for split in itertools.product((False, True), repeat=len(_SPLIT)):
        harmless = {**plain, **{name: plain[name] + "\\\nx" for name, is_split in zip(_SPLIT, split) if is_split}}
        for table in ("%s", "[h_schema].[%s]", "[h_\\\nschema].[%s]"):
            # Statements of a column that is only renamed are the same on the server.
            yield {**harmless, "table": table % harmless["table"]}, harmless["other"] == plain["other"]
    # An index's filter takes no sum of literals: a hidden column replaces it.
    for table, value in itertools.product(("h_table", "[h_schema].[h_table]"), ("h_value", "h_\\\nvalue")):
        yield {**plain, "table": table, "value": value}, True


def _fail() -> None:
    """Fail inside a transaction, after which the server is asked for its state."""
    from django.db import DatabaseError, connection, transaction

    for statement in ("SELECT CAST(N'x' AS int)", "SELECT 1/0", "INSERT INTO hostile_thing DEFAULT VALUES"):
        with transaction.atomic(), contextlib.suppress(DatabaseError), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)


def _texts_of(entry: dict[str, Any]) -> list[str]:
    requests = entry.get("requests", [entry])
    return [request["text"] for request in requests if request.get("text")]


def search(strategy: Any, play: Callable[[Any], None], number: int, examples: int) -> None:
    """Run a number of examples of a strategy, the same for the same seed."""

    @seed(number)
    @settings(
        max_examples=max(examples, 1), database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def run(example: Any) -> None:
        play(example)

    run()


def run(server: Server, count: int, number: int) -> tuple[Search, int]:
    """Run about `count` names and values, four fifths of them values.

    :returns: the search, and the number of statements compared: 0 on a real server, which has no journal.
    """
    from . import names, strategies, values

    hunt = Search(number)
    hunt.learn()
    harmless = len(server.journal()) if server.journal else 0
    search(values.rows, hunt.value_example, number, count * 75 // 100 // values.WEIGHT)
    search(strategies.IMPOSSIBLE, hunt.impossible_example, number, count // 100)
    search(names.names, hunt.name_example, number, (count - hunt.played) // names.WEIGHT + 1)
    statements = hunt.read_journal(server.journal(), harmless) if server.journal else 0
    return hunt, statements


@contextlib.contextmanager
def tables(server: Server, name: str) -> Any:
    """Set Django up, and create the table of the values."""
    from django.conf import settings as django_settings

    if not django_settings.configured:
        database.configure({"default": database.alias(server, name, plugins=["json"])}, ("faults.hostile.app",))
    from django.db import connection

    from .app.models import Thing

    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    try:
        yield
    finally:
        connection.close()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run hostile", description=__doc__)
    parser.add_argument("--count", type=int, default=10000, help="names and values")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="2022", help="what the sandbox plays")
    arguments = parser.parse_args(argv)
    started = time.monotonic()
    with serve(arguments.version, journal=True) as server, database.databases(server, 1) as (name,):
        with tables(server, name):
            hunt, statements = run(server, arguments.count, arguments.seed)
    for line in hunt.report():
        print(line)
    print(
        "seed %d: %d names and values, %d statements compared, %.0f s; problems: %d"
        % (arguments.seed, hunt.played, statements, time.monotonic() - started, sum(hunt.problems.values()))
    )
    return int(bool(hunt.problems))


if __name__ == "__main__":
    sys.exit(main())
