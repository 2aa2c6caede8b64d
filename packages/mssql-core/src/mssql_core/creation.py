"""Test databases: creation, clones for parallel tests, and removal."""

import itertools
import sys
from typing import Any, Iterator, Sequence, Tuple

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError
from django.db.backends.base.creation import BaseDatabaseCreation

from .literals import with_texts
from .names import create_schema_sql, quote_bare
from .plugin.django_types import Cursor

_COLLATION_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


class DatabaseCreation(BaseDatabaseCreation):
    def sql_table_creation_suffix(self) -> str:
        """
        Return the COLLATE clause that TEST["COLLATION"] asks for.

        :raises ImproperlyConfigured: it is not the name of a collation.
        """
        collation = self.connection.settings_dict["TEST"].get("COLLATION")
        if not collation:
            return ""
        if not _COLLATION_CHARACTERS.issuperset(collation):
            raise ImproperlyConfigured(
                "DATABASES[%r]['TEST']['COLLATION'] is not the name of a collation: "
                "%r. SELECT name FROM sys.fn_helpcollations() lists them." % (self.connection.alias, collation)
            )
        return "COLLATE %s" % collation

    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        name: str = self._get_test_db_name()
        with self._nodb_cursor() as cursor:
            if self._exists(cursor, name):
                if keepdb:
                    self._create_schema(name)
                    return name
                self._confirm_removal(name, verbosity, autoclobber)
                self._drop_database(cursor, name)
            self.connection.forget_database(name)
            self._execute_create_test_db(
                cursor,
                {
                    "dbname": quote_bare(name),
                    "suffix": self.sql_table_creation_suffix(),
                },
                keepdb,
            )
        self._create_schema(name)
        return name

    def _create_schema(self, database: str) -> None:
        """Create the alias's schema, which the cache tables need."""
        schema = self.connection.ops.schema_option
        if schema is None:
            return
        other = self.connection.copy()
        other.settings_dict["NAME"] = database
        try:
            with other.cursor() as cursor:
                cursor.execute(create_schema_sql(schema))
        finally:
            other.close()

    def _confirm_removal(self, name: str, verbosity: int, autoclobber: bool) -> None:
        if not autoclobber:
            answer = input("The test database '%s' exists already. Type 'yes' to delete it, or 'no' to cancel: " % name)
            if answer != "yes":
                self.log("Tests cancelled.")
                sys.exit(1)
        if verbosity >= 1:
            self.log("Destroying old test database for alias %s..." % self._get_database_display_str(verbosity, name))

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:
            self._drop_database(cursor, test_database_name)

    def _exists(self, cursor: Cursor, name: str) -> bool:
        cursor.execute("SELECT 1 FROM sys.databases WHERE name = %s", [name])
        return cursor.fetchone() is not None

    def _drop_database(self, cursor: Cursor, name: str) -> None:
        """Drop a database, ending the sessions that still use it."""
        quoted = quote_bare(name)
        if cursor.db.server.edition.can_set_single_user:
            # Pooled connections would otherwise hold it (error 3702).
            cursor.execute("ALTER DATABASE %s SET SINGLE_USER WITH ROLLBACK IMMEDIATE" % quoted)
        cursor.execute("DROP DATABASE %s" % quoted)
        self.connection.forget_database(name)

    # Clones

    def _clone_test_db(self, suffix: str, verbosity: int, keepdb: bool = False) -> None:
        source = self.connection.settings_dict["NAME"]
        target = self.get_test_db_clone_settings(suffix)["NAME"]
        with self._nodb_cursor() as cursor:
            if self._exists(cursor, target):
                if keepdb:
                    return
                if verbosity >= 1:
                    self.log(
                        "Destroying old test database for alias %s..."
                        % self._get_database_display_str(verbosity, target)
                    )
                self._drop_database(cursor, target)
            self.copy_database(cursor, source, target)

    def copy_database(self, cursor: Cursor, source: str, target: str) -> None:
        """
        Copy the test database by the server's own means, or build it again.

        Plugins may extend it, for what a service needs besides.

        :param cursor: of a connection to no database in particular.
        :param source: the database's name.
        :param target: the name of the copy, which does not exist.
        """
        self.connection.forget_database(target)
        if cursor.db.server.edition.copies_databases:
            self._copy_in_azure(cursor, source, target)
            return
        try:
            self._copy_by_backup(cursor, source, target)
        except DatabaseError as error:
            self.log("No copy by backup (%s); running the migrations again." % error)
            if self._exists(cursor, target):
                self._drop_database(cursor, target)
            self._build_again(cursor, target)

    def _build_again(self, cursor: Cursor, name: str) -> None:
        """Make an empty database and migrate it."""
        cursor.execute("CREATE DATABASE %s %s" % (quote_bare(name), self.sql_table_creation_suffix()))
        self._create_schema(name)
        connection = self.connection
        source = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            call_command(
                "migrate",
                verbosity=0,
                interactive=False,
                database=connection.alias,
                run_syncdb=True,
            )
            call_command("createcachetable", verbosity=0, database=connection.alias)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = source

    def _copy_in_azure(self, cursor: Cursor, source: str, target: str) -> None:
        """Copy inside the service; the copy is usable once it is online."""
        cursor.execute("CREATE DATABASE %s AS COPY OF %s" % (quote_bare(target), quote_bare(source)))
        cursor.execute(
            "WHILE EXISTS (SELECT 1 FROM sys.databases WHERE name = %s "
            "AND state_desc = N'COPYING') WAITFOR DELAY '00:00:02'",
            [target],
        )

    def _copy_by_backup(self, cursor: Cursor, source: str, target: str) -> None:
        """
        Copy by a backup in the server's own folder, restored under a new name.

        The file is written again for each clone (INIT) and stays in the folder
        until the next run: T-SQL deletes no files.
        """
        cursor.execute(
            "SELECT name, physical_name, type_desc, "
            "CAST(SERVERPROPERTY('InstanceDefaultDataPath') AS nvarchar(4000)), "
            "CAST(SERVERPROPERTY('InstanceDefaultLogPath') AS nvarchar(4000)), "
            "CAST(SERVERPROPERTY('InstanceDefaultBackupPath') AS nvarchar(4000)) "
            "FROM sys.master_files WHERE database_id = DB_ID(%s)",
            [source],
        )
        files = [tuple(file) for file in cursor.fetchall()]
        backup = "%s.clone.bak" % source
        moves = list(_moved_files(files, target))
        source, target = (quote_bare(name).replace("%", "%%") for name in (source, target))
        cursor.execute(with_texts("BACKUP DATABASE %s TO DISK = %%s WITH INIT, FORMAT, COPY_ONLY" % source, backup))
        restore = "RESTORE DATABASE %s FROM DISK = %%s WITH REPLACE, RECOVERY, %s" % (
            target,
            ", ".join(["MOVE %s TO %s"] * len(moves)),
        )
        cursor.execute(with_texts(restore, backup, *itertools.chain.from_iterable(moves)))


def _moved_files(files: Sequence[Tuple[Any, ...]], target: str) -> Iterator[Tuple[str, str]]:
    """Yield (logical name, new path) for the files of a copied database."""
    for number, (name, physical_name, kind, data, log, _) in enumerate(files):
        folder = (log if kind == "LOG" else data) or _folder(physical_name)
        extension = "ldf" if kind == "LOG" else "mdf" if number == 0 else "ndf"
        yield name, "%s%s_%d.%s" % (folder, target, number, extension)


def _folder(path: str) -> str:
    separator = "\\" if "\\" in path else "/"
    return path.rpartition(separator)[0] + separator
