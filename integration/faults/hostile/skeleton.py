"""What is left of a statement without its delimited names and string literals.

A reader of its own: it shares nothing with what writes the statements.
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
# A name with its schema, or a column with its table, is one name; lists of them stay lists.
_QUALIFIED = re.compile(r"N(?: \. N)+")
# Parameters by their number; a list of them is as long as it has different values.
_PARAMETER = re.compile(r"@P\d+|\?|%S", re.IGNORECASE)
_LISTED = re.compile(r"P(?: , P)+")
# A text with a backslash before the end of a line is written in two, U+FFFF by its number; but EXEC takes no
# expressions (error 102).
_JOINED = re.compile(r"\( PIECE(?: \+ PIECE)+ \)|PIECE(?: \+ PIECE)*".replace("PIECE", r"(?:T|NCHAR \( D \))"))


def skeleton(statement: str) -> str:
    """Words and signs, N for a delimited name, T for a text, D for a number, P for parameters.

    What is not closed, and comments, stand out.
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
