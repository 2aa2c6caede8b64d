import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.testing import fake_connection


def connection(version):
    return fake_connection(plugins=["fabric"], version=version, settings={"TEST": {"NAME": "test_shop"}})


def test_fabric_uses_a_database_that_is_there():
    fabric = connection("fabric")
    assert fabric.creation._create_test_db(verbosity=0, autoclobber=True, keepdb=True) == "test_shop"
    fabric.creation._destroy_test_db("test_shop", verbosity=0)
    assert [sql for sql in fabric.driver.sql if "DATABASE " in sql] == []


def test_without_keepdb_the_way_is_told():
    with pytest.raises(ImproperlyConfigured, match="Make 'test_shop' in the portal.*--keepdb"):
        connection("fabric").creation._create_test_db(verbosity=0, autoclobber=True)
