"""Constraints that are disabled, not trusted or stricter than the model, and heaps."""

from functools import reduce
from itertools import groupby
from operator import itemgetter
from typing import Iterator, List

from django.db.models import UniqueConstraint

from ..introspection.table_snapshot import load_indexes
from ..names import TableName, quote_bare
from ..plugin.django_types import Connection, Model
from ..plugin.types import Finding
from ..schema.column_change import ignoring_nulls
from .findings import ProjectTables, fetched, finding

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
    "SELECT SCHEMA_NAME(t.schema_id), t.name, i.name, c.name, c.is_nullable "
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
        pairs = [(quote_bare(column), quote_bare(other)) for *_, column, other in columns]
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
        quote_bare(name),
    )
    return finding(text, remedy, _PAGE)


def unique_nulls(connection: Connection) -> Iterator[Finding]:
    """Unique keys that allow a single NULL, where Django expects any number."""
    tables = ProjectTables(connection)
    rows = tables.of(fetched(connection, _ONE_NULL))
    for (schema, table, name), columns in groupby(rows, itemgetter(0, 1, 2)):
        nullable = [column for *_, column, is_nullable in columns if is_nullable]
        if not nullable or _takes_one_null(tables.model(schema, table), name):
            continue
        yield finding(
            "The unique key %s of %s.%s takes one NULL only; a model's unique field takes many."
            % (name, schema, table),
            _as_filtered_index(connection, TableName(schema, table), name, nullable),
            _PAGE,
        )


def _takes_one_null(model: Model, name: str) -> bool:
    """Whether a constraint of the model asks for it; indexes of other tables may have the name as well."""
    return any(
        constraint.name.casefold() == name.casefold()
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and getattr(constraint, "nulls_distinct", None) is False
    )


def _as_filtered_index(connection: Connection, table: TableName, name: str, nullable: List[str]) -> str:
    """The remedy: the key as a filtered index, which keeps all of its options but IGNORE_DUP_KEY.

    https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
    """
    with connection.cursor() as cursor:
        key = next((index for index in load_indexes(cursor, table) if index.name == name), None)
    if key is None:
        return "Make it a filtered index, by partitions as it is: WHERE %s" % _are_not_null(nullable)
    options = tuple(option for option in key.options if not option.startswith("IGNORE_DUP_KEY"))
    lost = " (which cannot have IGNORE_DUP_KEY)" if options != key.options else ""
    filtered = reduce(ignoring_nulls, nullable, key._replace(options=options))
    return "Make it a filtered index%s: %s" % (lost, "; ".join([*key.drop_sql(), *filtered.create_sql()]))


def _are_not_null(columns: List[str]) -> str:
    return " AND ".join("%s IS NOT NULL" % quote_bare(column) for column in columns)


def heaps(connection: Connection) -> Iterator[Finding]:
    """Heaps: tables without a clustered index, which do not release the space of deleted rows."""
    for schema, table in ProjectTables(connection).of(fetched(connection, _HEAPS)):
        yield finding(
            "The table %s.%s is a heap: it has no clustered index." % (schema, table),
            "Give it one, best its primary key: ALTER TABLE %s ADD PRIMARY KEY CLUSTERED (...)"
            % TableName(schema, table),
            _PAGE,
        )
