"""``python -m harness.elsewhere ENVIRONMENT SCRIPT ...``: run a script of another environment of hatch.toml.

hatch ends in a traceback if an environment's Python is missing. So this looks for the Pythons first; uv installs a
missing one, if it can. A matrix runs in the environments with a Python, and the others are listed at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import needs
from .steps import environments


def pythons(environment: dict[str, Any]) -> list[str]:
    """The Pythons that an environment, or its matrix, names; empty if any will do."""
    named = [version for entry in environment.get("matrix", ()) for version in entry.get("python", ())]
    return named or ([environment["python"]] if "python" in environment else [])


def main(argv: list[str]) -> int:
    """Run the script.

    :param argv: environment, script, and the script's arguments.
    :raises needs.Missing: hatch, the environment's Python or its packages cannot be had.
    """
    name, script, *arguments = argv
    environment = environments()[name]
    paths, missing = {}, []
    for version in pythons(environment):
        try:
            paths[version] = needs.python([version])
        except needs.Missing:
            missing.append(version)
    note = f"{name}: " + "; ".join(needs.no_python([version]) for version in missing[:1])
    if len(missing) > 1:
        note = f"{name}: no Python {', '.join(missing)} on PATH; `uv python install {' '.join(missing)}`, which needs a network, brings them"
    if missing and not paths:
        raise needs.Missing(note)
    status = _run(name, script, arguments, paths, "matrix" in environment)
    if missing:
        raise needs.Missing(note)
    return status


def _run(name: str, script: str, arguments: list[str], paths: dict[str, str], is_matrix: bool) -> int:
    folders = [str(Path(path).parent) for path in paths.values()]
    variables = {**os.environ, "PATH": os.pathsep.join([*folders, os.environ["PATH"]])}
    # The other environment must not inherit this process's.
    for variable in ("HATCH_ENV_ACTIVE", "VIRTUAL_ENV"):
        variables.pop(variable, None)
    if not is_matrix:
        needs.fetch([*needs.hatch(), "env", "create", name], f"the packages of the environment {name!r}", variables)
    chosen = [f"+py={','.join(paths)}"] if is_matrix else []
    return subprocess.run([*needs.hatch(), "run", *chosen, f"{name}:{script}", *arguments], env=variables).returncode


if __name__ == "__main__":
    sys.exit(needs.told(lambda: main(sys.argv[1:])))
