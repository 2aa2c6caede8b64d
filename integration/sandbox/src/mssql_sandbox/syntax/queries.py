"""SELECT: query expressions, FROM, common tables."""

from ..errors import SqlServerError
from . import nodes
from .base import RESERVED
from .grouping import Grouping
from .lexer import Token

_JOINS = {
    ("INNER", "JOIN"): "INNER",
    ("JOIN",): "INNER",
    ("LEFT", "JOIN"): "LEFT",
    ("LEFT", "OUTER", "JOIN"): "LEFT",
    ("RIGHT", "JOIN"): "RIGHT",
    ("RIGHT", "OUTER", "JOIN"): "RIGHT",
    ("FULL", "JOIN"): "FULL",
    ("FULL", "OUTER", "JOIN"): "FULL",
    ("CROSS", "JOIN"): "CROSS",
    ("CROSS", "APPLY"): "CROSS APPLY",
    ("OUTER", "APPLY"): "OUTER APPLY",
}
_HINTED = {"INNER": "INNER", "LEFT": "LEFT", "RIGHT": "RIGHT", "FULL": "FULL"}


class Queries(Grouping):
    cursor_query = False  # DECLARE c CURSOR FOR: only there may a query end with FOR UPDATE

    # ---- query expressions

    def parenthesised_query(self) -> nodes.Query:
        self.expect("(")
        query = self.query()
        self.expect(")")
        return query

    def query(self) -> nodes.Query:
        token = self.token
        if token.key == "WITH":
            raise self.error()
        body = self._union()
        query = self.mark(nodes.Query(body), token)
        self._query_tail(query)
        return query

    def _query_tail(self, query: nodes.Query) -> None:
        if self.accept("ORDER", "BY"):
            query.order_by = self.comma_list(self.order_item)
            if self.token.key == "OFFSET" and self.ahead().key not in (",", ")"):
                self.advance()
                query.offset = self.expression()
                self._rows_word()
                if self.accept("FETCH"):
                    query.fetch = self._fetch()
            elif self.token.key == "FETCH" and self.ahead().key in ("NEXT", "FIRST"):
                self._refuse_lone_fetch()
        if self.token.key == "FOR" and self.ahead().key in ("JSON", "XML", "BROWSE"):
            query.for_clause = self._for_clause()
        elif self.token.key == "FOR" and self.ahead().key in ("UPDATE", "READ") and not self.cursor_query:
            clause = "FOR UPDATE" if self.ahead().key == "UPDATE" else "FOR READ ONLY"
            line = self.token.line
            raise SqlServerError(1003, at=line, clause=clause, line=line)

    def _refuse_lone_fetch(self) -> None:
        """Refuse ORDER BY .. FETCH without OFFSET (153), unless it is the statement FETCH NEXT FROM c."""
        count = self.ahead(2)
        if count.kind in ("int", "decimal", "variable") or count.key == "(":
            raise SqlServerError(153, option=self.ahead().text, line=self.token.line)

    def _fetch(self) -> nodes.Expression:
        if not self.accept_one("NEXT", "FIRST"):
            raise self.error()
        count = self.expression()
        self._rows_word()
        self.expect("ONLY")
        return count

    def _rows_word(self) -> None:
        if not self.accept_one("ROW", "ROWS"):
            raise self.error()

    def _union(self) -> nodes.QueryBody:
        token = self.token
        left = self._intersect()
        while self.token.key in ("UNION", "EXCEPT"):
            operator = self.advance().key
            if operator == "UNION" and self.accept("ALL"):
                operator = "UNION ALL"
            self._refuse_all(operator)
            left = self.mark(nodes.SetOperation(operator, left, self._intersect()), token)
        return left

    def _intersect(self) -> nodes.QueryBody:
        token = self.token
        left = self._query_primary()
        while self.token.key == "INTERSECT":
            self.advance()
            self._refuse_all("INTERSECT")
            left = self.mark(nodes.SetOperation("INTERSECT", left, self._query_primary()), token)
        return left

    def _refuse_all(self, operator: str) -> None:
        if self.token.key == "ALL":
            raise SqlServerError(324, operator=operator, line=self.token.line)

    def _query_primary(self) -> nodes.QueryBody:
        if self.token.key == "(":
            return self.parenthesised_query()
        return self._select()

    def _select(self) -> nodes.Select:
        token = self.token
        self.expect("SELECT")
        select = self.mark(nodes.Select([]), token)
        if not self.accept("ALL"):
            select.distinct = self.accept("DISTINCT")
        if self.token.key == "TOP":
            select.top = self.top()
        select.items = self.comma_list(self.select_item)
        if self.accept("INTO"):
            select.into = self.name()
            if self.accept("ON"):
                self.identifier()
        if self.accept("FROM"):
            select.sources = self.comma_list(self.source_item)
        if self.accept("WHERE"):
            select.where = self.predicate()
        if self.token.key == "GROUP" and self.ahead().key != "BY":
            raise self.error(self.ahead())
        if self.accept("GROUP", "BY"):
            select.group_by = self.group_by()
        if self.accept("HAVING"):
            select.having = self.predicate()
        if self.token.key == "WINDOW" and self.ahead(2).key == "AS":
            self.advance()
            for name, over in self.comma_list(self._window):
                if name.casefold() in (other.casefold() for other in select.windows):
                    raise SqlServerError(16211, line=select.line)
                select.windows[name] = over
        return select

    def _window(self) -> tuple[str, nodes.Over]:
        name = self.identifier()
        self.expect("AS")
        return name, self.over()

    def top(self) -> nodes.Top:
        token = self.advance()
        if self.accept("("):
            count = self.expression()
            self.expect(")")
        elif self.token.kind in ("int", "decimal", "float"):
            count = self._primary()
        else:
            raise self.error()
        top = self.mark(nodes.Top(count), token)
        top.percent = self.accept("PERCENT")
        top.with_ties = self.accept("WITH", "TIES")
        return top

    def select_item(self) -> nodes.SelectItem:
        token = self.token
        if token.key == "*":
            return self.mark(nodes.SelectItem(self.mark(nodes.Star(), self.advance())), token)
        if token.kind == "variable" and not token.text.startswith("@@"):
            operator = self.ahead().key
            if operator == "=" or operator in ("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="):
                name = self.advance().text.lower()
                self.advance()
                return self.mark(nodes.SelectItem(self.expression(), assign=name, assign_operator=operator), token)
        if (self.sees_name() or token.kind in ("string", "nstring")) and self.ahead().key == "=":
            alias = self.advance().text
            self.advance()
            return self.mark(nodes.SelectItem(self.expression(), alias), token)
        expression = self.expression()
        return self.mark(nodes.SelectItem(expression, self._column_alias(expression)), token)

    def _column_alias(self, expression: nodes.Expression) -> str | None:
        if isinstance(expression, nodes.Star):
            return None
        if self.accept("AS"):
            if self.token.kind in ("string", "nstring"):
                return self.advance().text
            return self.identifier()
        if self.token.kind in ("string", "nstring"):
            return self.advance().text
        if self._bare_alias():
            return self.identifier()
        return None

    def _bare_alias(self) -> bool:
        """Whether the next token is an alias without AS: not reserved, and not the start of the next clause."""
        token = self.token
        if token.kind == "name":
            return True
        if token.kind != "word" or token.key in RESERVED:
            return False
        if token.key in ("OFFSET", "WINDOW") and self.ahead().kind != "op":
            return False
        return not token.text.startswith("#")

    # ---- common tables

    def common_tables(self) -> list[nodes.CommonTable]:
        """After WITH."""
        return self.comma_list(self._common_table)

    def _common_table(self) -> nodes.CommonTable:
        token = self.token
        name = self.identifier()
        columns = self.identifiers() if self.token.key == "(" else []
        self.expect("AS")
        return self.mark(nodes.CommonTable(name, columns, self.parenthesised_query()), token)

    # ---- FROM

    def source_item(self) -> nodes.Source:
        left = self._source_primary()
        while True:
            joined = self._join(left)
            if joined is None:
                return left
            left = joined

    def _join(self, left: nodes.Source) -> nodes.Source | None:
        token = self.token
        kind, hint = self._join_words()
        if kind is None:
            return None
        right = self._source_primary()
        if kind in ("CROSS", "CROSS APPLY", "OUTER APPLY"):
            return self.mark(nodes.Join(kind, left, right), token)
        # a JOIN b JOIN c ON .. ON ..: an ON completes the inner join first.
        while self.token.key != "ON":
            inner = self._join(right)
            if inner is None:
                raise self.error()
            right = inner
        self.expect("ON")
        return self.mark(nodes.Join(kind, left, right, self.predicate(), hint), token)

    def _join_words(self) -> tuple[str | None, str | None]:
        for words, kind in _JOINS.items():
            if self.sees(*words):
                self.accept(*words)
                return kind, None
        for word, kind in _HINTED.items():
            offset = 2 if self.ahead().key == "OUTER" else 1
            hint = self.ahead(offset).key
            if self.token.key == word and hint in ("LOOP", "HASH", "MERGE") and self.ahead(offset + 1).key == "JOIN":
                for _ in range(offset + 2):
                    self.advance()
                return kind, hint
        return None, None

    def _source_primary(self) -> nodes.Source:
        token = self.token
        source = self._parenthesised_source() if token.key == "(" else self._named_source()
        while self.token.key in ("PIVOT", "UNPIVOT") and self.ahead().key == "(":
            source = self.mark(self._rotated(source), token)
        return source

    def _rotated(self, source: nodes.Source) -> nodes.Source:
        """https://learn.microsoft.com/sql/t-sql/queries/from-using-pivot-and-unpivot"""
        pivots = self.advance().key == "PIVOT"
        self.expect("(")
        first = self.identifier()
        argument = ""
        if pivots:
            self.expect("(")
            argument = self.name().parts[-1]
            self.expect(")")
        self.expect("FOR")
        column = self.name().parts[-1]
        self.expect("IN")
        names = self.identifiers()
        self.expect(")")
        self.accept("AS")
        alias = self.identifier()
        if pivots:
            return nodes.Pivot(source, first, argument, column, names, alias)
        return nodes.Unpivot(source, first, column, names, alias)

    def _parenthesised_source(self) -> nodes.Source:
        token = self.token
        if self.ahead().key == "VALUES":
            self.advance()
            self.advance()
            rows = self.comma_list(self._value_row)
            self.expect(")")
            alias, columns = self._derived_alias()
            return self.mark(nodes.ValuesSource(rows, alias, columns), token)
        if self._opens_query():
            query = self.parenthesised_query()
            alias, columns = self._derived_alias()
            return self.mark(nodes.DerivedTable(query, alias, columns), token)
        self.advance()
        source = self.source_item()
        self.expect(")")
        return source

    def _value_row(self) -> list[nodes.Expression]:
        self.expect("(")
        row = self.comma_list(self._argument)
        self.expect(")")
        return row

    def _derived_alias(self) -> tuple[str, list[str]]:
        self.accept("AS")
        alias = self.identifier()
        return alias, self.identifiers() if self.token.key == "(" else []

    def _named_source(self) -> nodes.Source:
        token = self.token
        if token.kind == "variable" and self.ahead().key == ".":
            call = self.expression()
            alias, columns = self._derived_alias()
            return self.mark(nodes.FunctionSource(call, alias, columns), token)
        if token.key in ("OPENQUERY", "OPENROWSET", "OPENXML", "CONTAINSTABLE", "FREETEXTTABLE"):
            name = nodes.Name((self.advance().text,))
        else:
            name = self.name()
        if self.token.key == "(" and not self._legacy_hint():
            return self._function_source(name, token)
        source = self.mark(nodes.TableSource(name), token)
        if self.accept("FOR", "SYSTEM_TIME"):
            start = self.at
            self._system_time()
            source.for_system_time = self.source(start)
        source.alias = self._table_alias()
        source.hints = self.table_hints()
        return source

    def _system_time(self) -> None:
        """ALL, AS OF x, FROM x TO y, BETWEEN x AND y, CONTAINED IN (x, y); x and y are literals or variables."""
        if self.accept("ALL"):
            return
        if self.accept("CONTAINED", "IN"):
            self._arguments()
        elif self.accept("AS", "OF"):
            self.expression()
        else:
            self.advance()
            self.expression()
            self.advance()
            self.expression()

    def _legacy_hint(self) -> bool:
        return self.ahead().key in ("NOLOCK", "HOLDLOCK", "UPDLOCK", "TABLOCK") and self.ahead(2).key in (")", ",")

    def _table_alias(self) -> str | None:
        if self.accept("AS"):
            return self.identifier()
        if self._bare_alias():
            return self.identifier()
        return None

    def _function_source(self, name: nodes.Name, token: Token) -> nodes.FunctionSource:
        call = self._call(".".join(name.parts), token)
        call.rowset = True
        source = self.mark(nodes.FunctionSource(call), token)
        if name.parts[-1].upper() == "OPENJSON" and self.token.key == "WITH" and self.ahead().key == "(":
            self.advance()
            self.expect("(")
            source.with_columns = self.comma_list(self._open_json_column)
            self.expect(")")
        source.alias = self._table_alias()
        if source.alias and self.token.key == "(":
            source.columns = self.identifiers()
        return source

    def _open_json_column(self) -> nodes.OpenJsonColumn:
        token = self.token
        column = self.mark(nodes.OpenJsonColumn(self.identifier(), self.type_name()), token)
        if self.accept("COLLATE"):
            column.collation = self.identifier()
        if self.token.kind in ("string", "nstring"):
            column.path = self.advance().text
        column.as_json = self.accept("AS", "JSON")
        return column

    def table_hints(self) -> list[str]:
        if self.token.key == "WITH" and self.ahead().key == "(":
            self.advance()
        elif not (self.token.key == "(" and self._legacy_hint()):
            return []
        self.expect("(")
        hints = [self._hint()]
        while self.token.key != ")":
            self.accept(",")
            hints.append(self._hint())
        self.expect(")")
        return hints

    def _hint(self) -> str:
        start = self.at
        if self.token.kind != "word":
            raise self.error()
        self.advance()
        if self.token.key == "=":
            self.advance()
            self.advance()
        if self.token.key == "(":
            self._skip_parentheses()
        return self.source(start).upper()

    def _skip_parentheses(self) -> None:
        depth = 0
        while self.token.kind != "end":
            key = self.advance().key
            depth += (key == "(") - (key == ")")
            if not depth:
                return

    def _for_clause(self) -> nodes.ForClause:
        token = self.advance()
        mode = self.advance().key
        clause = self.mark(nodes.ForClause(mode), token)
        if mode == "BROWSE":
            return clause
        kind = self.accept_one("PATH", "AUTO", "RAW", "EXPLICIT")
        if kind is None:
            raise self.error()
        clause.mode = f"{mode} {kind}"
        if self.token.key == "(":
            clause.options["ELEMENT"] = self._string_argument()
        while self.accept(","):
            option = self.advance().key
            clause.options[option] = self._string_argument() if self.token.key == "(" else None
        return clause

    def _string_argument(self) -> str:
        self.expect("(")
        if self.token.kind not in ("string", "nstring"):
            raise self.error()
        text = self.advance().text
        self.expect(")")
        return text

    def option_clause(self) -> list[str]:
        if not self.accept("OPTION"):
            return []
        self.expect("(")
        options, start = [], self.at
        while self.token.key != ")":
            if self.token.kind == "end":
                raise self.error()
            if self.token.key == ",":
                options.append(self.source(start))
                self.advance()
                start = self.at
            elif self.token.key == "(":
                self._skip_parentheses()
            else:
                self.advance()
        options.append(self.source(start))
        self.expect(")")
        return options
