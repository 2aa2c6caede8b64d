"""The service behind a host name, known before connecting.

https://learn.microsoft.com/azure/azure-sql/database/failover-group-sql-db
https://learn.microsoft.com/fabric/database/sql/connect
"""

import re

FABRIC = ".database.fabric.microsoft.com"
WAREHOUSE = ".datawarehouse.fabric.microsoft.com"
_SECONDARY = re.compile(r"\.secondary(\.[0-9a-f]+)?\.database\.")
_AZURE = re.compile(r"\.database\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$")


def name(host: str) -> str:
    """The bare name in HOST, without protocol, port and trailing dot."""
    return host.lower().rpartition(":")[2].partition(",")[0].rstrip(".")


def is_warehouse(host: str) -> bool:
    return name(host).endswith(WAREHOUSE)


def is_fabric(host: str) -> bool:
    return name(host).endswith(FABRIC)


def is_azure(host: str) -> bool:
    """Whether the host is Azure SQL Database or Managed Instance, in any national cloud."""
    return bool(_AZURE.search(name(host)))


def is_secondary(host: str) -> bool:
    """Whether the host is the read-only listener of a failover group."""
    return bool(_SECONDARY.search(name(host)))


def is_service(host: str) -> bool:
    return is_azure(host) or is_fabric(host) or is_warehouse(host)
