"""Core's own implementations of its hooks, called after all plugins."""

from .connection import authentication, drivers
from .plugin import Credentials, Driver, hookimpl
from .plugin.types import ConnectionSettings


class Defaults:
    @hookimpl
    def mssql_driver(self, settings: ConnectionSettings) -> Driver:
        return drivers.choose(settings.alias, settings.options.get("python_driver"))

    @hookimpl
    def mssql_credentials(self, settings: ConnectionSettings) -> Credentials:
        """A token, a mode of the driver, user and password, or the login of the operating system."""
        return authentication.credentials(settings)

    @hookimpl
    def mssql_is_transient_error(self, error: Exception) -> bool:
        return bool(getattr(error, "may_connect_later", False))

    @hookimpl
    def mssql_retry_delay(self, settings: ConnectionSettings) -> float:
        seconds: float = settings.options.get("connection_retry_backoff_time", 5)
        return seconds
