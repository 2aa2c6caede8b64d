"""Constraints that are disabled, not trusted or stricter than the model, and heaps."""

from itertools import groupby
from operator import itemgetter
from typing import Iterator

from django.db.models import UniqueConstraint

from ..names import TableName, quote_identifier
from ..plugin.django_types import Connection
from ..plugin.types import Finding
from .findings import ProjectTables, fetched, finding, models_of

_PAGE = "explanation/constraints"
_FOREIGN_KEYS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, f.name, f.is_disabled, SCHEMA_NAME(r.schema_id), r.name, c.name, rc.name "
    "FROM sys.foreign_keys AS f JOIN sys.tables AS t ON t.object_id = f.parent_object_id "
    "JOIN sys.tables AS r ON r.object_id = f.referenced_object_id "
    "JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id "
    "JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id "
    "JOIN sys.columns AS rc ON rc.object_id = k.referenced_object_id AND rc.column_id = k.referenced_column_id "
    "WHERE f.is_not_trusted = 1 OR f.is_disabled = 1 ORDER BY 1, 2, 3, k.constraint_column_id"
)
_CHECKS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, c.name, c.is_disabled, c.definition FROM sys.check_constraints AS c "
    "JOIN sys.tables AS t ON t.object_id = c.parent_object_id "
    "WHERE c.is_not_trusted = 1 OR c.is_disabled = 1 ORDER BY 1, 2, 3"
)
_ONE_NULL = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, i.name, i.is_unique_constraint, c.name, c.is_nullable "
    "FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id "
    "JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.is_included_column = 0 "
    "JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id "
    "WHERE t.is_ms_shipped = 0 AND i.is_unique = 1 AND i.is_primary_key = 0 AND i.has_filter = 0 "
    "ORDER BY 1, 2, 3, k.key_ordinal"
)
_HEAPS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id "
    "WHERE t.is_ms_shipped = 0 AND i.type = 0 ORDER BY 1, 2"
)


def foreign_keys(connection: Connection) -> Iterator[Finding]:
    """Foreign keys that are disabled or not trusted, with the query for orphans."""
    rows = ProjectTables(connection).of(fetched(connection, _FOREIGN_KEYS))
    for (schema, name, key, is_off, target_schema, target), columns in groupby(rows, itemgetter(0, 1, 2, 3, 4, 5)):
        pairs = [(quote_identifier(column), quote_identifier(other)) for *_, column, other in columns]
        orphans = "SELECT t.* FROM %s AS t LEFT JOIN %s AS r ON %s WHERE %s AND r.%s IS NULL" % (
            TableName(schema, name),
            TableName(target_schema, target),
            " AND ".join("r.%s = t.%s" % (other, column) for column, other in pairs),
            " AND ".join("t.%s IS NOT NULL" % column for column, _ in pairs),
            pairs[0][1],
        )
        yield _unproven("foreign key", schema, name, key, is_off, orphans)


def checks(connection: Connection) -> Iterator[Finding]:
    """CHECK constraints that are disabled or not trusted."""
    for schema, name, key, is_off, definition in ProjectTables(connection).of(fetched(connection, _CHECKS)):
        broken = "SELECT * FROM %s WHERE NOT %s" % (TableName(schema, name), definition)
        yield _unproven("check constraint", schema, name, key, is_off, broken)


def _unproven(kind: str, schema: str, table: str, name: str, is_off: bool, query: str) -> Finding:
    text = "The %s %s of %s.%s is %s." % (
        kind,
        name,
        schema,
        table,
        "off" if is_off else "not trusted: some rows were never checked",
    )
    remedy = "Look for rows that break it: %s; mend them, then: ALTER TABLE %s WITH CHECK CHECK CONSTRAINT %s" % (
        query,
        TableName(schema, table),
        quote_identifier(name),
    )
    return finding(text, remedy, _PAGE)


def unique_nulls(connection: Connection) -> Iterator[Finding]:
    """Unique keys that take a single NULL, where Django expects any number."""
    wanted = {
        constraint.name.casefold()
        for model in models_of(connection)
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and getattr(constraint, "nulls_distinct", None) is False
    }
    rows = ProjectTables(connection).of(fetched(connection, _ONE_NULL))
    for (schema, table, name, is_constraint), group in groupby(rows, itemgetter(0, 1, 2, 3)):
        columns = list(group)
        nullable = [quote_identifier(column) for *_, column, is_nullable in columns if is_nullable]
        if not nullable or name.casefold() in wanted:
            continue
        quoted = TableName(schema, table), quote_identifier(name)
        drop = "ALTER TABLE %s DROP CONSTRAINT %s" if is_constraint else "DROP INDEX %s ON %s"
        create = "CREATE UNIQUE INDEX %s ON %s (%s) WHERE %s" % (
            quoted[1],
            quoted[0],
            ", ".join(quote_identifier(column) for *_, column, _ in columns),
            " AND ".join("%s IS NOT NULL" % column for column in nullable),
        )
        yield finding(
            "The unique key %s of %s.%s takes one NULL only; a model's unique field takes many."
            % (name, schema, table),
            "Make it a filtered index: %s; %s" % (drop % (quoted if is_constraint else quoted[::-1]), create),
            _PAGE,
        )


def heaps(connection: Connection) -> Iterator[Finding]:
    """Heaps: tables without a clustered index, which keep the space of deleted rows."""
    for schema, table in ProjectTables(connection).of(fetched(connection, _HEAPS)):
        yield finding(
            "The table %s.%s is a heap: it has no clustered index." % (schema, table),
            "Give it one, best its primary key: ALTER TABLE %s ADD PRIMARY KEY CLUSTERED (...)"
            % TableName(schema, table),
            _PAGE,
        )
