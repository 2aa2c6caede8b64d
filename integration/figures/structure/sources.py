"""The modules of a package as source text."""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One module.

    :ivar module: its dotted name.
    :ivar is_package: whether it is the ``__init__`` of a folder.
    """

    module: str
    text: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[tuple[int, str]]:
        """(lines, dotted name) of each function: from ``def`` to its end, decorators left out."""
        yield from _functions(self.tree, self.module)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        name = f"{prefix}.{child.name}" if isinstance(child, (Function, ast.ClassDef)) else prefix
        if isinstance(child, Function):
            yield (child.end_lineno or child.lineno) - child.lineno + 1, name
        yield from _functions(child, name)


def read(package: str) -> list[Source]:
    """The modules of an importable package.

    :raises ModuleNotFoundError: when there is none.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package} is installed here", name=package)
    top = Path(spec.submodule_search_locations[0])
    return [_source(package, top, path) for path in sorted(top.rglob("*.py"))]


def _source(package: str, top: Path, path: Path) -> Source:
    name = ".".join((package, *path.relative_to(top).with_suffix("").parts))
    return Source(name.removesuffix(".__init__"), path.read_text(encoding="utf-8"), path.name == "__init__.py")
