"""Everything the ORM sent in these tests parses under Microsoft's grammar of the version played."""

import pytest
from django_suite.journal import refused_statements


def test_every_statement_parses(server, shop):
    from demo.queries import QUERIES

    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal")
    for query in QUERIES:
        result = query()
        if not isinstance(result, dict):
            list(result)
    assert refused_statements(server.journal(), "2022") == []
