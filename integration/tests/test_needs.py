"""Commands of the README on a machine that lacks what they need: one line says what, and how to get it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from harness import elsewhere, needs, steps

README = (steps.TOP / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def bare(tmp_path):
    """The variables of a machine with uv, hatch and no other Python than the running one, and with no network."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "uv").symlink_to(Path(sys.executable).with_name("uv"))
    python = tmp_path / "python"
    python.mkdir()
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PATH": str(tools),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(steps.TOP / "integration"),
        "HATCH_DATA_DIR": str(tmp_path / "hatch"),
        "UV_OFFLINE": "1",
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_PYTHON_INSTALL_DIR": str(python),
        "UV_PYTHON_PREFERENCE": "only-managed",
        # pip has no switch for this: a proxy that nobody serves.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
    }


def run(variables, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env=variables, cwd=steps.TOP, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def script(name):
    """A script of hatch.toml as arguments of Python."""
    (line,) = steps.commands(name, steps.scripts())
    return line.split()[2:]


WITHOUT_PYTHON = {
    "peer": "peer: no Python 3.12 on PATH; `uv python install 3.12`",
    "side-by-side": "peer: no Python 3.12 on PATH; `uv python install 3.12`",
    "unit-matrix": "matrix: no Python 3.8, 3.9, 3.10, 3.11, 3.12, 3.13, 3.14 on PATH; `uv python install 3.8 3.9",
    "past 3.2 lookup": "Django 3.2: no Python one of 3.8, 3.9, 3.10 on PATH; `uv python install 3.8`",
}


@pytest.mark.parametrize("command", WITHOUT_PYTHON)
def test_a_missing_python_is_one_line(command, bare):
    status, output = run(bare, *script(command))
    assert status == 1
    assert output.startswith("not run: " + WITHOUT_PYTHON[command]) and output.count("\n") == 1


def test_a_missing_browser_is_one_line(bare):
    status, output = run(bare, *script("picture"))
    assert (status, output) == (
        1,
        "not run: no chromium and chromedriver on PATH; `apt-get install chromium chromium-driver` brings them\n",
    )


@pytest.mark.parametrize("command", ["docs", "docs-links"])
def test_a_missing_index_is_one_line(command, bare):
    hatch = needs.hatch()[0]
    if hatch != "uv":
        Path(bare["PATH"], "hatch").symlink_to(hatch)
    status, output = run(bare, *script(command))
    assert status == 1
    assert re.fullmatch(r"not run: .* could not be fetched \(.*\); it needs a network, or an index .*\n", output), (
        output
    )


def test_the_tests_of_a_django_that_cannot_be_fetched_are_one_line(bare, tmp_path):
    code = (
        "import sys; from pathlib import Path; from django_suite import run, source; from harness.needs import told; "
        "source.CACHE = Path(%r); sys.exit(told(lambda: run.main(['basic'])))" % str(tmp_path / "suite")
    )
    done = subprocess.run([sys.executable, "-c", code], env=bare, cwd=steps.TOP, capture_output=True, text=True)
    assert done.returncode == 1
    assert re.fullmatch(r"not run: the source of Django .* could not be fetched .*\n", done.stdout + done.stderr)


def test_suite_past_says_of_each_django_what_it_lacks(bare, monkeypatch, tmp_path):
    for line in steps.commands("suite-past", steps.scripts()):
        for step in re.findall(r"'(past [^']+)'", line):
            status, output = run(bare, *script(step))
            assert status == 1 and output.startswith("not run: Django %s: no Python" % step.split()[1])


@pytest.mark.parametrize("name", ["peer", "side-by-side", "docs", "docs-links", "unit-matrix"])
def test_scripts_of_other_environments_are_scripts_there(name):
    _, environment, there = script(name)[:3]
    assert there in steps.environments()[environment]["scripts"]


def test_a_matrix_runs_where_its_python_is_here_and_names_the_others(monkeypatch):
    here = {"3.9": "/opt/a/python3.9", "3.12": "/opt/b/python3.12"}
    commands = []
    monkeypatch.setattr(needs, "find_python", here.get)
    monkeypatch.setattr(needs, "hatch", lambda: ["hatch"])
    monkeypatch.setattr(subprocess, "run", lambda command, **options: commands.append((command, options)) or Done)
    with pytest.raises(needs.Missing, match=r"^matrix: no Python 3.8, 3.10, 3.11, 3.13, 3.14 on PATH"):
        elsewhere.main(["matrix", "unit"])
    command, options = commands[-1]
    assert command == ["hatch", "run", "+py=3.9,3.12", "matrix:unit"]
    assert options["env"]["PATH"].startswith(os.pathsep.join(["/opt/a", "/opt/b"]))


class Done:
    returncode = 0


def test_hatch_need_not_be_on_the_path(monkeypatch, tmp_path):
    """The README's lines call `.venv/bin/hatch`, from a terminal that has no environment activated."""
    monkeypatch.setattr(needs.shutil, "which", lambda name: None)
    (tmp_path / "hatch").touch()
    monkeypatch.setenv("HATCH_UV", str(tmp_path / "uv"))
    assert needs.hatch() == [str(tmp_path / "hatch")]
    monkeypatch.delenv("HATCH_UV")
    assert needs.hatch() == ["uv", "tool", "run", "hatch"]


def test_a_python_of_pyenv_is_there_though_its_shim_refuses(monkeypatch, tmp_path):
    executable = tmp_path / "versions" / "3.12.1" / "bin" / "python3.12"
    executable.parent.mkdir(parents=True)
    executable.touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(needs.subprocess, "run", lambda command, **options: type("Answer", (), {"returncode": 2}))
    assert needs.find_python("3.12") == str(executable)
    assert needs.find_python("3.13") is None


def test_the_table_of_the_readme_names_scripts():
    rows = re.findall(
        r"^\| (`[^|]+) \|", README.partition("| command | what it does |")[2].partition("\n## ")[0], re.MULTILINE
    )
    names = {name.split()[0] for cell in rows for name in re.findall(r"`([^`]+)`", cell)}
    assert len(names) > 15 and names <= set(steps.scripts())
