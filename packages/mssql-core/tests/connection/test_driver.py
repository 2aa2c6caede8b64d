import datetime
import struct
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

pyodbc = pytest.importorskip("pyodbc", reason="the ODBC driver manager (libodbc) is not on this machine")

from mssql_core.connection import driver  # noqa: E402


@pytest.fixture
def installed(monkeypatch):
    """Call it with the installed drivers and the wheel's library."""

    def install(*names, bundled=None):
        monkeypatch.setattr(driver.pyodbc, "drivers", lambda: list(names))
        monkeypatch.setattr(driver, "bundled_driver", lambda: bundled)
        monkeypatch.setattr(driver, "_warned", [])

    return install


def test_driver_18_comes_first(installed):
    installed(driver.DRIVER_17, driver.DRIVER_18, bundled="/wheel/lib.so")
    assert driver.find_driver() == driver.DRIVER_18


def test_then_the_one_in_the_wheel(installed):
    installed(driver.DRIVER_17, bundled="/wheel/lib.so")
    assert driver.find_driver() == "/wheel/lib.so"
    assert driver.find_driver(driver.DRIVER_18) == "/wheel/lib.so"


def test_then_driver_17_with_one_warning(installed):
    installed(driver.DRIVER_17)
    with pytest.warns(RuntimeWarning, match=r"pip install mssql-core\[odbc\]"):
        assert driver.find_driver() == driver.DRIVER_17
    assert driver.find_driver() == driver.DRIVER_17


def test_else_an_error_says_what_to_install(installed):
    installed("SQLite3")
    with pytest.raises(ImproperlyConfigured, match=r"pip install mssql-core\[odbc\].*msodbcsql"):
        driver.find_driver()


def test_an_explicit_driver_has_to_be_there(installed, tmp_path):
    installed("SQLite3")
    with pytest.raises(ImproperlyConfigured, match="'ODBC Driver 99', which is not installed. Installed: SQLite3"):
        driver.find_driver("ODBC Driver 99")
    library = tmp_path / "lib.so"
    library.write_bytes(b"")
    assert driver.find_driver(str(library)) == str(library)


def test_windows_takes_names_alone(monkeypatch, tmp_path):
    (tmp_path / "lib.dll").write_bytes(b"")
    monkeypatch.setattr(driver.sys, "platform", "win32")
    monkeypatch.setattr(driver.pyodbc, "drivers", lambda: ["SQL Server"])
    assert driver.bundled_driver.__wrapped__() is None
    for name in (None, driver.DRIVER_18, str(tmp_path / "lib.dll")):
        with pytest.raises(ImproperlyConfigured, match="winget install") as refused:
            driver.find_driver(name)
        assert "pip install" not in str(refused.value)
    monkeypatch.setattr(driver.pyodbc, "drivers", lambda: ["SQL Server", driver.DRIVER_18])
    assert driver.find_driver() == driver.DRIVER_18


def test_elsewhere_the_wheel_s_library_is_a_file():
    path = driver.bundled_driver()
    assert path is None or Path(path).is_file()


@pytest.mark.parametrize(
    ("machine", "expected"),
    [("x86_64", "/libs/x86_64/a"), ("AMD64", "/libs/x86_64/a"), ("arm64", "/libs/arm64/a"), ("mips", None)],
)
def test_the_library_of_this_processor(monkeypatch, machine, expected):
    monkeypatch.setattr(driver.platform, "machine", lambda: machine)
    assert driver._for_this_machine(["/libs/arm64/a", "/libs/x86_64/a"]) == expected


def test_datetimeoffset_is_read_with_its_offset():
    raw = struct.pack("<6hI2h", 2020, 1, 2, 3, 4, 5, 678901200, -5, -30)
    zone = datetime.timezone(-datetime.timedelta(hours=5, minutes=30))
    assert driver.decode_datetimeoffset(raw) == datetime.datetime(2020, 1, 2, 3, 4, 5, 678901, zone)
    raw = struct.pack("<6hI2h", 2020, 1, 2, 3, 4, 5, 0, 0, 0)
    assert driver.decode_datetimeoffset(raw).tzinfo is datetime.timezone.utc


def test_guids_are_read():
    value = uuid.uuid4()
    assert driver.decode_guid(value.bytes_le) == value
