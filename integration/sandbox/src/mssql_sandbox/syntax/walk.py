"""Traversal of the tree."""

from dataclasses import fields
from typing import Any, Iterator

from . import nodes

_SKIPPED = ("line", "text")
_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(type_: type[nodes.Node]) -> tuple[str, ...]:
    names = _FIELDS.get(type_)
    if names is None:
        names = _FIELDS[type_] = tuple(field.name for field in fields(type_) if field.name not in _SKIPPED)
    return names


def children(node: nodes.Node) -> Iterator[nodes.Node]:
    """Child nodes, in text order."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, nodes.Node):
            yield value
        elif isinstance(value, (list, tuple, dict)):
            yield from _items(value)


def _items(values: Any) -> Iterator[nodes.Node]:
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, nodes.Node):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _items(value)


def below(node: Any, outside: type | tuple[type, ...] = ()) -> Iterator[nodes.Node]:
    """A node, or those of a list, and all nodes below; not recursive.

    :param outside: nodes to skip with all nodes below.
    """
    waiting = list(_items([node]))[::-1]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, outside):
            yield current
            waiting.extend(reversed(list(children(current))))
