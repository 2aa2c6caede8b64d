"""System checks of settings, before connecting."""

from typing import Iterator, List

from django.core import checks

from mssql_core.plugin import ConnectionSettings

from . import hosts
from .options import Options


def check(settings: ConnectionSettings, options: Options) -> List[checks.CheckMessage]:
    """Check messages for the settings of one alias."""
    if hosts.is_warehouse(settings.host):
        return list(_of_warehouse(settings, options))
    return list(_of_database(settings))


def _of_warehouse(settings: ConnectionSettings, options: Options) -> Iterator[checks.CheckMessage]:
    where = "DATABASES[%r]" % settings.alias
    if options.warehouse != "read":
        yield checks.Error(
            "%s['HOST'] is a warehouse or SQL analytics endpoint, which enforces no keys." % where,
            hint="Use a SQL database in Fabric (%s) or Azure SQL; or read it: {'fabric': {'warehouse': 'read'}}."
            % hosts.FABRIC[1:],
            id="mssql_fabric.E001",
        )
    if settings.options.get("isolation_level"):
        # https://learn.microsoft.com/fabric/data-warehouse/tsql-surface-area ("SET TRANSACTION ISOLATION LEVEL")
        yield checks.Error(
            "%s['OPTIONS']['isolation_level'] is %s; warehouses have SNAPSHOT alone, and take no statement for it."
            % (where, settings.options["isolation_level"]),
            hint="Remove it.",
            id="mssql_fabric.E004",
        )


def _of_database(settings: ConnectionSettings) -> Iterator[checks.CheckMessage]:
    where = "DATABASES[%r]" % settings.alias
    intent = settings.options.get("ApplicationIntent") or settings.extra_value("ApplicationIntent")
    if hosts.is_secondary(settings.host) and intent.casefold() == "readwrite":
        yield checks.Warning(
            "%s['HOST'] is the read-only listener of a failover group, and ApplicationIntent is ReadWrite." % where,
            hint="Remove ApplicationIntent, or use the listener without '.secondary'.",
            id="mssql_fabric.W001",
        )


def of_login(settings: ConnectionSettings) -> List[checks.CheckMessage]:
    """The message for a SQL login on a service without SQL logins; for an alias that no plugin signs in."""
    who = "SQL database in Fabric has" if hosts.is_fabric(settings.host) else "a warehouse has"
    if not (hosts.is_fabric(settings.host) or hosts.is_warehouse(settings.host)):
        return []
    # https://learn.microsoft.com/fabric/database/sql/authentication
    if not settings.user or settings.token or settings.authentication.casefold() not in ("", "sqlpassword"):
        return []
    return [
        checks.Error(
            "DATABASES[%r]['USER']: %s no SQL logins." % (settings.alias, who),
            hint="Use the plugin 'azure', TOKEN, or OPTIONS['Authentication'] with an Entra principal.",
            id="mssql_fabric.E002",
        )
    ]
