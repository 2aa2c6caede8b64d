import datetime
import struct
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured

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


class Connection:
    """pyodbc's, without a server.

    :ivar readers: type number -> what it reads by.
    :ivar encodings: (method, arguments) of each call.
    """

    timeout = 0

    def __init__(self, *arguments, **options):
        self.arguments, self.options, self.readers, self.encodings = arguments, options, {}, []

    def add_output_converter(self, number, reader):
        self.readers[number] = reader

    def setencoding(self, **arguments):
        self.encodings.append(("setencoding", arguments))

    def setdecoding(self, **arguments):
        self.encodings.append(("setdecoding", arguments))

    def getinfo(self, kind):
        return {driver.pyodbc.SQL_DRIVER_NAME: "libmsodbcsql.so", driver.pyodbc.SQL_DRIVER_VER: "18.05.0001"}[kind]


@pytest.fixture
def connect(monkeypatch):
    monkeypatch.setattr(driver.pyodbc, "connect", Connection)
    return driver.PyodbcDriver().connect


def test_types_that_pyodbc_does_not_know_have_a_reader(connect):
    readers = connect(Secret("x")).readers
    # SQL_SS_UDT: hierarchyid, geography and geometry.
    assert readers[-151](b"\x58") == b"\x58"
    assert readers[-16](b"\xff\xff\xff\xff") == readers[-15](b"\xff\xff") == readers[-25](b"\xff" * 8) == -1
    assert readers[-28](b"\xff") == 255
    assert readers[-155] is driver.decode_datetimeoffset and readers[-11] is driver.decode_guid


def test_a_connection_is_opened_in_autocommit_mode(connect):
    encodings = [("setencoding", {"encoding": "utf-8"}), ("setdecoding", {"sqltype": 1, "encoding": "latin-1"})]
    connection = connect(Secret("SERVER=h"), Secret("ab"), 7, 9, encodings)
    assert connection.arguments == ("SERVER=h",) and connection.encodings == encodings
    token = struct.pack("<I", 4) + b"a\0b\0"
    assert connection.options == {"autocommit": True, "timeout": 7, "attrs_before": {1256: token}}
    assert (connection.timeout, connection.maxwrite) == (9, 2**31 - 1)
    connection = connect(Secret("SERVER=h"))
    assert connection.options == {"autocommit": True, "timeout": 0, "attrs_before": None}
    assert connection.timeout == 0 and connection.encodings == []


@pytest.fixture
def fresh():
    """Nothing was looked up before, and nothing stays."""
    driver.find_driver.cache_clear()
    yield
    driver.find_driver.cache_clear()


def test_drivers_are_looked_up_until_one_is_there(monkeypatch, fresh):
    """At each connection it would take longer than all its keywords."""
    installed = []
    monkeypatch.setattr(driver.pyodbc, "drivers", lambda: installed)
    with pytest.raises(ImproperlyConfigured):
        driver.find_driver("Mine")
    installed.append("Mine")
    assert driver.find_driver("Mine") == "Mine"
    monkeypatch.setattr(driver.pyodbc, "drivers", None)
    assert driver.find_driver("Mine") == "Mine"


def test_what_is_told_of_the_driver(monkeypatch, fresh):
    assert driver.PyodbcDriver().version(Connection()) == "libmsodbcsql.so 18.05.0001"
    monkeypatch.setattr(driver.pyodbc, "drivers", lambda: ["Mine", driver.odbc_library.DRIVER_18])
    assert driver.PyodbcDriver().keyword("Mine") == "Mine"
    assert driver.PyodbcDriver().keyword(None) == driver.odbc_library.DRIVER_18
    assert driver.PyodbcDriver().accepted({"A": "b"}) == {"A": "b"}


@pytest.mark.parametrize("enabled", [True, False])
def test_the_driver_manager_s_pool_is_switched(monkeypatch, enabled):
    monkeypatch.setattr(driver.pyodbc, "pooling", None)
    driver.PyodbcDriver().set_pooling(enabled)
    assert driver.pyodbc.pooling is enabled
