import pytest

from mssql_core.errors import NotSupportedError

PARAMETERS = [
    ("@name", False, "nvarchar", 60, 0, 0),
    ("@count", True, "int", 4, 10, 0),
    ("@text", True, "nvarchar", -1, 0, 0),
    ("@price", True, "decimal", 9, 12, 2),
    ("@at", True, "datetime2", 8, 27, 6),
    ("@short", True, "varchar", 10, 0, 0),
]


@pytest.fixture
def cursor(connection):
    connection.driver.answer("sys.parameters", PARAMETERS)
    with connection.cursor() as cursor:
        yield cursor


def test_output_parameters_are_filled(connection, cursor):
    connection.driver.answer("EXEC [s].[p]", 1, [(2, "x")])
    assert cursor.callproc("[s].[p]", ("a", 0, None)) == ["a", 2, "x"]
    sql, values, _ = connection.driver.statements[-1]
    assert sql == (
        "DECLARE @o1 int = ?, @o2 nvarchar(max) = NULL; EXEC [s].[p] ?, @o1 OUTPUT, @o2 OUTPUT; SELECT @o1, @o2"
    )
    assert values == [0, "a"]
    assert cursor.description is None


def test_rows_of_the_procedure_stay_to_be_read(connection, cursor):
    connection.driver.answer("EXEC p", [(number,) for number in range(300)], [("second",)], [(2,)])
    assert cursor.callproc("p", ["a", 0]) == ["a", 2]
    assert len(cursor.fetchall()) == 300
    assert cursor.nextset() and cursor.fetchall() == [("second",)]
    assert not cursor.nextset()


def test_the_server_is_asked_once(connection, cursor):
    connection.driver.answer("EXEC p", [(2,)])
    for _ in range(3):
        cursor.callproc("p", ["a", 0])
    assert sum("sys.parameters" in sql for sql in connection.driver.sql) == 1
    cursor.callproc("q")
    assert sum("sys.parameters" in sql for sql in connection.driver.sql) == 1


def test_types_are_declared_as_the_procedure_has_them(connection, cursor):
    connection.driver.answer("EXEC p", [(1, "x", 1, None, "y")])
    cursor.callproc("p", ["a", 0, "", 1, None, "z"])
    assert connection.driver.sql[-1].startswith(
        "DECLARE @o1 int = ?, @o2 nvarchar(max) = ?, @o3 decimal(12, 2) = ?, @o4 datetime2(6) = NULL, @o5 varchar(10) = ?; "
    )


def test_an_output_parameter_by_name_is_refused(connection, cursor):
    with pytest.raises(NotSupportedError, match="@Count is an output parameter: pass it by position"):
        cursor.cursor.callproc("p", ["a"], {"Count": 1})
