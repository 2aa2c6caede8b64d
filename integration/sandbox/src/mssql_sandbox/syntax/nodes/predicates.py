"""Predicates, which are not values."""

from .base import Expression, Predicate


class Comparison(Predicate):
    operator: str  # = <> < <= > >= ('!=' '!<' '!>' are normalised)
    left: Expression
    right: Expression


class IsNull(Predicate):
    operand: Expression
    negated: bool = False


class IsDistinct(Predicate):
    left: Expression
    right: Expression
    negated: bool = False  # IS NOT DISTINCT FROM


class Between(Predicate):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


class Like(Predicate):
    operand: Expression
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


class InList(Predicate):
    operand: Expression
    items: list[Expression]
    negated: bool = False


class Not(Predicate):
    operand: Predicate


class And(Predicate):
    operands: list[Predicate]


class Or(Predicate):
    operands: list[Predicate]


class PredicateFunction(Predicate):
    """CONTAINS, FREETEXT, REGEXP_LIKE, UPDATE(col)."""

    name: str
    arguments: list[Expression]
