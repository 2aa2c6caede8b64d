"""Which function translates an expression: looked up per connection, nothing in Django is patched."""

from typing import Dict, Iterable, List, Mapping, Sequence

from ..plugin.types import CompileFunction


class CompilerDispatch:
    """A table from expression classes to compile functions.

    :param tables: plugins' tables in OPTIONS order, core's last.

    The nearest class of a node's MRO wins; at one class plugins come before
    core. A function is called as ``function(node, compiler, connection, **extra)`` and
    returns ``(sql, params)``, or NotImplemented to pass on to the next, at last to Django's
    ``as_sql``. A class that defines ``as_microsoft`` itself ends the walk, so that vendor
    methods of users keep working.
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
