"""dbshell: sqlcmd, with the password in the environment and never on the command line.

https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility
"""

from django.db.backends.base.client import BaseDatabaseClient

_ENCRYPT = {"strict": "-Ns", "yes": "-Nm", "mandatory": "-Nm", "no": "-No", "optional": "-No"}


class DatabaseClient(BaseDatabaseClient):
    executable_name = "sqlcmd"

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        """(arguments, environment); OPTIONS db, user, passwd, host and port go before the alias's own."""
        options = {str(name).casefold(): value for name, value in (settings_dict.get("OPTIONS") or {}).items()}
        arguments = [cls.executable_name]
        environment = None
        server = options.get("host") or settings_dict.get("HOST") or "localhost"
        port = options.get("port") or settings_dict.get("PORT")
        arguments += ["-S", "%s,%s" % (server, port) if port else server]
        database = options.get("db") or settings_dict.get("NAME")
        if database:
            arguments += ["-d", database]
        user = options.get("user") or settings_dict.get("USER")
        password = options.get("passwd") or settings_dict.get("PASSWORD")
        if user:
            arguments += ["-U", user]
            if password:
                environment = {"SQLCMDPASSWORD": password}
        else:
            arguments.append("-E")
        arguments += _switches(options)
        return [*arguments, *parameters], environment


def _switches(options):
    """Switches for the ODBC keywords that sqlcmd has."""

    def text(name):
        value = options.get(name)
        return {True: "yes", False: "no"}.get(value, str(value or "").casefold())

    found = []
    if text("encrypt") in _ENCRYPT:
        found.append(_ENCRYPT[text("encrypt")])
    if text("trustservercertificate") == "yes":
        found.append("-C")
    if text("applicationintent") == "readonly":
        found += ["-K", "ReadOnly"]
    if text("multisubnetfailover") == "yes":
        found.append("-M")
    if options.get("read_default_file"):
        found += ["-i", options["read_default_file"]]
    return found
