"""CREATE, ALTER and DROP."""

from __future__ import annotations

from ..errors import NotSupported, SqlServerError
from . import nodes
from .base import RESERVED
from .dml import DataStatements
from .filters import check_filter

_MODULES = ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER")
_PRINCIPALS = ("USER", "LOGIN", "ROLE", "CERTIFICATE", "CREDENTIAL", "APPLICATION", "MASTER")
# Objects of the server that the sandbox has not: https://learn.microsoft.com/sql/t-sql/statements/statements
_OTHER_OBJECTS = frozenset(
    """AGGREGATE ASSEMBLY ASYMMETRIC AVAILABILITY BROKER COLUMN COLUMNSTORE CONTRACT CRYPTOGRAPHIC ENDPOINT EVENT EXTERNAL
    FULLTEXT JSON MESSAGE PARTITION QUEUE REMOTE RESOURCE ROUTE SEARCH SECURITY SELECTIVE SERVER SERVICE SPATIAL
    STATISTICS SYMMETRIC SYNONYM TYPE VECTOR WORKLOAD XML""".split()
)


class Definitions(DataStatements):
    def create(self) -> nodes.Statement:
        token, start = self.token, self.at
        mode = self.advance().key
        if self.accept("OR", "ALTER"):
            mode = "CREATE OR ALTER"
        key = self.token.key
        if key == "TABLE":
            return self._create_table(token)
        if key in ("UNIQUE", "CLUSTERED", "NONCLUSTERED", "INDEX"):
            return self._create_index(token)
        if key == "VIEW":
            return self._create_view(token, start, mode)
        if key in _MODULES:
            return self._create_module(token, start, mode)
        if key == "SCHEMA":
            return self._create_schema(token)
        if key == "SEQUENCE":
            return self._sequence(token, "CREATE")
        if key == "DATABASE":
            return self._create_database(token)
        if key in _PRINCIPALS:
            return self.principal(token, start)
        raise self._unknown_kind() or NotSupported(f"CREATE {self.token.text}", token.line)

    def alter(self) -> nodes.Statement:
        token, start = self.token, self.at
        self.advance()
        key = self.token.key
        if key == "TABLE":
            self.advance()
            return self._alter_table(token, self.name())
        if key == "INDEX":
            return self._alter_index(token)
        if key == "VIEW":
            return self._create_view(token, start, "ALTER")
        if key in _MODULES:
            return self._create_module(token, start, "ALTER")
        if key == "SCHEMA":
            self.advance()
            schema = self.identifier()
            self.expect("TRANSFER")
            return self.mark(nodes.AlterSchemaTransfer(schema, self.name()), token)
        if key == "SEQUENCE":
            return self._sequence(token, "ALTER")
        if key == "DATABASE":
            return self._alter_database(token)
        if key in _PRINCIPALS:
            return self.principal(token, start)
        raise self._unknown_kind() or NotSupported(f"ALTER {self.token.text}", token.line)

    def _unknown_kind(self) -> SqlServerError | None:
        """343 for a word that no object is called by."""
        token = self.token
        if token.kind != "word" or token.key in RESERVED or token.key in _OTHER_OBJECTS:
            return None
        return SqlServerError(
            343, f"Unknown object type '{token.text}' used in a CREATE, DROP, or ALTER statement.", 15, 1, token.line
        )

    # ---- tables --------------------------------------------------------------------

    def _create_table(self, token) -> nodes.CreateTable:
        self.advance()
        statement = self.mark(nodes.CreateTable(self.name(), []), token)
        if self.token.key == "AS" and self.ahead().key in ("SELECT", "WITH"):
            self.advance()
            raise self.refusal()
        self.expect("(")
        self._table_elements(statement)
        self.expect(")")
        if self.accept("ON"):
            statement.filegroup = self.identifier_or_primary()
        if self.accept("TEXTIMAGE_ON"):
            self.identifier_or_primary()
        if self.accept("WITH"):
            statement.options = self.options_list()
        return statement

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
            start = self.at
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

    def _table_elements(self, statement) -> None:
        while True:
            key = self.token.key
            if key in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"):
                statement.constraints.append(self.table_constraint())
            elif key == "INDEX" and isinstance(statement, nodes.CreateTable):
                statement.indexes.append(self.inline_index())
            elif key == "PERIOD" and self.ahead().key == "FOR":
                raise NotSupported("PERIOD FOR SYSTEM_TIME", self.token.line)
            else:
                statement.columns.append(self.column_definition())
            if not self.accept(","):
                return
            # One comma too many is forgiven, in CREATE TABLE alone.
            if self.token.key == ")" and isinstance(statement, nodes.CreateTable):
                return

    def column_definition(self) -> nodes.ColumnDefinition:
        token = self.token
        name = self.identifier()
        column = self.mark(nodes.ColumnDefinition(name, None), token)
        if self.accept("AS"):
            start = self.at
            column.computed = self.expression()
            column.computed_text = self.source(start)
            column.persisted = self.accept("PERSISTED")
        elif token.key == "TIMESTAMP" and self.token.key in (",", ")"):
            column.type = nodes.TypeName("timestamp")
        elif self.token.key in (",", ")"):
            raise SqlServerError(
                173, f"The definition for column '{name}' must include a data type.", 15, 1, token.line
            )
        else:
            column.type = self.type_name()
        while self._column_option(column):
            pass
        return column

    def _column_option(self, column: nodes.ColumnDefinition) -> bool:
        key = self.token.key
        if column.computed is not None and not column.persisted and key in ("CHECK", "REFERENCES", "FOREIGN", "NOT"):
            raise SqlServerError(
                8183,
                "Only UNIQUE or PRIMARY KEY constraints can be created on computed columns, while CHECK, FOREIGN KEY, and "
                "NOT NULL constraints require that computed columns be persisted.",
                16,
                1,
                self.token.line,
            )
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
            raise NotSupported("NOT FOR REPLICATION", self.token.line)
        elif key == "IDENTITY":
            column.identity = self._identity()
        elif key in ("CONSTRAINT", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "FOREIGN"):
            column.constraints.append(self._column_constraint(column))
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

    # ---- constraints -------------------------------------------------------------------

    def _column_constraint(self, column: nodes.ColumnDefinition) -> nodes.Constraint:
        token = self.token
        name = self.identifier() if self.accept("CONSTRAINT") else None
        key = self.token.key
        if key == "DEFAULT":
            return self._default(name, token, column.name)
        if key in ("PRIMARY", "UNIQUE"):
            return self._key(name, token, [nodes.IndexColumn(column.name)])
        if key == "CHECK":
            return self._check(name, token)
        if key == "FOREIGN":
            self.expect("FOREIGN", "KEY")
        constraint = self.mark(nodes.Constraint("FOREIGN KEY", name), token)
        constraint.columns = [nodes.IndexColumn(column.name)]
        constraint.reference = self._reference()
        return constraint

    def table_constraint(self) -> nodes.Constraint:
        token = self.token
        name = self.identifier() if self.accept("CONSTRAINT") else None
        key = self.token.key
        if key in ("PRIMARY", "UNIQUE"):
            return self._key(name, token, None)
        if key == "CHECK":
            return self._check(name, token)
        if key == "DEFAULT":
            constraint = self._default(name, token, None)
            self.expect("FOR")
            constraint.for_column = self.identifier()
            constraint.with_values = constraint.with_values or self.accept("WITH", "VALUES")
            return constraint
        self.expect("FOREIGN", "KEY")
        constraint = self.mark(nodes.Constraint("FOREIGN KEY", name), token)
        constraint.columns = [nodes.IndexColumn(column) for column in self.identifiers()]
        constraint.reference = self._reference()
        return constraint

    def _default(self, name, token, column) -> nodes.Constraint:
        self.expect("DEFAULT")
        start = self.at
        constraint = self.mark(nodes.Constraint("DEFAULT", name), token)
        constraint.default = self.expression()
        constraint.check_text = self.source(start)
        constraint.for_column = column
        constraint.with_values = self.accept("WITH", "VALUES")
        return constraint

    def _key(self, name, token, columns) -> nodes.Constraint:
        kind = "UNIQUE"
        if self.advance().key == "PRIMARY":
            self.expect("KEY")
            kind = "PRIMARY KEY"
        constraint = self.mark(nodes.Constraint(kind, name), token)
        constraint.clustered = self._clustered()
        if self.token.key == "(" or columns is None:
            columns = self.index_columns()
        constraint.columns = columns
        if self.accept("WITH"):
            constraint.options = self.options_list()
        if self.accept("ON"):
            constraint.filegroup = self.identifier_or_primary()
        return constraint

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

    def _check(self, name, token) -> nodes.Constraint:
        self.expect("CHECK")
        constraint = self.mark(nodes.Constraint("CHECK", name), token)
        if self.sees("NOT", "FOR"):
            raise NotSupported("NOT FOR REPLICATION", token.line)
        self.expect("(")
        start = self.at
        constraint.check = self.predicate()
        constraint.check_text = self.source(start)
        self.expect(")")
        return constraint

    def _reference(self) -> nodes.ReferenceClause:
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
        return reference

    def _referential_action(self) -> str:
        for words in (("NO", "ACTION"), ("CASCADE",), ("SET", "NULL"), ("SET", "DEFAULT")):
            if self.accept(*words):
                return " ".join(words)
        raise self.error()

    # ---- ALTER TABLE -----------------------------------------------------------------------

    def _alter_table(self, token, table: nodes.Name) -> nodes.Statement:
        check_existing = None
        if self.token.key == "WITH" and self.ahead().key in ("CHECK", "NOCHECK"):
            self.advance()
            check_existing = self.advance().key == "CHECK"
        key = self.token.key
        if key == "ADD":
            return self._alter_add(token, table, check_existing)
        if key == "DROP":
            return self._alter_drop(token, table)
        if key == "ALTER":
            return self._alter_column(token, table)
        if key in ("CHECK", "NOCHECK"):
            enable = self.advance().key == "CHECK"
            self.expect("CONSTRAINT")
            return self.mark(nodes.AlterTableCheck(table, enable, self._all_or_names(), check_existing), token)
        if key in ("ENABLE", "DISABLE"):
            enable = self.advance().key == "ENABLE"
            self.expect("TRIGGER")
            return self.mark(nodes.AlterTableTrigger(table, enable, self._all_or_names()), token)
        if key == "SWITCH":
            self.advance()
            self.expect("TO")
            return self.mark(nodes.AlterTableSwitch(table, self.name()), token)
        if key in ("SET", "REBUILD"):
            raise NotSupported(f"ALTER TABLE ... {key}", token.line)
        raise self.error()

    def _all_or_names(self) -> list[str] | None:
        if self.accept("ALL"):
            return None
        return self.comma_list(self.identifier)

    def _alter_add(self, token, table, check_existing) -> nodes.AlterTableAdd:
        self.advance()
        statement = self.mark(nodes.AlterTableAdd(table, [], [], check_existing), token)
        while True:
            if self.token.key in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "DEFAULT"):
                statement.constraints.append(self.table_constraint())
            else:
                statement.columns.append(self.column_definition())
            if not self.accept(","):
                return statement

    def _alter_drop(self, token, table) -> nodes.AlterTableDrop:
        self.advance()
        items, kind = [], "CONSTRAINT"
        while True:
            kind = self.accept_one("COLUMN", "CONSTRAINT") or kind
            if_exists = self.accept("IF", "EXISTS")
            items.append((kind, self.identifier(), if_exists))
            if self.accept("WITH"):
                self._skip_parentheses()
            if not self.accept(","):
                return self.mark(nodes.AlterTableDrop(table, items), token)

    def _alter_column(self, token, table) -> nodes.AlterColumn:
        self.advance()
        self.expect("COLUMN")
        statement = self.mark(nodes.AlterColumn(table, self.identifier(), None), token)
        if self.token.key in ("ADD", "DROP"):
            start = self.at
            self.advance()
            self.advance()
            statement.action = self.source(start).upper()
            return statement
        statement.type = self.type_name()
        while True:
            if self.accept("COLLATE"):
                statement.collation = self.identifier()
            elif self.accept("NOT", "NULL"):
                statement.nullable = False
            elif self.accept("NULL"):
                statement.nullable = True
            elif self.accept("WITH"):
                self._skip_parentheses()
            else:
                return statement

    # ---- indexes -----------------------------------------------------------------------------

    def _create_index(self, token) -> nodes.CreateIndex:
        unique = self.accept("UNIQUE")
        clustered = self._clustered()
        self.expect("INDEX")
        name = self.identifier()
        self.expect("ON")
        statement = self.mark(nodes.CreateIndex(name, self.name(), [], unique, clustered), token)
        statement.columns = self.index_columns()
        if self.accept("INCLUDE"):
            statement.include = self.identifiers()
        if self.accept("WHERE"):
            start = self.at
            statement.where = self.predicate()
            statement.where_text = self.source(start)
            check_filter(name, statement.table.parts[-1], statement.where)
        if self.accept("WITH"):
            statement.options = self.options_list()
        if self.accept("ON"):
            statement.filegroup = self.identifier_or_primary()
        return statement

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
            start = self.at
            index.where = self.predicate()
            index.where_text = self.source(start)
        if self.accept("WITH"):
            self._skip_parentheses()
        return index

    def _alter_index(self, token) -> nodes.AlterIndex:
        self.advance()
        name = None if self.accept("ALL") else self.identifier()
        self.expect("ON")
        table = self.name()
        action = self.advance().key
        if action not in ("REBUILD", "REORGANIZE", "DISABLE"):
            raise NotSupported(f"ALTER INDEX ... {action}", token.line)
        if self.accept("PARTITION"):
            self.expect("=", "ALL")
        if self.accept("WITH"):
            self._skip_parentheses()
        return self.mark(nodes.AlterIndex(name, table, action), token)

    # ---- other objects --------------------------------------------------------------------------

    def drop(self) -> nodes.Statement:
        token = self.advance()
        unknown = self._unknown_kind()
        if unknown is not None and self.token.key not in (*_PRINCIPALS, "SEQUENCE"):
            raise unknown
        kind = self.advance().key
        kind = "PROCEDURE" if kind == "PROC" else kind
        if_exists = self.accept("IF", "EXISTS")
        statement = self.mark(nodes.Drop(kind, [], if_exists), token)
        if kind == "INDEX":
            name = self.name()
            if len(name.parts) > 1 and self.token.key != "ON":
                statement.names = [nodes.Name((name.parts[-1],))]
                statement.on = nodes.Name(name.parts[:-1])
                return statement
            if self.token.key != "ON":
                raise SqlServerError(
                    159, "Must specify the table name and index name for the DROP INDEX statement.", 15, 1, token.line
                )
            self.advance()
            statement.names, statement.on = [name], self.name()
            if self.accept("WITH"):
                self._skip_parentheses()
            return statement
        statement.names = self.comma_list(self.name)
        return statement

    def _create_view(self, token, start: int, mode: str) -> nodes.CreateView:
        self.advance()
        name = self.name()
        columns = self.identifiers() if self.token.key == "(" else []
        options = [option.upper() for option in self.comma_list(self.identifier)] if self.accept("WITH") else []
        self.expect("AS")
        ctes = []
        if self.accept("WITH"):
            ctes = self.common_tables()
        query = self.query()
        query.ctes = ctes
        view = self.mark(nodes.CreateView(name, columns, query, "", mode, options), token)
        view.check_option = self.accept("WITH", "CHECK", "OPTION")
        view.text = self.source(start)
        self._end_of_module()
        return view

    def _end_of_module(self) -> None:
        """A view or function is the only statement of its batch."""
        while self.accept(";"):
            pass
        if self.token.kind != "end":
            raise self.error()

    def _create_module(self, token, start: int, mode: str) -> nodes.CreateModule:
        kind = self.advance().key
        kind = "PROCEDURE" if kind == "PROC" else kind
        module = self.mark(nodes.CreateModule(kind, self.name(), [], [], "", mode), token)
        if kind == "TRIGGER":
            self._trigger_head(module)
        else:
            self._parameters(module)
        if kind == "FUNCTION":
            self._returns(module)
        if self.accept("WITH"):
            self.comma_list(self._module_option)
        if kind == "TRIGGER" and not module.events:
            self._trigger_events(module)
        if not self.accept("AS") and kind != "FUNCTION":
            raise self.error()
        if kind == "FUNCTION" and self.token.key == "BEGIN":
            module.body = [self.statement()]
            self._end_of_module()
        else:
            module.body = self.statements_until()
        module.text = self.text[self.tokens[start].start :].rstrip()
        return module

    def statements_until(self, *ends: str) -> list[nodes.Statement]:
        raise NotImplementedError

    def statement(self) -> nodes.Statement:
        raise NotImplementedError

    def _module_option(self) -> None:
        """SCHEMABINDING, RECOMPILE, RETURNS NULL ON NULL INPUT ...; what a module runs as is not played."""
        if self.token.key in ("EXECUTE", "EXEC"):
            raise NotSupported("EXECUTE AS", self.token.line)
        if self.accept("RETURNS", "NULL", "ON", "NULL", "INPUT") or self.accept("CALLED", "ON", "NULL", "INPUT"):
            return
        self.identifier()
        if self.accept("="):
            self.advance()

    def _trigger_head(self, module: nodes.CreateModule) -> None:
        self.expect("ON")
        module.on = self.name()
        if self.token.key != "WITH":
            self._trigger_events(module)

    def _trigger_events(self, module: nodes.CreateModule) -> None:
        if self.accept("INSTEAD", "OF"):
            module.timing = "INSTEAD OF"
        elif self.accept_one("AFTER", "FOR"):
            module.timing = "AFTER"
        else:
            raise self.error()
        while True:
            event = self.accept_one("INSERT", "UPDATE", "DELETE")
            if event is None:
                raise self.error()
            module.events.append(event)
            if not self.accept(","):
                return

    def _parameters(self, module: nodes.CreateModule) -> None:
        bracketed = self.accept("(")
        while self.token.kind == "variable":
            token = self.token
            name = self.advance().text.lower()
            self.accept("AS")
            parameter = self.mark(nodes.ParameterDeclaration(name, self.type_name()), token)
            if self.accept("="):
                parameter.default = self.expression()
            parameter.output = bool(self.accept_one("OUTPUT", "OUT"))
            if self.accept("READONLY"):
                raise NotSupported("table-valued parameters", token.line)
            module.parameters.append(parameter)
            if not self.accept(","):
                break
        if bracketed:
            self.expect(")")

    def _returns(self, module: nodes.CreateModule) -> None:
        self.expect("RETURNS")
        if self.token.kind == "variable":
            raise NotSupported("multi-statement table functions", self.token.line)
        if self.accept("TABLE"):
            module.returns_table = True
        else:
            module.returns = self.type_name()

    def _create_schema(self, token) -> nodes.CreateSchema:
        self.advance()
        if self.accept("AUTHORIZATION"):
            owner = self.identifier()
            return self.mark(nodes.CreateSchema(owner, owner), token)
        statement = self.mark(nodes.CreateSchema(self.identifier()), token)
        if self.accept("AUTHORIZATION"):
            statement.authorization = self.identifier()
        return statement

    def _sequence(self, token, mode: str) -> nodes.CreateSequence:
        self.advance()
        statement = self.mark(nodes.CreateSequence(self.name(), None, {}, mode), token)
        if self.accept("AS"):
            statement.type = self.type_name()
        words = (("START", "WITH"), ("RESTART", "WITH"), ("INCREMENT", "BY"), ("MINVALUE",), ("MAXVALUE",), ("CACHE",))
        while True:
            for name in words:
                if self.accept(*name):
                    number = self.token.kind in ("int", "decimal") or self.token.key in ("-", "+")
                    statement.options[" ".join(name)] = self._signed() if number else None
                    break
            else:
                if self.token.key == "NO" and self.ahead().key in ("MINVALUE", "MAXVALUE", "CYCLE", "CACHE"):
                    self.advance()
                    statement.options["NO " + self.advance().key] = None
                elif self.accept("CYCLE"):
                    statement.options["CYCLE"] = None
                elif self.accept("RESTART"):
                    statement.options["RESTART"] = None
                else:
                    return statement

    def _create_database(self, token) -> nodes.CreateDatabase:
        self.advance()
        statement = self.mark(nodes.CreateDatabase(self.identifier()), token)
        if self.accept("AS", "COPY", "OF"):
            statement.copy_of = ".".join(self.name().parts)
        if self.accept("COLLATE"):
            statement.collation = self.identifier()
        if self.token.key == "(":
            statement.options = self.options_list()
        if self.accept("WITH"):
            raise NotSupported("CREATE DATABASE ... WITH", token.line)
        if self.token.key in ("ON", "CONTAINMENT", "FOR"):
            raise NotSupported(f"CREATE DATABASE ... {self.token.key}", token.line)
        return statement

    def _alter_database(self, token) -> nodes.AlterDatabase:
        self.advance()
        if self.token.key == "SCOPED":
            raise NotSupported("ALTER DATABASE SCOPED CONFIGURATION", token.line)
        name = None if self.accept("CURRENT") else self.identifier()
        start = self.at
        while self.token.kind != "end" and self.token.key != ";":
            self.advance()
        return self.mark(nodes.AlterDatabase(name, self.source(start)), token)

    def principal(self, token, start: int) -> nodes.CreatePrincipal:
        while self.token.kind != "end" and self.token.key != ";":
            self.advance()
        return self.mark(nodes.CreatePrincipal(self.source(start)), token)
