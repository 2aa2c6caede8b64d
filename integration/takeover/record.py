"""The content of the database: values as Django reads them, columns as they are stored, and the catalogue."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

_COLUMNS = """
SELECT t.name, c.name, y.name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity, c.collation_name,
    k.definition, d.definition
FROM sys.tables AS t JOIN sys.columns AS c ON c.object_id = t.object_id
JOIN sys.types AS y ON y.user_type_id = c.user_type_id
LEFT JOIN sys.computed_columns AS k ON k.object_id = c.object_id AND k.column_id = c.column_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
"""
_INDEXES = """
SELECT t.name, i.name, i.index_id, i.is_unique, i.is_primary_key, i.filter_definition, c.name, k.is_included_column,
    k.is_descending_key
FROM sys.tables AS t JOIN sys.indexes AS i ON i.object_id = t.object_id
JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
ORDER BY t.name, i.name, k.is_included_column, k.key_ordinal, c.name
"""
_KEYS = """
SELECT SCHEMA_NAME(t.schema_id), t.name, c.name FROM sys.tables AS t
JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.is_primary_key = 1
JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE t.is_ms_shipped = 0 AND t.name <> N'django_migrations' ORDER BY 1, 2, k.key_ordinal
"""
# How the tables of Django's own apps begin.
_CONTRIB = ("auth_", "django_")
_CHECKS = "SELECT t.name, k.name, k.definition FROM sys.check_constraints AS k JOIN sys.tables AS t ON t.object_id = k.parent_object_id"
_FOREIGN_KEYS = """
SELECT t.name, f.name, c.name, r.name, d.name, f.is_not_trusted
FROM sys.foreign_keys AS f JOIN sys.tables AS t ON t.object_id = f.parent_object_id
JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id
JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
JOIN sys.tables AS r ON r.object_id = f.referenced_object_id
JOIN sys.columns AS d ON d.object_id = k.referenced_object_id AND d.column_id = k.referenced_column_id
"""


def plain(value: Any) -> Any:
    """A value as JSON has it, with its type: 1, True and Decimal(1) are three."""
    return [type(value).__name__, value.isoformat() if hasattr(value, "isoformat") else repr(value)]


def models() -> list[Any]:
    """All models with a table, those of many-to-many fields too, in a fixed order."""
    from django.apps import apps

    return sorted(
        (model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy),
        key=lambda model: str(model._meta.label),
    )


def values() -> dict[str, dict[str, Any]]:
    """'label pk' -> field -> value, of every row."""
    recorded = {}
    for model in models():
        names = [field.attname for field in model._meta.local_concrete_fields]
        for instance in model._default_manager.all():
            recorded[f"{model._meta.label} {instance.pk}"] = {name: plain(getattr(instance, name)) for name in names}
    return recorded


def _short(value: list[str]) -> str:
    kind, text = value
    return f"{kind} {text:.60} ({len(text)})"


def differing(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> list[str]:
    """The differences in the fields that both have, ignoring rows that were added later."""
    told = []
    for key, fields in before.items():
        if key not in after:
            told.append(f"{key}: missing")
            continue
        told += [
            f"{key}.{name}: {_short(value)} became {_short(after[key][name])}"
            for name, value in fields.items()
            if after[key].get(name, value) != value
        ]
    return told


def columns(app: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(table, column) -> what is stored, by the order of the primary key.

    :param app: ``kinds``, whose tables may have any name, or one of Django's.
    """
    from django.db import connection

    stored: dict[tuple[str, str], tuple[Any, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = defaultdict(list)
        for schema, table, column in cursor.fetchall():
            if table.startswith(_CONTRIB) == (app != "kinds"):
                keys[schema, table].append(f"[{column}]")
        for (schema, table), ordering in keys.items():
            cursor.execute(f"SELECT * FROM [{schema}].[{table}] ORDER BY {', '.join(ordering)}")
            names, rows = [column[0] for column in cursor.description], cursor.fetchall()
            stored.update({(table, name): tuple(row[n] for row in rows) for n, name in enumerate(names)})
    return stored


def catalogue() -> dict[str, Any]:
    """'kind table name' -> description; generated names of constraints are left out."""
    from django.db import connection

    described: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for kind, sql in (("column", _COLUMNS), ("check", _CHECKS), ("key", _FOREIGN_KEYS)):
            cursor.execute(sql)
            described.update({f"{kind} {table} {name}": rest for table, name, *rest in cursor.fetchall()})
        cursor.execute(_INDEXES)
        indexes = defaultdict(list)
        for table, name, number, *rest in cursor.fetchall():
            indexes[f"index {table} {name}"].append([number == 1, *rest])
    described.update(indexes)
    return described


def shape() -> set[tuple[Any, ...]]:
    """The catalogue without names of constraints and texts of expressions, in which the backends differ."""
    described: set[tuple[Any, ...]] = set()
    for key, rest in catalogue().items():
        kind, name = key.partition(" ")[::2]
        if kind == "column":
            described.add((key, *rest[:-2], rest[-2] is None, rest[-1] is None))
        elif kind == "key":
            described.add((kind, *rest))
        elif kind == "index":
            columns = [(column, is_descending) for *_, column, is_included, is_descending in rest if not is_included]
            described.add((kind, name.split(" ")[0], *rest[0][1:3], tuple(columns)))
    return described
