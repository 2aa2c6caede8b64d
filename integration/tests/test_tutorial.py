"""The tutorial, and the README's first minute, followed as they stand, in an environment and a folder of their own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL, README = ROOT / "docs" / "tutorial" / "index.md", ROOT / "README.md"
PACKAGES = ["packages/mssql-core", "packages/mssql-json", "integration/sandbox"]


def steps(page, *actions):
    """(action, path, code) of the page's marked blocks."""
    text = page.read_text(encoding="utf-8")
    marked = re.findall(r"^<!-- (\w+)(?: ([\w./]+))? -->\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [step for step in marked if step[0] in actions]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    for package in PACKAGES:
        command = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT / package]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture
def shell(tmp_path, wheels):
    """Run a block of the page, with pip finding the wheels; in the background on demand."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "MSSQL_", "PYTHON"))}
    clean.pop("VIRTUAL_ENV", None)
    running = []

    def run(code, background=False):
        # What follows an activation in one block runs in it; each block is a terminal that stays open.
        activate = "" if not (tmp_path / ".venv").exists() else ". .venv/bin/activate\n"
        process = subprocess.Popen(
            ["sh", "-ec", activate + code.replace("1433", port)],
            cwd=tmp_path,
            env={**clean, "PIP_FIND_LINKS": str(wheels)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running.append(process)
        if background:
            return None
        output, _ = process.communicate()
        assert process.returncode == 0, f"{code}\n{output}"
        return output

    run.port = int(port)
    yield run
    for process in running:
        # What a block has left running is of its process group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(port, attempts=600):
    for _ in range(attempts):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the sandbox does not listen")


def test_the_tutorial_works_as_written(shell, tmp_path):
    outputs = []
    for action, path, code in steps(TUTORIAL, "run", "serve", "write", "append"):
        if action == "run":
            outputs.append(shell(code))
        elif action == "serve":
            shell(code, background=True)
            wait_for(shell.port)
        else:
            text = (tmp_path / path).read_text(encoding="utf-8") if action == "append" else ""
            (tmp_path / path).write_text(text + "\n" + code.replace("1433", str(shell.port)), encoding="utf-8")
    told = "\n".join(outputs)
    assert "CREATE TABLE [catalogue_product]" in told
    assert "[<Product: Lamp>]" in told
    assert "Ran 2 tests" in told and "OK" in told


def test_the_first_minute_of_the_readme(shell, tmp_path):
    ((_, _, code),) = steps(README, "run")
    # The server goes on behind the block: what both write goes to a file, not to a pipe that it would hold open.
    told = tmp_path / "told"
    # PORT is left out there, and 1433 may be another's on this machine.
    code = code.replace('"HOST": "127.0.0.1",', '"HOST": "127.0.0.1", "PORT": "1433",')
    try:
        shell(f"exec > {told} 2>&1\n{code}")
    finally:
        output = told.read_text(encoding="utf-8")
        print(output)
    assert "Applying auth.0001_initial... OK" in output
    assert re.search(r"^Edition +\w", output, re.MULTILINE)
