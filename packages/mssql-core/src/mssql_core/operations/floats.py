"""Floats as text, with the digits that Python prints.

The server's own conversion keeps six digits ('1.23457e+006'); style 3 has always 17, from which the number comes back.
https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
"""

# The digits of style 3 as a number of 17 digits [m], and its exponent [e].
_PARTS = (
    "SELECT CASE WHEN LEFT([s], 1) = N'-' THEN N'-' ELSE N'' END AS [sign], "
    "CAST(REPLACE(REPLACE(LEFT([s], CHARINDEX(N'e', [s]) - 1), N'.', N''), N'-', N'') AS bigint) AS [m], "
    "CAST(SUBSTRING([s], CHARINDEX(N'e', [s]) + 1, 5) AS int) - 16 AS [e], "
    # The last digit of style 2, whose 16 are rounded from the number itself, not from the 17.
    "CAST(SUBSTRING([t], CHARINDEX(N'e', [t]) - 1, 1) AS int) AS [last]"
)
_IS_EXACT = "TRY_CAST(CAST({0} AS nvarchar(20)) + N'e' + CAST([e] AS nvarchar(5)) AS float) = ABS([f])"
# The fewest digits from which the number comes back: 15, 16, or all.
_SHORTEST = "SELECT CASE WHEN %s THEN {0} WHEN %s THEN {1} ELSE [m] END AS [r]" % (
    _IS_EXACT.format("{0}"),
    _IS_EXACT.format("{1}"),
)
_SHORTEST = _SHORTEST.format(
    "([m] + 50) / 100 * 100", "([m] + CASE WHEN [m] / 10 - [m] / 100 * 10 = [last] THEN 4 ELSE 5 END) / 10 * 10"
)
# Without zeros at the end, and [k], how many of them stand before the point.
_DIGITS = (
    "SELECT REPLACE(RTRIM(REPLACE(CAST([r] AS nvarchar(20)), N'0', N' ')), N' ', N'0') AS [d], "
    "[e] + LEN(CAST([r] AS nvarchar(20))) AS [k]"
)
_POSITIONAL = (
    "CASE WHEN LEN([d]) > [k] THEN STUFF([d], [k] + 1, 0, N'.') ELSE [d] + REPLICATE(N'0', [k] - LEN([d])) + N'.0' END"
)
_SCIENTIFIC = (
    "LEFT([d], 1) + CASE WHEN LEN([d]) > 1 THEN N'.' + SUBSTRING([d], 2, 16) ELSE N'' END "
    "+ CASE WHEN [k] > 0 THEN N'e+' ELSE N'e-' END + CASE WHEN ABS([k] - 1) < 10 THEN N'0' ELSE N'' END "
    "+ CAST(ABS([k] - 1) AS nvarchar(5))"
)
_TEXT = (
    "(SELECT [sign] + CASE WHEN [r] = 0 THEN N'0.0' WHEN [k] BETWEEN 1 AND 16 THEN %s "
    "WHEN [k] BETWEEN -3 AND 0 THEN N'0.' + REPLICATE(N'0', -[k]) + [d] ELSE %s END "
    "FROM (SELECT CAST({} AS float) AS [f]) AS [value] "
    "CROSS APPLY (SELECT CONVERT(nvarchar(32), [f], 3) AS [s], CONVERT(nvarchar(32), [f], 2) AS [t]) AS [style] "
    "CROSS APPLY (%s) AS [parts] CROSS APPLY (%s) AS [shortest] CROSS APPLY (%s) AS [digits])"
) % (_POSITIONAL, _SCIENTIFIC, _PARTS, _SHORTEST, _DIGITS)


def shortest_text(sql: str) -> str:
    """The text that Python prints of the float `sql`: the fewest digits that restore it, in the form ``1e+16`` from there on."""
    return _TEXT.format(sql)


def exact_text(sql: str) -> str:
    """All 17 digits, which restore `sql` too, for where the server takes no subquery."""
    return "CONVERT(nvarchar(32), CAST(%s AS float), 3)" % sql
