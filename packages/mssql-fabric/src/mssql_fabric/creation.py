"""Test databases of the services."""

import time
from typing import List

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from mssql_core.plugin import Capability, Cursor, Edition, Mixin, own_plugin

from .options import TestDatabase

_STATE = "SELECT state_desc FROM sys.databases WHERE name = %s"
# Seconds between queries of the state.
_PAUSE = 2


class CloudDatabases(Mixin):
    """Test databases of a service objective on Azure, which take a while; Fabric creates none by T-SQL."""

    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        server = self.connection.server
        if not server.has(Capability.CREATE_DATABASE):
            return self._existing_test_db(keepdb)
        name: str = super()._create_test_db(verbosity, autoclobber, keepdb)
        if server.edition is Edition.AZURE_SQL_DATABASE:
            self._wait_until_online(name)
        return name

    def _existing_test_db(self, keepdb: bool) -> str:
        name: str = self._get_test_db_name()
        if not keepdb:
            raise ImproperlyConfigured(
                "DATABASES[%r]: this service cannot create databases. Make %r in the portal (or name another one in "
                "['TEST']['NAME']), and run the tests with --keepdb." % (self.connection.alias, name)
            )
        return name

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        if self.connection.server.has(Capability.CREATE_DATABASE):
            super()._destroy_test_db(test_database_name, verbosity)

    def sql_table_creation_suffix(self) -> str:
        """The COLLATE clause, and on Azure the clauses of the option ``test_database``.

        https://learn.microsoft.com/sql/t-sql/statements/create-database-transact-sql?view=azuresqldb-current

        :raises ImproperlyConfigured: options of Azure SQL Database for another service.
        """
        clauses = [super().sql_table_creation_suffix(), *_clauses(self._wanted())]
        return " ".join(clause for clause in clauses if clause)

    def _wanted(self) -> TestDatabase:
        wanted: TestDatabase = own_plugin(CloudDatabases, self).options.test_database
        edition = self.connection.server.edition
        if any(_clauses(wanted)) and edition is not Edition.AZURE_SQL_DATABASE:
            # create-database-transact-sql, view azuresqldb-mi-current: COLLATE alone.
            raise ImproperlyConfigured(
                "DATABASES[%r]: 'test_database' of the plugin 'fabric' is for Azure SQL Database, not %s."
                % (self.connection.alias, edition.name)
            )
        return wanted

    def copy_database(self, cursor: Cursor, source: str, target: str) -> None:
        super().copy_database(cursor, source, target)
        if self.connection.server.edition is Edition.AZURE_SQL_DATABASE:
            self._wait_until_online(target)

    def _wait_until_online(self, name: str) -> None:
        """Wait for a new database.

        :raises OperationalError: it is not online in time; the message has its state.
        """
        seconds = self._wanted().wait
        end = time.monotonic() + seconds
        while True:
            with self._nodb_cursor() as cursor:
                cursor.execute(_STATE, [name])
                (state,) = cursor.fetchone() or ("MISSING",)
            if state == "ONLINE":
                return
            if time.monotonic() >= end:
                raise OperationalError(
                    "The test database %r is %s after %d seconds. 'test_database': {'wait': ...} of the plugin 'fabric' "
                    "sets the limit." % (name, state, seconds)
                )
            time.sleep(_PAUSE)


def _clauses(wanted: TestDatabase) -> List[str]:
    """The clauses of CREATE DATABASE behind its name and collation."""
    details = []
    if wanted.edition:
        details.append("EDITION = '%s'" % wanted.edition)
    if wanted.service_objective:
        details.append("SERVICE_OBJECTIVE = '%s'" % wanted.service_objective)
    if wanted.elastic_pool:
        details.append("SERVICE_OBJECTIVE = ELASTIC_POOL (name = [%s])" % wanted.elastic_pool.replace("]", "]]"))
    if wanted.max_size:
        details.append("MAXSIZE = %s" % wanted.max_size)
    return ["(%s)" % ", ".join(details)] if details else []
