"""Which driver connects, where one or both cannot be imported."""

import subprocess
import sys
import warnings

import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.connection import drivers
from mssql_core.connection import settings as core_settings


def read(name):
    return core_settings.read("default", {"NAME": "x", "OPTIONS": {"python_driver": name}}).options["python_driver"]


@pytest.fixture
def importable(monkeypatch):
    """Call it with the names of the drivers that can be imported."""

    def of(*names):
        for name in drivers.NAMES:
            monkeypatch.setitem(drivers._DRIVERS, name, (lambda name=name: name) if name in names else missing(name))
        monkeypatch.setattr(drivers, "_warned", [])

    def missing(name):
        def fail():
            raise ImportError("lib%s.so.2: cannot open shared object file" % name)

        return fail

    return of


@pytest.mark.parametrize("name", ["mssql_python", "MSSQL-Python", "pyodbc", None])
def test_the_option_takes_both_names(name):
    assert read(name) == (name and name.lower().replace("-", "_"))


def test_another_name_is_refused_with_the_two():
    with pytest.raises(
        ImproperlyConfigured, match=r"\['python_driver'\] is 'pymssql'; it is one of: pyodbc, mssql_python\."
    ):
        read("pymssql")


def test_pyodbc_comes_first(importable):
    importable("pyodbc", "mssql_python")
    assert drivers.choose("default") == "pyodbc"
    assert drivers.choose("default", "mssql_python") == "mssql_python"


def test_without_pyodbc_the_other_is_taken_and_told_once(importable):
    importable("mssql_python")
    with pytest.warns(
        RuntimeWarning, match="uses mssql-python, because pyodbc cannot be imported .*apt-get install libodbc2"
    ):
        assert drivers.choose("default") == "mssql_python"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert drivers.choose("default") == "mssql_python"


def test_the_one_that_is_asked_for_is_not_replaced(importable):
    importable("mssql_python")
    with pytest.raises(ImproperlyConfigured, match=r"DATABASES\['default'\]: pyodbc cannot be imported .*libodbc2"):
        drivers.choose("default", "pyodbc")
    importable("pyodbc")
    with pytest.raises(ImproperlyConfigured, match=r"mssql_python cannot be imported .*mssql-core\[mssql-python\]"):
        drivers.choose("default", "mssql_python")


def test_without_both_the_error_says_what_to_type(importable):
    importable()
    with pytest.raises(ImproperlyConfigured) as refused:
        drivers.choose("other")
    assert str(refused.value).startswith(
        "DATABASES['other']: pyodbc cannot be imported (libpyodbc.so.2: cannot open shared object file). On Debian "
    )
    with pytest.raises(ImproperlyConfigured) as missing:
        drivers.choose("other", "mssql_python")
    assert str(missing.value) == (
        "DATABASES['other']: mssql_python cannot be imported (libmssql_python.so.2: cannot open shared object file). "
        'Run: pip install "mssql-core[mssql-python]" (Python 3.10 or newer).'
    )
    for words in ("apt-get install libodbc2", 'pip install "mssql-core[mssql-python]"', "'mssql_python'"):
        assert words in str(refused.value)


# A process in which the named packages are not there, as on a machine without their libraries.
_WITHOUT = """
import importlib.abc, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in %r:
            raise ImportError("libodbc.so.2: cannot open shared object file: No such file or directory")

sys.meta_path.insert(0, Without())
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "mssql_core", "NAME": "x"}})
import django
django.setup()
from django.db import connection
print(type(connection.driver).__name__)
"""


def run(*missing):
    return subprocess.run([sys.executable, "-c", _WITHOUT % (missing,)], capture_output=True, text=True)


def test_a_process_without_libodbc_and_without_mssql_python():
    result = run("pyodbc", "mssql_python")
    assert result.returncode == 1
    assert "ImproperlyConfigured: DATABASES['default']: pyodbc cannot be imported (libodbc.so.2" in result.stderr
    assert "apt-get install libodbc2" in result.stderr and "mssql-core[mssql-python]" in result.stderr


def test_a_process_without_libodbc():
    pytest.importorskip("mssql_python", reason="it needs Python 3.10")
    result = run("pyodbc")
    assert result.stdout == "MssqlPythonDriver\n"
    assert result.stderr.count("mssql-core uses mssql-python") == 1


def test_neither_is_imported_before_a_connection_asks():
    text = (
        "import sys, mssql_core.base, mssql_core.defaults, mssql_core.checks.validation\n"
        "print({'pyodbc', 'mssql_python'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert result.stdout == "set()\n", result.stderr
