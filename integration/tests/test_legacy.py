"""Legacy databases: their models can be used as inspectdb writes them, and what cannot has a rule of the server's."""

import pytest
from legacy.__main__ import faults, result
from legacy.page import PAGE
from legacy.rules import rule_of
from legacy.schemas import SCHEMAS
from legacy.trials import Outcome


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_database(server, schema):
    of_schema = result(schema, server)
    assert len(of_schema.outcomes) > 100
    assert list(faults([of_schema])) == []


@pytest.mark.parametrize(
    ("action", "type_", "error", "is_known"),
    [
        ("exact", "xml", "402", True),
        ("exact", "int", "402", False),
        ("save", "", "402", False),
        ("first", "", "208", False),
    ],
)
def test_an_error_needs_a_rule_for_its_place(action, type_, error, is_known):
    assert (rule_of(Outcome("t", "c", type_, action, error, "text")) is not None) is is_known


def test_the_page_tells_each_database():
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{schema.name}` | {schema.shape} |" in text for schema in SCHEMAS)
