"""Scripts with GO lines, as sqlcmd and SSMS read them.

GO is no statement: the server takes it for an alias. https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-go
"""

import re
from typing import Iterator, List, Match, Optional

# Where GO is no separator: literals, quoted names, comments; those between /* and */ nest.
_TOKENS = re.compile(
    r"""(?P<text>'[^']*'|"[^"]*"|\[(?:[^\]]|\]\])*\]|--[^\n]*)|(?P<open>/\*)|(?P<close>\*/)"""
    r"""|(?P<go>^[ \t]*GO(?:[ \t]+(?P<count>0*[1-9]\d*))?[ \t]*;?[ \t]*(?:--[^\n]*)?\r?$)""",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT_ENDS = re.compile(r"(?P<open>/\*)|(?P<close>\*/)")


def split_batches(script: str) -> Optional[List[str]]:
    """The batches of a script, without empty ones; ``GO 3`` repeats its batch three times.

    A count is positive: ``GO 0`` is left to the server, which refuses it (102).

    :returns: None where the script has no GO line.
    """
    batches, start, separated = [], 0, False
    for token in _go_lines(script):
        separated = True
        batches += [script[start : token.start()].strip()] * int(token["count"] or 1)
        start = token.end()
    if not separated:
        return None
    return [batch for batch in [*batches, script[start:].strip()] if batch]


def without_texts(sql: str) -> str:
    """SQL with its literals and delimited names empty, and a blank for each comment: what is left are the words of T-SQL."""
    parts: List[str] = []
    position = depth = 0
    while True:
        token = (_COMMENT_ENDS if depth else _TOKENS).search(sql, position)
        if token is None:
            return "".join(parts) + ("" if depth else sql[position:])
        if not depth:
            text = token["text"] or ""
            is_comment = token["open"] or text.startswith("--")
            parts += [sql[position : token.start()], " " if is_comment else text[:1] + text[-1:] or token.group()]
        position = token.end()
        depth = max(depth + bool(token["open"]) - bool(token["close"]), 0)


def _go_lines(script: str) -> Iterator[Match[str]]:
    """The GO lines outside of strings, names and comments."""
    position, depth = 0, 0
    while True:
        token = (_COMMENT_ENDS if depth else _TOKENS).search(script, position)
        if token is None:
            return
        position = token.end()
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(depth - 1, 0)
        elif token["go"] is not None:
            yield token
