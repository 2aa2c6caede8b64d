"""The databases of a cluster: created from the template, their properties in their comments."""

import json
import threading
from dataclasses import dataclass, replace
from typing import Callable

import psycopg

from ..catalog import first_value
from ..catalog.model import name_key
from ..errors import SqlServerError
from .postgres import Cluster

SYSTEM_DATABASES = {"master": 1, "tempdb": 2, "model": 3, "msdb": 4}


@dataclass(frozen=True)
class Database:
    """Properties as sys.databases shows them; ``engine_name`` is the PostgreSQL database."""

    id: int
    name: str
    collation: str
    compatibility: int
    created: int
    user_access: int = 0  # 0 MULTI_USER, 1 SINGLE_USER, 2 RESTRICTED_USER
    read_only: int = 0
    snapshot: int = 0
    read_committed_snapshot: int = 0
    recovery: int = 1  # 1 FULL, 2 BULK_LOGGED, 3 SIMPLE

    @property
    def engine_name(self) -> str:
        return f"d{self.id}"


class Databases:
    """Finds, creates, changes and drops databases. Thread-safe.

    :param template: PostgreSQL name of the bootstrapped template database.
    """

    def __init__(self, cluster: Cluster, template: str, version: int, collation: str, cloud: bool = False) -> None:
        self.cluster = cluster
        self.collation = collation
        self.version = version
        self.cloud = cloud
        self._template = template
        self._lock = threading.RLock()
        self._connection = cluster.connect("postgres")
        self._by_name: dict[str, Database] = {}
        # Known by name, but created in the engine on the first connection. Until then a role has the properties.
        self._unopened: set[int] = set()

    def close(self) -> None:
        self._connection.close()

    def create_system_databases(self) -> None:
        for name, number in SYSTEM_DATABASES.items():
            self._connection.execute(f"create role d{number}")
            self._unopened.add(number)
            self._remember(self._new(name, number, self.collation, recovery=1 if name == "model" else 3))

    def find(self, name: str) -> Database | None:
        return self._by_name.get(name.casefold())

    def all(self) -> list[Database]:
        return sorted(self._by_name.values(), key=lambda database: database.id)

    def create(self, name: str, collation: str | None = None) -> Database:
        """:raises SqlServerError: 1801 when the name is taken."""
        with self._lock:
            return self._create(name, collation or self.collation)

    def copy(self, source: str, name: str) -> Database:
        """CREATE DATABASE ... AS COPY OF. :raises SqlServerError: 1801, 911."""
        with self._lock:
            original = self.opened(source)
            return self._create(name, original.collation, original.engine_name)

    def existing(self, name: str) -> Database:
        """:raises SqlServerError: 911 when there is none."""
        database = self.find(name)
        if database is None:
            raise SqlServerError(911, name=name)
        return database

    def opened(self, name: str) -> Database:
        """A database to connect to, created in the engine if needed. :raises SqlServerError: 911 when there is none."""
        with self._lock:
            database = self.existing(name)
            if database.id in self._unopened:
                self._create_in_engine(database.id, database.collation)
                self._unopened.remove(database.id)
                self._remember(database)
                self._connection.execute(f"drop role {database.engine_name}")
            return database

    def drop(self, name: str) -> None:
        """:raises SqlServerError: 3701 unknown, 3702 in use, 3708 a system database."""
        with self._lock:
            database = self.find(name)
            if database is None:
                raise SqlServerError(3701, action="drop", kind="database", name=name, state=1)
            if database.id <= 4:
                raise SqlServerError(3708, action="drop", kind="database", name=database.name)
            try:
                self._connection.execute(f"drop database {database.engine_name}")
            except psycopg.errors.ObjectInUse:
                raise SqlServerError(3702, name=database.name) from None
            del self._by_name[database.name.casefold()]

    def change(self, name: str, /, **properties: object) -> Database:
        """Set properties; a new ``name`` renames the database."""
        with self._lock:
            database = self.existing(name)
            changed = replace(database, **properties)  # type: ignore[arg-type]
            if changed.name.casefold() != database.name.casefold() and self.find(changed.name):
                raise SqlServerError(1801, name=changed.name, state=1)
            del self._by_name[database.name.casefold()]
            self._remember(changed)
            return changed

    def end_process(self, process: int) -> None:
        """Roll back and end a session's engine process."""
        self._connection.execute("select pg_terminate_backend($1, 5000)", (process,))

    def tell_user_options(self, configured: int, in_use: int) -> None:
        """Show the option in sys.configurations of every database."""
        self._connection.execute(f"comment on role sandbox is '[{configured}, {in_use}]'")

    def _create(self, name: str, collation: str, template: str = "") -> Database:
        if self.find(name):
            raise SqlServerError(1801, name=name)
        used = {database.id for database in self._by_name.values()}
        number = next(number for number in range(5, 32768) if number not in used)
        self._create_in_engine(number, collation, template)
        database = self._new(name, number, collation)
        self._remember(database)
        return database

    def _compare_names(self, number: int, key: Callable[[str], str]) -> None:
        if key is str.casefold:
            return
        body = "name" if key is str else "casefold(translate(name, 'Iİ', 'ıi'))"
        with self.cluster.connect(f"d{number}") as connection:
            connection.execute(
                f"create or replace function ms.key(name text) returns text language sql immutable as $$select {body}$$;"
                "reindex table ms.schemas; reindex table ms.objects; reindex table ms.columns"
            )

    def _create_in_engine(self, number: int, collation: str, template: str = "") -> None:
        self._connection.execute(f"create database d{number} template {template or self._template} strategy file_copy")
        self._connection.execute(f"alter database d{number} set ms.version = '{self.version}'")
        if self.cloud:
            self._connection.execute(f"alter database d{number} set ms.cloud = 'on'")
        if not template:
            self._compare_names(number, name_key(collation))

    def _new(self, name: str, number: int, collation: str, recovery: int = 1) -> Database:
        # Only in the cloud a new database has row versioning:
        # https://learn.microsoft.com/sql/t-sql/statements/alter-database-transact-sql-set-options
        return Database(
            number, name, collation, self.version * 10, self._now(), recovery=recovery,
            snapshot=int(self.cloud or name in ("master", "msdb")), read_committed_snapshot=int(self.cloud),
        )  # fmt: skip

    def _remember(self, database: Database) -> None:
        properties = json.dumps(vars(database)).replace("'", "''")
        kind = "role" if database.id in self._unopened else "database"
        self._connection.execute(f"comment on {kind} {database.engine_name} is '{properties}'")
        self._by_name[database.name.casefold()] = database

    def _now(self) -> int:
        sql = (
            "select (621355968000000000 + round(round(extract(epoch from clock_timestamp()) * 300) * 10000000 / 300))"
            "::bigint"
        )
        return int(first_value(self._connection, sql))
