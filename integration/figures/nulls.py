"""The number of plans if NULL is a word: ``python -m figures.nulls`` prints the table of docs/differences.md.

Objects with random NULLs are created and saved; a plan is a text with the types of its parameters.
"""

from __future__ import annotations

import random

from harness.project import configure

_OBJECTS = 1000


def _plans(columns: int, share: float) -> tuple[int, int]:
    """The number of distinct INSERT and UPDATE statements over nullable columns, each NULL with a probability."""
    from django.apps.registry import Apps
    from django.db import models

    from mssql_core.testing import fake_connection

    meta = type("Meta", (), {"app_label": "nulls", "apps": Apps()})
    fields = {"c%d" % number: models.IntegerField(null=True) for number in range(columns)}
    kind = type("Nulls", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})
    chance = random.Random(columns)
    inserts, updates = set(), set()
    connection = fake_connection()
    for _ in range(_OBJECTS):
        instance = kind(**{name: None if chance.random() < share else 1 for name in fields})
        insert = models.sql.InsertQuery(kind)
        insert.insert_values(kind._meta.local_fields[1:], [instance])
        (compiled,) = insert.get_compiler(connection=connection).as_sql()
        inserts.add((compiled[0], tuple(value is None for value in compiled[1])))
        update = models.sql.UpdateQuery(kind)
        update.add_update_values({name: getattr(instance, name) for name in fields})
        updates.add(update.get_compiler(connection=connection).as_sql()[0])
    return len(inserts), len(updates)


def main() -> None:
    configure()
    print("| nullable columns | NULL in | plans of 1,000 INSERT | plans of 1,000 UPDATE |\n|---|---|---|---|")
    for columns in (1, 3, 5, 10):
        for share in (0.1, 0.5):
            inserts, updates = _plans(columns, share)
            print(f"| {columns} | {share:.0%} | {inserts} | {updates} |")


if __name__ == "__main__":
    main()
