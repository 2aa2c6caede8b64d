"""OPTIONS: what is known, and how settings become a connection string."""

import difflib

from django.core.exceptions import ImproperlyConfigured

from . import connection_string
from .data_types import DATETIME_TYPES, UUID_TYPES
from .plugin import ConnectionSettings

# Options of mssql-core; the names and meanings that mssql-django has are kept.
OPTIONS = frozenset(
    (
        "collation", "connection_retries", "connection_retry_backoff_time", "connection_recovery_interval_msec",
        "connection_timeout", "datefirst", "datetime_type", "driver", "driver_charset", "driver_needs_utf8", "dsn",
        "extra_params", "host_is_server", "isolation_level", "plugins", "query_timeout", "return_rows_bulk_insert",
        "schema", "setdecoding", "setencoding", "unicode_results", "uuid_type", "python_driver",
    )
)  # fmt: skip
# ODBC keywords taken directly, spelled as the driver's documentation does.
# https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute
KEYWORDS = {
    name.casefold(): name
    for name in (
        "Addr Address APP ApplicationIntent AttachDBFileName Authentication ClientCertificate ClientKey "
        "ColumnEncryption ConcatNullYieldsNull ConnectRetryCount ConnectRetryInterval Encrypt Failover_Partner "
        "HostnameInCertificate IpAddressPreference KeepAlive KeepAliveInterval Language LongAsMax MARS_Connection "
        "MultiSubnetFailover PacketSize RetryExec ServerCertificate ServerSPN TransparentNetworkIPResolution "
        "Trusted_Connection TrustServerCertificate WSID"
    ).split()
}
_DEFAULT_PORT = "1433"


def read(alias, settings_dict):
    """The alias's settings, validated.

    :raises ImproperlyConfigured: an unknown option (with the nearest known one), a bad value.
    """
    options = dict(settings_dict.get("OPTIONS") or {})
    options.pop("plugins", None)
    for name in options:
        _check_known(alias, name)
    _check_choice(alias, options, "datetime_type", DATETIME_TYPES)
    _check_choice(alias, options, "uuid_type", UUID_TYPES)
    if "trusted_connection" not in options:
        for name in list(options):
            if name.casefold() == "trusted_connection":
                options["trusted_connection"] = options.pop(name)
    if settings_dict.get("Trusted_Connection"):
        options.setdefault("trusted_connection", settings_dict["Trusted_Connection"])
    for name in list(options):
        if name.casefold() == "authentication" and name != "Authentication":
            options["Authentication"] = options.pop(name)
    if settings_dict.get("NAME") == "":
        raise ImproperlyConfigured("DATABASES[%r]['NAME'] is empty; give the name of the database." % alias)
    return ConnectionSettings(
        alias,
        settings_dict.get("NAME"),
        settings_dict.get("HOST") or "localhost",
        str(settings_dict.get("PORT") or ""),
        settings_dict.get("USER") or "",
        settings_dict.get("PASSWORD") or "",
        options,
        settings_dict.get("TOKEN"),
    )


def _check_known(alias, name):
    if name in OPTIONS or name.casefold() in KEYWORDS:
        return
    nearest = difflib.get_close_matches(name, [*OPTIONS, *KEYWORDS.values()], 1, 0.5)
    hint = " Did you mean %r?" % nearest[0] if nearest else ""
    raise ImproperlyConfigured(
        "DATABASES[%r]['OPTIONS'] has the unknown option %r.%s ODBC keywords that are not listed in the settings "
        "documentation go into 'extra_params'." % (alias, name, hint)
    )


def _check_choice(alias, options, name, choices):
    if name in options and options[name] not in choices:
        raise ImproperlyConfigured(
            "DATABASES[%r]['OPTIONS'][%r] is %r; it is one of: %s."
            % (alias, name, options[name], ", ".join(choices))
        )


def keywords(settings, driver, credentials, plugin_keywords):
    """The ODBC keywords of a connection, in order; the first of duplicates would win."""
    options = settings.options
    found = {}
    if options.get("dsn"):
        found["DSN"] = options["dsn"]
    else:
        found["DRIVER"] = driver
    server = settings.host
    if settings.port:
        server = "%s,%s" % (server, settings.port)
    found["SERVER"] = server
    if settings.name:
        found["DATABASE"] = settings.name
    found.update(credentials.keywords)
    # Long parameters are nvarchar(max) and varbinary(max), never ntext and image.
    found["LongAsMax"] = "yes"
    for name, value in options.items():
        keyword = KEYWORDS.get(name.casefold())
        if keyword and keyword not in ("Trusted_Connection", "Authentication"):
            found[keyword] = _text(value)
    found = connection_string.merge(found, plugin_keywords)
    extra = dict(connection_string.parse(options.get("extra_params") or ""))
    if {key.casefold() for key in extra} & {"authentication"}:
        found.pop("Trusted_Connection", None)
    return connection_string.merge(found, extra)


def _text(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
