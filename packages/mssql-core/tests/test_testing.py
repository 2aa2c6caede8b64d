import gc
import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import hookimpl, manager
from mssql_core.testing import FakeDriver, PluginConformance, compile_sql, fake_connection


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


class Untidy:
    """Breaks what the suite asks for."""

    class Creation:
        def _drop_database(self, cursor, name):
            super()._drop_database(cursor, name)

    class Driver(FakeDriver):
        version = property()

    @hookimpl
    def mssql_mixins(self):
        return {"creation": self.Creation}

    @hookimpl
    def mssql_driver(self, settings):
        return self.Driver()


class OfUntidy(PluginConformance):
    plugin = __name__ + ":Untidy"


def test_private_methods_of_core_are_not_overridden():
    with pytest.raises(AssertionError, match="_drop_database"):
        OfUntidy().test_its_mixins_extend_components()


def test_a_driver_that_lacks_something_is_told():
    with pytest.raises(AssertionError, match="version"):
        OfUntidy().test_its_driver_has_all_that_core_asks_for()


def test_the_suite_does_without_luck_with_the_garbage_collector(monkeypatch):
    """With a connection go the hooks of its plugins, whenever it is collected."""
    gathered = manager.results

    def results(*args, **arguments):
        gc.collect()
        return gathered(*args, **arguments)

    monkeypatch.setattr(manager, "results", results)
    assert len(OfUntidy().results("mssql_mixins")) == 1


def test_the_suite_says_that_it_needs_a_plugin():
    with pytest.raises(ImproperlyConfigured, match="OfNothing.plugin is not set"):
        type("OfNothing", (PluginConformance,), {})().connection()


def in_a_project_of_its_own(tmp_path, configuration):
    """What pytest says of a plugin's conformance in a folder with nothing but this conftest.py."""
    (tmp_path / "conftest.py").write_text(configuration, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(
        "from mssql_core.testing import PluginConformance\n\n\n"
        "class TestConformance(PluginConformance):\n"
        "    plugin = 'mssql_core.testing:FakeServer'\n"
        "    test_it_imports_only_the_door = None\n",
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, *"-m pytest -q -p no:cacheprovider --rootdir . .".split()]
    completed = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=str(tmp_path), check=False)
    return completed.stdout


def test_the_suite_says_that_it_needs_settings(tmp_path):
    told = in_a_project_of_its_own(tmp_path, "")
    assert "PluginConformance needs Django's settings: call django.conf.settings.configure() in conftest.py" in told


def test_the_settings_that_it_names_are_enough(tmp_path):
    told = in_a_project_of_its_own(tmp_path, "from django.conf import settings\n\nsettings.configure()\n")
    assert "failed" not in told and "error" not in told and " passed" in told


def test_a_module_that_stands_alone_answers_for_itself(tmp_path, monkeypatch):
    (tmp_path / "standing_alone.py").write_text("class Plugin:\n    pass\n", encoding="utf-8")
    (tmp_path / "neighbour.py").write_text("from mssql_core.base import DatabaseWrapper\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    type("OfModule", (PluginConformance,), {"plugin": "standing_alone:Plugin"})().test_it_imports_only_the_door()
