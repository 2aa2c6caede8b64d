from types import SimpleNamespace

import pytest

from mssql_core.plugin import Capability, Edition
from mssql_fabric.plugin import FabricPlugin


@pytest.mark.parametrize("edition", [Edition.AZURE_SQL_DATABASE, Edition.FABRIC_SQL_DATABASE])
def test_cloud_editions_have_the_json_type(edition):
    found = FabricPlugin().mssql_capabilities(server=SimpleNamespace(edition=edition))
    assert found[Capability.JSON_TYPE] is True


def test_other_editions_are_left_alone():
    assert FabricPlugin().mssql_capabilities(server=SimpleNamespace(edition=Edition.ENTERPRISE)) == {}


def test_transient_numbers():
    plugin = FabricPlugin()
    assert plugin.mssql_is_transient_error(error=SimpleNamespace(number=40613)) is True
    assert plugin.mssql_is_transient_error(error=SimpleNamespace(number=18456)) is None


def test_fabric_databases_are_not_cloned():
    flag = FabricPlugin().mssql_features()["can_clone_databases"]
    assert flag(SimpleNamespace(edition=Edition.FABRIC_SQL_DATABASE)) is False
    assert flag(SimpleNamespace(edition=Edition.ENTERPRISE)) is True
