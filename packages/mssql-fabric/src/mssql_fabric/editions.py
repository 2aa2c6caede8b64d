"""What each edition has, where it differs from the newest SQL Server."""

from mssql_core.plugin import Capability, Edition

CAPABILITIES = {
    # JSON_CONTAINS: "Applies to SQL Server 2025". https://learn.microsoft.com/sql/t-sql/functions/json-contains-transact-sql
    Edition.AZURE_SQL_DATABASE: {Capability.JSON_TYPE: True, Capability.JSON_CONTAINS: False},
    Edition.FABRIC_SQL_DATABASE: {Capability.JSON_TYPE: True, Capability.JSON_CONTAINS: False},
}
