from mssql_core.testing import fake_connection


def test_dbshell_signs_in_by_entra():
    connection = fake_connection(plugins={"azure": {"credential": "default"}})
    arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    assert "-G" in arguments and "-E" not in arguments
    assert environment is None
