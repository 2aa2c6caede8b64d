"""A statement without its delimited names and string literals.

The reader is independent: it shares no code with what writes the statements.
https://learn.microsoft.com/sql/t-sql/data-types/constants-transact-sql
https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*|/\*)
  | (?P<text>[Nn]?'(?:[^']|'')*')
  | (?P<name>\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*")
  | (?P<number>\d+(?:\.\d+)?(?![\w@#$]))
  | (?P<word>[\w@#$]+)
  | (?P<open>['"\[])
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# A qualified name counts as one; lists of names stay lists.
_QUALIFIED = re.compile(r"N(?: \. N)+")
# Parameters become P; the length of their list depends on the number of distinct values.
_PARAMETER = re.compile(r"@P\d+|\?|%S", re.IGNORECASE)
_LISTED = re.compile(r"P(?: , P)+")
# A text with a backslash before a line end is written as two literals, U+FFFF as NCHAR; but EXEC takes no expressions
# (error 102).
_JOINED = re.compile(r"\( PIECE(?: \+ PIECE)+ \)|PIECE(?: \+ PIECE)*".replace("PIECE", r"(?:T|NCHAR \( D \))"))


def skeleton(statement: str) -> str:
    """Words and punctuation, N for a delimited name, T for a text, D for a number, P for parameters.

    Comments and unclosed delimiters stand out.
    """
    tokens = []
    for match in _TOKEN.finditer(statement):
        kind = match.lastgroup
        if kind == "space":
            continue
        tokens.append(
            {"text": "T", "name": "N", "number": "D", "comment": "<COMMENT>", "open": "<NOT CLOSED>"}.get(kind or "")
            or _PARAMETER.sub("P", match.group().upper())
        )
    text = _LISTED.sub("P", _QUALIFIED.sub("N", " ".join(tokens)))
    return text if tokens[:1] == ["EXEC"] else _JOINED.sub("T", text)
