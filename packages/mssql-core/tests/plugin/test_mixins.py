"""A mixin knows the plugin that brought it, and its options."""

import pytest

from mssql_core.plugin import hookimpl, own_plugin
from mssql_core.testing import fake_connection

HERE = __name__ + ":"


class Named:
    def max_name_length(self):
        return own_plugin(Named, self).longest


class Short:
    def __init__(self, longest):
        self.longest = longest

    @hookimpl
    def mssql_mixins(self):
        return {"operations": Named}


class Counting:
    """Brings another mixin of the same component, and one of another."""

    def __init__(self, value):
        self.value = value

    @hookimpl
    def mssql_mixins(self):
        return {"operations": Batched, "creation": Cloned}


class Batched:
    def savepoint_commit_sql(self, sid):
        return own_plugin(Batched, self).value


class Cloned:
    def sql_table_creation_suffix(self):
        return own_plugin(Cloned, self).value


class NamedAgain(Named):
    """Names its plugin by the class that it inherits from."""


class Shorter(Short):
    @hookimpl
    def mssql_mixins(self):
        return {"operations": NamedAgain}


def test_each_connection_has_the_options_of_its_own_plugin():
    lengths = [fake_connection(plugins={HERE + "Short": {"longest": longest}}) for longest in (30, 60)]
    assert [connection.ops.max_name_length() for connection in lengths] == [30, 60]
    # They share the class all the same.
    assert type(lengths[0].ops) is type(lengths[1].ops)


def test_mixins_of_several_plugins_know_their_own():
    connection = fake_connection(plugins={HERE + "Counting": {"value": "x"}, HERE + "Short": {"longest": 5}})
    assert (connection.ops.savepoint_commit_sql("s1"), connection.ops.max_name_length()) == ("x", 5)
    assert connection.creation.sql_table_creation_suffix() == "x"


def test_it_is_inherited():
    connection = fake_connection(plugins={HERE + "Shorter": {"longest": 7}})
    assert connection.ops.max_name_length() == 7


def test_the_plugin_s_name_does_not_matter(monkeypatch):
    from mssql_core.plugin import manager

    class EntryPoint:
        def load(self):
            return Short

    monkeypatch.setattr(manager, "_entry_points", {"short": EntryPoint()})
    assert fake_connection(plugins={"short": {"longest": 8}}).ops.max_name_length() == 8


def test_without_a_plugin_the_mixin_is_named():
    with pytest.raises(LookupError, match=r"No plugin of DATABASES\['other'\] returns Named from mssql_mixins"):
        own_plugin(Named, fake_connection(alias="other").ops)
