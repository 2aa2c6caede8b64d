"""DECLARE CURSOR, OPEN, FETCH, CLOSE and DEALLOCATE."""

from ..errors import SqlServerError
from . import nodes
from .ddl import Definitions
from .lexer import Token

_OPTIONS = frozenset(
    """LOCAL GLOBAL FORWARD_ONLY SCROLL STATIC KEYSET DYNAMIC FAST_FORWARD READ_ONLY SCROLL_LOCKS OPTIMISTIC
    TYPE_WARNING""".split()
)


class CursorStatements(Definitions):
    def declare_cursor(self, token: Token) -> nodes.DeclareCursor:
        """A declaration after DECLARE: name, options of the ISO syntax, CURSOR ..."""
        name = self.identifier()
        options = []
        while self.token.key != "CURSOR":
            if self.token.key not in ("INSENSITIVE", "SCROLL"):
                if self.token.kind == "word":
                    raise self._unknown_option()
                raise self.error()
            options.append(self.advance().key)
        return self._cursor(name, options, token)

    def _unknown_option(self) -> SqlServerError:
        token = self.token
        return SqlServerError(155, name=token.text, kind="CURSOR", state=2, line=token.line)

    def _cursor(self, name: str, options: list[str], token: Token) -> nodes.DeclareCursor:
        self.expect("CURSOR")
        mixed = bool(options)
        while self.token.key != "FOR":
            if self.token.kind != "word":
                raise self.error()
            if self.token.key not in _OPTIONS:
                raise self._unknown_option()
            if mixed:
                raise SqlServerError(1049, line=self.token.line)
            options.append(self.advance().key)
        self.advance()
        self.cursor_query = True
        query = self.query()
        self.cursor_query = False
        if self.accept("FOR"):
            start = self.at
            self.advance()
            if self.accept("OF"):
                self.comma_list(self.identifier)
            elif self.tokens[start].key == "READ":
                self.expect("ONLY")
            options.append("FOR " + self.source(start).upper())
        return self.mark(nodes.DeclareCursor(name, query, options), token)

    def cursor_value(self) -> nodes.CursorValue:
        """``CURSOR ... FOR query`` in SET @variable."""
        token = self.token
        return self.mark(nodes.CursorValue(self._cursor("", [], token)), token)

    def cursor_command(self) -> nodes.CursorCommand:
        """OPEN, FETCH, CLOSE and DEALLOCATE."""
        token = self.advance()
        command = self.mark(nodes.CursorCommand(token.key, ""), token)
        if token.key == "FETCH":
            self._direction(command)
        if self.token.key == "GLOBAL" and (self.ahead().kind == "name" or self.ahead().kind == "word"):
            command.global_ = self.accept("GLOBAL")
        command.name = self.advance().text.lower() if self.token.kind == "variable" else self.identifier()
        if self.accept("INTO"):
            command.into = self.comma_list(self._fetched_variable)
        return command

    def _direction(self, command: nodes.CursorCommand) -> None:
        direction = self.accept_one("NEXT", "PRIOR", "FIRST", "LAST", "ABSOLUTE", "RELATIVE")
        if direction in ("ABSOLUTE", "RELATIVE"):
            command.amount = self._unary()
        command.direction = direction or "NEXT"
        if not self.accept("FROM") and direction:
            raise self.error()

    def _fetched_variable(self) -> str:
        if self.token.kind != "variable":
            raise self.error()
        return self.advance().text.lower()
