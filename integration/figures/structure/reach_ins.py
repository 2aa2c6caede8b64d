"""Private names used outside the class or module that defines them.

A name is private with one leading underscore, and ours if a class or module of the package defines it: ``_meta`` and
similar names are Django's. A class may use its own private names on any object, as in ``__eq__``, and a module those
of its classes by class name, as in a table of methods.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import Iterable

from .sources import Source

# Public despite the underscore: https://docs.python.org/3/library/collections.html#collections.namedtuple
_PUBLIC = {"_asdict", "_field_defaults", "_fields", "_make", "_replace"}
_SELVES = {"self", "cls"}
_BY_NAME = {"getattr", "hasattr", "setattr", "delattr"}


def reach_ins(sources: Iterable[Source]) -> list[str]:
    """ "module:line expression" of each."""
    sources = list(sources)
    modules = {source.module for source in sources}
    made: set[str] = set()
    for source in sources:
        made.update(*_Makers(source.tree).names.values())
    places = []
    for source in sources:
        visitor = _Visitor(source, made, modules)
        visitor.visit(source.tree)
        places += [f"{source.module}:{line} {text}" for line, text in visitor.places]
    return places


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_" and name not in _PUBLIC


class _Makers(ast.NodeVisitor):
    """The private names that the module and each of its classes define.

    :ivar names: class, None for the module itself -> names.
    """

    def __init__(self, tree: ast.AST) -> None:
        self.names: defaultdict[ast.ClassDef | None, set[str]] = defaultdict(set)
        self._classes: list[ast.ClassDef] = []
        self._depth = 0
        self.visit(tree)

    def _make(self, name: str) -> None:
        if is_private(name):
            self.names[self._classes[-1] if self._classes else None].add(name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node)
        depth, self._depth = self._depth, 0
        self.generic_visit(node)
        self._depth = depth
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if not self._depth:
            self._make(node.name)
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def visit_Name(self, node: ast.Name) -> None:
        if not self._depth and isinstance(node.ctx, ast.Store):
            self._make(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store) and _is_self(node.value):
            self._make(node.attr)
        self.generic_visit(node)


class _Visitor(ast.NodeVisitor):
    """Finds the reach-ins of one module."""

    def __init__(self, source: Source, made: set[str], modules: set[str]) -> None:
        self.places: list[tuple[int, str]] = []
        self._source = source
        self._made = made
        self._modules = modules
        self._own = dict(_Makers(source.tree).names)
        self._classes: list[ast.ClassDef] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._use(node, node.value, node.attr)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """``getattr(other, "_name")`` and similar calls."""
        if isinstance(node.func, ast.Name) and node.func.id in _BY_NAME and len(node.args) > 1:
            other, name = node.args[:2]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                self._use(node, other, name.value)
        self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        origin = self._origin(node)
        if origin.partition(".")[0] != self._source.module.partition(".")[0]:
            return
        for alias in node.names:
            if f"{origin}.{alias.name}" in self._modules:
                self._import(node, f"{origin}.{alias.name}")
            elif is_private(alias.name):
                self.places.append((node.lineno, f"from {origin} import {alias.name}"))
            else:
                self._import(node, origin)

    def _import(self, node: ast.ImportFrom, module: str) -> None:
        """A private module may be used in its own folder and below."""
        parts = module.split(".")
        for position, part in enumerate(parts):
            folder = ".".join(parts[:position])
            if is_private(part) and not f"{self._source.module}.".startswith(f"{folder}."):
                self.places.append((node.lineno, f"import {module}"))
                return

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self._source.module.split(".")
        above = node.level - self._source.is_package
        return ".".join([*parts[: len(parts) - above], *([node.module] if node.module else [])])

    def _use(self, node: ast.expr, other: ast.expr, name: str) -> None:
        if not is_private(name) or name not in self._made or _is_self(other):
            return
        named = other.id if isinstance(other, ast.Name) else ""
        own = self._classes + [kind for kind in self._own if kind is not None and kind.name == named]
        if not any(name in self._own.get(kind, ()) for kind in own):
            self.places.append((node.lineno, ast.unparse(node)))


def _is_self(node: ast.expr) -> bool:
    """self, cls, super(), type(self), self.__class__."""
    if isinstance(node, ast.Name):
        return node.id in _SELVES
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__" and _is_self(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "super" or (node.func.id == "type" and _is_self(node.args[0]))
    return False
