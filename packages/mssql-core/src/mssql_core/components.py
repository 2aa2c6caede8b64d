"""The backend's classes, composed of core's, the plugins' mixins and their feature flags."""

from typing import Any, Dict, Iterable, List, Mapping, Tuple, Type, TypeVar

from pluggy import PluginManager

from .plugin import manager
from .plugin.django_types import cached_property

_Component = TypeVar("_Component")

# Classes made so far: the wrappers of all threads share them.
_classes: Dict[Tuple[Any, ...], type] = {}
_MOST_CLASSES = 500


def mixins(plugins: PluginManager) -> List[Tuple[str, type, Any]]:
    """(component's name, mixin, the plugin that brought it), in OPTIONS order."""
    return [
        (name, mixin, plugins.get_plugin(plugin))
        for plugin, mapping in manager.results(plugins, "mssql_mixins")
        for name, mixin in (mapping or {}).items()
    ]


def compose(all_mixins: Iterable[Tuple[str, type, Any]], name: str, core_class: Type[_Component]) -> Type[_Component]:
    """A component class with the plugins' mixins in front, in OPTIONS order.

    :param all_mixins: see :func:`mixins`.
    """
    bases = tuple(mixin for component, mixin, _ in all_mixins if component == name)
    made: Type[_Component] = _made(core_class, bases, {}) if bases else core_class
    return made


def features(plugins: PluginManager, core_class: Type[_Component]) -> Type[_Component]:
    """The features class with the plugins' flags: plain values, or functions of the server."""
    flags = manager.merged(manager.results(plugins, "mssql_features"), "the feature")
    made: Type[_Component] = _made(core_class, (), flags) if flags else core_class
    return made


def _made(core_class: type, bases: Tuple[type, ...], flags: Mapping[str, Any]) -> Any:
    key = (core_class, bases, tuple((name, _identity(value)) for name, value in sorted(flags.items())))
    made = _classes.get(key)
    if made is None:
        attributes = {name: _flag(name, value) for name, value in flags.items()}
        made = type(core_class.__name__, (*bases, core_class), {"__module__": core_class.__module__, **attributes})
        if len(_classes) < _MOST_CLASSES:
            _classes[key] = made
    return made


def _identity(value: Any) -> Tuple[Any, ...]:
    """A key that is equal for values that make the same class: plugins make new functions for each wrapper."""
    code = getattr(value, "__code__", None)
    if code is not None:
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return code, repr(value.__defaults__), repr(cells)
    return type(value), repr(value)


def _flag(name: str, value: Any) -> Any:
    if not callable(value):
        return value
    flag = cached_property(lambda self: value(self.connection.server))
    flag.__set_name__(object, name)
    return flag
