"""Loads the plugins of one alias."""

from importlib import import_module
from importlib.metadata import distributions
from typing import Any, Dict, Mapping, Optional

import pluggy
from django.core.exceptions import ImproperlyConfigured

from . import hookspecs

_KNOWN_PACKAGES = {"json": "json", "azure": "azure", "fabric": "fabric"}
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
    names = enabled if isinstance(enabled, Mapping) else {name: {} for name in enabled or ()}
    # pluggy calls the last registered first; results shall come in the order of OPTIONS.
    for name, options in reversed(list(names.items())):
        manager.register(_load(alias, name)(**(options or {})), name)
    manager.check_pending()
    return manager


def _load(alias: str, name: str) -> Any:
    where = "DATABASES[%r]['OPTIONS']['plugins']" % alias
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
    if name in _KNOWN_PACKAGES:
        return "Run: pip install mssql-core[%s]" % name
    return "A local plugin is written as 'package.module:Class'."


def merged(results: Any, what: str) -> Dict[Any, Any]:
    """Merge mappings of plugins: (plugin name, mapping) pairs. :raises ImproperlyConfigured: two owners of a key."""
    owners: Dict[Any, str] = {}
    values: Dict[Any, Any] = {}
    for plugin, mapping in results:
        for key, value in (mapping or {}).items():
            if key in owners:
                raise ImproperlyConfigured(
                    "The plugins %r and %r both define %s for %r; enable only one of them."
                    % (owners[key], plugin, what, key)
                )
            owners[key] = plugin
            values[key] = value
    return values


def results(manager: pluggy.PluginManager, hook: str, **arguments: Any) -> Any:
    """(plugin name, result) pairs of a hook without core's own, in OPTIONS order."""
    found = []
    for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
        if implementation.plugin_name == "core":
            continue
        given = {name: arguments[name] for name in implementation.argnames}
        found.append((implementation.plugin_name, implementation.function(**given)))
    return found
