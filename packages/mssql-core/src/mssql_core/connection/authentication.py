"""Authentication: the one method that the settings select.

An access token, a mode of the driver, a SQL login, or the operating system's login. An explicit way wins over
``Trusted_Connection``, as with mssql-django; two explicit ones are refused before anything is sent.
https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
"""

import time
from typing import Any, Dict, Iterator, Optional

from django.core.exceptions import ImproperlyConfigured

from ..plugin import Credentials, Secret, expires_on
from ..plugin.types import ConnectionSettings

# Modes in which the driver asks for no password.
_PASSWORDLESS = frozenset(
    (
        "activedirectorydefault",
        "activedirectorydevicecodeflow",
        "activedirectorydeviceflow",
        "activedirectoryintegrated",
        "activedirectoryinteractive",
        "activedirectorymanagedidentity",
        "activedirectorymsi",
        "activedirectoryworkloadidentity",
    )
)
# The driver refuses these without user and password (FA003).
_WITH_PASSWORD = frozenset(("activedirectorypassword", "activedirectoryserviceprincipal", "sqlpassword"))


def check(settings: ConnectionSettings) -> None:
    """Refuse two explicit methods, and an incomplete one.

    :raises ImproperlyConfigured: naming both settings, or the one that is missing.
    """
    extra = settings.extra_value
    if settings.token == "":
        raise _refused(settings, "TOKEN is empty; remove it, or give it a token.")
    if settings.token is not None:
        for name in _beside_a_token(settings):
            # FA005 of the driver.
            raise _conflict(settings, "TOKEN", name)
    option = settings.options.get("Authentication") or ""
    mode = extra("Authentication")
    if option and mode and option.casefold() != mode.casefold():
        raise _conflict(settings, "OPTIONS['Authentication']", "OPTIONS['extra_params']: Authentication")
    if settings.user and extra("UID") and settings.user != extra("UID"):
        raise _conflict(settings, "USER", "OPTIONS['extra_params']: UID")
    if settings.authentication:
        _check_mode(settings)


def _check_mode(settings: ConnectionSettings) -> None:
    if _is_yes(settings.extra_value("Trusted_Connection")):
        # FA001 of the driver.
        raise _conflict(settings, "Authentication", "OPTIONS['extra_params']: Trusted_Connection")
    if settings.authentication.casefold() not in _WITH_PASSWORD:
        return
    given = {"USER": settings.user or settings.extra_value("UID")}
    given["PASSWORD"] = settings.password or settings.extra_value("PWD")
    for name, value in given.items():
        if not value:
            raise _refused(settings, "Authentication = %s needs %s." % (settings.authentication, name))


def _beside_a_token(settings: ConnectionSettings) -> Iterator[str]:
    if settings.user:
        yield "USER"
    if settings.options.get("Authentication"):
        yield "OPTIONS['Authentication']"
    for name in ("Authentication", "UID", "PWD"):
        if settings.extra_value(name):
            yield "OPTIONS['extra_params']: %s" % name
    if _is_yes(settings.extra_value("Trusted_Connection")):
        yield "OPTIONS['extra_params']: Trusted_Connection"


def _is_yes(value: str) -> bool:
    return value.casefold() in ("yes", "true", "sspi")


def _conflict(settings: ConnectionSettings, first: str, second: str) -> ImproperlyConfigured:
    return _refused(settings, "%s excludes %s; remove one of them." % (first, second))


def _refused(settings: ConnectionSettings, text: str) -> ImproperlyConfigured:
    return ImproperlyConfigured("DATABASES[%r]: %s" % (settings.alias, text))


def credentials(settings: ConnectionSettings) -> Credentials:
    """The credentials of the settings alone, without plugins; see :func:`check`.

    :raises ImproperlyConfigured: the function in TOKEN returned no string.
    """
    if settings.token is not None:
        return _token(settings)
    keywords: Dict[str, Any] = {}
    mode = settings.authentication
    if mode:
        # Trusted_Connection beside Authentication is refused by the driver (FA001).
        keywords["Authentication"] = mode
    elif not (settings.user or settings.extra_value("UID")):
        keywords["Trusted_Connection"] = settings.options.get("Trusted_Connection", "yes")
    if settings.user:
        keywords["UID"] = settings.user
        if mode.casefold() not in _PASSWORDLESS:
            keywords["PWD"] = settings.password
    return Credentials(keywords)


def _token(settings: ConnectionSettings) -> Credentials:
    token = Secret(settings.token() if callable(settings.token) else settings.token)
    if not isinstance(token.reveal(), str) or not token:
        raise _refused(settings, "TOKEN gave no text but %s." % type(token.reveal()).__name__)
    end = expires_on(token)
    return Credentials(access_token=token, max_age=None if end is None else max(0.0, end - time.time()))


def without_effect(settings: ConnectionSettings) -> Optional[str]:
    """The setting Trusted_Connection where an explicit method overrides it; else None."""
    if not _is_yes(str(settings.options.get("Trusted_Connection", ""))):
        return None
    if settings.token is not None:
        return "TOKEN"
    if settings.authentication:
        return "Authentication"
    return "USER" if settings.user else None
