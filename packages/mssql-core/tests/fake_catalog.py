"""A catalogue in memory, for tests of what introspection and the schema editor make of it."""

from contextlib import contextmanager
from unittest import mock

from mssql_core.introspection import queries
from mssql_core.schema import identity_rebuild

DATABASE_COLLATION = "SQL_Latin1_General_CP1_CI_AS"

# The queries about one table, by the name of what they ask for.
QUERIES = {
    queries.COLUMNS: "columns",
    queries.INDEXES: "indexes",
    queries.FOREIGN_KEYS: "foreign_keys",
    queries.CHECKS: "checks",
    queries.STATISTICS: "statistics",
    queries.PROPERTIES: "properties",
    queries.TRIGGERS: "triggers",
    queries.PERMISSIONS: "permissions",
    queries.TABLE_KIND: "kinds",
    queries.COLUMN_KINDS: "column_kinds",
    queries.OTHER_LOSSES: "losses",
    queries.SYNONYM: "synonyms",
    queries.TABLE_NOTES: "notes",
}


class FakeCursor:
    """Answers the catalogue's queries and keeps every other statement."""

    def __init__(self, catalog):
        self.catalog = catalog
        self.rows = []
        self.later = []

    def execute(self, sql, params=None):
        several = sql.split(";") if sql not in QUERIES else [sql]
        if len(several) > 1 and all(text in QUERIES for text in several):
            self.later = several[1:]
            sql, self.params = several[0], params
        kind = QUERIES.get(sql)
        if kind is None and not sql.lstrip().upper().startswith("SELECT"):
            # As Django's cursors do: without parameters a percent sign is one.
            self.catalog.statements.append(sql if params is None else sql % tuple(params))
        if sql == queries.TABLES:
            self.rows = self.catalog.objects
            return
        self.catalog.questions.append((kind, list(params or ())))
        table = self.catalog.tables.get(params[0]) if params else None
        self.rows = list(getattr(table, kind, ())) if table and kind else []

    def nextset(self):
        if not self.later:
            return None
        later = self.later[1:]
        self.execute(self.later[0], self.params)
        self.later = later
        return True

    @property
    def description(self):
        return [(name,) for name in (self.rows[0] if self.rows else {"nothing": None})]

    def fetchall(self):
        return [tuple(row.values()) for row in self.rows]

    def fetchone(self):
        return tuple(self.rows[0].values()) if self.rows else None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return None


class FakeTable:
    """One table, in the rows of the catalogue's queries."""

    def __init__(self):
        self.columns, self.indexes, self.foreign_keys = [], [], []
        self.checks, self.statistics, self.properties = [], [], []
        self.triggers, self.permissions = [], []
        self.column_kinds = []
        self.losses, self.synonyms, self.notes = [], [], []
        self.kinds = [
            {
                "temporal_type": "NON_TEMPORAL_TABLE",
                "is_memory_optimized": False,
                "is_tracked_by_cdc": False,
                "is_replicated": 0,
                "has_change_tracking": 0,
                "has_fulltext_index": 0,
                "has_owner": 0,
                "has_row_options": 0,
                "has_heap_options": 0,
                "lock_escalation": "TABLE",
            }
        ]

    def column(self, name, type, max_length=4, null=False, default=(None, None), **values):
        row = {
            "name": name,
            "declared_type": type,
            "type_schema": "sys",
            "is_of_alias_type": False,
            "base_type": type,
            "max_length": max_length,
            "numeric_precision": 10,
            "scale": 0,
            "is_nullable": null,
            "collation": DATABASE_COLLATION if "char" in type else None,
            "database_collation": DATABASE_COLLATION,
            "is_identity": values.get("seed") is not None,
            "seed": None,
            "increment": 1 if values.get("seed") is not None else None,
            "computed": None,
            "is_persisted": None if values.get("computed") is None else True,
            "is_primary_key": False,
            "is_sparse": False,
            "is_rowguidcol": False,
            "is_column_set": False,
            "is_hidden": False,
            "is_masked": False,
            "is_filestream": False,
            "generated_always_type": 0,
            "default_name": default[0],
            "default_definition": default[1],
            "comment": None,
        }
        self.columns.append(_with(row, values))
        return self

    def index(self, name, columns, includes=(), type="NONCLUSTERED", **values):
        number = len({row["index_id"] for row in self.indexes}) + 1
        index = {
            "index_id": number,
            "name": name,
            "type": {"CLUSTERED": 1, "NONCLUSTERED": 2}.get(type, 9),
            "type_desc": type,
            "is_unique": False,
            "is_primary_key": False,
            "is_unique_constraint": False,
            "filter": None,
            "is_disabled": False,
            "is_hypothetical": False,
            "ignore_dup_key": False,
            "fill_factor": 0,
            "is_padded": False,
            "allow_row_locks": True,
            "allow_page_locks": True,
            "data_compression": "NONE",
            "data_space": "PRIMARY",
            "data_space_type": "FG",
            "is_default_data_space": True,
        }
        index = _with(index, values)
        # As the server orders them: an included column has no ordinal.
        for column, is_included in [(name, True) for name in includes] + [(name, False) for name in columns]:
            descending = column.startswith("-")
            row = {"column_name": column.lstrip("-"), "is_descending": descending, "is_included": is_included}
            self.indexes.append(dict(index, **row))
        return self

    def primary_key(self, name, *columns):
        return self.index(name, columns, type="CLUSTERED", is_unique=True, is_primary_key=True)

    def check(self, name, definition, columns, **values):
        check = {
            "check_id": len(self.checks),
            "name": name,
            "definition": definition,
            "is_disabled": False,
            "is_not_trusted": False,
        }
        check = _with(check, values)
        self.checks += [dict(check, column_name=column) for column in columns or [None]]
        return self

    def statistic(self, name, columns, filter=None):
        statistics = {"stats_id": len(self.statistics), "name": name, "filter": filter}
        self.statistics += [dict(statistics, column_name=column) for column in columns]
        return self

    def column_kind(self, name, **values):
        row = {
            "name": name,
            "is_masked": False,
            "is_encrypted": 0,
            "is_filestream": False,
            "is_column_set": False,
            "is_generated_always": 0,
            "is_hidden": False,
            "has_xml_schema": 0,
            "has_rule": 0,
            "has_bound_default": 0,
        }
        self.column_kinds.append(_with(row, values))
        return self

    def property(self, name, value, part_name=None, part_kind="COLUMN"):
        self.properties.append(
            {
                "schema_name": "dbo",
                "name": name,
                "part_kind": part_kind if part_name else None,
                "part_name": part_name,
                "value": value,
                "position": 0,
                "minor_id": 0,
            }
        )
        return self

    def trigger(self, name, definition, is_disabled=False):
        self.triggers.append({"name": name, "definition": definition, "is_disabled": is_disabled})
        return self

    def synonym(self, base):
        self.synonyms.append({"base_object_name": base})
        return self

    def note(self, **values):
        row = {
            "temporal_type": 0,
            "history_schema": None,
            "history_table": None,
            "is_memory_optimized": False,
            "durability": "SCHEMA_AND_DATA",
            "is_external": False,
        }
        self.notes.append(_with(row, values))
        return self

    def permission(self, state, permission, grantee, column=None):
        row = {"state": state, "permission": permission, "grantee": grantee, "column_name": column}
        self.permissions.append(row)
        return self


class FakeCatalog:
    def __init__(self):
        self.tables = {}
        # Rows of the list of tables.
        self.objects = []
        self.statements = []
        # (what was asked for, parameters) of each question.
        self.questions = []

    def table(self, name):
        return self.tables.setdefault("[%s]" % name, FakeTable())

    def object(self, schema, name, type="U ", comment=None):
        row = {"schema_name": schema, "name": name, "type": type, "comment": comment, "default_schema": "dbo"}
        self.objects.append(row)
        return self

    def foreign_key(self, name, child, columns, parent, to_columns, action="NO_ACTION", **values):
        key = {
            "key_id": name,
            "name": name,
            "schema_name": "dbo",
            "table_name": child,
            "to_schema": "dbo",
            "to_table": parent,
            "on_delete": action,
            "on_update": "NO_ACTION",
            "is_disabled": False,
            "is_not_trusted": False,
            "is_not_for_replication": False,
            "default_schema": "dbo",
        }
        key = _with(key, values)
        for column, to_column in zip(columns, to_columns):
            row = dict(key, column_name=column, to_column=to_column)
            if child == parent:
                self.table(child).foreign_keys.append(dict(row, is_outgoing=1, is_incoming=1))
                continue
            self.table(child).foreign_keys.append(dict(row, is_outgoing=1, is_incoming=0))
            self.table(parent).foreign_keys.append(dict(row, is_outgoing=0, is_incoming=1))

    def cursor(self):
        return FakeCursor(self)

    @contextmanager
    def installed(self, connection):
        """Let the connection's cursors read this catalogue."""
        with mock.patch.object(connection, "cursor", self.cursor), mock.patch.object(
            identity_rebuild, "atomic", _no_transaction
        ):
            yield self


def _with(row, values):
    assert values.keys() <= row.keys(), values
    return {**row, **values}


@contextmanager
def _no_transaction(using):
    yield
