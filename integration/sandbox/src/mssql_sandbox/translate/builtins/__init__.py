"""Built-in functions by name."""

from typing import Any

from ...errors import NotSupported
from . import aggregate, datetime, json, json_aggregate, math, metadata, string, system, text, window
from .registry import Function

_FUNCTIONS: dict[str, Function] = {
    name: function
    for module in (aggregate, datetime, json, json_aggregate, math, metadata, string, system, text, window)
    for name, function in module.FUNCTIONS.items()
}


def lookup(name: str, version: Any) -> Function | None:
    """The function, or None if the version played lacks it."""
    function = _FUNCTIONS.get(name.casefold().replace(" ", "_"))  # NEXT VALUE FOR
    if function is None and version.has_function_besides(name):
        raise NotSupported(f"the function {name.upper()}")
    return function if version.has_function(name) else None


def names() -> list[str]:
    return sorted(_FUNCTIONS)
