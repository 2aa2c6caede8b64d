"""Mistakes in settings and the message about each: the data of docs/reference/messages.md, tested by tests/test_messages.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator

#: A password in the mistakes, and in no message.
SECRET = "wr0ng-Secret"
#: The way to meet a mistake: reading the settings; ``check --database``; connecting; use.
SETTINGS, CHECK, CONNECT, USE = "settings", "check", "connect", "use"
_BASE = {"ENGINE": "mssql_core", "NAME": "shop", "HOST": "db.example.com", "USER": "shop", "PASSWORD": SECRET}
_ODBC = "ODBC Driver 18 for SQL Server"


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    :ivar key: names it in tests.
    :ivar what: how it is written, as the page shows it.
    :ivar words: what the message has, in this order.
    :ivar changes: entries over those of a good alias; ``OPTIONS`` are added to its own.
    """

    key: str
    what: str
    words: tuple[str, ...]
    changes: dict[str, Any] = field(default_factory=dict)
    way: str = SETTINGS


def _options(key: str, what: str, *words: str, way: str = SETTINGS, **options: Any) -> Mistake:
    return Mistake(key, what, words, {"OPTIONS": options}, way)


def _plugins(key: str, enabled: Any, *words: str) -> Mistake:
    changes = {"USER": "", "PASSWORD": "", "OPTIONS": {"plugins": enabled}}
    return Mistake(key, f'`"plugins": {enabled!r}`', words, changes)


OPTIONS = (
    _options(
        "misspelt-option", '`"query_timout": 5`', "'query_timout'", "Did you mean 'query_timeout'?", query_timout=5
    ),
    _options("token-as-option", '`"TOKEN"` among the OPTIONS', "belongs to the alias", "['TOKEN']", TOKEN=SECRET),
    _options("uid-as-option", '`"UID"` among the OPTIONS', "belongs to the alias", "['USER']", UID="sa"),
    _options("pwd-as-option", '`"PWD"` among the OPTIONS', "belongs to the alias", "['PASSWORD']", PWD=SECRET),
    _options("server-as-option", '`"Server"` among the OPTIONS', "belongs to the alias", "['HOST']", Server="db"),
    _options("max-age-as-option", '`"CONN_MAX_AGE"` among the OPTIONS', "['CONN_MAX_AGE']", CONN_MAX_AGE=60),
    _options("application-name", '`"Application Name"`', "called 'APP'", **{"Application Name": "shop"}),
    _options("sslmode", '`"sslmode"`', "called 'Encrypt'", sslmode="require"),
    _options("pool", '`"pool": True`', "CONN_MAX_AGE", "DATABASE_CONNECTION_POOLING", pool=True),
    _options("mars", '`"MARS_Connection": "yes"`', "3997", "remove it", MARS_Connection="yes"),
    _options("encrypt", '`"Encrypt": "ture"`', "'Encrypt'", "'ture'", "strict", Encrypt="ture"),
    _options("isolation-level", '`"isolation_level": "CHAOS"`', "'CHAOS'", "SERIALIZABLE", isolation_level="CHAOS"),
    _options("number", '`"query_timeout": "soon"`', "'soon'", "a number from", query_timeout="soon"),
    _options("regex-function", '`"regex_function": "REGEXP_LIKE"`', "schema and name", regex_function="REGEXP_LIKE"),
    _options("schema", '`"schema": "[sales]"`', "without brackets", schema="[sales]"),
    _options(
        "setencoding", '`"setencoding": {"encoding": "utf-8"}`', "list of dicts", setencoding={"encoding": "utf-8"}
    ),
    _options("codec", '`"setencoding": [{"encoding": "utf-9"}]`', "'utf-9'", setencoding=[{"encoding": "utf-9"}]),
    _options(
        "setdecoding", '`"setdecoding": [{"encoding": "utf-8"}]`', "'sqltype'", setdecoding=[{"encoding": "utf-8"}]
    ),
    _options("python-driver", '`"python_driver": "pymssql"`', "one of: pyodbc, mssql_python", python_driver="pymssql"),
    _options("driver", '`"driver": "ODBC Driver 99"`', "'ODBC Driver 99'", "pip install", driver="ODBC Driver 99"),
    _options("library", '`"driver": "/no/such/driver.so"`', "/no/such/driver.so", driver="/no/such/driver.so"),
    _options(
        "dsn-beside-driver", '`"dsn"` beside `"driver"`', "no effect", "names its own", way=CHECK, dsn="x", driver=_ODBC
    ),
    _options(
        "without-effect", '`"unicode_results": True`', "no effect", "always Unicode", way=CHECK, unicode_results=True
    ),
)
EXTRA_PARAMS = (
    _options("misspelt-keyword", "`TrustServerCertficate=yes`", "part 1", "Did you mean TrustServerCertificate?",
             extra_params="TrustServerCertficate=yes"),
    _options("no-equals", "`PWD=abc;def`: a semicolon without braces", "Part 2", "no '='",
             extra_params=f"PWD=abc;{SECRET};APP=x"),
    _options("no-keyword", "`PWD=abc;d{=e`", "Part 2", "no ODBC keyword", extra_params=f"PWD=abc;{SECRET}{{=b"),
)  # fmt: skip
ALIAS = (
    Mistake("empty-name", '`"NAME": ""`', ("NAME", "None for master"), {"NAME": ""}),
    Mistake("long-name", "a `NAME` of 129 characters", ("at most 128",), {"NAME": "d" * 129}),
    Mistake("host-colon-port", '`"HOST": "db:1433"`', ("'db'", "'1433' into 'PORT'"), {"HOST": "db:1433"}),
    Mistake("two-ports", '`"HOST": "db,1433"` beside `"PORT": "1434"`', ("has a port", "remove one"),
            {"HOST": "db,1433", "PORT": "1434"}),
    Mistake("instance-and-port", '`"HOST": "db\\sales"` beside `PORT`', ("ignores the instance 'sales'",),
            {"HOST": "db\\sales", "PORT": "1433"}, CHECK),
    Mistake("port", '`"PORT": "abc"`', ("'abc'", "1 to 65535"), {"PORT": "abc"}),
    Mistake("trusted-connection", '`"Trusted_Connection": "yes"` beside `USER`', ("no effect beside", "USER"),
            {"Trusted_Connection": "yes"}, CHECK),
    Mistake("two-ways-to-sign-in", "`TOKEN` beside `USER`", ("TOKEN", "USER"), {"TOKEN": "x"}),
)  # fmt: skip
PLUGINS = (
    _plugins("plugins-text", "json", "write a list: ['json']"),
    _plugins("plugin-options", {"json": True}, "['json'] is of type bool", "{} for none"),
    _plugins("plugin-misspelt", ["jsn"], "'jsn'", "Did you mean 'json'?"),
    _plugins("plugin-unknown", ["audit"], "'audit'", "Installed:", "package.module:Class"),
    _plugins("json-option", {"json": {"nativ": True}}, "['json']", "'nativ'"),
    _plugins("azure-alone", ["azure"], "no 'credential'", "managed_identity"),
    _plugins("azure-credential", {"azure": {"credential": "managed-identity"}}, "Did you mean 'managed_identity'?"),
    _plugins("azure-option", {"azure": {"credentials": "cli"}}, "Did you mean 'credential'?"),
    _plugins("fabric-option", {"fabric": {"warehouse": "write"}}, "'write'", "read"),
    Mistake("json-field", "a `JSONField` without the plugin `json`",
            ("no plugin that gives a JSONField a column type", 'pip install "mssql-core[json]"'), way=USE),
    Mistake("json-lookup", "a lookup in a `JSONField` without it", ("no plugin for JSON", 'pip install "mssql-core[json]"'), way=USE),
)  # fmt: skip
CONNECTING = (
    Mistake("password", "a wrong `PASSWORD`", ("18456", "['USER'] and ['PASSWORD']"), {"PASSWORD": SECRET}, CONNECT),
    Mistake("user", "a `USER` that is no login", ("18456", "['USER'] and ['PASSWORD']"), {"USER": "nobody"}, CONNECT),
    Mistake("extra-login", "a wrong `PWD` in `extra_params`", ("18456", "UID and PWD", "extra_params"),
            {"USER": "", "PASSWORD": "", "OPTIONS": {"extra_params": f"UID=sa;PWD={SECRET}"}}, CONNECT),
    Mistake("database", "a `NAME` that is no database", ("nosuch", "4060", "['NAME']"), {"NAME": "nosuch"}, CONNECT),
    Mistake("host", "a `HOST` that nobody has", ("No SQL Server answers at", "connection_timeout"),
            {"HOST": "no-such-host.invalid"}, CONNECT),
    Mistake("closed-port", "a `PORT` where nothing listens", ("No SQL Server answers at", "connection_timeout"),
            {"PORT": "1"}, CONNECT),
    Mistake("no-sql-server", "a `PORT` where something else listens", ("SQL Server", "['HOST'] and ['PORT']"), way=USE),
    Mistake("certificate", "a certificate that nobody vouches for", ("certificate", "TrustServerCertificate"),
            {"OPTIONS": {"TrustServerCertificate": "no"}}, CONNECT),
    Mistake("dsn", "a `dsn` that is not there", ("IM002", "['dsn']", "odbcinst -q -s"),
            {"HOST": "", "PORT": "", "OPTIONS": {"dsn": "nosuch"}}, CONNECT),
    Mistake("json-native", '`{"json": {"native": True}}` before SQL Server 2025', ("no type json", "nvarchar(max)"),
            {"OPTIONS": {"plugins": {"json": {"native": True}}}}, USE),
)  # fmt: skip
IN_USE = (
    Mistake("query-timeout", "a statement that takes longer than `query_timeout`", ("HYT00", "OPTIONS['query_timeout']"), way=USE),
    Mistake("doctor-alias", "`mssql_doctor --database nosuch`", ("no alias 'nosuch'", "It has:"), way=USE),
    Mistake("doctor-engine", "`mssql_doctor` for an alias of another engine", ("another ENGINE than mssql_core",), way=USE),
    Mistake("dbshell", "`dbshell` without `sqlcmd`", ("'sqlcmd'", "mssql-tools18", "winget install sqlcmd"), way=USE),
)  # fmt: skip
SECTIONS = {
    "OPTIONS": OPTIONS, "extra_params": EXTRA_PARAMS, "The alias itself": ALIAS, "Plugins": PLUGINS,
    "At connecting": CONNECTING, "In use": IN_USE,
}  # fmt: skip


def every() -> Iterator[Mistake]:
    """All mistakes, in the order of the page."""
    for mistakes in SECTIONS.values():
        yield from mistakes


def entry(mistake: Mistake, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """An entry of DATABASES with the mistake in it.

    :param base: a good entry, whose server is there; by default one that leads nowhere.
    """
    base = base or _BASE
    options = {**base.get("OPTIONS", {}), **mistake.changes.get("OPTIONS", {})}
    return {**base, **mistake.changes, "OPTIONS": options}


def told(mistake: Mistake) -> str:
    """The message of a mistake that needs no server.

    :raises AssertionError: nothing was told.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connections

    wrapper_settings = connections.configure_settings({"default": entry(mistake)})["default"]
    from mssql_core.base import DatabaseWrapper

    if mistake.way == CHECK:
        wrapper_settings["OPTIONS"]["plugins"] = ["mssql_core.testing:FakeServer"]
        messages = DatabaseWrapper(wrapper_settings, "default").validation.check()
        (message,) = messages
        return f"{message.id}: {message.msg} {message.hint}"
    try:
        DatabaseWrapper(wrapper_settings, "default").get_connection_params()
    except ImproperlyConfigured as error:
        return str(error)
    raise AssertionError(f"{mistake.key}: nothing was told")


_INTRODUCTION = """\
# Messages about settings

What each mistake is answered with: before anything is sent, where that can be, and with the alias, the setting and the
remedy. No message holds a password or a token. Of messages that depend on the machine or the server, the words that
say what to do stand here.

`hatch run python -m pytest integration/tests/test_messages.py -k NAME` tries one; its name is in the last column.
"""


def page() -> str:
    """The page of the documentation."""
    text = _INTRODUCTION
    for title, mistakes in SECTIONS.items():
        text += f"\n## {title}\n\n| mistake | message | test |\n|---|---|---|\n"
        for mistake in mistakes:
            is_fixed = mistake.way in (SETTINGS, CHECK) and mistake.key not in (
                "driver",
                "library",
                "json-option",
                "plugin-unknown",
            )
            message = told(mistake) if is_fixed else " … ".join(mistake.words)
            text += f"| {mistake.what} | {escaped(message)} | `{mistake.key}` |\n"
    return text


def escaped(text: str) -> str:
    """Text as a table cell, with its markup escaped."""
    for character in "\\`*_<[|":
        text = text.replace(character, "\\" + character)
    return text
