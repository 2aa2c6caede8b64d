"""Which function translates an expression: looked up per connection, nothing in Django is patched."""

from typing import Any, Callable, Dict, Iterable, List, Mapping, Sequence

CompileFunction = Callable[..., Any]


class CompilerDispatch:
    """A table from expression classes to compile functions.

    :param tables: plugins' tables in OPTIONS order, core's last.

    The nearest class of a node's MRO wins; at one class plugins come before
    core. A class that defines ``as_microsoft`` itself ends the walk, so that
    vendor methods of users keep working.
    """

    def __init__(self, tables: Iterable[Mapping[type, CompileFunction]]) -> None:
        self._tables: List[Mapping[type, CompileFunction]] = list(tables)
        self._resolved: Dict[type, Sequence[CompileFunction]] = {}

    def functions(self, kind: type) -> Sequence[CompileFunction]:
        """Compile functions for a class, best first."""
        found = self._resolved.get(kind)
        if found is None:
            found = self._resolved[kind] = self._resolve(kind)
        return found

    def _resolve(self, kind: type) -> Sequence[CompileFunction]:
        found: List[CompileFunction] = []
        for base in kind.__mro__:
            found += [table[base] for table in self._tables if base in table]
            if "as_microsoft" in vars(base):
                break
        return tuple(found)
