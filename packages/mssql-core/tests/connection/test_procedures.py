import pytest

from mssql_core.errors import NotSupportedError, ProgrammingError

PARAMETERS = [
    ("@name", False, "nvarchar", 60, 0, 0, "P "),
    ("@count", True, "int", 4, 10, 0, "P "),
    ("@text", True, "nvarchar", -1, 0, 0, "P "),
    ("@price", True, "decimal", 9, 12, 2, "P "),
    ("@at", True, "datetime2", 8, 27, 6, "P "),
    ("@short", True, "varchar", 10, 0, 0, "P "),
]


@pytest.fixture
def cursor(connection):
    connection.driver.answer("sys.all_parameters", PARAMETERS)
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
    assert sum("sys.all_parameters" in sql for sql in connection.driver.sql) == 1
    cursor.callproc("q")
    assert sum("sys.all_parameters" in sql for sql in connection.driver.sql) == 1


def test_types_are_declared_as_the_procedure_has_them(connection, cursor):
    connection.driver.answer("EXEC p", [(1, "x", 1, None, "y")])
    cursor.callproc("p", ["a", 0, "", 1, None, "z"])
    assert connection.driver.sql[-1].startswith(
        "DECLARE @o1 int = ?, @o2 nvarchar(max) = ?, @o3 decimal(12, 2) = ?, @o4 datetime2(6) = NULL, @o5 varchar(10) = ?; "
    )


def test_an_output_parameter_by_name_is_refused(connection, cursor):
    with pytest.raises(NotSupportedError) as told:
        cursor.cursor.callproc("p", ["a"], {"Count": 1})
    assert told.value.args == ("0A000", "@Count is an output parameter: pass it by position, in params.")


@pytest.mark.parametrize(
    ("name", "system_name"),
    [("p", "[sys].[p]"), ("sp_who", "[sys].[sp_who]"), ("[s].[a.b]", "[sys].[a.b]"), ("[a]]b]", "[sys].[a]]b]")],
)
def test_procedures_of_the_server_are_asked_for_too(connection, cursor, name, system_name):
    connection.driver.answer("EXEC %s ?" % name, [(2,)])
    cursor.callproc(name, ["a", 0])
    sql, values, _ = connection.driver.statements[-2]
    assert sql.startswith("SELECT p.name") and sql.count("?") == 2
    assert values == [name, system_name]


@pytest.mark.parametrize(
    ("name", "database"), [('other.dbo."p"', "[other]"), ("[o]]ther]..p", "[o]]ther]"), ("[5%]..p", "[5%]")]
)
def test_another_database_s_procedure_is_asked_for_there(connection, name, database):
    connection.driver.answer("[sp_executesql] ?", PARAMETERS)
    connection.driver.answer("EXEC %s ?" % name, [(2,)])
    with connection.cursor() as cursor:
        assert cursor.callproc(name, ["a", 0]) == ["a", 2]
    sql, values, _ = connection.driver.statements[-2]
    assert sql == (
        "EXEC %s.[sys].[sp_executesql] ?, N'@name nvarchar(4000), @system_name nvarchar(4000)', ?, ?" % database
    )
    assert "OBJECT_ID(@name), OBJECT_ID(@system_name)" in values[0] and values[1:] == [name, "[sys].[p]"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sp_executesql", "X "), ("a_synonym", "SN"), ("server.db.dbo.p", "P "), ("[server]...[p]", "P ")],
)
def test_parameters_that_nobody_tells_are_refused(connection, name, kind):
    connection.driver.answer("sys.all_parameters", [(None, None, None, None, None, None, kind)])
    with connection.cursor() as cursor:
        with pytest.raises(NotSupportedError) as told:
            cursor.cursor.callproc(name, ["a", 0])
        assert told.value.args == (
            "0A000",
            "The server tells no parameters of %s: call it by EXEC in a text of your own." % name,
        )
        cursor.callproc(name)


def test_a_procedure_without_parameters_has_no_outputs(connection):
    connection.driver.answer("sys.all_parameters", [(None, None, None, None, None, None, "P ")])
    with connection.cursor() as cursor:
        assert cursor.callproc("p", ["a"]) == ["a"]


def test_a_cursor_as_output_is_refused(connection):
    connection.driver.answer("sys.all_parameters", [("@c", True, "cursor", 8, 0, 0, "P ")])
    with connection.cursor() as cursor, pytest.raises(NotSupportedError) as told:
        cursor.cursor.callproc("p", [None])
    assert told.value.args == ("0A000", "The procedure has an output parameter that is a cursor.")


@pytest.mark.parametrize("name", ["", "a b", "a]", "@a;b", "1=1"])
def test_a_name_that_no_parameter_can_have_is_refused(cursor, name):
    """It stands in the statement's text."""
    with pytest.raises(ProgrammingError) as told:
        cursor.cursor.callproc("p", kparams={name: 1})
    assert told.value.args == ("42000", "%r is not the name of a procedure's parameter." % name)


@pytest.mark.parametrize("name", ["name", "@name", "1st", "$a#"])
def test_arguments_by_name_stand_behind_those_by_position(connection, cursor, name):
    cursor.callproc("p", ["a"], {name: 5, "other": None})
    sql, values, _ = connection.driver.statements[-1]
    assert sql == "EXEC p ?, @%s = ?, @other = NULL" % name.lstrip("@") and values == ["a", 5]


@pytest.mark.parametrize("name", ["[100%%]", "[a%s]", "[a%s]..[b%s]"])
def test_percent_signs_of_a_name_stay(connection, name):
    connection.driver.answer("sys.all_parameters", PARAMETERS[:1])
    connection.driver.answer("[sp_executesql] ?", PARAMETERS[:1])
    with connection.cursor() as cursor:
        cursor.callproc(name, ["a"])
        assert connection.driver.statements[-1][:2] == ("EXEC %s ?" % name, ["a"])
        cursor.callproc(name)
        assert connection.driver.statements[-1][:2] == ("EXEC %s" % name, [])


@pytest.mark.parametrize(
    ("kind", "declared"),
    [
        (("nvarchar", 60, 0, 0), "nvarchar(30)"),
        (("nchar", 2, 0, 0), "nchar(1)"),
        (("varchar", 60, 0, 0), "varchar(60)"),
        (("varbinary", -1, 0, 0), "varbinary(max)"),
        (("char", 1, 0, 0), "char(1)"),
        (("numeric", 9, 12, 2), "numeric(12, 2)"),
        (("time", 5, 16, 3), "time(3)"),
        (("datetimeoffset", 10, 34, 7), "datetimeoffset(7)"),
        (("uniqueidentifier", 16, 0, 0), "uniqueidentifier"),
    ],
)
def test_the_type_of_an_output_parameter(connection, kind, declared):
    connection.driver.answer("sys.all_parameters", [("@Xmas", True, *kind, "P ")])
    connection.driver.answer("EXEC p", [(None,)])
    with connection.cursor() as cursor:
        cursor.callproc("p", [1])
        assert connection.driver.sql[-1] == "DECLARE @o0 %s = ?; EXEC p @o0 OUTPUT; SELECT @o0" % declared
        with pytest.raises(NotSupportedError, match="@xmas is an output parameter: pass it by position, in params"):
            cursor.cursor.callproc("p", kparams={"xmas": 1})


@pytest.mark.parametrize("params, kparams", [(["a"], None), (None, {"name": "a"})])
def test_output_parameters_that_get_no_argument_leave_the_procedure_s_rows(connection, cursor, params, kparams):
    connection.driver.answer("EXEC p", [("first",)], [("second",)])
    assert cursor.cursor.callproc("p", params, kparams) == params
    assert cursor.fetchall() == [("first",)]
    assert cursor.nextset() and cursor.fetchall() == [("second",)]


def test_output_parameters_that_get_no_argument_need_no_rows(connection, cursor):
    connection.driver.answer("EXEC p", 1)
    assert cursor.callproc("p", ["a"]) == ["a"]
