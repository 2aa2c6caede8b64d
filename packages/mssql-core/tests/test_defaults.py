from mssql_core.connection.connection_string import parse
from mssql_core.testing import fake_connection


def login(settings=None, options=None):
    connection = fake_connection(settings=settings, options=options)
    connection.ensure_connection()
    return connection.driver.logins[0]


def sent(**arguments):
    return dict(parse(login(**arguments)["connection_string"]))


def test_user_and_password():
    keywords = sent(settings={"USER": "sa", "PASSWORD": "p;w}d"})
    assert (keywords["UID"], keywords["PWD"]) == ("sa", "p;w}d")
    assert "Trusted_Connection" not in keywords


def test_an_empty_password():
    assert sent(settings={"USER": "sa", "PASSWORD": None})["PWD"] == ""


def test_the_login_of_the_operating_system():
    assert sent()["Trusted_Connection"] == "yes"
    assert sent(settings={"Trusted_Connection": "no"})["Trusted_Connection"] == "no"
    assert sent(options={"trusted_connection": "no"})["Trusted_Connection"] == "no"


def test_a_mode_of_the_driver_takes_no_trusted_connection():
    keywords = sent(options={"Authentication": "ActiveDirectoryMsi"})
    assert keywords["Authentication"] == "ActiveDirectoryMsi"
    assert not {"Trusted_Connection", "UID", "PWD"} & set(keywords)


def test_a_mode_with_a_password_has_it():
    user = {"USER": "app", "PASSWORD": "x"}
    assert sent(settings=user, options={"Authentication": "ActiveDirectoryServicePrincipal"})["PWD"] == "x"
    assert "PWD" not in sent(settings=user, options={"Authentication": "ActiveDirectoryInteractive"})


def test_a_token_stands_alone():
    for token in ("t0ken", lambda: "t0ken"):
        arguments = login(settings={"TOKEN": token})
        assert arguments["access_token"] == "t0ken"
        assert not {"UID", "PWD", "Trusted_Connection"} & set(dict(parse(arguments["connection_string"])))
