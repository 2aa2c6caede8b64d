"""Flags that depend on the server or on the alias."""

import pytest
from django.db.backends.base.features import BaseDatabaseFeatures

from mssql_core.features import DatabaseFeatures
from mssql_core.testing import fake_connection


@pytest.mark.parametrize(("version", "oldest"), [("2016", (13,)), ("2025", (13,)), ("azure", None), ("fabric", None)])
def test_the_oldest_release_is_asked_of_servers_with_a_version(version, oldest):
    assert fake_connection(version=version).features.minimum_database_version == oldest


@pytest.mark.parametrize(("kind", "is_native"), [("uniqueidentifier", True), ("char(32)", False)])
def test_uuids(kind, is_native):
    assert fake_connection(options={"uuid_type": kind}).features.has_native_uuid_field is is_native


@pytest.mark.parametrize(("kind", "supported"), [("datetimeoffset", True), ("datetime2", False)])
def test_offsets(kind, supported):
    assert fake_connection(options={"datetime_type": kind}).features.supports_timezones is supported


@pytest.mark.parametrize(
    ("collation", "ignored"),
    [("Latin1_General_CI_AS", True), ("Latin1_General_CS_AS", False), ("Latin1_General_100_BIN2_UTF8", False)],
)
def test_case_of_names_is_the_collation_s_matter_once_that_is_known(collation, ignored):
    connection = fake_connection(collation=collation)
    assert connection.features.ignores_table_name_case is True
    assert connection.server.ignores_case is connection.features.ignores_table_name_case is ignored


def test_flags_ask_no_server(connection):
    """Django reads most of them before the test database is there."""
    for name in vars(DatabaseFeatures):
        if not name.startswith("_") and name != "minimum_database_version":
            getattr(connection.features, name)
    assert connection.driver.statements == []


def test_types_that_inspectdb_reads_otherwise(connection):
    field_types, usual = (
        connection.features.introspected_field_types,
        BaseDatabaseFeatures(connection).introspected_field_types,
    )
    others = {name: field_types[name] for name in usual if field_types[name] != usual[name]}
    assert others == {
        "DurationField": "BigIntegerField",
        "GenericIPAddressField": "CharField",
        "PositiveBigIntegerField": "BigIntegerField",
        "PositiveIntegerField": "IntegerField",
        "PositiveSmallIntegerField": "SmallIntegerField",
    }
