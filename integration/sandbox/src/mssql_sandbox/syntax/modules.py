"""CREATE VIEW, PROCEDURE, FUNCTION and TRIGGER."""

from ..errors import NotSupported, SqlServerError
from . import nodes
from .base import RESERVED
from .dml import DataStatements


class ModuleDefinitions(DataStatements):
    def _create_view(self, start: int, mode: str) -> nodes.CreateView:
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
        view = nodes.CreateView(name, columns, query, "", mode, options)
        view.check_option = self.accept("WITH", "CHECK", "OPTION")
        view.text = self.source(start)
        self._end_of_module()
        return view

    def _end_of_module(self) -> None:
        """Check that a view or function is the only statement of its batch."""
        while self.accept(";"):
            pass
        if self.token.kind != "end":
            raise self.error()

    def _create_module(self, start: int, mode: str) -> nodes.CreateModule:
        kind = self.advance().key
        kind = "PROCEDURE" if kind == "PROC" else kind
        module = nodes.CreateModule(kind, self.name(), [], [], "", mode)
        if kind == "TRIGGER":
            self._trigger_head(module)
        else:
            self._parameters(module)
        if kind == "FUNCTION":
            self._returns(module)
        if self.accept("WITH"):
            module.options = self.comma_list(self._module_option)
        if kind == "TRIGGER" and not module.events:
            self._trigger_events(module)
        if not self.accept("AS") and kind != "FUNCTION":
            raise self.error()
        if kind == "FUNCTION":
            if module.returns is None:
                module.query = self._returned_query()
            else:
                module.body = [self._function_block()]
            self._end_of_module()
        else:
            module.body = self.statements_until()
        module.text = self.text[self.tokens[start].start :].rstrip()
        return module

    def _function_block(self) -> nodes.Statement:
        if self.token.key != "BEGIN":
            raise self.error()
        return self.statement()

    def _returned_query(self) -> nodes.Query:
        """``RETURN (SELECT ...)`` of an inline table function, with or without the parentheses."""
        self.expect("RETURN")
        bracketed = self.token.key == "(" and self.ahead().key == "WITH" and self.accept("(")
        ctes = self.common_tables() if self.accept("WITH") else []
        query = self.query()
        query.ctes = ctes or query.ctes
        if bracketed:
            self.expect(")")
        return query

    def _module_option(self) -> str:
        """SCHEMABINDING, RECOMPILE, RETURNS NULL ON NULL INPUT ...; EXECUTE AS is not modelled."""
        if self.token.key in ("EXECUTE", "EXEC"):
            raise NotSupported("EXECUTE AS", self.token.line)
        for words in (("RETURNS", "NULL", "ON", "NULL", "INPUT"), ("CALLED", "ON", "NULL", "INPUT")):
            if self.accept(*words):
                return " ".join(words)
        start = self.at
        self.identifier()
        if self.accept("="):
            self.advance()
        return self.source(start).upper()

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
            if event is None and not module.events and self.token.kind == "word" and self.token.key not in RESERVED:
                raise SqlServerError(1084, text=self.token.text, line=self.token.line)
            if event is None:
                raise self.error()
            module.events.append(event)
            if not self.accept(","):
                module.not_for_replication = self.accept("NOT", "FOR", "REPLICATION")
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
        if not self.accept("TABLE"):
            module.returns = self.type_name()
