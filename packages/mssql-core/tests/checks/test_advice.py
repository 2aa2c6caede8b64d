from mssql_core.checks import advice
from mssql_core.testing import server_error


def test_nothing_to_advise(connection):
    assert advice.all_findings(connection) == []


def test_what_the_server_does_not_tell_is_told(connection):
    connection.driver.answer("FROM sys.triggers", server_error(297, "The user does not have permission."))
    (told,) = advice.all_findings(connection)
    assert told.text.startswith("Not examined: triggers (")


def test_each_finding_has_a_page(connection):
    connection.driver.answer("i.type = 0", [("dbo", "auth_user")])
    assert [told.page for told in advice.all_findings(connection)] == ["explanation/constraints"]
