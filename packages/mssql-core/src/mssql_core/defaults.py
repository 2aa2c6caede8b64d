"""Core's own answers to its hooks, asked after all plugins."""

from .connection import authentication, drivers
from .plugin import hookimpl


class Defaults:
    @hookimpl
    def mssql_driver(self, settings):
        return drivers.choose(settings.alias, settings.options.get("python_driver"))

    @hookimpl
    def mssql_credentials(self, settings):
        """A token, a mode of the driver, user and password, or the login of the operating system."""
        return authentication.credentials(settings)

    @hookimpl
    def mssql_is_transient_error(self, error):
        return getattr(error, "may_connect_later", False)

    @hookimpl
    def mssql_retry_delay(self, settings):
        return settings.options.get("connection_retry_backoff_time", 5)
