"""The hooks of mssql-azure-auth."""

from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import Credentials, hookimpl

from . import credentials

OPTIONS = ("token", "credential", "client_id", "tenant_id", "client_secret", "scope")


class AzurePlugin:
    """Access tokens for new connections.

    :param token: an access token, or a function that returns one.
    :param credential: default, managed_identity or service_principal (azure-identity).
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
        self._token = options.get("token")
        self._source = credentials.source(options) if options.get("credential") else None

    def __repr__(self):
        return "<AzurePlugin>"

    @hookimpl
    def mssql_credentials(self, settings):
        if self._token is None and self._source is None:
            return None
        conflicting = [name for name in ("Authentication", "trusted_connection") if name in settings.options]
        if settings.user:
            conflicting.append("USER")
        if conflicting:
            raise ImproperlyConfigured(
                "DATABASES[%r]: the plugin 'azure' gives an access token, which excludes %s; remove one of them."
                % (settings.alias, " and ".join(conflicting))
            )
        if self._source is not None:
            return Credentials(access_token=self._source())
        return Credentials(access_token=self._token() if callable(self._token) else self._token)
