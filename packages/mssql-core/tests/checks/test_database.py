from mssql_core.checks import database
from mssql_core.plugin import Edition
from mssql_core.testing import fake_connection


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


def test_an_old_driver(connection):
    connection.ensure_connection()
    assert list(database.driver(connection)) == []
    connection.driver.version = lambda _: "libmsodbcsql-17.10.so.6.1 17.10.0006"
    (told,) = database.driver(connection)
    assert "Driver 18" in told.remedy and "pip install mssql-core[odbc]" in told.remedy


def test_windows_takes_no_driver_from_a_wheel(connection, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    connection.driver.version = lambda _: "msodbcsql17.dll 17.10.0006"
    (told,) = database.driver(connection)
    assert "pip install" not in told.remedy and "winget install" in told.remedy
