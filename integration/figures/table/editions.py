"""Behaviour x editions of Azure and Fabric: ``hatch run plugin-table editions``."""

from __future__ import annotations

import sys

from harness.project import configure


def rows() -> list[tuple[str, dict[str, bool]]]:
    """A row for each behaviour of mssql-fabric: whether the sandbox of each edition shows it."""
    configure()
    from mssql_sandbox import Sandbox

    from ._editions import BEHAVIOURS, EDITIONS

    outcomes: dict[str, dict[str, bool]] = {}
    for edition in EDITIONS:
        with Sandbox(edition, journal=True) as sandbox:
            for name, behaviour in BEHAVIOURS.items():
                try:
                    behaviour(sandbox)
                except Exception as error:
                    print(f"{edition} {name}: {type(error).__name__}: {str(error)[:600]}", file=sys.stderr)
                    outcomes.setdefault(name, {})[edition] = False
                else:
                    outcomes.setdefault(name, {})[edition] = True
    return list(outcomes.items())
