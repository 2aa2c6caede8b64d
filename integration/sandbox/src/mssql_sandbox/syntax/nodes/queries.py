"""SELECT, set operations, and the expressions, predicates and sources that hold a query."""

from .base import Expression, Name, Node, Predicate, Source
from .expressions import OrderItem, Over


class SelectItem(Node):
    """An item of the select list; ``assign`` is '@x' for ``SELECT @x = expr`` (operator '=' or '+=' ...)."""

    expression: Expression
    alias: str | None = None
    assign: str = ""
    assign_operator: str = "="


class Top(Node):
    count: Expression
    percent: bool = False
    with_ties: bool = False


class GroupingElement(Node):
    """ROLLUP, CUBE or GROUPING SETS, or a LIST of expressions: one, several, or none for ().

    Parts are lists of expressions, or nested elements in GROUPING SETS.
    """

    kind: str
    parts: list[Node]


class GroupBy(Node):
    items: list[Expression]  # all expressions, also those inside of elements
    elements: list[GroupingElement] | None = None  # None for a plain list


class Select(Node):
    items: list[SelectItem]
    distinct: bool = False
    top: Top | None = None
    into: Name | None = None
    sources: list[Source] = []  # comma-separated FROM items
    where: Predicate | None = None
    group_by: GroupBy | None = None
    having: Predicate | None = None
    windows: dict[str, Over] = {}


class SetOperation(Node):
    operator: str  # UNION, UNION ALL, EXCEPT, INTERSECT
    left: "QueryBody"
    right: "QueryBody"


class CommonTable(Node):
    name: str
    columns: list[str]
    query: "Query"


class ForClause(Node):
    """FOR JSON / FOR XML / FOR BROWSE: mode 'JSON PATH', 'JSON AUTO', 'XML PATH' ...; options like ROOT('x'), WITHOUT_ARRAY_WRAPPER."""

    mode: str
    options: dict[str, str | None] = {}  # upper-case option -> its string argument


class Query(Node):
    """A whole query expression: CTEs, body, ORDER BY, OFFSET/FETCH, FOR, OPTION."""

    body: "QueryBody"
    order_by: list[OrderItem] = []
    offset: Expression | None = None
    fetch: Expression | None = None
    ctes: list[CommonTable] = []
    for_clause: ForClause | None = None
    options: list[str] = []  # OPTION (...), source text of each


QueryBody = Select | SetOperation | Query

# ---- nodes with a query


class ScalarSubquery(Expression):
    query: Query


class QuantifiedComparison(Predicate):
    operator: str
    left: Expression
    quantifier: str  # ALL, ANY
    query: Query


class InQuery(Predicate):
    operand: Expression
    query: Query
    negated: bool = False


class Exists(Predicate):
    query: Query


class DerivedTable(Source):
    query: Query
    alias: str
    columns: list[str] = []
