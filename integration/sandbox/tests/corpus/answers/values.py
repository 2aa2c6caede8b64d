"""Values of result sets as text, one form for each type."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from mssql_sandbox.sqltypes import SqlType

_SECOND = 10_000_000  # ticks of 100 ns
_DAY = 86_400 * _SECOND


def text_of(value: Any, type_: SqlType) -> str:
    """A value of interface.py as text.

    NULL is ``NULL``; a decimal has its scale, money four digits; float has up to 15 digits, real up to 7; binary is
    ``0x`` with capitals; dates and times are written as CONVERT's style 121 writes them, with the scale of the type.
    """
    if value is None:
        return "NULL"
    if type_.name in ("decimal", "money", "smallmoney"):
        return f"{value:.{type_.scale}f}"
    if type_.is_approximate:
        return f"{value:.{15 if type_.name == 'float' else 7}g}"
    if type_.is_binary:
        return "0x" + bytes(value).hex().upper()
    if type_.name == "uniqueidentifier":
        return str(value).upper()
    if type_.is_temporal:
        return _temporal_text(value, type_)
    return str(value).partition(":")[2] if str(value)[:1] == "\ue110" else str(value)


def _temporal_text(value: Any, type_: SqlType) -> str:
    name = type_.name
    if name == "date":
        return date.fromordinal(value + 1).isoformat()
    if name == "time":
        return _time_text(value, type_.scale or 0)
    if name == "datetimeoffset":
        instant, offset = value
        sign = "-" if offset < 0 else "+"
        zone = f" {sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
        return _moment_text(instant + offset * 60 * _SECOND, type_.scale or 0) + zone
    if name == "datetime":
        return _moment_text((value + 5_000) // 10_000 * 10_000, 3)
    return _moment_text(value, type_.scale or 0)


def _moment_text(ticks: int, scale: int) -> str:
    day, time = divmod(ticks, _DAY)
    return f"{date.fromordinal(day + 1).isoformat()} {_time_text(time, scale)}"


def _time_text(ticks: int, scale: int) -> str:
    seconds, fraction = divmod(ticks, _SECOND)
    clock = datetime.min + timedelta(seconds=seconds)
    return f"{clock:%H:%M:%S}" + (f".{fraction:07}"[: scale + 1] if scale else "")
