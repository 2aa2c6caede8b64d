"""Which function translates an expression: looked up per connection, nothing in Django is patched."""

from typing import Callable, Dict, Iterable, List, Mapping, Sequence, Tuple

from django.db.models.expressions import Col

from ..plugin.types import CompileFunction
from .predicates import takes_values


class _Kinds(Dict[type, Tuple[Sequence[CompileFunction], bool]]):
    """Filled by the first node of each class."""

    def __init__(self, resolve: Callable[[type], Sequence[CompileFunction]]) -> None:
        self._resolve = resolve

    def __missing__(self, kind: type) -> Tuple[Sequence[CompileFunction], bool]:
        known = self[kind] = self._resolve(kind), takes_values(kind)
        return known


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
        #: Class -> its compile functions, best first, and whether conditions among its arguments become values.
        self.kinds = _Kinds(self._resolve)
        self.translates_columns = bool(self.functions(Col))

    def functions(self, kind: type) -> Sequence[CompileFunction]:
        """Compile functions for a class, best first."""
        return self.kinds[kind][0]

    def _resolve(self, kind: type) -> Sequence[CompileFunction]:
        found: List[CompileFunction] = []
        for base in kind.__mro__:
            found += [table[base] for table in self._tables if base in table]
            if "as_microsoft" in vars(base):
                break
        return tuple(found)
