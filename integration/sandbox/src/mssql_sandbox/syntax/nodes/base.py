"""The root of all nodes, its four kinds, names and types."""

import sys
from dataclasses import dataclass, field

if sys.version_info >= (3, 11):
    from typing import dataclass_transform
else:
    from typing_extensions import dataclass_transform


@dataclass_transform(field_specifiers=(field,))
class _Made:
    """Makes each subclass a dataclass, where ``[]`` and ``{}`` are defaults made anew for each node."""

    def __init_subclass__(cls, kw_only: bool = False) -> None:
        for name in cls.__annotations__:
            if (value := vars(cls).get(name)) in ([], {}):
                setattr(cls, name, field(default_factory=type(value)))
        dataclass(kw_only=kw_only)(cls)


class Node(_Made, kw_only=True):
    """A node; comparisons, as in GROUP BY, ignore ``line``."""

    line: int = field(default=0, compare=False, repr=False)


class Name(Node):
    """A multi-part name, leaf last: ``[s].[t]`` is ``('s', 't')``; omitted parts are ''."""

    parts: tuple[str, ...]


class TypeName(Node):
    """``nvarchar(max)`` is ``('nvarchar', ('max',))``; ``decimal(10,2)`` has ``('10', '2')``."""

    name: str  # as written, possibly schema-qualified with '.'
    arguments: tuple[str, ...] = ()
    alias: int = 0  # user_type_id of the alias type that was resolved
    nullable: bool | None = None  # the alias type's nullability


class Expression(Node): ...


class Predicate(Node): ...


class Source(Node): ...


class Statement(Node): ...
