"""SELECT, INSERT, UPDATE, DELETE, MERGE and TRUNCATE statements."""

from typing import Any, Callable

from ..errors import NotSupported, SqlServerError
from . import nodes
from .queries import Queries

_ASSIGNMENTS = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="))
# Not ORDER: a server raises 4819 for rows in another order.
_BULK_OPTIONS = frozenset(
    ("CHECK_CONSTRAINTS", "FIRE_TRIGGERS", "KEEP_NULLS", "TABLOCK", "ROWS_PER_BATCH", "KILOBYTES_PER_BATCH")
)


class DataStatements(Queries):
    # of the classes that inherit
    execute: Callable[[], nodes.Execute]
    index_columns: Callable[[], list[nodes.IndexColumn]]
    statement: Callable[[], nodes.Statement]
    statements_until: Callable[[], list[nodes.Statement]]
    update_statistics: Callable[[], nodes.Statement]
    _at_statement: Callable[[], bool]

    def with_statement(self) -> nodes.Statement:
        self.expect("WITH")
        tables = self.common_tables()
        token = self.token
        if token.key == "SELECT" or token.key == "(":
            select = self.select_statement()
            select.query.ctes = tables
            return select
        handlers: dict[str, Any] = {
            "INSERT": self.insert,
            "UPDATE": self.update,
            "DELETE": self.delete,
            "MERGE": self.merge,
        }
        if token.key not in handlers:
            raise self.error()
        statement: nodes.Insert = handlers[token.key]()
        statement.ctes = tables
        return statement

    def select_statement(self) -> nodes.SelectStatement:
        token = self.token
        query = self.query()
        query.options = self.option_clause()
        return self.mark(nodes.SelectStatement(query), token)

    # ---- INSERT

    def insert(self) -> nodes.Statement:
        token = self.advance()
        if self.token.key == "BULK":
            return self._insert_bulk()
        top = self.top() if self.token.key == "TOP" else None
        self.accept("INTO")
        statement = self.mark(nodes.Insert(self._target(legacy=False), []), token)
        statement.top = top
        if self.sees("(", ")"):
            self.advance()
            raise self.refusal()
        if self.token.key == "(" and not self._opens_query():
            statement.columns = self.identifiers()
        statement.output = self.output()
        if self.accept("DEFAULT", "VALUES"):
            pass
        elif self.accept("VALUES"):
            statement.rows = self.comma_list(self._value_row)
        elif self.token.key in ("EXEC", "EXECUTE"):
            statement.execute = self.execute()
        else:
            statement.query = self.query()
        statement.options = self.option_clause()
        return statement

    def _target(self, legacy: bool = True) -> nodes.TableSource:
        """The table to change.

        :param legacy: whether hints may lack WITH; in INSERT that would be a column list.
        """
        token = self.token
        source = self.mark(nodes.TableSource(self.name()), token)
        if legacy or self.token.key == "WITH":
            source.hints = self.table_hints()
        return source

    def _insert_bulk(self) -> nodes.InsertBulk:
        self.advance()
        statement = nodes.InsertBulk(self.name(), [])
        if self.accept("("):
            statement.columns = self.comma_list(self.bulk_column)
            self.expect(")")
        if self.accept("WITH"):
            self.expect("(")
            for option in self.comma_list(lambda: self._bulk_option(statement)):
                statement.options[option] = "ON"
            self.expect(")")
        return statement

    def _bulk_option(self, statement: nodes.InsertBulk) -> str:
        token = self.advance()
        if token.key == "ORDER":
            statement.order = self.index_columns()
            return token.key
        if token.key not in _BULK_OPTIONS:
            raise NotSupported(f"INSERT BULK ... WITH ({token.text})", token.line)
        if self.accept("="):
            self.advance()
        return token.key

    def bulk_column(self) -> nodes.ColumnDefinition:
        token = self.token
        column = self.mark(nodes.ColumnDefinition(self.identifier(), self.type_name()), token)
        if self.accept("COLLATE"):
            column.collation = self.identifier()
        return column

    def output(self) -> list[nodes.Output]:
        outputs = []
        while self.token.key == "OUTPUT":
            token = self.advance()
            output = self.mark(nodes.Output(self.comma_list(self.select_item)), token)
            if self.accept("INTO"):
                output.into = self.name()
                if self.token.key == "(" and not self._opens_query():
                    output.into_columns = self.identifiers()
            outputs.append(output)
        return outputs

    # ---- UPDATE, DELETE

    def update(self) -> nodes.Statement:
        token = self.advance()
        if self.accept("STATISTICS"):
            return self.update_statistics()
        top = self.top() if self.token.key == "TOP" else None
        statement = self.mark(nodes.Update(self._target(), []), token)
        statement.top = top
        self.expect("SET")
        statement.assignments = self.comma_list(self.assignment)
        self._dml_tail(statement)
        return statement

    def _dml_tail(self, statement: nodes.Update | nodes.Delete) -> None:
        statement.output = self.output()
        if self.accept("FROM"):
            statement.sources = self.comma_list(self.source_item)
        if self.accept("WHERE"):
            statement.where = self.predicate()
        statement.options = self.option_clause()

    def assignment(self) -> nodes.Assignment:
        token = self.token
        variable = None
        if token.kind == "variable":
            variable = self.advance().text.lower()
            operator = self._assignment_operator()
            if operator == "=" and self.sees_name() and self._second_assignment():
                column = self.name().parts
                operator = self._assignment_operator()
                return self.mark(nodes.Assignment(column, self.expression(), operator, variable), token)
            return self.mark(nodes.Assignment((), self.expression(), operator, variable), token)
        column = self.name().parts
        if self.token.key == "(" and len(column) > 1:
            raise NotSupported(f"the method {column[-1]} in SET", token.line)
        operator = self._assignment_operator()
        return self.mark(nodes.Assignment(column, self._argument(), operator), token)

    def _second_assignment(self) -> bool:
        """``@v = column = value``: after the column's name comes an assignment operator."""
        position = self.at + 1
        while self.tokens[position].key == ".":
            position += 2
        return self.tokens[position].key in _ASSIGNMENTS

    def _assignment_operator(self) -> str:
        if self.token.key not in _ASSIGNMENTS:
            raise self.error()
        return self.advance().key

    def delete(self) -> nodes.Delete:
        token = self.advance()
        top = self.top() if self.token.key == "TOP" else None
        self.accept("FROM")
        statement = self.mark(nodes.Delete(self._target()), token)
        statement.top = top
        self._dml_tail(statement)
        return statement

    # ---- MERGE

    def merge(self) -> nodes.Merge:
        token = self.advance()
        top = self.top() if self.token.key == "TOP" else None
        self.accept("INTO")
        target = self._target()
        # USING is not reserved, yet never the target's alias.
        target.alias = None if self.token.key == "USING" else self._table_alias()
        target.hints = target.hints or self.table_hints()
        self.expect("USING")
        source = self._source_primary()
        self.expect("ON")
        statement = self.mark(nodes.Merge(target, source, self.predicate(), []), token)
        statement.top = top
        while self.token.key == "WHEN":
            statement.actions.append(self._merge_action())
        statement.output = self.output()
        statement.options = self.option_clause()
        if self.token.key != ";":
            raise SqlServerError(10713, line=self.token.line)
        return statement

    def _merge_action(self) -> nodes.MergeAction:
        token = self.advance()
        when = "MATCHED"
        if self.accept("NOT"):
            self.expect("MATCHED")
            when = "NOT MATCHED"
            if self.accept("BY"):
                if self.accept("SOURCE"):
                    when = "NOT MATCHED BY SOURCE"
                else:
                    self.expect("TARGET")
        else:
            self.expect("MATCHED")
        condition = self.predicate() if self.accept("AND") else None
        self.expect("THEN")
        action = self.accept_one("UPDATE", "DELETE", "INSERT")
        if action is None:
            raise self.error()
        result = self.mark(nodes.MergeAction(when, condition, action), token)
        if action == "UPDATE":
            self.expect("SET")
            result.assignments = self.comma_list(self.assignment)
        elif action == "INSERT":
            if self.token.key == "(":
                result.columns = self.identifiers()
            if not self.accept("DEFAULT", "VALUES"):
                self.expect("VALUES")
                result.values = self._value_row()
        return result

    def truncate(self) -> nodes.Truncate:
        self.advance()
        self.expect("TABLE")
        return nodes.Truncate(self.name())
