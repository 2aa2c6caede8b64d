"""The settings of one alias: validation, and translation into ODBC keywords."""

import difflib
import re
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from django.core.exceptions import ImproperlyConfigured

from ..data_types import DATETIME_TYPES, UUID_TYPES
from ..names import MAX_NAME_LENGTH
from ..plugin import ConnectionSettings
from ..plugin.types import Credentials
from . import connection_string, drivers, misplaced
from .connection_string import KEYWORDS, Secret

ISOLATION_LEVELS = ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SNAPSHOT", "SERIALIZABLE")

# Options of mssql-core; those that mssql-django has keep its names and meanings.
OPTIONS = frozenset(
    (
        "collation", "connection_recovery_interval_msec", "connection_retries", "connection_retry_backoff_time",
        "connection_timeout", "datefirst", "datetime_type", "driver", "dsn", "extra_params", "isolation_level", "plugins",
        "python_driver", "query_timeout", "regex_function", "schema", "setdecoding", "setencoding", "unenforced_foreign_keys",
        "uuid_type",
        # Only for dbshell.
        "db", "host", "passwd", "port", "read_default_file", "user",
    )
)  # fmt: skip
# Options of mssql-django that change nothing here, and why; a system check tells so.
WITHOUT_EFFECT = {
    "driver_charset": "it is for FreeTDS",
    "driver_needs_utf8": "it is for FreeTDS",
    "host_is_server": "it is for FreeTDS",
    "return_rows_bulk_insert": "bulk_create() always returns the keys",
    "unicode_results": "results are always Unicode",
}
# Options of other backends that this one lacks, and why.
_REFUSED = {
    "pool": (
        "a pool outside of the driver cannot give a clean session, since no statement resets temporary tables, locks, "
        "transactions and settings as the driver's own reset does. CONN_MAX_AGE keeps a connection for each thread; "
        "DATABASE_CONNECTION_POOLING = True switches the driver manager's pool on, which resets"
    ),
}
# What the driver would misread, take for another thing, or refuse without naming the setting.
_CHOICES = {
    "Encrypt": ("yes", "no", "mandatory", "optional", "strict"),
    "TrustServerCertificate": ("yes", "no"),
    "Trusted_Connection": ("yes", "no", "SSPI"),
    "MultiSubnetFailover": ("yes", "no"),
    "LongAsMax": ("yes", "no"),
    "ApplicationIntent": ("ReadWrite", "ReadOnly"),
}
_ISO = "Django and indexes on computed columns and filtered ones (error 1934) need it on"
# Keyword -> the only value it may have, and why.
_FIXED = {
    # https://learn.microsoft.com/sql/t-sql/language-elements/transactions-transact-sql ("Batch-scoped transactions")
    "mars_connection": (
        "no",
        "Multiple Active Result Sets end a transaction with the batch that began it (error 3997), so atomic() could not "
        "work. Queries inside a loop over iterator() work without",
    ),
    # https://learn.microsoft.com/sql/t-sql/statements/set-quoted-identifier-transact-sql
    "ansinpw": ("yes", _ISO),
    "quotedid": ("yes", _ISO),
}
# Option -> (smallest, largest) number.
_NUMBERS = {
    "connection_recovery_interval_msec": (0, 600000),
    "connection_retries": (0, 1000),
    "connection_retry_backoff_time": (0, 3600),
    "connection_timeout": (0, 3600),
    "datefirst": (1, 7),
    "query_timeout": (0, 2**31 - 1),
}
_DIRECT = frozenset(KEYWORDS.values())
_IDENTITY = frozenset(("authentication", "pwd", "trusted_connection", "uid"))
_SECRET_OPTIONS = connection_string.SECRETS | {"extra_params", "passwd"}
_TEXTS = ("collation", "driver", "dsn", "extra_params")


def read(alias: str, settings_dict: Mapping[str, Any]) -> ConnectionSettings:
    """The alias's settings, validated, with Secrets for values that may be secret.

    :raises ImproperlyConfigured: an unknown option (with the nearest known one) or a bad value.
    """
    try:
        return _read(alias, settings_dict)
    except ImproperlyConfigured as error:
        arguments = error.args
    # Raised anew: no frame that an error reporter shows holds the settings.
    del settings_dict
    raise ImproperlyConfigured(*arguments)


def _read(alias: str, settings_dict: Mapping[str, Any]) -> ConnectionSettings:
    options = {}
    for name, value in (settings_dict.get("OPTIONS") or {}).items():
        if name != "plugins":
            options[_known(alias, name)] = value
    if settings_dict.get("Trusted_Connection"):
        options.setdefault("Trusted_Connection", settings_dict["Trusted_Connection"])
    for name, value in options.items():
        options[name] = _checked(alias, name, value)
    for name in options:
        if name.casefold() in _SECRET_OPTIONS and options[name] is not None:
            options[name] = Secret(options[name])
    if settings_dict.get("NAME") == "" and not options.get("dsn"):
        raise ImproperlyConfigured(
            "DATABASES[%r]['NAME'] is empty; give the name of the database, or None for master." % alias
        )
    token = settings_dict.get("TOKEN")
    host, port = settings_dict.get("HOST") or "localhost", _port(alias, settings_dict.get("PORT"))
    misplaced.check_host(alias, host, port)
    return ConnectionSettings(
        alias,
        _name(alias, settings_dict.get("NAME")),
        host,
        port,
        settings_dict.get("USER") or "",
        Secret(settings_dict.get("PASSWORD") or ""),
        options,
        token if token is None or callable(token) else Secret(token),
        _extra(alias, options),
    )


def _name(alias: str, value: Any) -> Optional[str]:
    if value is not None and len(str(value)) > MAX_NAME_LENGTH:
        raise ImproperlyConfigured(
            "DATABASES[%r]['NAME'] has %d characters; a database's name has at most %d."
            % (alias, len(str(value)), MAX_NAME_LENGTH)
        )
    name: Optional[str] = value
    return name


def _port(alias: str, value: Any) -> str:
    text = "" if value is None else str(value)
    if text and not (text.isdigit() and 0 < int(text) < 65536):
        raise ImproperlyConfigured(
            "DATABASES[%r]['PORT'] is %r; it has to be a number from 1 to 65535, or empty for 1433." % (alias, value)
        )
    return text


def _known(alias: str, name: str) -> str:
    """The option's name as this module spells it."""
    if not isinstance(name, str):
        raise ImproperlyConfigured(
            "DATABASES[%r]['OPTIONS'] has a key that is no text but %s." % (alias, type(name).__name__)
        )
    if name in OPTIONS or name in WITHOUT_EFFECT:
        return name
    keyword = KEYWORDS.get(name.casefold())
    if keyword:
        return keyword
    if name in _REFUSED:
        raise ImproperlyConfigured("%s is not supported: %s." % (_option(alias, name), _REFUSED[name]))
    place = misplaced.where_option_belongs(alias, name)
    if place:
        raise ImproperlyConfigured("%s is no option of mssql-core. %s" % (_option(alias, name), place))
    nearest = difflib.get_close_matches(name, [*OPTIONS, *WITHOUT_EFFECT, *KEYWORDS.values()], 1, 0.5)
    hint = " Did you mean %r?" % nearest[0] if nearest else ""
    raise ImproperlyConfigured(
        "DATABASES[%r]['OPTIONS'] has the unknown option %r.%s Other keywords of the ODBC driver go into 'extra_params'."
        % (alias, name, hint)
    )


def _checked(alias: str, name: str, value: Any) -> Any:
    if name == "datetime_type":
        return _choice(alias, name, value, DATETIME_TYPES)
    if name == "uuid_type":
        return _choice(alias, name, value, UUID_TYPES)
    if name == "isolation_level":
        return None if value is None else _choice(alias, name, " ".join(str(value).split()), ISOLATION_LEVELS)
    if name == "python_driver":
        return None if value is None else _choice(alias, name, str(value).replace("-", "_"), drivers.NAMES)
    if name == "regex_function":
        return _function(alias, name, value)
    if name in _NUMBERS:
        return _number(alias, name, value)
    if name in _DIRECT:
        text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else str(value)
        _check_fixed({name: text}, _option(alias, name))
        return _choice(alias, name, text, _CHOICES[name]) if name in _CHOICES else text
    if name == "schema":
        return _schema(alias, name, value)
    if name == "unenforced_foreign_keys":
        return _field_names(alias, name, value)
    if name in ("setencoding", "setdecoding") and value is not None:
        misplaced.check_encodings(_option(alias, name), name, value)
    if name in _TEXTS and value is not None and not isinstance(value, str):
        raise ImproperlyConfigured(
            "%s is of type %s; it has to be text." % (_option(alias, name), type(value).__name__)
        )
    return value


def _option(alias: str, name: str) -> str:
    return "DATABASES[%r]['OPTIONS'][%r]" % (alias, name)


def _choice(alias: str, name: str, value: Any, choices: Sequence[str]) -> str:
    for choice in choices:
        if str(value).casefold() == choice.casefold():
            return choice
    raise ImproperlyConfigured("%s is %r; it is one of: %s." % (_option(alias, name), value, ", ".join(choices)))


def _check_fixed(keywords: Mapping[str, Any], where: str) -> None:
    for name, value in keywords.items():
        only, reason = _FIXED.get(name.casefold(), (None, ""))
        if only and str(value).strip().casefold() != only:
            raise ImproperlyConfigured("%s asks for %s = %s. %s; remove it." % (where, name, value, reason))


def _function(alias: str, name: str, value: Any) -> Optional[str]:
    if value is None or (isinstance(value, str) and re.fullmatch(r"[^\W\d]\w*\.[^\W\d]\w*", value)):
        return value
    raise ImproperlyConfigured(
        "%s is %r; it has to be the function's schema and name, for example 'dbo.REGEXP_LIKE': SQL Server takes a "
        "function only with its schema (error 195)." % (_option(alias, name), value)
    )


def _field_names(alias: str, name: str, value: Any) -> Tuple[str, ...]:
    """A tuple of names app_label.Model.field; the schema editor and the system checks look for them in the project."""
    names = () if value is None else value
    if isinstance(names, (list, tuple, set, frozenset)):
        wrong = [each for each in names if not isinstance(each, str) or not re.fullmatch(r"\w+\.\w+\.\w+", each)]
        if not wrong:
            return tuple(names)
        value = wrong[0]
    raise ImproperlyConfigured(
        "%s: %r; it has to be a list of foreign keys, each as 'app_label.Model.field'." % (_option(alias, name), value)
    )


def _schema(alias: str, name: str, value: Any) -> Optional[str]:
    """A name that fits sysname, without delimiters, which belong to Meta.db_table only."""
    if value is None or isinstance(value, str) and len(value) <= MAX_NAME_LENGTH and not set('[]"') & set(value):
        return value
    raise ImproperlyConfigured(
        "%s is %r; it has to be the name of a schema: at most %d characters, without brackets and quotes."
        % (_option(alias, name), value, MAX_NAME_LENGTH)
    )


def _number(alias: str, name: str, value: Any) -> Union[int, float]:
    smallest, largest = _NUMBERS[name]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = None
    if number is None or not smallest <= number <= largest:
        raise ImproperlyConfigured(
            "%s is %r; it has to be a number from %d to %d." % (_option(alias, name), value, smallest, largest)
        )
    return int(number) if number == int(number) else number


def without_effect(options: Mapping[str, Any], of_driver: Mapping[str, str]) -> List[Tuple[str, str]]:
    """(name, reason) of each option without effect.

    :param of_driver: see plugin.Driver.without_effect.
    """
    reasons = {**WITHOUT_EFFECT, **of_driver}
    ineffective = [(name, reasons[name]) for name in options if name in reasons]
    if options.get("dsn") and options.get("driver") and "driver" not in reasons:
        ineffective.append(("driver", "the data source in 'dsn' names its own"))
    return ineffective


def encodings(options: Mapping[str, Any]) -> List[Tuple[str, Mapping[str, Any]]]:
    """(method, arguments) of pyodbc for the options setencoding and setdecoding."""
    return [(name, arguments) for name in ("setencoding", "setdecoding") for arguments in options.get(name) or ()]


def keywords(
    settings: ConnectionSettings, driver: Optional[str], credentials: Credentials, plugin_keywords: Mapping[str, Any]
) -> Dict[str, Any]:
    """The ODBC keywords of a connection.

    :param driver: the value of DRIVER, None with a DSN.
    """
    options = settings.options
    # A data source may have a name of its own for the application.
    merged = {"DRIVER": driver, "APP": misplaced.application_name()} if driver else {"DSN": options["dsn"]}
    server = "%s,%s" % (settings.host, settings.port) if settings.port else settings.host
    if driver or settings.host != "localhost" or settings.port:
        merged["SERVER"] = server
    # CREATE DATABASE is run in master, on Azure SQL only there.
    if settings.name or driver:
        merged["DATABASE"] = settings.name or "master"
    merged.update({key: connection_string.seal(key, value) for key, value in credentials.keywords.items()})
    # Long parameters are nvarchar(max) and varbinary(max), never ntext and image.
    merged["LongAsMax"] = "yes"
    if not driver:
        # What the data source says of it counts less.
        merged["MARS_Connection"] = "no"
    direct = {
        name: value
        for name, value in options.items()
        if name in _DIRECT and name not in ("Trusted_Connection", "Authentication")
    }
    if settings.extra_value("Authentication"):
        # Both together are refused by the driver (FA001).
        merged.pop("Trusted_Connection", None)
    for more in filter(None, (plugin_keywords, direct, settings.extra)):
        merged = connection_string.merge(merged, more)
    _check_fixed(plugin_keywords, "A plugin of DATABASES[%r]" % settings.alias)
    if credentials.access_token is not None:
        # Beside a token the driver refuses them (FA005).
        merged = {key: value for key, value in merged.items() if key.casefold() not in _IDENTITY}
    return merged


def _extra(alias: str, options: Mapping[str, Any]) -> Dict[str, Any]:
    """The keywords of extra_params; the first of duplicates wins, as with the driver."""
    where = _option(alias, "extra_params")
    try:
        pairs = connection_string.parse(options.get("extra_params") or "")
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured("%s: %s" % (where, error)) from None
    misplaced.check_keywords(where, pairs, options.get("driver"))
    extra: Dict[str, Any] = {}
    for key, value in pairs:
        if key.casefold() not in {name.casefold() for name in extra}:
            extra[key] = value
    _check_fixed(extra, where)
    return extra
