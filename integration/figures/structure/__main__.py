"""``hatch run structure``: figures of the packages' structure.

Rooms are the direct children of a package: folders and modules. An arrow leads from a room to one that it imports from.
Circles are of modules; imports inside functions count, those only for type checkers do not. A reach-in is a private
name used outside the class or module that defines it. A function's lines are counted from its ``def`` to its end. The
status is 1 if there is a circle, or more of the rest than the options allow.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import Iterator, Sequence

import grimp

from .reach_ins import reach_ins
from .sources import read

PACKAGES = ("mssql_core", "mssql_json", "mssql_azure_auth", "mssql_fabric", "mssql_sandbox")
FUNCTION_LINES = 40
MODULE_LINES = 500


@dataclass(frozen=True)
class Figures:
    """The figures of one package.

    :ivar rooms: names, without the package's.
    :ivar arrows: pairs of rooms.
    :ivar circles: modules each of which imports the others, by any way round.
    :ivar reach_ins: a text for each place.
    :ivar functions: (lines, name), longest first.
    :ivar modules: (lines, name), longest first.
    """

    package: str
    rooms: list[str]
    arrows: list[tuple[str, str]]
    circles: list[tuple[str, ...]]
    reach_ins: list[str]
    functions: list[tuple[int, str]]
    modules: list[tuple[int, str]]


def measure(package: str) -> Figures:
    """All figures of an importable package."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    sources = read(package)
    functions = (function for source in sources for function in source.functions())
    return Figures(
        package,
        sorted(graph.find_children(package), key=str.casefold),
        arrows(graph),
        circles(graph),
        reach_ins(sources),
        sorted(functions, reverse=True),
        sorted(((source.lines, source.module) for source in sources), reverse=True),
    )


def arrows(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """Pairs of rooms with an import from the first to the second."""
    imports = {
        (_room(importer), _room(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    return sorted((one, other) for one, other in imports if one and other and one != other)


def _room(module: str) -> str:
    """Empty for the package itself."""
    return module.split(".")[1] if "." in module else ""


def circles(graph: grimp.ImportGraph) -> list[tuple[str, ...]]:
    """The groups of modules that import each other."""
    groups = {
        tuple(sorted(graph.find_upstream_modules(module) & graph.find_downstream_modules(module) | {module}))
        for module in graph.modules
    }
    return sorted(group for group in groups if len(group) > 1)


def table(all_figures: Sequence[Figures], function_lines: int, module_lines: int) -> Iterator[str]:
    """One line per package."""
    long = f"functions > {function_lines}"
    big = f"modules > {module_lines}"
    yield f"{'':<18}{'modules':>8}{'rooms':>7}{'arrows':>8}{'circles':>9}{'reach-ins':>11}{long:>16}{big:>15}   longest"
    for figures in all_figures:
        counts = (
            f"{figures.package:<18}{len(figures.modules):>8}{len(figures.rooms):>7}{len(figures.arrows):>8}"
            f"{len(figures.circles):>9}{len(figures.reach_ins):>11}"
            f"{_over(figures.functions, function_lines):>16}{_over(figures.modules, module_lines):>15}"
        )
        lines, name = figures.functions[0] if figures.functions else (0, "")
        yield f"{counts}   {name} ({lines} lines)"


def _over(lengths: list[tuple[int, str]], limit: int) -> int:
    return sum(lines > limit for lines, _ in lengths)


def details(figures: Figures, function_lines: int, module_lines: int) -> Iterator[str]:
    """The items behind counts of the table that exceed the aims."""
    yield f"\n{figures.package}: rooms and where their arrows lead"
    for name in figures.rooms:
        room = name.rpartition(".")[2]
        yield f"    {room:<22} {' '.join(other for one, other in figures.arrows if one == room)}".rstrip()
    for title, lines in (
        ("circles", [" - ".join(group) for group in figures.circles]),
        ("private reach-ins", figures.reach_ins),
        (
            f"functions over {function_lines} lines",
            [f"{n:>5} {name}" for n, name in figures.functions if n > function_lines],
        ),
        (f"modules over {module_lines} lines", [f"{n:>5} {name}" for n, name in figures.modules if n > module_lines]),
    ):
        if lines:
            yield f"  {title}"
            yield from (f"    {line}" for line in lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="hatch run structure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE")
    parser.add_argument("--function-lines", type=int, default=FUNCTION_LINES, help="a function with more is long")
    parser.add_argument("--module-lines", type=int, default=MODULE_LINES, help="a module with more is long")
    parser.add_argument("--reach-ins", type=int, metavar="N", help="fail with more private reach-ins")
    parser.add_argument("--long-functions", type=int, metavar="N", help="fail with more long functions")
    parser.add_argument("--long-modules", type=int, metavar="N", help="fail with more long modules")
    parser.add_argument("--brief", action="store_true", help="print the table alone")
    arguments = parser.parse_args(argv)
    function_lines, module_lines = arguments.function_lines, arguments.module_lines
    all_figures = [measure(package) for package in arguments.packages]
    print(*table(all_figures, function_lines, module_lines), sep="\n")
    for figures in () if arguments.brief else all_figures:
        print(*details(figures, function_lines, module_lines), sep="\n")
    limits = (
        ("import circles", sum(len(figures.circles) for figures in all_figures), 0),
        ("private reach-ins", sum(len(figures.reach_ins) for figures in all_figures), arguments.reach_ins),
        ("long functions", sum(_over(f.functions, function_lines) for f in all_figures), arguments.long_functions),
        ("long modules", sum(_over(f.modules, module_lines) for f in all_figures), arguments.long_modules),
    )
    exceeded = [
        f"{count} {name}, {limit} allowed" for name, count, limit in limits if limit is not None and count > limit
    ]
    for text in exceeded:
        print(text)
    return int(bool(exceeded))


if __name__ == "__main__":
    sys.exit(main())
