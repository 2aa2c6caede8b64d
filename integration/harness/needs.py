"""A command's needs of the machine: Pythons, hatch, a package index. One line names what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Sequence


class Missing(LookupError):
    """The machine lacks a need; the message is one line that says how to get it."""


def find_python(version: str) -> str | None:
    """The path of a Python of this version (major.minor): from PATH, from uv's own, or from pyenv's."""
    search = ["uv", "python", "find", "--no-project", "--no-python-downloads", "--system", version]
    answer = subprocess.run(search, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if answer.returncode == 0:
        return answer.stdout.strip()
    # A pyenv shim on PATH runs only the selected versions; uv stops at it.
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    installed = sorted(versions.glob(f"{version}.*/bin/python{version}"))
    return str(installed[-1]) if installed else None


def python(versions: Sequence[str]) -> str:
    """The path of the first of these Pythons that is installed, else of the first one, which uv then installs.

    :raises Missing: none is installed, and uv cannot install one.
    """
    for version in versions:
        path = find_python(version)
        if path:
            return path
    install = ["uv", "python", "install", "--quiet", "--no-bin", versions[0]]
    subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = find_python(versions[0])
    if path is None:
        raise Missing(no_python(versions))
    return path


def no_python(versions: Sequence[str]) -> str:
    """The sentence that names the missing Pythons, and how to install one."""
    named = versions[0] if len(versions) == 1 else f"one of {', '.join(versions)}"
    return f"no Python {named} on PATH; `uv python install {versions[0]}`, which needs a network, brings it"


def hatch() -> list[str]:
    """The command that runs hatch: from PATH, from the folder of uv's executable, or by uv itself."""
    path = shutil.which("hatch")
    beside = Path(os.environ["HATCH_UV"]).with_name("hatch") if "HATCH_UV" in os.environ else None
    if path is None and beside is not None and beside.exists():
        path = str(beside)
    return [path] if path else ["uv", "tool", "run", "hatch"]


def fetch(command: Sequence[str], what: str, environment: dict[str, str] | None = None) -> None:
    """Run a command that asks a package index.

    :param what: what it fetches, for the message.
    :raises Missing: it failed; with the first line of its error.
    """
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    )
    if done.returncode:
        lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
        errors = [line for line in lines if line.lower().startswith(("error:", "cause:"))] or lines[-1:]
        raise Missing(
            f"{what} could not be fetched ({'; '.join(errors[:2])[:300]}); it needs a network, or an index that pip and uv "
            "are told of (PIP_INDEX_URL, UV_INDEX_URL)"
        )


def told(main: Callable[[], int]) -> int:
    """The exit status of a command: 1, with one line on stderr instead of a traceback, if a need is missing."""
    try:
        return main()
    except Missing as missing:
        print(f"not run: {missing}", file=sys.stderr)
        return 1
