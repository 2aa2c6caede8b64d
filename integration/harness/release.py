"""``hatch run release``: from fragments to the distributions of one package.

``hatch run release --draft [PACKAGE ...]``  prints what the changelogs would get, and changes nothing.
``hatch run release PACKAGE VERSION``        writes the version and the changelog, and removes the fragments; to be committed
                                             and tagged as PACKAGE-vVERSION.
``hatch run release TAG``                    builds what a tag such as ``mssql-json-v1.2.0`` names; continuous integration does.
                                             Links lead to the repository that GITHUB_REPOSITORY (owner/name) names.
``hatch run release --check``                refuses fragments that would be lost; a part of ``hatch run lint``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

from . import published
from .steps import tomllib

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
CONFIGURATION = "towncrier.toml"
_VERSION = r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?"
# Types of fragments allowed in a patch release.
_PATCH = {"bugfix"}


def packages(root: Path = ROOT) -> dict[str, Path]:
    """Each package's folder by its name."""
    paths = [*sorted(root.glob("packages/*/pyproject.toml")), root / "integration" / "sandbox" / "pyproject.toml"]
    return {tomllib.loads(path.read_text(encoding="utf-8"))["project"]["name"]: path.parent for path in paths}


def package_of(tag: str, root: Path = ROOT) -> Path:
    """Folder of the package that a tag releases.

    :raises ValueError: for a tag of another form, an unknown package, or a version that is not the package's.
    """
    matched = re.fullmatch(rf"(mssql-[a-z-]+)-v({_VERSION})", tag)
    if matched is None:
        raise ValueError(f"{tag!r} is no release tag: write it as mssql-json-v1.2.0.")
    name, version = matched.groups()
    folder = _folder(name, root)
    about = _about(folder)
    written = re.search(r'__version__ = "([^"]+)"', about.read_text(encoding="utf-8"))
    if written is None or written[1] != version:
        raise ValueError(f"{tag!r}: {about.name} of {name} says {written and written[1]}.")
    return folder


def check_changelog(folder: Path, version: str) -> None:
    """:raises ValueError: the changelog lacks the version, or fragments remain."""
    remedy = f"Run: hatch run release {folder.name} {version}"
    if f"\n## {version} (" not in (folder / "CHANGELOG.md").read_text(encoding="utf-8"):
        raise ValueError(f"CHANGELOG.md of {folder.name} has no heading of {version}. {remedy}")
    left = [path.name for path in fragments(folder)]
    if left:
        raise ValueError(f"Fragments of {folder.name} are not in its changelog: {', '.join(left)}. {remedy}")


def fragments(folder: Path) -> list[Path]:
    """The fragments of a package."""
    return sorted(path for path in (folder / "newsfragments").iterdir() if path.name != ".gitkeep")


def misnamed(root: Path = ROOT) -> Iterator[str]:
    """Messages about misnamed fragments, which towncrier silently ignores."""
    types = _types(root)
    for folder in packages(root).values():
        for path in fragments(folder):
            where = path.relative_to(root)
            if not re.fullmatch(rf"[a-z0-9][a-z0-9-]*\.({'|'.join(types)})\.md", path.name):
                yield f"{where}: a fragment is called name-of-the-change.TYPE.md, TYPE being {', '.join(types)}."
            elif not path.read_text(encoding="utf-8").strip():
                yield f"{where}: the fragment is empty."
            elif path.read_text(encoding="utf-8").startswith(("-", "*", "#")):
                yield f"{where}: a fragment is the text of one entry, without bullet or heading."


def prepare(name: str, version: str, root: Path = ROOT) -> None:
    """Write the version of a package, and its changelog from its fragments, which are removed.

    :raises ValueError: for an unknown package, another form of a version, a version that the changelog has, or a patch
        release of more than mends.
    """
    folder = _folder(name, root)
    if not re.fullmatch(_VERSION, version):
        raise ValueError(f"{version!r} is no version: write it as 1.2.0.")
    if f"\n## {version} (" in (folder / "CHANGELOG.md").read_text(encoding="utf-8"):
        raise ValueError(f"CHANGELOG.md of {name} has {version} already.")
    more = [path.name for path in fragments(folder) if path.name.split(".")[-2] not in _PATCH]
    if more and not re.match(r"\d+\.\d+\.0", version):
        raise ValueError(f"{version} is a patch release, which mends alone; these want a minor one: {', '.join(more)}.")
    _towncrier(folder, root, "--version", version, "--yes")
    about = _about(folder)
    text = re.sub(r'__version__ = "[^"]+"', f'__version__ = "{version}"', about.read_text(encoding="utf-8"))
    about.write_text(text, encoding="utf-8")


def draft(names: list[str], root: Path = ROOT) -> None:
    """Print what the changelogs would get.

    :param names: of packages; without them, all.
    :raises ValueError: for an unknown package.
    """
    for name in names or packages(root):
        print(f"# {name}\n", flush=True)
        _towncrier(_folder(name, root), root, "--version", "Unreleased", "--draft")


def build(folder: Path, tag: str, root: Path = ROOT, target: Path = DIST) -> int:
    """Build a package's distributions, with links that lead to the tag; the status of ``hatch build``.

    :raises ValueError: see :func:`harness.published.copy`.
    """
    with tempfile.TemporaryDirectory() as copies:
        return subprocess.call(["hatch", "build", str(target)], cwd=published.copy(folder, root, tag, Path(copies)))


def _folder(name: str, root: Path) -> Path:
    known = packages(root)
    if name not in known:
        raise ValueError(f"there is no package {name}; there are {', '.join(known)}.")
    return known[name]


def _about(folder: Path) -> Path:
    (path,) = folder.glob("src/*/__about__.py")
    return path


def _types(root: Path) -> list[str]:
    text = (root / CONFIGURATION).read_text(encoding="utf-8")
    return [kind["directory"] for kind in tomllib.loads(text)["tool"]["towncrier"]["type"]]


def _towncrier(folder: Path, root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "towncrier", "build", "--config", str(root / CONFIGURATION), "--dir", str(folder)]
    subprocess.run([*command, *arguments], check=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="hatch run release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="TAG | PACKAGE VERSION")
    parser.add_argument("--draft", action="store_true", help="print the news of packages")
    parser.add_argument("--check", action="store_true", help="look at the fragments' names")
    arguments = parser.parse_args(argv)
    try:
        return _run(parser, arguments)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1


def _run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    names = arguments.names
    if arguments.check:
        wrong = list(misnamed())
        print(*wrong, sep="\n", end="\n" if wrong else "")
        return int(bool(wrong))
    if arguments.draft:
        draft(names)
    elif len(names) == 2:
        prepare(*names)
    elif len(names) == 1:
        folder = package_of(names[0])
        check_changelog(folder, names[0].rpartition("-v")[2])
        return build(folder, names[0])
    else:
        parser.error("give a tag, or a package and a version")
    return 0


if __name__ == "__main__":
    sys.exit(main())
