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
  | (?P<word>[\w@#$]+)
  | (?P<open>['"\[])
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# A name with its schema, or a column with its table, is one name; lists of them stay lists.
_QUALIFIED = re.compile(r"N(?: \. N)+")


def skeleton(statement: str) -> str:
    """Words and signs, N for a delimited name, T for a text; what is not closed, and comments, stand out."""
    tokens = []
    for match in _TOKEN.finditer(statement):
        kind = match.lastgroup
        if kind == "space":
            continue
        tokens.append(
            {"text": "T", "name": "N", "comment": "<COMMENT>", "open": "<NOT CLOSED>"}.get(kind or "")
            or match.group().upper()
        )
    return _QUALIFIED.sub("N", " ".join(tokens))
