"""What mssql_doctor tells of the service."""

import pytest

from mssql_core.testing import fake_connection
from mssql_fabric.findings import findings


class Database:
    """An ExaminedDatabase of a service tier."""

    def __init__(self, *service, version="azure"):
        connection = fake_connection(version=version, plugins=["fabric"])
        connection.ensure_connection()
        self.server, self.service = connection.server, service

    def rows(self, sql):
        assert "ServiceObjective" in sql
        return [self.service]


def told(database, **options):
    settings = fake_connection(version="azure", options=options).options_read()
    return [finding.text for finding in findings(database, settings)]


def test_basic_is_small():
    (text,) = told(Database("Basic", "Basic"))
    assert "2 GB" in text


@pytest.mark.parametrize("objective", ["GP_S_Gen5_2", "HS_S_Gen5_4"])
def test_a_serverless_database_needs_time_to_wake_up(objective):
    (text,) = told(Database("GeneralPurpose", objective), connection_timeout=15)
    assert objective in text
    assert told(Database("GeneralPurpose", objective), connection_timeout=60) == []


@pytest.mark.parametrize(
    "database", [Database("Standard", "S0"), Database(None, None), Database("Basic", "Basic", version="2022")]
)
def test_nothing_to_tell(database):
    assert told(database) == []
