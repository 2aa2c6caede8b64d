import logging

import pytest
from django.db import OperationalError

from mssql_core.testing import fake_connection, server_error
from mssql_fabric import transient


@pytest.fixture
def waits(monkeypatch):
    seconds = []
    monkeypatch.setattr("mssql_core.connection.connector.time.sleep", seconds.append)
    return seconds


def connection(host="shop.database.windows.net", options=None, **server):
    return fake_connection(plugins=["fabric"], settings={"HOST": host}, options=options, **server)


@pytest.mark.parametrize("number", sorted(transient.NUMBERS))
def test_documented_numbers_are_tried_again(number, waits):
    azure = connection(version="azure")
    azure.driver.refuse(server_error(number))
    azure.ensure_connection()
    assert len(azure.driver.logins) == 2 and len(waits) == 1


def test_waits_grow_to_a_minute_and_differ(waits):
    azure = connection(options={"connection_retries": 8})
    azure.driver.refuse(*[server_error(40613)] * 8)
    azure.ensure_connection()
    bases = [5, 10, 20, 40, 60, 60, 60, 60]
    assert all(base <= wait <= min(60, base * 1.25) for base, wait in zip(bases, waits))
    assert len(set(waits[:4])) == 4
    assert transient.delay(40613, 1, 5) != transient.delay(40613, 1, 5)


def test_a_database_that_wakes_up_is_waited_for_with_one_line(waits, caplog):
    azure = connection(version="azure")
    azure.driver.refuse(*[server_error(40613, "Database 'shop' is not currently available.")] * 4)
    with caplog.at_level(logging.WARNING):
        azure.ensure_connection()
    assert len(caplog.messages) == 1 and "not currently available" in caplog.messages[0]
    assert sum(waits) > 60


def test_a_busy_service_gets_ten_seconds():
    assert 10 <= transient.delay(40501, 1, 5) <= 12.5
    assert transient.delay(40501, 1, 0) == 0


def test_a_wrong_name_is_told_at_once(waits):
    azure = connection("typo.database.windows.net", version="azure")
    azure.driver.refuse(server_error(4060))
    with pytest.raises(OperationalError, match=r"\['NAME'\]"):
        azure.ensure_connection()
    assert waits == []


def test_a_database_that_was_open_may_be_on_its_way_to_another_server(waits):
    azure = connection(version="azure", host="failover.database.windows.net")
    azure.ensure_connection()
    azure.close()
    azure.driver.refuse(server_error(4060))
    azure.ensure_connection()
    assert len(waits) == 1


def test_a_login_that_times_out_is_tried_again_on_services_alone(waits):
    timeout = server_error(None, "Login timeout expired", "HYT00")
    azure = connection(version="azure")
    azure.driver.refuse(timeout)
    azure.ensure_connection()
    assert len(waits) == 1
    other = connection(host="db.example.com")
    other.driver.refuse(timeout)
    with pytest.raises(OperationalError):
        other.ensure_connection()


def test_a_refused_login_is_not_tried_again(waits):
    azure = connection(version="azure")
    azure.driver.refuse(server_error(18456, sqlstate="28000"))
    with pytest.raises(OperationalError):
        azure.ensure_connection()
    assert waits == []
