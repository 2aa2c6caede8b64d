import pytest

from mssql_core import errors
from mssql_core.testing import server_error


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (547, errors.IntegrityError),
        (2601, errors.IntegrityError),
        (2627, errors.IntegrityError),
        (515, errors.IntegrityError),
        (2628, errors.DataError),
        (8114, errors.DataError),
        (8115, errors.DataError),
        (8134, errors.DataError),
        (241, errors.DataError),
        (1205, errors.OperationalError),
        (1222, errors.OperationalError),
        (3960, errors.OperationalError),
        (4060, errors.OperationalError),
        (18456, errors.OperationalError),
        (40613, errors.OperationalError),
        (40508, errors.NotSupportedError),
        (102, errors.ProgrammingError),
        (207, errors.ProgrammingError),
        (208, errors.ProgrammingError),
        (50000, errors.ProgrammingError),
    ],
)
def test_the_server_s_number_decides(number, kind):
    # Whatever the driver says: 42000 is what it gives to most.
    error = errors.translate(server_error(number))
    assert type(error) is kind
    assert error.number == number


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("08S01", errors.OperationalError),
        ("08001", errors.OperationalError),
        ("HYT00", errors.OperationalError),
        ("HYT01", errors.OperationalError),
        ("40001", errors.OperationalError),
        ("22003", errors.DataError),
        ("23000", errors.IntegrityError),
        ("HYC00", errors.NotSupportedError),
        ("07002", errors.ProgrammingError),
        ("HY000", errors.OperationalError),
        ("XX000", errors.DatabaseError),
    ],
)
def test_errors_of_the_driver_go_by_their_state(sqlstate, kind):
    error = errors.translate(server_error(None, sqlstate=sqlstate))
    assert type(error) is kind
    assert (error.number, error.sqlstate) == (None, sqlstate)


def test_a_network_error_is_operational_whatever_its_number():
    # 233 is a NOT NULL violation of the engine and a broken pipe of the network.
    assert type(errors.translate(server_error(233, sqlstate="08001"))) is errors.OperationalError
    assert type(errors.translate(server_error(233, sqlstate="23000"))) is errors.IntegrityError


def test_a_number_of_the_operating_system_is_read():
    assert errors.native_number("TCP Provider: Error code 0x2746 (10054) (SQLExecDirectW)") == 10054
    assert errors.native_number("Conversion of (5) failed (0) (SQLFetch)") is None


def test_secrets_are_taken_out():
    error = errors.translate(server_error(18456, "Login with 's3cret' failed"), ["s3cret", None, ""])
    assert "s3cret" not in str(error)


def test_disconnects_are_told():
    assert errors.translate(server_error(10054, sqlstate="08S01")).is_disconnect
    assert not errors.translate(server_error(1205)).is_disconnect


def test_what_the_client_itself_ended():
    assert errors.translate(server_error(None, "Query timeout expired", "HYT00")).is_cancellation
    assert not errors.translate(server_error(1222)).is_cancellation
