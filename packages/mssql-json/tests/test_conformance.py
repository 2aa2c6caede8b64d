from mssql_core.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "mssql_json.plugin:JSONPlugin"
