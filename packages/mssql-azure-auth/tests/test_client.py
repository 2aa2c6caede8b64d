import pytest

from mssql_azure_auth.plugin import AzurePlugin
from mssql_core.testing import fake_connection

SECRET = "s3cret-canary"


def command(options, settings=None, parameters=()):
    connection = fake_connection(plugins={"azure": options}, settings=settings)
    return connection.client.settings_to_cmd_args_env(connection.settings_dict, list(parameters))


def test_dbshell_signs_in_by_entra():
    arguments, environment = command({"credential": "default"}, parameters=["-Q", "SELECT 1"])
    assert arguments[-3:] == ["-G", "-Q", "SELECT 1"] and "-E" not in arguments
    assert environment is None


@pytest.mark.parametrize(
    ("options", "end", "password"),
    [
        (
            {"credential": "service_principal", "client_id": "c", "tenant_id": "t", "client_secret": SECRET},
            ["-U", "c@t", "--authentication-method=ActiveDirectoryServicePrincipal"],
            SECRET,
        ),
        (
            {"credential": "managed_identity", "object_id": "o"},
            ["-U", "o", "--authentication-method=ActiveDirectoryManagedIdentity"],
            None,
        ),
        ({"credential": "password", "username": "u", "password": SECRET}, ["-U", "u", "-G"], SECRET),
        ({"token": SECRET}, ["-G"], None),
    ],
)
def test_a_secret_is_never_an_argument(options, end, password):
    arguments, environment = command(options)
    assert arguments[-len(end) :] == end
    assert SECRET not in " ".join(arguments)
    assert (environment or {}).get("SQLCMDPASSWORD") == password


def test_user_and_password_of_the_alias():
    arguments, environment = command({"credential": "service_principal"}, {"USER": "c", "PASSWORD": SECRET})
    assert arguments[-3:] == ["-U", "c", "--authentication-method=ActiveDirectoryServicePrincipal"]
    assert environment == {"SQLCMDPASSWORD": SECRET}


def test_without_options_core_decides():
    arguments, _ = command({})
    assert arguments[-1] == "-E"


class CompanyPlugin(AzurePlugin):
    """A project's own plugin, under a path of its own."""


def test_the_options_are_those_of_the_plugin_whatever_its_name():
    options = {"credential": "managed_identity", "client_id": "c"}
    connection = fake_connection(plugins={__name__ + ":CompanyPlugin": options})
    arguments, _ = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    assert arguments[-3:] == ["-U", "c", "--authentication-method=ActiveDirectoryManagedIdentity"]
