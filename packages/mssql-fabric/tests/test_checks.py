import pytest
from django.db import models

from mssql_core.plugin import hookimpl
from mssql_core.testing import fake_connection

FABRIC = "abc.database.fabric.microsoft.com"
WAREHOUSE = "abc.datawarehouse.fabric.microsoft.com"


class SignsIn:
    @hookimpl
    def mssql_credentials(self, settings):
        return None


def ids(settings=None, options=None, plugins=("fabric",), **server):
    connection = fake_connection(plugins=plugins, settings=settings, options=options, **server)
    return [message.id for message in connection.validation.check()]


@pytest.mark.parametrize(
    ("settings", "options", "expected"),
    [
        ({"HOST": WAREHOUSE}, {}, ["mssql_fabric.E001"]),
        ({"HOST": FABRIC, "USER": "sa", "PASSWORD": "x"}, {}, ["mssql_fabric.E002"]),
        (
            {"HOST": FABRIC, "USER": "app", "PASSWORD": "x"},
            {"Authentication": "ActiveDirectoryServicePrincipal"},
            [],
        ),
        ({"HOST": FABRIC}, {}, []),
        ({"HOST": "db.example.com", "USER": "sa"}, {}, []),
        (
            {"HOST": "tcp:fog.secondary.database.windows.net,1433"},
            {"ApplicationIntent": "ReadWrite"},
            ["mssql_fabric.W001"],
        ),
        ({"HOST": "fog.database.windows.net"}, {"ApplicationIntent": "ReadWrite"}, []),
    ],
)
def test_settings_that_cannot_work_are_told(settings, options, expected):
    assert ids(settings, options) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"isolation_level": "READ COMMITTED"}, ["mssql_fabric.E004"]),
        ({"isolation_level": "SNAPSHOT"}, ["mssql_fabric.E004"]),
    ],
)
def test_a_warehouse_that_is_read(options, expected):
    plugins = {"fabric": {"warehouse": "read"}}
    told = ids({"HOST": WAREHOUSE}, options, plugins, version="warehouse")
    # The models of the tests would be migrated to it.
    assert [name for name in told if name != "mssql_fabric.W002"] == expected


def test_a_user_may_be_a_principal_of_another_plugin():
    plugins = {"fabric": {}, "%s:SignsIn" % __name__: {}}
    assert "mssql_fabric.E002" not in ids({"HOST": FABRIC, "USER": "client"}, plugins=plugins, version="fabric")


@pytest.fixture
def model(monkeypatch):
    class Meta:
        app_label = "shop"
        db_tablespace = "fast"
        indexes = [models.Index(fields=["name"], name="shop_name", db_tablespace="primary")]

    fields = {
        "name": models.CharField(max_length=5, db_column="the name"),
        "size": models.IntegerField(db_index=True, db_tablespace="slow"),
        "Meta": Meta,
        "__module__": "shop.models",
    }
    from django.apps.registry import Apps

    fields["Meta"].apps = Apps()
    shelf = type("Shelf", (models.Model,), fields)
    monkeypatch.setattr("mssql_fabric.validation.apps.get_models", lambda **options: [shelf])
    return shelf


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("azure", ["mssql_fabric.E005", "mssql_fabric.E005"]),
        ("fabric", ["mssql_fabric.E005", "mssql_fabric.E005", "mssql_fabric.E006"]),
        ("managed-instance", []),
        ("2022", []),
    ],
)
def test_what_an_edition_refuses_of_the_models(model, version, expected):
    assert ids(version=version) == expected


def test_models_of_an_alias_that_is_only_read(model):
    assert ids(options={"ApplicationIntent": "ReadOnly"}, version="azure") == ["mssql_fabric.W002"]
    plugins = {"fabric": {"warehouse": "read"}}
    assert ids(plugins=plugins, version="warehouse") == ["mssql_fabric.W002"]


def test_models_that_go_elsewhere_are_left_alone(model, monkeypatch):
    monkeypatch.setattr("mssql_fabric.validation.router.allow_migrate_model", lambda alias, model: False)
    assert ids(version="fabric") == []
    assert ids(options={"ApplicationIntent": "ReadOnly"}, version="azure") == []
