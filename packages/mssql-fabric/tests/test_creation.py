import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from mssql_core.testing import fake_connection
from mssql_fabric.plugin import FabricPlugin


def connection(version, test=None, **options):
    settings = {"TEST": {"NAME": "test_shop", "COLLATION": None, **(test or {})}}
    return fake_connection(plugins={"fabric": options}, version=version, settings=settings)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    seconds = []
    monkeypatch.setattr("mssql_fabric.creation.time.sleep", seconds.append)
    return seconds


def test_fabric_uses_a_database_that_is_there():
    fabric = connection("fabric")
    assert fabric.creation._create_test_db(verbosity=0, autoclobber=True, keepdb=True) == "test_shop"
    fabric.creation._destroy_test_db("test_shop", verbosity=0)
    assert [sql for sql in fabric.driver.sql if "DATABASE " in sql] == []


def test_without_keepdb_the_way_is_told():
    with pytest.raises(ImproperlyConfigured, match="Make 'test_shop' in the portal.*--keepdb"):
        connection("fabric").creation._create_test_db(verbosity=0, autoclobber=True)


@pytest.mark.parametrize(
    ("database", "clause"),
    [
        ({}, ""),
        (
            {"edition": "GeneralPurpose", "service_objective": "GP_S_Gen5_1", "max_size": "2 GB"},
            "(EDITION = 'GeneralPurpose', SERVICE_OBJECTIVE = 'GP_S_Gen5_1', MAXSIZE = 2 GB)",
        ),
        ({"elastic_pool": "my]pool"}, "(SERVICE_OBJECTIVE = ELASTIC_POOL (name = [my]]pool]))"),
    ],
)
def test_what_azure_makes_of_a_test_database(database, clause):
    azure = connection("azure", test_database=database)
    assert azure.creation.sql_table_creation_suffix() == clause
    azure = connection("azure", {"COLLATION": "Latin1_General_100_CI_AS"}, test_database=database)
    assert azure.creation.sql_table_creation_suffix() == ("COLLATE Latin1_General_100_CI_AS " + clause).strip()


def test_options_of_azure_elsewhere_are_refused():
    with pytest.raises(ImproperlyConfigured, match="for Azure SQL Database, not MANAGED_INSTANCE"):
        connection("managed-instance", test_database={"service_objective": "S0"}).creation.sql_table_creation_suffix()
    assert connection("managed-instance").creation.sql_table_creation_suffix() == ""


class Cursor:
    def __init__(self, states, statements, db):
        self.states, self.statements, self.db = states, statements, db

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def execute(self, sql, params=None):
        self.statements.append(sql)

    def fetchone(self):
        if "state_desc" not in self.statements[-1]:
            return None
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return (state,) if state else None


def creating(*states, **database):
    azure = connection("azure", test_database=database)
    statements, left = [], list(states)
    azure.creation._nodb_cursor = lambda: Cursor(left, statements, azure)
    return azure, statements


def test_azure_is_waited_for(waits):
    azure, statements = creating(None, "CREATING", "ONLINE", service_objective="S0")
    assert azure.creation._create_test_db(verbosity=0, autoclobber=True) == "test_shop"
    assert "CREATE DATABASE [test_shop] (SERVICE_OBJECTIVE = 'S0')" in statements
    assert waits == [2, 2]


def test_a_database_that_never_comes_is_told_with_its_state(waits):
    azure, _ = creating("SUSPECT", wait=0.001)
    with pytest.raises(OperationalError, match="'test_shop' is SUSPECT after"):
        azure.creation._create_test_db(verbosity=0, autoclobber=True)


class CompanyPlugin(FabricPlugin):
    """A project's own plugin, under a path of its own."""


def test_the_options_are_those_of_the_plugin_whatever_its_name():
    plugins = {__name__ + ":CompanyPlugin": {"test_database": {"max_size": "2 GB"}}}
    azure = fake_connection(plugins=plugins, version="azure")
    assert azure.creation.sql_table_creation_suffix() == "(MAXSIZE = 2 GB)"


def test_a_clone_is_waited_for(waits):
    azure, statements = creating("CREATING", "ONLINE")
    with azure.creation._nodb_cursor() as cursor:
        azure.creation.copy_database(cursor, "test_shop", "test_shop_1")
    assert "CREATE DATABASE [test_shop_1] AS COPY OF [test_shop]" in statements
    assert waits == [2]
