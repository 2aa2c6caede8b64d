"""
Dates and times as constants of filtered indexes and of computed columns.

A filter compares with constants, or with one conversion of a constant (CREATE INDEX, "WHERE <filter_predicate>").
A persisted column takes no text that is converted to a date without a style, because its meaning depends on the
session's language (error 4936), but does take one with style 126 or 127, ISO 8601.
https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
"""

import datetime
import re
from typing import Callable, Dict, Match

# As literals.literal() writes them, and as a comparison with a column of a coarser type converts them.
_MOMENT = r"CAST\(N'(?P<text>\d{4}-[\d-]+T[\d:.]+)(?P<offset>[+-][\d:]+)?' AS (?:datetime2|datetimeoffset)\)"
_CONVERTED = re.compile(r"CAST\(%s AS (?P<kind>datetime|smalldatetime)\)" % _MOMENT)
_DATED = re.compile(
    r"CAST\(N'(?P<text>[\d:.T-]+(?:[+-][\d:]+)?)' AS (?P<kind>datetime2|datetimeoffset|datetime|smalldatetime|date|time)\)"
)
# What a text of each type becomes; style 127 has the offset.
_WITH_STYLE: Dict[str, str] = {
    "date": "CAST(CONVERT(datetime2, N'%sT00:00:00', 126) AS date)",
    "time": "CAST(CONVERT(datetime2, N'1900-01-01T%s', 126) AS time)",
    "datetime": "CONVERT(datetime, N'%s', 126)",
    "datetime2": "CONVERT(datetime2, N'%s', 126)",
    "datetimeoffset": "CONVERT(datetimeoffset, N'%s', 127)",
    "smalldatetime": "CONVERT(smalldatetime, N'%s', 126)",
}


def folded(sql: str) -> str:
    """Return a predicate in which moments that are converted to a coarser type are constants of that type."""
    return _CONVERTED.sub(_folded, sql)


def with_styles(sql: str) -> str:
    """Return an expression whose dates and times do not depend on the session's language."""
    return _DATED.sub(lambda match: _WITH_STYLE[match.group("kind")] % match.group("text"), folded(sql))


def _folded(match: Match[str]) -> str:
    kind = match.group("kind")
    try:
        moment = _ROUNDED[kind](datetime.datetime.fromisoformat(match.group("text")))
    except (ValueError, OverflowError):
        # Beyond the type: the server says so.
        return match.group()
    return "CAST(N'%s' AS %s)" % (moment.isoformat(timespec="milliseconds"), kind)


def _to_step(moment: datetime.datetime) -> datetime.datetime:
    """Round to the nearest 1/300 second, of which the text has three digits: .000, .003, .007.

    https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql
    """
    steps = (moment.microsecond * 3 + 5000) // 10000
    return moment.replace(microsecond=0) + datetime.timedelta(milliseconds=(steps * 20 + 3) // 6)


def _to_minute(moment: datetime.datetime) -> datetime.datetime:
    """Round to the nearest minute: 29.998 seconds down, 29.999 up.

    https://learn.microsoft.com/sql/t-sql/data-types/smalldatetime-transact-sql
    """
    rounded = moment + datetime.timedelta(seconds=30, milliseconds=1)
    return rounded.replace(second=0, microsecond=0)


_ROUNDED: Dict[str, Callable[[datetime.datetime], datetime.datetime]] = {
    "datetime": _to_step,
    "smalldatetime": _to_minute,
}
