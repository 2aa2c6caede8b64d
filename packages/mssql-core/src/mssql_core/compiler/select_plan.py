"""The shape of a SELECT, decided before any of it is written."""

from functools import lru_cache
from typing import Any, List, NamedTuple, Optional, Protocol, Tuple

from ..plugin.django_types import Compiler, Query
from ..plugin.types import Compiled, Params

#: An entry of the select list: an expression, its SQL, and its alias.
Selected = Tuple[Any, Compiled, Optional[str]]
#: An entry of ORDER BY: an OrderBy, its SQL, its parameters, and whether it refers to the select list.
Ordered = Tuple[Any, Tuple[str, Params, bool]]
#: What Django's pre_sql_setup() returns: columns only sorted by, ORDER BY, GROUP BY.
GroupedSelect = Tuple[List[Selected], List[Ordered], List[Compiled]]


class Numbering(Protocol):
    """A statement around numbered rows, which another statement selects."""

    def write(self, plan: "SelectPlan") -> Compiled: ...
    def extra_select(self, compiler: Compiler, order_by: List[Ordered]) -> List[Selected]: ...


class SelectPlan(NamedTuple):
    """
    The shape of one SELECT: made by :func:`plan_of`, and only read while the statement is written.

    :ivar limited: the slice of the query belongs to this statement.
    :ivar top: the number of rows, if TOP gives the slice, which needs no order, but has no offset.
    :ivar names_columns: each column gets a name, as a derived table needs (error 8155).
    :ivar keeps_order: ORDER BY may stand: in a subquery (error 1033) and in a branch of a set operation (156) only beside
        TOP or OFFSET.
    :ivar is_derived: the statement is a set operation in a derived table, around which another one sorts and slices.
    :ivar is_branch: the statement is a branch of a set operation.
    :ivar filters_windows: WHERE has windows, so the statement is one around another.
    :ivar numbering: the DistinctOn or NthValues around this statement, whose rows it numbers.
    """

    limited: bool = False
    top: Optional[int] = None
    names_columns: bool = False
    keeps_order: bool = True
    is_derived: bool = False
    is_branch: bool = False
    filters_windows: bool = False
    numbering: Optional[Numbering] = None


#: The plan of a whole statement, as most are.
WHOLE = SelectPlan()


def plan_of(query: Query, with_limits: bool, with_col_aliases: bool) -> SelectPlan:
    """The plan of a query's statement; the parameters are those of SQLCompiler.as_sql()."""
    limited = with_limits and (query.high_mark is not None or query.low_mark > 0)
    is_branch = getattr(query, "is_compound_part", False)
    filters_windows = getattr(query.where, "contains_over_clause", False)
    # With a filter on windows the limit belongs to the statement around.
    top = None
    if limited and not (query.low_mark or query.combinator or query.distinct_fields or filters_windows):
        top = query.high_mark
    if not (with_col_aliases or query.subquery or is_branch or filters_windows or query.combinator):
        if not limited:
            return WHOLE
        if top is not None:
            return _first_rows(top)
    is_derived = query.combinator is not None and (query.subquery or sorts_by_expressions(query))
    keeps_order = not is_derived and (limited or not (with_col_aliases or query.subquery or is_branch))
    return SelectPlan(limited, top, with_col_aliases, keeps_order, is_derived, is_branch, filters_windows)


@lru_cache(maxsize=64)
def _first_rows(count: int) -> SelectPlan:
    """The plan of get(), exists() and first(): to make it anew takes a hundredth of their compilation."""
    return SelectPlan(limited=True, top=count)


def sorts_by_expressions(query: Query) -> bool:
    """Whether a set operation sorts by expressions other than its columns (error 104)."""
    ordering = query.extra_order_by or query.order_by
    return any(getattr(field, "nulls_first", None) or getattr(field, "nulls_last", None) for field in ordering)
