"""Conditions on rows of OPENJSON by value, not by text: equal, contained, less."""

import json
import math
from typing import Any, List, Optional, Sequence, Tuple, Union

from django.db import NotSupportedError

from .documents import ARRAY, BINARY, Item, children

# Two documents of the database are compared by value down to this level, and by text below it.
DEEPEST = 16
# Subqueries nest up to 32 levels, of which containment needs two for each level of the document.
# https://learn.microsoft.com/sql/relational-databases/performance/subqueries
DEEPEST_CONTAINED = 12
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
    """Condition that two rows hold the same scalar."""
    return (
        "(%(x)s.[type] = %(y)s.[type] AND (%(x)s.[type] = 0 OR (%(x)s.[type] IN (1, 3) AND %(xv)s = %(yv)s) "
        "OR (%(x)s.[type] = 2 AND (%(xn)s) COLLATE %(binary)s = (%(yn)s) COLLATE %(binary)s)))"
    ) % {
        "x": x,
        "y": y,
        "xv": exactly(x),
        "yv": exactly(y),
        "xn": _number_text(x + ".[value]"),
        "yn": _number_text(y + ".[value]"),
        "binary": BINARY,
    }


def same(x: str, y: str, levels: int) -> str:
    """
    Condition that two rows hold the same value; below `levels` containers, the same text.

    It counts all leaves of both, each with its path: in equal documents each occurs twice.
    """
    scalar = same_scalar(x, y)
    if not levels:
        return scalar
    # Their collations may differ, but one column has one.
    texts = ", ".join("(%s COLLATE %s)" % (children(alias), BINARY) for alias in (x, y))
    return (
        "(%s OR (%s.[type] > 3 AND %s.[type] = %s.[type] AND NOT EXISTS (SELECT 1 FROM (VALUES %s) AS [d] ([v]) %s "
        "GROUP BY [u].[r] HAVING COUNT(*) <> 2)))"
    ) % (scalar, x, x, y, texts, _leaves(levels))


def _number_text(value: str) -> str:
    """A text that equal numbers have in common: integers unchanged, whole fractions as integers, others in 17 digits.

    A float's digits are those of style 3 of CONVERT (2016),
    https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
    """
    number = "TRY_CAST(%s AS float)" % value
    return (
        "CASE WHEN {v} NOT LIKE N'%%[.eE]%%' THEN CASE {v} WHEN N'-0' THEN N'0' ELSE {v} END "
        "WHEN ABS({n}) < 9E18 AND FLOOR({n}) = {n} THEN CAST(CAST({n} AS bigint) AS nvarchar(40)) "
        "ELSE COALESCE(CONVERT(nvarchar(40), {n}, 3), {v}) END"
    ).format(v=value, n=number)


def _leaves(levels: int) -> str:
    """Sources behind a [d].[v] of containers, in which [u].[r] is the path, type and value of each leaf in one text."""
    names = ["[l%d]" % level for level in range(1, levels + 1)]
    sources = ["CROSS APPLY OPENJSON([d].[v]) AS %s" % names[0]]
    path = [_quoted_key(names[0])]
    for parent, name in zip(names, names[1:]):
        sources.append("OUTER APPLY OPENJSON(%s) AS %s" % (children(parent), name))
        path.append("ISNULL(CASE %s.[type] WHEN 4 THEN N'#' ELSE N'.' END + %s, N'')" % (parent, _quoted_key(name)))
    # Keys and values have different collations, which cannot be concatenated (error 451). The text of a container below
    # the last level, [w], counts; that of an empty one above it does not.
    sources.append(
        "CROSS APPLY (SELECT (%s) COLLATE %s AS [p], %s AS [t], %s COLLATE %s AS [v], ISNULL(%s.[value], N'') COLLATE %s "
        "AS [w]) AS [leaf]"
        % (" + ".join(path), BINARY, _deepest(names, "type"), _deepest(names, "value"), BINARY, names[-1], BINARY)
    )
    text = "CASE [leaf].[t] WHEN 2 THEN %s WHEN 1 THEN [leaf].[v] WHEN 3 THEN [leaf].[v] ELSE [leaf].[w] END"
    sources.append(
        "CROSS APPLY (SELECT ([leaf].[p] + N'=' + CAST([leaf].[t] AS nvarchar(1)) + %s + N'.') COLLATE %s AS [r]) AS [u]"
        % (text % _number_text("[leaf].[v]"), BINARY)
    )
    return " ".join(sources)


def _deepest(names: Sequence[str], column: str) -> str:
    columns = ["%s.[%s]" % (name, column) for name in reversed(names)]
    return "COALESCE(%s)" % ", ".join(columns) if len(columns) > 1 else columns[0]


def _quoted_key(name: str) -> str:
    return "N'\"' + STRING_ESCAPE(%s.[key], N'json') + N'\"'" % name


# ---- containment ----------------------------------------------------------------------


def contains(x: str, y: str, levels: int) -> str:
    """
    Condition that the row `x` contains the row `y`, by the rules of PostgreSQL's @>.

    Objects contain an object with some of their members, arrays one with some of
    their elements, each of which may contain the other's; an array also contains a scalar.

    :param levels: the depth of one of the two.
    :raises NotSupportedError: it is more than the server can nest.
    """
    if levels > DEEPEST_CONTAINED:
        raise NotSupportedError(
            "contains and contained_by compare documents of up to %d levels; this one has %d."
            % (DEEPEST_CONTAINED, levels)
        )
    element = (
        "(%s.[type] = 4 AND %s.[type] < 4 AND EXISTS (SELECT 1 FROM OPENJSON(%s) AS [e] WHERE %s))"
        % (x, y, children(x, (ARRAY,)), same_scalar("[e]", y))
    )  # fmt: skip
    return "(%s OR %s)" % (element, _contains(x, y, levels, 1))


def _contains(x: str, y: str, levels: int, level: int) -> str:
    scalar = same_scalar(x, y)
    if level > levels:
        return scalar
    inner_x, inner_y = "[x%d]" % level, "[y%d]" % level
    same_key = "(%s.[type] = 4 OR (%s.[key] = %s.[key] AND DATALENGTH(%s.[key]) = DATALENGTH(%s.[key])))" % (
        x, inner_x, inner_y, inner_x, inner_y,
    )  # fmt: skip
    return (
        "(%s OR (%s.[type] > 3 AND %s.[type] = %s.[type] AND NOT EXISTS (SELECT 1 FROM OPENJSON(%s) AS %s "
        "WHERE NOT EXISTS (SELECT 1 FROM OPENJSON(%s) AS %s WHERE %s AND %s))))"
    ) % (
        scalar, x, x, y, children(y), inner_y, children(x), inner_x, same_key,
        _contains(inner_x, inner_y, levels, level + 1),
    )  # fmt: skip


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
