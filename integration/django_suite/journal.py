"""``python -m django_suite.journal FILE VERSION``: is everything in a journal valid T-SQL?

Each distinct statement that reached the sandbox is parsed by Microsoft's own
grammar (maxdop) of the version, in one process for all of them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Iterable

_TEXTUAL = ("sp_executesql", "sp_prepexec", "sp_prepare")


def statements(entries: Iterable[dict]) -> list[str]:
    """The distinct texts of batches and prepared statements, in order of arrival."""
    texts: dict[str, None] = {}
    for entry in entries:
        text = entry.get("text")
        if text and (entry["kind"] == "batch" or entry.get("procedure", "").casefold() in _TEXTUAL):
            texts.setdefault(text)
    return list(texts)


def refused_statements(entries: Iterable[dict], version: str) -> list[tuple[str, str]]:
    """(statement, message) of what the grammar of ``version`` does not accept."""
    texts = statements(entries)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts):
            path = Path(folder) / f"{number}.sql"
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        config = Path(folder) / "maxdop.json"
        config.write_text('{"initialQuotedIdentifiers": true}', encoding="utf-8")
        names = Path(folder) / "files"
        names.write_text("\n".join(paths), encoding="utf-8")
        result = subprocess.run(
            [_binary(), "--parser-version", version, "--config", config, "--check", "--files-from", names],
            capture_output=True,
            text=True,
        )
    refused = re.findall(r"(\d+)\.sql: could not be parsed[^.]*\.\s*(.*)", result.stderr)
    return [(texts[int(number)], message) for number, message in refused]


def _binary() -> str:
    path = shutil.which("maxdop", path=sysconfig.get_path("scripts")) or shutil.which("maxdop")
    if not path:
        raise SystemExit("maxdop is not installed: pip install maxdop")
    return path


def main() -> int:
    file, version = sys.argv[1:3]
    with open(file, encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    refused = refused_statements(entries, version)
    for text, message in refused:
        print(f"-- {message}\n{text}\n")
    print(f"{len(statements(entries))} distinct statements, {len(refused)} refused by the grammar of {version}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
