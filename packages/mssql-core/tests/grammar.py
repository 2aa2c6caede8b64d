"""Microsoft's own T-SQL grammars, through the maxdop command."""

import subprocess
import sys
from pathlib import Path

VERSIONS = ("2016", "2017", "2019", "2022", "2025")

_COMMAND = Path(sys.executable).parent / "maxdop"


def refusals(statements, versions=VERSIONS, folder=None):
    """Return (version, statement, message) of what the grammars refuse."""
    config = folder / "maxdop.json"
    config.write_text('{"initialQuotedIdentifiers": true}')
    refused = []
    for version in versions:
        if _parse("\nGO\n".join(statements), version, config) is None:
            continue
        for statement in statements:
            message = _parse(statement, version, config)
            if message is not None:
                refused.append((version, statement, message))
    return refused


def _parse(text, version, config):
    command = [_COMMAND, "--parser-version", version, "--config", config]
    done = subprocess.run(command, input=text, text=True, capture_output=True)
    return done.stderr if done.returncode else None
