"""The catalogue in memory: snapshots of tables, shared by the sessions of a database.

A session that has changed the schema in an open transaction reads its own
view of the catalogue through its own connection until it commits or rolls back.
"""

import itertools
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import psycopg

from ..errors import NotSupported, SqlServerError
from ..sqltypes import NULL_TYPE, SqlType
from ..syntax.nodes import TypeName
from . import datatypes, first_value, system
from .datatypes import ROWVERSION, ROWVERSION_ID
from .model import Column, Index, Table, UserFunction, name_key

DEFAULT_SCHEMA = "dbo"
GLOBAL = "##"  # stands for a schema: global temp tables, whose schema_id is -1
# Compatibility views that need no schema.
_UNQUALIFIED_SYSTEM_VIEWS = frozenset(("sysobjects", "systypes", "syscolumns", "sysdatabases"))
# https://learn.microsoft.com/sql/relational-databases/system-compatibility-views/system-compatibility-views-transact-sql
_OTHER_SYSTEM_VIEWS = frozenset(
    """sysaltfiles syscacheobjects syscharsets syscomments sysconfigures sysconstraints syscurconfigs sysdepends sysdevices
    sysfilegroups sysfiles sysforeignkeys sysfulltextcatalogs sysindexes sysindexkeys syslanguages syslockinfo syslogins sysmembers
    sysmessages sysperfinfo syspermissions sysprocesses sysprotects sysreferences sysremotelogins sysservers
    sysusers""".split()
)
_FIRST_TEMPORARY_ID = 1900000000
_FIRST_VARIABLE_ID = 2000000000
_MOST_VARIABLES = 1000
_sessions = itertools.count(1)
_databases = itertools.count()


@dataclass(frozen=True)
class Sequence:
    id: int
    schema: str
    name: str
    type: SqlType
    physical: str  # 'u.q<id>'


class DatabaseCatalog:
    """The part of the catalogue that all sessions of a database share.

    :param collation: the database's default collation.
    :param version: feature level (13 ... 17), for the columns of system views.
    """

    def __init__(self, collation: str, version: int) -> None:
        self.collation = collation
        self.version = version
        # A re-created database of the same name shares no plans with the old one.
        self.generation = next(_databases) * 1_000_000
        self.lock = threading.Lock()
        self.tables: dict[tuple[str, str], Table | None] = {}
        self._variables: dict[tuple[str, tuple[Column, ...]], Table] = {}
        self.modules: bool | None = None  # whether views, functions or triggers may exist; None: not looked up

    def variable(self, name: str, columns: tuple[Column, ...]) -> Table | None:
        """The table of a table variable, one per distinct declaration, so that sessions share plans.

        :returns: None when there are too many.
        """
        with self.lock:
            table = self._variables.get((name, columns))
            if table is None and len(self._variables) < _MOST_VARIABLES:
                number = _FIRST_VARIABLE_ID + len(self._variables)
                table = Table(number, DEFAULT_SCHEMA, name, f"pg_temp.t{number}", columns, "variable")
                self._variables[name, columns] = table
            return table

    def changed(self) -> None:
        with self.lock:
            self.generation += 1
            self.tables = {}


class SessionCatalog:
    """The catalogue as one session sees it (the translator's CatalogView).

    :param connection: the session's engine connection.
    """

    def __init__(self, shared: DatabaseCatalog, connection: psycopg.Connection) -> None:
        self.shared = shared
        self.connection = connection
        self.collation = shared.collation
        self.name_key = name_key(shared.collation)
        self._number = next(_sessions)
        self._changes = 0
        self._dirty = False
        self._own: dict[tuple[str, str], Table | None] = {}
        self.temporary_used = False
        self._temporary: dict[str, Table | None] = {}
        self._variables: dict[str, Table] = {}  # table variables that are not in the catalogue's tables
        self._lasting: set[int] = set()  # ids of table variables whose engine table survives rollbacks
        self._passing: dict[int, str] = {}  # id -> engine definition of the others
        self.globals: set[str] = set()  # names of the session's global temp tables
        self._standing: dict[str, Table] = {}
        self._triggers: tuple[tuple[Any, ...], bool] | None = None
        self.before_change: Callable[[], None] = lambda: None

    # ---- look-ups

    def table(self, schema: str | None, name: str) -> Table | None:
        """A table, view, system view, temp table (#t) or table variable (@t)."""
        table = self._any_table(schema, name)
        return table if table is None or name[0] in "#@" or self.means(table, schema, name) else None

    def means(self, candidate: Any, schema: str | None, name: str) -> bool:
        """Whether a name means the object, in a database that may be case-sensitive; synonyms aside."""
        key = self.name_key
        if key is str.casefold or candidate.name.casefold() != name.casefold():
            return True
        return key(candidate.name) == key(name) and (not schema or key(candidate.schema) == key(schema))

    def _any_table(self, schema: str | None, name: str) -> Table | None:
        if schema is None and name.casefold() in self._standing:
            return self._standing[name.casefold()]
        if name.startswith("##"):
            return self._user_table((GLOBAL, name.casefold()))
        if name.startswith(("#", "@")):
            return self._temporary_table(name)
        key = ((schema or DEFAULT_SCHEMA).casefold(), name.casefold())
        views = system.views(self.shared.version, self.collation)
        if key in views:
            return views[key]
        if key[0] in ("sys", "information_schema"):
            # The real server may have it, so this is not error 208.
            raise NotSupported(f"the system view {schema}.{name}")
        table = self._user_table((self.name_key(schema or DEFAULT_SCHEMA), self.name_key(name)))
        if table is None and key[0] == DEFAULT_SCHEMA and key[1] in _UNQUALIFIED_SYSTEM_VIEWS:
            return views["sys", key[1]]
        if table is None and key[0] == DEFAULT_SCHEMA and key[1] in _OTHER_SYSTEM_VIEWS:
            raise NotSupported(f"the system view {name}")
        return table

    def table_by_id(self, object_id: int) -> Table | None:
        """A table, view, temp table or table variable by its id."""
        for table in self._variables.values():
            if table.id == object_id:
                return table
        document = first_value(self.connection, "select ms.describe($1)", (object_id,))
        return _table(document, self.name_key) if document else None

    def _named(self, query: str, schema: str | None, name: str, condition: str = "true") -> Any:
        """The row of the object ``o`` by schema and name; ``query`` is the select list and the first tables."""
        sql = (
            f"select {query} join ms.schemas s using (schema_id)"
            f" where {condition} and ms.key(s.name) = ms.key($1) and ms.key(o.name) = ms.key($2)"
        )
        return self.connection.execute(sql, (schema or DEFAULT_SCHEMA, name)).fetchone()

    def sequence(self, schema: str | None, name: str) -> Sequence | None:
        row = self._named(
            "o.object_id, s.name, o.name, q.system_type_id, q.precision, q.scale"
            " from ms.sequences q join ms.objects o using (object_id)", schema, name,
        )  # fmt: skip
        if row is None:
            return None
        number, schema_name, sequence_name, type_id, precision, scale = row
        type_ = datatypes.from_catalog(type_id, 0, precision, scale)
        sequence = Sequence(number, schema_name, sequence_name, type_, f"u.q{number}")
        return sequence if self.means(sequence, schema, name) else None

    def function(self, schema: str | None, name: str) -> UserFunction | None:
        """A function made by CREATE FUNCTION."""
        row = self._named(
            "o.object_id, s.name, o.name, o.type, m.definition, m.engine_sql is not null, m.is_deterministic = 1,"
            " m.reads_data = 1 from ms.modules m join ms.objects o using (object_id)", schema, name,
            condition="o.type in ('FN', 'IF')",
        )  # fmt: skip
        if row is None:
            return None
        rows = self.connection.execute(
            "select name, system_type_id, max_length, precision, scale, parameter_id from ms.parameters"
            " where object_id = $1 order by parameter_id", (row[0],)
        )  # fmt: skip
        types = [
            (parameter.lower(), datatypes.from_catalog(type_id, length, precision, scale, self.collation), id_)
            for parameter, type_id, length, precision, scale, id_ in rows
        ]
        function = UserFunction(
            id=row[0], schema=row[1], name=row[2], kind=row[3], definition=row[4],
            parameters=tuple((parameter, type_) for parameter, type_, id_ in types if id_),
            returns=next((type_ for _, type_, id_ in types if not id_), NULL_TYPE),
            compiled=row[5], deterministic=row[6], reads=row[7],
        )  # fmt: skip
        return function if self.means(function, schema, name) else None

    def synonym(self, schema: str | None, name: str) -> tuple[str, str] | None:
        """(schema, name) of a synonym's base object."""
        target = "y.base_schema, y.base_name from ms.synonyms y join ms.objects o using (object_id)"
        named: tuple[str, str] | None = self._named(target, schema, name)
        return named

    def table_type(self, schema: str | None, name: str) -> str | None:
        """The declaration of a variable @t of a table type."""
        row = self._named("o.definition from ms.table_types o", schema, name)
        return row[0] if row else None

    def dealias(self, name: TypeName) -> TypeName:
        """The base type of an alias type (CREATE TYPE ... FROM); other names unchanged."""
        if datatypes.is_system_name(name.name):
            return name
        schema, _, leaf = name.name.rpartition(".")
        facets = "o.definition, o.user_type_id, o.is_nullable = 1 from ms.types o"
        row = self._named(facets, schema, leaf, "user_type_id > 256")
        if row is None or name.arguments:
            return name
        base, _, arguments = row[0].partition(" ")
        return TypeName(base, tuple(arguments.split()), row[1], row[2], line=name.line)

    def schema_exists(self, name: str) -> bool:
        sql = "select 1 from ms.schemas where ms.key(name) = ms.key($1)"
        return self.connection.execute(sql, (name,)).fetchone() is not None

    def has_modules(self) -> bool:
        """Whether the database may have views, functions or triggers: True once it has had one."""
        if self.shared.modules is None:
            sql = "select exists (select from ms.objects where type in ('V', 'FN', 'IF', 'TR'))"
            some = first_value(self.connection, sql)
            with self.shared.lock:  # another session may have created one meanwhile
                self.shared.modules = self.shared.modules or some
        return self.shared.modules

    def has_triggers(self) -> bool:
        """Whether any table of the database has an enabled trigger."""
        if not self.has_modules():
            return False
        if self._triggers is None or self._triggers[0] != self.token:
            sql = "select exists (select from ms.triggers where is_disabled = 0)"
            self._triggers = (self.token, first_value(self.connection, sql))
        return self._triggers[1]

    @contextmanager
    def standing_for(self, tables: dict[str, Table]) -> Iterator[None]:
        """Let unqualified names mean these tables: ``inserted`` and ``deleted`` of a trigger."""
        before, self._standing = self._standing, tables
        try:
            yield
        finally:
            self._standing = before

    @property
    def token(self) -> tuple[Any, ...]:
        """A part of plan keys that changes whenever a translated statement may have become wrong."""
        if self._standing:
            return (self.shared.generation, self._number, self._changes, *(t.physical for t in self._standing.values()))
        if self._dirty or self.temporary_used:
            return (self.shared.generation, self._number, self._changes)
        return (self.shared.generation,)

    # ---- after DDL

    def touch(self, *, temporary: bool = False) -> None:
        """Note that the session changed the schema; ``temporary``: only its temp objects."""
        self._changes += 1
        self._temporary.clear()
        if temporary:
            self.temporary_used = True
        else:
            self._dirty = True
            self._own.clear()

    def committed(self) -> None:
        if self._dirty:
            self._dirty = False
            self._own.clear()
            self.shared.changed()

    def rolled_back(self) -> None:
        """Forget everything cached after a rollback, also to a savepoint."""
        if self._dirty or self.temporary_used:
            self._changes += 1
            self._own.clear()
            self._temporary.clear()
            if self.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                self._dirty = False

    # ---- temp tables and table variables

    @property
    def table_variables(self) -> list[str]:
        return [*self._variables, *(name for name in self._temporary_names() if name.startswith("@"))]

    def has_temporary(self) -> bool:
        return bool(self._variables or self._temporary_names())

    def temporary_by_id(self) -> dict[int, Table]:
        tables = (self._temporary_table(name) for name in self._temporary_names())
        return {table.id: table for table in (*tables, *self._variables.values()) if table}

    def declare_variable(self, name: str, columns: tuple[Column, ...]) -> Table | None:
        """Declare a table variable without keys, checks and defaults; the caller makes the engine's table.

        :returns: None when it must become a catalogue object.
        """
        table = self.shared.variable(name, columns)
        if table is not None:
            self._variables[name.casefold()] = table
        return table

    def empty_variable_sql(self, table: Table, definitions: str) -> str:
        """Engine statements that make or empty the table of a table variable."""
        empty = f"select ms.empty_table('{table.physical}')"
        if table.id in self._lasting:
            return empty
        self._passing[table.id] = f"create temporary table if not exists t{table.id} ({definitions})"
        return f"{self._passing[table.id]}; {empty}"

    def make_variables(self) -> None:
        """Before a transaction, make the engine tables that an earlier rollback removed, so that they last."""
        if self._passing:
            self.connection.execute("; ".join(self._passing.values()))
            self._lasting.update(self._passing)
            self._passing.clear()

    def drop_temporary(self, name: str) -> None:
        """Drop a temp table or table variable, if it still exists."""
        if self._variables.pop(name.casefold(), None) is not None:
            return
        table = self._temporary_table(name)
        if table is not None:
            self._forget(table)

    def drop_globals(self) -> None:
        """Drop the session's global temp tables, at its end."""
        for name in self.globals:
            if (table := self.table(None, name)) is not None:
                self._forget(table)
                self.shared.changed()
        self.globals.clear()

    def drop_table_variables(self) -> None:
        for name in self.table_variables:
            self.drop_temporary(name)

    def drop_all_temporary(self) -> None:
        for name in self._temporary_names():
            self.drop_temporary(name)
        self.drop_globals()
        self.temporary_used = False

    def refuse_table_variable_rollback(self) -> None:
        """Refuse: table variables keep their rows over a rollback, the engine's tables do not.

        :raises NotSupported: always.
        """
        raise NotSupported(f"ROLLBACK while the table variable {self.table_variables[0]} exists")

    # ---- internals

    def _user_table(self, key: tuple[str, str]) -> Table | None:
        if self._dirty:
            if key not in self._own:
                self._own[key] = self._load(key)[0]
            return self._own[key]
        shared = self.shared
        tables, generation = shared.tables, shared.generation
        if key in tables:
            return tables[key]
        table, keep = self._load(key)
        if keep:
            with shared.lock:
                if shared.generation == generation:
                    shared.tables[key] = table
        return table

    def _load(self, key: tuple[str, str]) -> tuple[Table | None, bool]:
        """(table, whether it may be shared): under snapshot isolation this session may see an old catalogue."""
        if key[0] == GLOBAL:
            document = first_value(self.connection, "select ms.describe_temporary($1)", key[1:])
        else:
            document = first_value(self.connection, "select ms.describe($1, $2)", key)
        if document is None:
            return None, False
        return _table(document, self.name_key), not document["snapshot"]

    def _temporary_table(self, name: str) -> Table | None:
        if name.casefold() in self._variables:
            return self._variables[name.casefold()]
        if not self.temporary_used:
            return None
        key = name.casefold()
        if key not in self._temporary:
            document = first_value(self.connection, "select ms.describe_temporary($1)", (name,))
            self._temporary[key] = _table(document) if document else None
        return self._temporary[key]

    def _temporary_names(self) -> list[str]:
        if not self.temporary_used:
            return []
        sql = "select name from ms.objects where schema_id = -pg_backend_pid() and type = 'U'"
        return [row[0] for row in self.connection.execute(sql, prepare=True)]

    def _forget(self, table: Table) -> None:
        self.before_change()
        self.connection.execute(f"drop table if exists {table.physical}")
        self.connection.execute("select ms.forget_table($1)", (table.id,))
        self._changes += 1
        self._temporary.clear()


def _table(document: dict[str, Any], key: Callable[[str], str] = str.casefold) -> Table:
    if document["broken"]:
        raise SqlServerError(4413, name=f"{document['schema']}.{document['name']}")
    temporary = document["id"] >= _FIRST_TEMPORARY_ID
    kind = "view" if document["type"] == "V" else "table"
    if temporary:
        kind = "variable" if document["name"].startswith("@") else "temp"
    prefix = "v" if kind == "view" else "t"
    indexes = tuple(_index(index) for index in document["indexes"] or ())
    return Table(
        id=document["id"],
        schema=document["schema"],
        name=document["name"],
        physical=f"{'pg_temp' if temporary and not document['name'].startswith(GLOBAL) else 'u'}.{prefix}{document['id']}",
        columns=tuple(_column(*values) for values in document["columns"] or ()),
        kind=kind,
        view_text=document["view_text"],
        indexes=indexes,
        triggers=tuple(document["triggers"] or ()),
        instead=tuple(document["instead"] or ()),
        foreign_key=document["foreign_key"],
        check=document["check"],
        key=str.casefold if temporary else key,
    )


def _column(
    column_id: int, name: str, system_type: int, user_type: int, max_length: int, precision: int, scale: int,
    collation: str | None, nullable: int, seed: Any, increment: Any, definition: str | None, persisted: int,
    default_id: int, default_sql: str | None,
) -> Column:  # fmt: skip
    return Column(
        id=column_id,
        name=name,
        type=ROWVERSION
        if system_type == ROWVERSION_ID
        else datatypes.from_catalog(system_type, max_length, precision, scale, collation),
        rowversion=system_type == ROWVERSION_ID,
        nullable=bool(nullable),
        physical=f"c{column_id}",
        identity=None if seed is None else (int(seed), int(increment)),
        computed=definition,
        persisted=bool(persisted),
        default_id=default_id,
        default_sql=default_sql,
    )


def _index(document: dict[str, Any]) -> Index:
    columns = document["columns"] or []
    keys = [column for column in columns if column[1] > 0]
    return Index(
        id=document["id"],
        name=document["name"],
        columns=tuple(column[0] for column in keys),
        unique=bool(document["unique"]),
        primary_key=bool(document["primary_key"]),
        constraint_id=document["constraint_id"],
        filter=document["filter"],
        included=tuple(column[0] for column in columns if column[1] == 0),
        descending=tuple(bool(column[2]) for column in keys),
    )
