"""Composes the backend's classes from core's, plugins' mixins and plugins' feature flags."""

from django.utils.functional import cached_property

from .plugin import manager


def compose(plugins, name, core_class):
    """A component class with the plugins' mixins in front, in OPTIONS order."""
    mixins = [mapping[name] for _, mapping in manager.results(plugins, "mssql_mixins") if name in (mapping or {})]
    return type(core_class.__name__, (*mixins, core_class), {}) if mixins else core_class


def features(plugins, core_class):
    """The features class with the plugins' flags: plain values, or callables on the server."""
    flags = manager.merged(manager.results(plugins, "mssql_features"), "the feature")
    if not flags:
        return core_class
    return type(core_class.__name__, (core_class,), {name: _flag(name, value) for name, value in flags.items()})


def _flag(name, value):
    if not callable(value):
        return value
    flag = cached_property(lambda self: value(self.connection.server))
    flag.__set_name__(None, name)
    return flag
