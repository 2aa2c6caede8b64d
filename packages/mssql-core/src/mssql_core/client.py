"""dbshell: sqlcmd, with the password in the environment and never on the command line."""

from django.db.backends.base.client import BaseDatabaseClient


class DatabaseClient(BaseDatabaseClient):
    executable_name = "sqlcmd"

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        options = settings_dict.get("OPTIONS") or {}
        arguments = [cls.executable_name]
        environment = None
        server = settings_dict.get("HOST") or "localhost"
        if settings_dict.get("PORT"):
            server = "%s,%s" % (server, settings_dict["PORT"])
        arguments += ["-S", server]
        if settings_dict.get("NAME"):
            arguments += ["-d", settings_dict["NAME"]]
        if settings_dict.get("USER"):
            arguments += ["-U", settings_dict["USER"]]
            if settings_dict.get("PASSWORD"):
                environment = {"SQLCMDPASSWORD": settings_dict["PASSWORD"]}
        else:
            arguments.append("-E")
        if str(options.get("TrustServerCertificate", "")).lower() in ("yes", "true"):
            arguments.append("-C")
        return [*arguments, *parameters], environment
