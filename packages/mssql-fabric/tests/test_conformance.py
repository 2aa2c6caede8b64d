from mssql_core.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "mssql_fabric.plugin:FabricPlugin"
