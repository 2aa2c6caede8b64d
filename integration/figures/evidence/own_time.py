"""The sandbox's own time for a statement, without the engine's."""

from __future__ import annotations

import statistics
import time
from typing import Any, Iterator

import psycopg

SETUP = "CREATE TABLE speed (id int IDENTITY PRIMARY KEY, name nvarchar(50), price decimal(9, 2), added datetime2)"
# Typical statements; {} makes each text new.
STATEMENTS = (
    "SELECT TOP (21) id, name, price FROM speed WHERE id = 1 AND name <> N'x{}' ORDER BY name DESC",
    "SELECT COUNT_BIG(*) AS n, MAX(price) AS m FROM speed WHERE price > 1.{} GROUP BY name HAVING COUNT_BIG(*) > 1",
    "INSERT INTO speed (name, price, added) VALUES (N'a{}', 1.5, SYSDATETIME()); SELECT CAST(SCOPE_IDENTITY() AS bigint)",
    "UPDATE speed SET price = price + 1 WHERE id = 1{}",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM speed AS s WHERE s.id = t.id AND s.name = N'b{}') THEN 1 ELSE 0 END FROM speed AS t",
)


class _TimedCursor(psycopg.RawCursor):
    """Adds up the time that the engine takes."""

    spent = 0.0

    def execute(self, *arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return super().execute(*arguments, **options)
        finally:
            _TimedCursor.spent += time.perf_counter() - started


def _own(client: Any, text: str) -> float:
    """Milliseconds of one batch outside the engine."""
    _TimedCursor.spent = 0.0
    started = time.perf_counter()
    client.run(text)
    return 1000 * (time.perf_counter() - started - _TimedCursor.spent)


def own_times(client: Any, repeat: int = 40) -> Iterator[tuple[str, float]]:
    """('cached', median ms) and ('new', median ms) over all statements.

    :param client: a session on an in-process server.
    """
    client.run(SETUP)
    session = client.session
    session.cursor = _TimedCursor(session.connection)
    session.connection.cursor_factory = _TimedCursor
    for kind in ("cached", "new"):
        times = []
        for text in STATEMENTS:
            client.run(text.format(0))
            for number in range(repeat):
                times.append(_own(client, text.format(0 if kind == "cached" else 1000 + number)))
        yield kind, statistics.median(times)
