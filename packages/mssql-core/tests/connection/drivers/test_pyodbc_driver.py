import datetime
import struct
import uuid

import pytest

pytest.importorskip("pyodbc", reason="the ODBC driver manager (libodbc) is not on this machine")

from mssql_core.connection.drivers import pyodbc_driver as driver  # noqa: E402


def test_datetimeoffset_is_read_with_its_offset():
    raw = struct.pack("<6hI2h", 2020, 1, 2, 3, 4, 5, 678901200, -5, -30)
    zone = datetime.timezone(-datetime.timedelta(hours=5, minutes=30))
    assert driver.decode_datetimeoffset(raw) == datetime.datetime(2020, 1, 2, 3, 4, 5, 678901, zone)
    raw = struct.pack("<6hI2h", 2020, 1, 2, 3, 4, 5, 0, 0, 0)
    assert driver.decode_datetimeoffset(raw).tzinfo is datetime.timezone.utc


def test_guids_are_read():
    value = uuid.uuid4()
    assert driver.decode_guid(value.bytes_le) == value
