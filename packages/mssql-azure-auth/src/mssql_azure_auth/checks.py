"""System checks of settings, before connecting."""

from typing import List

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import ConnectionSettings

from .alias import complete
from .kinds import MODES
from .options import Options


def check(options: Options, settings: ConnectionSettings) -> List[checks.CheckMessage]:
    """Check messages for one alias."""
    messages = _of_completion(options, settings)
    where = "DATABASES[%r]" % settings.alias
    kind = options.get("credential") or MODES.get(settings.authentication.casefold())
    if kind == "password":
        # https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
        messages.append(
            checks.Warning(
                "%s signs in by user and password, which Entra ID no longer advises and multifactor rules refuse."
                % where,
                hint="Use a managed identity or a service principal.",
                id="mssql_azure_auth.W001",
            )
        )
    if options.get("token") and not callable(options["token"]):
        messages.append(
            checks.Warning(
                "%s has an access token as text: no new connection opens once it has expired." % where,
                hint="Give 'token' a function, or use 'credential'.",
                id="mssql_azure_auth.W002",
            )
        )
    trusted = str(settings.options.get("Trusted_Connection", "")).casefold()
    if trusted in ("yes", "true", "sspi") and ("token" in options or options.get("credential")):
        messages.append(
            checks.Warning(
                "%s: Trusted_Connection has no effect beside the plugin 'azure'." % where,
                hint="Remove one of them.",
                id="mssql_azure_auth.W003",
            )
        )
    return messages


def _of_completion(options: Options, settings: ConnectionSettings) -> List[checks.CheckMessage]:
    """The error that the first connection would raise."""
    if "token" in options:
        return []
    try:
        complete(options, settings)
    except ImproperlyConfigured as error:
        return [checks.Error("DATABASES[%r]: %s" % (settings.alias, error), id="mssql_azure_auth.E001")]
    return []
