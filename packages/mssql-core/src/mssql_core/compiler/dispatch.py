"""The functions that translate expressions, in a table of each connection; nothing in Django is patched."""

from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence

from django.db.models.expressions import Col, OrderBy
from django.db.models.sql.where import WhereNode

from ..compat.orm import PARAMS
from ..plugin.types import CompileFunction
from .predicates import values_of

_VENDOR_METHOD = "as_microsoft"


class Kind(NamedTuple):
    """How the nodes of a class are compiled.

    :ivar functions: its compile functions, best first.
    :ivar with_values: makes values of the conditions among a node's arguments, and converts moments; None if there is nothing to do.
    :ivar params_type: of its parameters; those of a condition are a list in all versions of Django: UPDATE adds its own.
    :ivar has_vendor_method: the class has a method that Django calls instead of `as_sql`.
    """

    functions: Sequence[CompileFunction]
    with_values: Optional[Callable[[Any], Any]]
    params_type: type
    has_vendor_method: bool


#: From a class to the function that changes the arguments of its nodes, if any.
_Arguments = Callable[[type], Optional[Callable[[Any], Any]]]


class _Kinds(Dict[type, Kind]):
    """A table that the first node of each class extends."""

    def __init__(
        self, resolve: Callable[[type], Sequence[CompileFunction]], converting: Optional[_Arguments] = None
    ) -> None:
        self._resolve = resolve
        self._converting = converting

    def __missing__(self, kind: type) -> Kind:
        # Django looks for equal terms of ORDER BY by their hashes.
        params_type = list if issubclass(kind, WhereNode) else tuple if issubclass(kind, OrderBy) else PARAMS
        known = self[kind] = Kind(
            self._resolve(kind), self._arguments(kind), params_type, hasattr(kind, _VENDOR_METHOD)
        )
        return known

    def _arguments(self, kind: type) -> Optional[Callable[[Any], Any]]:
        with_values = values_of(kind)
        with_moments = self._converting(kind) if self._converting is not None else None
        if with_values is None or with_moments is None:
            return with_values or with_moments
        return _both(with_values, with_moments)


def _both(first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda node: second(first(node))


class CompilerDispatch:
    """A table from expression classes to compile functions.

    :param tables: plugins' tables in OPTIONS order, core's last.
    :param converting: see :func:`.moments.converting`.

    The nearest class of a node's MRO wins; at one class plugins come before
    core. A function is called as ``function(node, compiler, connection, **extra)`` and
    returns ``(sql, params)``, or NotImplemented to pass on to the next, at last to Django's
    ``as_sql``. A class that defines ``as_microsoft`` itself ends the walk, so that vendor
    methods of users keep working.
    """

    def __init__(
        self, tables: Iterable[Mapping[type, CompileFunction]], converting: Optional[_Arguments] = None
    ) -> None:
        self._tables: List[Mapping[type, CompileFunction]] = list(tables)
        #: Class -> how its nodes are compiled.
        self.kinds = _Kinds(self._resolve, converting)
        self.converts_moments = converting is not None
        self.translates_columns = bool(self.functions(Col))

    def functions(self, kind: type) -> Sequence[CompileFunction]:
        """Compile functions for a class, best first."""
        return self.kinds[kind].functions

    def _resolve(self, kind: type) -> Sequence[CompileFunction]:
        functions: List[CompileFunction] = []
        for base in kind.__mro__:
            functions += [table[base] for table in self._tables if base in table]
            if _VENDOR_METHOD in vars(base):
                break
        return tuple(functions)
