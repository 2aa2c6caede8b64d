"""The possible changes of a module: mutmut's operators, one change at a time.

mutmut makes the changes; it skips functions with decorators, annotations, and code outside functions. Skipped here are
changes of letter case in texts: T-SQL's keywords have no case, and mutmut makes other changes of texts as well.
"""

from __future__ import annotations

import ast
import difflib
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import libcst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

SOURCE = Path(__file__).parents[2] / "packages" / "mssql-core" / "src"
FOLDERS = ("schema", "introspection", "compiler", "connection")


@dataclass(frozen=True)
class Mutant:
    """One change of one function.

    :ivar path: the module's file.
    :ivar function: its name inside the module, ``Class.method`` for a method.
    :ivar number: its place among the changes of the module.
    """

    path: Path
    function: str
    number: int

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        parts = self.path.relative_to(SOURCE).with_suffix("").parts
        # A package's own text would be imported a second time by this name.
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @functools.cached_property
    def source(self) -> str:
        """The module's text with the change in it."""
        tree, mutations = _mutations(self.path)
        mutation = mutations[self.number]
        changed = tree.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        return str(changed.code)

    @functools.cached_property
    def changes(self) -> list[tuple[int, str]]:
        """Pairs of line number and text: those removed with their numbers, then those that replace them with 0."""
        old, new = self.path.read_text().splitlines(), self.source.splitlines()
        pairs: list[tuple[int, str]] = []
        for kind, start, end, low, high in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                pairs += [(number + 1, old[number]) for number in range(start, end)]
                pairs += [(0, text) for text in new[low:high]]
        return pairs

    @property
    def diff(self) -> str:
        """Removed and added lines, without numbers: what a list of reasons can name."""
        return "\n".join(f"{'-' if number else '+'} {text.strip()}" for number, text in self.changes)

    @property
    def lines(self) -> list[int]:
        """Numbers of the lines that are changed."""
        return [number for number, _ in self.changes if number]


def modules(paths: list[str]) -> Iterator[Path]:
    """The files to change: those given, or below a folder given; without any, all of the four folders."""
    for given in [Path(path).resolve() for path in paths] or [SOURCE / "mssql_core" / name for name in FOLDERS]:
        yield from sorted(given.rglob("*.py")) if given.is_dir() else [given]


def mutants(path: Path) -> list[Mutant]:
    """All changes of a module's functions, in the order of the text."""
    _, mutations = _mutations(path)
    return [Mutant(path, _name(path, mutation), number) for number, mutation in enumerate(mutations)]


@functools.lru_cache(maxsize=4)
def _mutations(path: Path) -> tuple[libcst.Module, list[Mutation]]:
    visitor = MutationVisitor(mutation_operators, IgnoredCode(set(), set(), set()))
    tree = MetadataWrapper(libcst.parse_module(path.read_text())).visit(visitor)
    return tree, [mutation for mutation in visitor.mutations if _owner(mutation) and not _only_case(mutation)]


def _only_case(mutation: Mutation) -> bool:
    old, new = mutation.original_node, mutation.mutated_node
    if isinstance(old, libcst.SimpleString) and isinstance(new, libcst.SimpleString):
        return old.value.lower() == new.value.lower()
    return False


def _owner(mutation: Mutation) -> libcst.FunctionDef | None:
    function = mutation.contained_by_top_level_function
    return function if isinstance(function, libcst.FunctionDef) else None


def _name(path: Path, mutation: Mutation) -> str:
    function = _owner(mutation)
    assert function is not None
    for node in _mutations(path)[0].body:
        if node is function:
            return str(node.name.value)
        if isinstance(node, libcst.ClassDef) and any(child is function for child in node.body.body):
            return f"{node.name.value}.{function.name.value}"
    raise LookupError(f"{path}: {function.name.value} is neither a function nor a method.")


@functools.lru_cache(maxsize=None)
def functions(path: Path) -> dict[str, tuple[int, int]]:
    """First line of the body and last line of each function and method, by its name inside the module."""
    spans = {}
    for node in ast.parse(path.read_text()).body:
        for name, child in [(node.name, node)] if isinstance(node, ast.FunctionDef) else _methods(node):
            spans[name] = (child.body[0].lineno, child.end_lineno or child.lineno)
    return spans


def _methods(node: ast.stmt) -> Iterator[tuple[str, ast.FunctionDef]]:
    if isinstance(node, ast.ClassDef):
        for child in node.body:
            if isinstance(child, ast.FunctionDef):
                yield f"{node.name}.{child.name}", child


@functools.lru_cache(maxsize=4)
def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def statement(path: Path, line: int) -> range:
    """Lines of the innermost statement there, without the bodies of a compound one."""
    best = range(line, line + 1)
    for node in _nodes(path):
        end = node.end_lineno or node.lineno if isinstance(node, ast.stmt) else 0
        if isinstance(node, ast.stmt) and node.lineno <= line <= end:
            inner = getattr(node, "body", None)
            last = inner[0].lineno - 1 if inner else end
            if line <= max(last, node.lineno):
                best = range(node.lineno, max(last, node.lineno) + 1)
    return best
