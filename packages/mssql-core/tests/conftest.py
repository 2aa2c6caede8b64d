"""Django on a fake server: these tests need no database."""

import pytest
from project import configure


def pytest_configure():
    configure()


@pytest.fixture
def connection():
    """A connection to a fake SQL Server 2022; ``connection.driver`` is a FakeDriver."""
    from mssql_core.testing import fake_connection

    return fake_connection()


@pytest.fixture
def compiled(tmp_path):
    """Compiles querysets; what it compiled must parse under Microsoft's grammars."""
    from orm import Compiler

    compiler = Compiler()
    yield compiler
    compiler.check(tmp_path)
