"""The pages of docs/: their Python compiles, their T-SQL parses, and their tables say what the code does."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands
from grammar import refusals
from harness import steps

from mssql_core import errors

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md"))


def blocks(language):
    for page in PAGES:
        for number, code in enumerate(
            re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        ):
            yield pytest.param(code, id=f"{page.relative_to(DOCS)}:{number}")


@pytest.mark.parametrize("code", list(blocks("python")))
def test_python_compiles(code):
    ast.parse(code)


@pytest.mark.parametrize("code", list(blocks("sql")))
def test_sql_parses(code, tmp_path):
    assert refusals([code], ["2022"], tmp_path) == []


@pytest.mark.parametrize("code", list(blocks("shell")))
def test_shell_parses_and_its_commands_are_there(code):
    done = subprocess.run(["sh", "-n"], input=code, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    known = {*get_commands(), "mssql_doctor", "runserver", "test"}
    assert {name for name in re.findall(r"manage\.py (\w+)", code)} <= known
    scripts = steps.scripts()
    assert {name for name in re.findall(r"hatch run ([\w-]+)", code)} <= {*scripts, "python"}


STATES = {512: "21000"}
ERRORS = re.findall(
    r"^\| ([\d, `HYT]+) \| `(\w+Error)` \|",
    (DOCS / "reference" / "errors.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("codes", "kind"), ERRORS)
def test_the_page_of_errors_names_the_exception(codes, kind):
    for code in codes.replace("`", "").split(", "):
        number = int(code) if code.isdigit() else None
        state = STATES.get(number, "42000") if number else code
        assert errors.classify(number, state).__name__ == kind


def test_the_page_of_checks_has_all_of_them():
    """Each id of the packages once, at its level, with a remedy."""
    text = (DOCS / "reference" / "checks.md").read_text(encoding="utf-8")
    listed = re.findall(r"`(mssql_\w+\.[EW]\d+)`(?=[^|\n]*\|[^|\n]+\| [^|\n]+ \|$)", text, re.MULTILINE)
    source = "".join(path.read_text(encoding="utf-8") for path in DOCS.parent.glob("packages/*/src/**/*.py"))
    told = re.findall(r"checks\.(Error|Warning)\((?:(?!checks\.).)*?id=\"(mssql_\w+\.[EW]\d+)\"", source, re.DOTALL)
    assert sorted(listed) == sorted({name for _, name in told})
    assert all(kind[0] == name.rpartition(".")[2][0] for kind, name in told)


def test_the_generated_pages_are_of_today():
    done = subprocess.run([sys.executable, "-m", "figures.reference", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
