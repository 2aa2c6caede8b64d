import pytest

from mssql_core import errors
from mssql_core.errors import Fault
from mssql_core.testing import server_error
from mssql_core.testing.driver import FakeError


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (547, errors.IntegrityError),
        (2601, errors.IntegrityError),
        (2627, errors.IntegrityError),
        (515, errors.IntegrityError),
        (2628, errors.DataError),
        (1946, errors.DataError),
        (9829, errors.DataError),
        (8114, errors.DataError),
        (8115, errors.DataError),
        (8134, errors.DataError),
        (241, errors.DataError),
        (1205, errors.OperationalError),
        (1222, errors.OperationalError),
        (1101, errors.OperationalError),
        (1105, errors.OperationalError),
        (8623, errors.OperationalError),
        (8631, errors.OperationalError),
        (8632, errors.OperationalError),
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
        ("HY008", errors.OperationalError),
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


@pytest.mark.parametrize(
    ("number", "sqlstate", "fault"),
    [
        (10054, "08S01", Fault.LOST),
        (None, "IMC06", Fault.LOST),
        (None, "08003", Fault.LOST),
        (596, "HY000", Fault.LOST),
        (40197, "42000", Fault.LOST),
        (40613, "08S01", Fault.LOST),
        (40550, "42000", Fault.GOVERNED),
        (40613, "42000", Fault.TRANSIENT),
        (49919, "42000", Fault.TRANSIENT),
        (1205, "40001", Fault.CONFLICT),
        (3960, "42000", Fault.CONFLICT),
        (41305, "42000", Fault.CONFLICT),
        (1222, "42000", None),
        (121, "21S01", None),
        (2627, "23000", None),
        (None, "HYT00", None),
    ],
)
def test_faults(number, sqlstate, fault):
    error = errors.translate(server_error(number, sqlstate=sqlstate))
    assert error.fault is fault
    assert error.is_disconnect is (fault in (Fault.LOST, Fault.GOVERNED))
    if fault:
        assert type(error) is errors.OperationalError


def test_an_error_that_the_driver_cannot_explain_loses_the_connection():
    error = errors.translate(FakeError("HY000", "The driver did not supply an error!"))
    assert error.is_disconnect and not error.may_connect_later


def test_each_number_has_one_fault_and_a_source():
    codes = [code for _, codes, _ in errors.FAULTS for code in codes]
    assert len(codes) == len(set(codes))
    assert all(source.startswith("https://learn.microsoft.com/") for _, _, source in errors.FAULTS)


@pytest.mark.parametrize(
    ("number", "sqlstate", "later"),
    [
        (40613, "42000", True),
        (40197, "42000", True),
        (10060, "08001", True),
        (121, "08001", True),
        (121, "21S01", False),
        (None, "08001", False),
        (18456, "28000", False),
        (1205, "40001", False),
    ],
)
def test_whether_a_new_attempt_to_connect_may_succeed(number, sqlstate, later):
    assert errors.translate(server_error(number, sqlstate=sqlstate)).may_connect_later is later


def test_a_number_of_the_network_is_another_error_of_the_server():
    # 121: the SELECT list of an INSERT has more columns.
    assert type(errors.translate(server_error(121, sqlstate="42000"))) is errors.ProgrammingError


def test_what_the_client_itself_ended():
    assert errors.translate(server_error(None, "Query timeout expired", "HYT00")).is_cancellation
    assert not errors.translate(server_error(1222)).is_cancellation


def test_a_query_that_takes_too_long_names_the_option():
    told = errors.translate(server_error(None, "Query timeout expired", "HYT00")).args[-1]
    assert "OPTIONS['query_timeout']" in told
    assert "query_timeout" not in errors.translate(server_error(None, "Login timeout expired", "HYT00")).args[-1]
