"""What each service has, where it differs from the newest SQL Server.

The version number tells nothing (12.0 on all of them), so each row carries its source.
"""

from mssql_core.plugin import Capability, Edition

_AZURE = {
    # json-data-type, "Applies to": Azure SQL Database, SQL database in Fabric.
    Capability.JSON_TYPE: True,
    # json-arrayagg-transact-sql and json-objectagg-transact-sql, "Applies to".
    Capability.JSON_AGGREGATES: True,
    # json-contains-transact-sql, "Applies to": SQL Server 2025 alone.
    Capability.JSON_CONTAINS: False,
}
CAPABILITIES = {
    Edition.AZURE_SQL_DATABASE: _AZURE,
    Edition.FABRIC_SQL_DATABASE: {
        **_AZURE,
        # Databases are made in the portal, by REST or CLI.
        # https://learn.microsoft.com/fabric/database/sql/limitations
        Capability.CREATE_DATABASE: False,
    },
}


def capabilities(server):
    """Capability -> whether this server has it, for what the version does not tell."""
    return CAPABILITIES.get(server.edition, {})
