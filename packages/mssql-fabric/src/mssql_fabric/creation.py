"""Test databases where the server cannot make any."""

from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import Capability


class ExistingDatabases:
    """SQL database in Fabric has no CREATE DATABASE: tests use one that is there, and leave it."""

    def _create_test_db(self, verbosity, autoclobber, keepdb=False):
        if self.connection.server.has(Capability.CREATE_DATABASE):
            return super()._create_test_db(verbosity, autoclobber, keepdb)
        name = self._get_test_db_name()
        if not keepdb:
            raise ImproperlyConfigured(
                "DATABASES[%r]: this service cannot create databases. Make %r in the portal (or name another one in "
                "['TEST']['NAME']), and run the tests with --keepdb." % (self.connection.alias, name)
            )
        return name

    def _destroy_test_db(self, test_database_name, verbosity):
        if self.connection.server.has(Capability.CREATE_DATABASE):
            super()._destroy_test_db(test_database_name, verbosity)
