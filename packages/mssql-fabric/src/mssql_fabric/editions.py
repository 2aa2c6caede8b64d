"""Capabilities of each service that differ from those of the newest SQL Server.

EngineEdition decides, since all of them have the version 12.0; each row has its source.
https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql
"""

from typing import Dict

from mssql_core.plugin import Capability, Edition, ServerInfo

_DATABASES = {
    # json-data-type, "Applies to": Azure SQL Database, SQL database in Fabric.
    Capability.JSON_TYPE: True,
    # json-arrayagg-transact-sql and json-objectagg-transact-sql, "Applies to".
    Capability.JSON_AGGREGATES: True,
    # json-contains-transact-sql, "Applies to": SQL Server 2025 alone.
    Capability.JSON_CONTAINS: False,
}
# The capabilities that a warehouse's documentation lists; others are not used.
_IN_WAREHOUSES = frozenset(
    (
        # openjson-transact-sql, "Applies to": SQL analytics endpoint, Warehouse in Microsoft Fabric.
        Capability.OPENJSON,
        # string-split-transact-sql, string-agg-transact-sql, concat-ws-transact-sql, "Applies to".
        Capability.STRING_SPLIT,
        Capability.STRING_AGG,
        Capability.CONCAT_WS,
        # translate-transact-sql, trim-transact-sql, "Applies to".
        Capability.TRANSLATE,
        Capability.TRIM,
        # data-warehouse/data-types: char and varchar have the collation Latin1_General_100_BIN2_UTF8.
        Capability.UTF8_COLLATION,
        # datetrunc-transact-sql, date-bucket-transact-sql, "Applies to".
        Capability.DATETRUNC,
        Capability.DATE_BUCKET,
    )
)
CAPABILITIES: Dict[Edition, Dict[Capability, bool]] = {
    Edition.AZURE_SQL_DATABASE: _DATABASES,
    # json-contains-transact-sql; the update policy decides the rest, which core knows.
    Edition.MANAGED_INSTANCE: {Capability.JSON_CONTAINS: False},
    Edition.FABRIC_SQL_DATABASE: {
        **_DATABASES,
        # Databases are made in the portal, by REST or CLI.
        # https://learn.microsoft.com/fabric/database/sql/limitations
        Capability.CREATE_DATABASE: False,
    },
    Edition.FABRIC_WAREHOUSE: {
        capability: capability in _IN_WAREHOUSES
        for capability in Capability
        if capability is not Capability.WAREHOUSE_READING
    },
}


def capabilities(server: ServerInfo, reads_warehouse: bool = False) -> Dict[Capability, bool]:
    """Capability -> whether this server has it, for those that do not depend on the version alone.

    :param reads_warehouse: whether a warehouse may be read, although it enforces no keys.
    """
    known = dict(CAPABILITIES.get(server.edition, {}))
    if server.edition is Edition.FABRIC_WAREHOUSE:
        known[Capability.WAREHOUSE_READING] = reads_warehouse
    return known


def has_filegroups(edition: Edition) -> bool:
    """Whether there are filegroups besides PRIMARY.

    https://learn.microsoft.com/fabric/database/sql/limitations ("Files and file groups": Primary file group only).
    """
    return edition not in (Edition.AZURE_SQL_DATABASE, Edition.FABRIC_SQL_DATABASE, Edition.FABRIC_WAREHOUSE)
