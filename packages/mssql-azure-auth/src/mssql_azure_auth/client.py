"""dbshell with Entra ID."""


class EntraClient:
    """sqlcmd -G: it signs in by itself, since it takes no access token of ours.

    https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-authentication
    """

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return ["-G" if argument == "-E" else argument for argument in arguments], environment
