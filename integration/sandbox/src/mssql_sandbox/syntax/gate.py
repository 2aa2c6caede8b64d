"""Microsoft's own grammar as a gate: what ScriptDom does not parse is refused.

maxdop carries the parsers of all versions in one native binary. A statement of
a shape that was checked before (literals apart) is not checked again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
import threading
from collections import OrderedDict
from typing import Any

from ..errors import SqlServerError
from .lexer import tokenize

_KEPT = 20000
_MESSAGE = re.compile(r"could not be parsed[^.]*\.\s*(?:(\d+):(\d+): )?(.*)", re.S)
_LITERALS = {"string": "''", "nstring": "N''", "int": "1", "decimal": "1.0", "float": "1e0", "binary": "0x00"}


class Gate:
    """Checks texts for one version.

    :param version: see versions.py; its ``grammar`` names the parser.
    """

    def __init__(self, version: Any) -> None:
        self.grammar = version.grammar
        self.binary = _binary()
        self._passed: OrderedDict[tuple, None] = OrderedDict()
        self._lock = threading.Lock()
        descriptor, self._config = tempfile.mkstemp(suffix=".json", prefix="sandbox-gate-")
        with os.fdopen(descriptor, "w") as file:
            file.write('{"initialQuotedIdentifiers": true}')

    def close(self) -> None:
        """Remove the configuration file."""
        if os.path.exists(self._config):
            os.unlink(self._config)

    def check(self, text: str) -> None:
        """:raises SqlServerError: 102 or 156 at the place where the grammar stops."""
        shape = _shape(text)
        with self._lock:
            if shape in self._passed:
                self._passed.move_to_end(shape)
                return
        self._run(text)
        with self._lock:
            self._passed[shape] = None
            while len(self._passed) > _KEPT:
                self._passed.popitem(last=False)

    def _run(self, text: str) -> None:
        if not text.strip():
            return
        result = subprocess.run(
            [self.binary, "--parser-version", self.grammar, "--config", self._config],
            input=text.encode("utf-8", "surrogatepass"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        if result.returncode == 0:
            return
        message = result.stderr.decode("utf-8", "replace")
        match = _MESSAGE.search(message)
        if not match:
            raise SqlServerError(50999, f"sandbox: not supported: the grammar check failed: {message.strip()[:200]}")
        raise _error(match)


def _error(match: re.Match) -> SqlServerError:
    line = int(match[1] or 1)
    text = re.sub(r"\s*\(error \d+\)\s*$", "", match[3].strip())
    number = 156 if "the keyword" in text else 102
    return SqlServerError(number, text or "Incorrect syntax.", 15, 1, line)


def _shape(text: str) -> tuple:
    return tuple(_LITERALS.get(token.kind) or (token.kind, token.text) for token in tokenize(text))


def _binary() -> str:
    found = shutil.which("maxdop", path=sysconfig.get_path("scripts")) or shutil.which("maxdop")
    if not found:
        raise RuntimeError("maxdop is not installed: pip install maxdop")
    return found
