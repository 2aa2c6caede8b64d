import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import NotSupportedError, OperationalError

from mssql_core.plugin import hookimpl
from mssql_core.testing import fake_connection, server_error


def failure(*errors, settings=None, options=None):
    connection = fake_connection(
        settings={"USER": "sa", "PASSWORD": "s3cret", **(settings or {})},
        options={"connection_retry_backoff_time": 0, **(options or {})},
    )
    connection.driver.refuse(*errors)
    with pytest.raises(OperationalError) as caught:
        connection.ensure_connection()
    text = "".join(map(str, caught.value.args))
    assert "s3cret" not in text
    return text, connection


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (server_error(18456, "Login failed", "28000"), "Check DATABASES['default']['USER'] and ['PASSWORD']."),
        (server_error(4060), "Check DATABASES['default']['NAME']"),
        (server_error(40615), "firewall"),
        (server_error(None, "certificate verify failed", "08001"), "['OPTIONS']['TrustServerCertificate'] = 'yes'"),
        (server_error(None, "Encryption not supported on SQL Server.", "08001"), "['OPTIONS']['Encrypt'] = 'no'"),
        (server_error(None, "Login timeout expired", "HYT00"), "Check DATABASES['default']['HOST'] and ['PORT']"),
        (server_error(None, "Cannot use Authentication option", "FA001"), "contradict each other"),
        (server_error(None, "SSPI Provider: No Kerberos credentials", "HY000"), "kinit"),
        (server_error(None, "Can't open lib 'x'", "01000"), "apt-get install"),
        (server_error(None, "Failed to load the driver. Please read", "HY000"), "apt-get install libltdl7"),
        (server_error(None, "Protocol error in TDS stream", "HY000"), "is no SQL Server"),
        (server_error(None, "Data source name not found and no default driver specified", "IM002"), "'odbcinst -q -s'"),
        (server_error(None, "Invalid value specified for attribute 'APP'", "08001"), "Check this keyword"),
    ],
)
def test_errors_name_the_setting_and_the_remedy(error, remedy):
    text, connection = failure(error)
    assert remedy in text
    assert len(connection.driver.logins) == 1


def test_a_driver_that_tells_an_absent_database_as_a_refused_login():
    connection = fake_connection(settings={"NAME": "shop"}, options={"connection_retries": 0})
    connection.driver.absent_database = (4060, 18456)
    connection.driver.refuse(server_error(18456, "Login failed", "28000"))
    with pytest.raises(
        OperationalError, match=r"\['PASSWORD'\]\. Or the database shop cannot be opened \(error 4060\).*\['NAME'\]"
    ):
        connection.ensure_connection()
    # What the database would be asked, the server is asked.
    connection.driver.refuse(server_error(18456, "Login failed", "28000"))
    assert connection.server.version
    assert connection.connection is None and len(connection.driver.logins) == 2


def test_the_server_that_does_not_answer_is_named():
    timeout = server_error(None, "Login timeout expired", "HYT00")
    text, connection = failure(timeout, settings={"HOST": "db", "PORT": "1444"})
    assert "No SQL Server answers at db,1444. Check " in text
    text, _ = failure(timeout, settings={"NAME": "", "HOST": ""}, options={"dsn": "warehouse"})
    assert "No SQL Server answers at the server of the data source. Check " in text


def test_the_driver_of_the_options_is_asked_for():
    connection = fake_connection(options={"driver": "Mine"})
    connection.ensure_connection()
    assert connection.driver.logins[0]["connection_string"].startswith("DRIVER=Mine;")


def test_the_state_of_the_error_stays():
    connection = fake_connection(options={"connection_retries": 0})
    connection.driver.refuse(server_error(None, "Login timeout expired", "HYT00"))
    with pytest.raises(OperationalError) as told:
        connection.ensure_connection()
    assert told.value.args[0] == told.value.__cause__.sqlstate == "HYT00"


def test_a_character_that_the_driver_cannot_send():
    """Its own error would show the connection string."""
    connection = fake_connection(options={"connection_retries": 0})
    connection.driver.refuse(UnicodeEncodeError("utf-16", "PWD=s3cret", 0, 1, "no"))
    with pytest.raises(OperationalError) as told:
        connection.ensure_connection()
    assert told.value.args == ("HY000", "The settings hold a character that the driver cannot send.")


def test_each_attempt_is_logged_without_secrets(caplog):
    connection = fake_connection(settings={"USER": "sa", "PASSWORD": "s3cret"})
    with caplog.at_level("DEBUG", "mssql_core.connection"):
        connection.ensure_connection()
    (text,) = [text for text in caplog.messages if "connecting" in text]
    assert text.startswith("alias 'default': connecting with <Parameters {'DRIVER': 'Fake', ") and "s3cret" not in text


def test_a_refused_token_is_named():
    text, _ = failure(server_error(18456), settings={"USER": "", "PASSWORD": "", "TOKEN": "eyJ0eXAi"})
    assert "access token" in text


def test_a_login_in_extra_params_is_named():
    text, _ = failure(server_error(18456), settings={"USER": ""}, options={"extra_params": "UID=sa;PWD=s3cret"})
    assert "Check UID and PWD in DATABASES['default']['OPTIONS']['extra_params']." in text


def test_a_driver_that_is_missing_is_told_with_its_alias():
    connection = fake_connection(alias="reports")
    connection.driver.keyword = raise_missing
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASES\['reports'\]: No driver."):
        connection.ensure_connection()


def raise_missing(_):
    raise ImproperlyConfigured("No driver.")


def test_a_certificate_that_strict_refuses():
    text, _ = failure(server_error(None, "certificate verify failed", "08001"), options={"Encrypt": "strict"})
    assert "ServerCertificate" in text


def test_transient_errors_are_tried_again():
    connection = fake_connection(options={"connection_retry_backoff_time": 0})
    connection.driver.refuse(server_error(40613), server_error(10054, sqlstate="08S01"))
    connection.ensure_connection()
    assert len(connection.driver.logins) == 3


def test_the_same_error_is_told_once(caplog):
    connection = fake_connection(options={"connection_retry_backoff_time": 0})
    connection.driver.refuse(*[server_error(40613)] * 3, server_error(10054, sqlstate="08S01"))
    with caplog.at_level("WARNING", "mssql_core.connection"):
        connection.ensure_connection()
    assert len(caplog.messages) == 2
    assert "attempt 1 of 6 failed, the next one in 0.0 s" in caplog.messages[0] and "40613" in caplog.messages[0]


class Patient:
    """Waits as long as attempts have failed; tries again what nobody else does."""

    @hookimpl
    def mssql_is_transient_error(self, error, settings):
        return settings.name == "fake" and error.number == 4060 or None

    @hookimpl
    def mssql_retry_delay(self, attempt):
        return attempt / 1000


def test_a_plugin_says_what_is_tried_again_and_when(monkeypatch):
    waits = []
    monkeypatch.setattr("mssql_core.connection.connector.time.sleep", waits.append)
    connection = fake_connection(plugins=["%s:Patient" % __name__])
    connection.driver.refuse(server_error(4060), server_error(4060))
    connection.ensure_connection()
    assert waits == [0.001, 0.002]


def test_the_number_of_attempts_ends():
    text, connection = failure(*[server_error(40613)] * 9, options={"connection_retries": 2})
    assert "40613" in text
    assert len(connection.driver.logins) == 3


def test_the_number_is_there_for_code():
    connection = fake_connection(options={"connection_retries": 0})
    connection.driver.refuse(server_error(40613))
    with pytest.raises(OperationalError) as caught:
        connection.ensure_connection()
    assert caught.value.__cause__.number == 40613


def test_a_secret_in_the_driver_s_message_is_taken_out():
    text, _ = failure(server_error(None, "bad value s3cret", "HY000"))
    assert "***" in text


def test_parameters_show_no_secret():
    connection = fake_connection(settings={"USER": "sa", "PASSWORD": "s3cret"})
    params = connection.get_connection_params()
    assert (
        "s3cret" not in repr(params) and "s3cret" not in repr(params.arguments) and "s3cret" not in repr(vars(params))
    )


def test_timeouts_and_encodings_reach_the_driver():
    options = {"connection_timeout": 7, "query_timeout": 9, "setencoding": [{"encoding": "utf-8"}]}
    connection = fake_connection(options=options)
    connection.ensure_connection()
    login = connection.driver.logins[0]
    assert (login["timeout"], login["query_timeout"]) == (7, 9)
    assert login["encodings"] == [("setencoding", {"encoding": "utf-8"})]


def test_an_unsupported_server_stays_that():
    connection = fake_connection()
    connection.driver.refuse(server_error(40508))
    with pytest.raises(NotSupportedError):
        connection.ensure_connection()
