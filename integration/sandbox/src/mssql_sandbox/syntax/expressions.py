"""Expressions and predicates.

Operators bind as documented: ~, then * / %, then + - & ^ | ||, then comparisons, NOT, AND, OR.
https://learn.microsoft.com/sql/t-sql/language-elements/operator-precedence-transact-sql
"""

from typing import Callable

from ..errors import NotSupported, SqlServerError
from . import nodes
from .base import Cursor
from .lexer import Token

_ADDITIVE = frozenset(("+", "-", "&", "^", "|", "||"))
_MULTIPLICATIVE = frozenset(("*", "/", "%"))
_SHIFT = frozenset(("<<", ">>"))
_COMPARISON = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "!<": ">=", "!>": "<="}
_NILADIC = frozenset(("CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER", "CURRENT_DATE"))
# Reserved words that are functions.
_RESERVED_FUNCTIONS = frozenset(("LEFT", "RIGHT", "COALESCE", "NULLIF", "UPDATE"))
_PREDICATE_FUNCTIONS = frozenset(("CONTAINS", "FREETEXT", "REGEXP_LIKE", "UPDATE"))
_TRIM_SIDES = ("LEADING", "TRAILING", "BOTH")
# Longest chains within the server's stack.
_LONGEST_SUM = 3030
_LONGEST_CONDITION = 8871


def _stack_limit(line: int) -> SqlServerError:
    return SqlServerError(8631, line=line)


class Expressions(Cursor):
    parenthesised_query: Callable[[], nodes.Query]  # of Queries

    # ---- predicates

    def predicate(self) -> nodes.Predicate:
        token = self.token
        operands = [self._conjunction()]
        while self.accept("OR"):
            operands.append(self._conjunction())
        if len(operands) > _LONGEST_CONDITION:
            raise _stack_limit(token.line)
        return operands[0] if len(operands) == 1 else self.mark(nodes.Or(operands), token)

    def _conjunction(self) -> nodes.Predicate:
        token = self.token
        operands = [self._negation()]
        while self.accept("AND"):
            operands.append(self._negation())
        if len(operands) > _LONGEST_CONDITION:
            raise _stack_limit(token.line)
        return operands[0] if len(operands) == 1 else self.mark(nodes.And(operands), token)

    def _negation(self) -> nodes.Predicate:
        token = self.token
        if self.accept("NOT"):
            return self.mark(nodes.Not(self._negation()), token)
        return self._simple_predicate()

    def _simple_predicate(self) -> nodes.Predicate:
        token = self.token
        if token.key == "(":
            self._refuse_row()
        if token.key == "EXISTS" and self.ahead().key == "(":
            self.advance()
            return self.mark(nodes.Exists(self.parenthesised_query()), token)
        if token.key == "(" and not self._opens_expression():
            self.groups.add(self.closing[self.at])
            self.advance()
            inner = self.predicate()
            self.expect(")")
            return inner
        if token.key in _PREDICATE_FUNCTIONS and self.ahead().key == "(":
            name = self.advance().text
            self.expect("(")
            arguments = self.comma_list(self.expression)
            self.expect(")")
            return self.mark(nodes.PredicateFunction(name, arguments), token)
        return self._comparison(self.expression())

    def _refuse_row(self) -> None:
        """Refuse row values, ``(a, b) = ...``. :raises SqlServerError: 4145 at the comma."""
        if self.tokens[self.at + 1].key in ("SELECT", "WITH"):
            return
        position, end = self.at + 1, self.closing[self.at]
        while position < end:
            if self.tokens[position].key == ",":
                raise SqlServerError(4145, near=",", line=self.tokens[position].line)
            position = self.closing.get(position, position) + 1

    def _opens_expression(self) -> bool:
        """Whether the next ``(`` opens an expression (or subquery), not a predicate."""
        tokens, position = self.tokens, self.closing[self.at]
        if tokens[self.at + 1].key in ("SELECT", "WITH"):
            return True
        after = tokens[position + 1] if position + 1 < len(tokens) else tokens[-1]
        if after.key in _COMPARISON or after.key in ("IS", "LIKE", "BETWEEN", "IN", "COLLATE", "AT"):
            return True
        if after.key == "NOT":
            return True
        return after.key in _ADDITIVE or after.key in _MULTIPLICATIVE or after.key in _SHIFT or after.key == "."

    def _comparison(self, left: nodes.Expression) -> nodes.Predicate:
        token = self.token
        operator = _COMPARISON.get(token.key)
        if operator:
            self.advance()
            quantifier = self.accept_one("ALL", "ANY", "SOME")
            if quantifier:
                kind = "ALL" if quantifier == "ALL" else "ANY"
                return self.mark(nodes.QuantifiedComparison(operator, left, kind, self.parenthesised_query()), token)
            return self.mark(nodes.Comparison(operator, left, self.expression()), token)
        if self.accept("IS"):
            negated = self.accept("NOT")
            if self.accept("NULL"):
                return self.mark(nodes.IsNull(left, negated), token)
            self.expect("DISTINCT", "FROM")
            return self.mark(nodes.IsDistinct(left, self.expression(), negated), token)
        negated = self.accept("NOT")
        if self.accept("LIKE"):
            pattern = self.expression()
            escape = self.expression() if self.accept("ESCAPE") else None
            return self.mark(nodes.Like(left, pattern, escape, negated), token)
        if self.accept("BETWEEN"):
            low = self.expression()
            self.expect("AND")
            return self.mark(nodes.Between(left, low, self.expression(), negated), token)
        if self.accept("IN"):
            if self.ahead().key in ("SELECT", "WITH") or self._opens_query():
                return self.mark(nodes.InQuery(left, self.parenthesised_query(), negated), token)
            self.expect("(")
            items = self.comma_list(self.expression)
            self.expect(")")
            return self.mark(nodes.InList(left, items, negated), token)
        if self.token.kind in ("end", "word", "op", "name"):
            raise self._not_a_condition()
        raise self.error()

    def _not_a_condition(self) -> Exception:
        # The message names the token after the whole condition with its closing parentheses.
        at = self.at
        while at in self.groups and at + 2 < len(self.tokens):
            at += 1
        near = self.tokens[at].text or (self.tokens[self.at - 1].text if self.at else "")
        return SqlServerError(4145, near=near, line=self.token.line)

    def _opens_query(self, position: int | None = None) -> bool:
        """Whether the next ``(`` opens a query: ``((SELECT ..) UNION ..)``, but not ``((SELECT ..) * 2)``."""
        position = self.at if position is None else position
        tokens = self.tokens
        if tokens[position].key != "(":
            return tokens[position].key == "SELECT"
        if tokens[position + 1].key in ("SELECT", "WITH"):
            return True
        inner = position
        while tokens[inner].key == "(":
            inner += 1
        if tokens[inner].key not in ("SELECT", "WITH"):
            return False
        # Innermost first: after each pair must come a token that may follow a query in parentheses.
        for opened in range(inner - 1, position, -1):
            after = tokens[min(self.closing[opened] + 1, len(tokens) - 1)].key
            if after not in ("UNION", "EXCEPT", "INTERSECT", "ORDER", ")"):
                return False
        return True

    # ---- expressions

    def expression(self) -> nodes.Expression:
        token = self.token
        left = self._term()
        terms = 1
        while self.token.key in _ADDITIVE or self.token.key in _SHIFT:
            terms += 1
            if terms > _LONGEST_SUM:
                raise _stack_limit(token.line)
            operator = self.advance().key
            left = self.mark(nodes.Binary(operator, left, self._term()), token)
        return left

    def _term(self) -> nodes.Expression:
        token = self.token
        left = self._unary()
        while self.token.key in _MULTIPLICATIVE:
            operator = self.advance().key
            left = self.mark(nodes.Binary(operator, left, self._unary()), token)
        return left

    def _unary(self) -> nodes.Expression:
        """A sign applies to the following chain of * / %: ``a / -b / c`` is ``a / (-(b / c))``; ~ to one operand.

        https://learn.microsoft.com/sql/t-sql/language-elements/operator-precedence-transact-sql
        """
        token = self.token
        if token.key in ("-", "+"):
            self.advance()
            return self.mark(nodes.Unary(token.key, self._term()), token)
        if token.key == "~":
            self.advance()
            return self.mark(nodes.Unary("~", self._unary()), token)
        return self._postfix(self._primary())

    def _postfix(self, operand: nodes.Expression) -> nodes.Expression:
        while True:
            token = self.token
            if token.key == "COLLATE":
                self.advance()
                operand = self.mark(nodes.Collate(operand, self.identifier()), token)
            elif token.key == "AT" and self.ahead().key == "TIME" and self.ahead(2).key == "ZONE":
                self.accept("AT", "TIME", "ZONE")
                operand = self.mark(nodes.AtTimeZone(operand, self._postfix_zone()), token)
            elif token.key == "." and isinstance(operand, (nodes.Variable, nodes.ScalarSubquery, nodes.Cast)):
                self.advance()
                name = self.identifier()
                operand = self.mark(nodes.MethodCall(operand, name, self._arguments()), token)
            else:
                return operand

    def _postfix_zone(self) -> nodes.Expression:
        return self._primary()

    def _primary(self) -> nodes.Expression:
        token = self.token
        kind = token.kind
        if kind in ("int", "decimal", "float", "money", "string", "nstring", "binary"):
            self.advance()
            return self.mark(nodes.Literal(kind, token.text), token)
        if kind == "variable":
            self.advance()
            return self.mark(nodes.Variable(token.text.lower()), token)
        if token.key == "(":
            if self._opens_query():
                return self.mark(nodes.ScalarSubquery(self.parenthesised_query()), token)
            self.advance()
            inner = self.expression()
            self.expect(")")
            return inner
        if token.key == "{":
            raise NotSupported("ODBC escape sequences", token.line)
        if kind == "word":
            special = _SPECIAL.get(token.key)
            if special is not None and (token.key in _BARE or self.ahead().key == "("):
                return self.mark(special(self), token)
            if token.key in _NILADIC and self.ahead().key != "(":
                self.advance()
                return self.mark(nodes.FunctionCall(token.text, [], parentheses=False), token)
            if token.key in _RESERVED_FUNCTIONS and self.ahead().key == "(":
                self.advance()
                return self._call(token.text, token)
        if self.sees_name():
            return self._named()
        raise self.error()

    def _named(self) -> nodes.Expression:
        token = self.token
        parts = [self.identifier()]
        while self.token.key == ".":
            if self.ahead().key == "*":
                self.advance()
                self.advance()
                return self.mark(nodes.Star(tuple(parts)), token)
            self.advance()
            parts.append("" if self.token.key == "." else self.identifier())
        if self.token.key == "(":
            return self._call(".".join(parts), token)
        return self.mark(nodes.ColumnRef(tuple(parts)), token)

    # ---- calls

    def _arguments(self) -> list[nodes.Expression]:
        self.expect("(")
        if self.accept(")"):
            return []
        arguments = self.comma_list(self.expression)
        self.expect(")")
        return arguments

    def _call(self, name: str, token: Token) -> nodes.FunctionCall:
        self.expect("(")
        call = self.mark(nodes.FunctionCall(name, []), token)
        if self.token.key == "*" and self.ahead().key == ")":
            self.mark_star(call)
        elif self.token.key != ")":
            if self.accept_one("DISTINCT"):
                call.distinct = True
            else:
                self.accept("ALL")
            call.arguments = self.comma_list(self._argument)
            self._argument_tail(call)
        self.expect(")")
        self._call_tail(call)
        return call

    def mark_star(self, call: nodes.FunctionCall) -> None:
        call.arguments = [self.mark(nodes.Star(), self.advance())]

    def _argument(self) -> nodes.Expression:
        if self.token.key == "*":
            return self.mark(nodes.Star(), self.advance())
        if self.token.key == "DEFAULT":
            return self.mark(nodes.DefaultValue(), self.advance())
        return self.expression()

    def _argument_tail(self, call: nodes.FunctionCall) -> None:
        if self.sees("ORDER", "BY"):
            self.accept("ORDER", "BY")
            call.within_group = self.comma_list(self.order_item)
        call.nulls = self._null_handling() or call.nulls
        if self.accept("RETURNING"):
            call.returning = self.type_name()

    def _null_handling(self) -> str | None:
        for words in (("NULL", "ON", "NULL"), ("ABSENT", "ON", "NULL")):
            if self.accept(*words):
                return " ".join(words)
        return None

    def _call_tail(self, call: nodes.FunctionCall) -> None:
        for word in ("IGNORE", "RESPECT"):
            if self.accept(word, "NULLS"):
                call.nulls = word
        if self.accept("WITHIN", "GROUP"):
            self.expect("(", "ORDER", "BY")
            call.within_group = self.comma_list(self.order_item)
            self.expect(")")
        if self.accept("OVER"):
            call.over = self.over()
            if call.over.frame is not None and not call.over.order_by and call.over.window is None:
                raise SqlServerError(10756, line=self.token.line)

    def over(self) -> nodes.Over:
        token = self.token
        if self.token.key != "(":
            return self.mark(nodes.Over(window=self.identifier()), token)
        self.advance()
        over = self.mark(nodes.Over(), token)
        if self.sees_name() and self.token.key not in ("PARTITION", "ROWS", "RANGE"):
            over.window = self.identifier()
        if self.accept("PARTITION", "BY"):
            over.partition_by = self.comma_list(self.expression)
        if self.accept("ORDER", "BY"):
            over.order_by = self.comma_list(self.order_item)
        unit = self.accept_one("ROWS", "RANGE")
        if unit:
            over.frame = self._frame(unit)
        self.expect(")")
        return over

    def _frame(self, unit: str) -> nodes.Frame:
        if self.accept("BETWEEN"):
            start = self._bound()
            self.expect("AND")
            return nodes.Frame(unit, start, self._bound())
        return nodes.Frame(unit, self._bound())

    def _bound(self) -> tuple[str, nodes.Literal | None]:
        for words in (("UNBOUNDED", "PRECEDING"), ("UNBOUNDED", "FOLLOWING"), ("CURRENT", "ROW")):
            if self.accept(*words):
                return " ".join(words), None
        if self.token.kind != "int":
            raise self.refusal()
        count = nodes.Literal("int", self.advance().text)
        direction = self.accept_one("PRECEDING", "FOLLOWING")
        if direction is None:
            raise self.error()
        return direction, count

    def order_item(self) -> nodes.OrderItem:
        token = self.token
        expression = self.expression()
        descending = self.accept("DESC")
        if not descending:
            self.accept("ASC")
        return self.mark(nodes.OrderItem(expression, descending), token)

    # ---- special syntaxes

    def _null(self) -> nodes.Expression:
        self.advance()
        return nodes.Literal("null", "")

    def _case(self) -> nodes.Expression:
        self.advance()
        operand = None if self.token.key == "WHEN" else self.expression()
        whens = []
        while self.token.key == "WHEN":
            token = self.advance()
            condition = self.predicate() if operand is None else self.expression()
            self.expect("THEN")
            whens.append(self.mark(nodes.When(condition, self.expression()), token))
        if not whens:
            raise self.error()
        default = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return nodes.Case(operand, whens, default)

    def _cast(self) -> nodes.Expression:
        name = self.advance().text
        function = name.upper()
        self.expect("(")
        operand = self.expression()
        if function == "CAST" and self.token.key == ")":
            raise SqlServerError(1035, near=name, expected="AS", line=self.token.line)
        self.expect("AS")
        type_ = self.type_name(cast=True)
        style = self.expression() if function in ("PARSE", "TRY_PARSE") and self.accept("USING") else None
        self.expect(")")
        return nodes.Cast(function, operand, type_, style)

    def _convert(self) -> nodes.Expression:
        function = self.advance().key
        self.expect("(")
        type_ = self.type_name(cast=True)
        self.expect(",")
        operand = self.expression()
        style = self.expression() if self.accept(",") else None
        self.expect(")")
        return nodes.Cast(function, operand, type_, style)

    def _iif(self) -> nodes.Expression:
        name = self.advance().text
        self.expect("(")
        condition = self.predicate()
        self.expect(",")
        first = self.expression()
        self.expect(",")
        second = self.expression()
        self.expect(")")
        return nodes.FunctionCall(name, [condition, first, second])

    def _trim(self) -> nodes.Expression:
        name = self.advance().text
        self.expect("(")
        side = self.accept_one(*_TRIM_SIDES)
        value = self.expression()
        arguments = [value]
        if self.accept("FROM"):
            arguments = [self.expression(), value]
        elif self.accept(","):
            raise self.error(self.tokens[self.at - 1])
        self.expect(")")
        return nodes.FunctionCall(name, arguments, trim_side=side)

    def _next_value(self) -> nodes.Expression:
        if not self.accept("NEXT", "VALUE", "FOR"):
            return self._named()
        sequence = self.name()
        call = nodes.FunctionCall("NEXT VALUE FOR", [nodes.ColumnRef(sequence.parts)])
        if self.accept("OVER"):
            call.over = self.over()
        return call

    def _json_object(self) -> nodes.Expression:
        name = self.advance().text
        self.expect("(")
        keys: list[nodes.Expression] = []
        call = nodes.FunctionCall(name, [], keys=keys)
        while self.token.key not in (")", "NULL", "ABSENT", "RETURNING"):
            keys.append(self.expression())
            self.expect(":")
            call.arguments.append(self.expression())
            if not self.accept(","):
                break
        self._argument_tail(call)
        self.expect(")")
        self._call_tail(call)
        return call

    def _json_array(self) -> nodes.Expression:
        name = self.advance().text
        self.expect("(")
        call = nodes.FunctionCall(name, [])
        while self.token.key != ")" and not self.sees("NULL", "ON") and not self.sees("ABSENT", "ON"):
            call.arguments.append(self.expression())
            if not self.accept(","):
                break
        self._argument_tail(call)
        self.expect(")")
        return call


_SPECIAL = {
    "NULL": Expressions._null,
    "CASE": Expressions._case,
    "CAST": Expressions._cast,
    "TRY_CAST": Expressions._cast,
    "PARSE": Expressions._cast,
    "TRY_PARSE": Expressions._cast,
    "CONVERT": Expressions._convert,
    "TRY_CONVERT": Expressions._convert,
    "IIF": Expressions._iif,
    "TRIM": Expressions._trim,
    "NEXT": Expressions._next_value,
    "JSON_OBJECT": Expressions._json_object,
    "JSON_OBJECTAGG": Expressions._json_object,
    "JSON_ARRAY": Expressions._json_array,
}
_BARE = frozenset(("NULL", "CASE", "NEXT"))
