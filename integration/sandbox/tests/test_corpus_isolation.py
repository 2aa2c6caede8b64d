"""The table of isolation levels and locking hints: each of its fields, and that the README shows it."""

from pathlib import Path

import pytest
from corpus.isolation import markdown, play, plays
from ddl_support import Client


@pytest.fixture
def sessions(server):
    server.databases.change("shop", snapshot=1)
    a, b = Client(server), Client(server)
    a.run("DROP TABLE IF EXISTS iso; CREATE TABLE iso (id int PRIMARY KEY, v int)")
    a.run("INSERT INTO iso VALUES (1, 1), (2, 2)")
    yield a, b
    for client in (a, b):
        client.events("IF @@TRANCOUNT > 0 ROLLBACK")
        client.session.close()
    server.databases.change("shop", snapshot=0, read_committed_snapshot=0)


@pytest.mark.parametrize(
    "reader, case, outcome", list(plays()), ids=lambda v: v if isinstance(v, str) else (v.get("name") or v["title"])
)
def test_each_field(server, sessions, reader, case, outcome):
    server.databases.change("shop", read_committed_snapshot=int(reader.get("versions", False)))
    assert play(*sessions, reader, case) == outcome


def test_the_readme_shows_the_table():
    assert markdown() in (Path(__file__).parents[1] / "README.md").read_text()
