"""The hooks of mssql-azure-auth."""

from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import Credentials, hookimpl

from . import credentials
from .client import EntraClient

OPTIONS = ("token", "credential", "client_id", "tenant_id", "client_secret", "scope")


class AzurePlugin:
    """Access tokens of Microsoft Entra ID for new connections.

    :param token: an access token, or a function that returns one for each connection.
    :param credential: a name of ``credentials.KINDS`` (tokens by azure-identity), or an object with ``get_token()``.
    :param scope: of the token, by default that of Azure SQL and Fabric.
    :raises ImproperlyConfigured: unknown, missing or conflicting options.
    """

    def __init__(self, **options):
        unknown = sorted(set(options) - set(OPTIONS))
        if unknown:
            raise ImproperlyConfigured(
                "The plugin 'azure' has no option %s; it has: %s." % (", ".join(unknown), ", ".join(OPTIONS))
            )
        if options.get("token") and options.get("credential"):
            raise ImproperlyConfigured("The plugin 'azure' takes either 'token' or 'credential', not both.")
        if options.get("credential"):
            credentials.check(options)
        elif not options.get("token") and options:
            raise ImproperlyConfigured("The plugin 'azure' needs 'credential' beside %s." % ", ".join(sorted(options)))
        self._options = options

    def __repr__(self):
        return "<AzurePlugin>"

    @hookimpl
    def mssql_mixins(self):
        return {"client": EntraClient}

    @hookimpl
    def mssql_credentials(self, settings):
        """A fresh token for each connection; without options core decides."""
        if not self._options:
            return None
        conflicting = [name for name in ("Authentication", "Trusted_Connection") if name in settings.options]
        if settings.user:
            conflicting.append("USER")
        if settings.token:
            conflicting.append("TOKEN")
        if conflicting:
            # The driver refuses a token beside them (FA005).
            raise ImproperlyConfigured(
                "DATABASES[%r]: the plugin 'azure' gives an access token, which excludes %s; remove one of them."
                % (settings.alias, " and ".join(conflicting))
            )
        return Credentials(access_token=self._token(settings.alias))

    def _token(self, alias):
        if self._options.get("credential"):
            return credentials.token(self._options)
        token = self._options["token"]
        token = token() if callable(token) else token
        if not isinstance(token, str) or not token:
            raise ImproperlyConfigured(
                "DATABASES[%r]: the option 'token' of the plugin 'azure' gave no text but %s."
                % (alias, type(token).__name__)
            )
        return token
