"""What SQL Server refuses, by number: the entries of corpus/refusals on servers of their versions."""

from __future__ import annotations

import pytest
from corpus.refusals import SHARED, Refusal, prepare, refusals, run_refusals, themes
from ddl_support import Client, start_server

MAIN = "2022"
NOT_SUPPORTED = 50999
ENTRIES = list(refusals())
# The other versions are judged by what they refuse otherwise.
RUNS = [(MAIN, entry) for entry in ENTRIES if entry.applies_to(MAIN)] + [
    (version, entry) for entry in ENTRIES for version in entry.versions if MAIN not in entry.versions
]


@pytest.fixture(scope="module")
def clients():
    """Sessions by version and theme; every theme has its set-up."""
    open_clients: dict[str, Client] = {}
    prepared = set()

    def of(version: str, theme: str) -> Client:
        if version not in open_clients:
            open_clients[version] = Client(start_server(version))
            prepare(open_clients[version], SHARED)
        if (version, theme) not in prepared:
            prepare(open_clients[version], theme)
            prepared.add((version, theme))
        return open_clients[version]

    yield of
    for client in open_clients.values():
        client.server.close()


@pytest.mark.parametrize("version, entry", RUNS, ids=[f"{v}-{e.theme}-{e.statement[:60]}" for v, e in RUNS])
def test_refused_with_its_number(clients, version: str, entry: Refusal):
    assert entry.check(clients(version, entry.theme)) is None


def test_entries_are_different_and_have_sources():
    seen = set()
    for entry in ENTRIES:
        key = (entry.statement, entry.setup, entry.versions, entry.parameters)
        assert key not in seen, entry.statement
        seen.add(key)
        assert entry.source.startswith(("unsure: ", "https://", "RyanLamansky/sql-server-simulator ")), entry.source
        assert entry.number == NOT_SUPPORTED or not entry.source.startswith("unsure: "), entry.statement
        assert "memory" not in entry.source, entry.statement


def test_counting_reports_what_is_not_refused(monkeypatch):
    class Tolerant:
        version = MAIN

        def errors(self, text, parameters=0):
            return []

    result = run_refusals(Tolerant())
    applying = [entry for entry in ENTRIES if entry.applies_to(MAIN)]
    assert (result.total, result.passed, len(result.failures)) == (len(applying), 0, len(applying))
    assert themes()
