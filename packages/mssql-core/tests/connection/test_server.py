import dataclasses

import pytest
from django.db import NotSupportedError

from mssql_core.connection.server import _SINCE, capabilities, from_row
from mssql_core.plugin import Capability, Edition
from mssql_core.testing import fake_connection


def server(**arguments):
    return fake_connection(**arguments).server


def test_one_message_tells_everything():
    connection = fake_connection(version="2019", collation="Latin1_General_100_CS_AS", read_committed_snapshot=False)
    info = connection.server
    assert (info.edition, info.version[0], info.compatibility_level) == (Edition.ENTERPRISE, 15, 150)
    assert (info.collation, info.read_committed_snapshot, info.default_schema) == (
        "Latin1_General_100_CS_AS", False, "dbo",
    )  # fmt: skip
    assert len(connection.driver.statements) == 1
    info = server(version="managed-instance", update_policy="CU", default_schema="sales")
    assert (info.update_policy, info.default_schema, info.version) == ("CU", "sales", (12, 0, 2000, 8))
    info = from_row((99, "12.0", 170, None, 1, None, None))
    assert (info.edition, info.collation, info.default_schema) == (Edition.ENTERPRISE, "", "dbo")
    assert info.read_committed_snapshot is True


def test_it_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        server().edition = None


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [
        ("2016", Capability.OPENJSON, Capability.STRING_AGG),
        ("2017", Capability.STRING_AGG, Capability.UTF8_COLLATION),
        ("2019", Capability.UTF8_COLLATION, Capability.GREATEST_LEAST),
        ("2022", Capability.GREATEST_LEAST, Capability.JSON_TYPE),
        ("2025", Capability.REGEXP, None),
        ("azure", Capability.JSON_TYPE, Capability.JSON_CONTAINS),
        ("fabric", Capability.REGEXP, Capability.CREATE_DATABASE),
    ],
)
def test_capabilities_by_version(version, has, has_not):
    info = server(version=version)
    assert info.has(has)
    assert has_not is None or not info.has(has_not)


def test_the_compatibility_level_counts_where_the_server_asks_for_it():
    info = server(version="2025", compatibility_level=120)
    assert not info.has(Capability.OPENJSON) and not info.has(Capability.REGEXP)
    assert info.has(Capability.STRING_AGG) and info.has(Capability.JSON_TYPE)


def test_a_managed_instance_follows_its_update_policy():
    assert not server(version="managed-instance", update_policy="CU").has(Capability.JSON_TYPE)
    assert server(version="managed-instance", update_policy="CU", compatibility_level=170).has(Capability.JSON_TYPE)
    assert server(version="managed-instance", update_policy="Continuous").has(Capability.JSON_TYPE)


def test_a_new_release_has_what_the_newest_known_has():
    assert capabilities(Edition.ENTERPRISE, (18, 0), 180) == capabilities(Edition.ENTERPRISE, (17, 0), 170)


def test_every_capability_has_a_row_and_a_source():
    for capability in Capability:
        assert capability in _SINCE
        assert capability.source.startswith("https://learn.microsoft.com/sql/")


def test_an_old_server_is_refused_by_name():
    with pytest.raises(NotSupportedError, match="version 12.0.6024.0; mssql-core needs SQL Server 2016"):
        fake_connection(version="2014").ensure_connection()


def test_a_warehouse_is_refused():
    with pytest.raises(NotSupportedError, match="warehouse"):
        fake_connection(version="warehouse").ensure_connection()
