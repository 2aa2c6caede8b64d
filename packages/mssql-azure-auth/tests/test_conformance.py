from mssql_core.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "mssql_azure_auth.plugin:AzurePlugin"
    options = {"token": "eyJ0eXAi.secret.token"}
