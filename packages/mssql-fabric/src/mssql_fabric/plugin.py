"""The hooks of mssql-fabric."""

from mssql_core.plugin import Edition, hookimpl

from . import editions
from .transient import NUMBERS


class FabricPlugin:
    """Capabilities by edition, and transient errors of the services."""

    @hookimpl
    def mssql_capabilities(self, server):
        return editions.CAPABILITIES.get(server.edition, {})

    @hookimpl
    def mssql_features(self):
        return {"can_clone_databases": lambda server: server.edition is not Edition.FABRIC_SQL_DATABASE}

    @hookimpl
    def mssql_is_transient_error(self, error):
        return True if getattr(error, "number", None) in NUMBERS else None
