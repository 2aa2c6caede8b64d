"""JSON lookups x versions: random cases, each compared with Python's own answer.

``hatch run plugin-table json --count 10000``
"""

from __future__ import annotations

import contextlib
import sys
from typing import Iterator

from harness.project import configure, new_alias
from harness.server import Server

# "native": the type json, which holds objects and arrays only.
VERSIONS = (
    "2016",
    "2017",
    "2019",
    "2022",
    "2025",
    "2025 native",
    "azure",
    "azure native",
    "managed-instance",
    "fabric",
)
_FEW = 1000


def rows(count: int = _FEW) -> list[tuple[str, dict[str, bool]]]:
    """
    A row for each lookup: whether it agrees with Python on each version of the sandbox.

    :param count: random cases in all; each has up to four documents.
    """
    configure()
    from ._json_cases import CASES

    outcomes: dict[str, dict[str, bool]] = {name: {} for name in CASES}
    for version in VERSIONS:
        with connected(version) as alias:
            for name in CASES:
                outcomes[name][version] = _passes(name, alias, max(1, count // (len(CASES) * len(VERSIONS))))
    return list(outcomes.items())


def _passes(name: str, alias: str, count: int) -> bool:
    from ._json_cases import run

    try:
        run(name, alias, count)
    except Exception as error:
        print(f"{alias} {name}: {type(error).__name__}: {str(error)[:800]}", file=sys.stderr)
        for note in getattr(error, "__notes__", ()):
            print("   ", note[:800], file=sys.stderr)
        return False
    return True


@contextlib.contextmanager
def connected(version: str) -> Iterator[str]:
    """An alias on a new sandbox with the table of documents."""
    from mssql_sandbox.api import Sandbox

    number, _, kind = version.partition(" ")
    with Sandbox(version=number) as sandbox:
        plugins = {"json": {"native": kind == "native"}}
        # Fabric knows no SQL logins.
        database = Server.of_sandbox(sandbox).database("master", login=False, plugins=plugins)
        with with_documents(f"json {version}", {**database, "TOKEN": sandbox.token}) as alias:
            yield alias


@contextlib.contextmanager
def with_documents(alias: str, database: dict) -> Iterator[str]:
    """A new alias of Django with the table of documents.

    :param database: settings as in DATABASES.
    """
    from ._json_model import Document

    with new_alias(alias, database) as connection:
        with connection.schema_editor() as editor:
            editor.create_model(Document)
        yield alias
        with connection.schema_editor() as editor:
            editor.delete_model(Document)
