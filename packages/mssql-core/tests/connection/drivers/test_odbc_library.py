import functools
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.connection.drivers import odbc_library as driver


@pytest.fixture
def installed(monkeypatch):
    """Call it with the installed drivers and the wheel's library; it gives find_driver for them."""

    def install(*names, bundled=None):
        monkeypatch.setattr(driver, "bundled_driver", lambda: bundled)
        monkeypatch.setattr(driver, "_warned", [])
        return functools.partial(driver.find_driver, list(names))

    return install


def test_driver_18_comes_first(installed):
    find = installed(driver.DRIVER_17, driver.DRIVER_18, bundled="/wheel/lib.so")
    assert find() == driver.DRIVER_18


def test_then_the_one_in_the_wheel(installed):
    find = installed(driver.DRIVER_17, bundled="/wheel/lib.so")
    assert find() == "/wheel/lib.so"
    assert find(driver.DRIVER_18) == "/wheel/lib.so"


def test_then_driver_17_with_one_warning(installed):
    find = installed(driver.DRIVER_17)
    with pytest.warns(RuntimeWarning, match=r'pip install "mssql-core\[odbc\]"'):
        assert find() == driver.DRIVER_17
    assert find() == driver.DRIVER_17


def test_else_an_error_says_what_to_install(installed):
    find = installed("SQLite3")
    with pytest.raises(ImproperlyConfigured, match=r'pip install "mssql-core\[odbc\]".*msodbcsql'):
        find()


def test_an_explicit_driver_has_to_be_there(installed, tmp_path):
    find = installed("SQLite3")
    with pytest.raises(ImproperlyConfigured, match="'ODBC Driver 99', which is not installed. Installed: SQLite3"):
        find("ODBC Driver 99")
    library = tmp_path / "lib.so"
    library.write_bytes(b"")
    assert find(str(library)) == str(library)


def test_windows_takes_names_alone(monkeypatch, tmp_path):
    (tmp_path / "lib.dll").write_bytes(b"")
    monkeypatch.setattr(driver.sys, "platform", "win32")
    monkeypatch.setattr(driver, "bundled_driver", driver.bundled_driver.__wrapped__)
    find = functools.partial(driver.find_driver, ["SQL Server"])
    assert driver.bundled_driver() is None
    for name in (None, driver.DRIVER_18, str(tmp_path / "lib.dll")):
        with pytest.raises(ImproperlyConfigured, match="winget install") as refused:
            find(name)
        assert "pip install" not in str(refused.value)
    assert driver.find_driver(["SQL Server", driver.DRIVER_18]) == driver.DRIVER_18


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
