"""The settings of mssql-django: the effect of each here, and their translation for mssql-core."""

from typing import Any, Dict, Iterator, Mapping, Tuple

from django.conf import settings as django_settings
from django.db.models import JSONField

from ...connection import settings as core_settings
from ...connection.connection_string import KEYWORDS
from ...plugin.types import Finding
from ..findings import ERROR, finding, models_in

PAGE = "how-to/coming-from-mssql-django"
#: mssql-django, and the backend from which it came.
ENGINES = ("mssql", "sql_server.pyodbc")
_OWN = "mssql_core"
# mssql-python's name in mssql-django -> in mssql-core.
_DRIVERS = {"python": "mssql_python"}


def is_of_mssql_django(settings_dict: Mapping[str, Any]) -> bool:
    """Whether the alias still uses mssql-django."""
    return settings_dict.get("ENGINE") in ENGINES


def has_json_fields(alias: str) -> bool:
    """Whether a model of the alias has a JSONField."""
    return any(
        isinstance(field, JSONField) for model in models_in(alias) for field in model._meta.local_concrete_fields
    )


def translated(alias: str, settings_dict: Mapping[str, Any]) -> Dict[str, Any]:
    """
    The alias's settings translated for mssql-core, as a copy.

    Options that mssql-core does without are left out, and those that neither knows. The plugin ``json`` is there where
    a model has a JSONField.

    :param settings_dict: DATABASES[alias], completed by Django.
    """
    given = settings_dict.get("OPTIONS") or {}
    options = {name: value for name, value in given.items() if _is_kept(name)}
    if options.get("python_driver") in _DRIVERS:
        options["python_driver"] = _DRIVERS[options["python_driver"]]
    if has_json_fields(alias):
        options.setdefault("plugins", ["json"])
    return {**settings_dict, "ENGINE": _OWN, "OPTIONS": options}


def _is_kept(name: str) -> bool:
    return name == "plugins" or name in core_settings.OPTIONS or str(name).casefold() in KEYWORDS


def options_told(settings_dict: Mapping[str, Any]) -> Iterator[Tuple[str, str]]:
    """(option, what becomes of it), in the order of OPTIONS; no values, some of which are secrets."""
    options = settings_dict.get("OPTIONS") or {}
    for name in options:
        if name in core_settings.WITHOUT_EFFECT:
            yield name, "to be left out: %s" % core_settings.WITHOUT_EFFECT[name]
        elif name == "python_driver" and options[name] in _DRIVERS:
            yield name, "to be written %r" % _DRIVERS[options[name]]
        elif _is_kept(name):
            yield name, "the same"
        else:
            yield name, "to be left out: mssql-django ignores it, and mssql-core refuses it"


def findings(alias: str, settings_dict: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings about the settings to change."""
    if is_of_mssql_django(settings_dict):
        yield from _switch(alias, settings_dict)
    yield from _apps(settings_dict)
    if settings_dict.get("TOKEN") and not callable(settings_dict["TOKEN"]):
        yield finding(
            "DATABASES[%r]['TOKEN'] is fixed: new connections fail when it has expired." % alias,
            "Keep it, or let the plugin 'azure' fetch and renew it: OPTIONS['plugins'] = {'azure': {...}}.",
            PAGE,
        )
    if settings_dict.get("TIME_ZONE") and django_settings.USE_TZ:
        yield finding(
            "DATABASES[%r]['TIME_ZONE'] is set: mssql-django writes moments in UTC and reads those of datetime2 columns in "
            "that zone; mssql-core does both in that zone." % alias,
            "Take TIME_ZONE out where mssql-django wrote all rows: they are in UTC.",
            PAGE,
            ERROR,
        )
    if getattr(django_settings, "SCHEMA_TO_INSPECT", None):
        yield finding("SCHEMA_TO_INSPECT is not read.", "Name the schema in OPTIONS['schema'].", PAGE)
    if not hasattr(django_settings, "DATABASE_CONNECTION_POOLING"):
        yield finding(
            "The driver's pool is off, since DATABASE_CONNECTION_POOLING is not set; mssql-django has it on then.",
            "Nothing, with CONN_MAX_AGE; or DATABASE_CONNECTION_POOLING = True.",
            "connections",
        )


def _switch(alias: str, settings_dict: Mapping[str, Any]) -> Iterator[Finding]:
    """The lines to write."""
    given, new = settings_dict.get("OPTIONS") or {}, translated(alias, settings_dict)["OPTIONS"]
    dropped, added = [name for name in given if name not in new], [name for name in new if name not in given]
    steps = ["DATABASES[%r]['ENGINE'] = %r" % (alias, _OWN)]
    steps += ["OPTIONS without %s" % ", ".join(map(repr, dropped))] if dropped else []
    changed = [name for name in new if name in given and new[name] is not given[name]]
    steps += ["OPTIONS[%r] = %r" % (name, new[name]) for name in [*added, *changed]]
    text = "DATABASES[%r]['ENGINE'] is %r; what follows is found with the settings of mssql-core." % (
        alias,
        settings_dict["ENGINE"],
    )
    yield finding(text, "To switch: %s." % "; ".join(steps), PAGE)


def _apps(settings_dict: Mapping[str, Any]) -> Iterator[Finding]:
    """The application of mssql-django, which goes with it."""
    apps = [name for name in django_settings.INSTALLED_APPS if name.partition(".")[0] == "mssql"]
    if apps:
        yield finding(
            "INSTALLED_APPS has %s, whose inspectdb stands in for Django's with every backend."
            % ", ".join(map(repr, apps)),
            "Take it out with the switch, and then: pip uninstall mssql-django.",
            PAGE,
        )
