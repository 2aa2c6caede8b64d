"""Table types, synonyms and statistics."""

from ..errors import NotSupported
from . import nodes
from .tables import TableDefinitions


class ObjectDefinitions(TableDefinitions):
    def create_type(self) -> nodes.CreateType:
        self.expect("TYPE")
        name = self.name()
        if self.token.key == "EXTERNAL":
            raise NotSupported("CREATE TYPE ... EXTERNAL", self.token.line)
        if self.accept("FROM"):
            alias = nodes.CreateType(name, base=self.type_name())
            alias.nullable = not self.accept("NOT", "NULL")
            self.accept("NULL")
            return alias
        self.expect("AS", "TABLE")
        start = self.at
        table = nodes.DeclareTable("@t", [], line=self.token.line)
        self.expect("(")
        self._table_elements(table)
        self.expect(")")
        statement = nodes.CreateType(name, table, self.source(start))
        if self.token.key == "WITH":
            raise NotSupported("CREATE TYPE ... WITH", self.token.line)
        return statement

    def create_synonym(self) -> nodes.CreateSynonym:
        self.expect("SYNONYM")
        name = self.name()
        self.expect("FOR")
        return nodes.CreateSynonym(name, self.name())

    # ---- statistics

    def create_statistics(self) -> nodes.CreateStatistics:
        self.expect("STATISTICS")
        name = self.identifier()
        self.expect("ON")
        statement = nodes.CreateStatistics(name, self.name(), self.identifiers())
        if self.accept("WHERE"):
            statement.where = self.predicate()
        statement.options = self._statistics_options()
        return statement

    def update_statistics(self) -> nodes.UpdateStatistics:
        """UPDATE STATISTICS after its keywords: a table, one name or several in parentheses, options."""
        statement = nodes.UpdateStatistics(self.name())
        if self.token.key == "(":
            statement.names = self.identifiers()
        elif self.sees_name() and not self._at_statement():
            statement.names = [self.identifier()]
        statement.options = self._statistics_options()
        return statement

    def _statistics_options(self) -> dict[str, str]:
        """``WITH SAMPLE 10 PERCENT, NORECOMPUTE, MAXDOP = 1``: option -> the rest of its text."""
        options: dict[str, str] = {}
        if not self.accept("WITH"):
            return options
        while True:
            name = self.advance().key
            start = self.at
            if self.accept("ON", "PARTITIONS"):
                self._skip_parentheses()
            elif self.accept("="):
                start = self.at
                self.advance()
            elif self.token.kind in ("int", "decimal", "variable"):
                self.advance()
                self.accept_one("PERCENT", "ROWS")
            options[name] = self.source(start).upper() if self.at > start else ""
            if not self.accept(","):
                return options
