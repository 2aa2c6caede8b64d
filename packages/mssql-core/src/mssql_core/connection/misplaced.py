"""Settings in the wrong place or form, with messages that say what to write instead."""

import codecs
import difflib
import os
import re
import warnings
from typing import Any, Iterable, Optional, Tuple

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from ..plugin.types import ConnectionSettings
from .connection_string import KEYWORDS

# An option in lower case -> the setting of the alias that is meant: a keyword of the driver, or another library's name.
_ALIAS_SETTINGS = {
    "atomic_requests": "ATOMIC_REQUESTS", "autocommit": "AUTOCOMMIT", "conn_health_checks": "CONN_HEALTH_CHECKS",
    "conn_max_age": "CONN_MAX_AGE", "data source": "HOST", "database": "NAME", "engine": "ENGINE",
    "initial catalog": "NAME", "name": "NAME", "password": "PASSWORD", "pwd": "PASSWORD", "server": "HOST",
    "test": "TEST", "time_zone": "TIME_ZONE", "token": "TOKEN", "uid": "USER", "user id": "USER", "username": "USER",
}  # fmt: skip
_OPTIONS = {
    "application name": "APP", "application_name": "APP", "connect_timeout": "connection_timeout",
    "hostname": "WSID", "login_timeout": "connection_timeout", "multiple active result sets": "MARS_Connection",
    "plugin": "plugins", "read_timeout": "query_timeout", "ssl": "Encrypt", "sslmode": "Encrypt",
    "timeout": "query_timeout", "trust server certificate": "TrustServerCertificate", "use_tls": "Encrypt",
}  # fmt: skip
# Keywords of the driver and the driver manager that have a setting of their own, or only a DSN or a trace needs.
# https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute
_MORE_KEYWORDS = frozenset(
    (
        "accesstoken", "database", "description", "driver", "dsn", "filedsn", "pwd", "querylog_on", "querylogfile",
        "querylogtime", "savefile", "server", "statslog_on", "statslogfile", "trace", "tracefile", "uid",
    )
)  # fmt: skip
_HOST_AND_PORT = re.compile(r"(?!(?:tcp|np|lpc|admin):)(?:[^:,\\\s]+|\[[^\]]+\]):\d+", re.IGNORECASE)
_ENCODING_ARGUMENTS = {"setencoding": ("encoding", "ctype"), "setdecoding": ("sqltype", "encoding", "ctype")}


def where_option_belongs(alias: str, name: str) -> Optional[str]:
    """A sentence that says where an option belongs, or None.

    :param name: as it stands among the OPTIONS of the alias.
    """
    setting = _ALIAS_SETTINGS.get(name.casefold())
    if setting:
        return "It belongs to the alias itself: DATABASES[%r][%r]." % (alias, setting)
    option = _OPTIONS.get(name.casefold())
    return "The option is called %r." % option if option else None


def check_keywords(where: str, pairs: Iterable[Tuple[str, Any]], driver: Optional[str]) -> None:
    """Refuse keywords that the ODBC driver would silently ignore.

    No message shows one: what reads as a keyword may be the rest of a password.

    :param where: the setting, for the message.
    :param pairs: as :func:`connection_string.parse` gives them.
    :param driver: OPTIONS['driver']; another maker's driver has keywords of its own.
    :raises ImproperlyConfigured: a keyword that is nearly one of the driver's.
    """
    if driver and "for SQL Server" not in driver and "msodbcsql" not in driver:
        return
    for position, (key, _) in enumerate(pairs, 1):
        if key.casefold() in KEYWORDS or key.casefold() in _MORE_KEYWORDS:
            continue
        nearest = difflib.get_close_matches(key.casefold(), KEYWORDS, 1, 0.75)
        text = "%s: part %d has a keyword that the Microsoft ODBC driver does not know" % (where, position)
        if nearest:
            raise ImproperlyConfigured("%s. Did you mean %s?" % (text, KEYWORDS[nearest[0]]))
        warnings.warn("%s, and will ignore." % text, RuntimeWarning, stacklevel=2)


def check_host(alias: str, host: str, port: str) -> None:
    """Refuse a HOST that the driver would misread.

    :param port: the text of PORT, perhaps empty.
    :raises ImproperlyConfigured: ``host:port``, or a port in HOST and in PORT.
    """
    where = "DATABASES[%r]['HOST']" % alias
    if _HOST_AND_PORT.fullmatch(host):
        address, _, number = host.rpartition(":")
        raise ImproperlyConfigured(
            "%s is %r, which the driver takes for one name; write %r there, and %r into 'PORT'."
            % (where, host, address, number)
        )
    if port and "," in host:
        raise ImproperlyConfigured("%s is %r and has a port, as PORT has (%s); remove one." % (where, host, port))


def ignored_instance(settings: ConnectionSettings) -> Optional[str]:
    """The instance in HOST that the driver ignores because PORT is set; else None.

    https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute (Server)
    """
    _, backslash, instance = settings.host.partition("\\")
    return instance if backslash and settings.port else None


def check_encodings(where: str, method: str, value: Any) -> None:
    """Check the value of OPTIONS['setencoding'] or ['setdecoding'].

    :param method: of pyodbc's connection.
    :raises ImproperlyConfigured: no list of dicts of the method's arguments, or an unknown codec.
    """
    known = _ENCODING_ARGUMENTS[method]
    example = "[{%s'encoding': 'utf-8'}]" % ("'sqltype': pyodbc.SQL_CHAR, " if method == "setdecoding" else "")
    if not isinstance(value, (list, tuple)) or not all(isinstance(arguments, dict) for arguments in value):
        raise ImproperlyConfigured("%s has to be a list of dicts, for example %s." % (where, example))
    for arguments in value:
        unknown = sorted(str(name) for name in arguments if name not in known)
        if unknown:
            raise ImproperlyConfigured("%s has no %r; it takes: %s." % (where, unknown[0], ", ".join(known)))
        missing = "sqltype" if method == "setdecoding" and "sqltype" not in arguments else None
        if missing:
            raise ImproperlyConfigured("%s lacks %r, for example %s." % (where, missing, example))
        for name in ("sqltype", "ctype"):
            if not isinstance(arguments.get(name, 0), int):
                raise ImproperlyConfigured("%s has no number as %r; see pyodbc.SQL_CHAR and its kin." % (where, name))
        if "encoding" in arguments:
            _check_codec(where, arguments["encoding"])


def _check_codec(where: str, name: str) -> None:
    try:
        codecs.lookup(name)
    except (LookupError, TypeError):
        raise ImproperlyConfigured("%s names the encoding %r, which Python does not know." % (where, name)) from None


def application_name() -> str:
    """What the server's views show as the program: the project's package, by its settings or URLs.

    https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-exec-sessions-transact-sql
    """
    module = os.environ.get("DJANGO_SETTINGS_MODULE") or getattr(django_settings, "ROOT_URLCONF", None) or "Django"
    return module.partition(".")[0]
