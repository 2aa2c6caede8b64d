"""A catalogue in the place of the server's."""

import pytest
from django.db import connection
from fake_catalog import FakeCatalog


@pytest.fixture
def catalog():
    with FakeCatalog().installed(connection) as catalog:
        yield catalog


@pytest.fixture
def thing(catalog):
    """The table of most tests: a code, a number, a name."""
    table = catalog.table("a_thing").column("id", "bigint", 8).column("code", "nvarchar", 20)
    table.column("number", "int", null=True).column("name", "nvarchar", 20, default=("DF__name", "(N'')"))
    return table
