"""The pages of docs/: their Python compiles, their T-SQL parses, and their tables say what the code does."""

import ast
import contextlib
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.db import connections
from grammar import refusals
from harness import steps

from mssql_core import errors
from mssql_core.base import DatabaseWrapper

TOP = Path(__file__).parents[2]
DOCS = TOP / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), *TOP.glob("*.md"), *TOP.glob("packages/*/README.md"), *TOP.glob("packages/*/docs/*.md")]
)


def blocks(language):
    for page in PAGES:
        fenced = rf"^ *```{language}\n(.*?)^ *```$"
        for number, code in enumerate(re.findall(fenced, page.read_text(encoding="utf-8"), re.M | re.S)):
            yield pytest.param(textwrap.dedent(code), id=f"{page.relative_to(TOP)}:{number}")


def parsed(code):
    """The trees of a block: Python, an entry of a dict, or one such entry a line."""
    for parts in ([code], [f"{{{code}}}"], [f"{{{line}\n}}" for line in code.splitlines()]):
        with contextlib.suppress(SyntaxError):
            return [ast.parse(part) for part in parts]
    raise AssertionError("neither Python nor entries of a dict")


@pytest.mark.parametrize("code", list(blocks("python")))
def test_python_compiles_and_its_options_are_accepted(code):
    for tree in parsed(code):
        for node in ast.walk(tree):
            for key, value in zip(node.keys, node.values) if isinstance(node, ast.Dict) else ():
                if isinstance(key, ast.Constant) and key.value == "OPTIONS":
                    accept(value)


def accept(node):
    """Build an alias with the OPTIONS of a page; what only a project can have is left out."""
    try:
        options = ast.literal_eval(node)
    except ValueError:
        return
    plugins = options.get("plugins") or {}
    if any(name.startswith("project.") for name in plugins):
        return
    entry = {"ENGINE": "mssql_core", "NAME": "shop", "HOST": "db.example.com", "OPTIONS": options}
    settings = connections.configure_settings({"default": entry})["default"]
    DatabaseWrapper(settings, "default").options_read()


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
