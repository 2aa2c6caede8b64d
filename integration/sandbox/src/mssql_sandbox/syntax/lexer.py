"""Splits T-SQL text into tokens."""

import re
from typing import NamedTuple

from ..errors import SqlServerError


class Token(NamedTuple):
    """kind: word, name (quoted), variable, int, decimal, float, money, string, nstring, binary, op, end.

    ``text`` is the source for words and operators, the decoded value otherwise;
    ``key`` is the upper-case word, the operator, or ''.
    """

    kind: str
    text: str
    key: str
    start: int
    end: int
    line: int


_TOKEN = re.compile(
    r"""
    (?P<space>[\s\ufeff]+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<nstring>[Nn]'[^']*'(?!'))
  | (?P<string>'[^']*'(?!'))
  | (?P<bracket>\[[^\]]*\](?!\]))
  | (?P<quoted>"[^"]*"(?!"))
  | (?P<doubled>[Nn]?'|\[|")
  | (?P<variable>@@?[\w@#$]+)
  | (?P<binary>0[xX][0-9A-Fa-f]*(?:\\\r?\n[0-9A-Fa-f]*)*)
  | (?P<money>[$\u00a3\u20ac][+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))
  | (?P<float>(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]*)
  | (?P<decimal>[0-9]+\.[0-9]*|\.[0-9]+)
  | (?P<int>[0-9]+)
  | (?P<word>[^\W\d][\w@#$]*|\#\#?[\w@#$]+|\$(?:action|identity|rowguid|partition|node_id|edge_id|from_id|to_id|cuid)\b)
  | (?P<op><>|!=|<=|>=|!<|!>|\+=|-=|\*=|/=|%=|&=|\^=|\|\|=|\|=|\|\||<<|>>|::|[-+*/%&|^~<>=(),.;:{}?])
    """,
    re.X | re.I,
)
_CONTINUATION = re.compile(r"\\\r?\n")
# Opening marks of tokens that may contain their closing mark, doubled.
_DELIMITED = {"N'": ("nstring", "'"), "'": ("string", "'"), "[": ("bracket", "]"), '"': ("quoted", '"')}
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def tokenize(text: str, quoted_identifier: bool = True) -> list[Token]:
    """:raises SqlServerError: 105 unclosed quotation mark, 113 missing end of comment, 102 stray character."""
    tokens: list[Token] = []
    position, line, length = 0, 1, len(text)
    match_at = _TOKEN.match
    while position < length:
        match = match_at(text, position)
        if match is None:
            raise _stray(text, position, line)
        kind = match.lastgroup or ""
        value = match.group()
        end = match.end()
        if kind == "doubled":
            kind, mark = _DELIMITED[value.upper()]
            end = _closing(text, end, mark)
            if not end:
                raise _stray(text, position, line)
            value = text[position:end]
        if kind == "space":
            pass
        elif kind == "comment":
            end = _comment_end(text, position, line)
            value = text[position:end]
        elif kind == "word":
            tokens.append(Token("word", value, value.upper(), position, end, line))
        elif kind == "op":
            tokens.append(Token("op", value, value, position, end, line))
        else:
            tokens.append(_literal(kind, value, position, end, line, quoted_identifier))
        if "\n" in value:
            line += value.count("\n")
        position = end
    tokens.append(Token("end", "", "", length, length, line))
    return tokens


def _literal(kind: str, value: str, start: int, end: int, line: int, quoted_identifier: bool) -> Token:
    if kind == "string":
        return Token("string", _characters(value[1:-1]), "", start, end, line)
    if kind == "nstring":
        return Token("nstring", _characters(value[2:-1]), "", start, end, line)
    if kind == "bracket":
        return Token("name", value[1:-1].replace("]]", "]"), "", start, end, line)
    if kind == "quoted":
        text = value[1:-1].replace('""', '"')
        return Token("name" if quoted_identifier else "string", text, "", start, end, line)
    if kind == "binary":
        return Token("binary", _CONTINUATION.sub("", value[2:]), "", start, end, line)
    if kind == "variable":
        return Token("variable", value, "", start, end, line)
    return Token(kind, value, "", start, end, line)


def _closing(text: str, at: int, mark: str) -> int:
    """The position after the closing mark, 0 without one. A regular expression would need memory per doubled mark."""
    while (at := text.find(mark, at) + 1) and text.startswith(mark, at):
        at += 1
    return at


def _characters(body: str) -> str:
    """Join lines of a string that end with a backslash.

    https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-backslash
    """
    body = body.replace("''", "'")
    return _CONTINUATION.sub("", body) if "\\" in body else body


def _comment_end(text: str, position: int, line: int) -> int:
    depth, at = 0, position
    while True:
        edge = _COMMENT_EDGE.search(text, at)
        if edge is None:
            raise SqlServerError(113, line=line)
        depth += 1 if edge.group() == "/*" else -1
        at = edge.end()
        if not depth:
            return at


def _stray(text: str, position: int, line: int) -> SqlServerError:
    character = text[position]
    if character in "'\"[" or text[position : position + 2] in ("N'", "n'"):
        rest = text[position:].removeprefix("N").removeprefix("n")[1:129]
        return SqlServerError(105, rest=rest, line=line)
    return SqlServerError(102, near=character, line=line)
