"""Expressions as the server rewrites them in the catalogue: ``((0))``, ``([a]>(0) AND [b] IS NOT NULL)``.

SQL Server stores the definition of a DEFAULT, CHECK, computed column or filter
not as written but printed from its own tree: names in brackets, numbers in
parentheses, built-in functions in lower case, CAST as CONVERT, BETWEEN and IN
expanded, redundant parentheses removed.
"""

from typing import Any, Callable

from ..errors import NotSupported
from ..syntax import nodes

_UPPER_FUNCTIONS = frozenset(("TRY_CONVERT", "TRY_CAST", "PARSE", "TRY_PARSE"))
_ADDITIVE, _MULTIPLICATIVE, _UNARY = 1, 2, 3
_PRECEDENCE = {"+": 1, "-": 1, "&": 1, "|": 1, "^": 1, "||": 1, "*": 2, "/": 2, "%": 2}
_OR, _AND, _NOT, _TEST = 1, 2, 3, 4
_DATE_PARTS_FIRST = frozenset(
    ("dateadd", "datediff", "datediff_big", "datename", "datepart", "datetrunc", "date_bucket")
)


def default_definition(expression: nodes.Expression) -> str:
    """Definition of a DEFAULT constraint, which has no column names."""
    return _enclosed(_Renderer({}).value(expression))


def computed_definition(expression: nodes.Expression, names: dict[str, str]) -> str:
    """:param names: case-folded column name -> its name in the catalogue."""
    return _enclosed(_Renderer(names).value(expression))


def check_definition(predicate: nodes.Predicate, names: dict[str, str]) -> str:
    return f"({_Renderer(names).test(predicate)})"


def filter_definition(predicate: nodes.Predicate, names: dict[str, str]) -> str:
    """Definition of an index's filter, which keeps IN lists."""
    return f"({_Renderer(names, keep_in=True).test(predicate)})"


def bracket(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def type_text(name: nodes.TypeName) -> str:
    arguments = f"({','.join(name.arguments)})" if name.arguments else ""
    return bracket(name.name.strip("[]").lower()) + arguments


def _enclosed(text: str) -> str:
    return f"({text})"


class _Renderer:
    def __init__(self, names: dict[str, str], keep_in: bool = False) -> None:
        self.names = names
        self.keep_in = keep_in

    # ---- values

    def value(self, node: nodes.Expression, level: int = 0) -> str:
        render = _VALUES.get(type(node))
        if render is None:
            raise NotSupported(f"{type(node).__name__} in a stored expression", node.line)
        return render(self, node, level)

    def literal(self, node: nodes.Literal, level: int) -> str:
        if node.kind in ("int", "decimal", "float"):
            return f"({node.text})"
        if node.kind == "money":
            return f"({node.text if node.text.startswith('$') else '$' + node.text})"
        if node.kind == "null":
            return "NULL"
        if node.kind == "binary":
            return "0x" + node.text
        quoted = "'" + node.text.replace("'", "''") + "'"
        return "N" + quoted if node.kind == "nstring" else quoted

    def column(self, node: nodes.ColumnRef, level: int) -> str:
        return bracket(self.names.get(node.parts[-1].casefold(), node.parts[-1]))

    def unary(self, node: nodes.Unary, level: int) -> str:
        if node.operator == "+":
            return self.value(node.operand, level)
        operand = node.operand
        if node.operator == "-" and isinstance(operand, nodes.Literal) and operand.kind in ("int", "decimal", "float"):
            return f"(-{operand.text})"
        return node.operator + self.value(operand, _UNARY)

    def binary(self, node: nodes.Binary, level: int) -> str:
        own = _PRECEDENCE[node.operator]
        text = self.value(node.left, own) + node.operator + self.value(node.right, own + 1)
        return f"({text})" if own < level else text

    def cast(self, node: nodes.Cast, level: int) -> str:
        operand = self.value(node.operand)
        if node.function in ("CAST", "CONVERT"):
            style = f",{self.value(node.style)}" if node.style is not None else ""
            return f"CONVERT({type_text(node.type)},{operand}{style})"
        if node.function == "TRY_CAST":
            return f"TRY_CAST({operand} AS {type_text(node.type)})"
        if node.function == "TRY_CONVERT":
            style = f",{self.value(node.style)}" if node.style is not None else ""
            return f"TRY_CONVERT({type_text(node.type)},{operand}{style})"
        raise NotSupported(f"{node.function} in a stored expression", node.line)

    def collate(self, node: nodes.Collate, level: int) -> str:
        return f"{self.value(node.operand, _UNARY)} collate {node.collation}"

    def zone(self, node: nodes.AtTimeZone, level: int) -> str:
        return f"{self.value(node.operand, _UNARY)} AT TIME ZONE {self.value(node.zone, _UNARY)}"

    def case(self, node: nodes.Case, level: int) -> str:
        parts = ["case"]
        if node.operand is not None:
            parts.append(self.value(node.operand))
        for when in node.whens:
            condition = when.condition
            tested = self.value(condition) if isinstance(condition, nodes.Expression) else self.test(condition)
            parts.append(f"when {tested} then {self.value(when.result)}")
        if node.default is not None:
            parts.append(f"else {self.value(node.default)}")
        return " ".join((*parts, "end"))

    def call(self, node: nodes.FunctionCall, level: int) -> str:
        name = node.name
        if name.upper() == "NEXT VALUE FOR":
            return "NEXT VALUE FOR " + ".".join(bracket(part) for part in node.arguments[0].parts)
        if not node.parentheses and name.upper() == "CURRENT_TIMESTAMP":
            return "getdate()"
        if name.upper() == "IIF":
            condition, then, otherwise = node.arguments
            return f"case when {self.test(condition)} then {self.value(then)} else {self.value(otherwise)} end"
        if name.upper() == "COALESCE":
            return self._coalesce(node.arguments)
        if node.over is not None or node.distinct or node.within_group or node.keys or node.trim_side:
            raise NotSupported(f"{name} with clauses in a stored expression", node.line)
        arguments = [
            argument.parts[0].lower()
            if position == 0 and name.lower() in _DATE_PARTS_FIRST and isinstance(argument, nodes.ColumnRef)
            else self.value(argument)
            for position, argument in enumerate(node.arguments)
        ]
        if "." in name:
            rendered = ".".join(bracket(part.strip("[]")) for part in name.split("."))
        else:
            rendered = name.upper() if name.upper() in _UPPER_FUNCTIONS else name.lower()
        return rendered + (f"({','.join(arguments)})" if node.parentheses else "")

    def _coalesce(self, arguments: list[Any]) -> str:
        *first, last = [self.value(argument) for argument in arguments]
        whens = " ".join(f"when {text} IS NOT NULL then {text}" for text in first)
        return f"case {whens} else {last} end"

    # ---- predicates

    def test(self, node: nodes.Predicate, level: int = 0) -> str:
        render = _TESTS.get(type(node))
        if render is None:
            raise NotSupported(f"{type(node).__name__} in a stored condition", node.line)
        return render(self, node, level)

    def comparison(self, node: nodes.Comparison, level: int) -> str:
        return f"{self.value(node.left)}{node.operator}{self.value(node.right)}"

    def is_null(self, node: nodes.IsNull, level: int) -> str:
        return f"{self.value(node.operand)} IS {'NOT ' if node.negated else ''}NULL"

    def between(self, node: nodes.Between, level: int) -> str:
        operand, low, high = (self.value(part) for part in (node.operand, node.low, node.high))
        if node.negated:
            return self._wrap(f"{operand}<{low} OR {operand}>{high}", _OR, level)
        return self._wrap(f"{operand}>={low} AND {operand}<={high}", _AND, level)

    def like(self, node: nodes.Like, level: int) -> str:
        escape = f" escape {self.value(node.escape)}" if node.escape is not None else ""
        text = f"{self.value(node.operand)} like {self.value(node.pattern)}{escape}"
        return self._wrap(f"NOT {text}", _NOT, level) if node.negated else text

    def in_list(self, node: nodes.InList, level: int) -> str:
        operand = self.value(node.operand)
        items = [self.value(item) for item in node.items]
        if self.keep_in:
            return f"{operand} {'NOT ' if node.negated else ''}IN ({', '.join(items)})"
        if node.negated:
            text = " AND ".join(f"{operand}<>{item}" for item in reversed(items))
            return self._wrap(text, _AND if len(items) > 1 else _TEST, level)
        text = " OR ".join(f"{operand}={item}" for item in reversed(items))
        return self._wrap(text, _OR if len(items) > 1 else _TEST, level)

    def negation(self, node: nodes.Not, level: int) -> str:
        return self._wrap(f"NOT {self.test(node.operand, _NOT)}", _NOT, level)

    def conjunction(self, node: nodes.And, level: int) -> str:
        return self._wrap(" AND ".join(self.test(operand, _AND) for operand in node.operands), _AND, level)

    def disjunction(self, node: nodes.Or, level: int) -> str:
        return self._wrap(" OR ".join(self.test(operand, _OR) for operand in node.operands), _OR, level)

    def predicate_function(self, node: nodes.PredicateFunction, level: int) -> str:
        return f"{node.name.lower()}({','.join(self.value(argument) for argument in node.arguments)})"

    @staticmethod
    def _wrap(text: str, own: int, level: int) -> str:
        return f"({text})" if own < level else text


_VALUES: dict[type, Callable[..., str]] = {
    nodes.Literal: _Renderer.literal,
    nodes.ColumnRef: _Renderer.column,
    nodes.Unary: _Renderer.unary,
    nodes.Binary: _Renderer.binary,
    nodes.Cast: _Renderer.cast,
    nodes.Collate: _Renderer.collate,
    nodes.AtTimeZone: _Renderer.zone,
    nodes.Case: _Renderer.case,
    nodes.FunctionCall: _Renderer.call,
}
_TESTS: dict[type, Callable[..., str]] = {
    nodes.Comparison: _Renderer.comparison,
    nodes.IsNull: _Renderer.is_null,
    nodes.Between: _Renderer.between,
    nodes.Like: _Renderer.like,
    nodes.InList: _Renderer.in_list,
    nodes.Not: _Renderer.negation,
    nodes.And: _Renderer.conjunction,
    nodes.Or: _Renderer.disjunction,
    nodes.PredicateFunction: _Renderer.predicate_function,
}
