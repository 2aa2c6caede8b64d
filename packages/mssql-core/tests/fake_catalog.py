"""A catalogue in memory, for tests of what the schema editor makes of it."""

from contextlib import contextmanager
from unittest import mock

from mssql_core.introspection import table_snapshot as snapshot
from mssql_core.schema import identity_rebuild

DATABASE_COLLATION = "SQL_Latin1_General_CP1_CI_AS"


class FakeCursor:
    """Answers the catalogue's queries and keeps every other statement."""

    def __init__(self, catalog):
        self.catalog = catalog
        self.rows = []

    def execute(self, sql, params=None):
        kind = QUERIES.get(sql)
        if kind is None and not sql.lstrip().upper().startswith("SELECT"):
            self.catalog.statements.append(sql)
        table = self.catalog.tables.get(params[0]) if params else None
        self.rows = list(getattr(table, kind, ())) if table and kind else []

    def fetchall(self):
        return self.rows

    def fetchone(self):
        return self.rows[0] if self.rows else None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return None


QUERIES = {
    snapshot.COLUMNS_SQL: "columns",
    snapshot.INDEXES_SQL: "indexes",
    snapshot.FOREIGN_KEYS_SQL: "foreign_keys",
    snapshot.CHECKS_SQL: "checks",
    snapshot.STATISTICS_SQL: "statistics",
    snapshot.PROPERTIES_SQL: "properties",
    snapshot.TRIGGERS_SQL: "triggers",
    snapshot.PERMISSIONS_SQL: "permissions",
    identity_rebuild.TABLE_KIND_SQL: "kinds",
}


class FakeTable:
    """One table, in the rows of the catalogue's queries."""

    def __init__(self):
        self.columns, self.indexes, self.foreign_keys = [], [], []
        self.checks, self.statistics, self.properties = [], [], []
        self.triggers, self.permissions = [], []
        self.kinds = [("NON_TEMPORAL_TABLE", False)]

    def column(
        self,
        name,
        type,
        length=4,
        null=False,
        identity=(None, None),
        computed=None,
        default=(None, None),
    ):
        collation = DATABASE_COLLATION if "char" in type else None
        persisted = None if computed is None else True
        self.columns.append(
            (name, type, length, 10, 0, null, collation, DATABASE_COLLATION)
            + identity
            + (computed, persisted, False, False)
            + default
        )
        return self

    def index(self, name, columns, unique=False, primary_key=False, constraint=False, where=None):
        number = len({row[0] for row in self.indexes}) + 1
        kind = (1, "CLUSTERED") if primary_key else (2, "NONCLUSTERED")
        for column in columns:
            self.indexes.append(
                (number, name)
                + kind
                + (unique, primary_key, constraint, where, False, False, 0, False)
                + (True, True, "NONE", "PRIMARY", "FG", True, column, False, False)
            )
        return self


class FakeCatalog:
    def __init__(self):
        self.tables = {}
        self.statements = []

    def table(self, name):
        return self.tables.setdefault("[%s]" % name, FakeTable())

    def foreign_key(self, name, child, column, parent, to_column, action="NO_ACTION"):
        row = (len(name), name, "dbo", child, column, "dbo", parent, to_column, action)
        row += ("NO_ACTION", False, False, False)
        self.table(child).foreign_keys.append(row + (1, 0, "dbo"))
        self.table(parent).foreign_keys.append(row + (0, 1, "dbo"))

    @contextmanager
    def installed(self, connection):
        """Let the connection's cursors read this catalogue."""
        with mock.patch.object(connection, "cursor", lambda: FakeCursor(self)), mock.patch.object(
            identity_rebuild, "atomic", _no_transaction
        ):
            yield self


@contextmanager
def _no_transaction(using):
    yield
