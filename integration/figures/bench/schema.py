"""``hatch run bench --schema``: milliseconds of each kind of schema change, as a migration makes them."""

from __future__ import annotations

import statistics
import time
from typing import Any, Iterator

# In the order of a migration's operations; {n} numbers the tables. The parent comes first.
PARENT = "CREATE TABLE [bench_parent] ([id] bigint NOT NULL PRIMARY KEY IDENTITY (1, 1), [name] nvarchar(50) NOT NULL)"
CHANGES = (
    (
        "CREATE TABLE",
        "CREATE TABLE [bench_{n}] ([id] bigint NOT NULL PRIMARY KEY IDENTITY (1, 1), [name] nvarchar(100) NOT NULL,"
        " [price] numeric(9, 2) NOT NULL, [added] datetime2 NULL, [active] bit NOT NULL, [parent_id] bigint NOT NULL,"
        " [size] int NOT NULL CHECK ([size] >= 0), CONSTRAINT [bench_{n}_name] UNIQUE ([name], [parent_id]))",
    ),
    ("CREATE INDEX", "CREATE INDEX [bench_{n}_parent] ON [bench_{n}] ([parent_id])"),
    (
        "unique filtered index",
        "CREATE UNIQUE INDEX [bench_{n}_added] ON [bench_{n}] ([added]) WHERE [added] IS NOT NULL",
    ),
    ("ADD column", "ALTER TABLE [bench_{n}] ADD [note] nvarchar(max) NULL"),
    (
        "ADD column with default",
        "ALTER TABLE [bench_{n}] ADD [state] int NOT NULL CONSTRAINT [bench_{n}_state] DEFAULT 0",
    ),
    ("DROP CONSTRAINT, default", "ALTER TABLE [bench_{n}] DROP CONSTRAINT [bench_{n}_state]"),
    (
        "ADD CONSTRAINT, foreign key",
        "ALTER TABLE [bench_{n}] ADD CONSTRAINT [bench_{n}_fk] FOREIGN KEY ([parent_id]) REFERENCES [bench_parent] ([id])",
    ),
    ("ADD CONSTRAINT, check", "ALTER TABLE [bench_{n}] ADD CONSTRAINT [bench_{n}_check] CHECK ([state] < 100)"),
    ("ADD CONSTRAINT, unique", "ALTER TABLE [bench_{n}] ADD CONSTRAINT [bench_{n}_unique] UNIQUE ([state], [size])"),
    ("ALTER COLUMN, longer", "ALTER TABLE [bench_{n}] ALTER COLUMN [name] nvarchar(200) NOT NULL"),
    ("ALTER COLUMN, other type", "ALTER TABLE [bench_{n}] ALTER COLUMN [active] int NULL"),
    ("sp_rename column", "EXEC sp_rename N'[bench_{n}].[note]', N'remark', N'COLUMN'"),
    ("sp_rename table", "EXEC sp_rename N'[bench_{n}]', N'bench_new_{n}', N'OBJECT'"),
    ("DROP INDEX", "DROP INDEX [bench_{n}_parent] ON [bench_new_{n}]"),
    ("DROP CONSTRAINT, key", "ALTER TABLE [bench_new_{n}] DROP CONSTRAINT [bench_{n}_fk]"),
    ("DROP COLUMN", "ALTER TABLE [bench_new_{n}] DROP COLUMN [remark]"),
    ("DROP TABLE", "DROP TABLE [bench_new_{n}]"),
)


def schema_rows(connection: Any, repeat: int) -> Iterator[tuple[str, float]]:
    """(kind of change, median ms), then the commit of a transaction that holds one of each.

    :param connection: a raw connection in autocommit mode.
    """
    times: dict[str, list[float]] = {kind: [] for kind, _ in CHANGES}
    times["COMMIT"] = []
    cursor = connection.cursor()
    cursor.execute(PARENT)
    connection.autocommit = False
    try:
        for number in range(repeat):
            for kind, text in CHANGES:
                started = time.perf_counter()
                cursor.execute(text.format(n=number))
                times[kind].append(time.perf_counter() - started)
            started = time.perf_counter()
            connection.commit()
            times["COMMIT"].append(time.perf_counter() - started)
    finally:
        connection.rollback()
        connection.autocommit = True
        cursor.execute("DROP TABLE [bench_parent]")
    for kind, values in times.items():
        yield kind, 1000 * statistics.median(values)
