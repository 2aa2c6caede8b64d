"""Dates and times: parts, truncation, zones, durations."""

import datetime
from typing import Any, Callable, Mapping, Optional, TypeVar, Union

from django.conf import settings
from django.db import DataError
from django.utils import timezone

from ..plugin.django_types import Connection, Expression, Mixin
from ..plugin.types import Capability, Compiled, Params
from . import timezones

# DATEFIRST changes what DATEPART(weekday) means; days since a known Monday do not.
_MONDAY = "DATEFROMPARTS(1, 1, 1)"
_MIDNIGHT = "TIMEFROMPARTS(0, 0, 0, 0, 0)"
_START = "CAST(%s AS datetime2)" % _MONDAY

# Parts of Extract. Anything else is refused before SQL is made.
_PARTS = {
    "year": "DATEPART(year, {0})",
    "quarter": "DATEPART(quarter, {0})",
    "month": "DATEPART(month, {0})",
    "day": "DATEPART(day, {0})",
    "week": "DATEPART(iso_week, {0})",
    "iso_year": "DATEPART(year, DATEADD(day, 26 - DATEPART(iso_week, {0}), CAST({0} AS date)))",
    "week_day": "((DATEDIFF(day, " + _MONDAY + ", CAST({0} AS date)) + 1) %% 7 + 1)",
    "iso_week_day": "(DATEDIFF(day, " + _MONDAY + ", CAST({0} AS date)) %% 7 + 1)",
    "hour": "DATEPART(hour, {0})",
    "minute": "DATEPART(minute, {0})",
    "second": "DATEPART(second, {0})",
}
_DATES = {
    "year": "DATEADD(year, DATEDIFF(year, " + _MONDAY + ", {0}), " + _MONDAY + ")",
    "quarter": "DATEADD(quarter, DATEDIFF(quarter, " + _MONDAY + ", {0}), " + _MONDAY + ")",
    "month": "DATEADD(month, DATEDIFF(month, " + _MONDAY + ", {0}), " + _MONDAY + ")",
    "week": "DATEADD(day, DATEDIFF(day, " + _MONDAY + ", {0}) / 7 * 7, " + _MONDAY + ")",
    "day": "{0}",
}
_TIMES = {
    part: "DATEADD(" + part + ", DATEDIFF(" + part + ", " + _MIDNIGHT + ", {0}), " + _MIDNIGHT + ")"
    for part in ("hour", "minute", "second")
}
# Characters of 'yyyy-mm-dd hh:mi:ss' (style 120) that remain.
_WALL_CLOCKS = {"minute": 16, "second": 19}


_Entry = TypeVar("_Entry")


class InvalidKind(DataError, ValueError):
    """An unknown part or kind, refused before it reaches a statement."""


def _lookup(table: Mapping[str, _Entry], kind: str) -> _Entry:
    try:
        return table[kind]
    except (KeyError, TypeError):
        raise InvalidKind("Invalid lookup type: %r" % (kind,)) from None


def _format(template: str, sql: str, params: Params) -> Compiled:
    return template.format(sql), tuple(params) * template.count("{0}")


class DateTimeOperations(Mixin):
    """The part of DatabaseOperations for dates and times."""

    # ---- zones -----------------------------------------------------------------------

    @property
    def stores_offset(self) -> bool:
        """Whether the column of a DateTimeField keeps the offset of a moment."""
        return bool(self.connection.data_types["DateTimeField"] == "datetimeoffset")

    def _in_zone(self, sql: str, tzname: Optional[str]) -> str:
        """`sql` as local time of the zone."""
        if not tzname or not settings.USE_TZ:
            return sql
        stored = self.connection.timezone_name
        if self.stores_offset:
            return timezones.to_zone(sql, tzname)
        if stored == tzname or (timezones.is_utc(stored) and timezones.is_utc(tzname)):
            return sql
        return timezones.to_zone(timezones.at_zone(sql, stored), tzname)

    def moment_sql(self, sql: str, is_local: bool) -> str:
        """
        A moment, with or without an offset, in one of the two types.

        :param is_local: datetime2, in the connection's time zone; else datetimeoffset.
        """
        zone = self.connection.timezone_name
        if not timezones.is_utc(zone):
            sql = timezones.at_named_zone(sql, zone)
        else:
            sql = "CAST(%s AS datetimeoffset)" % sql
            sql = timezones.to_zone(sql, zone) if is_local else sql
        return "CAST(%s AS datetime2)" % sql if is_local else sql

    # ---- parts -----------------------------------------------------------------------

    def date_extract_sql(self, lookup_type: str, sql: str, params: Params = ()) -> Compiled:
        return _format(_lookup(_PARTS, lookup_type), sql, params)

    def datetime_extract_sql(self, lookup_type: str, sql: str, params: Params, tzname: Optional[str]) -> Compiled:
        template = _lookup(_PARTS, lookup_type)
        return _format(template, self._in_zone(sql, tzname), params)

    def time_extract_sql(self, lookup_type: str, sql: str, params: Params = ()) -> Compiled:
        return self.date_extract_sql(lookup_type, sql, params)

    # ---- truncation --------------------------------------------------------------------

    def date_trunc_sql(self, lookup_type: str, sql: str, params: Params, tzname: Optional[str] = None) -> Compiled:
        template = _lookup(_DATES, lookup_type)
        return _format(template, "CAST(%s AS date)" % self._in_zone(sql, tzname), params)

    def time_trunc_sql(self, lookup_type: str, sql: str, params: Params, tzname: Optional[str] = None) -> Compiled:
        template = _lookup(_TIMES, lookup_type)
        return _format(template, "CAST(%s AS time)" % self._in_zone(sql, tzname), params)

    def datetime_trunc_sql(self, lookup_type: str, sql: str, params: Params, tzname: Optional[str]) -> Compiled:
        zoned = self._in_zone(sql, tzname)
        clock = self._truncated_clock(lookup_type, "CAST(%s AS datetime2)" % zoned)
        if tzname and settings.USE_TZ:
            # The result is a moment, as its argument is.
            clock = timezones.at_zone(clock, tzname)
        return clock, tuple(params)

    def _truncated_clock(self, kind: str, clock: str) -> str:
        if kind in _DATES:
            return "CAST(%s AS datetime2)" % _DATES[kind].format("CAST(%s AS date)" % clock)
        if kind == "hour":
            # Hours since year 1 fit int; minutes do not (error 535).
            return "DATEADD(hour, DATEDIFF(hour, %s, %s), %s)" % (_START, clock, _START)
        length = _lookup(_WALL_CLOCKS, kind)
        if self.connection.server.has(Capability.DATETRUNC):
            return "DATETRUNC(%s, %s)" % (kind, clock)
        return "CONVERT(datetime2, CONVERT(char(%d), %s, 120), 120)" % (length, clock)

    def datetime_cast_date_sql(self, sql: str, params: Params, tzname: Optional[str]) -> Compiled:
        return "CAST(%s AS date)" % self._in_zone(sql, tzname), tuple(params)

    def datetime_cast_time_sql(self, sql: str, params: Params, tzname: Optional[str]) -> Compiled:
        return "CAST(%s AS time)" % self._in_zone(sql, tzname), tuple(params)

    def now_sql(self) -> str:
        """The current moment, in the type of DateTimeField.

        In microseconds, as Python has it: a filter by a value that was read would not match the server's 100 ns.
        """
        if self.stores_offset:
            return "CAST(SYSDATETIMEOFFSET() AS datetimeoffset(6))"
        name = self.connection.timezone_name
        if timezones.is_utc(name):
            return "CAST(SYSUTCDATETIME() AS datetime2(6))"
        return "CAST(%s AS datetime2(6))" % timezones.to_zone(timezones.at_zone("SYSUTCDATETIME()", "UTC"), name)

    # ---- values ------------------------------------------------------------------------

    def adapt_datefield_value(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):
            return value
        return value.date() if isinstance(value, datetime.datetime) else value

    def adapt_timefield_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if timezone.is_aware(value):
            raise ValueError("SQL Server backend does not support timezone-aware times.")
        return value

    def adapt_datetimefield_value(self, value: Any) -> Any:
        """
        The value in the type of the column: with an offset for datetimeoffset, else without.

        :raises ValueError: an aware value while USE_TZ is off, and no offset is stored.
        """
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if timezone.is_aware(value):
            if self.stores_offset:
                return value
            if not settings.USE_TZ:
                raise ValueError("SQL Server backend does not support timezone-aware datetimes when USE_TZ is False.")
            return timezone.make_naive(value, self.connection.timezone)
        return self.make_aware(value, self._zone) if self.stores_offset else value

    def make_aware(self, value: datetime.datetime, zone: Any) -> datetime.datetime:
        """A moment from a zone's wall clock; ``fold`` chooses between two moments of the same local time."""
        moment: datetime.datetime = timezone.make_aware(value, zone)
        return moment

    @property
    def _zone(self) -> datetime.tzinfo:
        zone: datetime.tzinfo = self.connection.timezone or timezone.get_default_timezone()
        return zone

    def datetime_converter(self) -> Callable[..., Any]:
        """The converter of a statement's datetimes: USE_TZ is asked once for it, and not for each value."""
        return self._convert_to_aware if settings.USE_TZ else self._convert_to_naive

    def _convert_to_aware(
        self, value: Optional[datetime.datetime], expression: Expression, connection: Connection
    ) -> Optional[datetime.datetime]:
        # Most values are right as they come.
        if value is None or value.tzinfo is not None:
            return value
        return self.make_aware(value, self.connection.timezone)

    def _convert_to_naive(
        self, value: Optional[datetime.datetime], expression: Expression, connection: Connection
    ) -> Optional[datetime.datetime]:
        if value is None or value.tzinfo is None:
            return value
        wall_clock: datetime.datetime = timezone.make_naive(value, self._zone)
        return wall_clock

    def convert_durationfield_value(
        self, value: Union[int, float, None], expression: Expression, connection: Connection
    ) -> Optional[datetime.timedelta]:
        return None if value is None else datetime.timedelta(microseconds=round(value))

    # ---- arithmetic --------------------------------------------------------------------

    def format_for_duration_arithmetic(self, sql: str) -> str:
        return sql

    def subtract_temporals(self, internal_type: str, lhs: Compiled, rhs: Compiled) -> Compiled:
        """Microseconds between two moments; DATEDIFF would overflow int (error 535)."""
        lhs_sql, lhs_params = lhs
        rhs_sql, rhs_params = rhs
        params = (*rhs_params, *lhs_params)
        if internal_type == "DateField":
            return "(CAST(DATEDIFF(day, %s, %s) AS bigint) * 86400000000)" % (rhs_sql, lhs_sql), params
        return "DATEDIFF_BIG(microsecond, %s, %s)" % (rhs_sql, lhs_sql), params


def add_microseconds(moment: str, duration: str, is_time: bool = False) -> str:
    """
    SQL of `moment` plus `duration` microseconds, both SQL.

    DATEADD takes an int: days, seconds and microseconds are added apart.
    Parameters of `duration` come once per mention: see :func:`mentions`.
    """
    count = "CAST(%s AS bigint)" % duration
    sql = "DATEADD(microsecond, %s %%%% 1000000, DATEADD(second, %s / 1000000 %%%% 86400, %s))"
    if is_time:
        return sql % (count, count, moment)
    return sql % (count, count, "DATEADD(day, %s / 86400000000, %s)" % (count, moment))


def mentions(is_time: bool = False) -> int:
    """The number of times that :func:`add_microseconds` writes the duration, before the moment."""
    return 2 if is_time else 3
