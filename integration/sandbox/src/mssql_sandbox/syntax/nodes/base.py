"""The root of all nodes, its four kinds, names and types."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Node:
    line: int = field(default=0, compare=False, repr=False)
    column: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Name(Node):
    """A multi-part name, leaf last: ``[s].[t]`` is ``('s', 't')``; omitted parts are ''."""

    parts: tuple[str, ...]


@dataclass(slots=True)
class TypeName(Node):
    """``nvarchar(max)`` is ``('nvarchar', ('max',))``; ``decimal(10,2)`` has ``('10', '2')``."""

    name: str  # as written, possibly schema-qualified with '.'
    arguments: tuple[str, ...] = ()
    alias: int = 0  # user_type_id of the alias type that is written instead
    nullable: bool | None = None  # as the alias type says


class Expression(Node):
    __slots__ = ()


class Predicate(Node):
    __slots__ = ()


class Source(Node):
    __slots__ = ()


class Statement(Node):
    __slots__ = ()
