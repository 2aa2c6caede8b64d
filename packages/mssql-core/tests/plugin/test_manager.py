import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import hookimpl, manager
from mssql_core.testing import fake_connection

HERE = "plugin_under_test:"


@pytest.fixture(autouse=True)
def module(monkeypatch):
    """The plugins below as an importable module."""
    import sys
    import types

    importable = types.ModuleType("plugin_under_test")
    importable.__dict__.update(First=First, Second=Second, Misspelt=Misspelt, Picky=Picky)
    monkeypatch.setitem(sys.modules, "plugin_under_test", importable)


class First:
    name = "first"

    @hookimpl
    def mssql_session_sql(self):
        return ["PRINT '%s'" % self.name]

    @hookimpl
    def mssql_is_transient_error(self, error):
        return True if self.name == str(error) else None


class Second(First):
    name = "second"


class Misspelt:
    @hookimpl
    def mssql_sesion_sql(self, server):
        return []


class Picky:
    def __init__(self, size):
        if size < 1:
            raise ImproperlyConfigured("size has to be positive")


def session(names):
    connection = fake_connection(plugins=names)
    return [result for _, result in manager.results(connection.plugins, "mssql_session_sql", server=None)]


def test_results_come_in_the_order_of_options():
    assert session([HERE + "First", HERE + "Second"]) == [["PRINT 'first'"], ["PRINT 'second'"]]
    assert session([HERE + "Second", HERE + "First"]) == [["PRINT 'second'"], ["PRINT 'first'"]]


def test_core_answers_last():
    connection = fake_connection(plugins=[HERE + "First"])  # its plugins go when it goes
    hook = connection.plugins.hook
    assert hook.mssql_is_transient_error(error="first", settings=None) is True
    assert hook.mssql_is_transient_error(error="other", settings=None) is False


def test_a_misspelt_hook_is_refused():
    with pytest.raises(ImproperlyConfigured, match="mssql_sesion_sql"):
        fake_connection(plugins=[HERE + "Misspelt"])


@pytest.mark.parametrize(
    ("plugins", "told"),
    [
        ({HERE + "Picky": {}}, "do not fit"),
        ({HERE + "Picky": {"sise": 1}}, "sise"),
        ({HERE + "Picky": {"size": 0}}, "size has to be positive"),
        (["nowhere.at_all:X"], "cannot load 'nowhere.at_all:X'"),
        ([HERE + "Missing"], "cannot load"),
        (["quite_unknown"], "names 'quite_unknown', which is not installed. Installed: "),
    ],
)
def test_bad_plugins_are_refused_by_alias(plugins, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        fake_connection(plugins=plugins)


def test_an_extra_that_is_not_installed_names_the_command(monkeypatch):
    monkeypatch.setattr(manager, "_entry_points", {})
    with pytest.raises(ImproperlyConfigured, match=r"DATABASES\['legacy'\].*pip install .mssql-core\[json\]"):
        fake_connection(plugins=["json"], alias="legacy")
    with pytest.raises(ImproperlyConfigured, match="Did you mean 'json'"):
        fake_connection(plugins=["jsno"])


def test_a_text_is_no_list():
    with pytest.raises(ImproperlyConfigured, match="write a list"):
        manager.build("default", "json", object())
