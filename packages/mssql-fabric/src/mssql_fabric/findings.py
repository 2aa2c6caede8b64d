"""Findings of mssql_doctor about the service tier of a database in Azure SQL."""

from typing import Iterator

from mssql_core.plugin import ConnectionSettings, Edition, ExaminedDatabase, Finding

# https://learn.microsoft.com/sql/t-sql/functions/databasepropertyex-transact-sql
_SERVICE = (
    "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Edition') AS nvarchar(64)), "
    "CAST(DATABASEPROPERTYEX(DB_NAME(), 'ServiceObjective') AS nvarchar(64))"
)
# Resuming takes about a minute: https://learn.microsoft.com/azure/azure-sql/database/serverless-tier-overview
_RESUMING = 60
_SERVERLESS = ("GP_S_", "HS_S_")
_PAGE = "packages/mssql-fabric/docs/index"


def findings(database: ExaminedDatabase, settings: ConnectionSettings) -> Iterator[Finding]:
    """Findings of one database."""
    if database.server.edition is not Edition.AZURE_SQL_DATABASE:
        return
    for edition, objective in database.rows(_SERVICE):
        if edition == "Basic":
            # https://learn.microsoft.com/azure/azure-sql/database/service-tiers-dtu
            yield Finding(
                "The service tier is Basic: the database has at most 2 GB, and 5 DTU.",
                "Watch its size; ALTER DATABASE CURRENT MODIFY (SERVICE_OBJECTIVE = 'S0') before it is full.",
                _PAGE,
            )
        wait = int(settings.options.get("connection_timeout") or 0)
        if (objective or "").startswith(_SERVERLESS) and wait < _RESUMING:
            yield Finding(
                "The database is serverless (%s): it sleeps when nobody uses it, and takes about a minute to wake up."
                % objective,
                "Set OPTIONS['connection_timeout'] = %d, so that the first login waits for it." % _RESUMING,
                _PAGE,
            )
