"""Core's own answers to its hooks, asked after all plugins."""

from . import driver, errors
from .plugin import Credentials, hookimpl

_PASSWORDLESS = ("activedirectoryintegrated", "activedirectorymsi", "activedirectoryinteractive")


class Defaults:
    @hookimpl
    def mssql_driver(self, settings):
        return driver.PyodbcDriver()

    @hookimpl
    def mssql_credentials(self, settings):
        """User and password, an Entra mode of the driver, a token, or the login of the operating system."""
        if settings.token:
            return Credentials(access_token=settings.token() if callable(settings.token) else settings.token)
        authentication = settings.options.get("Authentication")
        keywords = {}
        if authentication:
            # Trusted_Connection beside Authentication is refused by the driver (FA001).
            keywords["Authentication"] = authentication
        if settings.user:
            keywords["UID"] = settings.user
            if not authentication or authentication.casefold() not in _PASSWORDLESS:
                keywords["PWD"] = settings.password or ""
        elif not authentication:
            keywords["Trusted_Connection"] = settings.options.get("trusted_connection", "yes")
        return Credentials(keywords)

    @hookimpl
    def mssql_is_transient_error(self, error):
        return getattr(error, "number", None) in errors.TRANSIENT
