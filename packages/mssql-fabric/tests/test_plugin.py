from types import SimpleNamespace

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import NotSupportedError

from mssql_core.plugin import Capability, Edition
from mssql_core.testing import fake_connection
from mssql_fabric.plugin import FabricPlugin


def keywords(host, options=None):
    connection = fake_connection(plugins=["fabric"], settings={"HOST": host}, options=options)
    connection.ensure_connection()
    return connection.driver.logins[0]["connection_string"]


@pytest.mark.parametrize("edition", [Edition.AZURE_SQL_DATABASE, Edition.FABRIC_SQL_DATABASE])
def test_cloud_editions_have_the_json_type(edition):
    capabilities = FabricPlugin().mssql_capabilities(server=SimpleNamespace(edition=edition))
    assert capabilities[Capability.JSON_TYPE] is True


def test_other_editions_are_left_alone():
    assert FabricPlugin().mssql_capabilities(server=SimpleNamespace(edition=Edition.ENTERPRISE)) == {}


def test_an_edition_is_told_by_its_number_and_not_by_version_12():
    servers = {
        name: fake_connection(plugins=["fabric"], version=name).server for name in ("azure", "fabric", "2014")[:2]
    }
    assert {server.version[0] for server in servers.values()} == {12}
    assert servers["azure"].has(Capability.CREATE_DATABASE) and not servers["fabric"].has(Capability.CREATE_DATABASE)
    assert all(server.has(Capability.REGEXP) for server in servers.values())


def test_fabric_databases_are_not_cloned():
    flag = FabricPlugin().mssql_features()["can_clone_databases"]
    assert flag(SimpleNamespace(edition=Edition.FABRIC_SQL_DATABASE)) is False
    assert flag(SimpleNamespace(edition=Edition.ENTERPRISE)) is True


def test_retries_of_the_driver_give_way_to_options():
    text = keywords("x.example.com", {"ConnectRetryCount": 7})
    assert "ConnectRetryCount=7" in text and "ConnectRetryInterval=10" in text
    assert "ApplicationIntent" not in text and "MARS" not in text


def test_the_read_only_listener_gets_its_intent():
    assert "ApplicationIntent=ReadOnly" in keywords("fog.secondary.database.windows.net")
    assert "ApplicationIntent=ReadWrite" in keywords(
        "fog.secondary.database.windows.net", {"ApplicationIntent": "ReadWrite"}
    )


def test_mars_is_off_where_it_is_refused():
    assert "MARS_Connection=no" in keywords("x.datawarehouse.fabric.microsoft.com")


def test_a_warehouse_is_read_when_the_options_say_so():
    with pytest.raises(NotSupportedError, match="'warehouse': 'read'"):
        fake_connection(plugins=["fabric"], version="warehouse").ensure_connection()
    warehouse = fake_connection(plugins={"fabric": {"warehouse": "read"}}, version="warehouse")
    assert warehouse.server.edition is Edition.FABRIC_WAREHOUSE
    assert warehouse.server.has(Capability.OPENJSON) and not warehouse.server.has(Capability.REGEXP)
    assert ContentType.objects.all().query.get_compiler(connection=warehouse).as_sql()[0].startswith("SELECT")


@pytest.mark.parametrize("name", ["SQLInsertCompiler", "SQLUpdateCompiler", "SQLDeleteCompiler"])
def test_nothing_is_written_to_a_warehouse(name):
    warehouse = fake_connection(plugins={"fabric": {"warehouse": "read"}}, version="warehouse")
    with pytest.raises(NotSupportedError, match="'default'.*only read"):
        warehouse.ops.compiler(name)
    azure = fake_connection(plugins=["fabric"], version="azure")
    assert azure.ops.compiler(name) and azure.driver.logins == []


@pytest.mark.parametrize(
    ("version", "settings", "options"),
    [
        ("warehouse", {}, {}),
        ("azure", {}, {"ApplicationIntent": "ReadOnly"}),
        ("azure", {}, {"extra_params": "applicationintent=ReadOnly"}),
        ("azure", {"HOST": "fog.secondary.database.windows.net"}, {}),
    ],
)
def test_no_schema_is_changed_where_all_is_read(version, settings, options):
    connection = fake_connection(
        plugins={"fabric": {"warehouse": "read"}}, version=version, settings=settings, options=options
    )
    with pytest.raises(NotSupportedError, match="no schema is changed"), connection.schema_editor(atomic=False):
        pass
    with connection.schema_editor(collect_sql=True, atomic=False):
        pass


def test_a_schema_is_changed_elsewhere():
    connection = fake_connection(plugins=["fabric"], version="azure")
    with connection.schema_editor(atomic=False) as editor:
        editor.execute("SELECT 1")
    assert "SELECT 1" in connection.driver.sql
