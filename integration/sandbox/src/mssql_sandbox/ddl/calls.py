"""Calls of user-defined functions in views, functions, defaults, constraints and computed columns."""

from typing import Any, Callable

from ..syntax import nodes
from ..syntax.walk import below
from .context import Ddl


def functions_in(ddl: Ddl, body: Any) -> list[int]:
    """Ids of the user-defined functions that ``body`` calls."""
    ids: dict[int, None] = {}
    for call in below(body):
        source = isinstance(call, nodes.FunctionSource)
        called = call.call if isinstance(call, nodes.FunctionSource) else call
        written = called.name if isinstance(called, nodes.FunctionCall) else ""
        if not written or not source and "." not in written:
            continue
        parts = written.split(".")
        function = ddl.catalog.function(parts[-2] if len(parts) > 1 and parts[-2] else None, parts[-1])
        if function is not None:
            ids[function.id] = None
    return list(ids)


def register_calls(ddl: Ddl, node: nodes.Node, referencing: int, minor: int = 0) -> None:
    """Register the functions that a default, CHECK constraint or computed column calls, to refuse dropping them."""
    for number in functions_in(ddl, node):
        ddl.insert("dependencies", referencing_id=referencing, referencing_minor_id=minor, referenced_id=number)


def deterministic_names(ddl: Ddl) -> Callable[[str], bool]:
    """The test whether a named function is deterministic, which only schema-bound ones are."""

    def known(name: str) -> bool:
        parts = name.split(".")
        function = ddl.catalog.function(parts[-2] or None, parts[-1]) if len(parts) > 1 else None
        return function is not None and function.deterministic

    return known
