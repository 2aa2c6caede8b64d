"""The kinds of credentials: the options of each, and whether the driver can sign in with them.

https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
https://learn.microsoft.com/python/api/overview/azure/identity-readme
"""

import sys
from dataclasses import dataclass
from typing import Any, FrozenSet, Mapping, Optional, Tuple

# Options that prove a service principal's identity; it takes exactly one.
PROOFS = ("client_secret", "certificate_path", "certificate_data", "client_assertion")
_CERTIFICATE = frozenset(("certificate_path", "certificate_data", "certificate_password"))


@dataclass(frozen=True)
class Kind:
    """One kind of credentials.

    :param takes: options it may have.
    :param needs: options it must have.
    :param mode: the driver's Authentication, or empty if it has none.
    :param user: the option that the alias's USER can replace.
    :param password: the option that the alias's PASSWORD can replace.
    :param has_authority: whether the token comes from a cloud's authority; other kinds ask the machine.
    """

    takes: FrozenSet[str] = frozenset()
    needs: Tuple[str, ...] = ()
    mode: str = ""
    user: str = ""
    password: str = ""
    has_authority: bool = True


def _kind(takes: str = "", needs: str = "", **others: Any) -> Kind:
    needed = tuple(needs.split())
    return Kind(frozenset(takes.split()) | set(needed), needed, **others)


KINDS = {
    "azure_developer_cli": _kind("tenant_id", has_authority=False),
    "azure_powershell": _kind("tenant_id", has_authority=False),
    "cli": _kind("tenant_id", has_authority=False),
    "default": _kind("client_id"),
    "device_code": _kind("tenant_id client_id prompt"),
    "environment": _kind(),
    "interactive": _kind(
        "tenant_id client_id username redirect_uri", mode="ActiveDirectoryInteractive", user="username"
    ),
    "managed_identity": _kind(
        "client_id object_id resource_id", mode="ActiveDirectoryMsi", user="client_id", has_authority=False
    ),
    "on_behalf_of": _kind(
        "client_secret certificate_path certificate_data certificate_password", "tenant_id client_id user_assertion"
    ),
    "password": _kind(
        "tenant_id client_id",
        "username password",
        mode="ActiveDirectoryPassword",
        user="username",
        password="password",
    ),
    "service_principal": _kind(
        "tenant_id certificate_password " + " ".join(PROOFS),
        "client_id",
        mode="ActiveDirectoryServicePrincipal",
        user="client_id",
        password="client_secret",
    ),
    "workload_identity": _kind("tenant_id client_id token_file_path"),
}
# Authentication, by its names in other drivers and mssql-django -> kind.
MODES = {
    "activedirectorydefault": "default",
    "activedirectorydevicecodeflow": "device_code",
    "activedirectorydeviceflow": "device_code",
    "activedirectoryinteractive": "interactive",
    "activedirectorymanagedidentity": "managed_identity",
    "activedirectorymsi": "managed_identity",
    "activedirectorypassword": "password",
    "activedirectoryserviceprincipal": "service_principal",
    "activedirectoryworkloadidentity": "workload_identity",
}


_OF_THE_DRIVER = frozenset(("activedirectorymsi", "activedirectorypassword", "activedirectoryserviceprincipal"))


def has_mode(mode: str) -> bool:
    """Whether the driver has the mode, on this platform.

    :param mode: a value of Authentication, in lower case.
    """
    return mode in _OF_THE_DRIVER or (mode == "activedirectoryinteractive" and sys.platform == "win32")


def why_not_by_driver(options: Mapping[str, Any]) -> Optional[str]:
    """The reason why the driver cannot sign in with these options; None if it can.

    :param options: complete options of a known kind.
    """
    kind = options["credential"]
    if not isinstance(kind, str) or not KINDS[kind].mode:
        return "it has no such mode"
    # The driver learns authority and resource from the server.
    names = ("authority", "scope", "credential_options", *_surplus(kind))
    given = [name for name in names if options.get(name)]
    if given:
        return "it takes no %s" % ", ".join(given)
    if kind == "interactive":
        if sys.platform != "win32":
            return "it opens no window outside of Windows"
        if not options.get("username"):
            return "it needs username"
    return None


def _surplus(kind: str) -> Tuple[str, ...]:
    if kind == "service_principal":
        return (*sorted(_CERTIFICATE), "client_assertion")
    if kind == "managed_identity":
        # UID is the object id, but in App Service the client id, and nothing here tells which machine it is.
        return ("client_id", "resource_id")
    return ("tenant_id", "client_id", "redirect_uri")
