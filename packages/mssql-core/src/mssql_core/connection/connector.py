"""Opening a connection: attempts, and errors that name the setting and the remedy."""

import logging
import time
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, TypeVar

from django.core.exceptions import ImproperlyConfigured

from .. import errors
from ..plugin import manager
from ..plugin.django_types import Connection
from ..plugin.types import ConnectionSettings, Secret
from . import authentication, connection_string
from . import settings as core_settings

logger = logging.getLogger("mssql_core.connection")

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")

# Number -> what to do; %(alias)s is DATABASES['...'].
_REMEDIES: Dict[Optional[int], str] = {
    4060: "Check %(alias)s['NAME'], and that the login may use this database.",
    4064: "The login's default database cannot be opened: name one in %(alias)s['NAME'].",
    18452: "The server takes no Windows login from here: set %(alias)s['USER'] and ['PASSWORD'], or join the domain.",
    18456: "Check %(alias)s['USER'] and ['PASSWORD'].",
    18470: "The login is disabled; another one goes into %(alias)s['USER'].",
    18486: "The login is locked out.",
    18487: "The password has expired.",
    18488: "The password has to be changed first.",
    40532: "Check %(alias)s['HOST'] and ['USER']: this server does not know the login.",
    40615: "Allow this machine's address in the server's firewall.",
}
_CERTIFICATE = (
    "The server's certificate is not trusted. Install its authority; or, for a server that you know, set "
    "%(alias)s['OPTIONS']['TrustServerCertificate'] = 'yes'."
)
_STRICT_CERTIFICATE = (
    "The server's certificate is not trusted, and Encrypt = 'strict' always checks it. Install its authority, or name the "
    "certificate's file in %(alias)s['OPTIONS']['ServerCertificate']."
)
_TOKEN = "The server refuses the access token of %(alias)s (TOKEN, or the plugin 'azure'): has it expired, is the principal a user there?"
_NO_ENCRYPTION = (
    "The server offers no encryption. Give it a certificate; or, in a network that you trust, set "
    "%(alias)s['OPTIONS']['Encrypt'] = 'no'."
)
_UNREACHABLE = (
    "No SQL Server answers at %(server)s. Check %(alias)s['HOST'] and ['PORT'], that the server listens on TCP, and the firewall between. "
    "OPTIONS['connection_timeout'] bounds the wait, in seconds."
)
_AUTHENTICATION = (
    "The authentication settings of %(alias)s contradict each other: USER, TOKEN, Authentication, Trusted_Connection."
)
_KERBEROS = (
    "Without %(alias)s['USER'] the operating system's login is used, and there is no Kerberos ticket: set USER and "
    "PASSWORD, or get a ticket (kinit)."
)
_MODE = (
    "This ODBC driver has no such Authentication. The plugin 'azure' signs in by more modes: %(alias)s['OPTIONS']['plugins'] "
    "= {'azure': {}} (pip install \"mssql-core[azure]\")."
)
_VALUE = "Check this keyword in %(alias)s['OPTIONS']."
_NO_SQL_SERVER = "What answers at %(server)s is no SQL Server. Check %(alias)s['HOST'] and ['PORT']."
_DATA_SOURCE = (
    "Check %(alias)s['OPTIONS']['dsn'] against the data sources of this machine ('odbcinst -q -s' lists them, 'odbcinst -j' "
    "their files); or leave 'dsn' out, and give HOST and NAME."
)
_OR_DATABASE = " Or the database %(name)s cannot be opened (error 4060), of which the driver says no more: check %(alias)s['NAME']."
_EXTRA_LOGIN = "Check UID and PWD in %(alias)s['OPTIONS']['extra_params']."


class Parameters:
    """The arguments of :func:`open_connection`; their repr shows no secret.

    :ivar settings: from which they were made.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        keywords: Mapping[str, Any],
        arguments: Dict[str, Any],
        secrets: Sequence[Optional[Secret]],
        max_age: Optional[float] = None,
    ) -> None:
        self.settings = settings
        self.keywords = keywords
        self.arguments = arguments
        self.secrets = secrets
        self.max_age = max_age

    def __repr__(self) -> str:
        return "<Parameters %r>" % connection_string.redact(self.keywords)


def parameters(wrapper: Connection) -> Parameters:
    """The parameters of a new connection; plugins are asked for credentials and keywords.

    :raises ImproperlyConfigured: settings that contradict each other.
    """
    settings = wrapper.options_read()
    authentication.check(settings)
    plugins = wrapper.plugins
    credentials = plugins.hook.mssql_credentials(settings=settings)
    extra = manager.merged(
        manager.results(plugins, "mssql_connection_keywords", settings=settings), "the connection keyword"
    )
    options = settings.options
    alias, driver = wrapper.alias, wrapper.driver
    name = None if options.get("dsn") else _named(alias, driver.keyword, options.get("driver"))
    keywords = _named(alias, driver.accepted, core_settings.keywords(settings, name, credentials, extra))
    token = None if credentials.access_token is None else connection_string.Secret(credentials.access_token)
    if token is not None:
        connection_string.check_text("The access token of DATABASES[%r]" % alias, token)
    arguments = {
        "connection_string": connection_string.build(keywords),
        "access_token": token,
        "timeout": int(options.get("connection_timeout", 0)),
        "query_timeout": int(options.get("query_timeout", 0)),
        "encodings": core_settings.encodings(options),
    }
    secrets = [value for value in keywords.values() if isinstance(value, connection_string.Secret)]
    return Parameters(settings, keywords, arguments, [*secrets, token], credentials.max_age)


def _named(alias: str, ask: Callable[[_Asked], _Answer], asked: _Asked) -> _Answer:
    """The driver's answer; its ImproperlyConfigured with the alias, which the driver does not know."""
    try:
        return ask(asked)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured("DATABASES[%r]: %s" % (alias, error)) from None


def check_pooling(alias: str, pools: bool, parameters: Parameters) -> None:
    """Refuse the driver manager's pool for tokens: it tells connections apart by their string, which has no token.

    One principal would get a connection of another. The pool is the process's, and cannot be left out for one alias.
    https://learn.microsoft.com/sql/odbc/reference/develop-app/driver-manager-connection-pooling

    :param parameters: see :func:`parameters`.
    :raises ImproperlyConfigured: a pool and a token together.
    """
    if pools and parameters.arguments["access_token"]:
        raise ImproperlyConfigured(
            "DATABASES[%r] signs in by an access token, and DATABASE_CONNECTION_POOLING is on: a pooled connection of "
            "another principal could be used. Remove the setting; CONN_MAX_AGE keeps connections open." % alias
        )


def open_connection(wrapper: Connection, parameters: Parameters) -> Any:
    """Open a driver's connection; retry after transient errors.

    :param parameters: see :func:`parameters`.
    :raises mssql_core.errors.Error: naming the setting and the remedy, without secrets.
    """
    settings, hook = parameters.settings, wrapper.plugins.hook
    attempts = int(settings.options.get("connection_retries", 5)) + 1
    logged = None
    for attempt in range(1, attempts + 1):
        logger.debug("alias %r: connecting with %r", wrapper.alias, parameters)
        try:
            return wrapper.driver.connect(**parameters.arguments)
        except wrapper.driver.error as raw:
            error = errors.translate(raw, parameters.secrets)
        except UnicodeError:
            # Its own text is the connection string.
            error = errors.InterfaceError("HY000", "The settings hold a character that the driver cannot send.")
        if attempt == attempts or not hook.mssql_is_transient_error(error=error, settings=settings):
            break
        wait = hook.mssql_retry_delay(error=error, attempt=attempt, settings=settings)
        # One line for each kind of error: a database that wakes up says the same for a minute.
        level = logging.DEBUG if logged == error.number else logging.WARNING
        logged = error.number
        text = "alias %r: attempt %d of %d failed, the next one in %.1f s: %s"
        logger.log(level, text, wrapper.alias, attempt, attempts, wait, error)
        time.sleep(wait)
    extra_login = bool(settings.extra_value("PWD") or settings.extra_value("UID"))
    absent = wrapper.driver.absent_database
    raise explained(error, wrapper.alias, parameters, extra_login, error.number in absent) from None


def explained(
    error: errors.Error, alias: str, parameters: Parameters, extra_login: bool = False, may_lack_database: bool = False
) -> errors.Error:
    """The error with its remedy added to the message.

    :param parameters: see :func:`parameters`.
    :param extra_login: whether OPTIONS['extra_params'] has user or password.
    :param may_lack_database: whether the driver's error is the same for a missing database.
    """
    remedy = _REMEDIES.get(error.number) or _by_state(error.sqlstate or "", str(error.args[-1]))
    if error.number == 18456 and parameters.arguments["access_token"]:
        remedy = _TOKEN
    elif error.number == 18456 and extra_login:
        remedy = _EXTRA_LOGIN
    if error.number == 18456 and may_lack_database:
        remedy = (remedy or "") + _OR_DATABASE
    if remedy is _CERTIFICATE and parameters.keywords.get("Encrypt") == "strict":
        remedy = _STRICT_CERTIFICATE
    text = str(error.args[-1])
    if remedy is not None:
        text = "%s %s" % (
            text,
            remedy
            % {
                "alias": "DATABASES[%r]" % alias,
                "server": _server(parameters),
                "name": parameters.keywords.get("DATABASE"),
            },
        )
    kind = errors.NotSupportedError if isinstance(error, errors.NotSupportedError) else errors.OperationalError
    return errors.make(kind, error.number, error.sqlstate, text)


def _server(parameters: Parameters) -> str:
    return parameters.keywords.get("SERVER") or "the server of the data source"


def _by_state(state: str, text: str) -> Optional[str]:
    lower = text.lower()
    for words, remedy in (
        ("certificate", _CERTIFICATE),
        ("protocol error in tds stream", _NO_SQL_SERVER),
        ("data source name not found", _DATA_SOURCE),
        ("encryption not supported", _NO_ENCRYPTION),
        ("attribute 'authentication'", _MODE),
        ("invalid value specified", _VALUE),
        ("no credentials were supplied", _KERBEROS),
        ("no kerberos credentials", _KERBEROS),
        ("can't open lib", _LIBRARY),
        ("failed to load the driver", _NOT_LOADED),
        ("openssl library could not be loaded", _LIBRARY),
    ):
        if words in lower:
            return remedy
    if state.startswith("FA"):
        return _AUTHENTICATION
    if state.startswith(("08", "HYT")):
        return _UNREACHABLE
    return None


_NOT_LOADED = (
    "A library that mssql-python's ODBC driver needs is missing: on Debian and Ubuntu run apt-get install libltdl7 "
    "libgssapi-krb5-2; or set MSSQL_PYTHON_NATIVE_PROVIDER=mssql-odbc in the environment, a driver that needs OpenSSL alone."
)
# The message of unixODBC says that the driver's file is missing where a library that it needs is.
_LIBRARY = (
    "A library that the ODBC driver needs is missing: on Debian and Ubuntu run apt-get install libodbc2 "
    "libgssapi-krb5-2 libkrb5-3 libssl3; or check %(alias)s['OPTIONS']['driver']."
)
