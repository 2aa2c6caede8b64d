"""One table tells the versions apart."""

import pytest
from ddl_support import Client, start_server

from mssql_sandbox import cli
from mssql_sandbox.translate import builtins
from mssql_sandbox.versions import UNPLAYED, VERSIONS, Version


@pytest.mark.parametrize(
    "function, first",
    [
        ("string_agg", 2017),
        ("trim", 2017),
        ("greatest", 2022),
        ("datetrunc", 2022),
        ("json_object", 2022),
        ("unistr", 2025),
    ],
)
def test_functions_by_version(function, first):
    for year in (2016, 2017, 2019, 2022, 2025):
        assert Version.named(str(year)).has_function(function) is (year >= first)


def test_compatibility_level_gates_functions():
    assert not Version.named("2022").at_level(150).has_function("generate_series")
    assert not Version.named("2025").at_level(160).allows("regexp_like")


def test_what_is_refused_as_unsupported_has_no_definition():
    assert UNPLAYED.isdisjoint(builtins.names())
    newest = Version.named("2025")
    assert newest.has_function_besides("EDIT_DISTANCE") and not newest.at_level(160).has_function_besides("regexp_like")
    assert not Version.named("2022").has_function_besides("edit_distance")
    assert not newest.has_function_besides("nonsense")


def test_cloud_editions_hide_their_version_and_refuse_use():
    for name in ("azure", "fabric"):
        version = Version.named(name)
        assert version.product_version[0] == 12
        assert not version.allows("use")
    assert Version.named("managed-instance").allows("use")


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match="2022"):
        Version.named("2008")


def test_the_command_offers_all_of_them():
    assert tuple(VERSIONS) == cli.VERSIONS


def test_functions_follow_the_level_of_the_session_s_database():
    server = start_server("2022")
    try:
        client = Client(server)
        assert client.errors("SELECT value FROM GENERATE_SERIES(1, 2)") == []
        client.run("ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 150")
        assert client.errors("SELECT value FROM GENERATE_SERIES(1, 2)") == [208]
    finally:
        server.close()
