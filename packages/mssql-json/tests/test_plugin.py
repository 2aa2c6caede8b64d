from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import Capability
from mssql_json.plugin import JSONPlugin


def server(*capabilities):
    return SimpleNamespace(has=lambda capability: capability in capabilities)


def test_column_type_has_a_check():
    data_type = JSONPlugin().mssql_data_types(server=None)["JSONField"]
    assert data_type.db_type == "nvarchar(max)"
    assert "ISJSON" in data_type.check and "%(qn_column)s" in data_type.check


def test_native_type_has_none():
    data_type = JSONPlugin(native=True).mssql_data_types(server=server(Capability.JSON_TYPE))["JSONField"]
    assert (data_type.db_type, data_type.check) == ("json", None)


def test_native_type_is_refused_where_the_server_has_none():
    with pytest.raises(ImproperlyConfigured, match="'native'.*SQL Server 2025"):
        JSONPlugin(native=True).mssql_data_types(server=server())


def test_options_are_checked():
    with pytest.raises(ImproperlyConfigured, match="True or False"):
        JSONPlugin(native="yes")


@pytest.mark.parametrize(
    "column, expected",
    [
        (SimpleNamespace(name="doc", data_type="nvarchar", checks=["(isjson([doc])=(1))"]), "JSONField"),
        (SimpleNamespace(name="doc", data_type="nvarchar", checks=["(isjson(N'['+[doc]+N']')=(1))"]), "JSONField"),
        (SimpleNamespace(name="doc", data_type="json", checks=[]), "JSONField"),
        (SimpleNamespace(name="n", data_type="int", checks=["([n]>(0))"]), None),
        (SimpleNamespace(name="n", data_type="int", checks=["([n]>(0) AND isjson([doc])=(1))"]), None),
        (SimpleNamespace(name="n", data_type="int", checks=None), None),
    ],
)
def test_inspectdb_knows_a_column_by_its_type_or_its_check(column, expected):
    assert JSONPlugin().mssql_field_type(column) == expected


def test_features_promise_only_what_is_there():
    features = JSONPlugin().mssql_features()
    assert features["can_introspect_json_field"] and features["supports_json_field_contains"]
    assert features["supports_primitives_in_json_field"] is True
    assert JSONPlugin(native=True).mssql_features()["supports_primitives_in_json_field"] is False
