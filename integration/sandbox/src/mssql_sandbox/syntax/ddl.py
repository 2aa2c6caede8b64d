"""CREATE, ALTER and DROP."""

from ..errors import NotSupported, SqlServerError
from . import nodes
from .base import RESERVED
from .filters import check_filter
from .objects import ObjectDefinitions
from .tables import check_inline

_MODULES = ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER")
_PRINCIPALS = ("USER", "LOGIN", "ROLE", "CERTIFICATE", "CREDENTIAL", "APPLICATION", "MASTER")
# Kinds of objects that the sandbox lacks: https://learn.microsoft.com/sql/t-sql/statements/statements
_OTHER_OBJECTS = frozenset(
    """AGGREGATE ASSEMBLY ASYMMETRIC AVAILABILITY BROKER COLUMN COLUMNSTORE CONTRACT CRYPTOGRAPHIC ENDPOINT EVENT EXTERNAL
    FULLTEXT JSON MESSAGE PARTITION QUEUE REMOTE RESOURCE ROUTE SEARCH SECURITY SELECTIVE SERVER SERVICE SPATIAL
    STATISTICS SYMMETRIC SYNONYM TYPE VECTOR WORKLOAD XML""".split()
)


class Definitions(ObjectDefinitions):
    def create(self) -> nodes.Statement:
        token, start = self.token, self.at
        mode = self.advance().key
        if self.accept("OR", "ALTER"):
            mode = "CREATE OR ALTER"
        key = self.token.key
        if key in _CREATE:
            return _CREATE[key](self)
        if key == "VIEW":
            return self._create_view(start, mode)
        if key in _MODULES:
            return self._create_module(start, mode)
        if key in _PRINCIPALS:
            return self.principal(start)
        raise self._unknown_kind() or NotSupported(f"CREATE {self.token.text}", token.line)

    def alter(self) -> nodes.Statement:
        token, start = self.token, self.at
        self.advance()
        key = self.token.key
        if key == "TABLE":
            self.advance()
            return self._alter_table(self.name())
        if key == "INDEX":
            return self._alter_index()
        if key == "VIEW":
            return self._create_view(start, "ALTER")
        if key in _MODULES:
            return self._create_module(start, "ALTER")
        if key == "SCHEMA":
            self.advance()
            schema = self.identifier()
            self.expect("TRANSFER")
            return nodes.AlterSchemaTransfer(schema, self.name())
        if key == "SEQUENCE":
            return self._sequence("ALTER")
        if key == "DATABASE":
            return self._alter_database()
        if key in _PRINCIPALS:
            return self.principal(start)
        raise self._unknown_kind() or NotSupported(f"ALTER {self.token.text}", token.line)

    def _unknown_kind(self) -> SqlServerError | None:
        """Error 343 for an unknown kind of object."""
        token = self.token
        if token.kind != "word" or token.key in RESERVED or token.key in _OTHER_OBJECTS:
            return None
        return SqlServerError(343, text=token.text, line=token.line)

    # ---- tables

    def _create_table(self) -> nodes.CreateTable:
        self.advance()
        statement = nodes.CreateTable(self.name(), [])
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

    # ---- ALTER TABLE

    def _alter_table(self, table: nodes.Name) -> nodes.Statement:
        check_existing = None
        if self.token.key == "WITH" and self.ahead().key in ("CHECK", "NOCHECK"):
            self.advance()
            check_existing = self.advance().key == "CHECK"
        key = self.token.key
        if key == "ADD":
            return self._alter_add(table, check_existing)
        if key == "DROP":
            return self._alter_drop(table)
        if key == "ALTER":
            return self._alter_column(table)
        if key in ("CHECK", "NOCHECK"):
            enable = self.advance().key == "CHECK"
            self.expect("CONSTRAINT")
            return nodes.AlterTableCheck(table, enable, self._all_or_names(), check_existing)
        if key in ("ENABLE", "DISABLE"):
            enable = self.advance().key == "ENABLE"
            self.expect("TRIGGER")
            return nodes.AlterTableTrigger(table, enable, self._triggers())
        if key == "SWITCH":
            self.advance()
            self.expect("TO")
            return nodes.AlterTableSwitch(table, self.name())
        if key == "REBUILD":
            return self._rebuild_table(table)
        if key == "SET":
            raise NotSupported(f"ALTER TABLE ... {key}", self.token.line)
        raise self.error()

    def _rebuild_table(self, table: nodes.Name) -> nodes.AlterIndex:
        """REBUILD [PARTITION = ALL] [WITH (...)]: of all indexes."""
        self.advance()
        if self.accept("PARTITION"):
            self.expect("=", "ALL")
        options = self.options_list() if self.accept("WITH") else {}
        return nodes.AlterIndex(None, table, "REBUILD", options, of_table=True)

    def switch_trigger(self) -> nodes.AlterTableTrigger:
        """``ENABLE | DISABLE TRIGGER ... ON t``; the first words are seen."""
        enable = self.advance().key == "ENABLE"
        self.advance()
        names = self._triggers()
        self.expect("ON")
        if self.token.key == "DATABASE" or self.sees("ALL", "SERVER"):
            raise NotSupported(f"triggers of {self.token.text}", self.token.line)
        return nodes.AlterTableTrigger(self.name(), enable, names, False)

    def _triggers(self) -> list[nodes.Name] | None:
        return None if self.accept("ALL") else self.comma_list(self.name)

    def _all_or_names(self) -> list[str] | None:
        if self.accept("ALL"):
            return None
        return self.comma_list(self.identifier)

    def _alter_add(self, table: nodes.Name, check_existing: bool | None) -> nodes.AlterTableAdd:
        self.advance()
        statement = nodes.AlterTableAdd(table, [], [], check_existing)
        while True:
            if self.token.key in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "DEFAULT"):
                statement.constraints.append(self.constraint())
            else:
                statement.columns.append(self.column_definition())
                check_inline(statement.columns[-1], ".".join(statement.table.parts))
            if not self.accept(","):
                return statement

    def _alter_drop(self, table: nodes.Name) -> nodes.AlterTableDrop:
        self.advance()
        items, kind = [], "CONSTRAINT"
        while True:
            kind = self.accept_one("COLUMN", "CONSTRAINT") or kind
            if_exists = self.accept("IF", "EXISTS")
            items.append((kind, self.identifier(), if_exists))
            if self.accept("WITH"):
                self._skip_parentheses()
            if not self.accept(","):
                return nodes.AlterTableDrop(table, items)

    def _alter_column(self, table: nodes.Name) -> nodes.AlterColumn:
        self.advance()
        self.expect("COLUMN")
        statement = nodes.AlterColumn(table, self.identifier(), None)
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

    # ---- indexes

    def _create_index(self) -> nodes.CreateIndex:
        unique = self.accept("UNIQUE")
        clustered = self._clustered()
        self.expect("INDEX")
        name = self.identifier()
        self.expect("ON")
        statement = nodes.CreateIndex(name, self.name(), [], unique, clustered)
        statement.columns = self.index_columns()
        if self.accept("INCLUDE"):
            statement.include = self.identifiers()
        if self.accept("WHERE"):
            statement.where = self.predicate()
            check_filter(name, statement.table.parts[-1], statement.where)
        self.storage(statement)
        return statement

    def _alter_index(self) -> nodes.AlterIndex:
        self.advance()
        name = None if self.accept("ALL") else self.identifier()
        self.expect("ON")
        table = self.name()
        action = self.advance().key
        if action not in ("REBUILD", "REORGANIZE", "DISABLE", "SET"):
            raise NotSupported(f"ALTER INDEX ... {action}", self.token.line)
        if self.accept("PARTITION"):
            self.expect("=", "ALL")
        options = self.options_list() if action == "SET" or self.accept("WITH") else {}
        return nodes.AlterIndex(name, table, action, options)

    # ---- other objects

    def drop(self) -> nodes.Statement:
        token = self.advance()
        unknown = self._unknown_kind()
        if unknown is not None and self.token.key not in (*_PRINCIPALS, "SEQUENCE"):
            raise unknown
        kind = self.advance().key
        kind = "PROCEDURE" if kind == "PROC" else kind
        if_exists = self.accept("IF", "EXISTS")
        statement = nodes.Drop(kind, [], if_exists)
        if kind == "INDEX":
            name = self.name()
            if len(name.parts) > 1 and self.token.key != "ON":
                statement.names = [nodes.Name((name.parts[-1],))]
                statement.on = nodes.Name(name.parts[:-1])
                return statement
            if self.token.key != "ON":
                raise SqlServerError(159, line=token.line)
            self.advance()
            statement.names, statement.on = [name], self.name()
            if self.accept("WITH"):
                self._skip_parentheses()
            return statement
        statement.names = self.comma_list(self.name)
        return statement

    def _create_schema(self) -> nodes.CreateSchema:
        self.advance()
        if self.accept("AUTHORIZATION"):
            owner = self.identifier()
            return nodes.CreateSchema(owner, owner)
        statement = nodes.CreateSchema(self.identifier())
        if self.accept("AUTHORIZATION"):
            statement.authorization = self.identifier()
        return statement

    def _sequence(self, mode: str = "CREATE") -> nodes.CreateSequence:
        self.advance()
        statement = nodes.CreateSequence(self.name(), None, {}, mode)
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

    def _create_database(self) -> nodes.CreateDatabase:
        self.advance()
        statement = nodes.CreateDatabase(self.identifier())
        if self.accept("AS", "COPY", "OF"):
            statement.copy_of = ".".join(self.name().parts)
        if self.accept("COLLATE"):
            statement.collation = self.identifier()
        if self.token.key == "(":
            statement.options = self.options_list()
        if self.accept("WITH"):
            raise NotSupported("CREATE DATABASE ... WITH", self.token.line)
        if self.token.key in ("ON", "CONTAINMENT", "FOR"):
            raise NotSupported(f"CREATE DATABASE ... {self.token.key}", self.token.line)
        return statement

    def _alter_database(self) -> nodes.AlterDatabase:
        self.advance()
        if self.token.key == "SCOPED":
            raise NotSupported("ALTER DATABASE SCOPED CONFIGURATION", self.token.line)
        name = None if self.accept("CURRENT") else self.identifier()
        start = self.at
        while self.token.kind != "end" and self.token.key != ";":
            self.advance()
        return nodes.AlterDatabase(name, self.source(start))

    def principal(self, start: int) -> nodes.CreatePrincipal:
        while self.token.kind != "end" and self.token.key != ";":
            self.advance()
        return nodes.CreatePrincipal(self.source(start))


_CREATE = {
    "TABLE": Definitions._create_table,
    **dict.fromkeys(("UNIQUE", "CLUSTERED", "NONCLUSTERED", "INDEX"), Definitions._create_index),
    "SCHEMA": Definitions._create_schema,
    "SEQUENCE": Definitions._sequence,
    "TYPE": Definitions.create_type,
    "SYNONYM": Definitions.create_synonym,
    "STATISTICS": Definitions.create_statistics,
    "DATABASE": Definitions._create_database,
}
