"""Expressions."""

from typing import Any

from .base import Expression, Node, Predicate, TypeName


class Literal(Expression):
    """kind: 'int' (any digits), 'decimal', 'float' (1e3), 'money' ($1), 'string', 'nstring', 'binary' (0x..), 'null'."""

    kind: str
    text: str  # decoded text: doubled quotes undone, without 0x for binary


class Variable(Expression):
    name: str  # '@x' or '@@rowcount', lower case


class ColumnRef(Expression):
    """``parts`` leaf last: ('id',) or ('T3', 'id') or ('dbo', 't', 'id'). Pseudo columns: $action, $identity, inserted.x."""

    parts: tuple[str, ...]


class Star(Expression):
    """``*`` or ``t.*`` (qualifier parts); also the argument of COUNT(*)."""

    qualifier: tuple[str, ...] = ()


class Unary(Expression):
    operator: str  # '-', '+', '~'
    operand: Expression


class Binary(Expression):
    operator: str  # + - * / % & | ^ || << >>
    left: Expression
    right: Expression


class Collate(Expression):
    operand: Expression
    collation: str


class AtTimeZone(Expression):
    operand: Expression
    zone: Expression


class Cast(Expression):
    """CAST, TRY_CAST (style None), CONVERT, TRY_CONVERT, PARSE, TRY_PARSE."""

    function: str  # 'CAST', 'TRY_CAST', 'CONVERT', 'TRY_CONVERT', 'PARSE', 'TRY_PARSE'
    operand: Expression
    type: TypeName
    style: Expression | None = None  # style, or culture of PARSE


class When(Node):
    condition: Predicate | Expression  # Expression in a simple CASE
    result: Expression


class Case(Expression):
    operand: Expression | None
    whens: list[When]
    default: Expression | None


class OrderItem(Node):
    expression: Expression
    descending: bool = False


class Frame(Node):
    """unit ROWS or RANGE; bounds like ('UNBOUNDED PRECEDING', None), ('PRECEDING', expr), ('CURRENT ROW', None)."""

    unit: str
    start: tuple[str, Literal | None]
    end: tuple[str, Literal | None] | None = None


class Over(Node):
    partition_by: list[Expression] = []
    order_by: list[OrderItem] = []
    frame: Frame | None = None
    window: str | None = None  # OVER w / OVER (w ...)


class FunctionCall(Expression):
    """A call by name, as written ('DATEADD', 'dbo.f'); dateparts are a ColumnRef of one part.

    Special syntaxes keep their parts: TRIM (trim_side, characters FROM is arguments[1]),
    STRING_AGG ... WITHIN GROUP, JSON_OBJECT('k':v NULL ON NULL), JSON_VALUE(... RETURNING type), IIF (a Predicate
    as first argument), NEXT VALUE FOR (name 'NEXT VALUE FOR', arguments [ColumnRef]), UPDATE(col).
    Functions without parentheses (CURRENT_TIMESTAMP, SYSTEM_USER ...) have ``parentheses`` False, those in FROM
    ``rowset``.
    """

    name: str
    arguments: list[Any]  # Expression; a Predicate in IIF
    distinct: bool = False  # COUNT(DISTINCT x)
    over: Over | None = None
    within_group: list[OrderItem] | None = None
    nulls: str | None = None  # 'IGNORE', 'RESPECT'; for JSON constructors 'NULL ON NULL', 'ABSENT ON NULL'
    trim_side: str | None = None  # LEADING, TRAILING, BOTH
    keys: list[Expression] | None = None  # JSON_OBJECT / JSON_OBJECTAGG keys, values in arguments
    returning: TypeName | None = None
    parentheses: bool = True
    rowset: bool = False


class MethodCall(Expression):
    """``x.value('...', 'int')`` on xml, or json.modify."""

    operand: Expression
    name: str
    arguments: list[Expression]
