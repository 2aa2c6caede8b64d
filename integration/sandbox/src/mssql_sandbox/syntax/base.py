"""The base of the parser's parts: the token cursor and names."""

from typing import Any, Callable, TypeVar

from ..errors import SqlServerError
from . import nodes
from .lexer import Token, tokenize

N = TypeVar("N", bound=nodes.Node)

# https://learn.microsoft.com/sql/t-sql/language-elements/reserved-keywords-transact-sql
# Not PRECISION and WITHIN: listed there only in two-word forms, the server accepts them alone as names.
RESERVED = frozenset(
    """ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK
    CHECKPOINT CLOSE CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTAINSTABLE CONTINUE
    CONVERT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DBCC
    DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISK DISTINCT DISTRIBUTED DOUBLE DROP DUMP ELSE END ERRLVL ESCAPE
    EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FILE FILLFACTOR FOR FOREIGN FREETEXT FREETEXTTABLE FROM FULL
    FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITY_INSERT IDENTITYCOL IF IN INDEX INNER INSERT
    INTERSECT INTO IS JOIN KEY KILL LEFT LIKE LINENO LOAD MERGE NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF
    OFFSETS ON OPEN OPENDATASOURCE OPENQUERY OPENROWSET OPENXML OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN
    PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ READTEXT RECONFIGURE REFERENCES REPLICATION RESTORE
    RESTRICT RETURN REVERT REVOKE RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA SECURITYAUDIT SELECT
    SEMANTICKEYPHRASETABLE SEMANTICSIMILARITYDETAILSTABLE SEMANTICSIMILARITYTABLE SESSION_USER SET SETUSER SHUTDOWN
    SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE TEXTSIZE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE TRY_CONVERT
    TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN WHERE WHILE WITH
    WRITETEXT""".split()
)


_UNSIZED = frozenset(
    "bit tinyint smallint int bigint money smallmoney date smalldatetime datetime real uniqueidentifier text ntext image".split()
)

# Maximum nesting of parentheses, subqueries and calls (error 191).
_DEEPEST = 1013


class SyntaxFault(SqlServerError):
    """Error 102 or 156 where this parser stops; the gate checks whether Microsoft's grammar stops as well.

    :param near: the token in the message.
    """

    def __init__(self, number: int, near: str, line: int) -> None:
        super().__init__(number, near=near, line=line)
        self.near = near


def _near(token: Token) -> str:
    """A token as messages show it: without delimiters, cut at the server's buffer size."""
    if token.kind == "binary":
        return "0x" + ("0" * (len(token.text) % 2) + token.text.lower())[:256]
    return token.text[: 129 if token.kind in ("string", "nstring") else 128]


def _closing_parentheses(tokens: list[Token]) -> dict[int, int]:
    """Token number of each ``(`` -> that of its ``)`` or of the end of the text.

    :raises SqlServerError: 191 nested too deeply.
    """
    closing: dict[int, int] = {}
    open_ones: list[int] = []
    for number, token in enumerate(tokens):
        if token.key == "(":
            open_ones.append(number)
            if len(open_ones) > _DEEPEST:
                raise SqlServerError(191, line=token.line)
        elif token.key == ")" and open_ones:
            closing[open_ones.pop()] = number
    return closing | dict.fromkeys(open_ones, len(tokens) - 1)


class Cursor:
    """A position in the tokens of one batch."""

    def __init__(self, text: str, quoted_identifier: bool) -> None:
        self.text = text
        self.tokens = tokenize(text, quoted_identifier)
        self.closing = _closing_parentheses(self.tokens)
        self.groups: set[int] = set()  # token numbers of the ")" that close a parenthesised condition
        self.at = 0
        self.token = self.tokens[0]

    # ---- moving

    def advance(self) -> Token:
        token = self.token
        self.at += 1
        self.token = self.tokens[min(self.at, len(self.tokens) - 1)]
        return token

    def back_to(self, position: int) -> None:
        self.at = position
        self.token = self.tokens[position]

    def ahead(self, distance: int = 1) -> Token:
        return self.tokens[min(self.at + distance, len(self.tokens) - 1)]

    # ---- words and operators

    def sees(self, *keys: str) -> bool:
        """Whether the next tokens are these words or operators."""
        if self.token.key != keys[0]:
            return False
        return all(self.ahead(offset).key == key for offset, key in enumerate(keys[1:], 1))

    def accept(self, *keys: str) -> bool:
        if not self.sees(*keys):
            return False
        for _ in keys:
            self.advance()
        return True

    def accept_one(self, *keys: str) -> str | None:
        if self.token.key in keys and self.token.key:
            return self.advance().key
        return None

    def expect(self, *keys: str) -> None:
        for key in keys:
            if self.token.key != key:
                raise self.error()
            self.advance()

    def error(self, token: Token | None = None, *, plain: bool = False) -> SyntaxFault:
        """Error 102, or 156 at a keyword, at a token (the next one by default).

        At the end of the text it is 102 at the last token; ``plain`` forces 102.
        """
        token = token or self.token
        if token.kind == "word" and token.key in RESERVED and not plain:
            return SyntaxFault(156, token.text, token.line)
        if token.kind == "end" and len(self.tokens) > 1:
            token = self.tokens[-2]
        return SyntaxFault(102, _near(token), token.line)

    def refusal(self) -> SqlServerError:
        """:meth:`error` without consulting Microsoft's grammar, which accepts some of these texts."""
        fault = self.error()
        return SqlServerError(fault.number, near=fault.near, line=fault.line)

    def mark(self, node: N, token: Token) -> N:
        node.line = token.line
        return node

    def source(self, first: int) -> str:
        """Source text from token number ``first`` to the last consumed token."""
        return self.text[self.tokens[first].start : self.tokens[self.at - 1].end]

    # ---- names

    def sees_name(self) -> bool:
        token = self.token
        return token.kind == "name" or token.kind == "word" and token.key not in RESERVED

    def identifier(self) -> str:
        """:raises SqlServerError: 103 longer than 128, 1038 empty."""
        if not self.sees_name():
            raise self.error()
        token = self.advance()
        if len(token.text) > 128:
            raise SqlServerError(103, start=token.text[:128], maximum=128, state=4, line=token.line)
        if not token.text:
            raise SqlServerError(1038, state=4, line=token.line)
        return token.text

    def name(self) -> nodes.Name:
        """A multi-part name; omitted middle parts (``a..b``) are ''."""
        token = self.token
        if token.kind == "variable":
            return self.mark(nodes.Name((self.advance().text.lower(),)), token)
        parts = [self.identifier()]
        while self.sees("."):
            self.advance()
            if self.sees("."):
                parts.append("")
            else:
                parts.append(self.identifier())
        return self.mark(nodes.Name(tuple(parts)), token)

    def identifiers(self) -> list[str]:
        """``(a, b, c)``"""
        self.expect("(")
        names = [self.identifier()]
        while self.accept(","):
            names.append(self.identifier())
        self.expect(")")
        return names

    def comma_list(self, item: Callable[[], Any]) -> list[Any]:
        items = [item()]
        while self.accept(","):
            items.append(item())
        return items

    def type_name(self, cast: bool = False) -> nodes.TypeName:
        """:raises SqlServerError: 2716, in a conversion 291, for a length of a type without one."""
        token = self.token
        if token.key == "NATIONAL" or token.key in ("DOUBLE", "CHARACTER", "CHAR", "BINARY"):
            words = [self.advance().text]
            while self.token.key in ("CHARACTER", "CHAR", "VARYING", "PRECISION", "TEXT"):
                words.append(self.advance().text)
            name = " ".join(words)
        else:
            name = ".".join(part for part in self.name().parts if part)
        arguments: tuple[str, ...] = ()
        if self.accept("("):
            arguments = tuple(self.comma_list(self._type_argument))
            self.expect(")")
            if name.lower() in _UNSIZED and arguments != ("0",):
                raise self._sized(name.lower(), cast, token.line)
        return self.mark(nodes.TypeName(name, arguments), token)

    @staticmethod
    def _sized(name: str, cast: bool, line: int) -> SqlServerError:
        if cast:
            return SqlServerError(291, name=name, line=line)
        return SqlServerError(2716, ordinal=1, type=name, line=line)

    def _type_argument(self) -> str:
        if self.token.kind in ("int", "word"):
            return self.advance().text.lower()
        raise self.error()
