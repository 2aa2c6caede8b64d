"""Equivalent survivors, each with its reason, from ``reasons.toml``."""

from __future__ import annotations

import sys
from pathlib import Path

from .generate import Mutant

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("reasons.toml")


def reasons() -> dict[tuple[str, str, str], str]:
    """Module, function and diff -> why no test can tell the difference."""
    with open(FILE, "rb") as file:
        entries = tomllib.load(file).get("survivor", [])
    return {
        (entry["module"], entry["function"], diff.strip()): entry["reason"]
        for entry in entries
        for diff in entry["diffs"]
    }


def key(mutant: Mutant) -> tuple[str, str, str]:
    """Where ``reasons`` has the mutant."""
    return mutant.module, mutant.function, mutant.diff
