"""A package as published: links in its README and its project URLs lead to the repository at the tag.

On an index relative links to the repository's files would be dead. The publishing workflow knows the repository's
address: GITHUB_SERVER_URL and GITHUB_REPOSITORY.
https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from pathlib import Path

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def home() -> str:
    """The repository's address.

    :raises ValueError: GITHUB_REPOSITORY is not set.
    """
    name = os.environ.get("GITHUB_REPOSITORY")
    if not name:
        raise ValueError("GITHUB_REPOSITORY is not set; give owner/name, to which the package's links shall lead.")
    return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"


def readme(text: str, folder: Path, root: Path, address: str, tag: str) -> str:
    """A README whose links to files of the repository are addresses.

    :param text: the README.
    :param folder: its folder below `root`.
    :param address: of the repository.
    :raises ValueError: a link to a missing file.
    """

    def absolute(link: re.Match[str]) -> str:
        path = posixpath.normpath((folder.relative_to(root) / link[3]).as_posix())
        if not (root / path).exists():
            raise ValueError(f"README.md of {folder.name} links to {link[3]}, which is not there.")
        kind = "raw" if link[1] else "tree" if (root / path).is_dir() else "blob"
        return f"{link[1]}[{link[2]}]({address}/{kind}/{tag}/{path}{link[4] or ''})"

    return _LINK.sub(absolute, text)


def urls(folder: Path, root: Path, address: str, tag: str) -> str:
    """The table ``[project.urls]`` of a package.

    https://packaging.python.org/en/latest/specifications/well-known-project-urls/
    """
    here = f"{address}/blob/{tag}"
    path = folder.relative_to(root).as_posix()
    return (
        "\n[project.urls]\n"
        f'Homepage = "{address}"\n'
        f'Documentation = "{here}/docs/index.md"\n'
        f'Changelog = "{here}/{path}/CHANGELOG.md"\n'
        f'Source = "{address}/tree/{tag}/{path}"\n'
        f'Issues = "{address}/issues"\n'
        f'Security = "{address}/security/policy"\n'
    )


def copy(folder: Path, root: Path, tag: str, target: Path) -> Path:
    """Copy a package's folder into `target`, with absolute links.

    :returns: the copy, from which distributions are built.
    :raises ValueError: see :func:`home` and :func:`readme`.
    """
    address = home()
    made = target / folder.name
    shutil.copytree(folder, made, ignore=shutil.ignore_patterns("__pycache__", "dist", ".*cache"))
    page = made / "README.md"
    page.write_text(readme(page.read_text("utf-8"), folder, root, address, tag), encoding="utf-8")
    with (made / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(urls(folder, root, address, tag))
    return made
