"""Calls of user-defined functions in what is stored: views, functions, defaults, constraints, computed columns."""

from typing import Any, Callable

from ..syntax import nodes
from ..syntax.walk import below
from .context import Ddl


def functions_in(ddl: Ddl, body: Any) -> list[int]:
    """Ids of the user-defined functions that are called."""
    found: dict[int, None] = {}
    for call in below(body):
        source = isinstance(call, nodes.FunctionSource)
        called = call.call if isinstance(call, nodes.FunctionSource) else call
        written = called.name if isinstance(called, nodes.FunctionCall) else ""
        if not written or not source and "." not in written:
            continue
        parts = written.split(".")
        function = ddl.catalog.function(parts[-2] if len(parts) > 1 and parts[-2] else None, parts[-1])
        if function is not None:
            found[function.id] = None
    return list(found)


def register_calls(ddl: Ddl, node: nodes.Node, referencing: int, minor: int = 0) -> None:
    """Note which functions a default, CHECK constraint or computed column calls, so that they stay."""
    for number in functions_in(ddl, node):
        ddl.insert("dependencies", referencing_id=referencing, referencing_minor_id=minor, referenced_id=number)


def deterministic_names(ddl: Ddl) -> Callable[[str], bool]:
    """What tells whether a call is of a deterministic function: schema-bound ones alone may be."""

    def known(name: str) -> bool:
        parts = name.split(".")
        function = ddl.catalog.function(parts[-2] or None, parts[-1]) if len(parts) > 1 else None
        return function is not None and function.deterministic

    return known
