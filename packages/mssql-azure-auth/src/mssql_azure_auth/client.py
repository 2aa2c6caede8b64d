"""dbshell with Entra ID: sqlcmd signs in by itself, without a secret among its arguments.

https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-authentication
"""

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from mssql_core.plugin import Mixin, Secret, own_plugin

from .options import Options

_METHODS = {
    "azure_developer_cli": "ActiveDirectoryAzureDeveloperCli",
    "cli": "ActiveDirectoryAzCli",
    "device_code": "ActiveDirectoryDeviceCode",
    "environment": "ActiveDirectoryEnvironment",
    "interactive": "ActiveDirectoryInteractive",
    "managed_identity": "ActiveDirectoryManagedIdentity",
    "service_principal": "ActiveDirectoryServicePrincipal",
    "workload_identity": "ActiveDirectoryWorkloadIdentity",
}


class EntraClient(Mixin):
    """Arguments of sqlcmd: the kind of credentials if it knows that, else ``-G``, its own chain."""

    def settings_to_cmd_args_env(
        self, settings_dict: Mapping[str, Any], parameters: Sequence[str]
    ) -> Tuple[List[str], Optional[Dict[str, str]]]:
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        options = own_plugin(EntraClient, self).options
        if not options:
            return arguments, environment
        kept = list(parameters)
        own = arguments[: len(arguments) - len(kept)]
        if "-U" not in own:
            own, environment = _with_user(own, environment, options)
        kind = options.get("credential")
        method = _METHODS.get(kind) if isinstance(kind, str) else None
        own = [argument for argument in own if argument not in ("-E", "-G")]
        own.append("--authentication-method=%s" % method if method else "-G")
        return [*own, *kept], environment


def _with_user(
    arguments: List[str], environment: Optional[Dict[str, str]], options: Options
) -> Tuple[List[str], Optional[Dict[str, str]]]:
    """The arguments with a principal's name, and the environment with its password."""
    kind = options.get("credential")
    user = options.get("username") or options.get("client_id")
    if kind == "managed_identity":
        user = options.get("client_id") or options.get("object_id") or options.get("resource_id")
    if kind == "service_principal" and options.get("tenant_id"):
        user = "%s@%s" % (user, options["tenant_id"])
    password = options.get("client_secret") or options.get("password")
    if user and kind in ("service_principal", "managed_identity", "password", "interactive"):
        arguments = [*arguments, "-U", user]
        if password:
            environment = {**(environment or {}), "SQLCMDPASSWORD": Secret(password).reveal()}
    return arguments, environment
