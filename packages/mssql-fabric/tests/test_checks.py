import pytest

from mssql_core.testing import fake_connection


@pytest.mark.parametrize(
    ("settings", "options", "ids"),
    [
        ({"HOST": "abc.datawarehouse.fabric.microsoft.com"}, {}, ["mssql_fabric.E001"]),
        ({"HOST": "abc.database.fabric.microsoft.com", "USER": "sa"}, {}, ["mssql_fabric.E002"]),
        (
            {"HOST": "abc.database.fabric.microsoft.com", "USER": "app"},
            {"Authentication": "ActiveDirectoryServicePrincipal"},
            [],
        ),
        ({"HOST": "abc.database.fabric.microsoft.com"}, {}, []),
        ({"HOST": "db.example.com", "USER": "sa"}, {}, []),
    ],
)
def test_settings_that_cannot_work_are_told(settings, options, ids):
    connection = fake_connection(plugins=["fabric"], settings=settings, options=options)
    assert [message.id for message in connection.validation.check()] == ids


def test_retries_of_the_driver_give_way_to_options():
    connection = fake_connection(plugins=["fabric"], options={"ConnectRetryCount": 7})
    connection.ensure_connection()
    assert "ConnectRetryCount=7" in connection.driver.logins[0]["connection_string"]
    assert "ConnectRetryInterval=10" in connection.driver.logins[0]["connection_string"]
