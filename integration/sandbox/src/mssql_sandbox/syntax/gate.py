"""Microsoft's grammar as a gate: texts that ScriptDom does not parse are refused.

maxdop has the parsers of all versions in one native binary. A statement of
a shape checked before (ignoring values, variables and delimited names) is
not checked again.
"""

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
_LONG = 100_000  # characters
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

_BEFORE_TABLE = (["TABLE"], ["INTO"], ["REFERENCES"])

# ScriptDom's error (SqlScriptDom/TSqlParserResource.resx) -> SQL Server's number (system messages).
_NUMBERS = {
    "46022": 321, "46047": 1033, "46048": 1062, "46074": 1069, "46084": 1028, "46086": 10759, "46088": 179, "46092": 4103,
    "46093": 1074, "46094": 1031, "46097": 10713, "46098": 1046, "46099": 4194, "46100": 4193,
}  # fmt: skip
_NAMED = {321: "hint", 4103: "name"}  # the placeholder of messages with a name, which is ScriptDom's first argument
_WORDED = {"46089": (119, 1), "46095": (103, 4)}  # number and state of errors where ScriptDom's text is the server's


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
        """:raises SqlServerError: 102 or 156 where the grammar stops, or the rule's own number."""
        tokens = tokenize(text, quoted_identifier)
        shapes = _shapes(tokens, quoted_identifier)
        with self._lock:
            for shape in shapes & self._passed.keys():
                self._passed.move_to_end(shape)
            if shapes <= self._passed.keys():
                return
        self._run(_condensed(text, tokens), quoted_identifier)
        with self._lock:
            self._passed.update(dict.fromkeys(shapes))
            while len(self._passed) > _KEPT:
                self._passed.popitem(last=False)

    def judge(self, text: str, error: SqlServerError, quoted_identifier: bool = True) -> SqlServerError:
        """The error for a text that our parser refused.

        If the parser stopped but Microsoft's grammar does not, the construct is unsupported; if the parser refused a
        construct as unsupported and the grammar refuses the text, it is a syntax error.
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


def _error(match: re.Match[str], text: str) -> SqlServerError:
    line, code = int(match[1] or 1), match[4]
    if code in _NUMBERS:
        number = _NUMBERS[code]
        named: dict[str, Any] = {_NAMED[number]: match[3].split(" ")[0].strip("\":'")} if number in _NAMED else {}
        return SqlServerError(number, line=line, **named)
    if code in _WORDED:
        number, state = _WORDED[code]
        return SqlServerError.worded(number, match[3], 15, state, line)
    if code == "46029":  # the end of the text: named by its last token
        last = [token for token in tokenize(text) if token.kind != "end"][-1:]
        near = last[0].text if last else ""
        return SqlServerError(102, near=near, line=last[0].line if last else line)
    named_word = re.search(r"encountered (.*) instead|near '(.*)'", match[3], re.S)
    if named_word is None:
        return SqlServerError.worded(102, match[3] or "Incorrect syntax.", 15, 1, line)
    word = named_word[1] or named_word[2]
    if word.upper() in RESERVED:
        return SqlServerError(156, near=word, line=line)
    return SqlServerError(102, near=word, line=line)


def _condensed(text: str, tokens: list[Token]) -> str:
    """The text without long values and comments, of which only the line ends are kept."""
    if len(text) < _LONG:
        return text
    parts, position = [], 0
    for token in tokens:
        parts.append(_lines(text[position : token.start], " "))
        source = text[token.start : token.end]
        if token.kind in ("string", "nstring"):
            source = _lines(source, source[: source.index(source[-1]) + 1], source[-1])
        parts.append("0x" if token.kind == "binary" else source)
        position = token.end
    return "".join(parts)


def _lines(source: str, before: str, after: str = "") -> str:
    return source if len(source) < _LONG // 10 else before + "\n" * source.count("\n") + after


def _shapes(tokens: list[Token], quoted_identifier: bool) -> set[bytes]:
    """Digests of the text without its values; repeated values and rows count once.

    In CREATE TABLE each column or constraint has a digest of its own.
    """
    words = [_word(token, tokens, number) for number, token in enumerate(tokens[:-1])]
    whole = _SAME_ROWS.sub(r"\1", _SAME_LISTS.sub("@v , @v", f" {' '.join(words)} "))
    texts = _definitions(words) if words[:4] == ["CREATE", "TABLE", "[]", "("] else [whole]
    return {
        hashlib.blake2b(f"{quoted_identifier}{part}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        for part in texts
    }


def _definitions(words: list[str]) -> list[str]:
    """The definitions of a CREATE TABLE, then the rest of the statement."""
    depth, definitions = 0, [""]
    for number, word in enumerate(words[4:], start=5):
        depth += (word == "(") - (word == ")")
        if depth < 0:
            return [*definitions, " ".join(words[:4] + words[number:])]
        if word == "," and not depth:
            definitions.append("")
        else:
            definitions[-1] += f" {word}"
    return [" ".join(words)]


def _word(token: Token, tokens: list[Token], number: int) -> str:
    if token.kind == "variable":
        return "@@v" if token.text.startswith("@@") else "@v"
    if token.kind == "name":
        # The grammar may treat a delimited name before a parenthesis specially, as a function or type.
        before = [earlier.key for earlier in tokens[max(number - 3, 0) : number]]
        is_table = before[-1:] in _BEFORE_TABLE or before == ["INDEX", "", "ON"]
        return "[]" if is_table or tokens[number + 1].key != "(" else f"[{token.text}]"
    return _SAME_VALUE.get(token.kind) or token.key


def _config(quoted_identifier: bool) -> str:
    descriptor, path = tempfile.mkstemp(suffix=".json", prefix="sandbox-gate-")
    with os.fdopen(descriptor, "w") as file:
        file.write('{"initialQuotedIdentifiers": %s}' % ("true" if quoted_identifier else "false"))
    return path


def _binary() -> str:
    path = shutil.which("maxdop", path=sysconfig.get_path("scripts")) or shutil.which("maxdop")
    if not path:
        raise RuntimeError("maxdop is not installed: pip install maxdop")
    return path
