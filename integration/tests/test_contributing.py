"""CONTRIBUTING.md: the paths, names and commands that it leads a contributor to are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from harness import steps

TOP = Path(__file__).parents[2]
TEXT = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", TEXT) + re.findall(r"\]\(([\w./-]+)\)", TEXT)


@pytest.mark.parametrize(
    "path", sorted({text for text in CODE if re.match(r"(packages|integration|docs|\.github)/", text)})
)
def test_a_path_is_there(path):
    assert list(TOP.glob(path)), path


def test_a_file_that_a_test_is_run_of_is_there():
    paths = re.findall(r"-m pytest -q (\S+)", TEXT)
    assert len(paths) > 3 and [path for path in paths if not (TOP / path).exists()] == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("_SINCE", "packages/mssql-core/src/mssql_core/connection/server.py"),
        ("_NEWEST", "packages/mssql-core/src/mssql_core/connection/server.py"),
        ("SERVERS", "packages/mssql-core/src/mssql_core/testing/driver.py"),
        ("PROBES", "integration/figures/compatibility/probes.py"),
        ("PYTHONS", "integration/django_suite/past.py"),
        ("_BOUNDARIES", "packages/mssql-core/src/mssql_core/compat/__init__.py"),
        ("VERSIONS", "integration/sandbox/src/mssql_sandbox/cli.py"),
    ],
)
def test_a_table_is_called_so(name, path):
    assert f"`{name}`" in TEXT
    assert re.search(rf"^{name}\b.* = ", (TOP / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_command_is_a_script():
    names = re.findall(r"hatch run (?:\w[\w.-]*:)?([\w-]+)", TEXT)
    assert len(names) > 10 and set(names) - {"python", "unit"} <= set(steps.scripts())


@pytest.mark.parametrize("order", [1, -1])
def test_tests_that_set_django_up_otherwise_are_told_apart(order):
    paths = ["packages/mssql-core/tests/test_names.py", "integration/tests/test_release.py"][::order]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *paths]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode and "Run the tests of packages/ and of integration/ apart" in done.stderr
