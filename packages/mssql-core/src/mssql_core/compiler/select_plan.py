"""What is decided of a SELECT before any of it is written."""

from typing import Any, NamedTuple, Optional

from ..plugin.django_types import Query


class SelectPlan(NamedTuple):
    """
    The shape of one SELECT: made by :func:`plan_of`, and only read while the statement is written.

    :ivar limited: the slice of the query belongs to this statement.
    :ivar top: the number of rows, where TOP gives the slice: it needs no order, but has no offset.
    :ivar names_columns: each column gets a name, as those of a derived table need one (error 8155).
    :ivar keeps_order: ORDER BY may stand: in a subquery only beside TOP or OFFSET (error 1033), in a branch of a set
        operation likewise (156).
    :ivar is_branch: of a set operation.
    :ivar filters_windows: WHERE has windows, so the statement is one around another.
    :ivar numbering: the DistinctOn or NthValues whose rows this statement numbers, for the one around it.
    """

    limited: bool = False
    top: Optional[int] = None
    names_columns: bool = False
    keeps_order: bool = True
    is_branch: bool = False
    filters_windows: bool = False
    numbering: Any = None


#: Of a whole statement, as most are.
WHOLE = SelectPlan()


def plan_of(query: Query, with_limits: bool, with_col_aliases: bool) -> SelectPlan:
    """The plan of a query's statement, as Django asks for it: see SQLCompiler.as_sql()."""
    limited = with_limits and query.is_sliced
    is_branch = getattr(query, "is_compound_part", False)
    filters_windows = getattr(query.where, "contains_over_clause", False)
    if not (limited or with_col_aliases or query.subquery or is_branch or filters_windows):
        return WHOLE
    top = None
    # With a filter on windows the limit belongs to the statement around.
    if limited and not (query.low_mark or query.combinator or query.distinct_fields or filters_windows):
        top = query.high_mark
    keeps_order = limited or not (with_col_aliases or query.subquery or is_branch)
    return SelectPlan(limited, top, with_col_aliases, keeps_order, is_branch, filters_windows)
