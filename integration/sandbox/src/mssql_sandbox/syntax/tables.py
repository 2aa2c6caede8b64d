"""Columns and constraints of CREATE and ALTER TABLE."""

from typing import Any

from ..errors import NotSupported, SqlServerError
from . import nodes
from .lexer import Token
from .modules import ModuleDefinitions


def check_inline(column: nodes.ColumnDefinition, table: str) -> None:
    """Check that a column definition has one constraint of a kind.

    Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator constraints.md.

    :raises SqlServerError: 8148, 8151.
    """
    kinds = [constraint.kind for constraint in column.constraints]
    for kind in ("CHECK", "DEFAULT", "UNIQUE", "PRIMARY KEY", "FOREIGN KEY"):
        if kinds.count(kind) > 1:
            raise SqlServerError(8148, kind=kind, column=column.name, table=table, line=column.line)
    if "PRIMARY KEY" in kinds and "UNIQUE" in kinds:
        raise SqlServerError(8151, column=column.name, table=table, line=column.line)


class TableDefinitions(ModuleDefinitions):
    def identifier_or_primary(self) -> str:
        if self.token.key == "PRIMARY" or self.token.kind == "string":
            return self.advance().text
        name = self.identifier()
        if self.token.key == "(":
            self._skip_parentheses()
        return name

    def options_list(self) -> dict[str, str]:
        """``(A = B, C (..) )``: option -> source text."""
        self.expect("(")
        options: dict[str, str] = {}
        while self.token.key != ")":
            if self.token.kind == "end":
                raise self.error()
            name = self.advance().key
            self.accept("=")
            start = self.at
            while self.token.key not in (",", ")") and self.token.kind != "end":
                if self.token.key == "(":
                    self._skip_parentheses()
                else:
                    self.advance()
            options[name] = self.source(start) if self.at > start else ""
            self.accept(",")
        self.expect(")")
        return options

    def _table_elements(self, statement: Any) -> None:
        while True:
            key = self.token.key
            if key in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"):
                statement.constraints.append(self.constraint())
            elif key == "INDEX" and isinstance(statement, nodes.CreateTable):
                statement.indexes.append(self.inline_index())
            elif key == "PERIOD" and self.ahead().key == "FOR":
                raise NotSupported("PERIOD FOR SYSTEM_TIME", self.token.line)
            else:
                statement.columns.append(self.column_definition())
                name = (
                    statement.variable if isinstance(statement, nodes.DeclareTable) else ".".join(statement.name.parts)
                )
                check_inline(statement.columns[-1], name)
            if not self.accept(","):
                return
            # A trailing comma is allowed, only in CREATE TABLE.
            if self.token.key == ")" and isinstance(statement, nodes.CreateTable):
                return

    def column_definition(self) -> nodes.ColumnDefinition:
        token = self.token
        name = self.identifier()
        column = self.mark(nodes.ColumnDefinition(name, None), token)
        if self.accept("AS"):
            column.computed = self.expression()
            column.persisted = self.accept("PERSISTED")
        elif token.key == "TIMESTAMP" and self.token.key in (",", ")"):
            column.type = nodes.TypeName("timestamp")
        elif self.token.key in (",", ")"):
            raise SqlServerError(173, name=name, line=token.line)
        else:
            column.type = self.type_name()
        while self._column_option(column):
            pass
        return column

    def _column_option(self, column: nodes.ColumnDefinition) -> bool:
        key = self.token.key
        if column.computed is not None and not column.persisted and key in ("CHECK", "REFERENCES", "FOREIGN", "NOT"):
            raise SqlServerError(8183, line=self.token.line)
        if key == "COLLATE":
            self.advance()
            column.collation = self.identifier()
        elif key == "NULL":
            self.advance()
            column.nullable = True
        elif key == "NOT" and self.ahead().key == "NULL":
            self.accept("NOT", "NULL")
            column.nullable = False
        elif key == "NOT":
            if column.identity is None:
                raise NotSupported("NOT FOR REPLICATION of a column without IDENTITY", self.token.line)
            self.expect("NOT", "FOR", "REPLICATION")
            column.not_for_replication = True
        elif key == "IDENTITY":
            column.identity = self._identity()
        elif key in ("CONSTRAINT", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "FOREIGN"):
            column.constraints.append(self.constraint(column))
        elif key == "ROWGUIDCOL":
            self.advance()
            column.rowguidcol = True
        elif key == "SPARSE":
            self.advance()
            column.sparse = True
        elif key == "INDEX":
            column.index = self.inline_index(column.name)
        else:
            return False
        return True

    def _identity(self) -> tuple[str, str]:
        self.advance()
        if not self.accept("("):
            return ("1", "1")
        seed = self._signed()
        self.expect(",")
        increment = self._signed()
        self.expect(")")
        return (seed, increment)

    def _signed(self) -> str:
        sign = "-" if self.accept("-") else ""
        self.accept("+")
        if self.token.kind not in ("int", "decimal"):
            raise self.error()
        return sign + self.advance().text

    def constraint(self, column: nodes.ColumnDefinition | None = None) -> nodes.Constraint:
        """A constraint of a column, or of the table."""
        token = self.token
        name = self.identifier() if self.accept("CONSTRAINT") else None
        key = self.token.key
        own = [nodes.IndexColumn(column.name)] if column else None
        if key in ("PRIMARY", "UNIQUE"):
            return self._key(name, token, own)
        if key == "CHECK":
            return self._check(name, token)
        if key == "DEFAULT":
            constraint = self._default(name, token, column.name if column else None)
            if column is None:
                self.expect("FOR")
                constraint.for_column = self.identifier()
                constraint.with_values = constraint.with_values or self.accept("WITH", "VALUES")
            return constraint
        if column is None or key == "FOREIGN":
            self.expect("FOREIGN", "KEY")
        constraint = self.mark(nodes.Constraint("FOREIGN KEY", name), token)
        constraint.columns = own or [nodes.IndexColumn(column) for column in self.identifiers()]
        self._references(constraint)
        return constraint

    def _default(self, name: str | None, token: Token, column: str | None) -> nodes.Constraint:
        self.expect("DEFAULT")
        constraint = self.mark(nodes.Constraint("DEFAULT", name), token)
        constraint.default = self.expression()
        constraint.for_column = column
        constraint.with_values = self.accept("WITH", "VALUES")
        return constraint

    def _key(self, name: str | None, token: Token, columns: list[nodes.IndexColumn] | None) -> nodes.Constraint:
        kind = "UNIQUE"
        if self.advance().key == "PRIMARY":
            self.expect("KEY")
            kind = "PRIMARY KEY"
        constraint = self.mark(nodes.Constraint(kind, name), token)
        constraint.clustered = self._clustered()
        if self.token.key == "(" or columns is None:
            columns = self.index_columns()
        constraint.columns = columns
        self.storage(constraint)
        return constraint

    def storage(self, index: Any) -> None:
        """``[WITH (options)] [ON filegroup]`` of an index."""
        if self.accept("WITH"):
            index.options = self.options_list()
        if self.accept("ON"):
            index.filegroup = self.identifier_or_primary()

    def _clustered(self) -> bool | None:
        word = self.accept_one("CLUSTERED", "NONCLUSTERED")
        return None if word is None else word == "CLUSTERED"

    def index_columns(self) -> list[nodes.IndexColumn]:
        self.expect("(")
        columns = self.comma_list(self._index_column)
        self.expect(")")
        return columns

    def _index_column(self) -> nodes.IndexColumn:
        token = self.token
        column = self.mark(nodes.IndexColumn(self.identifier()), token)
        column.descending = self.accept("DESC")
        if not column.descending:
            self.accept("ASC")
        return column

    def _check(self, name: str | None, token: Token) -> nodes.Constraint:
        self.expect("CHECK")
        constraint = self.mark(nodes.Constraint("CHECK", name), token)
        constraint.not_for_replication = self.accept("NOT", "FOR", "REPLICATION")
        self.expect("(")
        constraint.check = self.predicate()
        self.expect(")")
        return constraint

    def _references(self, constraint: nodes.Constraint) -> None:
        token = self.token
        self.expect("REFERENCES")
        reference = self.mark(nodes.ReferenceClause(self.name(), []), token)
        if self.token.key == "(":
            reference.columns = self.identifiers()
        while self.token.key == "ON" and self.ahead().key in ("DELETE", "UPDATE"):
            self.advance()
            event = self.advance().key
            action = self._referential_action()
            if event == "DELETE":
                reference.on_delete = action
            else:
                reference.on_update = action
        constraint.reference = reference
        constraint.not_for_replication = self.accept("NOT", "FOR", "REPLICATION")

    def _referential_action(self) -> str:
        for words in (("NO", "ACTION"), ("CASCADE",), ("SET", "NULL"), ("SET", "DEFAULT")):
            if self.accept(*words):
                return " ".join(words)
        raise self.error()

    def inline_index(self, column: str | None = None) -> nodes.InlineIndex:
        token = self.advance()
        index = self.mark(nodes.InlineIndex(self.identifier(), []), token)
        index.unique = self.accept("UNIQUE")
        index.clustered = self._clustered()
        if self.token.key == "(":
            index.columns = self.index_columns()
        elif column is not None:
            index.columns = [nodes.IndexColumn(column)]
        if self.accept("WHERE"):
            index.where = self.predicate()
        if self.accept("WITH"):
            index.options = self.options_list()
        return index
