from types import SimpleNamespace

from mssql_json.plugin import JSONPlugin


def test_column_type_has_a_check():
    found = JSONPlugin().mssql_data_types(server=None)["JSONField"]
    assert found.db_type == "nvarchar(max)"
    assert "ISJSON" in found.check and "%(qn_column)s" in found.check


def test_inspectdb_knows_a_column_by_its_check():
    plugin = JSONPlugin()
    assert plugin.mssql_field_type(column=SimpleNamespace(checks=["(isjson([doc])=(1))"])) == "JSONField"
    assert plugin.mssql_field_type(column=SimpleNamespace(checks=["([n]>(0))"])) is None


def test_features_promise_only_what_is_there():
    features = JSONPlugin().mssql_features()
    assert features["supports_json_field"] is True
    assert features["supports_json_field_contains"] is False
