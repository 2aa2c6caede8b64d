"""pytest plugin: one sandbox for the whole test session."""

from typing import Iterator

import pytest

from .api import Sandbox
from .cli import VERSIONS


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mssql-sandbox")
    group.addoption(
        "--mssql-sandbox-version",
        choices=VERSIONS,
        default="2022",
        help="SQL Server version that the mssql_sandbox fixture plays (default: 2022)",
    )


@pytest.fixture(scope="session")
def mssql_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A running :class:`mssql_sandbox.api.Sandbox` with a database ``app`` and a journal."""
    with Sandbox(version=request.config.getoption("--mssql-sandbox-version"), journal=True) as sandbox:
        yield sandbox
