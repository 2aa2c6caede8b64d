"""Queries with what SQL Server answers, value and type, one TOML file for each theme, and what judges a server by them.

A file has ``[[answers]]`` tables. Each tells ``source`` (where the answers are written: a page, or probe notes of a real
server), ``since`` (the first version that has what is asked, when that is not the
oldest) or ``versions`` (the only ones that answer so); and then either many short answers

``expressions``  ``[text, value, type]``: what ``SELECT text`` gives; the text may go on with FROM. Without the type,
only the value is known for certain.
``true``, ``false``, ``unknown``  predicates, by their truth value.

or one long answer

``query``   one batch; the rows of its last result set count.
``rows``    rows of values as text, in order.
``types``   the columns' types, where they are known for certain.
``setup``   batches before the query; with them the query runs in a transaction that is rolled back.

Values are texts as :func:`corpus.answers.values.text_of` forms them, ``NULL`` stands for SQL NULL. Types are written as
sp_describe_first_result_set writes them, except that numeric is written decimal.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator, Protocol, Sequence

from mssql_sandbox.interface import Columns, Error, Rows
from mssql_sandbox.versions import VERSIONS

from ..refusals import Result
from .values import text_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent
TRUTHS = ("true", "false", "unknown")
KEYS = {"source", "since", "versions", "setup", "query", "rows", "types", "expressions", *TRUTHS}
_TRUTH = "CASE WHEN {0} THEN 'true' WHEN NOT ({0}) THEN 'false' ELSE 'unknown' END"


class Sandbox(Protocol):
    """One session of a server; ``version`` is the name of what it plays, for example ``2022``."""

    version: str

    def events(self, text: str) -> Iterable[Any]:
        """What a batch gives; see :mod:`mssql_sandbox.interface`."""
        ...


@dataclass(frozen=True)
class Answer:
    """One batch with its rows and types; see the module for the meaning of the fields."""

    theme: str
    query: str
    rows: tuple[tuple[str, ...], ...]
    types: tuple[str, ...]
    source: str
    versions: tuple[str, ...]
    setup: tuple[str, ...]

    def applies_to(self, version: str) -> bool:
        return version in self.versions

    def ask(self, sandbox: Sandbox) -> Any:
        """(types, rows) of the query's last result set, or a text that tells the first error."""
        try:
            for batch in ("BEGIN TRANSACTION", *self.setup) if self.setup else ():
                if fault := _fault(sandbox.events(batch)):
                    return f"set-up raised {fault}: {batch}"
            return _answer(sandbox.events(self.query))
        finally:
            if self.setup:
                list(sandbox.events("IF @@TRANCOUNT > 0 ROLLBACK"))

    def is_met_by(self, answered: Any) -> bool:
        """:param answered: what :meth:`ask` gave."""
        return (
            isinstance(answered, tuple) and answered[1] == self.rows and (not self.types or answered[0] == self.types)
        )

    def check(self, sandbox: Sandbox) -> str | None:
        """None when the sandbox answers with these rows and types, else what it answered."""
        answered = self.ask(sandbox)
        if self.is_met_by(answered):
            return None
        if isinstance(answered, tuple):
            answered = f"types {list(answered[0])} rows {list(map(list, answered[1]))}"
        return f"{self.query}\n  expected types {list(self.types)} rows {list(map(list, self.rows))}\n  got {answered}"


def themes() -> list[str]:
    """Names of the files, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def answers(theme: str | None = None) -> Iterator[Answer]:
    """All answers, or those of a theme.

    :raises ValueError: for a table with a key that is not known or without one that is needed.
    """
    for name in [theme] if theme else themes():
        with open(FOLDER / f"{name}.toml", "rb") as file:
            for table in tomllib.load(file)["answers"]:
                yield from _answers(name, table)


def run_answers(sandbox: Sandbox) -> Result:
    """Judge a server by every answer that applies to its version; nothing stays in the database."""
    result = Result()
    for answer in answers():
        if not answer.applies_to(sandbox.version):
            continue
        result.total += 1
        fault = answer.check(sandbox)
        if fault is None:
            result.passed += 1
        else:
            result.failures.append(f"{answer.theme}: {fault}")
    return result


def _answers(theme: str, table: dict[str, Any]) -> Iterator[Answer]:
    if unknown := set(table) - KEYS:
        raise ValueError(f"{theme}: unknown keys {sorted(unknown)} in {table}")
    if "source" not in table:
        raise ValueError(f"{theme}: no source in {table}")
    since = VERSIONS[table.get("since", "2016")].major
    newer = [name for name, version in VERSIONS.items() if version.major >= since]
    source, versions, setup = table["source"], tuple(table.get("versions", newer)), tuple(table.get("setup", ()))
    if "query" in table:
        rows = tuple(tuple(row) for row in table["rows"])
        yield Answer(theme, table["query"], rows, tuple(table.get("types", ())), source, versions, setup)
    for text, value, *types in table.get("expressions", ()):
        yield Answer(theme, f"SELECT {text}", ((value,),), tuple(types), source, versions, setup)
    for truth in TRUTHS:
        for predicate in table.get(truth, ()):
            query = f"SELECT {_TRUTH.format(predicate)}"
            yield Answer(theme, query, ((truth,),), ("varchar(7)",), source, versions, setup)


def _answer(events: Iterable[Any]) -> Any:
    """(types, rows) of the last result set, or a text that tells the first error."""
    types: Sequence[Any] = ()
    rows: list[tuple[str, ...]] = []
    events = list(events)
    if fault := _fault(events):
        return fault
    for event in events:
        if isinstance(event, Columns):
            types, rows = [column.type for column in event.columns], []
        elif isinstance(event, Rows):
            rows += [tuple(text_of(value, type_) for value, type_ in zip(row, types)) for row in event.rows]
    return tuple(str(type_) for type_ in types), tuple(rows)


def _fault(events: Iterable[Any]) -> str:
    for event in events:
        if isinstance(event, Error):
            return f"error {event.number}: {event.message}"
    return ""
