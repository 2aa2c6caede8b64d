"""IANA time zones in the server's terms: Windows names and fixed offsets.

AT TIME ZONE takes the names of sys.time_zone_info (error 9820 otherwise), on
Linux too. The map is CLDR's, from the package tzlocal.
https://learn.microsoft.com/sql/t-sql/queries/at-time-zone-transact-sql
"""

import re
from functools import lru_cache
from typing import Optional

from django.db import NotSupportedError
from tzlocal.windows_tz import tz_win

_OFFSET = re.compile(r"^(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})?$")
# pytz's name of a fixed zone, with its offset in minutes.
_PYTZ_OFFSET = re.compile(r"^pytz\.FixedOffset\((-?\d+)\)$")
# Newer or older spellings than the map's.
_ALIASES = {
    "CST6CDT": "Central Standard Time",
    "EST5EDT": "Eastern Standard Time",
    "MST7MDT": "Mountain Standard Time",
    "PST8PDT": "Pacific Standard Time",
    "Europe/Uzhgorod": "FLE Standard Time",
    "Europe/Zaporozhye": "FLE Standard Time",
    "GMT": "UTC",
    "US/East-Indiana": "US Eastern Standard Time",
    "UTC": "UTC",
}
# Windows zones of 2026, which no released server lists, and what they were part of.
_PREDECESSORS = {
    "Alberta Standard Time": "Mountain Standard Time",
    "British Columbia Standard Time": "Pacific Standard Time",
    "Manitoba Standard Time": "Central Standard Time",
}


# 0.05 microseconds for each part of a moment, instead of 0.3 to 0.8.
@lru_cache(maxsize=1024)
def offset(name: str) -> Optional[str]:
    """
    The offset (`+05:30`) of a fixed zone, UTC included, else None.

    Fixed offsets are mere arithmetic; AT TIME ZONE reads the zone's rules from the registry for each row.
    """
    match = _PYTZ_OFFSET.match(name)
    if match:
        minutes = int(match.group(1))
        return "%s%02d:%02d" % ("-" if minutes < 0 else "+", *divmod(abs(minutes), 60))
    known = _ALIASES.get(name) or tz_win.get(name) or name
    # Windows has zones that are offsets: UTC, UTC-02, UTC+13.
    match = _OFFSET.match("+00" if known == "UTC" else known)
    return "%s%s:%s" % match.groups("00") if match else None


def windows_name(name: str) -> str:
    """
    The Windows name of the IANA zone `name`.

    :raises NotSupportedError: the server has no such zone.
    """
    zone = _ALIASES.get(name) or tz_win.get(name)
    if zone is None:
        raise NotSupportedError(
            "SQL Server has no time zone for %r (AT TIME ZONE takes the names of sys.time_zone_info only)." % name
        )
    return _PREDECESSORS.get(zone, zone)


def is_utc(name: str) -> bool:
    return name in ("UTC", "Etc/UTC", "utc", "UCT", "Zulu", "Etc/UCT", "Etc/Zulu", "Universal", "Etc/Universal")


def at_zone(sql: str, name: str) -> str:
    """A datetimeoffset in the zone `name`; a datetime without offset counts as the zone's local time."""
    fixed = offset(name)
    return "TODATETIMEOFFSET(%s, '%s')" % (sql, fixed) if fixed else at_named_zone(sql, name)


def at_named_zone(sql: str, name: str) -> str:
    """As :func:`at_zone`, also of a value with an offset: its moment in the zone."""
    return "(%s AT TIME ZONE %s)" % (sql, _literal(name))


@lru_cache(maxsize=None)
def _literal(name: str) -> str:
    return "'%s'" % windows_name(name).replace("'", "''")


def to_zone(sql: str, name: str) -> str:
    """The datetimeoffset `sql` in the zone `name`."""
    fixed = offset(name)
    return "SWITCHOFFSET(%s, '%s')" % (sql, fixed) if fixed else at_named_zone(sql, name)
