from django.contrib.auth.models import User

from mssql_core.testing import PluginConformance, compile_sql, fake_connection


class TestConformanceOfTheFakeServer(PluginConformance):
    plugin = "mssql_core.testing:FakeServer"

    def connection(self, **arguments):
        return fake_connection(**arguments)

    def test_it_imports_only_the_door(self):
        """It belongs to core itself."""


def test_compile_sql_for_any_server():
    for version in ("2016", "2025", "azure"):
        sql, params = compile_sql(User.objects.filter(username="x").values("pk"), version=version)
        assert sql == "SELECT [auth_user].[id] AS [pk] FROM [auth_user] WHERE [auth_user].[username] = %s" or (
            sql == "SELECT [auth_user].[id] FROM [auth_user] WHERE [auth_user].[username] = %s"
        )
        assert params == ["x"]
