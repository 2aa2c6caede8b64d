"""Built-in functions by name."""

from typing import Any

from ...errors import NotSupported, SqlServerError
from ...syntax import nodes
from ...syntax.declarations import variables_of
from . import aggregate, datetime, json, json_aggregate, math, metadata, string, system, text, window
from .registry import Function
from .session import GLOBAL_VARIABLES, OTHER_VARIABLES, SESSION_FUNCTIONS

_FUNCTIONS: dict[str, Function] = {
    name: function
    for module in (aggregate, datetime, json, json_aggregate, math, metadata, string, system, text, window)
    for name, function in module.FUNCTIONS.items()
}


def lookup(name: str, version: Any) -> Function | None:
    """The function, or None if the version played lacks it."""
    function = _FUNCTIONS.get(name.casefold().replace(" ", "_"))  # NEXT VALUE FOR
    if function is None and (version.has_function_besides(name) or name.casefold() in SESSION_FUNCTIONS):
        raise NotSupported(f"the function {name.upper()}")
    return function if version.has_function(name) else None


def unknown(node: nodes.FunctionCall | nodes.PredicateFunction) -> SqlServerError:
    return SqlServerError(195, name=node.name, kind="built-in function name", state=10, line=node.line)


def check_call(node: Any, version: Any) -> None:
    """Refuse what a server refuses of a call, or of SET @@ROWCOUNT, as it parses the batch, even where it never runs.

    :raises SqlServerError: 195 for an unknown function, those of :meth:`Function.check`; 102 for a system function set
        (probes of SQL Server 2025, RyanLamansky/sql-server-simulator session-options.md).
    """
    if not isinstance(node, nodes.FunctionCall):
        names = [node.name] if isinstance(node, nodes.DeclareItem) else variables_of(node)
        for name in (name for name in names if name in GLOBAL_VARIABLES or name in OTHER_VARIABLES):
            if not isinstance(node, nodes.SetVariable):
                raise NotSupported(f"a variable named {name}", node.line)
            raise SqlServerError(102, near=name, line=node.line)
        return
    if node.rowset or "." in node.name or node.name.casefold() in SESSION_FUNCTIONS:
        return
    if version.has_function_besides(node.name):
        return  # refused by name if it runs
    function = lookup(node.name, version)
    if function is None and node.keys is not None:
        return  # no syntax of older grammars
    if function is None:
        raise unknown(node)
    function.check(node, version)


def names() -> list[str]:
    return sorted(_FUNCTIONS)
