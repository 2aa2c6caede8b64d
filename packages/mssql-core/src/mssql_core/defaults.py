"""Core's own answers to its hooks, asked after all plugins."""

from . import errors
from .plugin import Credentials, hookimpl

# Modes of the driver that take no password.
# https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
_PASSWORDLESS = (
    "activedirectoryintegrated",
    "activedirectoryinteractive",
    "activedirectorymsi",
    "activedirectorymanagedidentity",
    "activedirectorydefault",
    "activedirectorydevicecodeflow",
)


class Defaults:
    @hookimpl
    def mssql_driver(self, settings):
        from .driver import PyodbcDriver

        return PyodbcDriver()

    @hookimpl
    def mssql_credentials(self, settings):
        """A token, an Entra mode of the driver, user and password, or the login of the operating system."""
        if settings.token:
            return Credentials(access_token=settings.token() if callable(settings.token) else settings.token)
        authentication = settings.options.get("Authentication")
        keywords = {}
        if authentication:
            # Trusted_Connection beside Authentication is refused by the driver (FA001).
            keywords["Authentication"] = authentication
        elif not settings.user:
            keywords["Trusted_Connection"] = settings.options.get("Trusted_Connection", "yes")
        if settings.user:
            keywords["UID"] = settings.user
            if not authentication or authentication.casefold() not in _PASSWORDLESS:
                keywords["PWD"] = settings.password
        return Credentials(keywords)

    @hookimpl
    def mssql_is_transient_error(self, error):
        return getattr(error, "number", None) in errors.TRANSIENT
