"""Applies a change in a process that may have imported the module already.

The changed text is run as a separate module, and the function's code is taken from there, so that all references to
the function, as in a table of compile functions, see the change.
"""

from __future__ import annotations

import functools
import gc
import importlib
import types
from typing import Any, Callable

_PLAIN = (str, int, float, bool, bytes, type(None))


def apply(name: str, function: str, source: str) -> None:
    """Replace the code of a function; its module is imported if nothing has done so yet.

    :param name: the module's dotted name.
    :param function: ``name``, or ``Class.name``.
    :param source: the text of the whole module with the change in it.
    :raises ValueError: when the change uses other variables of the enclosing scope than the function does.
    """
    module = importlib.import_module(name)
    copy = types.ModuleType(name)
    copy.__dict__.update({key: getattr(module, key) for key in ("__file__", "__package__", "__spec__", "__loader__")})
    exec(compile(source, str(module.__file__), "exec"), copy.__dict__)
    original, changed = _function(module, function), _function(copy, function)
    original.__code__ = changed.__code__
    if original.__defaults__:
        original.__defaults__ = tuple(map(_default, original.__defaults__, changed.__defaults__))
    if original.__kwdefaults__:
        values = {key: _default(value, changed.__kwdefaults__[key]) for key, value in original.__kwdefaults__.items()}
        original.__kwdefaults__ = values
    _forget()


def _function(module: types.ModuleType, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        value = vars(value)[part]
    return value.__func__ if isinstance(value, (staticmethod, classmethod)) else value


def _default(old: object, new: object) -> object:
    """A default value: other than plain ones are objects of the copy, which nobody else knows."""
    return new if isinstance(new, _PLAIN) else old


def _forget() -> None:
    """Clear results of the unchanged code: caches of the packages, and connections."""
    from django.db import connections

    for cache in caches():
        cache.cache_clear()
    for alias in list(connections):
        if hasattr(connections._connections, alias):
            delattr(connections._connections, alias)


@functools.lru_cache(maxsize=None)
def caches() -> list[Any]:
    """Cached functions of the packages; searched for once, as it takes a while."""
    kind: type[Callable[..., Any]] = type(caches)
    # By type(): isinstance() would evaluate lazy objects of Django.
    kept = [value for value in gc.get_objects() if type(value) is kind]
    return [value for value in kept if str(getattr(value, "__module__", "")).startswith("mssql_")]
