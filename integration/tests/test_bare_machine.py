"""A machine that lacks system libraries: a process whose library folder has them removed, and nobody else's.

On top of the folder lies one in memory that only this process sees (mount namespaces, overlayfs; Linux).
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
from harness.server import DRIVER_VARIABLE, VARIABLE

pytest.importorskip("mssql_python", reason="mssql-python needs Python 3.10")

ODBC = ("libodbc.so.2",)
DRIVER = (*ODBC, "libltdl.so.7", "libkrb5.so.3", "libgssapi_krb5.so.2")
_HIDDEN = """
set -e
mount -t tmpfs tmpfs /mnt
for folder in %(folders)s; do
  mkdir -p /mnt$folder/upper /mnt$folder/work
  mount -t overlay overlay -o lowerdir=$folder,upperdir=/mnt$folder/upper,workdir=/mnt$folder/work $folder
done
rm -f %(files)s
exec "$@"
"""
# As root of a namespace of its own, or with the rights of the machine's.
_WAYS = (["unshare", "--map-root-user", "--mount"], ["sudo", "-n", "-E", "unshare", "--mount"])
_CONNECT = """
from harness.project import configure, new_alias
from harness.server import given_server
configure()
with new_alias("bare", given_server().database("master", connection_retries=0)) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT %s + 1", [41])
    print(cursor.fetchall(), type(connection.driver).__name__)
"""


def paths(names):
    """Where the loader finds the libraries."""
    table = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^\s*(\S+) .*=> (\S+)$", table, re.MULTILINE)
    return [os.path.realpath(path) for name, path in lines if name in names] + [
        os.path.join(os.path.realpath(os.path.dirname(path)), name) for name, path in lines if name in names
    ]


@pytest.fixture(scope="module")
def way():
    """How a process gets mounts of its own."""
    if not sys.platform.startswith("linux"):
        pytest.skip("mount namespaces are Linux's")
    script = _HIDDEN % {"folders": "/usr/share", "files": ""}
    for way in _WAYS:
        if shutil.which(way[0]):
            command = [*way, "sh", "-c", script, "sh", "true"]
            if subprocess.run(command, capture_output=True).returncode == 0:
                return way
    pytest.skip("this machine lets nobody have mounts of their own (user namespaces, sudo)")


@pytest.fixture
def connect(way, server):
    """``connect(libraries, **environment)``: the outcome of a process without them that connects to the server."""

    def of(names, **environment):
        files = paths(names)
        folders = sorted({os.path.dirname(path) for path in files}) or ["/usr/share"]
        script = _HIDDEN % {"folders": " ".join(folders), "files": " ".join(files)}
        variables = {name: value for name, value in os.environ.items() if name != DRIVER_VARIABLE}
        return subprocess.run(
            [*way, "sh", "-c", script, "sh", sys.executable, "-c", _CONNECT],
            env={**variables, VARIABLE: server.url, **environment},
            capture_output=True,
            text=True,
        )

    return of


def test_without_libodbc_mssql_python_connects_and_says_so(connect):
    outcome = connect(ODBC)
    assert outcome.stdout == "[(42,)] MssqlPythonDriver\n", outcome.stderr
    assert outcome.stderr.count("mssql-core uses mssql-python, because pyodbc cannot be imported (libodbc.so.2: ") == 1


def test_without_libodbc_pyodbc_is_refused_with_the_remedy(connect):
    outcome = connect(ODBC, **{DRIVER_VARIABLE: "pyodbc"})
    assert outcome.returncode == 1
    message = outcome.stderr.splitlines()[-1]
    assert message.startswith(
        "django.core.exceptions.ImproperlyConfigured: DATABASES['bare']: pyodbc cannot be imported"
    )
    assert "apt-get install libodbc2" in message and "mssql-core[mssql-python]" in message


def test_without_the_libraries_of_its_odbc_driver_the_error_names_them(connect):
    outcome = connect(DRIVER, **{DRIVER_VARIABLE: "mssql_python"})
    assert outcome.returncode == 1
    message = outcome.stderr.splitlines()[-1]
    assert "apt-get install libltdl7 libgssapi-krb5-2" in message and "MSSQL_PYTHON_NATIVE_PROVIDER" in message


def test_without_any_of_them_the_other_odbc_driver_connects(connect):
    outcome = connect(DRIVER, **{DRIVER_VARIABLE: "mssql_python", "MSSQL_PYTHON_NATIVE_PROVIDER": "mssql-odbc"})
    assert outcome.stdout == "[(42,)] MssqlPythonDriver\n", outcome.stderr
