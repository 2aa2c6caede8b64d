import pytest

from mssql_core.checks import database
from mssql_core.plugin import Edition
from mssql_core.testing import fake_connection, server_error


def test_readers_that_wait_for_writers():
    (told,) = database.isolation(fake_connection(read_committed_snapshot=False))
    assert "READ_COMMITTED_SNAPSHOT is off" in told.text
    assert "ends the others' transactions, and their work is lost" in told.remedy


def test_snapshot_where_it_is_off():
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})
    connection.driver.answer("snapshot_isolation_state", [(0,)])
    (told,) = database.isolation(connection)
    assert told.level == "error" and "3952" in told.text
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})
    connection.driver.answer("snapshot_isolation_state", [(1,)])
    assert list(database.isolation(connection)) == []


def test_an_old_compatibility_level():
    (told,) = database.compatibility_level(fake_connection(compatibility_level=120))
    assert "OPENJSON" in told.text
    assert list(database.compatibility_level(fake_connection(compatibility_level=130))) == []


def test_columns_of_another_collation(connection):
    rows = [("dbo", "auth_user", "email", "Latin1_General_CS_AS"), ("dbo", "others", "x", "Latin1_General_CS_AS")]
    connection.driver.answer(
        "c.collation_name IS NOT NULL", [*rows, ("dbo", "auth_user", "username", connection.server.collation)]
    )
    (told,) = database.collations(connection)
    assert told.text.startswith("The columns of auth.User.email have the collation Latin1_General_CS_AS")


def test_encryption_that_is_switched_off():
    texts = [
        told.text
        for told in database.encryption(fake_connection(options={"Encrypt": "no", "TrustServerCertificate": "yes"}))
    ]
    assert len(texts) == 2
    assert list(database.encryption(fake_connection())) == []


def test_an_edition_with_limits():
    connection = fake_connection()
    connection.ensure_connection()
    assert list(database.limits(connection)) == []
    assert connection.server.edition is not Edition.EXPRESS


def test_windows_takes_no_driver_from_a_wheel(connection, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    connection.driver.version = lambda _: "msodbcsql17.dll 17.10.0006"
    (told,) = database.driver(connection)
    assert "pip install" not in told.remedy and "winget install" in told.remedy


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("libmsodbcsql-17.10.so.6.1 17.10.0006", 'Driver 18: pip install "mssql-core[odbc]"'),
        ("libmsodbcsql-18.2.so 18.02.0001", "updates of security came with 18.3.3"),
        ("libmsodbcsql-18.3.so 18.03.0003", None),
        ("libmsodbcsql-18.6.so 18.06.0001", None),
        ("fake 18.0", None),
    ],
)
def test_an_old_driver(connection, version, words):
    connection.driver.version = lambda raw: version
    told = [finding.text + " " + finding.remedy for finding in database.driver(connection)]
    assert len(told) == bool(words) and all(words in text for text in told)


def test_encryption_in_use(connection):
    assert database.encryption_in_use(connection).startswith("as the driver does by itself (asking")
    connection.driver.answer("sys.dm_exec_connections", server_error(300, "VIEW SERVER STATE permission was denied"))
    assert database.encryption_in_use(fake_connection(options={"Encrypt": "strict"})).startswith("strict (asking")
    connection.driver.answer("sys.dm_exec_connections", [("TRUE", "TCP")])
    assert database.encryption_in_use(connection) == "on, TCP"
