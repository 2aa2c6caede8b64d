"""What SQL Server answers, by value and type: the entries of corpus/answers on servers of their versions."""

from __future__ import annotations

import re

import pytest
from corpus.answers import Answer, answers, run_answers, themes
from ddl_support import Client, start_server

from mssql_sandbox.interface import Columns, ResultColumn, Rows
from mssql_sandbox.sqltypes import nvarchar

MAIN = "2022"
ENTRIES = list(answers())
# Each on the main version, or the first it is about; `hatch run evidence` asks all of them on every version.
RUNS = [(MAIN if entry.applies_to(MAIN) else entry.versions[0], entry) for entry in ENTRIES]


@pytest.fixture(scope="module")
def clients():
    """Sessions by version."""
    open_clients: dict[str, Client] = {}

    def of(version: str) -> Client:
        if version not in open_clients:
            open_clients[version] = Client(start_server(version))
        return open_clients[version]

    yield of
    for client in open_clients.values():
        client.server.close()


@pytest.mark.parametrize("version, entry", RUNS, ids=[f"{v}-{e.theme}-{e.query[:60]}" for v, e in RUNS])
def test_answered(clients, version: str, entry: Answer):
    fault = entry.check(clients(version))
    assert fault is None, fault


def test_entries_are_different_and_have_sources():
    seen = set()
    for entry in ENTRIES:
        key = (entry.query, entry.setup, entry.versions)
        assert key not in seen, entry.query
        seen.add(key)
        assert re.search(r"://|sql-server-simulator|\.md$", entry.source), entry.source
        assert "memory" not in entry.source, entry.query


def test_counting_reports_what_is_answered_otherwise():
    class Forgetful:
        version = MAIN

        def events(self, text):
            return [Columns([ResultColumn("", nvarchar(10))]), Rows([["?"]])]

    result = run_answers(Forgetful())
    applying = [entry for entry in ENTRIES if entry.applies_to(MAIN)]
    assert (result.total, result.passed, len(result.failures)) == (len(applying), 0, len(applying))
    assert themes()
