"""ORDER BY within SQL Server's limits.

It may name a column once (error 169), no constants (408), and with DISTINCT or a
set operation only selected columns (145, 104).
"""

import re
from typing import Any, Iterator, List, Tuple

from django.db.models import Aggregate, OrderBy, Subquery, Value, Window
from django.db.models.expressions import Col, Expression, RawSQL, Ref, Star
from django.db.models.functions import Random
from django.db.models.sql.query import Query

from ..compat.orm import PARAMS, ColPairs, PositionRef
from ..names import in_query, quote_identifier
from ..plugin import UnaryExpression
from ..plugin.django_types import Compiler, Connection
from ..plugin.types import Compiled, Translation
from .cross_apply import source_expressions
from .predicates import as_value, is_predicate

UNORDERED = "(SELECT NULL)"
# The default of a CASE without conditions: a lone parameter, which the server takes for a column position (error 1008).
_PARAMETER = re.compile(r"(?:CAST\()?%s(?: AS [\w(), ]+\))?(?: ASC| DESC)?$")


class NullsLast(UnaryExpression):
    """1 where the expression is NULL, else 0: sorts NULLs behind the rest."""

    def __init__(self, expression: Any, values: Tuple[int, int] = (1, 0)) -> None:
        super().__init__(as_value(expression))
        self.values = values

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        sql, params = compiler.compile(self.expression)
        return "CASE WHEN %s IS NULL THEN %d ELSE %d END" % ((sql,) + self.values), params


def terms(order_by: Any, connection: Connection) -> List[Tuple[Expression, str]]:
    """An OrderBy as (expression, direction) pairs, with NULLs first or last as it asks.

    NULL is the lowest value, so it comes first unless the order is descending.
    """
    direction = "DESC" if order_by.descending else "ASC"
    expression = order_by.expression
    if isinstance(expression, Random):
        return [(PerRow(), "ASC")]
    pairs = [(part, direction) for part in connection.ops.sort_expressions(expression)]
    if order_by.nulls_last and not order_by.descending:
        return [(NullsLast(expression), "ASC"), *pairs]
    if order_by.nulls_first and order_by.descending:
        return [(NullsLast(expression, (0, 1)), "ASC"), *pairs]
    return pairs


def is_name(order_by: Any, connection: Connection) -> bool:
    """Whether an OrderBy is the name of a selected column, and no expression over it, as plugins sort by some."""
    expression = order_by.expression
    if not isinstance(expression, Ref) or order_by.nulls_first or order_by.nulls_last:
        return False
    (first, *others) = connection.ops.sort_expressions(expression)
    return first is expression and not others


class PerRow(Expression):
    """A different value in each row, to sort by."""

    def __init__(self) -> None:
        super().__init__(output_field=None)

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        return "NEWID()", ()


_VARY = (Aggregate, Col, Ref, Query, Subquery, RawSQL, Random, Window, Star, ColPairs, PerRow)


def compile_order_by(node: Any, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    if isinstance(node.expression, ColPairs) or extra:
        return NotImplemented
    if not (node.nulls_first or node.nulls_last or isinstance(node.expression, Random)):
        columns = connection.ops.sort_expressions(node.expression)
        if len(columns) == 1:
            sql, params = compiler.compile(columns[0])
            ordering = "DESC" if node.descending else "ASC"
            return node.template % {"expression": sql, "ordering": ordering}, params
    parts, params = [], []
    for expression, direction in terms(node, connection):
        sql, term_params = compiler.compile(expression)
        template = "%(expression)s %(ordering)s" if isinstance(expression, NullsLast) else node.template
        parts.append(template % {"expression": sql, "ordering": direction})
        params.extend(term_params)
    return ", ".join(parts), params


def is_constant(expression: Any) -> bool:
    """Whether `expression` has the same value in all rows."""
    if isinstance(expression, _VARY):
        return False
    parts = source_expressions(expression)
    if not parts:
        # An expression without arguments may vary, unless it is a value.
        return isinstance(expression, Value)
    return all([part is None or is_constant(part) for part in parts])


def source(expression: Any) -> Any:
    """The expression that a reference to the select list stands for."""
    while isinstance(expression, Ref):
        expression = expression.source
    return expression


def key(expression: Any, compiler: Compiler) -> Any:
    """A key that two expressions share exactly if the server takes them for the same column."""
    reference, expression = expression, source(expression)
    if isinstance(expression, Col):
        return expression.alias, expression.target.column
    if isinstance(expression, Query):
        return id(expression)
    is_selected = isinstance(reference, Ref) and not is_predicate(expression)
    known = compiler.selected_sql(reference.refs) if is_selected else None
    sql, params = known or compiler.compile(expression)
    return (sql, *map(repr, params))


def distinct_terms(order_by: Any, compiler: Compiler) -> List[Any]:
    """Django's ORDER BY entries without constants and without repetitions."""
    distinct, seen = [], set()
    combined = bool(compiler.query.combinator)
    if len(order_by) == 1 and not combined and not isinstance(order_by[0][0].expression, ColPairs):
        # Most have one: nothing repeats.
        return [] if _is_constant_term(order_by[0]) else order_by
    for entry in order_by:
        resolved = entry[0]
        if type(resolved) is OrderBy and type(resolved.expression) is Col and not combined:
            # Most entries are columns, which are told apart without their SQL.
            name = key(resolved.expression, compiler)
            if name not in seen:
                seen.add(name)
                distinct.append(entry)
            continue
        for expanded in _expanded(entry, compiler):
            resolved = expanded[0]
            if not combined and _is_constant_term(expanded):
                continue
            name = _combined_key(expanded, compiler) if combined else key(resolved.expression, compiler)
            if name not in seen:
                seen.add(name)
                distinct.append(_by_name(expanded, compiler) if combined else expanded)
    return distinct


def _is_constant_term(entry: Any) -> bool:
    resolved, (sql, _, _) = entry
    return is_constant(source(resolved.expression)) or ("%s" in sql and bool(_PARAMETER.match(sql)))


def _by_name(entry: Any, compiler: Compiler) -> Any:
    """The entry of a set operation by its column's name: its position is a constant within an expression (error 408).

    Django wrote positions into expressions before version 4.2.
    """
    resolved, (_, _, is_ref) = entry
    position = getattr(resolved.expression, "sql", "")
    if not (position.isdigit() and (resolved.nulls_first or resolved.nulls_last)):
        return entry
    selected, _, alias = compiler.select[int(position) - 1]
    named = resolved.copy()
    named.set_source_expressions([RawSQL(in_query(quote_identifier(alias or selected.target.column)), ())])
    return named, (*compiler.compile(named), is_ref)


def _combined_key(entry: Any, compiler: Compiler) -> Any:
    """The position of a set operation's column, which may be named by its position or its name; else the SQL."""
    resolved, (sql, _, _) = entry
    expression = resolved.expression
    written = getattr(expression, "sql", "")
    if isinstance(source(expression), ColPairs):
        return (sql,)
    if isinstance(expression, PositionRef):
        return expression.ordinal
    if written.isdigit():
        # As Django wrote positions before version 4.2.
        return int(written)
    names = [
        alias or getattr(getattr(selected, "target", None), "column", None) for selected, _, alias in compiler.select
    ]
    name = getattr(expression, "refs", None)
    return names.index(name) + 1 if name in names else (sql,)


def width(expression: Any) -> int:
    """How many columns an expression of the select list is: a composite key as many as it has fields."""
    return len(expression) if hasattr(expression, "get_cols") else 1


def _position(ordinal: int, compiler: Compiler) -> int:
    return 1 + sum([width(expression) for expression, _, _ in compiler.select[: ordinal - 1]])


def compile_position(node: Any, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The position of a selected column; Django counts composite keys before it as one."""
    return str(_position(node.ordinal, compiler)), ()


def _expanded(entry: Any, compiler: Compiler) -> Iterator[Any]:
    """The entry of a composite key as one entry for each column; any other entry itself."""
    resolved, (_, _, is_ref) = entry
    pairs = getattr(resolved, "expression", None)
    if compiler.query.combinator and isinstance(source(pairs), ColPairs):
        yield from _positions_of_key(resolved, compiler)
        return
    if not isinstance(pairs, ColPairs):
        yield entry
        return
    for column in pairs.get_source_expressions():
        copy = resolved.copy()
        copy.set_source_expressions([column])
        sql, params = compiler.compile(copy)
        yield copy, (sql, params, is_ref)


def _positions_of_key(resolved: Any, compiler: Compiler) -> Iterator[Any]:
    """The columns of a composite key in a set operation, where one name stands for all of them."""
    pairs = source(resolved.expression)
    ordinals = [number for number, (selected, _, _) in enumerate(compiler.select, 1) if source(selected) == pairs]
    for offset in range(width(pairs)) if ordinals else ():
        direction = "DESC" if resolved.descending else "ASC"
        yield resolved, ("%d %s" % (_position(ordinals[0], compiler) + offset, direction), PARAMS(), True)


COMPILERS = {OrderBy: compile_order_by, PositionRef: compile_position}
