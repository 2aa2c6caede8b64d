"""``hatch run evidence --server``: a server that contradicts the corpora is told so, entry by entry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from harness.server import Server
from wrong_sandbox import WRONG_ERRORS, WRONG_VALUES

from mssql_sandbox.api import Sandbox

THEMES = ("names", "dates")


def evidence(url: str, *themes: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "figures.evidence", "--server", url, "--themes", *themes]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])


@pytest.fixture
def wrong_server(tmp_path):
    """URL of a sandbox that is wrong in five places."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, str(Path(__file__).parent / "wrong_sandbox.py"), "serve", "--port", "0"]
    environment = {**os.environ, "MSSQL_SANDBOX_PASSWORD": "Wrong_on_purpose1"}
    process = subprocess.Popen([*command, "--ready-file", str(ready)], env=environment, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        place = json.loads(ready.read_text(encoding="ascii"))
        yield Server(
            place["host"], place["port"], "sa", "Wrong_on_purpose1", options={"TrustServerCertificate": "yes"}
        ).url
    finally:
        process.terminate()
        process.wait(60)


def test_what_a_server_says_otherwise_is_named_as_entries_for_the_corpus(wrong_server):
    result = evidence(wrong_server, *THEMES)
    assert result.returncode == 1 and not result.stderr, result.stderr
    differences = [line for line in result.stdout.splitlines() if line.startswith("# ") and ": the corpus" in line]
    assert len(differences) == len(WRONG_ERRORS) + len(WRONG_VALUES), result.stdout
    for text in (*WRONG_ERRORS, *WRONG_VALUES):
        assert text in result.stdout
    assert 'statement = "SELECT a.nosuch FROM a"\nnumber = 4104\nversions = ["2022"]' in result.stdout
    assert 'rows = [["7"]]' in result.stdout


def test_a_server_that_says_the_same_is_confirmed_to_the_types():
    """char and varchar are one type on the wire of python-tds, and a NULL of sql_variant a text in pyodbc."""
    # Its own sandbox, wherever the other tests run: what a real server says otherwise is no fault of the command.
    with Sandbox(version="2022") as sandbox:
        result = evidence(Server.of_sandbox(sandbox).url, "system", "common_types")
    assert result.returncode == 0 and not result.stderr, result.stdout + result.stderr
