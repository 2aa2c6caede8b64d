"""The built wheels install together in an empty environment."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ["mssql-core", "mssql-json", "mssql-azure-auth", "mssql-fabric"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    for package in PACKAGES:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "uv",
                "build",
                "--quiet",
                "--wheel",
                "--out-dir",
                folder,
                ROOT / "packages" / package,
            ],
            check=True,
        )
    return folder


def test_core_with_extras_installs_from_wheels(wheels, tmp_path):
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--find-links", wheels, "mssql-core[json,azure]"], check=True
    )
    code = (
        "import mssql_core, mssql_json, mssql_azure_auth, importlib.metadata as m; "
        "from mssql_core.connection.drivers.pyodbc_driver import find_driver; print(find_driver()); "
    ) + (
        "print(sorted(e.name for e in m.entry_points(group='mssql_core')))"
        if sys.version_info >= (3, 10)
        else "print('ok')"
    )
    result = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    assert "azure" in result.stdout and "json" in result.stdout
    assert "msodbcsql" in result.stdout or "ODBC Driver 18" in result.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_carries_licence_and_typing_marker(wheels, package):
    import zipfile

    (wheel,) = wheels.glob(f"{package.replace('-', '_')}-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("LICENSE") for name in names)
    assert any(name.endswith("py.typed") for name in names)
