"""Conditions on rows of OPENJSON by value, not by text: equal, contained, less."""

import json
import math
from typing import Any, List, Optional, Sequence, Tuple, Union

from django.db import NotSupportedError

from .documents import BINARY, Item, children

# Two documents of the database are compared by value down to this level, and by text below it.
DEEPEST = 16
# Subqueries nest up to 32 levels, of which containment needs two for each level of the document.
# https://learn.microsoft.com/sql/relational-databases/performance/subqueries
DEEPEST_CONTAINED = 12
# Of so many levels, one compares scalars.
_PASSED_DOWN = 4
_DIGITS = 38
# Up to it a fraction without a fractional part is compared as an integer, beyond it as a float.
_WHOLE = 9 * 10**18


def depth(value: Any) -> int:
    """The number of nested containers in a Python value: 0 for a scalar, 1 for ``[]`` and ``[1]``."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def text_of(value: Any) -> str:
    """JSON for a parameter."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---- scalars ------------------------------------------------------------------------


def exactly(alias: str) -> str:
    """The text of a row with a full stop behind it, as `=` ignores trailing blanks; the other side needs one, too."""
    return "(%s.[value] + N'.') COLLATE %s" % (alias, BINARY)


def has_point(alias: str) -> str:
    """Condition that a number has a fraction or an exponent."""
    return "%s.[value] LIKE N'%%%%[.eE]%%%%'" % alias


def is_float(alias: str) -> str:
    """Condition that a number is compared as float: it has a fraction or an exponent, or more digits than a decimal."""
    return "%s OR LEN(REPLACE(%s.[value], N'-', N'')) > %d" % (has_point(alias), alias, _DIGITS)


def as_integer(alias: str) -> str:
    """An integer of up to 38 digits as decimal."""
    return "TRY_CAST(%s.[value] AS decimal(%d, 0))" % (alias, _DIGITS)


def as_float(alias: str) -> str:
    """The number as float, NULL beyond every float."""
    return "TRY_CAST(%s.[value] AS float)" % alias


def nearest_float(value: Union[int, float]) -> Optional[float]:
    """The float of a Python number, None beyond every float."""
    try:
        return float(value)
    except OverflowError:
        return None


def spellings(value: Any) -> List[Any]:
    """The value, and a number of many digits also as float or as integer, which :func:`same` compares as texts."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) < _WHOLE:
        return [value]
    other: Union[int, float, None] = nearest_float(value) if isinstance(value, int) else int(value)
    return [value, other] if other == value else [value]


# ---- equality of two rows -----------------------------------------------------------


def same_scalar(x: str, y: str) -> str:
    """Condition that two rows hold the same scalar, or containers of the same text; never NULL."""
    return "(%s.[type] = %s.[type] AND %s)" % (x, y, _same_of_a_type(x, y))


def _same_of_a_type(x: str, y: str) -> str:
    """As same_scalar() for rows of the same type. CONCAT makes an empty string of null's NULL."""
    return (
        "(CONCAT({x}.[value], N'.') = CONCAT({y}.[value], N'.') COLLATE {binary} OR {x}.[type] = 2 AND {xf} = {yf} "
        "AND ({x_point} AND {y_point} OR {xi} = {yi}))"
    ).format(
        x=x, y=y, binary=BINARY, xf=as_float(x), yf=as_float(y), x_point=has_point(x), y_point=has_point(y),
        xi=_whole(x), yi=_whole(y),
    )  # fmt: skip


def _whole(alias: str) -> str:
    """A number without its fraction, NULL from 2**63 on; of an integer each digit counts, which a float would lose."""
    return "COALESCE(TRY_CAST(%s.[value] AS bigint), TRY_CAST(%s AS bigint))" % (alias, as_float(alias))


def same(x: str, y: str, levels: int) -> str:
    """
    Condition that two rows hold the same value; below `levels` containers, the same text.

    The leaves of both are grouped by path and value: in equal documents both have a leaf in each group.
    """
    scalar = same_scalar(x, y)
    if not levels:
        return scalar
    # Their collations may differ, but one column has one.
    texts = ", ".join("(%d, %s COLLATE %s)" % (n, children(alias), BINARY) for n, alias in enumerate((x, y)))
    return (
        "(%s OR %s.[type] > 3 AND %s.[type] = %s.[type] AND NOT EXISTS (SELECT 1 FROM (VALUES %s) AS [d] ([n], [v]) %s "
        "GROUP BY [leaf].[p], %s HAVING MIN([d].[n]) = MAX([d].[n])))"
    ) % (scalar, x, x, y, texts, _leaves(levels), _LEAF)


# A text that equal leaves have in common, with a full stop behind it. Null has no value, nor has an empty container; the
# text of a container below the last level counts, which is [w]. Whole numbers are integers, others are written with the 17
# digits of style 3 of CONVERT (2016), https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
_LEAF = (
    "CONCAT(CASE WHEN [leaf].[t] NOT IN (1, 2, 3) THEN [leaf].[w] WHEN [leaf].[t] = 2 AND {v} = N'-0' THEN N'0' "
    "WHEN [leaf].[t] = 2 AND {v} LIKE N'%%[.eE]%%' THEN COALESCE(IIF(FLOOR({n}) = {n}, "
    "CAST(TRY_CAST({n} AS bigint) AS nvarchar(40)), NULL), CONVERT(nvarchar(40), {n}, 3), {v}) ELSE {v} END, N'.')"
).format(v="[leaf].[v]", n="TRY_CAST([leaf].[v] AS float)")


def _leaves(levels: int) -> str:
    """Sources behind a [d].[v] of containers, in which [leaf] has the path, type and value of each leaf."""
    names = ["[l%d]" % level for level in range(1, levels + 1)]
    sources = ["CROSS APPLY OPENJSON([d].[v]) AS %s" % names[0]]
    sources += ["OUTER APPLY OPENJSON(%s) AS %s" % (children(parent), name) for parent, name in zip(names, names[1:])]
    # A key's length tells where it ends. A text of type (max) first, as CONCAT cuts other texts at 4,000 characters:
    # https://learn.microsoft.com/sql/t-sql/functions/concat-transact-sql
    steps = ["DATALENGTH({0}.[key]), N':', {0}.[key], {0}.[type]".format(name) for name in names]
    # Keys and values have different collations, which cannot be concatenated (error 451).
    sources.append(
        "CROSS APPLY (SELECT CONCAT(CAST(N'' AS nvarchar(max)), %s) COLLATE %s AS [p], %s AS [t], %s COLLATE %s AS [v], "
        "%s.[value] COLLATE %s AS [w]) AS [leaf]"
        % (", ".join(steps), BINARY, _deepest(names, "type"), _deepest(names, "value"), BINARY, names[-1], BINARY)
    )
    return " ".join(sources)


def _deepest(names: Sequence[str], column: str) -> str:
    columns = ["%s.[%s]" % (name, column) for name in reversed(names)]
    return "COALESCE(%s)" % ", ".join(columns) if len(columns) > 1 else columns[0]


# ---- containment ----------------------------------------------------------------------


def contains(x: str, y: str, levels: int) -> str:
    """
    Condition that the row `x` contains the row `y`, by the rules of PostgreSQL's @>.

    Objects contain an object with some of their members, arrays one with some of
    their elements, each of which may contain the other's; an array also contains a scalar.
    Below `levels` containers, a container contains the same text.

    :param levels: the depth of one of the two.
    :raises NotSupportedError: it is more than the server can nest.
    """
    if levels > DEEPEST_CONTAINED:
        raise NotSupportedError(
            "contains and contained_by compare documents of up to %d levels; this one has %d."
            % (DEEPEST_CONTAINED, levels)
        )
    scalar_of_array = "{x}.[type] = 4 AND {y}.[type] < 4".format(x=x, y=y)
    return "(%s.[type] = %s.[type] OR %s) AND %s" % (x, y, scalar_of_array, _has_members(x, y, max(levels, 1), 1))


def _has_members(x: str, y: str, levels: int, level: int) -> str:
    """Condition that each member of `y` is contained in one of `x`; a scalar is its own member, as is an array's."""
    inner_x, inner_y = "[x%d]" % level, "[y%d]" % level
    of_a_container = _compares_scalars(level - 1)
    return (
        "NOT EXISTS (SELECT 1 FROM %s AS %s WHERE NOT EXISTS (SELECT 1 FROM %s AS %s WHERE %s.[type] = %s.[type] "
        "AND (%s.[type] < 5 OR %s.[key] + N'.' = %s.[key] + N'.') AND %s))"
    ) % (
        _members(y, of_a_container), inner_y, _members(x, of_a_container), inner_x, inner_x, inner_y,
        x, inner_x, inner_y, _contains(inner_x, inner_y, levels, level),
    )  # fmt: skip


def _contains(x: str, y: str, levels: int, level: int) -> str:
    """Condition that the row `x` contains the row `y` of the same type."""
    if level == levels:
        return _same_of_a_type(x, y)
    members = _has_members(x, y, levels, level + 1)
    if not _compares_scalars(level):
        return members
    return "(%s OR %s.[type] > 3 AND %s)" % (_same_of_a_type(x, y), x, members)


def _compares_scalars(level: int) -> bool:
    """Whether scalars are compared at a level: those of other levels pass down to it, since the comparison is long."""
    return level % _PASSED_DOWN == 1


def _members(alias: str, of_a_container: bool) -> str:
    """The members of the row; a scalar, if there may be one, is its own."""
    members = "OPENJSON(%s)" % children(alias)
    if of_a_container:
        return members
    itself = "SELECT {0}.[key], {0}.[value], {0}.[type] WHERE {0}.[type] < 4".format(alias)
    return "(SELECT * FROM %s UNION ALL %s)" % (members, itself)


# ---- order ------------------------------------------------------------------------------


def compares(item: Item, operator: str, value: Any) -> Tuple[str, List[Any]]:
    """
    Condition that the row's value is less or greater than a Python value of its own type: (condition, params).

    :param operator: one of ``<``, ``<=``, ``>``, ``>=``.
    :raises NotSupportedError: the value is an array, an object or None, which have no order.
    """
    alias = item.alias
    if isinstance(value, bool):
        number = "CASE %s.[value] WHEN N'true' THEN 1 ELSE 0 END" % alias
        return "%s.[type] = 3 AND %s %s %d" % (alias, number, operator, value), []
    if isinstance(value, (int, float)):
        sql, params = _compares_number(alias, operator, value)
        return "%s.[type] = 2 AND %s" % (alias, sql), params
    if isinstance(value, str):
        # The least of all characters, so that trailing blanks count.
        return "%s.[type] = 1 AND %s %s %%s" % (alias, ordered_text(alias), operator), [value + "\x01"]
    raise NotSupportedError("JSON values have an order among numbers, strings and booleans, not for %r." % (value,))


def ordered_text(alias: str) -> str:
    return "(%s.[value] + NCHAR(1)) COLLATE %s" % (alias, BINARY)


def _compares_number(alias: str, operator: str, value: Union[int, float]) -> Tuple[str, List[Any]]:
    """Comparison of integers of up to 38 digits as decimals, and of other numbers as float."""
    float_operator, fraction = _float_bound(operator, value)
    if fraction is None:
        # Beyond every float.
        return ("1 = 1" if (value > 0) == (operator[0] == "<") else "1 = 0"), []
    fractions = "%s %s %%s" % (as_float(alias), float_operator)
    whole = value if isinstance(value, int) else _whole_bound(operator, value)
    if len(str(abs(whole))) > _DIGITS:
        return fractions, [fraction]
    sql = ("IIF(%s, IIF(%s, 1, 0), IIF(%s %s CAST(%%s AS decimal(38, 0)), 1, 0)) = 1") % (
        is_float(alias),
        fractions,
        as_integer(alias),
        operator,
    )
    return sql, [fraction, str(whole)]


def _float_bound(operator: str, value: Union[int, float]) -> Tuple[str, Optional[float]]:
    """(operator, float) that select the same floats as `operator` and the exact `value`."""
    bound = nearest_float(value)
    if bound is None or bound == value:
        return operator, bound
    if bound > value:
        return ("<" if operator[0] == "<" else ">="), bound
    return ("<=" if operator[0] == "<" else ">"), bound


def _whole_bound(operator: str, value: float) -> int:
    return math.ceil(value) if operator in ("<", ">=") else math.floor(value)


def orders(x: str, operator: str, y: str) -> str:
    """Condition that the row `x` is less or greater than the row `y` of the same type."""
    return (
        "(%(x)s.[type] = 1 AND %(y)s.[type] = 1 AND %(xt)s %(op)s %(yt)s) OR (%(x)s.[type] = 2 AND %(y)s.[type] = 2 "
        "AND IIF(%(xf)s OR %(yf)s, IIF(%(xn)s %(op)s %(yn)s, 1, 0), IIF(%(xi)s %(op)s %(yi)s, 1, 0)) = 1)"
    ) % {
        "x": x,
        "y": y,
        "op": operator,
        "xt": ordered_text(x),
        "yt": ordered_text(y),
        "xf": is_float(x),
        "yf": is_float(y),
        "xn": as_float(x),
        "yn": as_float(y),
        "xi": as_integer(x),
        "yi": as_integer(y),
    }
