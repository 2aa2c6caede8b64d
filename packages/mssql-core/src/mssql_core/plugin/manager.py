"""The plugins of one alias: loading, and their results."""

import difflib
import logging
from importlib import import_module
from importlib.metadata import distributions
from typing import Any, Dict, Mapping, Optional

import pluggy
from django.core.exceptions import ImproperlyConfigured

from . import hookspecs
from .types import Secret

logger = logging.getLogger("mssql_core.plugins")

# Extras of mssql-core that bring a plugin of the same name.
_EXTRAS = ("json", "azure", "fabric")
_entry_points: Optional[Dict[str, Any]] = None


def installed() -> Dict[str, Any]:
    """Entry points of the group ``mssql_core`` by name; scanned once per process."""
    global _entry_points
    if _entry_points is None:
        _entry_points = {
            entry_point.name: entry_point
            for distribution in distributions()
            for entry_point in distribution.entry_points
            if entry_point.group == hookspecs.PROJECT
        }
    return _entry_points


def build(alias: str, enabled: Any, defaults: Any) -> pluggy.PluginManager:
    """The plugin manager of one wrapper.

    :param enabled: OPTIONS["plugins"]: a list of names, or name -> that plugin's options.
    :param defaults: core's own implementations, called last.
    :raises ImproperlyConfigured: unknown plugin, or options that a plugin refuses.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(defaults, "core")
    # pluggy calls the last registered first; results shall come in the order of OPTIONS.
    enabled = _enabled(alias, enabled)
    for name, options in reversed(list(enabled.items())):
        manager.register(_instance(alias, name, options), name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise ImproperlyConfigured("%s: %s" % (_where(alias), error)) from error
    logger.debug("alias %r: plugins %s", alias, [name for name, _ in manager.list_name_plugin()])
    return manager


def _where(alias: str) -> str:
    return "DATABASES[%r]['OPTIONS']['plugins']" % alias


def _enabled(alias: str, enabled: Any) -> Dict[str, Secret]:
    """Plugin name -> its options, any of which may be a secret."""
    if isinstance(enabled, str):
        raise ImproperlyConfigured("%s is the text %r; write a list: [%r]." % (_where(alias), enabled, enabled))
    if isinstance(enabled, Mapping):
        for name, options in enabled.items():
            if not isinstance(options, (Mapping, type(None))):
                raise ImproperlyConfigured(
                    "%s[%r] is of type %s; give the plugin's options as a dict, {} for none."
                    % (_where(alias), name, type(options).__name__)
                )
        return {name: Secret(options or {}) for name, options in enabled.items()}
    if not isinstance(enabled, (list, tuple, type(None))):
        raise ImproperlyConfigured(
            "%s is of type %s; write a list of names, or a dict of names and their options."
            % (_where(alias), type(enabled).__name__)
        )
    return {name: Secret({}) for name in enabled or ()}


def _instance(alias: str, name: str, options: Secret) -> Any:
    plugin = _load(alias, name)
    try:
        return plugin(**options.reveal())
    except ImproperlyConfigured as error:
        arguments = error.args
    except TypeError as error:
        # The message of Python names the option; values stay out of it.
        arguments = ("%s[%r]: the options %s do not fit: %s." % (_where(alias), name, sorted(options.reveal()), error),)
    # Raised anew: the plugin's frames held the options. A plugin does not know its alias.
    text = str(arguments[0]) if arguments else "refused."
    raise ImproperlyConfigured(text if "DATABASES[" in text else "DATABASES[%r]: %s" % (alias, text))


def _load(alias: str, name: str) -> Any:
    where = _where(alias)
    if ":" in name:
        module, _, attribute = name.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise ImproperlyConfigured("%s: cannot load %r: %s." % (where, name, error)) from error
    try:
        return installed()[name].load()
    except KeyError:
        raise ImproperlyConfigured(
            "%s names %r, which is not installed. Installed: %s. %s"
            % (where, name, ", ".join(sorted(installed())) or "none", _remedy(name))
        ) from None


def _remedy(name: str) -> str:
    nearest = difflib.get_close_matches(name, [*_EXTRAS, *installed()], 1)
    if nearest and nearest[0] != name:
        return "Did you mean %r?" % nearest[0]
    if name in _EXTRAS:
        return 'Run: pip install "mssql-core[%s]"' % name
    return "A local plugin is written as 'package.module:Class'."


def merged(results: Any, kind: str) -> Dict[Any, Any]:
    """Merge mappings of plugins: (plugin name, mapping) pairs. :raises ImproperlyConfigured: two owners of a key."""
    owners: Dict[Any, str] = {}
    values: Dict[Any, Any] = {}
    for plugin, mapping in results:
        for key, value in (mapping or {}).items():
            if key in owners:
                raise ImproperlyConfigured(
                    "The plugins %r and %r both define %s for %r; enable only one of them."
                    % (owners[key], plugin, kind, key)
                )
            owners[key] = plugin
            values[key] = value
    return values


def results(manager: pluggy.PluginManager, hook: str, **arguments: Any) -> Any:
    """(plugin name, result) pairs of a hook, without core's own, in OPTIONS order."""
    pairs = []
    for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
        if implementation.plugin_name == "core":
            continue
        given = {name: arguments[name] for name in implementation.argnames}
        pairs.append((implementation.plugin_name, implementation.function(**given)))
    return pairs
