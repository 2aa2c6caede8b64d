import functools
import types
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
    with pytest.warns(RuntimeWarning) as told:
        assert find() == driver.DRIVER_17
        assert find() == driver.DRIVER_17
    assert [str(warning.message) for warning in told] == [
        "mssql-core uses ODBC Driver 17 for SQL Server. Upgrade to version 18, which encrypts by default: %s."
        % driver.how_to_install()
    ]


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


@pytest.fixture
def wheel(monkeypatch, tmp_path):
    """The folder of a wheel with a library for each system."""
    for folder in ("linux/debian_ubuntu", "linux/rhel", "linux/suse", "linux/alpine"):
        for machine in ("x86_64", "arm64"):
            library = tmp_path / "libs" / folder / machine / "lib" / "libmsodbcsql-18.5.so.1.1"
            library.parent.mkdir(parents=True)
            library.write_bytes(b"")
    library = tmp_path / "libs" / "macos" / "arm64" / "lib" / "libmsodbcsql.18.dylib"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"")
    specification = types.SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(driver.importlib.util, "find_spec", lambda name: specification)
    monkeypatch.setattr(driver.platform, "machine", lambda: "arm64")
    return specification


@pytest.mark.parametrize(
    ("release", "folder"),
    [
        ("ID=debian", "debian_ubuntu"),
        ('ID="rhel"', "rhel"),
        ("ID=rocky\nID_LIKE='rhel fedora'", "rhel"),
        ("ID=fedora", "rhel"),
        ("ID=amzn\nID_LIKE=centos", "rhel"),
        ("ID=opensuse-leap", "suse"),
        ("NAME=SUSE", "suse"),
        ("ID=alpine", "alpine"),
        (None, "debian_ubuntu"),
    ],
)
def test_the_wheel_s_library_for_this_linux(monkeypatch, tmp_path, wheel, release, folder):
    def read(path, encoding):
        assert (str(path), encoding) == ("/etc/os-release", "utf-8")
        if release is None:
            raise FileNotFoundError(path)
        return release

    monkeypatch.setattr(driver.sys, "platform", "linux")
    monkeypatch.setattr(driver.Path, "read_text", read)
    expected = tmp_path / "libs" / "linux" / folder / "arm64" / "lib" / "libmsodbcsql-18.5.so.1.1"
    assert driver.bundled_driver.__wrapped__() == str(expected)


def test_the_wheel_s_library_for_macos(monkeypatch, tmp_path, wheel):
    monkeypatch.setattr(driver.sys, "platform", "darwin")
    expected = tmp_path / "libs" / "macos" / "arm64" / "lib" / "libmsodbcsql.18.dylib"
    assert driver.bundled_driver.__wrapped__() == str(expected)
    wheel.submodule_search_locations = None
    assert driver.bundled_driver.__wrapped__() is None


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("win32", "winget install Microsoft.msodbcsql.18, or the msodbcsql.msi of Microsoft"),
        ("darwin", 'pip install "mssql-core[odbc]" *, or: brew install msodbcsql18 (tap microsoft/mssql-release)'),
        (
            "freebsd14",
            'pip install "mssql-core[odbc]" *, or: apt-get install msodbcsql18, or dnf install msodbcsql18 '
            "(Microsoft's repository)",
        ),
    ],
)
def test_how_to_install_it(monkeypatch, platform, expected):
    monkeypatch.setattr(driver.sys, "platform", platform)
    assert driver.how_to_install(" *") == expected
    assert driver.how_to_install() == expected.replace(" *", "")


def test_what_is_said_where_there_is_none(installed, monkeypatch):
    monkeypatch.setattr(driver.sys, "platform", "linux")
    find = installed()
    with pytest.raises(ImproperlyConfigured) as told:
        find()
    assert str(told.value) == (
        "No Microsoft ODBC driver was found. Run: %s (https://learn.microsoft.com/sql/connect/odbc/"
        "download-odbc-driver-for-sql-server), or name one in OPTIONS['driver']."
        % driver.how_to_install(" (Python 3.10 or newer)")
    )
    with pytest.raises(ImproperlyConfigured) as told:
        find("x")
    assert str(told.value) == (
        "OPTIONS['driver'] is 'x', which is not installed. Installed: none. Leave the option out to let mssql-core choose, "
        "or run: %s" % driver.how_to_install()
    )


@pytest.mark.parametrize(
    ("machine", "expected"),
    [("x86_64", "/libs/x86_64/a"), ("AMD64", "/libs/x86_64/a"), ("arm64", "/libs/arm64/a"), ("mips", None)],
)
def test_the_library_of_this_processor(monkeypatch, machine, expected):
    monkeypatch.setattr(driver.platform, "machine", lambda: machine)
    assert driver._for_this_machine(["/libs/arm64/a", "/libs/x86_64/a"]) == expected
