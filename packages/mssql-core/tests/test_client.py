import pytest
from django.core.management.base import CommandError

from mssql_core.client import DatabaseClient
from mssql_core.testing import fake_connection


def arguments(parameters=(), **settings):
    return DatabaseClient.settings_to_cmd_args_env({"NAME": "shop", **settings}, list(parameters))


def test_the_password_is_never_an_argument():
    command, environment = arguments(HOST="db", PORT=1433, USER="sa", PASSWORD="s3cret")
    assert command == ["sqlcmd", "-S", "db,1433", "-d", "shop", "-U", "sa"]
    assert environment == {"SQLCMDPASSWORD": "s3cret"}


def test_without_a_user_the_operating_system_s_login_is_used():
    assert arguments() == (["sqlcmd", "-S", "localhost", "-d", "shop", "-E"], None)


def test_options_of_the_connection_hold_here_too():
    options = {
        "Encrypt": "strict",
        "trustservercertificate": True,
        "ApplicationIntent": "ReadOnly",
        "MultiSubnetFailover": "yes",
    }
    command, _ = arguments(["-Q", "SELECT 1"], OPTIONS=options)
    assert command[-7:] == ["-Ns", "-C", "-K", "ReadOnly", "-M", "-Q", "SELECT 1"]


def test_options_for_the_shell_alone():
    options = {"host": "h", "port": 1, "db": "d", "user": "u", "passwd": "p", "read_default_file": "f.sql"}
    command, environment = arguments(USER="sa", PASSWORD="x", OPTIONS=options)
    assert command == ["sqlcmd", "-S", "h,1", "-d", "d", "-U", "u", "-i", "f.sql"]
    assert environment == {"SQLCMDPASSWORD": "p"}


def test_a_mode_of_the_driver_is_sqlcmd_s_too():
    command, environment = arguments(OPTIONS={"Authentication": "ActiveDirectoryMsi"})
    assert command[-1] == "--authentication-method=ActiveDirectoryManagedIdentity" and environment is None
    assert "-E" not in command
    command, environment = arguments(
        USER="app", PASSWORD="s3cret", OPTIONS={"extra_params": "Authentication=ActiveDirectoryPassword"}
    )
    assert command[-3:] == ["-U", "app", "-G"] and environment == {"SQLCMDPASSWORD": "s3cret"}
    command, environment = arguments(
        OPTIONS={"extra_params": "Authentication=ActiveDirectoryServicePrincipal;UID=app;PWD={s3;cret}"}
    )
    assert command[-3:] == ["-U", "app", "--authentication-method=ActiveDirectoryServicePrincipal"]
    assert environment == {"SQLCMDPASSWORD": "s3;cret"}


def test_a_shell_that_is_not_there_says_where_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="sqlcmd-download-install"):
        fake_connection().client.runshell([])
