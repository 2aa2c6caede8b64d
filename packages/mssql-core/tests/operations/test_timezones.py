import pytest
import pytz
from django.db import NotSupportedError

from mssql_core.operations import timezones


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("America/Los_Angeles", "Pacific Standard Time"),
        ("US/Pacific", "Pacific Standard Time"),
        ("Europe/Paris", "Romance Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("PST8PDT", "Pacific Standard Time"),
    ],
)
def test_windows_names(name, expected):
    assert timezones.windows_name(name) == expected


def test_zones_that_released_servers_do_not_list():
    assert timezones.windows_name("America/Vancouver") == "Pacific Standard Time"


def test_unknown_zone_is_named():
    with pytest.raises(NotSupportedError, match="SQL Server has no time zone for 'Mars/Base'"):
        timezones.windows_name("Mars/Base")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("+0530", "+05:30"),
        ("UTC+05:30", "+05:30"),
        ("-10", "-10:00"),
        ("-03:30", "-03:30"),
        (str(pytz.FixedOffset(330)), "+05:30"),
        (str(pytz.FixedOffset(-210)), "-03:30"),
        ("Europe/Paris", None),
        ("Europe/London", None),
        ("UTC", "+00:00"),
        ("Etc/Zulu", "+00:00"),
        ("GMT", "+00:00"),
        ("Etc/GMT+2", "-02:00"),
        ("Etc/GMT-13", "+13:00"),
    ],
)
def test_fixed_offsets(name, expected):
    assert timezones.offset(name) == expected


def test_conversion_between_zones():
    assert timezones.to_zone("x", "Europe/Paris") == "(x AT TIME ZONE 'Romance Standard Time')"
    assert timezones.to_zone("x", "+0530") == "SWITCHOFFSET(x, '+05:30')"
    assert timezones.at_zone("x", "Europe/Paris") == "(x AT TIME ZONE 'Romance Standard Time')"
    assert timezones.at_zone("x", "+0530") == "TODATETIMEOFFSET(x, '+05:30')"


def test_utc_has_several_names():
    assert timezones.is_utc("UTC") and timezones.is_utc("Etc/UTC") and not timezones.is_utc("Europe/London")
