"""Text as a T-SQL literal."""

import re

# A backslash before a line end continues the literal on the next line and both characters are lost (Transact-SQL
# reference, "Backslash (Line Continuation)"); Microsoft's parser takes U+FFFF for the end of the text (46030).
_PIECES = re.compile(r"(?<=\\)(?=\r?\n)|(\uffff)")

# UTF-16 units that a sum of nvarchar(n) keeps; it is cut there unless one of them is nvarchar(max), without an error.
# https://learn.microsoft.com/sql/t-sql/language-elements/string-concatenation-transact-sql
_LONGEST = 4000


def string_literal(text: str) -> str:
    """
    Return `text` as an nvarchar literal, or as a sum of literals.

    The N prefix keeps characters outside of the database's code page; without
    it they would be stored as question marks.
    """
    pieces = [_piece(piece) for piece in _PIECES.split(text) if piece] or ["N''"]
    if len(pieces) == 1:
        return pieces[0]
    if len(text) > _LONGEST // 2:
        pieces[0] = "CAST(%s AS nvarchar(max))" % pieces[0]
    return "(%s)" % " + ".join(pieces)


def _piece(text: str) -> str:
    return "NCHAR(65535)" if text == "\uffff" else "N'%s'" % text.replace("'", "''")
