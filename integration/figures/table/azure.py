"""Ways to sign in x editions: ``hatch run plugin-table azure``.

Each way is tried with the real ODBC driver and azure-identity, against a token service on this machine and a sandbox
that checks what it receives. A token that has to be refused passes when the server refuses it with error 18456.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from harness.project import configure

EDITIONS = ("azure", "managed-instance", "fabric")


def rows() -> list[tuple[str, dict[str, bool]]]:
    """A row for each way to authenticate: whether the server of each edition sees the right principal."""
    configure()
    from cloud.entra import EntraService
    from cloud.entra.ways import prepare, refusals, ways

    from mssql_sandbox import Sandbox

    outcomes: dict[str, dict[str, bool]] = {}
    with EntraService() as entra, tempfile.TemporaryDirectory() as folder:
        prepare(entra)
        issuer = entra.trusted_by_sandbox(authority=f"{entra.authority}/{entra.tenant}")
        for edition in EDITIONS:
            with Sandbox(edition, token_issuer=issuer) as sandbox:
                for name, way in ways(entra, Path(folder)).items():
                    outcomes.setdefault(name, {})[edition] = _signs_in(name, sandbox, way)
                for name, refusal in refusals(entra).items():
                    outcomes.setdefault(f"refused: {name}", {})[edition] = _is_refused(sandbox, *refusal)
    return list(outcomes.items())


def _signs_in(name: str, sandbox: object, way: object) -> bool:
    from cloud.entra.attempt import principal

    try:
        return principal(sandbox, way) == way.principal
    except Exception as error:
        print(f"{sandbox.version} {name}: {type(error).__name__}: {str(error)[:500]}", file=sys.stderr)
        return False


def _is_refused(sandbox: object, token: object, words: str) -> bool:
    from cloud.entra.attempt import principal
    from cloud.entra.ways import Way
    from django.db import OperationalError

    try:
        principal(sandbox, Way({"token": token}))
    except OperationalError as error:
        return error.__cause__.number == 18456 and words in str(error)
    return False
