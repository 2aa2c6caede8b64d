"""``hatch run release TAG``: the distributions of the one package that a tag such as ``mssql-json-v1.2.0`` names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"


def package_of(tag: str, root: Path = ROOT) -> Path:
    """Folder of the package that a tag releases.

    :raises ValueError: for a tag of another form, an unknown package, or a version that is not the package's.
    """
    matched = re.fullmatch(r"(mssql-[a-z-]+)-v(\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?)", tag)
    if matched is None:
        raise ValueError(f"{tag!r} is no release tag: write it as mssql-json-v1.2.0.")
    name, version = matched.groups()
    folder = root / "integration" / "sandbox" if name == "mssql-sandbox" else root / "packages" / name
    about = folder / "src" / name.replace("-", "_") / "__about__.py"
    if not about.exists():
        raise ValueError(f"{tag!r}: there is no package {name}.")
    written = re.search(r'__version__ = "([^"]+)"', about.read_text(encoding="utf-8"))
    if written is None or written[1] != version:
        raise ValueError(f"{tag!r}: {about.name} of {name} says {written and written[1]}.")
    return folder


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        folder = package_of(sys.argv[1])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return subprocess.call(["hatch", "build", str(DIST)], cwd=folder)


if __name__ == "__main__":
    sys.exit(main())
