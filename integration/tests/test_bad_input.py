"""Wrong settings: an error that names the setting and the remedy, in time, with no secret in it."""

import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections

SECRET = "wr0ng-Secret-{;}"
TIMEOUT = 5  # seconds


@pytest.fixture
def refused(server, shop):
    """``refused(changes)``: the text of the error that a connection with these settings ends in."""

    def connect(changes):
        entry = server.database("tempdb", connection_timeout=TIMEOUT, connection_retries=0)
        options = {**entry["OPTIONS"], **changes.pop("OPTIONS", {})}
        entry = {**connections.settings["default"], **entry, **changes, "OPTIONS": options}
        started = time.monotonic()
        with pytest.raises((ImproperlyConfigured, Error)) as error:
            from mssql_core.base import DatabaseWrapper

            DatabaseWrapper(entry, "wrong").ensure_connection()
        # The system itself gives an address up after two minutes.
        assert time.monotonic() - started < 60
        text = "".join(map(repr, (error.value, error.value.__cause__, error.value.__context__)))
        assert SECRET not in text and server.password not in text
        return str(error.value)

    return connect


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"PASSWORD": SECRET}, ("USER", "PASSWORD", "18456")),
        ({"USER": "nobody"}, ("USER", "PASSWORD", "18456")),
        ({"NAME": "no_such_database"}, ("NAME", "no_such_database", "4060")),
        ({"HOST": "no-such-host.invalid"}, ("HOST", "no-such-host.invalid")),
        ({"PORT": "1"}, ("PORT", "1")),
        ({"PORT": "abc"}, ("PORT", "abc")),
        ({"OPTIONS": {"driver": "ODBC Driver 99"}}, ("driver", "ODBC Driver 99", "pip install")),
        ({"OPTIONS": {"driver": "/no/such/libmsodbcsql.so"}}, ("driver", "/no/such/libmsodbcsql.so")),
        ({"OPTIONS": {"TrustServerCertificate": "no"}}, ("TrustServerCertificate", "certificate")),
        ({"OPTIONS": {"TrustServrCertificate": "yes"}}, ("TrustServrCertificate", "TrustServerCertificate")),
        ({"OPTIONS": {"query_timeout": "soon"}}, ("query_timeout", "soon")),
        ({"OPTIONS": {"isolation_level": "CHAOS"}}, ("isolation_level", "CHAOS", "SERIALIZABLE")),
        ({"OPTIONS": {"plugins": ["jsn"]}}, ("plugins", "jsn", "json")),
        ({"OPTIONS": {"plugins": ["no_such_plugin"]}}, ("plugins", "no_such_plugin", "Installed")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_error_names_the_setting_and_the_remedy(refused, changes, words):
    message = refused(dict(changes))
    assert all(word in message for word in words), message


def test_a_server_too_old_is_refused_with_its_version(server, shop):
    from mssql_core.testing import fake_connection

    with pytest.raises((ImproperlyConfigured, Error)) as error:
        fake_connection(version="2014").ensure_connection()
    assert "2014" in str(error.value) or "12" in str(error.value)
    assert "2016" in str(error.value)
