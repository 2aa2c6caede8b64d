import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import hookimpl
from mssql_core.testing import fake_connection


class Loud:
    @hookimpl
    def mssql_mixins(self):
        class Operations:
            def max_name_length(self):
                return super().max_name_length() - 28

        return {"operations": Operations}

    @hookimpl
    def mssql_features(self):
        return {"has_bulk_insert": False, "can_clone_databases": lambda server: server.version[0] > 15}


class Louder(Loud):
    pass


def test_mixins_stand_before_core_s_class():
    connection = fake_connection(plugins=["test_components:Loud"])
    assert connection.ops.max_name_length() == 100
    assert fake_connection().ops.max_name_length() == 128


def test_flags_are_values_or_functions_of_the_server():
    connection = fake_connection(plugins=["test_components:Loud"], version="2019")
    assert connection.features.has_bulk_insert is False
    assert connection.driver.statements == []
    assert connection.features.can_clone_databases is False
    assert len(connection.driver.statements) == 1


def test_two_plugins_on_one_flag_are_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="Loud' and 'test_components:Louder' both define the feature"):
        fake_connection(plugins=["test_components:Loud", "test_components:Louder"])
