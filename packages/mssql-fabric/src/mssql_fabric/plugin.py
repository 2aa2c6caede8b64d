"""The hooks of mssql-fabric."""

from mssql_core.plugin import Edition, hookimpl

from . import checks, editions
from .creation import ExistingDatabases
from .transient import NUMBERS


class FabricPlugin:
    """Azure SQL Database, Managed Instance and SQL database in Fabric."""

    @hookimpl
    def mssql_capabilities(self, server):
        return editions.capabilities(server)

    @hookimpl
    def mssql_features(self):
        return {"can_clone_databases": lambda server: server.edition is not Edition.FABRIC_SQL_DATABASE}

    @hookimpl
    def mssql_mixins(self):
        return {"creation": ExistingDatabases}

    @hookimpl
    def mssql_checks(self, settings):
        return checks.check(settings)

    @hookimpl
    def mssql_connection_keywords(self, settings):
        # Idle connections are cut by the gateways; the driver opens them again.
        # https://learn.microsoft.com/sql/connect/odbc/connection-resiliency
        return {"ConnectRetryCount": "3", "ConnectRetryInterval": "10"}

    @hookimpl
    def mssql_is_transient_error(self, error):
        return True if getattr(error, "number", None) in NUMBERS else None
