"""Microsoft's own grammar as a gate: what ScriptDom does not parse is refused.

maxdop carries the parsers of all versions in one native binary. A statement of
a shape that was checked before (values, variables and delimited names apart) is
not checked again.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
import threading
from collections import OrderedDict
from typing import Any

from ..errors import NotSupported, SqlServerError
from .base import RESERVED, SyntaxFault
from .lexer import Token, tokenize

_KEPT = 20000
_MESSAGE = re.compile(r"could not be parsed[^.]*\.\s*(?:(\d+):(\d+): )?(.*?)\s*(?:\(error (\d+)\))?\s*$", re.S)
_SAME_VALUE = {
    "string": "'",
    "nstring": "N'",
    "int": "1",
    "decimal": "1.0",
    "float": "1e0",
    "binary": "0x",
    "money": "$1",
}
_VALUE = r"(?:@v|N'|'|1|1\.0|1e0|0x|\$1|NULL)"
_SAME_LISTS = re.compile(rf"(?<= ){_VALUE}(?: , {_VALUE})+(?= )")
_SAME_ROWS = re.compile(r"(\( [^()]* \))(?: , \1)+")

# ScriptDom's error -> SQL Server's number, severity, state and text ({0}: the name told first; None: ScriptDom's words).
# SqlScriptDom/TSqlParserResource.resx; the numbers: system messages of SQL Server.
_NUMBERS: dict[str, tuple[int, int, int, str | None]] = {
    "46022": (
        321,
        15,
        1,
        '"{0}" is not a recognized table hints option. If it is intended as a parameter to a table-valued function or to '
        "the CHANGETABLE function, ensure that your database compatibility mode is set to 90.",
    ),
    "46047": (
        1033,
        15,
        1,
        "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table "
        "expressions, unless TOP, OFFSET or FOR XML is also specified.",
    ),
    "46048": (1062, 15, 1, "The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause."),
    "46074": (1069, 16, 1, "Index hints are only allowed in a FROM or OPTION clause."),
    "46084": (1028, 15, 1, "The CUBE, ROLLUP, and GROUPING SETS constructs are not allowed in a GROUP BY ALL clause."),
    "46086": (10759, 15, 1, "Use of DISTINCT is not allowed with the OVER clause."),
    "46088": (179, 15, 1, "Cannot use the OUTPUT option when passing a constant to a stored procedure."),
    "46089": (119, 15, 1, None),
    "46092": (4103, 15, 1, "'{0}': Temporary views are not allowed."),
    "46093": (1074, 15, 1, "Creation of temporary functions is not allowed."),
    "46094": (1031, 15, 1, "Percent values must be between 0 and 100."),
    "46095": (103, 15, 4, None),
    "46097": (10713, 15, 1, "A MERGE statement must be terminated by a semi-colon (;)."),
    "46098": (1046, 15, 1, "Subqueries are not allowed in this context. Only scalar expressions are allowed."),
    "46099": (4194, 16, 1, "RANGE is only supported with UNBOUNDED and CURRENT ROW window frame delimiters."),
    "46100": (
        4193,
        16,
        1,
        "'BETWEEN ... FOLLOWING AND ... PRECEDING' is not a valid window frame and cannot be used with the OVER clause.",
    ),
}


class Gate:
    """Checks texts for one version.

    :param version: see versions.py; its ``grammar`` names the parser.
    """

    def __init__(self, version: Any) -> None:
        self.grammar = version.grammar
        self.binary = _binary()
        self._passed: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()
        self._configs = {quoted: _config(quoted) for quoted in (True, False)}

    def close(self) -> None:
        """Remove the configuration files."""
        for path in self._configs.values():
            if os.path.exists(path):
                os.unlink(path)

    def check(self, text: str, quoted_identifier: bool = True) -> None:
        """:raises SqlServerError: 102 or 156 at the place where the grammar stops, or the rule's own number."""
        shape = _shape(text, quoted_identifier)
        with self._lock:
            if shape in self._passed:
                self._passed.move_to_end(shape)
                return
        self._run(text, quoted_identifier)
        with self._lock:
            self._passed[shape] = None
            while len(self._passed) > _KEPT:
                self._passed.popitem(last=False)

    def judge(self, text: str, error: SqlServerError, quoted_identifier: bool = True) -> SqlServerError:
        """What to report for a text that our own parser refused.

        Where the parser merely stopped and Microsoft's grammar does not, the sandbox knows too little; where the
        parser knows the construct as unsupported and the grammar refuses the text, the text is wrong.
        """
        if not isinstance(error, (SyntaxFault, NotSupported)):
            return error
        try:
            self.check(text, quoted_identifier)
        except SqlServerError as refusal:
            specific = refusal.number not in (102, 156, 50999)
            return refusal if specific or isinstance(error, NotSupported) else error
        if isinstance(error, SyntaxFault):
            return NotSupported(f"the syntax near '{error.near}'", error.line)
        return error

    def _run(self, text: str, quoted_identifier: bool) -> None:
        if not text.strip():
            return
        result = subprocess.run(
            [self.binary, "--parser-version", self.grammar, "--config", self._configs[quoted_identifier]],
            input=text.encode("utf-8", "surrogatepass"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        if result.returncode == 0:
            return
        message = result.stderr.decode("utf-8", "replace")
        match = _MESSAGE.search(message)
        if not match or result.returncode != 1:
            raise NotSupported(f"the grammar check failed: {message.strip()[:200]}")
        raise _error(match, text)


def _error(match: re.Match, text: str) -> SqlServerError:
    line, code = int(match[1] or 1), match[4]
    known = _NUMBERS.get(code)
    if known is not None:
        number, severity, state, message = known
        name = match[3].split(" ")[0].strip("\":'")
        return SqlServerError(number, message.format(name) if message else match[3], severity, state, line)
    if code == "46029":  # the end of the text: named by its last token
        last = [token for token in tokenize(text) if token.kind != "end"][-1:]
        near = last[0].text if last else ""
        return SqlServerError(102, f"Incorrect syntax near '{near}'.", 15, 1, last[0].line if last else line)
    near = re.search(r"encountered (.*) instead|near '(.*)'", match[3], re.S)
    if near is None:
        return SqlServerError(102, match[3] or "Incorrect syntax.", 15, 1, line)
    word = near[1] or near[2]
    if word.upper() in RESERVED:
        return SqlServerError(156, f"Incorrect syntax near the keyword '{word}'.", 15, 1, line)
    return SqlServerError(102, f"Incorrect syntax near '{word}'.", 15, 1, line)


def _shape(text: str, quoted_identifier: bool) -> bytes:
    """A digest of the text without its values; lists of values and equal rows count once."""
    tokens = tokenize(text, quoted_identifier)
    words = " ".join(_word(token, tokens[number + 1]) for number, token in enumerate(tokens[:-1]))
    words = _SAME_ROWS.sub(r"\1", _SAME_LISTS.sub("@v , @v", f" {words} "))
    return hashlib.blake2b(f"{quoted_identifier}{words}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _word(token: Token, following: Token) -> str:
    if token.kind == "variable":
        return "@@v" if token.text.startswith("@@") else "@v"
    if token.kind == "name":
        # A delimited name before a parenthesis may be a function or type that the grammar treats specially.
        return f"[{token.text}]" if following.key == "(" else "[]"
    return _SAME_VALUE.get(token.kind) or token.key


def _config(quoted_identifier: bool) -> str:
    descriptor, path = tempfile.mkstemp(suffix=".json", prefix="sandbox-gate-")
    with os.fdopen(descriptor, "w") as file:
        file.write('{"initialQuotedIdentifiers": %s}' % ("true" if quoted_identifier else "false"))
    return path


def _binary() -> str:
    found = shutil.which("maxdop", path=sysconfig.get_path("scripts")) or shutil.which("maxdop")
    if not found:
        raise RuntimeError("maxdop is not installed: pip install maxdop")
    return found
