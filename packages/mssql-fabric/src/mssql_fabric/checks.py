"""What the address of the server tells before connecting."""

from django.core import checks

_FABRIC = ".database.fabric.microsoft.com"
_WAREHOUSE = ".datawarehouse.fabric.microsoft.com"


def check(settings):
    """Check messages for the settings of one alias."""
    host = settings.host.lower().rstrip(".")
    if host.endswith(_WAREHOUSE):
        return [
            checks.Error(
                "DATABASES[%r]['HOST'] is a warehouse or SQL analytics endpoint, which enforces no keys."
                % settings.alias,
                hint="Use a SQL database in Fabric (%s) or Azure SQL." % _FABRIC[1:],
                id="mssql_fabric.E001",
            )
        ]
    if host.endswith(_FABRIC) and settings.user and "Authentication" not in settings.options:
        return [
            checks.Error(
                "DATABASES[%r]['USER']: SQL database in Fabric has no SQL logins." % settings.alias,
                hint="Use the plugin 'azure', TOKEN, or OPTIONS['Authentication'] with an Entra principal.",
                id="mssql_fabric.E002",
            )
        ]
    return []
