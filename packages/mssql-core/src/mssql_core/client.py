"""dbshell: sqlcmd, with the password in the environment and never on the command line.

https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility
"""

import os
import subprocess
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from django.core.management.base import CommandError
from django.db.backends.base.client import BaseDatabaseClient

from .connection import connection_string
from .plugin.types import Secret, revealed

_NOT_INSTALLED = (
    # Django's own words come first.
    "You appear not to have the 'sqlcmd' program installed or on your path. Get it with Microsoft's package "
    "mssql-tools18 (its folder is /opt/mssql-tools18/bin), winget install sqlcmd, or brew install sqlcmd: "
    "https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-download-install"
)
_ENCRYPT = {"strict": "-Ns", "yes": "-Nm", "mandatory": "-Nm", "no": "-No", "optional": "-No"}


class DatabaseClient(BaseDatabaseClient):
    executable_name = "sqlcmd"

    def runshell(self, parameters: Sequence[str]) -> None:
        """Run sqlcmd; no frame of an error holds its environment, which has the password.

        :raises CommandError: sqlcmd is not installed.
        :raises subprocess.CalledProcessError: sqlcmd failed.
        """
        arguments, environment = self.settings_to_cmd_args_env(self.connection.settings_dict, parameters)
        variables = Secret({**os.environ, **(environment or {})})
        del environment
        try:
            status = subprocess.run(arguments, env=variables.reveal(), check=False).returncode
        except FileNotFoundError:
            status = None
        if status is None:
            raise CommandError(_NOT_INSTALLED)
        if status:
            raise subprocess.CalledProcessError(status, arguments)

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: Mapping[str, Any], parameters: Sequence[str]
    ) -> Tuple[List[str], Optional[Dict[str, str]]]:
        """(arguments, environment); OPTIONS db, user, passwd, host and port override the alias's own."""
        options = {str(name).casefold(): value for name, value in (settings_dict.get("OPTIONS") or {}).items()}
        arguments = [cls.executable_name]
        environment = None
        server = options.get("host") or settings_dict.get("HOST") or "localhost"
        port = options.get("port") or settings_dict.get("PORT")
        arguments += ["-S", "%s,%s" % (server, port) if port else server]
        database = options.get("db") or settings_dict.get("NAME")
        if database:
            arguments += ["-d", database]
        extra = _extra(options)
        user = options.get("user") or settings_dict.get("USER") or extra.get("uid")
        password = options.get("passwd") or settings_dict.get("PASSWORD") or revealed(extra.get("pwd"))
        mode = str(extra.get("authentication") or options.get("authentication") or "")
        if user:
            arguments += ["-U", user]
            if password:
                environment = {"SQLCMDPASSWORD": password}
        if mode:
            arguments.append(_mode(mode))
        elif not user:
            arguments.append("-E")
        arguments += _switches({**options, **extra})
        return [*arguments, *parameters], environment


# Modes for which every sqlcmd has -G; the others only the newer one has, by name.
# https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-authentication
_PLAIN_MODES = ("activedirectoryintegrated", "activedirectorypassword")


def _mode(mode: str) -> str:
    if mode.casefold() in _PLAIN_MODES:
        return "-G"
    name = "ActiveDirectoryManagedIdentity" if mode.casefold() == "activedirectorymsi" else mode
    return "--authentication-method=%s" % name


def _extra(options: Mapping[str, Any]) -> Dict[str, Any]:
    """The first value of each keyword in extra_params, keywords in lower case."""
    pairs = connection_string.parse(options.get("extra_params") or "")
    return {key.casefold(): value for key, value in reversed(pairs)}


def _switches(options: Mapping[str, Any]) -> List[str]:
    """The switches of sqlcmd that correspond to ODBC keywords."""

    def text(name: str) -> str:
        value = options.get(name)
        words: Mapping[Any, str] = {True: "yes", False: "no"}
        return words.get(value, str(value or "").casefold())

    switches = []
    if text("encrypt") in _ENCRYPT:
        switches.append(_ENCRYPT[text("encrypt")])
    if text("trustservercertificate") == "yes":
        switches.append("-C")
    if text("applicationintent") == "readonly":
        switches += ["-K", "ReadOnly"]
    if text("multisubnetfailover") == "yes":
        switches.append("-M")
    if options.get("read_default_file"):
        switches += ["-i", options["read_default_file"]]
    return switches
