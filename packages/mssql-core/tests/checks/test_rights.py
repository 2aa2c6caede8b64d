from mssql_core.checks import rights


def test_rights_that_lack(connection):
    connection.driver.answer(
        "HAS_PERMS_BY_NAME", [("dbo", "auth_user", 1, 0, 1, 1, 0), ("dbo", "others", 0, 0, 0, 0, 0)]
    )
    insert, alter = rights.rights(connection)
    assert insert.text == "The login may not INSERT: dbo.auth_user." and insert.level == "error"
    assert "SET IDENTITY_INSERT" in alter.text and alter.level == "warning"


def test_nothing_lacks(connection):
    connection.driver.answer("HAS_PERMS_BY_NAME", [("dbo", "auth_user", 1, 1, 1, 1, 1)])
    assert list(rights.rights(connection)) == []
