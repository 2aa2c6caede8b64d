"""Predicates, which are no values."""

from dataclasses import dataclass

from .base import Expression, Predicate


@dataclass(slots=True)
class Comparison(Predicate):
    operator: str  # = <> < <= > >= ('!=' '!<' '!>' are normalised)
    left: Expression
    right: Expression


@dataclass(slots=True)
class IsNull(Predicate):
    operand: Expression
    negated: bool = False


@dataclass(slots=True)
class IsDistinct(Predicate):
    left: Expression
    right: Expression
    negated: bool = False  # IS NOT DISTINCT FROM


@dataclass(slots=True)
class Between(Predicate):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(slots=True)
class Like(Predicate):
    operand: Expression
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


@dataclass(slots=True)
class InList(Predicate):
    operand: Expression
    items: list[Expression]
    negated: bool = False


@dataclass(slots=True)
class Not(Predicate):
    operand: Predicate


@dataclass(slots=True)
class And(Predicate):
    operands: list[Predicate]


@dataclass(slots=True)
class Or(Predicate):
    operands: list[Predicate]


@dataclass(slots=True)
class PredicateFunction(Predicate):
    """CONTAINS, FREETEXT, REGEXP_LIKE, UPDATE(col)."""

    name: str
    arguments: list[Expression]
