"""Values that go through the hooks."""

import pytest

from mssql_core.plugin import Capability, ConnectionSettings, Credentials, Edition, ServerInfo


def settings(**arguments):
    return ConnectionSettings("default", "shop", "host", "", "", "s3cret-canary", **arguments)


def test_no_repr_shows_a_secret():
    values = [settings(token="s3cret-canary"), Credentials({"PWD": "s3cret-canary"}, "s3cret-canary")]
    assert [value for value in values if "s3cret-canary" in repr(value)] == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ""),
        ({"options": {"Authentication": "SqlPassword"}}, "SqlPassword"),
        ({"options": {"Authentication": "a"}, "extra": {"AUTHENTICATION": "ActiveDirectoryMsi"}}, "ActiveDirectoryMsi"),
    ],
)
def test_the_way_to_sign_in(arguments, expected):
    assert settings(**arguments).authentication == expected


def test_keywords_are_known_in_any_case():
    assert settings(extra={"Encrypt": "strict"}).extra_value("ENCRYPT") == "strict"
    assert settings().extra_value("Encrypt") == ""


@pytest.mark.parametrize("capability", Capability)
def test_each_capability_has_a_source(capability):
    assert capability.source.startswith("https://learn.microsoft.com/sql/") and " " not in capability.source
    assert capability.value == capability.name.lower()


def test_what_editions_are():
    assert [edition.name for edition in Edition if not edition.is_supported] == ["SYNAPSE", "FABRIC_WAREHOUSE"]
    assert {edition for edition in Edition if edition.copies_databases} == {Edition.AZURE_SQL_DATABASE}
    assert not Edition.FABRIC_SQL_DATABASE.can_set_single_user and Edition.MANAGED_INSTANCE.can_set_single_user
    assert {edition.name for edition in Edition if edition.is_versioned} == {
        "PERSONAL",
        "STANDARD",
        "ENTERPRISE",
        "EXPRESS",
        "STRETCH",
        "EDGE",
    }


def test_a_server_has_what_it_is_said_to_have():
    server = ServerInfo(Edition.EXPRESS, (16, 0), 160, "x", True, capabilities=frozenset((Capability.OPENJSON,)))
    assert server.has(Capability.OPENJSON) and not server.has(Capability.REGEXP)
