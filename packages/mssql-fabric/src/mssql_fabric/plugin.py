"""The hooks of mssql-fabric."""

from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

from mssql_core.plugin import Capability, ConnectionSettings, Edition, ExaminedDatabase, Finding, ServerInfo, hookimpl

from . import checks, editions, findings, hosts, transient
from .creation import CloudDatabases
from .operations import ReadOnlyCompilers
from .options import read
from .schema import NoChangesHere
from .validation import EditionChecks

# Host, port, database.
_Database = Tuple[str, str, Optional[str]]
# Databases that a connection of this process has opened.
_open: Set[_Database] = set()


class FabricPlugin:
    """Azure SQL Database, Managed Instance, SQL database in Fabric, and reading of warehouses.

    :param options: see ``options.Options``.
    :raises ImproperlyConfigured: unknown, conflicting or wrong options.
    """

    def __init__(self, **options: Any) -> None:
        self.options = read(options)
        self._database: Optional[_Database] = None

    @hookimpl
    def mssql_capabilities(self, server: ServerInfo) -> Dict[Capability, bool]:
        return editions.capabilities(server, self.options.warehouse == "read")

    @hookimpl
    def mssql_features(self) -> Dict[str, Callable[[ServerInfo], bool]]:
        return {"can_clone_databases": lambda server: server.edition is not Edition.FABRIC_SQL_DATABASE}

    @hookimpl
    def mssql_mixins(self) -> Dict[str, type]:
        mixins: Dict[str, type] = {"creation": CloudDatabases, "schema": NoChangesHere, "validation": EditionChecks}
        # Other aliases have no warehouse, and compiling then asks no server.
        return {**mixins, "operations": ReadOnlyCompilers} if self.options.warehouse == "read" else mixins

    @hookimpl
    def mssql_checks(self, settings: ConnectionSettings) -> List[Any]:
        return checks.check(settings, self.options)

    @hookimpl
    def mssql_findings(self, database: ExaminedDatabase, settings: ConnectionSettings) -> Iterator[Finding]:
        return findings.findings(database, settings)

    @hookimpl
    def mssql_connection_keywords(self, settings: ConnectionSettings) -> Dict[str, str]:
        """Keywords for idle connections that a gateway cut, for read-only listeners and for warehouses."""
        self._database = (settings.host, settings.port, settings.name)
        # https://learn.microsoft.com/sql/connect/odbc/connection-resiliency
        keywords = {"ConnectRetryCount": "3", "ConnectRetryInterval": "10"}
        if hosts.is_secondary(settings.host):
            keywords["ApplicationIntent"] = "ReadOnly"
        if hosts.is_warehouse(settings.host):
            # https://learn.microsoft.com/fabric/data-warehouse/connectivity ("MARS is unsupported")
            keywords["MARS_Connection"] = "no"
        return keywords

    @hookimpl
    def mssql_session_sql(self, server: ServerInfo) -> List[str]:
        # A connection is open: its database exists.
        if self._database is not None:
            _open.add(self._database)
        return []

    @hookimpl
    def mssql_is_transient_error(self, error: Exception, settings: ConnectionSettings) -> Optional[bool]:
        was_open = (settings.host, settings.port, settings.name) in _open
        return transient.is_transient(error, was_open, hosts.is_service(settings.host))

    @hookimpl
    def mssql_retry_delay(self, error: Exception, attempt: int, settings: ConnectionSettings) -> Optional[float]:
        first = settings.options.get("connection_retry_backoff_time", 5)
        return transient.delay(getattr(error, "number", None), attempt, first)
