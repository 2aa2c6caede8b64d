import datetime
import struct
import uuid

import pytest

pytest.importorskip("pyodbc", reason="the ODBC driver manager (libodbc) is not on this machine")

from mssql_core.connection.drivers import pyodbc_driver as driver  # noqa: E402
from mssql_core.plugin.types import Secret  # noqa: E402


def test_datetimeoffset_is_read_with_its_offset():
    raw = struct.pack("<6hI2h", 2020, 1, 2, 3, 4, 5, 678901200, -5, -30)
    zone = datetime.timezone(-datetime.timedelta(hours=5, minutes=30))
    assert driver.decode_datetimeoffset(raw) == datetime.datetime(2020, 1, 2, 3, 4, 5, 678901, zone)
    raw = struct.pack("<6hI2h", 2020, 1, 2, 3, 4, 5, 0, 0, 0)
    assert driver.decode_datetimeoffset(raw).tzinfo is datetime.timezone.utc


def test_guids_are_read():
    value = uuid.uuid4()
    assert driver.decode_guid(value.bytes_le) == value


@pytest.mark.parametrize(
    ("raw", "signed", "number"),
    [(b"\x05\x00\x00\x00", True, 5), (b"\xff\xff", True, -1), (b"\xff", False, 255), (b"", True, None)],
)
def test_integers_in_sql_variant(raw, signed, number):
    assert driver.decode_integer(raw, signed) == number


def test_types_that_pyodbc_does_not_know_have_a_reader(monkeypatch):
    readers = {}

    class Connection:
        def add_output_converter(self, number, reader):
            readers[number] = reader

    monkeypatch.setattr(driver.pyodbc, "connect", lambda *args, **kwargs: Connection())
    driver.PyodbcDriver().connect(Secret("x"))
    # SQL_SS_UDT: hierarchyid, geography and geometry.
    assert readers[-151](b"\x58") == b"\x58"
    assert readers[-16](b"\x05\x00\x00\x00") == 5
    assert {-15, -25, -28} <= set(readers)
